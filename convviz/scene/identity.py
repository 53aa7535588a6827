"""What a thing in a picture is called: the same name in every frame, and in every scene of the same variant.

A player moves what keeps its name from its old place to its new one, and fades what has none there. What has the empty
name changes at once, as words do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from convviz.arithmetic.arguments import Pair

from .panels import Panel


@dataclass(frozen=True, slots=True)
class Identities:
    """The names of what is drawn on some panels.

    Attributes
    ----------
    cells : sequence of str
        Of each cell, counted through all panels: by its position in the reader's own table, or else in the picture.
    panels, windows, currents : sequence of str
        Of each panel, of the frame around its window, and of the cell on it that a step is about.
    places : sequence of str
        The row and the column of each cell in the reader's table.
    """

    cells: Sequence[str]
    panels: Sequence[str]
    windows: Sequence[str]
    currents: Sequence[str]
    places: Sequence[str]
    _taps: dict[tuple[int, int | Pair], Sequence[str]] = field(default_factory=dict)

    def taps(self, panel: int, weights: Sequence[int]) -> Sequence[str]:
        """Return the names of the cells under taps on a panel: each by the place of its weight in the kernel."""
        names = self._taps.get((panel, weights[0]))
        if names is None:
            names = self._taps[panel, weights[0]] = self.numbered(panel, (self.places[cell] for cell in weights))
        return names

    def window(self, panel: int, size: Pair) -> Sequence[str]:
        """Return the names of the cells of a window of this size without weights."""
        names = self._taps.get((panel, size))
        if names is None:
            places = (f"{row},{column}" for row in range(size[0]) for column in range(size[1]))
            names = self._taps[panel, size] = self.numbered(panel, places)
        return names

    def numbered(self, panel: int, places: Iterable[str]) -> list[str]:
        """Return the names of what moves over a panel together, such as the cells of a window."""
        return [f"tap {self.panels[panel]} {place}" for place in places]


def identities_of(panels: Sequence[Panel], side: str) -> Identities:
    """Return the names of what is drawn on panels; ``side`` is that of a comparison, or empty.

    Examples
    --------
    >>> names = [(0, 0), (0, 1), "padding"]
    >>> made = identities_of([Panel("input", range(1), range(3), "003", names, ())], "left")
    >>> made.cells
    ['left input (0, 0)', 'left input (0, 1)', 'left input at (0, 2)']
    >>> made.windows, made.taps(0, [1])
    (['window left input'], ['tap left input 0,1'])
    """
    of_panels = [*_panel_names(panels, f"{side} " if side else "")]
    cells: list[str] = []
    places: list[str] = []
    for panel, of_panel, table in of_panels:
        outside = [(row, column) for row in panel.rows for column in panel.columns]
        for name, at in zip(panel.names, outside, strict=True):
            cells.append(f"{of_panel} at {at}" if isinstance(name, str) else f"{table} {name}")
            row, column = at if isinstance(name, str) else name[-2:]
            places.append(f"{row},{column}")
    named = [of_panel for _, of_panel, _ in of_panels]
    return Identities(
        cells, named, [f"window {name}" for name in named], [f"current {name}" for name in named], places
    )  # fmt: skip


def _panel_names(panels: Sequence[Panel], side: str) -> Iterator[tuple[Panel, str, str]]:
    """Yield each panel with its name and that of its table: a table may be shown twice, and a channel by itself."""
    times: Counter[str] = Counter()
    for panel in panels:
        first = next((name for name in panel.names if not isinstance(name, str)), ())
        channels = "".join(f" {channel}" for channel in first[:-2])
        name = f"{side}{panel.table}{channels}"
        times[name] += 1
        again = f" again {times[name]}" if times[name] > 1 else ""
        yield panel, f"{name}{again}", f"{side}{panel.table}{again}"
