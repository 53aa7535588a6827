"""The table of ONNX's operators: what each of them is to a receptive field. https://onnx.ai/onnx/operators/"""

from collections.abc import Callable, Mapping
from typing import Final

from . import mixing, resizing, shaping, windows
from .building import Building, Plane
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
}
