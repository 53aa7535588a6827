"""What units of a stack read, borders included: the cells of every plane below, and how one unit's view grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from convviz.analysis import Network
from convviz.analysis.receptive.counting import Strip, read
from convviz.analysis.receptive.footprints import footprints
from convviz.arithmetic import Layer

from .number_format import size

Pair = tuple[int, int]
Counts = NDArray[np.int64]
Lines = tuple[int, ...]
Cells = tuple[Lines, Lines]
"""Rows and columns: what a unit reads of a plane is every pair of them."""

_LONGEST: Final = 3
_LARGEST: Final = 20
"""Digits of a number of paths, and the side of an input, whose cells show it; of more they show the colour alone."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which cells of every plane the units of a stack read, borders included: along each axis by itself.

    What a layer reads is the product of what it reads along both axes, and so is what a stack reads.

    Attributes
    ----------
    layers : of the stack.
    sizes : rows and columns of the input and of every layer's output.
    """

    layers: tuple[Layer, ...]
    sizes: Sequence[Pair]

    def lines(self, axis: int, layer: int, place: int) -> list[Lines]:
        """The rows or columns of every plane below that a unit reads, the input's first.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d
        >>> reach = Reach((conv2d(3), conv2d(3, dilation=2)), [(7, 7), (5, 5), (1, 1)])
        >>> reach.lines(0, 2, 0)
        [(0, 1, 2, 3, 4, 5, 6), (0, 2, 4)]
        """
        strip, found = Strip(place, np.ones(1, dtype=bool)), []
        for number in range(layer - 1, -1, -1):
            below = self.sizes[number]
            strip = read(strip, footprints(self.layers[number], below)[axis], below[axis])
            found.append(tuple((np.flatnonzero(strip.counts) + strip.first).tolist()))
        return found[::-1]

    def all_lines(self, axis: int, layer: int) -> list[list[Lines]]:
        """`lines` of every row or column of a layer's output."""
        return [self.lines(axis, layer, place) for place in range(self.sizes[layer][axis])]

    def units(self, layer: int, row: int, column: int) -> list[Pair]:
        """The units whose growth is shown: of every layer that one which is nearest to the middle of what is seen."""
        rows, columns = self.lines(0, layer, row), self.lines(1, layer, column)
        return [
            (_middle(down, height), _middle(across, width))
            for down, across, (height, width) in zip(rows[1:], columns[1:], self.sizes[1:], strict=False)
        ] + [(row, column)]


@dataclass(frozen=True, slots=True)
class Growth:
    """What one unit sees.

    Attributes
    ----------
    layer, at : which unit it is.
    below : its cells in every plane, the input first.
    counts : through how many paths it reads each cell of the input.
    is_clipped : whether some of its field lies beyond the border.
    """

    layer: int
    at: Pair
    below: Sequence[Cells]
    counts: Counts
    is_clipped: bool

    @property
    def box(self) -> tuple[Pair, Pair] | None:
        """The first and the last cell of the input that it reads."""
        rows, columns = self.below[0]
        return ((rows[0], columns[0]), (rows[-1], columns[-1])) if rows and columns else None

    @property
    def extent(self) -> Pair:
        """Rows and columns of the box."""
        if self.box is None:
            return 0, 0
        (top, left), (bottom, right) = self.box
        return bottom - top + 1, right - left + 1

    @property
    def cells(self) -> int:
        """Cells of the input that it reads."""
        return int(np.count_nonzero(self.counts))

    @property
    def most(self) -> int:
        """Paths to the cell that it reads most often."""
        return int(self.counts.max())

    def shown(self, count: int) -> str:
        """What a cell of the input says of its paths."""
        is_told = len(str(self.most)) <= _LONGEST and max(self.counts.shape) <= _LARGEST
        return str(count) if count and is_told else ""

    @property
    def caption(self) -> str:
        sees = f"sees {size(self.extent)} cells" if self.cells else "sees nothing"
        return f"F{self.layer}: one unit {sees}"

    @property
    def share(self) -> str:
        """How much of the box is read."""
        return f"{self.cells} of {self.extent[0] * self.extent[1]} read"

    @property
    def words(self) -> tuple[str, str]:
        """How often cells are read, and what is missing."""
        read = self.counts[self.counts > 0]
        paths = "No path leads to the input."
        if read.size:
            least, most = int(read.min()), int(read.max())
            paths = f"Paths to each cell: {least}." if least == most else f"Paths to each cell: {least} to {most}."
        holes = self.extent[0] * self.extent[1] - self.cells
        verdict = f"{holes} {'hole' if holes == 1 else 'holes'}." if holes else "No holes."
        return paths, f"{verdict} The rest of its field lies beyond the border." if self.is_clipped else verdict


def growths_of(reach: Reach, layer: int, row: int, column: int) -> list[Growth]:
    """What a unit sees, after those before it in the middle of what it sees."""
    growths: list[Growth] = []
    for number, at in enumerate(reach.units(layer, row, column), 1):
        network = Network.sequential(reach.layers[:number], input_size=reach.sizes[0])
        below = list(zip(reach.lines(0, number, at[0]), reach.lines(1, number, at[1]), strict=True))
        least = [sizes[0] if sizes else 0 for sizes in network.receptive_field().size_range]
        one = Growth(number, at, below, network.path_counts(None, at), is_clipped=False)
        is_clipped = any(side < whole for side, whole in zip(one.extent, least, strict=True))
        growths.append(Growth(number, at, below, one.counts, is_clipped))
    return growths


def _middle(lines: Sequence[int], side: int) -> int:
    """Of some rows or columns that which is nearest to their middle; where there are none, that of the plane."""
    if not lines:
        return side // 2
    center = (lines[0] + lines[-1]) / 2
    return min(lines, key=lambda line: abs(line - center))
