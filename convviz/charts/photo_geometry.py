"""Where the units of a node lie on a photograph, and where the photograph lies in its chart."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from convviz.analysis import Box, Network
from convviz.arithmetic.parse import Pair

_BEYOND: Final = 1 / 6
"""Of a side of the picture: so far boxes are drawn beyond it."""

MARGIN: Final = 6
"""Pixels around a chart."""

Ends = tuple[tuple[int, int], ...]
"""The first and the last cell that each unit along an axis reaches."""


@dataclass(frozen=True, slots=True)
class Places:
    """Units of a node on the input, along the height and along the width.

    Attributes
    ----------
    at : where each unit lies, in cells: its center if there is one; else units share the picture out evenly.
    ends : None where fields are not known.
    has_centers : False where fields are not known or all the same, because a global operation took part.
    """

    at: tuple[tuple[float, ...], tuple[float, ...]]
    ends: tuple[Ends, Ends] | None
    has_centers: bool

    @property
    def reach(self) -> Box | None:
        """The box of all units together."""
        if self.ends is None:
            return None
        rows, columns = ((min(first for first, _ in ends), max(last for _, last in ends)) for ends in self.ends)
        return rows, columns


@lru_cache(64)
def places_of(network: Network, node: str) -> Places:
    """Where the units of a node are.

    Examples
    --------
    >>> places_of(Network.known("resnet18", 32), "pool1")
    Places(at=((0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0), (0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0)), \
ends=(((-5, 5), (-1, 9), (3, 13), (7, 17), (11, 21), (15, 25), (19, 29), (23, 33)), \
((-5, 5), (-1, 9), (3, 13), (7, 17), (11, 21), (15, 25), (19, 29), (23, 33))), has_centers=True)
    """
    size, whole = network.output_size(node), network.input_size
    assert size is not None
    assert whole is not None
    ends = _ends(network, node, size)
    if ends is None or network.receptive_field(node).is_global:
        rows, columns = (
            tuple((place + 0.5) * cells / units - 0.5 for place in range(units))
            for units, cells in zip(size, whole, strict=True)
        )
        return Places((rows, columns), ends, has_centers=False)
    rows, columns = (tuple((first + last) / 2 for first, last in axis) for axis in ends)
    return Places((rows, columns), ends, has_centers=True)


def _ends(network: Network, node: str, size: Pair) -> tuple[Ends, Ends] | None:
    """One axis after the other, because a unit's rows do not depend on its column."""
    rows = [network.box(node, (place, 0)) for place in range(size[0])]
    columns = [network.box(node, (0, place)) for place in range(size[1])]
    heights = tuple(box[0] for box in rows if box is not None)
    widths = tuple(box[1] for box in columns if box is not None)
    return (heights, widths) if (len(heights), len(widths)) == size else None


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart with a photograph in it.

    Attributes
    ----------
    width, height : of the chart in pixels, with its margins.
    view : the cells at the inner edges of the margins: (top, bottom) and (left, right). Cell 3 is from 2.5 to 3.5.
    """

    width: int
    height: int
    view: tuple[tuple[float, float], tuple[float, float]]


def frame_of(size: Pair, reach: Box | None, width: int) -> Frame:
    """The chart for a photograph: all of it, and what units reach beyond it, as far as that is near.

    It is the same for all units of a node, so that the photograph stays where it is from one unit to the next.

    Examples
    --------
    >>> frame_of((100, 200), ((-5, 104), (-500, 700)), 620)
    Frame(width=620, height=266, view=((-6.5, 105.5), (-34.5, 233.5)))
    """
    sides = []
    for axis, cells in enumerate(size):
        room = round(_BEYOND * cells)
        first, last = (0, cells - 1) if reach is None else reach[axis]
        sides.append((max(min(0, first), -room) - 1.5, min(max(cells - 1, last), cells - 1 + room) + 1.5))
    (top, bottom), (left, right) = sides
    height = round((width - 2 * MARGIN) * (bottom - top) / (right - left)) + 2 * MARGIN
    return Frame(width, height, (sides[0], sides[1]))
