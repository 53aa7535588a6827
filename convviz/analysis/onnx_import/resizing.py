"""Resize and Upsample: which of the ways to resize that there are here reads the same cells, tried out cell by cell.

ONNX has eight ways to place outputs on the input and four ways to round; most of the combinations that exporters write
agree with one of three: copying `floor(output / scale)`, mixing with half-pixel centers, and mixing with cells in their
corners, which is a transposed convolution. Others, and cubic and antialiased resizing, are done one axis at a time, as
`stretching` has it. What agrees with none is unknown.
https://onnx.ai/onnx/operators/onnx__Resize.html
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, floor

import numpy as np

from ...arithmetic import ConvTranspose2d, Layer
from ...arithmetic.axis import linear_cells, nearest_cells
from ...arithmetic.resizing import Upsample2d
from .building import Building, Plane
from .folding import numbers
from .layout import Axes, NotUnderstood, along, dims
from .loading import Constant, Op
from .shaping import places
from .stretching import Way, layers, stretch

REACHES = {"nearest": 0, "linear": 1, "bilinear": 1, "cubic": 2}
Cells = frozenset[int]
Chosen = tuple[int, int, Fraction]
"""Of an axis its cells, its outputs and the scale that the file names."""

ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "floor": floor,
    "ceil": ceil,
    "round_prefer_floor": lambda place: ceil(place - Fraction(1, 2)),
    "round_prefer_ceil": lambda place: floor(place + Fraction(1, 2)),
}


def resize(building: Building, op: Op) -> Plane:
    """One layer for both axes, or unknown."""
    plane = building.plane(op)
    scales, sizes = _asked(building, op, plane)
    at = {label: n for n, label in places(plane.axes).items()}
    if any(sizes[n] != cells for n, cells in enumerate(plane.shape) if n not in at.values()) or min(sizes) < 1:
        raise NotUnderstood
    axes, chosen = list(plane.axes), list[Chosen]()
    for label, cells in zip(("h", "w"), building.size(plane), strict=True):
        outputs = sizes[at[label]] if label in at else cells
        scale = scales[at[label]] if label in at else Fraction(1)
        building.scan(op.name, 4 * outputs if outputs != cells else 0)
        chosen.append((cells, outputs, scale))
        if label in at:
            axes[at[label]] = along(label, outputs)
    try:
        layer = _layer(
            *((cells, outputs, _ways(op, building.opset, *one)) for one in chosen for cells, outputs, _ in [one])
        )
    except NotUnderstood:
        return _stretched(building, op, plane, tuple(axes), chosen)
    if layer is None:
        return building.step(op, None, plane, plane.axes)
    return building.step(op, layer, plane, tuple(axes))


def _stretched(building: Building, op: Op, plane: Plane, axes: Axes, chosen: Sequence[Chosen]) -> Plane:
    """The height and then the width, each by itself."""
    size, found = building.size(plane), list[Layer]()
    for axis, (cells, outputs, scale) in enumerate(chosen):
        if cells == outputs and scale == 1:
            continue
        building.scan(op.name, 4 * outputs)
        asked = [_cells(op, building.opset, n, cells, outputs, scale) for n in range(outputs)]
        way = _way(op, building.opset, cells, outputs, scale)
        one = stretch(way, asked, cells, size[1 - axis])
        found += layers(one, axis, size, outputs)
        size = (outputs, size[1]) if axis == 0 else (size[0], outputs)
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
        scales = [_exact(one) for one in factors.data.ravel()]
        sizes = [floor(shape[n] * scale) for n, scale in zip(chosen, scales, strict=True)]
    else:
        sizes = numbers(building.constant(op, 3))
        scales = [Fraction(size, shape[n]) for n, size in zip(chosen, sizes, strict=True)]
    all_scales, all_sizes = [Fraction(1)] * rank, list(shape)
    for n, scale, size in zip(chosen, scales, sizes, strict=True):
        all_scales[n], all_sizes[n] = scale, size
    return all_scales, all_sizes


def _exact(number: np.floating) -> Fraction:
    """The fraction that a float of 32 bits stands for: 1.1, not 1.10000002."""
    found = Fraction(str(number)).limit_denominator(1000)
    if found <= 1e-6 or abs(float(found) - float(number)) > 1e-6 * float(number):
        raise NotUnderstood
    return found


def _ways(op: Op, opset: int, cells: int, outputs: int, scale: Fraction) -> set[str]:
    """Which ways of `_layer` read the same cells as the file's, for all outputs of this axis."""
    if cells == 1 or (cells == outputs and scale == 1):
        return {"nearest", "bilinear", "corners"}
    asked = [_cells(op, opset, n, cells, outputs, scale) for n in range(outputs)]
    found, exact = set(), Fraction(outputs, cells)
    if floor(cells * exact) == outputs:
        if asked == [frozenset(cell for cell, _ in nearest_cells(n, cells, exact)) for n in range(outputs)]:
            found.add("nearest")
        if asked == [frozenset(cell for cell, _ in linear_cells(n, cells, exact)) for n in range(outputs)]:
            found.add("bilinear")
    whole = scale.numerator
    if scale.denominator == 1 and outputs == cells * whole:
        corners = [frozenset({n // whole, min(-(-n // whole), cells - 1)}) for n in range(outputs)]
        found |= {"corners"} if asked == corners else set()
    return found


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


def _cells(op: Op, opset: int, output: int, cells: int, outputs: int, scale: Fraction) -> Cells:
    """The cells that an output reads; beyond the borders the outermost ones stand for those that are not there."""
    place, reach = _place(op, opset, output, cells, outputs, scale), _reach(op, scale)
    if not reach:
        return frozenset({min(max(ROUNDINGS[_rounding(op, opset)](place), 0), cells - 1)})
    if reach == 1:  # linear: mixed at the border's own place
        place = min(max(place, Fraction(0)), Fraction(cells - 1))
    empty = Fraction(reach) / 2 if op.get("mode") == "cubic" else 0  # the distance at which a cubic weight is 0
    near = range(floor(place - reach) + 1, ceil(place + reach))
    read = (cell for cell in near if not empty or abs(cell - place) != empty)
    return frozenset(min(max(cell, 0), cells - 1) for cell in read)


def _layer(height: tuple[int, int, set[str]], width: tuple[int, int, set[str]]) -> Layer | None:
    """The layer that does both axes in one way; None if nothing is resized."""
    if all(cells == outputs and "nearest" in ways for cells, outputs, ways in (height, width)):
        return None
    ways = height[2] & width[2]
    scales = [Fraction(outputs, cells) for cells, outputs, _ in (height, width)]
    for mode in ("nearest", "bilinear"):
        if mode in ways:
            return Upsample2d((scales[0], scales[1]), mode)
    if "corners" in ways and all(scale.denominator == 1 for scale in scales):
        high, wide = (scale.numerator for scale in scales)
        crop = ((high - 1, high - 1), (wide - 1, wide - 1))
        kernel = (2 * high - 1, 2 * wide - 1)
        return ConvTranspose2d(kernel, (high, wide), crop, (high - 1, wide - 1), (1, 1), 1)
    raise NotUnderstood
