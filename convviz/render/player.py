"""Scenes as the JSON that the player in the browser reads (assets/figure/decode.js is the other half).

Everything is interned and written once: texts inside looks, looks inside items (a look at a place), items in frames.
A frame is how much of the one before it stays, and what comes on top. Colors are the numbers of roles, so that the
browser can change between light and dark by itself; descriptions are patterns with their numbers left out.
"""

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import is_not, ne
from typing import Any, Final, Generic, TypeVar

from convviz.scene.primitives import Amount, Frame, Grid, Line, Look, Mark, Placed, Rect, Relation, Scene, Text

VERSION: Final = 2

_ANCHORS: Final = ("start", "middle", "end")
_NUMBER: Final = re.compile(r"−?\d+(?:\.\d+)?")

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class _Table(Generic[Key]):
    """Each distinct value once, in the order of its first use."""

    numbers: dict[Key, int] = field(default_factory=dict)

    def number(self, value: Key) -> int:
        return self.numbers.setdefault(value, len(self.numbers))

    def values(self) -> list[Key]:
        return list(self.numbers)


@dataclass(frozen=True, slots=True)
class Written:
    """A scene as JSON, and how much there is to draw in its frames."""

    text: str
    amount: Amount


def write_scene(scene: Scene, themes: Mapping[str, Mapping[str, str]]) -> Written:
    """Return the scene for the player.

    Parameters
    ----------
    scene : Scene
        Its colors are names of roles, as in the theme "roles".
    themes : mapping
        For each theme's name the color of every role.
    """
    roles = list(next(iter(themes.values())))
    writer = _Writer({role: number for number, role in enumerate(roles)})
    frames = list(scene)
    links = scene.link()
    relations = [links.relate(k) for k in range(len(scene))]
    changes = writer.changes(frames)
    backdrop, rest = ([writer.item(item) for item in items] for items in (scene.backdrop, links.rest))
    data = {
        "version": VERSION,
        "width": scene.width,
        "height": scene.height,
        "description": scene.description,
        "roles": roles,
        "themes": {name: [colors[role] for role in roles] for name, colors in themes.items()},
        "backdrop": _runs(backdrop),
        "rest": _runs(rest),
        "frames": changes,
        "captions": _patterns([frame.caption for frame in frames]),
        "descriptions": _patterns([frame.description.removeprefix(frame.caption) for frame in frames]),
        "beats": [frame.beats for frame in frames],
        "parts": [[frame.title, frame.terms] for frame in frames],
        "taps": _taps(relations),
        "sums": [" ".join(relation.sums) for relation in relations],
        "undone": ["|".join(relation.undone) for relation in relations],
        "planes": [_grid(grid) for grid in links.grids],
        "step_side": links.step_side,
        "products_per_term": links.products_per_term,
        "items": _columns(writer.items.values()),
        "looks": writer.all_looks(),
        "marks": writer.marks.values(),
    }
    items = sum(len(frame.items) for frame in frames)
    return Written(_json(data), Amount(scene.width, scene.height, len(frames), items, len(writer.looks.numbers)))


