"""What the operators of a file cost: the parameters that it stores for them, their products, and their outputs.

What the exporter has folded is no longer in the file: a batch normalization that is part of a convolution, for example,
has no parameters of its own, and the convolution has a bias in their place.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Final, cast

import numpy as np

from convviz.analysis.receptive.node_cost import NodeCost

from .axis_tracking import labels
from .graph_builder import GraphBuilder
from .parse_model import Constant, Model, Op
from .tensors import Listed, Tensor, Value

Shape = tuple[int, ...]
Products = Callable[[Op, Sequence[Shape], Shape], int]
"""Return the products of an operator by the shapes of its inputs and that of its first output."""

LARGEST: Final = 10**18
"""A larger number is given as unknown: a file can state dimensions that have thousands of digits."""

EVERY: Final = slice(None)

NORMS: Final = ("BatchNormalization", "GroupNormalization", "InstanceNormalization", "LayerNormalization")
JOINING: Final = ("Add", "Concat", "Div", "Max", "Mean", "Min", "Mul", "Pow", "Sub", "Sum")
PARTS: Final = ("Expand", "Gather", "GatherElements", "GatherND", "Tile")
SETTING: Final = frozenset((*JOINING, *PARTS))
"""The operators for which a single number is a setting, such as the scale of an attention, and no parameter."""

MATRICES: Final = ("Gemm", "MatMul", "com.microsoft.FusedGemm", "com.microsoft.FusedMatMul")
WITHOUT: Final = (
    *("DequantizeLinear", "Gelu", "QLinearAveragePool", "QLinearGlobalAveragePool"),
    *("QLinearLeakyRelu", "QLinearSigmoid", "QuantizeLinear", "QuickGelu"),
)

PARAMETERS: Final[Mapping[str, slice | tuple[int, ...]]] = {
    **dict.fromkeys((*JOINING, *MATRICES, "Einsum"), EVERY),
    **dict.fromkeys((*NORMS, "Conv", "ConvTranspose", "Where", "com.microsoft.FusedConv"), (1, 2)),
    **dict.fromkeys(("ConvInteger", "PRelu", "RMSNormalization"), (1,)),
    **dict.fromkeys(PARTS, (0,)),
    **dict.fromkeys(("GRU", "RNN"), (1, 2, 3)),
    "LSTM": (1, 2, 3, 7),
    "DeformConv": (1, 3),
    "MatMulInteger": (0, 1),
    "QLinearConv": (3, 8),
    "QLinearMatMul": (0, 3),
    **dict.fromkeys(("com.microsoft.QLinearAdd", "com.microsoft.QLinearMul"), (0, 3)),
    "com.microsoft.QLinearConcat": slice(2, None, 3),
    **dict.fromkeys(("com.microsoft.BiasGelu", "com.microsoft.FastGelu"), (1,)),
    **{f"com.microsoft.{kind}": () for kind in WITHOUT},
}
"""The inputs of operators that can be parameters. Others hold statistics, states, shapes, bounds, scales or indices."""

STATING: Final = frozenset((*JOINING, "ConstantOfShape", "EyeLike", "Range", "Shape", "Size", "Where"))
"""Of operators that make a constant: those whose first input counts only if it is one of `PARAMETERS`."""


def _conv(op: Op, inputs: Sequence[Shape], output: Shape, weight: int = 1) -> int:
    """Count every tap of every output, with those in padding."""
    return prod(output) * prod(inputs[weight][1:])


def _conv_transpose(op: Op, inputs: Sequence[Shape], output: Shape) -> int:
    """Count every weight for every cell of the input, with products that are cropped."""
    return prod(inputs[0]) * prod(inputs[1][1:])


def _matmul(op: Op, inputs: Sequence[Shape], output: Shape, second: int = 1) -> int:
    """Count every row with every column, in all matrices; a vector is one row on the left, one column on the right."""
    left, right = inputs[0], inputs[second]
    rows, columns = left[-2:-1] or (1,), right[-1:] if len(right) > 1 else (1,)
    if op.get("transA", 0):
        rows = left[-1:]
    if op.get("transB", 0):
        right, columns = (*right[:-2], right[-1], right[-2]), right[-2:-1]
    inner = right[-2] if len(right) > 1 else right[0]
    return prod(np.broadcast_shapes(left[:-2], right[:-2])) * prod(rows) * inner * prod(columns)


def _recurrent(op: Op, inputs: Sequence[Shape], output: Shape) -> int:
    """Count both matrices at every time, for all gates and directions."""
    return prod(inputs[0][:2]) * (prod(inputs[1]) + prod(inputs[2]))


def _attention(op: Op, inputs: Sequence[Shape], output: Shape) -> int:
    """Count every query with every key, and every weight with every value, with those that a mask covers."""
    return (prod(inputs[0]) + prod(output)) * inputs[1][-2]


def _einsum(op: Op, inputs: Sequence[Shape], output: Shape) -> int:
    """Count the products of all inputs for every combination of indices; axes of an ellipsis have no letters."""
    terms = str(op.get("equation")).replace(" ", "").split("->")[0].split(",")
    sizes: dict[str | int, int] = {}
    for term, shape in zip(terms, inputs, strict=True):
        before, ellipsis, after = term.partition("...")
        hidden = len(shape) - len(before) - len(after)
        labels = [*before, *(range(-hidden, 0) if ellipsis else ()), *after]
        for label, size in zip(labels, shape, strict=True):
            sizes[label] = max(size, sizes.get(label, 1))
    return prod(sizes.values()) * (len(terms) - 1)


PRODUCTS: Final[Mapping[str, Products]] = {
    **dict.fromkeys(("Conv", "ConvInteger", "DeformConv", "com.microsoft.FusedConv"), _conv),
    "QLinearConv": lambda op, inputs, output: _conv(op, inputs, output, 3),
    "ConvTranspose": _conv_transpose,
    **dict.fromkeys((*MATRICES, "MatMulInteger"), _matmul),
    "QLinearMatMul": lambda op, inputs, output: _matmul(op, inputs, output, 3),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _recurrent),
    "Attention": _attention,
    "Einsum": _einsum,
}
"""The operators whose products are counted."""


def file_costs(model: Model, ops: Sequence[Op], builder: GraphBuilder, image: str) -> dict[str, NodeCost]:
    """Return the cost of every node that represents an output of an operator, for the batch that the file states.

    Parameters
    ----------
    model : Model
        The file.
    ops : sequence of Op
        The operators that were read, of branches those that are taken.
    builder : GraphBuilder
        The network, and what is known of each tensor, once all operators are in it.
    image : str
        The name of the input whose cells are those of the network.
    """
    nodes = {tensor: name for name, (_, tensor) in builder.origins.items()}
    counter = _Parameters(model, ops, builder.values)
    batch = _batch(builder.values[image])
    costs: dict[str, NodeCost] = {}
    for op in ops:
        names = [name for name in op.outputs if name in nodes]
        if not names:  # its numbers are constants, which belong to the node that reads them
            continue
        products: int | None = _products(op, [_shape(builder.values.get(name)) for name in op.inputs], builder)
        parameters = counter.read_by(op)
        for name in names:
            node, shape = nodes[name], _shape(builder.values[name])
            memory = None if shape is None else _limited(prod(shape))
            channels = _channels(memory, batch, _places(builder, builder.values[name]))
            costs[node] = NodeCost(channels, parameters, products, memory)
            parameters = products = 0  # of an operator with several outputs, the first one has them
    return costs


class _Parameters:
    """The stored tensors behind the inputs of operators, each of which is counted once."""

    def __init__(self, model: Model, ops: Sequence[Op], values: Mapping[str, Value]) -> None:
        self.values = values
        self.makers = {name: op for op in ops for name in op.outputs if isinstance(values.get(name), Constant)}
        self.counted = set(model.inputs)  # what is given from outside is not stored

    def read_by(self, op: Op) -> int:
        """Return how many numbers an operator reads that were not counted before."""
        number, waiting = 0, self._roles(op)
        while waiting:
            name = waiting.pop()
            if name in self.counted:
                continue
            self.counted.add(name)
            maker = self.makers.get(name)
            if maker is None or maker.kind == "Constant":
                number += self._numbers(name)
            else:
                first = () if maker.kind in STATING else maker.inputs[:1]
                waiting += [*self._roles(maker), *first]
        return number

    def _roles(self, op: Op) -> list[str]:
        """Return the inputs of an operator that can be parameters; all of an operator that is not ONNX's own."""
        roles = PARAMETERS.get(op.kind, EVERY if "." in op.kind else ())
        names = op.inputs[roles] if isinstance(roles, slice) else [op.inputs[n] for n in roles if n < len(op.inputs)]
        least = 2 if op.kind in SETTING else 1
        return [name for name in names if self._numbers(name) >= least]

    def _numbers(self, name: str) -> int:
        """Return how many numbers a constant has that can be parameters: no scalar, truth or long integer is."""
        value = self.values.get(name)
        if not isinstance(value, Constant) or not value.shape:
            return 0
        return 0 if value.data is not None and value.data.dtype.name in ("bool", "int64") else prod(value.shape)


