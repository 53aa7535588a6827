"""Resizing and rearranging: upsampling, pixel shuffle, and padding or cropping by itself."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, SupportsIndex

from convviz.errors import SpecError

from . import parse
from .parse import PaddingLike, Pair, PairLike, ScaleLike, Sides

UPSAMPLE_MODES: Final = ("nearest", "bilinear")


@dataclass(frozen=True, slots=True)
class Upsample2d:
    """Resizing by a factor, as `upsample2d` makes it: what is given to the class itself is not checked.

    `scale_factor` is (height, width), as fractions.
    """

    scale_factor: tuple[Fraction, Fraction]
    mode: str

    def output_size(self, input_size: PairLike) -> Pair:
        """(height, width) of the output, for an input of this (height, width)."""
        size = parse.pair("input_size", input_size, least=1)
        rows, columns = (int(cells * scale) for cells, scale in zip(size, self.scale_factor, strict=True))
        if min(rows, columns) < 1:
            factors = " x ".join(map(str, self.scale_factor))
            raise SpecError(f"scale_factor must leave at least 1 cell; got {factors} on an input of {size}.")
        return rows, columns


@dataclass(frozen=True, slots=True)
class PixelShuffle:
    """Channels laid out as pixels, as `pixel_shuffle` makes it: what is given to the class itself is not checked."""

    factor: int

    def output_size(self, input_size: PairLike) -> Pair:
        """(height, width) of the output, for an input of this (height, width)."""
        height, width = parse.pair("input_size", input_size, least=1)
        return height * self.factor, width * self.factor


@dataclass(frozen=True, slots=True)
class Pad2d:
    """Zeros around an input, as `pad2d` makes it: what is given to the class itself is not checked.

    `padding` is ((top, bottom), (left, right)), and negative crops.
    """

    padding: Sides

    def output_size(self, input_size: PairLike) -> Pair:
        """(height, width) of the output, for an input of this (height, width)."""
        size = parse.pair("input_size", input_size, least=1)
        rows, columns = (cells + before + after for cells, (before, after) in zip(size, self.padding, strict=True))
        if min(rows, columns) < 1:
            raise SpecError(f"padding must leave at least 1 cell; got {self.padding} on an input of {size}.")
        return rows, columns


def upsample2d(scale_factor: ScaleLike, mode: str = "nearest") -> Upsample2d:
    """Resizing: (C, H, W) -> (C, floor(H scale), floor(W scale)).

    Parameters
    ----------
    scale_factor : A number from a millionth to 10^9, or (height, width); below 1 it shrinks. A float stands for the
        nearest fraction with a denominator up to a million, a Fraction for itself (its denominator up to 10^9).
    mode : "nearest" copies cell floor(output / scale); "bilinear" mixes the neighbours of (output + 1/2) / scale - 1/2.

    Raises
    ------
    SpecError : A factor that is no such number, or (in `output_size`) leaves no cell.

    Notes
    -----
    In ONNX's Resize: asymmetric with floor, and half_pixel, https://onnx.ai/onnx/operators/onnx__Resize.html

    As PyTorch's `interpolate` with this scale_factor and align_corners=False, but in exact fractions. PyTorch computes
    coordinates in floating point, which may round to the neighbouring cell, and takes two short cuts, whatever the
    factor: along an axis whose size stays the same it copies, and "nearest" repeats every cell where the size doubles.
    With a factor of 1.25 and 3 cells, which stay 3, it reads the cells 0, 1, 2; the formula reads 0, 0, 1.

    Examples
    --------
    >>> upsample2d((2, 1.5)).output_size((3, 5))
    (6, 7)
    """
    return Upsample2d(
        scale_factor=parse.scale(scale_factor),
        mode=parse.choice("mode", mode, UPSAMPLE_MODES),
    )


def pixel_shuffle(factor: SupportsIndex) -> PixelShuffle:
    """Sub-pixel rearrangement: (C f f, H, W) -> (C, H f, W f).

    Output cell (c, f i + a, f j + b) is input cell (c f f + f a + b, i, j): https://arxiv.org/abs/1609.05158

    Parameters
    ----------
    factor : An int of at least 1, for both axes.

    Raises
    ------
    SpecError : A factor that is no positive integer.

    Examples
    --------
    >>> pixel_shuffle(2).output_size((3, 5))
    (6, 10)
    """
    return PixelShuffle(factor=parse.integer("factor", factor, least=1))


def pad2d(padding: PaddingLike) -> Pad2d:
    """Zeros around an input: (C, H, W) -> (C, H + p_top + p_bottom, W + p_left + p_right).

    Parameters
    ----------
    padding : An int, (height, width) or ((top, bottom), (left, right)), in input cells; negative numbers crop.

    Raises
    ------
    SpecError : Anything that is no integer, or (in `output_size`) a crop that leaves nothing.

    Examples
    --------
    >>> pad2d(((1, 0), (-1, 2))).output_size((4, 4))
    (5, 5)
    """
    rule = "padding must be an integer, a pair (height, width) or ((top, bottom), (left, right))"
    return Pad2d(padding=parse.sides(padding, rule=rule, least=-parse.LARGEST))