def _json(data: Mapping[str, Any]) -> str:
    # allow_nan=False: JSON knows no NaN, and what the browser cannot read must not leave the server.
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(slots=True)
class _Writer:
    """Numbers for everything that occurs more than once."""

    roles: Mapping[str, int]
    looks: _Table[Look] = field(default_factory=_Table)
    items: _Table[tuple[int, int, int]] = field(default_factory=_Table)
    marks: _Table[tuple[Any, ...]] = field(default_factory=_Table)
    _look_numbers: dict[int, tuple[Look, int]] = field(default_factory=dict)

    def item(self, item: Placed) -> int:
        known = self._look_numbers.get(id(item.look))
        if known is None:  # looks are shared, so that comparing their contents is rarely needed
            known = (item.look, self.looks.number(item.look))
            self._look_numbers[id(item.look)] = known
        return self.items.number((item.x, item.y, known[1]))

    def changes(self, frames: Sequence[Frame]) -> list[list[int]]:
        """For each frame how many items of the one before it stay, and the runs of items that come."""
        changes = []
        before: tuple[Placed, ...] = ()
        numbers: list[int] = []
        for frame in frames:
            # Frames grow out of one another, mostly from the very same items: those need no looking up.
            same = _first_difference(zip(before, frame.items, strict=False), is_not)
            come = numbers[:same] + [self.item(item) for item in frame.items[same:]]
            stay = same + _first_difference(zip(numbers[same:], come[same:], strict=False), ne)
            changes.append([stay, *_runs(come[stay:])])
            before, numbers = frame.items, come
        return changes

    def all_looks(self) -> list[list[int]]:
        """Each look as its width, its height and the numbers of its marks."""
        return [
            [look.width, look.height, *(self.marks.number(self._mark(mark)) for mark in look.marks)]
            for look in self.looks.values()
        ]

    def _mark(self, mark: Mark) -> tuple[Any, ...]:
        match mark:
            case Rect(x, y, width, height, fill, stroke, stroke_width, dash):
                return ("r", x, y, width, height, self._role(fill), self._role(stroke), stroke_width, dash)
            case Line(x1, y1, x2, y2, color, width):
                return ("l", x1, y1, x2, y2, self._role(color), width)
            case Text(x, y, text, size, color, anchor, bold):
                place = (round(x, 1), round(y, 1))
                return ("t", *place, text, size, self._role(color), _ANCHORS.index(anchor), int(bold))

    def _role(self, color: str | None) -> int:
        return -1 if color is None else self.roles[color]


def _first_difference(pairs: Iterable[tuple[object, object]], differ: Callable[[object, object], bool]) -> int:
    """How many pairs there are before the first that differs."""
    count = 0
    for one, other in pairs:
        if differ(one, other):
            break
        count += 1
    return count


def _runs(numbers: Sequence[int]) -> list[int]:
    """Numbers as runs: the first of each run and its length. New items are numbered in turn, so runs are long.

    >>> _runs([7, 8, 9, 3])
    [7, 3, 3, 1]
    """
    runs: list[int] = []
    for number in numbers:
        if runs and number == runs[-2] + runs[-1]:
            runs[-1] += 1
        else:
            runs += [number, 1]
    return runs


def _columns(items: Sequence[tuple[int, int, int]]) -> list[list[int]]:
    """All x, all y and all looks of items, each as the difference from the one before: small numbers that repeat.

    >>> _columns([(10, 5, 0), (30, 5, 1)])
    [[10, 20], [5, 0], [0, 1]]
    """
    return [[new - old for old, new in pairwise((0, *column))] for column in zip(*items, strict=True)]


def _taps(relations: Sequence[Relation]) -> dict[str, Any]:
    """Return the taps of each frame: of inputs, kernel cells and outputs the first, and a pattern of distances."""
    patterns: _Table[tuple[int, ...]] = _Table()
    steps = []
    for relation in relations:
        step: list[int] = []
        for cells in zip(*relation.taps, strict=True) if relation.taps else ((), (), ()):
            first = cells[0] if cells else 0
            step += [first, patterns.number(tuple(cell - first for cell in cells))]
        steps.append(step)
    return {"patterns": patterns.values(), "steps": steps}


def _patterns(texts: Sequence[str]) -> dict[str, Any]:
    """Texts as patterns with gaps, and for each text its pattern and what fills the gaps."""
    patterns: _Table[tuple[str, ...]] = _Table()
    coded = [[patterns.number(tuple(_NUMBER.split(text))), *_NUMBER.findall(text)] for text in texts]
    return {"patterns": patterns.values(), "texts": coded}


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "name": f"{grid.side}{grid.name}",
        "title": grid.title or grid.name,
        "x": grid.x,
        "y": grid.y,
        "cell": grid.cell,
        "rows": len(grid.rows),
        "columns": len(grid.columns),
        "texts": grid.texts,
        "names": grid.names,
        "editable": grid.is_editable,
        "copies": grid.copies,
        "stepped": grid.is_stepped,
    }