def _products(op: Op, inputs: Sequence[Shape | None], builder: GraphBuilder) -> int | None:
    """Return the multiplications of an operator; None if it is unknown, or if a shape that decides is."""
    if op.kind not in PRODUCTS:
        return None if op.has_graph or ("." in op.kind and op.kind not in PARAMETERS) else 0
    output = _shape(builder.values.get(op.outputs[0]))
    try:
        return _limited(PRODUCTS[op.kind](op, cast(Sequence[Shape], inputs), cast(Shape, output)))
    except (IndexError, OverflowError, TypeError, ValueError):  # a shape is unknown, or none that the operator reads
        return None


def _shape(value: Value | None) -> Shape | None:
    return None if value is None else value.shape


def _limited(number: int) -> int | None:
    return number if number <= LARGEST else None


def _batch(image: Value) -> int:
    """Return how many images the input has, its first axis if it also has channels."""
    assert isinstance(image, Tensor)
    places = sum(bool(labels(axis)) for axis in image.axes)
    return image.shape[0] if image.rank > places + 1 and not labels(image.axes[0]) else 1


def _places(builder: GraphBuilder, value: Value) -> Fraction:
    """Return how many places a tensor has, 0 if that is unknown; of a list those of all parts."""
    if not isinstance(value, Tensor | Listed):
        return Fraction(0)
    places = Fraction(prod(builder.graph.nodes[value.node].size or ()))
    if isinstance(value, Listed):
        places *= Fraction(sum(value.lengths), max(part.shape[value.axis] for part in value.tensors))
    return places


def _channels(numbers: int | None, batch: int, places: Fraction) -> int | None:
    """Return how many numbers each place of each image has."""
    each = Fraction(numbers or 0) / (batch * places) if places else Fraction(0)
    return each.numerator if each and each.denominator == 1 else None
