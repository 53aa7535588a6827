"""How links spell what the dials of a file offer."""

from collections.abc import Iterable, Mapping
from typing import Final

DIALS: Final = "dials"
"""The parameter of a page: 0 leaves out all but the picture; of a file: what its dials offer."""

Offered = Mapping[str, Iterable[object]] | Iterable[str]
"""What the dials of a file offer: values by the names of parameters, or only names, for all values of each."""


def read_dials(text: str) -> dict[str, list[str]]:
    """Return what dials offer, as a link spells it; without values, all of them are meant.

    Examples
    --------
    >>> read_dials("dilation:1,2,3;stride")
    {'dilation': ['1', '2', '3'], 'stride': []}
    """
    pairs = (each.partition(":") for each in text.split(";"))
    return {name.strip(): [value.strip() for value in values.split(",") if value.strip()] for name, _, values in pairs}
