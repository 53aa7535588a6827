"""Resizing and rearranging, as layers and computed: upsampling, pixel shuffle, and padding or cropping alone."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

from . import arguments
from .arguments import Array, PaddingLike, Pair, PairLike, ScaleLike, Sides
from .axis import linear_coordinate, nearest_cell

UPSAMPLE_MODES: Final = ("nearest", "bilinear")
SHUFFLE_MODES: Final = ("CRD", "DCR")

BLOCK: Final = 1 << 16
"""Outputs along an axis that are resized at once: what they read also takes memory."""


@dataclass(frozen=True, slots=True)
class Upsample2d:
    """Resizing by a factor, as `upsample2d` makes it; the class itself checks nothing.

    `scale_factor` is (height, width), as fractions.
    """

    scale_factor: tuple[Fraction, Fraction]
    mode: str

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, for an input of this (height, width)."""
        size = arguments.pair("input_size", input_size, least=1)
        rows, columns = (int(cells * scale) for cells, scale in zip(size, self.scale_factor, strict=True))
        if min(rows, columns) < 1:
            factors = " x ".join(map(str, self.scale_factor))
            raise SpecError(f"scale_factor must leave at least 1 cell; got {factors} on an input of {size}.")
        return rows, columns


@dataclass(frozen=True, slots=True)
class PixelShuffle:
    """Channels laid out as pixels, as `pixel_shuffle` makes it; the class itself checks nothing."""

    factor: int
    mode: str = "CRD"

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, for an input of this (height, width)."""
        height, width = arguments.pair("input_size", input_size, least=1)
        return height * self.factor, width * self.factor


@dataclass(frozen=True, slots=True)
class Pad2d:
    """A number around an input, as `pad2d` makes it; the class itself checks nothing.

    `padding` is ((top, bottom), (left, right)), and negative crops.
    """

    padding: Sides
    value: float = 0.0

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, for an input of this (height, width)."""
        size = arguments.pair("input_size", input_size, least=1)
        rows, columns = (cells + before + after for cells, (before, after) in zip(size, self.padding, strict=True))
        if min(rows, columns) < 1:
            raise SpecError(f"padding must leave at least 1 cell; got {self.padding} on an input of {size}.")
        return rows, columns


def upsample2d(scale_factor: ScaleLike, mode: str = "nearest") -> Upsample2d:
    """Make resizing: (C, H, W) -> (C, floor(H scale), floor(W scale)).

    Parameters
    ----------
    scale_factor : number or pair
        From a millionth to 10^9, for both axes or (height, width); below 1 it shrinks. A float is read as the nearest
        fraction with a denominator up to a million, a Fraction as it is (its denominator up to 10^9).
    mode : str
        "nearest" copies cell floor(output / scale); "bilinear" mixes the neighbors of (output + 1/2) / scale - 1/2.

    Raises
    ------
    SpecError
        A factor that is no such number, or (in `output_size`) leaves no cell.

    Notes
    -----
    In ONNX's Resize: asymmetric with floor, and half_pixel, https://onnx.ai/onnx/operators/onnx__Resize.html

    As PyTorch's `interpolate` with this scale_factor and align_corners=False, but in exact fractions. PyTorch computes
    coordinates in floating point, which may round to the neighboring cell, and takes two short cuts for any factor:
    along an axis whose size stays the same it copies, and "nearest" repeats every cell where the size doubles.
    With a factor of 1.25 and 3 cells, which stay 3, it reads the cells 0, 1, 2; the formula reads 0, 0, 1.

    Examples
    --------
    >>> upsample2d((2, 1.5)).output_size((3, 5))
    (6, 7)
    """
    return Upsample2d(
        scale_factor=arguments.scale(scale_factor),
        mode=arguments.choice("mode", mode, UPSAMPLE_MODES),
    )


def pixel_shuffle(factor: SupportsIndex, mode: str = "CRD") -> PixelShuffle:
    """Make a sub-pixel rearrangement: (C f f, H, W) -> (C, H f, W f).

    Output cell (c, f i + a, f j + b) is input cell (c f f + f a + b, i, j): https://arxiv.org/abs/1609.05158

    Parameters
    ----------
    factor : int
        At least 1, for both axes.
    mode : str
        The order of the input's channels: "CRD" (channel, row, column: as in PyTorch) or "DCR", where that cell is
        ((f a + b) C + c, i, j), as in TensorFlow and by default in ONNX's DepthToSpace.

    Raises
    ------
    SpecError
        A factor that is no positive integer, or another mode.

    Examples
    --------
    >>> pixel_shuffle(2).output_size((3, 5))
    (6, 10)
    """
    return PixelShuffle(
        factor=arguments.integer("factor", factor, least=1), mode=arguments.choice("mode", mode, SHUFFLE_MODES)
    )


