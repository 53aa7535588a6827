"""The figure as HTML: a page that asks its server, or one file that has all it shows."""

from .document import DIALS, LAYOUTS
from .offline import Offered, file, file_policy, read_dials
from .served import PLACE, measure, oembed_link, page

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
