"""The table of ONNX's operators: what each of them is to a receptive field. https://onnx.ai/onnx/operators/"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from . import ops_conv_pool, ops_reduce_norm, ops_shape, resizing
from .axis_tracking import NotUnderstood
from .graph_builder import Building, Plane
from .parse_model import Op

Handler = Callable[[Building, Op], Plane | list[Plane]]

PLACE_BY_PLACE: Final = (
    "Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Cast CastLike Ceil Celu Clip Cos Cosh"
    " DequantizeLinear Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity IsInf IsNaN LRN LeakyRelu"
    " Log Mish Neg Not QuantizeLinear Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign"
    " Sqrt Swish Tan Tanh ThresholdedRelu"
)
"""Of one input that depends on the image; LRN divides by its neighbours among the channels."""

CELL_BY_CELL: Final = (
    "Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod"
    " Or PRelu Pow Sub Sum Where Xor"
)
"""Of several inputs."""

REDUCTIONS: Final = (
    "ArgMax ArgMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum"
    " ReduceSumSquare"
)


def place_by_place(building: Building, op: Op) -> Plane | list[Plane]:
    """Each output reads the cell at its own place; a second output, as Dropout's mask, is no tensor of the network."""
    plane = building.plane(op)
    found = building.step(op, None, plane, plane.axes)
    later = (building.step(op, None, plane, plane.axes, output=n) for n, one in enumerate(op.outputs) if n and one)
    return [found, *later] if len(op.outputs) > 1 else found


def cell_by_cell(building: Building, op: Op) -> Plane:
    return building.cell_by_cell(op)


def product(building: Building, op: Op) -> Plane:
    return building.cell_by_cell(op, "multiply")


def quantised_conv(building: Building, op: Op) -> Plane:
    """QLinearConv: the weight comes after the scale and the zero of the input."""
    return ops_conv_pool.conv(building, op, 3)


def dynamically_quantised(building: Building, op: Op) -> list[Plane]:
    """DynamicQuantizeLinear: its scale and its zero are those of the whole tensor."""
    plane = building.plane(op)
    positions, none = range(len(plane.axes)), ()
    later = (building.reduced(op, plane, positions, none, output=n) for n in (1, 2))
    return [building.normalised(op, plane, positions), *later]


def _channels_first(handler: Handler) -> Handler:
    def apply(building: Building, op: Op) -> Plane | list[Plane]:
        if op.get("channels_last", 0):
            raise NotUnderstood
        return handler(building, op)

    return apply


def quantised_concat(building: Building, op: Op) -> Plane:
    """Every tensor is followed by its scale and its zero, after those of the output."""
    return ops_shape.concat(building, replace(op, inputs=op.inputs[2::3]))


def fused_conv(building: Building, op: Op) -> Plane:
    """A convolution with its activation; what is added to it in between is a fourth input."""
    if building.given(op, 3) is not None:
        raise NotUnderstood
    return ops_conv_pool.conv(building, op)


OF_ONNXRUNTIME: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear", "QLinearSigmoid", "QLinearLeakyRelu"), place_by_place),
    **dict.fromkeys(("Gelu", "FastGelu", "QuickGelu", "BiasGelu"), place_by_place),
    "QLinearAdd": cell_by_cell,
    "QLinearMul": product,
    "QLinearConcat": quantised_concat,
    "QLinearAveragePool": _channels_first(ops_conv_pool.pool),
    "QLinearGlobalAveragePool": _channels_first(ops_conv_pool.global_pool),
    "FusedConv": fused_conv,
}
"""Operators of com.microsoft, which its quantisation and its optimiser leave in a file."""

HANDLERS: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(PLACE_BY_PLACE.split(), place_by_place),
    **dict.fromkeys(CELL_BY_CELL.split(), cell_by_cell),
    **dict.fromkeys(("Mul", "Div"), product),
    **dict.fromkeys(REDUCTIONS.split(), ops_reduce_norm.reduce),
    **dict.fromkeys(("Conv", "ConvInteger"), ops_conv_pool.conv),
    "QLinearConv": quantised_conv,
    "ConvTranspose": ops_conv_pool.conv_transpose,
    **dict.fromkeys(("MaxPool", "AveragePool", "LpPool"), ops_conv_pool.pool),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"), ops_conv_pool.global_pool),
    "DepthToSpace": ops_conv_pool.depth_to_space,
    "SpaceToDepth": ops_conv_pool.space_to_depth,
    **dict.fromkeys(("Resize", "Upsample"), resizing.resize),
    "Reshape": ops_shape.reshape,
    "Flatten": ops_shape.flatten,
    "Transpose": ops_shape.transpose,
    "Squeeze": ops_shape.squeeze,
    "Unsqueeze": ops_shape.unsqueeze,
    "Expand": ops_shape.expand,
    "Slice": ops_shape.slice_,
    "Split": ops_shape.split,
    "Tile": ops_shape.tile,
    "Gather": ops_shape.gather,
    "Concat": ops_shape.concat,
    "Pad": ops_shape.pad,
    "Gemm": ops_reduce_norm.gemm,
    "MatMul": ops_reduce_norm.matmul,
    **dict.fromkeys(("Softmax", "LogSoftmax", "Hardmax"), ops_reduce_norm.softmax),
    "BatchNormalization": ops_reduce_norm.batch_norm,
    **dict.fromkeys(("InstanceNormalization", "GroupNormalization"), ops_reduce_norm.instance_norm),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization"), ops_reduce_norm.layer_norm),
    **dict.fromkeys(("LpNormalization", "MeanVarianceNormalization"), ops_reduce_norm.axes_norm),
    "DynamicQuantizeLinear": dynamically_quantised,
    "MatMulInteger": ops_reduce_norm.matmul,
    **{f"com.microsoft.{kind}": handler for kind, handler in OF_ONNXRUNTIME.items()},
}
