"""The table of ONNX's operators: what each of them is to a receptive field. https://onnx.ai/onnx/operators/"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from . import mixing, resizing, shaping, windows
from .building import Building, Plane
from .layout import NotUnderstood
from .loading import Op

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
    return windows.conv(building, op, 3)


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
    return shaping.concat(building, replace(op, inputs=op.inputs[2::3]))


def fused_conv(building: Building, op: Op) -> Plane:
    """A convolution with its activation; what is added to it in between is a fourth input."""
    if building.given(op, 3) is not None:
        raise NotUnderstood
    return windows.conv(building, op)


OF_ONNXRUNTIME: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear", "QLinearSigmoid", "QLinearLeakyRelu"), place_by_place),
    **dict.fromkeys(("Gelu", "FastGelu", "QuickGelu", "BiasGelu"), place_by_place),
    "QLinearAdd": cell_by_cell,
    "QLinearMul": product,
    "QLinearConcat": quantised_concat,
    "QLinearAveragePool": _channels_first(windows.pool),
    "QLinearGlobalAveragePool": _channels_first(windows.global_pool),
    "FusedConv": fused_conv,
}
"""Operators of com.microsoft, which its quantisation and its optimiser leave in a file."""

HANDLERS: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(PLACE_BY_PLACE.split(), place_by_place),
    **dict.fromkeys(CELL_BY_CELL.split(), cell_by_cell),
    **dict.fromkeys(("Mul", "Div"), product),
    **dict.fromkeys(REDUCTIONS.split(), mixing.reduce),
    **dict.fromkeys(("Conv", "ConvInteger"), windows.conv),
    "QLinearConv": quantised_conv,
    "ConvTranspose": windows.conv_transpose,
    **dict.fromkeys(("MaxPool", "AveragePool", "LpPool"), windows.pool),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"), windows.global_pool),
    "DepthToSpace": windows.depth_to_space,
    "SpaceToDepth": windows.space_to_depth,
    **dict.fromkeys(("Resize", "Upsample"), resizing.resize),
    "Reshape": shaping.reshape,
    "Flatten": shaping.flatten,
    "Transpose": shaping.transpose,
    "Squeeze": shaping.squeeze,
    "Unsqueeze": shaping.unsqueeze,
    "Expand": shaping.expand,
    "Slice": shaping.slice_,
    "Split": shaping.split,
    "Tile": shaping.tile,
    "Gather": shaping.gather,
    "Concat": shaping.concat,
    "Pad": shaping.pad,
    "Gemm": mixing.gemm,
    "MatMul": mixing.matmul,
    **dict.fromkeys(("Softmax", "LogSoftmax", "Hardmax"), mixing.softmax),
    "BatchNormalization": mixing.batch_norm,
    **dict.fromkeys(("InstanceNormalization", "GroupNormalization"), mixing.instance_norm),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization"), mixing.layer_norm),
    **dict.fromkeys(("LpNormalization", "MeanVarianceNormalization"), mixing.axes_norm),
    "DynamicQuantizeLinear": dynamically_quantised,
    "MatMulInteger": mixing.matmul,
    **{f"com.microsoft.{kind}": handler for kind, handler in OF_ONNXRUNTIME.items()},
}
