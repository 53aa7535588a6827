"""Resize and Upsample: find layers that read the same cells, by trying out all outputs along each axis.

ONNX has eight ways to place outputs on the input and four ways to round; most of the combinations that exporters write
agree with one of three: copying `floor(output / scale)`, mixing with half-pixel centers, and mixing with cells in their
corners, which is a transposed convolution. https://onnx.ai/onnx/operators/onnx__Resize.html

Others, and cubic and antialiased resizing, are done one axis at a time, by a transposed convolution and a stride. The
outputs lie at equal distances on the input. On a grid so fine that all of them lie on it, a cell is read up to a
certain distance to both sides: one cell's width by linear resizing, two by cubic, and more if it is antialiased. That
is a stamp, whose values do not matter here. An operator that reads other cells than its stamp is unsupported.
"""

from collections.abc import Callable
from fractions import Fraction
from math import floor, inf, lcm, prod
from typing import Any, Final, NamedTuple

import numpy as np

from convviz.analysis.receptive.footprints import Stamping, inside
from convviz.arithmetic import ConvTranspose2d, Layer, Volume
from convviz.arithmetic.arguments import NO_PADDING
from convviz.arithmetic.axis import linear_cells, nearest_cells
from convviz.arithmetic.layers import Conv2d
from convviz.arithmetic.resizing import Upsample2d
from convviz.arithmetic.volume import over_axes
from convviz.errors import SpecError

from .axis_tracking import Axes, Unsupported, along, require, spatial_axes
from .graph_builder import GraphBuilder
from .parse_model import Op
from .tensors import Tensor

REACHES: Final = {"nearest": 0, "linear": 1, "bilinear": 1, "cubic": 2}
"""How far the cells are that an output mixes, by mode."""

LONGEST: Final = 2**18
LARGEST: Final = 2**25
"""Positions of a fine grid along its axis, and with those of the other axis: every support goes through them."""


ONE_TAP: Final = Conv2d((1, 1), (1, 1), NO_PADDING, (1, 1), 1, "zeros")
ONE_STAMP: Final = ConvTranspose2d((1, 1), (1, 1), NO_PADDING, (0, 0), (1, 1), 1)
"""The layers that leave an axis as it is, next to those that resize another one."""


