"""What the player must find in its JSON, worked out another way: plain marks of every frame, and taps by counting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from convviz.recipes import Recipe
from convviz.scene import Curve, Line, Placed, Rect, Scene, Text
from convviz.scene.primitives import Grid, Mark, Name, Tap

Cell = tuple[str, Name]
"""A cell by its table and its name there."""

NamedTap = tuple[Cell, Cell | None, Cell]

ANCHORS = {"start": "left", "middle": "center", "end": "right"}
"""The words of a canvas for the anchors of a text."""


def plain_mark(mark: Mark) -> dict[str, Any]:
    """A mark as the player calls its parts, colors by role."""
    match mark:
        case Rect(x, y, width, height, fill, stroke, stroke_width, dash):
            return {
                "kind": "rect", "x": x, "y": y, "width": width, "height": height, "fill": fill, "stroke": stroke,
                "strokeWidth": stroke_width, "dash": dash,
            }  # fmt: skip
        case Line(x1, y1, x2, y2, color, width):
            return {"kind": "line", "x1": x1, "y1": y1, "x2": x2, "y2": y2, "color": color, "width": width}
        case Curve(color=color, width=width):
            return {"kind": "curve", "points": [*mark[:8]], "color": color, "width": width}
        case Text(x, y, text, size, color, anchor, bold):
            return {
                "kind": "text", "x": round(x, 1), "y": round(y, 1), "text": text, "size": size, "color": color,
                "anchor": ANCHORS[anchor], "bold": bold,
            }  # fmt: skip


def plain_items(items: tuple[Placed, ...]) -> list[dict[str, Any]]:
    return [
        {"x": item.x, "y": item.y, "key": item.key, "width": item.look.width, "height": item.look.height,
         "marks": [plain_mark(mark) for mark in item.look.marks]}
        for item in items
    ]  # fmt: skip


def taps_by_counting(recipe: Recipe, scene: Scene) -> set[Tap]:
    """Every product of a recipe as (input cell, kernel cell, output cell) in the scene's numbers, cell by cell.

    The definition is followed, not the scene: a convolution reads input[i·s + u·d − p], a transposed one adds to
    output[i·s + u·d − p]. Which number a cell has follows from its name in its plane, and for padding, which has none,
    from its place. Products with what a transposed convolution's view merely puts in as zeros are not counted.
    """
    inputs, kernels, outputs = scene.link().grids
    first_kernel = len(inputs.names)
    numbers_out = {name: k for k, name in enumerate(outputs.names, first_kernel + len(kernels.names))}
    if recipe.variant != "transposed":
        return _direct_taps(recipe, len(inputs.columns), first_kernel, numbers_out)  # type: ignore[arg-type]
    numbers_in = {name: k for k, name in enumerate(inputs.names) if not isinstance(name, str)}
    numbers_kernel = {name: k for k, name in enumerate(kernels.names, first_kernel)}
    found = set()
    layer = recipe.layer
    for at, weight in product(numbers_in, numbers_kernel):
        place = tuple(i * s + u * d - p[0] for i, s, u, d, p in zip(
            at, layer.stride, weight, layer.dilation, layer.padding, strict=True  # type: ignore[arg-type]
        ))  # fmt: skip
        if place in numbers_out:
            found.add((numbers_in[at], numbers_kernel[weight], numbers_out[place]))
    return found


def _direct_taps(recipe: Recipe, columns: int, first_kernel: int, numbers_out: dict[tuple[int, int], int]) -> set[Tap]:
    found = set()
    rows_k, columns_k = recipe["kernel_size"]
    (s, t), (d, e) = recipe["stride"], recipe["dilation"]
    for (i, j), output in numbers_out.items():
        for u, v in product(range(rows_k), range(columns_k)):
            # Counted from the corner of the padded plane, all of which is drawn.
            found.add(((i * s + u * d) * columns + j * t + v * e, first_kernel + u * columns_k + v, output))
    return found


# Scenes made by hand: what each of their frames relates, by name -----------------------------------------------------


def numbered(grids: Sequence[Grid], named: list[list[NamedTap]]) -> list[list[Tap]]:
    """Taps by number instead of name."""
    cells = [(grid.name, name) for grid in grids for name in grid.names]
    numbers = {cell: k for k, cell in enumerate(cells)}
    assert len(numbers) == len(cells), "no two cells are called the same"

    def number(cell: Cell | None) -> int:
        return -1 if cell is None else numbers[cell]

    return [[(number(i), number(k), number(o)) for i, k, o in frame] for frame in named]


def spelled(cell: Cell | None) -> str | None:
    """A cell as the player calls it."""
    if cell is None:
        return None
    table, name = cell
    return name if isinstance(name, str) else f"{table}[{', '.join(map(str, name))}]"


def _two_passes() -> list[list[NamedTap]]:
    """Columns of three, then rows of three, over 4 x 5; before and after it a frame that only shows something."""
    down = [
        [(("input", (i + u, j)), ("column", (u, 0)), ("intermediate", (i, j))) for u in range(3)]
        for i in range(2) for j in range(5)
    ]  # fmt: skip
    across = [
        [(("intermediate", (i, j + v)), ("row", (0, v)), ("output", (i, j))) for v in range(3)]
        for i in range(2) for j in range(3)
    ]  # fmt: skip
    return [[], *down, *across, []]


def _channels() -> list[list[NamedTap]]:
    """A kernel of 2 x 2 for each of three channels of 3 x 3, channel by channel."""
    return [
        [
            (("input", (c, i + u, j + v)), ("kernel", (0, c, u, v)), ("output", (i, j)))
            for c in range(3) for u in range(2) for v in range(2)
        ]
        for i in range(2) for j in range(2)
    ]  # fmt: skip


def _pooling() -> list[list[NamedTap]]:
    """Windows of 2 x 2, side by side, on 4 x 5: the last column is left over."""
    return [
        [(("input", (2 * i + u, 2 * j + v)), None, ("output", (i, j))) for u in range(2) for v in range(2)]
        for i in range(2) for j in range(2)
    ]  # fmt: skip


def _two_outputs() -> list[list[NamedTap]]:
    """Two kernels of 2 x 2 meet the same window of 3 x 3; their products come in turn."""
    return [
        [
            (("input", (i + u, j + v)), ("kernel", (o, 0, u, v)), ("output", (o, i, j)))
            for u in range(2) for v in range(2) for o in range(2)
        ]
        for i in range(2) for j in range(2)
    ]  # fmt: skip


def _depthwise() -> list[list[NamedTap]]:
    """A kernel of 2 x 2 on each of two channels with a column of padding, then weights that mix the channels."""
    each = [
        [
            (("input", (c, i + u, j + v - 1) if j + v else f"padding {c} {i + u}"), ("kernel", (c, 0, u, v)),
             ("intermediate", (c, i, j)))
            for u in range(2) for v in range(2)
        ]
        for c in range(2) for i in range(2) for j in range(3)
    ]  # fmt: skip
    mixed = [
        [
            (("intermediate", (c, i, j)), ("pointwise", (o, c, 0, 0)), ("output", (o, i, j)))
            for o in range(2) for c in range(2)
        ]
        for i in range(2) for j in range(3)
    ]  # fmt: skip
    return [*each, *mixed]


def _stamps() -> list[list[NamedTap]]:
    """Each cell of 2 x 2 times a kernel of 2 x 2 is added to each of two outputs of 3 x 3."""
    return [
        [
            (("input", (i, j)), ("kernel", (0, o, u, v)), ("output", (o, i + u, j + v)))
            for o in range(2) for u in range(2) for v in range(2)
        ]
        for i in range(2) for j in range(2)
    ]  # fmt: skip


NAMED: dict[str, Callable[[], list[list[NamedTap]]]] = {
    "two passes": _two_passes,
    "channels": _channels,
    "pooling": _pooling,
    "two outputs": _two_outputs,
    "depthwise": _depthwise,
    "stamps": _stamps,
}
