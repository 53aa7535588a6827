"""The numbers at the door: arrays of the right kind and shape for a layer, or one sentence that says why not."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

from .layers import Conv2d, ConvTranspose2d
from .pool_layers import AvgPool2d, MaxPool2d
from .quoting import shown
from .resizing import Pad2d, PixelShuffle, Upsample2d

Layer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d | Upsample2d | PixelShuffle | Pad2d
Array = npt.NDArray[Any]
"""float64, or float32 where the input was float32."""

MOST_CELLS: Final = 2**31
"""Of an output or a padded input: 25 megapixels in 64 channels pass; what no computer holds is refused at once."""

KINDS: Final = {"c": "complex numbers", "S": "bytes", "U": "text", "M": "dates", "m": "spans of time", "V": "records"}
"""What NumPy's one-letter kinds stand for."""


class Numbers(NamedTuple):
    """What a layer is applied to: (C, H, W), and for convolutions the weight and perhaps (C_out,) biases."""

    input: Array
    weight: Array | None
    bias: Array | None


def numbers(layer: Layer, input: npt.ArrayLike, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None) -> Numbers:
    """Check and convert the arrays of a layer; the input decides between float64 and float32."""
    if not isinstance(layer, Layer):
        raise SpecError(f"layer must be one made by conv2d, max_pool2d and their like; got {shown(layer)}.")
    cells = _floats("input", input)
    if cells.ndim != 3 or 0 in cells.shape:
        raise SpecError(f"input must have the shape (C, H, W), none of them 0; got {cells.shape}.")
    if isinstance(layer, Conv2d | ConvTranspose2d):
        if weight is None:
            raise SpecError(f"weight must be given for {type(layer).__name__}; got None.")
        stencils = _floats("weight", weight, cells.dtype)
        channels = _out_channels(layer, cells.shape[0], stencils.shape)
        return Numbers(cells, stencils, None if bias is None else _bias(bias, channels, cells.dtype))
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None:
            raise SpecError(f"{name} must be None for {type(layer).__name__}; got {shown(value)}.")
    if isinstance(layer, PixelShuffle) and cells.shape[0] % layer.factor**2:
        raise SpecError(f"channels must be divisible by factor^2; got {cells.shape[0]} and {layer.factor}^2.")
    return Numbers(cells, None, None)


def finite_plane(name: str, value: npt.ArrayLike, axes: str = "(H, W)") -> Array:
    """Return an array of two axes as finite floats, float32 where it was."""
    array = _floats(name, value)
    if array.ndim != 2 or 0 in array.shape:
        raise SpecError(f"{name} must have the shape {axes}, none of them 0; got {array.shape}.")
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0].tolist()
        raise SpecError(f"{name} must hold finite numbers; got {array[row, column]} in row {row}, column {column}.")
    return array


def _floats(name: str, value: npt.ArrayLike, dtype: np.dtype[Any] | None = None) -> Array:
    """The value as an array of floats: itself where it is one already, so never to be written to."""
    array = _array(name, value)
    if array.dtype.kind not in "biuf":
        raise SpecError(f"{name} must hold real numbers; got {_kind(array)}.")
    if isinstance(value, np.ma.MaskedArray) and (masked := np.count_nonzero(np.ma.getmaskarray(value))):
        raise SpecError(f"{name} must have no masked cells; got {masked} of {value.size} masked.")
    if dtype is None:
        is_single = array.dtype.kind == "f" and array.dtype.itemsize == 4  # in either order of bytes
        dtype = np.dtype(np.float32 if is_single else np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # beyond float32 is infinite, as in every cast
        return array.astype(dtype, copy=False)


def _array(name: str, value: npt.ArrayLike) -> Array:
    """The value as an array of whatever it holds."""
    try:
        return np.asarray(value)
    except Exception as error:  # a tensor that requires a gradient, say, raises what its library pleases
        if not isinstance(value, list | tuple) or not isinstance(error, ValueError):
            raise SpecError(f"{name} must be an array or rows of numbers; got {shown(value)}.") from error
    # NumPy's word on rows of different lengths speaks of dimensions, not of rows
    if (depth := _depth(value)) > 4:
        deep = depth if depth <= 64 else "more than 64"
        raise SpecError(f"{name} must have at most 4 axes; got lists nested {deep} deep.")
    raise SpecError(f"{name} must have rows of equal length; got rows that differ.")


def _depth(value: object) -> int:
    """How deep lists are nested along their first members; no further than 65, NumPy has 64 axes."""
    depth = 0
    while depth < 65 and isinstance(value, list | tuple) and value:
        value, depth = value[0], depth + 1
    return depth


def _kind(array: Array) -> str:
    """What an array holds that are no numbers, in plain words."""
    if array.dtype.kind != "O":
        return KINDS.get(array.dtype.kind, "something else")
    strangers = (shown(member) for member in array.flat if not isinstance(member, int | float))
    return next(strangers, "integers of more than 64 bits")


def _out_channels(layer: Conv2d | ConvTranspose2d, channels: int, shape: tuple[int, ...]) -> int:
    """Check the weight's shape against the layer and the input's channels; the output's channels."""
    if channels % layer.groups:
        raise SpecError(f"input channels must be divisible by groups; got {channels} and groups {layer.groups}.")
    height, width = layer.kernel_size
    if isinstance(layer, Conv2d):
        expected = f"(C_out, C_in/groups, kH, kW) = (C_out, {channels // layer.groups}, {height}, {width})"
        fits = len(shape) == 4 and shape[0] > 0 and shape[1:] == (channels // layer.groups, height, width)
    else:
        expected = f"(C_in, C_out/groups, kH, kW) = ({channels}, C_out/groups, {height}, {width})"
        fits = len(shape) == 4 and shape[1] > 0 and (shape[0], *shape[2:]) == (channels, height, width)
    if not fits:
        raise SpecError(f"weight must have the shape {expected}; got {shape}.")
    if isinstance(layer, ConvTranspose2d):
        return shape[1] * layer.groups
    if shape[0] % layer.groups:
        raise SpecError(f"output channels must be divisible by groups; got {shape[0]} and groups {layer.groups}.")
    return shape[0]


def _bias(value: npt.ArrayLike, channels: int, dtype: np.dtype[Any]) -> Array:
    """One bias per output channel."""
    array = _floats("bias", value, dtype)
    if array.shape != (channels,):
        raise SpecError(f"bias must have the shape (C_out,) = ({channels},); got {array.shape}.")
    return array