class Resizing(NamedTuple):
    """How an axis is resized by the scale of the file.

    Its outputs are at ``start + n distance``, and each reads the cells that are less than `reach` away. With `reach` 0,
    an output reads the one cell that `rounding` makes of its position. `read` has the cells that each output reads.
    """

    cells: int
    outputs: int
    scale: Fraction
    start: Fraction = Fraction(0)
    distance: Fraction = Fraction(1)
    reach: int | Fraction = 0
    rounding: str = "floor"
    read: tuple[frozenset[int], ...] = ()

    @property
    def is_identity(self) -> bool:
        return self.cells == self.outputs and self.scale == 1

    @property
    def work(self) -> int:
        """The cells that are gone through to try out all outputs."""
        return self.outputs * (4 + int(2 * self.reach))

    def shift(self, unit: int) -> int:
        """Return what is added to a position before it is rounded down, in parts of a cell, of which it has `unit`."""
        shifts = {"floor": 0, "ceil": unit - 1, "round_prefer_floor": unit // 2 - 1, "round_prefer_ceil": unit // 2}
        return shifts[self.rounding]


def resize(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Resize and Upsample, as one layer for both axes, or as layers for each axis."""
    tensor = builder.tensor(op)
    scales, sizes, is_to_size = _scales_and_sizes(builder, op, tensor)
    position = {label: n for n, label in spatial_axes(tensor.axes, builder.size(tensor)).items()}
    require(all(sizes[n] == cells for n, cells in enumerate(tensor.shape) if n not in position.values()))
    axes, resizings = list(tensor.axes), list[Resizing]()
    for label, cells in zip(builder.labels, builder.size(tensor), strict=True):
        resizing = Resizing(cells, cells, Fraction(1))
        if label in position:
            n = position[label]
            resizing = Resizing(cells, sizes[n], scales[n])
            axes[n] = along(label, sizes[n])
        if not resizing.is_identity:
            resizing = _sampled(op, builder.opset, resizing)
            builder.count_scanned(op.name, resizing.work)
            resizing = resizing._replace(read=_read_cells(resizing, is_cubic=op.get("mode") == "cubic"))
        resizings.append(resizing)
    aligns_corners = op.get("coordinate_transformation_mode", "") == "align_corners"
    marks = {"fixed": is_to_size, "aligns_corners": aligns_corners}
    try:
        layer = _layer(*resizings)
    except Unsupported:
        return _apply_each(builder, op, tensor, tuple(axes), resizings, marks)
    return builder.apply(op, layer, tensor, tensor.axes if layer is None else tuple(axes), **marks)


def _scales_and_sizes(builder: GraphBuilder, op: Op, tensor: Tensor) -> tuple[list[Fraction], list[int], bool]:
    """Return the scales and the new sizes of all axes, and whether the file has the sizes."""
    shape, rank = tensor.shape, tensor.rank
    require(op.get("keep_aspect_ratio_policy", "stretch") == "stretch")
    is_old = op.kind == "Upsample" or builder.opset < 11
    constant = builder.constant(op, 1 if is_old else 2)
    chosen = [n % rank for n in op.get("axes") or range(rank)]
    factors: list[Any] = [] if constant is None or constant.data is None else list(constant.data.ravel())
    if op.get("scales"):
        factors = list(np.array(op.get("scales"), np.float32).ravel())
    numbers = factors or builder.integers(op, 3)
    scales, new_sizes = [Fraction(1)] * rank, list(shape)
    for n, number in zip(chosen, numbers, strict=True):
        if not 1 <= (number * shape[n] * (1 + 1e-6) if factors else number) < inf:
            got = f"the scale {number:g}" if factors else f"the size {number}"
            raise SpecError(f'node "{op.name}" must make at least 1 cell of {shape[n]}; got {got}.')
        scales[n] = _exact(number) if factors else Fraction(number, shape[n])
        new_sizes[n] = floor(shape[n] * scales[n]) if factors else number
    return scales, new_sizes, not factors


def _exact(number: np.floating) -> Fraction:
    """Return the fraction that a float of 32 bits means: 1.1, not 1.10000002."""
    fraction = Fraction(str(number)).limit_denominator(1000)
    require(fraction > 1e-6 and abs(float(fraction) - float(number)) <= 1e-6 * float(number))
    return fraction


def _sampled(op: Op, opset: int, resizing: Resizing) -> Resizing:
    """Return where the outputs are, and how far they read, from the attributes of the operator."""
    if resizing.cells == 1:
        return resizing._replace(distance=Fraction(1, resizing.outputs))
    start = _position(op, opset, 0, resizing)
    distance = _position(op, opset, 1, resizing) - start if resizing.outputs > 1 else Fraction(1)
    mode = op.get("mode", "nearest")
    require(mode in REACHES and (mode != "cubic" or bool(op.get("cubic_coeff_a", -0.75))))
    rounding = "floor" if REACHES[mode] else op.get("nearest_mode", "round_prefer_floor" if opset >= 11 else "floor")
    is_wide = op.get("antialias", 0) and resizing.scale < 1
    reach = REACHES[mode] / resizing.scale if is_wide else REACHES[mode]
    return resizing._replace(start=start, distance=distance, reach=reach, rounding=rounding)


def _position(op: Op, opset: int, output: int, resizing: Resizing) -> Fraction:
    """Return where an output lies on the input, by the rule that the operator names."""
    cells, outputs, scale, *_ = resizing
    default = "half_pixel" if op.kind == "Resize" and opset >= 11 else "asymmetric"
    half_pixel = (output + Fraction(1, 2)) / scale - Fraction(1, 2)
    rules = {
        "asymmetric": output / scale,
        "half_pixel": half_pixel,
        "pytorch_half_pixel": half_pixel if outputs > 1 else Fraction(0),
        "half_pixel_symmetric": half_pixel + (cells - outputs / scale) / 2,
        "tf_half_pixel_for_nn": half_pixel + Fraction(1, 2),
        "align_corners": Fraction(output * (cells - 1), max(1, outputs - 1)),
    }
    rule = op.get("coordinate_transformation_mode", default)
    require(rule in rules)
    return rules[rule]


def _read_cells(resizing: Resizing, *, is_cubic: bool) -> tuple[frozenset[int], ...]:
    """Return the cells that each output reads; beyond the borders the outermost cells repeat."""
    last = resizing.cells - 1
    unit = lcm(resizing.start.denominator, resizing.distance.denominator, 2 * Fraction(resizing.reach).denominator)
    start, distance, reach = (int(number * unit) for number in (resizing.start, resizing.distance, resizing.reach))
    empty = reach // 2 if is_cubic else None  # the distance at which a cubic weight is 0
    shift = resizing.shift(unit)
    read = []
    for position in range(start, start + resizing.outputs * distance, distance):
        if not reach:
            read.append(frozenset({min(max((position + shift) // unit, 0), last)}))
            continue
        if reach == unit:  # linear: mixed at the position of the border
            position = min(max(position, 0), last * unit)
        near = range((position - reach) // unit + 1, -((-position - reach) // unit))
        read.append(frozenset(min(max(n, 0), last) for n in near if abs(n * unit - position) != empty))
    return tuple(read)


def _layer(*each: Resizing) -> Layer | Volume | None:
    """Return the layer that resizes all axes; None if nothing is resized."""
    agreeing = [_agreeing(resizing) for resizing in each]
    if all(one.cells == one.outputs and "nearest" in modes for one, modes in zip(each, agreeing, strict=True)):
        return None
    modes = set.intersection(*agreeing)
    for mode in ("nearest", "bilinear"):
        if mode in modes:
            return over_axes(*(Upsample2d((one.scale, Fraction(1)), mode) for one in each))
    require("corners" in modes)
    layers = []
    for one in each:
        by = one.outputs // one.cells
        crop, kernel = ((by - 1, by - 1), (0, 0)), (2 * by - 1, 1)
        layers.append(ConvTranspose2d(kernel, (by, 1), crop, (by - 1, 0), (1, 1), 1))
    return over_axes(*layers)


def _agreeing(resizing: Resizing) -> set[str]:
    """Return which of the modes of `_layer` read the same cells as the operator, for all outputs of an axis."""
    cells, scale, whole = resizing.cells, resizing.scale, resizing.scale.numerator
    if cells == 1 or resizing.is_identity:
        return {"nearest", "bilinear", "corners"}
    reads: dict[str, Callable[[int], set[int]]] = {
        "nearest": lambda n: {cell for cell, _ in nearest_cells(n, cells, scale)},
        "bilinear": lambda n: {cell for cell, _ in linear_cells(n, cells, scale)},
        "corners": lambda n: {n // whole, min(-(-n // whole), cells - 1)},
    }
    if scale != whole:
        del reads["corners"]
    return {mode for mode, read in reads.items() if all(own == read(n) for n, own in enumerate(resizing.read))}


def _apply_each(
    builder: GraphBuilder, op: Op, tensor: Tensor, axes: Axes, resizings: list[Resizing], marks: dict[str, bool]
) -> Tensor:
    """Resize one axis after the other."""
    size, layers = list(builder.size(tensor)), list[Layer | Volume]()
    for axis, resizing in enumerate(resizings):
        if resizing.is_identity:
            continue
        builder.count_scanned(op.name, resizing.work)
        for layer in _stamp_layers(resizing, prod(size[:axis] + size[axis + 1 :])):
            usual = ONE_TAP if isinstance(layer, Conv2d) else ONE_STAMP
            layers.append(over_axes(*(layer if n == axis else usual for n in range(len(size)))))
        size[axis] = resizing.outputs
    for layer in layers[:-1]:  # type: ignore[assignment]
        tensor = Tensor(builder.add(op, layer, [tensor], helper="grid", **marks), tensor.axes)
    return builder.apply(op, layers[-1], tensor, axes, **marks)


def _stamp_layers(resizing: Resizing, across: int) -> list[Layer]:
    """Return a stamp along the first axis, cropped so that it begins with the first output, and a stride if needed.

    `across` is the number of cells along the other axes.
    """
    is_rounded = resizing.rounding.startswith("round")
    unit = lcm(resizing.start.denominator, resizing.distance.denominator, 2 if is_rounded else 1)
    start, every = int(resizing.start * unit), int(resizing.distance * unit)
    kernel, before = unit, start + resizing.shift(unit)
    if resizing.reach:
        kernel = 2 * int(resizing.reach * unit) - 1
        before = start + kernel // 2
    length = (resizing.outputs - 1) * every + 1
    require(length <= LONGEST and length * across <= LARGEST)
    stamp = Stamping(kernel, unit, 1, before)
    require(all(own == set(inside(stamp.cells(n * every), resizing.cells)) for n, own in enumerate(resizing.read)))
    after = (resizing.cells - 1) * unit + kernel - before - length
    crop, extra = ((before, max(0, after)), (0, 0)), (max(0, -after), 0)
    layers: list[Layer] = [ConvTranspose2d((kernel, 1), (unit, 1), crop, extra, (1, 1), 1)]
    if every > 1:
        layers.append(Conv2d((1, 1), (every, 1), NO_PADDING, (1, 1), 1, "zeros"))
    return layers
