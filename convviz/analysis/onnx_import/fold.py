"""Compute what does not depend on the image: the arithmetic on shapes that exporters leave in a file.

`onnx.reference` computes it, one operator at a time, after the size of the result has been limited. Of larger results,
such as weights that a file puts together, `onnx.shape_inference` tells the shape, one operator at a time, too: for
whole models it limits nothing, and a file of 34 kB made it take over 5 GB.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import Any, Final

import numpy as np

from convviz import limits

from .axis_tracking import require
from .parse_model import MOST_DIMENSIONS, Array, Constant, Op

Shape = tuple[int, ...]

MOST_READ: Final = 16 * limits.ONNX_NUMBERS
"""Numbers of all inputs together from which an operator or its shape is computed: Concat has any number of inputs."""

LARGEST: Final = 2**31
"""Numbers about which ONNX is asked for shapes: it multiplies them in 64 bits."""

ELEMENTWISE: Final = (
    "Abs Add And Ceil Clip Div Equal Floor Greater GreaterOrEqual Less LessOrEqual Max Min Mod Mul Neg Not Or Pow Relu"
    " Round Sign Sqrt Sub Where"
)
NOT_LARGER: Final = (
    "Cast Concat Identity NonZero ReduceMax ReduceMin ReduceProd ReduceSum Reshape Slice Split Squeeze Transpose"
    " Unsqueeze"
)
RESULTS: Final[Mapping[str, Callable[..., Sequence[int]]]] = {
    **dict.fromkeys(ELEMENTWISE.split(), lambda *arrays: np.broadcast_shapes(*(array.shape for array in arrays))),
    **dict.fromkeys(NOT_LARGER.split(), lambda *arrays: ()),
    "ConstantOfShape": lambda shape: shape,
    "Expand": lambda data, shape: np.broadcast_shapes(data.shape, _limited(shape)),
    "Gather": lambda data, index: [prod(data.shape) * max(1, index.size)],
    "Range": lambda start, stop, step: [max(0, int(-((start.item() - stop.item()) // step.item())))],
    "ScatterND": lambda data, indices, updates: data.shape,
    "Tile": lambda data, repeats: [int(data.size) * prod(_limited(repeats))],
}
"""The operators whose numbers are computed, with a limit for the shape of their results."""


def fold(op: Op, inputs: Sequence[Constant | None], opset: int) -> list[Constant]:
    """Return what an operator makes of constants: its numbers if they are few, else its shape if that is known.

    Whatever NumPy and onnx raise for numbers and attributes that do not fit, nothing is known then.
    """
    try:
        return _fold(op, inputs, opset)
    except Exception:
        return []


def _fold(op: Op, inputs: Sequence[Constant | None], opset: int) -> list[Constant]:
    if op.kind == "Constant":
        return [_stored(op)]
    first = inputs[0] if inputs else None
    if op.kind in ("Shape", "Size") and first is not None and first.shape is not None:
        numbers = prod(first.shape) if op.kind == "Size" else first.shape[slice(op.get("start", 0), op.get("end"))]
        return [Constant.of(np.array(numbers, np.int64))]
    constants = [value for value in inputs if value is not None]
    arrays = [constant.data for constant in constants if constant.data is not None]
    is_small = len(arrays) == len(constants) and sum(array.size for array in arrays) <= MOST_READ
    outside = next((constant.outside for constant in constants if constant.outside), "")
    if op.kind in RESULTS and is_small and op.get("to") != 8:  # Cast to texts takes long
        shape = tuple(int(size) for size in RESULTS[op.kind](*arrays))
        if len(shape) <= MOST_DIMENSIONS and prod(shape) <= limits.ONNX_NUMBERS:
            results = _compute(op, [None if value is None else value.data for value in inputs], opset)
            require(op.kind != "Split" or all(np.size(result) for result in results))
            return [Constant.of(np.asarray(result)) for result in results]
    shapes = result_shapes(op, [None if value is None else value.shape for value in inputs], inputs, opset)
    return [Constant(shape, outside=outside) for shape in shapes]


def result_shapes(
    op: Op, shapes: Sequence[Shape | None], inputs: Sequence[Constant | None], opset: int
) -> list[Shape | None]:
    """Return the shapes of the results of an operator, None for each that ONNX cannot tell from those of its inputs.

    Parameters
    ----------
    shapes : sequence
        The shape of each input.
    inputs : sequence of Constant or None
        The numbers of inputs that do not depend on the image.
    """
    try:
        return _inferred(op, shapes, inputs, opset)
    except Exception:  # whatever onnx raises for inputs and attributes that do not fit
        return [None] * len(op.outputs)


def _is_plausible(op: Op, shapes: Sequence[Shape | None], inputs: Sequence[Constant | None]) -> bool:
    """Return whether `onnx.shape_inference` can be asked: it does not check all that it is given, and then it reads
    beyond its memory or counts to 2^31, which ends the process."""
    sizes = [size for shape in shapes if shape is not None for size in shape]
    rank = max((len(shape) for shape in shapes if shape is not None), default=0)
    attributes = [number for value in op.attributes.values() for number in _numbers(value)]
    constants = [value.data for value in inputs if value is not None and value.data is not None]
    large = () if op.kind == "Slice" else constants  # which may end anywhere
    return (
        all(0 < size <= LARGEST for size in sizes)
        and all(-MOST_DIMENSIONS <= number <= LARGEST for number in attributes)
        and all(np.all(np.abs(numbers.astype(float)) <= LARGEST) for numbers in large)
        and all(-rank <= op.get(name, 0) <= rank for name in ("axis", "batch_dims"))
        and op.get("batch_dims", 0) >= 0
        and (
            op.kind != "Split"
            or {op.get("num_outputs", len(op.outputs)), *map(np.size, constants)} == {len(op.outputs)}
        )
    )


def _numbers(value: Any) -> tuple[Any, ...]:
    """Return the integers of an attribute."""
    values = value if isinstance(value, tuple) else (value,)
    return tuple(number for number in values if isinstance(number, int))


def _inferred(
    op: Op, shapes: Sequence[Shape | None], inputs: Sequence[Constant | None], opset: int
) -> list[Shape | None]:
    """Return what `onnx.shape_inference` tells of the results of one operator."""
    from onnx import TensorProto, TypeProto, defs, helper, numpy_helper, shape_inference

    require(not op.domain and not op.has_graph and defs.has(op.kind, opset) and _is_plausible(op, shapes, inputs))
    names = [f"in{n}" if name else "" for n, name in enumerate(op.inputs)]
    outputs = [f"out{n}" if name else "" for n, name in enumerate(op.outputs)]
    attributes = {name: value for name, value in op.attributes.items() if not isinstance(value, Constant | None)}
    node = helper.make_node(op.kind, names, outputs, **attributes)
    types: dict[str, TypeProto] = {}
    data: dict[str, TensorProto] = {}
    schema = defs.get_schema(op.kind, opset)
    # onnx copies the numbers of every input, which a file may name thousands of times
    are_few = sum(value.data.size for value in inputs if value is not None and value.data is not None) <= MOST_READ
    for n, (name, shape, value) in enumerate(zip(names, shapes, inputs, strict=True)):
        numbers = None if value is None else value.data
        takes_floats = "tensor(float)" in schema.inputs[min(n, len(schema.inputs) - 1)].types
        kind = TensorProto.FLOAT if takes_floats else TensorProto.INT64
        kind = kind if numbers is None else helper.np_dtype_to_tensor_dtype(numbers.dtype)
        if name:
            types[name] = helper.make_tensor_type_proto(kind, shape)
        if name and numbers is not None and are_few:
            data[name] = numpy_helper.from_array(numbers, name)
    opsets = [helper.make_opsetid("", opset)]
    found = shape_inference.infer_node_outputs(schema, node, types, data, opset_imports=opsets)
    return [_shape_in(found.get(name)) for name in outputs]


def _shape_in(found: Any) -> Shape | None:
    """Return the shape in what ONNX tells of a tensor, if all of it is known and of a size that is read here."""
    if found is None or not found.tensor_type.HasField("shape"):
        return None
    dims = found.tensor_type.shape.dim
    if len(dims) > MOST_DIMENSIONS or not all(dim.HasField("dim_value") for dim in dims):
        return None
    sizes = tuple(dim.dim_value for dim in dims)
    return sizes if min(sizes, default=0) >= 0 else None


def _stored(op: Op) -> Constant:
    """Return the numbers of Constant."""
    for name in ("value", "value_int", "value_ints", "value_float", "value_floats"):
        value = op.get(name)
        if isinstance(value, Constant):
            return value
        if value is not None:
            return Constant.of(np.array(value, np.float32 if "float" in name else np.int64))
    return Constant()


def _limited(shape: Sequence[int] | Array) -> Shape:
    """Return a shape, which must be small."""
    sizes = tuple(int(size) for size in shape)
    require(len(sizes) <= MOST_DIMENSIONS and prod(sizes) <= limits.ONNX_NUMBERS and min(sizes, default=0) >= 0)
    return sizes


def _compute(op: Op, arrays: Sequence[Array | None], opset: int) -> Sequence[Any]:
    """Return the results of an operator, as `onnx.reference` computes them."""
    if op.kind == "ConstantOfShape":  # the only one with a tensor as an attribute
        value = op.get("value", Constant(data=np.zeros(1, np.float32))).data
        return [np.full(arrays[0], value.ravel()[0])]
    attributes = tuple(op.attributes.items())
    run = _evaluator(op.kind, opset, len(op.outputs), attributes, repr(attributes))
    with np.errstate(all="ignore"):
        results: Sequence[Any] = run(*arrays)
    return results


@lru_cache(maxsize=128)
def _evaluator(
    kind: str, opset: int, outputs: int, attributes: tuple[tuple[str, Any], ...], key: str
) -> Callable[..., Any]:
    """Return the function that computes an operator; `key` distinguishes 1 from 1.0."""
    from onnx import helper
    from onnx.reference.ops import load_op

    evaluator = load_op("", kind, opset)
    names = inspect.signature(evaluator._run).parameters
    values = {name: value for name, value in attributes if name in names}
    node = helper.make_node(kind, [], ["result"] * outputs, **values)
    run: Callable[..., Any] = evaluator(node, {"log": lambda *_: None, "opsets": {"": opset}, "new_ops": None}).run
    return run
