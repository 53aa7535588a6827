"""A decoder of the player's JSON that shares nothing with the one in JavaScript, nor with what wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tests.player.oracle import ANCHORS

Data = dict[str, Any]


def runs(numbers: Sequence[int]) -> list[int]:
    return [first + k for first, length in zip(numbers[::2], numbers[1::2], strict=True) for k in range(length)]


def decoded_mark(mark: list[Any], roles: list[str]) -> dict[str, Any]:
    def role(place: int) -> str | None:
        return None if place < 0 else roles[place]

    if mark[0] == "c":
        return {"kind": "curve", "points": mark[1:9], "color": role(mark[9]), "width": mark[10]}
    names = {
        "r": ("x", "y", "width", "height", "fill", "stroke", "strokeWidth", "dash"),
        "l": ("x1", "y1", "x2", "y2", "color", "width"),
        "t": ("x", "y", "text", "size", "color", "anchor", "bold"),
    }[mark[0]]
    found = dict(zip(names, mark[1:], strict=True))
    found |= {name: role(found[name]) for name in ("fill", "stroke", "color") if name in found}
    if mark[0] == "t":
        found |= {"anchor": [*ANCHORS.values()][found["anchor"]], "bold": bool(found["bold"])}
    return {"kind": {"r": "rect", "l": "line", "t": "text"}[mark[0]], **found}


def decoded_items(data: Data) -> list[dict[str, Any]]:
    marks = [decoded_mark(mark, data["roles"]) for mark in data["marks"]]
    places = np.cumsum(np.array(data["items"]), axis=1).T.tolist()
    return [
        {
            "x": x,
            "y": y,
            "width": width,
            "height": height,
            "marks": [marks[k] for k in numbers],
        }
        for x, y, look in places
        for width, height, *numbers in [data["looks"][look]]
    ]


def keyed(data: Data, numbers: Sequence[int], pattern: int) -> list[dict[str, Any]]:
    """Items with their keys."""
    items, keys = decoded_items(data), data["keys"]
    names = [keys["names"][k] for k in runs(keys["patterns"][pattern])]
    return [{**items[k], "key": name} for k, name in zip(numbers, names, strict=True)]


def decoded_part(data: Data, name: str) -> list[dict[str, Any]]:
    return keyed(data, runs(data[name]), data["keys"][name])


def decoded_frames(data: Data) -> Iterator[list[dict[str, Any]]]:
    shown: list[dict[str, Any]] = []
    come: list[int] = []
    for (stay, *steps), pattern in zip(data["frames"], data["keys"]["frames"], strict=True):
        come = [step + before for step, before in zip(steps, [*come, *[0] * len(steps)], strict=False)]
        shown = [*shown[:stay], *keyed(data, come, pattern)]
        yield shown


def decoded_texts(coded: Data) -> list[str]:
    texts = []
    for pattern, *fillings in coded["texts"]:
        pieces = coded["patterns"][pattern]
        assert len(pieces) == len(fillings) + 1
        texts.append("".join(piece + filling for piece, filling in zip(pieces, [*fillings, ""], strict=True)))
    return texts


def decoded_taps(data: Data) -> list[list[tuple[int, ...]]]:
    patterns = data["taps"]["patterns"]

    def cells(step: list[int]) -> Iterator[list[int]]:
        for first, pattern in zip(step[::2], step[1::2], strict=True):
            yield [first + away for away in patterns[pattern]]

    return [list(zip(*cells(step), strict=True)) for step in data["taps"]["steps"]]


def decoded_sums(texts: Sequence[str], sign: str) -> list[list[str]]:
    return [text.split(sign) if text else [] for text in texts]
