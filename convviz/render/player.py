"""Scenes as the JSON that the player in the browser reads (assets/figure/decode.js is the other half).

Everything is interned and written once: texts inside looks, looks inside items (a look at a place), items in frames.
A frame is how much of the one before it stays, and what comes on top. Colors are the numbers of roles, so that the
browser can change between light and dark by itself; sentences are patterns with their numbers left out.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from operator import attrgetter, is_not, ne, sub
from typing import Any, Final

from convviz.scene.primitives import Amount, Curve, Frame, Grid, Line, Look, Mark, Placed, Rect, Relation, Scene, Text

VERSION: Final = 3

_KEY: Final = attrgetter("key")
_ANCHORS: Final = ("start", "middle", "end")
_NUMBER: Final = re.compile(r"(−?\d+(?:\.\d+)?)")


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
    frames, links = [*scene], scene.link()
    relations = [links.relate(k) for k in range(len(frames))]
    changes = writer.changes(frames)
    backdrop, rest = writer.numbers(scene.backdrop), writer.numbers(links.rest)
    backdrop_keys, rest_keys = writer.pattern(scene.backdrop), writer.pattern(links.rest)
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
        "keys": {
            "names": [*writer.keys],
            "patterns": [_runs(pattern) for pattern in writer.patterns],
            "frames": writer.frame_keys,
            "backdrop": backdrop_keys,
            "rest": rest_keys,
        },
        "captions": _patterns([frame.caption for frame in frames]),
        "descriptions": _patterns([frame.description.removeprefix(frame.caption) for frame in frames]),
        "details": _patterns([frame.details for frame in frames]),
        "beats": [frame.beats for frame in frames],
        "parts": [[frame.title, frame.terms] for frame in frames],
        "taps": _taps(relations),
        "sums": [" ".join(relation.sums) for relation in relations],
        "undone": ["|".join(relation.undone) for relation in relations],
        "planes": [_grid(grid) for grid in links.grids],
        "step_side": links.step_side,
        "products_per_term": links.products_per_term,
        "items": _columns([*writer.items]),
        "looks": writer.all_looks(),
        "marks": writer.all_marks(),
    }
    items = sum(len(frame.items) for frame in frames)
    return Written(_json(data), Amount(scene.width, scene.height, len(frames), items, len(writer.looks)))


def _json(data: Mapping[str, Any]) -> str:
    # allow_nan=False: JSON knows no NaN, and what the browser cannot read must not leave the server.
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class _Numbering(dict[str, int]):
    """Texts with their numbers, in the order in which they are asked for first."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]


