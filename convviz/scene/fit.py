"""Which arrangement a table of many planes has, and how large its cells are: as large as there is room for."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from .box_layout import SIGN, Box, Part, Placing
from .layout import (
    LARGEST_CELL,
    NOMINAL_WIDTH,
    SMALLEST_CELL,
    SMALLEST_UNIT,
    Layout,
    Panel,
    Signs,
    widest_needed,
)
from .text_layout import Line, Prose, lines_below, text_lines, word_widths
from .typography import SMALLEST, fitting_size, text_width

_FLAT: Final = 0.62
"""The planes are at most this tall, as a fraction of the width, unless their cells cannot be read then."""

_TALL: Final = 1.15
_SMALL: Final = 0.8
"""Cells smaller than this, as a fraction of what they need, are not read on a phone."""

_GAIN: Final = 1.1
"""Another arrangement must make the cells so much larger."""


def plan_table(
    panels: Sequence[Panel], arrangements: Sequence[Part], prose: Prose, width: int | None, limit: float
) -> tuple[Layout, list[str]]:
    """Place the planes in that arrangement which makes their cells largest, earlier ones being preferred.

    Parameters
    ----------
    arrangements : sequence of Box or Lines
        Each holds every panel.
    width : int, optional
        Without it, the picture is as wide as its cells need to be read.
    limit : float
        The most pixels that the picture may have.

    Returns
    -------
    layout : Layout
    labels : list of str
        What stands on the layout's labels.

    Examples
    --------
    >>> panels = [Panel("", range(4), range(4))] * 2 + [Panel("", range(2), range(2))]
    >>> stack = Box("down", [0, 1], label="input", is_stack=True)
    >>> layout, labels = plan_table(panels, [Box("right", [stack, Box("right", [2], sign="=")])], Prose(), None, 1e6)
    >>> layout.width, [grid.cell for grid in layout.grids], labels
    (900, [64, 64, 64], ['input'])
    """
    readable = max(panel.need for panel in panels)
    labels: dict[int, list[str]] = {}

    def place(wide: int) -> Layout:
        layout, labels[wide] = _place(panels, arrangements, prose, wide)
        return layout

    layout = widest_needed(place, panels, lambda layout: layout.grids[0].cell >= readable, width, limit)
    return layout, labels[layout.width]  # another width may have another arrangement


def _place(panels: Sequence[Panel], arrangements: Sequence[Part], prose: Prose, width: int) -> tuple[Layout, list[str]]:
    unit = max(width / NOMINAL_WIDTH, SMALLEST_UNIT)
    margin = round(28 * width / NOMINAL_WIDTH)
    room = width - 2 * margin
    first = Line(margin, round(30 * unit), room, round(18 * unit))
    title = text_lines(prose.title, first, round(23 * unit), partial(word_widths, bold=True))
    top = (title[-1] if title else first).y + round(14 * unit)
    box, placing = _best(panels, arrangements, room, unit)
    across, down = placing.size(box)
    placing.put(box, margin + (room - across) // 2, top)
    grids = tuple(placing.grids[k] for k in range(len(panels)))
    lines = tuple(
        Line(max(2, min(x, width - text_width(label, placing.label_size) - 2)), y - round(8 * unit), room,
             placing.label_size)
        for x, y, label in placing.labels
    )  # fmt: skip
    signs: Signs = tuple(placing.signs)
    tags = tuple((Line(x, y, room, placing.tag_size), text) for x, y, text in placing.tags)
    terms, formulas, legend, height = lines_below(prose, Line(margin, top + down, room, 0), unit)
    layout = Layout(width, height, unit, title, grids, lines, signs, terms, formulas, legend, tags)
    return layout, [label for _, _, label in placing.labels]


def _best(panels: Sequence[Panel], arrangements: Sequence[Part], room: int, unit: float) -> tuple[Part, Placing]:
    """The arrangement with the largest cells: within a flat picture, or if nobody could read it a tall one."""
    readable = max(panel.need for panel in panels)
    best: tuple[Part, Placing] | None = None
    for tall in (_FLAT * NOMINAL_WIDTH * unit, _tall(room, unit)):
        for box in arrangements:
            found = _largest(panels, box, room, int(tall), unit)
            if found and (best is None or found.cell >= _GAIN * best[1].cell):
                best = box, found
        if best is not None and best[1].cell >= readable:
            break
    if unit <= SMALLEST_UNIT and (best is None or best[1].cell < _SMALL * readable):
        best = _long(panels, arrangements, room, unit, best)
    return best or _narrow(panels, arrangements, room, unit)


def _long(
    panels: Sequence[Panel], arrangements: Sequence[Part], room: int, unit: float, best: tuple[Part, Placing] | None
) -> tuple[Part, Placing] | None:
    """On a phone, the lowest arrangement whose numbers can be read: it is scrolled anyway.

    Cells that need more are larger than others, so that small ones need not be as large as those.
    """
    most, least = (of(panel.need for panel in panels) for of in (max, min))
    size = best[1].cell / most if best else 0.0
    for times in (1, 2, 4, 8):
        for box in arrangements:
            found = _largest(panels, box, room, int(times * _tall(room, unit)), unit, is_grown=True)
            if found and found.cell / least >= _GAIN * size:
                best, size = (box, found), found.cell / least
        if size >= _SMALL:
            break
    return best


def _narrow(panels: Sequence[Panel], arrangements: Sequence[Part], room: int, unit: float) -> tuple[Part, Placing]:
    """Where no arrangement has room, the lowest that keeps within the width: a picture may be tall, but not cut off."""
    every = [*arrangements, *map(_tower, arrangements)]
    for smallest in (SMALLEST_CELL, 1):
        for times in (1, 2, 4, 8, 16):
            tall = int(times * _tall(room, unit))
            placed = [(box, _largest(panels, box, room, tall, unit, smallest)) for box in every]
            fitting = [(box, found) for box, found in placed if found]
            if fitting:
                return max(fitting, key=lambda one: one[1].cell)
    return every[-1], Placing(panels, 1, SMALLEST, unit)


def _tall(room: int, unit: float) -> float:
    return max(_TALL * room, NOMINAL_WIDTH * unit)


def _tower(part: Part) -> Part:
    """The same planes, all below one another."""
    if isinstance(part, int):
        return part
    if isinstance(part, Box):
        return replace(part, way="down", parts=[*map(_tower, part.parts)], is_flush=True)
    each: list[Part] = [
        Box("down", [_tower(one)], "" if k else label, sign, is_flush=True)
        for k, line in enumerate(part.lines)
        for one, label, sign in zip(line, part.labels, part.signs, strict=True)
    ]
    return Box("down", each, is_flush=True)


def _largest(
    panels: Sequence[Panel],
    box: Part,
    room: int,
    tall: int,
    unit: float,
    smallest: int = SMALLEST_CELL,
    *,
    is_grown: bool = False,
) -> Placing | None:
    """The largest cells with which an arrangement keeps within its room; None where not even the smallest do."""
    labels = [] if isinstance(box, int) else box.all_labels()
    # A label may stand behind a sign.
    label = min((fitting_size(text, round(14 * unit), room - round(SIGN * unit)) for text in labels), default=0)
    low, high = smallest - 1, min(panel.need for panel in panels) if is_grown else round(LARGEST_CELL * unit)
    while low < high:
        cell = (low + high + 1) // 2
        width, height = Placing(panels, cell, label, unit, is_grown).size(box)
        if width <= room and height <= tall:
            low = cell
        else:
            high = cell - 1
    return Placing(panels, low, label, unit, is_grown) if low >= smallest else None
