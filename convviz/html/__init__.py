"""The figure as HTML: a page that asks its server, or one file that has all it shows."""

from typing import TYPE_CHECKING

from convviz.lazy import lazy

from .dials import DIALS, Offered, read_dials

if TYPE_CHECKING:
    from .document import LAYOUTS
    from .offline import file, file_policy
    from .served import PLACE, measure, oembed_link, page

__getattr__ = lazy(
    __name__,
    {
        "LAYOUTS": "document",
        "file": "offline",
        "file_policy": "offline",
        "PLACE": "served",
        "measure": "served",
        "oembed_link": "served",
        "page": "served",
    },
)

__all__ = [
    "DIALS",
    "LAYOUTS",
    "PLACE",
    "Offered",
    "file",
    "file_policy",
    "measure",
    "oembed_link",
    "page",
    "read_dials",
]