@dataclass(slots=True)
class _Writer:
    """Each distinct item, key, look and mark with its number, in the order of its first use.

    All looks must exist until everything is written: those that come again are known by their identity.
    """

    roles: Mapping[str, int]
    items: dict[tuple[int, int, int], int] = field(default_factory=dict)
    keys: _Numbering = field(default_factory=_Numbering)
    patterns: dict[tuple[int, ...], int] = field(default_factory=dict)
    frame_keys: list[int] = field(default_factory=list)
    looks: dict[Look, int] = field(default_factory=dict)
    marks: dict[Mark, int] = field(default_factory=dict)
    _looks_by_id: dict[int, int] = field(default_factory=dict)

    def numbers(self, items: Sequence[Placed]) -> list[int]:
        """Return the number of each item."""
        if not items:
            return []
        known, numbers = self._looks_by_id, self.items
        xs, ys, looks, _ = zip(*items, strict=True)
        look_numbers: list[Any] = [*map(known.get, map(id, looks))]
        if None in look_numbers:
            for k, look in enumerate(looks):
                if look_numbers[k] is None:
                    look_numbers[k] = known[id(look)] = self.looks.setdefault(look, len(self.looks))
        return [numbers.setdefault(item, len(numbers)) for item in zip(xs, ys, look_numbers, strict=True)]

    def pattern(self, items: Sequence[Placed]) -> int:
        """Return the number of the keys of some items: most frames have the same ones."""
        keys = tuple([self.keys[item.key] for item in items])
        return self.patterns.setdefault(keys, len(self.patterns))

    def changes(self, frames: Sequence[Frame]) -> list[list[int]]:
        """Return for each frame how many items of the one before it stay, and the numbers of those that come.

        Each number is the distance from the one that has its place among those that came before: windows that move have
        small distances, which repeat.
        """
        changes = []
        before: tuple[Placed, ...] = ()
        numbers: list[int] = []
        earlier: list[int] = []
        for frame in frames:
            # Frames grow out of one another, mostly from the very same items: those need no looking up.
            same = _count_alike(before, frame.items, is_not)
            come = self.numbers(frame.items[same:])
            stay = _count_alike(numbers[same:], come, ne)
            if stay:
                stay = _count_alike([*map(_KEY, before[same : same + stay])], [*map(_KEY, frame.items[same:])], ne)
            new = come[stay:]
            changes.append([same + stay, *map(sub, new, earlier), *new[len(earlier) :]])
            earlier = new
            self.frame_keys.append(self.pattern(frame.items[same + stay :]))
            before, numbers = frame.items, numbers[:same] + come
        return changes

    def all_looks(self) -> list[list[int]]:
        """Return each look as its width, its height and the numbers of its marks."""
        known = self.marks
        return [
            [width, height, *[known.setdefault(mark, len(known)) for mark in marks]]
            for width, height, marks in self.looks
        ]

    def all_marks(self) -> list[tuple[Any, ...]]:
        """Return each mark as its kind and its numbers, after `all_looks`."""
        return [*map(self._mark, self.marks)]

    def _mark(self, mark: Mark) -> tuple[Any, ...]:
        match mark:
            case Text(x, y, text, size, color, anchor, bold):
                place = (round(x, 1), round(y, 1))
                return ("t", *place, text, size, self._role(color), _ANCHORS.index(anchor), int(bold))
            case Rect(x, y, width, height, fill, stroke, stroke_width, dash):
                return ("r", x, y, width, height, self._role(fill), self._role(stroke), stroke_width, dash)
            case Line(x1, y1, x2, y2, color, width):
                return ("l", x1, y1, x2, y2, self._role(color), width)
            case Curve(x1, y1, x2, y2, x3, y3, x4, y4, color, width):
                return ("c", x1, y1, x2, y2, x3, y3, x4, y4, self._role(color), width)

    def _role(self, color: str | None) -> int:
        return -1 if color is None else self.roles[color]


def _count_alike(before: Sequence[object], after: Sequence[object], differ: Callable[[object, object], bool]) -> int:
    """Return how many pairs there are before the first that differs."""
    return next(compress(count(), map(differ, before, after)), min(len(before), len(after)))


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
    """Return all x, all y and all looks of items, each as the difference from the one before.

    Those are small numbers that repeat.

    >>> _columns([(10, 5, 0), (30, 5, 1)])
    [[10, 20], [5, 0], [0, 1]]
    """
    return [[*map(sub, column, (0, *column))] for column in zip(*items, strict=True)]


def _taps(relations: Sequence[Relation]) -> dict[str, Any]:
    """Return the taps of each frame: of inputs, kernel cells and outputs the first, and a pattern of distances."""
    patterns: dict[tuple[int, ...], int] = {}
    steps = []
    for relation in relations:
        step: list[int] = []
        for cells in (relation.inputs, relation.kernels, relation.outputs, *relation.more):
            first = cells[0] if cells else 0
            step += [first, patterns.setdefault(tuple([cell - first for cell in cells]), len(patterns))]
        steps.append(step)
    return {"patterns": [*patterns], "steps": steps}


def _patterns(texts: Iterable[str]) -> dict[str, Any]:
    """Return texts as patterns with gaps, and for each text its pattern and what fills the gaps."""
    patterns: dict[tuple[str, ...], int] = {}
    coded = []
    for text in texts:
        pieces = _NUMBER.split(text)  # in turn what is between numbers, and the numbers
        coded.append([patterns.setdefault(tuple(pieces[::2]), len(patterns)), *pieces[1::2]])
    return {"patterns": [*patterns], "texts": coded}


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
        **({"bare": True} if grid.is_bare else {}),
        **({"cell": grid.box[0] / len(grid.columns), "tall": grid.box[1] / len(grid.rows)} if grid.box else {}),
    }
