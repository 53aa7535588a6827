"""Random layers with numbers to put into them. Each axis draws its own, so that swapping height and width shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from convviz import arithmetic as cv
from convviz.arithmetic.layers import Windowed

Array = np.ndarray[Any, Any]
Pairs = tuple[int, int]
PADDING_MODES = ("zeros", "reflect", "replicate", "circular", "symmetric")


@dataclass(frozen=True)
class Case:
    """A layer, and numbers that suit it."""

    layer: Any
    input: Array
    weight: Array | None = None
    bias: Array | None = None

    def numbers(self, dtype: type = np.float32) -> tuple[Any, Array, Array | None, Array | None]:
        """(layer, input, weight, bias) of this dtype."""
        arrays = (None if array is None else array.astype(dtype) for array in (self.input, self.weight, self.bias))
        return (self.layer, *arrays)  # type: ignore[return-value]


def pairs(least: int, most: int) -> st.SearchStrategy[Pairs]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


def small_integers(seed: int, *shape: int) -> Array:
    """Integers whose sums of products a float32 holds exactly."""
    return np.random.default_rng(seed).integers(-9, 10, shape)


@st.composite
def convolutions(draw: st.DrawFn, padding_mode: str = "zeros", most: int = 3) -> Case:
    """Draw a convolution of any kind: padding per side, groups, depthwise with a multiplier, bias or none."""
    kernel, stride, dilation = draw(pairs(1, 4)), draw(pairs(1, 3)), draw(pairs(1, 3))
    size = draw(pairs(3 if padding_mode == "reflect" else 1, 8))
    sides = draw(st.tuples(pairs(0, 5), pairs(0, 5)))
    if padding_mode == "reflect":
        sides = tuple(tuple(min(side, cells - 1) for side in pair) for pair, cells in zip(sides, size, strict=True))
    layer = cv.conv2d(kernel, stride, sides, dilation, draw(st.integers(1, 3)), padding_mode)
    size = _fitting(layer, size)
    return _with_weight(draw, layer, size, most)


@st.composite
def transposed(draw: st.DrawFn, most_extra: str = "stride") -> Case:
    """Draw a transposed convolution whose output_padding is less than the "stride", or also than the "dilation"."""
    kernel, stride, dilation = draw(pairs(1, 4)), draw(pairs(1, 3)), draw(pairs(1, 4))
    bounds = [max(pair) if most_extra == "dilation" else pair[0] for pair in zip(stride, dilation, strict=True)]
    extra = tuple(draw(st.integers(0, bound - 1)) for bound in bounds)
    size = draw(pairs(1, 5))
    room = [
        (cells - 1) * step + hole * (side - 1) + more
        for cells, step, hole, side, more in zip(size, stride, dilation, kernel, extra, strict=True)
    ]
    before = [draw(st.integers(0, min(4, most))) for most in room]
    after = [draw(st.integers(0, min(4, most - used))) for most, used in zip(room, before, strict=True)]
    padding = tuple(zip(before, after, strict=True))
    groups = draw(st.integers(1, 3))
    layer = cv.conv_transpose2d(kernel, stride, padding, output_padding=extra, dilation=dilation, groups=groups)
    return _with_weight(draw, layer, size, 2)


@st.composite
def max_pools(draw: st.DrawFn, dilated: bool = True, ceil_modes: tuple[Any, ...] = (False, True)) -> Case:
    """Draw max pooling with padding up to half the kernel, dilation, and ceil_mode or not."""
    kernel = draw(pairs(1, 4))
    layer = cv.max_pool2d(
        kernel,
        draw(pairs(1, 4)),
        _half(draw, kernel),
        draw(pairs(1, 3)) if dilated else 1,
        draw(st.sampled_from(ceil_modes)),
    )
    # A dilated window on an input smaller than its holes may read nothing but padding: a case of its own.
    least = tuple(hole * (side - 1) + 1 for hole, side in zip(layer.dilation, kernel, strict=True))
    return _pool_case(draw, layer, least)


@st.composite
def average_pools(draw: st.DrawFn, overridden: bool = True) -> Case:
    """Draw average pooling with everything that enters the divisor."""
    kernel, switches = draw(pairs(1, 4)), (draw(st.booleans()), draw(st.booleans()))
    override = draw(st.none() | st.integers(1, 9)) if overridden else None
    layer = cv.avg_pool2d(
        kernel, draw(pairs(1, 4)), _half(draw, kernel), *switches, override, dilation=draw(pairs(1, 3))
    )
    return _pool_case(draw, layer, (1, 1))


@st.composite
def adaptive_pools(draw: st.DrawFn, make: Callable[[Pairs], cv.Layer]) -> Case:
    """Draw adaptive pooling to fewer cells than the input has, or to more."""
    cells = small_integers(draw(st.integers(0, 999)), draw(st.integers(1, 3)), *draw(pairs(1, 9)))
    return Case(make(draw(pairs(1, 9))), cells)


@st.composite
def resizings(draw: st.DrawFn, mode: str | None = None) -> Case:
    """Draw upsampling, whole and not, up and down."""
    factors = st.sampled_from([0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4])
    layer = cv.upsample2d((draw(factors), draw(factors)), mode or draw(st.sampled_from(["nearest", "bilinear"])))
    size = draw(pairs(2, 7))
    return Case(layer, small_integers(draw(st.integers(0, 999)), draw(st.integers(1, 3)), *size))


@st.composite
def rearrangements(draw: st.DrawFn) -> Case:
    """Draw pixel shuffle, and zeros around an input or crops into it."""
    channels, size = draw(st.integers(1, 2)), draw(pairs(4, 6))
    if draw(st.booleans()):
        factor = draw(st.integers(1, 3))
        mode = draw(st.sampled_from(["CRD", "DCR"]))
        return Case(
            cv.pixel_shuffle(factor, mode), small_integers(draw(st.integers(0, 999)), channels * factor**2, *size)
        )
    sides = draw(st.tuples(pairs(-2, 3), pairs(-2, 3)).filter(lambda sides: min(map(sum, sides)) > -4))
    value = draw(st.integers(-9, 9))
    return Case(cv.pad2d(sides, value=value), small_integers(draw(st.integers(0, 999)), channels, *size))


def _fitting(layer: Windowed, size: Pairs) -> Pairs:
    """Return the size, enlarged as far as one window needs."""
    sides = layer.resolve_padding(size)
    extents = layer.effective_kernel_size
    height, width = (max(cells, side - sum(pad)) for cells, side, pad in zip(size, extents, sides, strict=True))
    return height, width


def _half(draw: st.DrawFn, kernel: Pairs) -> Any:
    return tuple(draw(pairs(0, side // 2)) for side in kernel)


def _pool_case(draw: st.DrawFn, layer: Windowed, least: Pairs) -> Case:
    size = _fitting(layer, tuple(max(pair) for pair in zip(draw(pairs(1, 9)), least, strict=True)))  # type: ignore[arg-type]
    return Case(layer, small_integers(draw(st.integers(0, 999)), draw(st.integers(1, 3)), *size))


def _with_weight(draw: st.DrawFn, layer: Any, size: Pairs, most: int) -> Case:
    seed, per_group = draw(st.integers(0, 999)), draw(pairs(1, most))
    channels = layer.groups * per_group[0]
    outputs = layer.groups * per_group[1]
    if isinstance(layer, cv.Conv2d):
        weight = small_integers(seed + 1, outputs, per_group[0], *layer.kernel_size)
    else:
        weight = small_integers(seed + 1, channels, per_group[1], *layer.kernel_size)
    bias = small_integers(seed + 2, outputs) if draw(st.booleans()) else None
    return Case(layer, small_integers(seed, channels, *size), weight, bias)
