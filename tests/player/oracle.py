"""What the player must find in its JSON, worked out another way: plain marks of every frame, and taps by counting."""

from __future__ import annotations

from itertools import product
from typing import Any

from convviz.recipes import Recipe
from convviz.scene import Line, Placed, Rect, Scene, Text
from convviz.scene.primitives import Mark

Tap = tuple[int, int, int]

ANCHORS = {"start": "left", "middle": "center", "end": "right"}
"""The words of a canvas for the anchors of a text."""


def plain_mark(mark: Mark) -> dict[str, Any]:
    """A mark as the player calls its parts, colours by role."""
    match mark:
        case Rect(x, y, width, height, fill, stroke, stroke_width, dash):
            return {
                "kind": "rect", "x": x, "y": y, "width": width, "height": height, "fill": fill, "stroke": stroke,
                "strokeWidth": stroke_width, "dash": dash,
            }  # fmt: skip
        case Line(x1, y1, x2, y2, color, width):
            return {"kind": "line", "x1": x1, "y1": y1, "x2": x2, "y2": y2, "color": color, "width": width}
        case Text(x, y, text, size, color, anchor, bold):
            return {
                "kind": "text", "x": round(x, 1), "y": round(y, 1), "text": text, "size": size, "color": color,
                "anchor": ANCHORS[anchor], "bold": bold,
            }  # fmt: skip


def plain_items(items: tuple[Placed, ...]) -> list[dict[str, Any]]:
    return [
        {"x": item.x, "y": item.y, "width": item.look.width, "height": item.look.height,
         "marks": [plain_mark(mark) for mark in item.look.marks]}
        for item in items
    ]  # fmt: skip


def taps_by_counting(recipe: Recipe, scene: Scene) -> set[Tap]:
    """Every product of a recipe as (input cell, kernel cell, output cell) in the planes' numbers, cell by cell.

    The definition is followed, not the scene: a convolution reads input[i·s + u·d − p], a transposed one adds to
    output[i·s + u·d − p]. Which number a cell has follows from its name in its plane, and for padding, which has none,
    from its place. Products with what a transposed convolution's view merely puts in as zeros are not counted.
    """
    inputs, kernels, outputs = scene.link().sheets
    numbers_out = {name: k for k, name in enumerate(outputs.names)}
    if recipe.variant != "transposed":
        return _direct_taps(recipe, inputs.columns, numbers_out)  # type: ignore[arg-type]
    numbers_in = {name: k for k, name in enumerate(inputs.names) if not isinstance(name, str)}
    numbers_kernel = {name: k for k, name in enumerate(kernels.names)}
    found = set()
    layer = recipe.layer
    for at, weight in product(numbers_in, numbers_kernel):
        place = tuple(i * s + u * d - p[0] for i, s, u, d, p in zip(
            at, layer.stride, weight, layer.dilation, layer.padding, strict=True  # type: ignore[arg-type]
        ))  # fmt: skip
        if place in numbers_out:
            found.add((numbers_in[at], numbers_kernel[weight], numbers_out[place]))
    return found


def _direct_taps(recipe: Recipe, columns: int, numbers_out: dict[tuple[int, int], int]) -> set[Tap]:
    found = set()
    rows_k, columns_k = recipe["kernel_size"]
    (s, t), (d, e) = recipe["stride"], recipe["dilation"]
    for (i, j), output in numbers_out.items():
        for u, v in product(range(rows_k), range(columns_k)):
            # Counted from the corner of the padded plane, all of which is drawn.
            found.add(((i * s + u * d) * columns + j * t + v * e, u * columns_k + v, output))
    return found
