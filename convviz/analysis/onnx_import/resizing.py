"""Resize and Upsample: which of the ways to resize that there are here reads the same cells, tried out cell by cell.

ONNX has eight ways to place outputs on the input and four ways to round; most of the combinations that exporters write
agree with one of three: copying `floor(output / scale)`, mixing with half-pixel centers, and mixing with cells in their
corners, which is a transposed convolution. Others, and cubic and antialiased resizing, are done one axis at a time, as
`stretching` has it. What agrees with none is unknown.
https://onnx.ai/onnx/operators/onnx__Resize.html
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor, inf, lcm
from typing import NamedTuple

import numpy as np

from convviz.arithmetic import ConvTranspose2d, Layer
from convviz.arithmetic.axis import linear_cells, nearest_cells
from convviz.arithmetic.resizing import Upsample2d
from convviz.errors import SpecError

from .axis_tracking import Axes, NotUnderstood, along, dims
from .constant_folding import numbers
from .graph_builder import Building, Plane
from .ops_shape import places
from .parse_model import Constant, Op
from .stretching import Way, layers, stretch

REACHES = {"nearest": 0, "linear": 1, "bilinear": 1, "cubic": 2}
Cells = frozenset[int]

ROUNDINGS: dict[str, Callable[[int, int], int]] = {
    "floor": lambda place, unit: place // unit,
    "ceil": lambda place, unit: -(-place // unit),
    "round_prefer_floor": lambda place, unit: -((unit - 2 * place) // (2 * unit)),
    "round_prefer_ceil": lambda place, unit: (2 * place + unit) // (2 * unit),
}
"""Of places that are counted in parts of a cell, so many of which are a cell."""


class Resizing(NamedTuple):
    """What happens to an axis: its cells become outputs by a scale that the file names, and each reads some cells."""

    cells: int
    outputs: int
    scale: Fraction
    way: Way
    read: list[Cells]

    @property
    def is_nothing(self) -> bool:
        return self.cells == self.outputs and self.scale == 1


def resize(building: Building, op: Op) -> Plane:
    """One layer for both axes, or unknown."""
    plane = building.plane(op)
    scales, sizes = _asked(building, op, plane)
    at = {label: n for n, label in places(plane.axes).items()}
    if any(sizes[n] != cells for n, cells in enumerate(plane.shape) if n not in at.values()):
        raise NotUnderstood
    axes, chosen = list(plane.axes), list[Resizing]()
    for label, cells in zip(("h", "w"), building.size(plane), strict=True):
        outputs = sizes[at[label]] if label in at else cells
        scale = scales[at[label]] if label in at else Fraction(1)
        chosen.append(_resizing(building, op, cells, outputs, scale))
        if label in at:
            axes[at[label]] = along(label, outputs)
    height, width = chosen
    try:
        layer = _layer(height, width)
    except NotUnderstood:
        return _stretched(building, op, plane, tuple(axes), chosen)
    if layer is None:
        return building.step(op, None, plane, plane.axes)
    return building.step(op, layer, plane, tuple(axes))


def _resizing(building: Building, op: Op, cells: int, outputs: int, scale: Fraction) -> Resizing:
    """What happens to an axis, its outputs tried out one by one."""
    if cells == outputs and scale == 1:
        return Resizing(cells, outputs, scale, Way(Fraction(0), Fraction(1), 0), [])
    way = _way(op, building.opset, cells, outputs, scale)
    building.scan(op.name, outputs * (4 + int(2 * way.reach)))
    return Resizing(cells, outputs, scale, way, _read(way, cells, outputs, is_cubic=op.get("mode") == "cubic"))


def _stretched(building: Building, op: Op, plane: Plane, axes: Axes, chosen: Sequence[Resizing]) -> Plane:
    """The height and then the width, each by itself."""
    size, found = building.size(plane), list[Layer]()
    for axis, one in enumerate(chosen):
        if one.is_nothing:
            continue
        building.scan(op.name, one.outputs * (4 + int(2 * one.way.reach)))
        found += layers(stretch(one.way, one.read, one.cells, size[1 - axis]), axis, size, one.outputs)
        size = (one.outputs, size[1]) if axis == 0 else (size[0], one.outputs)
    for layer in found[:-1]:
        plane = Plane(building.add(op, layer, [plane], what="grid"), plane.axes)
    return building.step(op, found[-1], plane, axes)


def _way(op: Op, opset: int, cells: int, outputs: int, scale: Fraction) -> Way:
    """Of all outputs of an axis."""
    if cells == 1:
        return Way(Fraction(0), Fraction(1, outputs), 0)
    start = _place(op, opset, 0, cells, outputs, scale)
    distance = _place(op, opset, 1, cells, outputs, scale) - start if outputs > 1 else Fraction(1)
    return Way(start, distance, _reach(op, scale), _rounding(op, opset))


def _asked(building: Building, op: Op, plane: Plane) -> tuple[list[Fraction], list[int]]:
    """(scales, sizes) of all axes."""
    shape, rank = dims(plane.axes), len(plane.axes)
    if op.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise NotUnderstood
    is_old = op.kind == "Upsample" or building.opset < 11
    factors = building.constant(op, 1 if is_old else 2)
    chosen = [n % rank for n in op.get("axes") or range(rank)]
    if op.get("scales"):
        factors = Constant.of(np.array(op.get("scales"), np.float32))
    if factors is not None and factors.data is not None and factors.data.size:
        scales, sizes = [], []
        for n, factor in zip(chosen, factors.data.ravel(), strict=True):
            _check_cells(op, shape[n], factor * shape[n] * (1 + 1e-6), f"the scale {factor:g}")
            scales.append(_exact(factor))
            sizes.append(floor(shape[n] * scales[-1]))
    else:
        sizes = numbers(building.constant(op, 3))
        for n, size in zip(chosen, sizes, strict=True):
            _check_cells(op, shape[n], size, f"the size {size}")
        scales = [Fraction(size, shape[n]) for n, size in zip(chosen, sizes, strict=True)]
    all_scales, all_sizes = [Fraction(1)] * rank, list(shape)
    for n, scale, size in zip(chosen, scales, sizes, strict=True):
        all_scales[n], all_sizes[n] = scale, size
    return all_scales, all_sizes


def _check_cells(op: Op, cells: int, left: float, got: str) -> None:
    """Refuse to make nothing, or without end, of the cells of an axis."""
    if not 1 <= left < inf:
        raise SpecError(f'node "{op.name}" must make at least 1 cell of {cells}; got {got}.')


def _exact(number: np.floating) -> Fraction:
    """The fraction that a float of 32 bits stands for: 1.1, not 1.10000002."""
    found = Fraction(str(number)).limit_denominator(1000)
    if found <= 1e-6 or abs(float(found) - float(number)) > 1e-6 * float(number):
        raise NotUnderstood
    return found


def _ways(one: Resizing) -> set[str]:
    """Which ways of `_layer` read the same cells as the file's, for all outputs of this axis."""
    if one.cells == 1 or one.is_nothing:
        return {"nearest", "bilinear", "corners"}
    found, exact, cells = set(), Fraction(one.outputs, one.cells), one.cells
    if floor(cells * exact) == one.outputs:
        if all(read == {cell for cell, _ in nearest_cells(n, cells, exact)} for n, read in enumerate(one.read)):
            found.add("nearest")
        if all(read == {cell for cell, _ in linear_cells(n, cells, exact)} for n, read in enumerate(one.read)):
            found.add("bilinear")
    whole = one.scale.numerator
    if one.scale != whole or one.outputs != cells * whole:
        return found
    corners = all(read == {n // whole, min(-(-n // whole), cells - 1)} for n, read in enumerate(one.read))
    return found | ({"corners"} if corners else set())


def _place(op: Op, opset: int, output: int, cells: int, outputs: int, scale: Fraction) -> Fraction:
    """Where an output lies on the input, in the words of the file."""
    default = "half_pixel" if op.kind == "Resize" and opset >= 11 else "asymmetric"
    match op.get("coordinate_transformation_mode", default):
        case "asymmetric":
            return output / scale
        case "pytorch_half_pixel" if outputs == 1:
            return Fraction(0)
        case "half_pixel" | "pytorch_half_pixel":
            return (output + Fraction(1, 2)) / scale - Fraction(1, 2)
        case "half_pixel_symmetric":
            rest = cells - Fraction(cells) * (outputs / (cells * scale))
            return rest / 2 + (output + Fraction(1, 2)) / scale - Fraction(1, 2)
        case "tf_half_pixel_for_nn":
            return (output + Fraction(1, 2)) / scale
        case "align_corners":
            return Fraction(output * (cells - 1), outputs - 1) if outputs > 1 else Fraction(0)
        case _:
            raise NotUnderstood


def _reach(op: Op, scale: Fraction) -> int | Fraction:
    """Cells are read that are less than so many cells away; 0 if it is the nearest one."""
    mode = op.get("mode", "nearest")
    if mode not in REACHES or (mode == "cubic" and not op.get("cubic_coeff_a", -0.75)):
        raise NotUnderstood
    is_wide = op.get("antialias", 0) and scale < 1
    return REACHES[mode] / scale if is_wide else REACHES[mode]


def _rounding(op: Op, opset: int) -> str:
    """Of the place of an output to the nearest cell."""
    if _reach(op, Fraction(1)):
        return "floor"
    return str(op.get("nearest_mode", "round_prefer_floor" if opset >= 11 else "floor"))


def _read(way: Way, cells: int, outputs: int, *, is_cubic: bool) -> list[Cells]:
    """The cells that each output reads; beyond the borders the outermost ones stand for those that are not there."""
    unit = lcm(way.start.denominator, way.distance.denominator, 2 * Fraction(way.reach).denominator)
    start, distance, reach = (int(number * unit) for number in (way.start, way.distance, way.reach))
    last, empty = cells - 1, reach // 2 if is_cubic else None  # the distance at which a cubic weight is 0
    found = []
    for place in range(start, start + outputs * distance, distance):
        if not reach:
            found.append(frozenset({min(max(ROUNDINGS[way.rounding](place, unit), 0), last)}))
            continue
        if reach == unit:  # linear: mixed at the border's own place
            place = min(max(place, 0), last * unit)
        near = range((place - reach) // unit + 1, -((-place - reach) // unit))
        found.append(frozenset(min(max(n, 0), last) for n in near if abs(n * unit - place) != empty))
    return found


def _layer(height: Resizing, width: Resizing) -> Layer | None:
    """The layer that does both axes in one way; None if nothing is resized."""
    both = (height, width)
    tried = [_ways(one) for one in both]
    if all(one.cells == one.outputs and "nearest" in ways for one, ways in zip(both, tried, strict=True)):
        return None
    ways = tried[0] & tried[1]
    scales = [Fraction(one.outputs, one.cells) for one in both]
    for mode in ("nearest", "bilinear"):
        if mode in ways:
            return Upsample2d((scales[0], scales[1]), mode)
    if "corners" in ways and all(scale.denominator == 1 for scale in scales):
        high, wide = (scale.numerator for scale in scales)
        crop = ((high - 1, high - 1), (wide - 1, wide - 1))
        kernel = (2 * high - 1, 2 * wide - 1)
        return ConvTranspose2d(kernel, (high, wide), crop, (high - 1, wide - 1), (1, 1), 1)
    raise NotUnderstood
