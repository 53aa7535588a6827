"""Read the numbers of one tensor of an ONNX file whose weights are inside, without parsing the rest."""

from collections.abc import Iterator
from math import prod
from mmap import mmap
from typing import Final

import numpy as np

from convviz import limits
from convviz.analysis.receptive.graph import StoredKernel
from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError, needs_extra

from .parse_model import Array
from .strip_weights import FIXED, Damaged, number_at

_GRAPH: Final = 7
_INITIALIZER: Final = 5
_NAME: Final = 8
"""Fields of the messages ModelProto, GraphProto and TensorProto."""


def stored_weight(data: mmap | bytes, tensor: str) -> Array:
    """Return the numbers of a stored tensor (an initializer of the graph).

    Parameters
    ----------
    data : bytes
        The content of an ONNX file.
    tensor : str
        Its name, as in a `StoredKernel`.

    Returns
    -------
    array
        Of the tensor's shape: float64 where the file has that, else float32, which holds all numbers of 16 bits.

    Raises
    ------
    SpecError
        The file has no such tensor, or its numbers are in another file, of another type than floats of 16, 32 or 64
        bits, not as many as its shape says, or more than `limits.ONNX_WEIGHTS`.

    Examples
    --------
    >>> import numpy as np
    >>> from onnx import helper, numpy_helper
    >>> kernel = numpy_helper.from_array(np.array([[1, 2]], np.float16), "kernel")
    >>> model = helper.make_model(helper.make_graph([], "graph", [], [], [kernel]))
    >>> stored_weight(model.SerializeToString(), "kernel")
    array([[1., 2.]], dtype=float32)
    """
    if not isinstance(data, bytes | mmap):
        raise SpecError(f"data must be the bytes of an ONNX file; got {shown(data)}.")
    if not isinstance(tensor, str):
        raise SpecError(f"tensor must be the name of a stored tensor; got {shown(tensor)}.")
    wanted, name, found = tensor.encode(errors="replace"), shown(tensor), None
    try:
        for begin, end in _inside(data, 0, len(data), _GRAPH):
            for first, last in _inside(data, begin, end, _INITIALIZER):
                if any(data[start:stop] == wanted for start, stop in _inside(data, first, last, _NAME)):
                    found = first, last  # of several with one name the last one counts, as where the graph is read
        if found is None:
            raise SpecError(f"tensor {name} must be stored in the file; got a file without it.")
        return _numbers(data[found[0] : found[1]], name)
    except (Damaged, IndexError):
        raise SpecError(f"tensor {name} must be in a whole ONNX file; got one that cannot be read.") from None


def stored_kernel(data: mmap | bytes, stored: StoredKernel, kernel_size: Pair) -> Array:
    """Return the kernel of a convolution, shape (first channels, second channels, kH, kW) as in the file.

    Raises
    ------
    SpecError
        As `stored_weight`; or it does not have this kernel size, or groups do not divide its first channels.
    """
    weight = stored_weight(data, stored.weight)
    first, second, *_ = (*weight.shape, 0, 0)
    is_divided = stored.groups > 0 and not first % stored.groups
    if not is_divided or not weight.size or weight.size != first * second * prod(kernel_size):
        rule = f"must be a kernel of {kernel_size[0]} x {kernel_size[1]} in {stored.groups} groups"
        raise SpecError(f"tensor {shown(stored.weight)} {rule}; got shape {weight.shape}.")
    return weight.reshape(first, second, *kernel_size)


def _inside(data: mmap | bytes, position: int, stop: int, wanted: int) -> Iterator[tuple[int, int]]:
    """Yield where the content of each field with this number begins and ends; all others are stepped over."""
    while position < stop:
        tag, position = number_at(data, position)
        kind, length = tag & 7, FIXED.get(tag & 7, 0)
        if kind == 2:
            length, position = number_at(data, position)
        elif kind == 0:
            length = number_at(data, position)[1] - position
        if position + length > stop or (not length and kind != 2):
            raise Damaged
        if tag == wanted << 3 | 2:
            yield position, position + length
        position += length


def _numbers(content: bytes, name: str) -> Array:
    """Return the numbers of a tensor; no more of it is parsed than a tensor of the largest size has."""
    most = limits.ONNX_WEIGHTS
    if len(content) > 10 * most:
        raise SpecError(f"tensor {name} must have at most {most:,} numbers; got {len(content):,} bytes.")
    with needs_extra():
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped, unused-ignore]
        from onnx import TensorProto, numpy_helper
    try:
        stored = TensorProto.FromString(content)
    except DecodeError:
        raise Damaged from None
    if stored.data_location == TensorProto.EXTERNAL or stored.external_data:
        raise SpecError(
            f"tensor {name} must be inside the file; got external data, which is not opened: export the model with "
            "external_data=False."
        )
    shape = tuple(stored.dims)
    kinds = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE}
    if stored.data_type not in kinds:
        raise SpecError(f"tensor {name} must hold floats of 16, 32 or 64 bits; got type {stored.data_type} of ONNX.")
    if min(shape, default=0) < 0 or prod(shape) > most:
        raise SpecError(f"tensor {name} must have at most {most:,} numbers; got shape {shown(shape)}.")
    try:
        numbers = np.asarray(numpy_helper.to_array(stored))
    except (ValueError, TypeError, OverflowError):
        raise SpecError(f"tensor {name} must hold as many numbers as its shape says; got shape {shape}.") from None
    return numbers.astype(np.float64 if stored.data_type == TensorProto.DOUBLE else np.float32, copy=False)