def pad2d(padding: PaddingLike, *, value: float = 0.0) -> Pad2d:
    """Make zeros or another number around an input: (C, H, W) -> (C, H + p_top + p_bottom, W + p_left + p_right).

    Parameters
    ----------
    padding : int, pair or pair of pairs
        An int, (height, width) or ((top, bottom), (left, right)), in input cells; negative numbers crop.
    value : float
        What the padded cells hold, a finite number.

    Raises
    ------
    SpecError
        Padding that is no integer, a value that is no finite number, or (in `output_size`) a crop that leaves nothing.

    Examples
    --------
    >>> pad2d(((1, 0), (-1, 2))).output_size((4, 4))
    (5, 5)
    """
    rule = "padding must be an integer, a pair (height, width) or ((top, bottom), (left, right))"
    return Pad2d(
        padding=arguments.sides(padding, rule=rule, least=-arguments.LARGEST), value=arguments.number("value", value)
    )


def upsample(layer: Upsample2d, cells: Array) -> Array:
    """Resize one axis after the other, as both modes are separable: first the one that grows less, for less work."""
    sizes = layer.output_size(cells.shape[1:])
    resize = _mix if layer.mode == "bilinear" else _copy
    resized = cells
    # Scales are fractions of at most 10^9 / 1, with denominators up to 10^9, and outputs at most 2^31: int64 is enough.
    for n in sorted((0, 1), key=lambda n: layer.scale_factor[n]):
        before, axis = resized, n + 1
        resized = np.empty((*before.shape[:axis], sizes[n], *before.shape[axis + 1 :]), cells.dtype)
        for first in range(0, sizes[n], BLOCK):
            block = slice(first, min(first + BLOCK, sizes[n]))
            into = resized[(slice(None),) * axis + (block,)]
            into[...] = resize(before, axis, np.arange(block.start, block.stop), layer.scale_factor[n])
    return resized


def _copy(cells: Array, axis: int, outputs: npt.NDArray[np.int64], scale: Fraction) -> Array:
    """Return some outputs of nearest-neighbor resizing along an axis."""
    read: npt.NDArray[np.int64] = np.minimum(nearest_cell(outputs, scale), cells.shape[axis] - 1)
    return cells.take(read, axis)


def _mix(cells: Array, axis: int, outputs: npt.NDArray[np.int64], scale: Fraction) -> Array:
    """Return some outputs of linear resizing along an axis: the two cells around each, weighted by their nearness."""
    last = cells.shape[axis] - 1
    numerators, unit = linear_coordinate(outputs, scale)
    read, rest = np.divmod(numerators.clip(0, last * unit), unit)
    others = [other for other in range(3) if other != axis]
    weight = np.expand_dims(((unit - rest) / unit).astype(cells.dtype), others)
    near, far = cells.take(read, axis), cells.take(np.minimum(read + 1, last), axis)
    share = 1 - weight
    for values, factor in ((near, weight), (far, share)):
        np.copyto(values, 0, where=factor == 0)  # a cell that is not read may be infinite
        values *= factor
    near += far
    return near


def shuffle(layer: PixelShuffle, cells: Array) -> Array:
    """Lay channel c f f + f a + b (in DCR: (f a + b) C + c) out as the cells (f i + a, f j + b) of channel c."""
    factor, (channels, height, width) = layer.factor, cells.shape
    if layer.mode == "CRD":
        phases = cells.reshape(channels // factor**2, factor, factor, height, width)
    else:
        phases = cells.reshape(factor, factor, channels // factor**2, height, width).transpose(2, 0, 1, 3, 4)
    output = np.empty((len(phases), *layer.output_size((height, width))), cells.dtype)
    output.reshape(-1, height, factor, width, factor)[...] = phases.transpose(0, 3, 1, 4, 2)
    return output


def pad(layer: Pad2d, cells: Array) -> Array:
    """Return the number of the padding, with the part of the input that is not cropped written into it."""
    output = np.full((len(cells), *layer.output_size(cells.shape[1:])), layer.value, cells.dtype)
    (top, _), (left, _) = layer.padding
    kept = cells[:, max(0, -top) :, max(0, -left) :]
    into = output[:, max(0, top) :, max(0, left) :]
    rows, columns = (min(sizes) for sizes in zip(kept.shape[1:], into.shape[1:], strict=True))
    into[:, :rows, :columns] = kept[:, :rows, :columns]
    return output
