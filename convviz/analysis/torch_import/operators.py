"""The table of PyTorch's operators: how each is written with those of ONNX, as PyTorch itself exports it.

A translation takes the writer and the arguments of the operator, and returns the names of its results; `_` has what
does not change which cells are read. https://pytorch.org/docs/stable/torch.compiler_ir.html
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from . import layers, shapes
from .writer import Untranslated, Writer

Translation = Callable[..., str | list[str]]

SAME: Final = "_to_copy alias alpha_dropout clone contiguous detach dropout feature_dropout lift_fresh_copy to type_as"
"""Operators that return the numbers that they read; dropout does when it is not in training."""

TITLED: Final = (
    "abs acos add asin atan ceil celu cos cosh div elu erf exp floor gelu log mish mul neg pow reciprocal relu round"
    " selu sigmoid sign sin sinh softplus sqrt sub tan tanh where"
)
ELEMENTWISE: Final[Mapping[str, str]] = {
    **{name: name.title() for name in TITLED.split()},
    "atan2": "Div Atan",
    "bitwise_and": "And",
    "bitwise_not": "Not",
    "bitwise_or": "Or",
    "clamp": "Clip",
    "clamp_max": "Min",
    "clamp_min": "Max",
    "eq": "Equal",
    "fmod": "Mod",
    "ge": "GreaterOrEqual",
    "gt": "Greater",
    "hardshrink": "Shrink",
    "hardsigmoid": "HardSigmoid",
    "hardswish": "HardSwish",
    "hardtanh": "Clip",
    "isinf": "IsInf",
    "isnan": "IsNaN",
    "le": "LessOrEqual",
    "leaky_relu": "LeakyRelu",
    "log_sigmoid": "Sigmoid Log",
    "logical_and": "And",
    "logical_not": "Not",
    "logical_or": "Or",
    "lt": "Less",
    "maximum": "Max",
    "minimum": "Min",
    "ne": "Equal Not",
    "prelu": "PRelu",
    "relu6": "Clip",
    "remainder": "Mod",
    "rrelu": "LeakyRelu",
    "rsqrt": "Sqrt Reciprocal",
    "rsub": "Sub",
    "silu": "Swish",
    "softshrink": "Shrink",
    "threshold": "ThresholdedRelu",
}
"""Operators cell by cell, each as one of ONNX or as several one after the other."""

JOINING: Final = "Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Min Mod Mul Or PRelu Pow Sub Where"
"""Operators of ONNX that read all their inputs; of the others, PyTorch has numbers behind the first one."""


def elementwise(kinds: str, w: Writer, *arguments: Any, **_: Any) -> str:
    """Write operators that read their own cell."""
    first, *then = kinds.split()
    read = arguments if first in JOINING.split() else arguments[:1]
    if any(hasattr(argument, "meta") for argument in arguments[len(read) :]):
        raise Untranslated
    result = w.add(first, *map(w.tensor, read))
    for kind in then:
        result = w.add(kind, result)
    return result


def _of_rank(write: Callable[..., Any], name: str) -> dict[str, Translation]:
    """Return translations for one, two and three spatial axes."""
    return {name.format(rank): partial(write, rank) for rank in (1, 2, 3)}


def _of_kind(write: Callable[..., Any], kinds: Mapping[str, str]) -> dict[str, Translation]:
    """Return translations that differ in a word of ONNX."""
    return {name: partial(write, kind) for name, kind in kinds.items()}


RESIZING: Final = {
    **{f"upsample_nearest{n}d": "nearest" for n in (1, 2, 3)},
    **{f"_upsample_nearest_exact{n}d": "nearest-exact" for n in (1, 2, 3)},
    "upsample_linear1d": "linear",
    "upsample_bilinear2d": "linear",
    "upsample_trilinear3d": "linear",
    "upsample_bicubic2d": "cubic",
    "_upsample_bilinear2d_aa": "smooth linear",
    "_upsample_bicubic2d_aa": "smooth cubic",
}
REDUCTIONS: Final = {
    "all": "ReduceMin",
    "amax": "ReduceMax",
    "amin": "ReduceMin",
    "any": "ReduceMax",
    "logsumexp": "ReduceLogSumExp",
    "mean": "ReduceMean",
    "prod": "ReduceProd",
    "sum": "ReduceSum",
}
SOFTMAX: Final = {
    "softmax": "Softmax",
    "_softmax": "Softmax",
    "log_softmax": "LogSoftmax",
    "_log_softmax": "LogSoftmax",
}

TRANSLATIONS: Final[Mapping[str, Translation]] = {
    **dict.fromkeys(SAME.split(), lambda w, x, *_, **__: w.tensor(x)),
    **{name: partial(elementwise, kinds) for name, kinds in ELEMENTWISE.items()},
    "masked_fill": lambda w, x, mask, value: elementwise("Where", w, mask, value, x),
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), layers.conv),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), layers.conv_transpose),
    "convolution": layers.convolution,
    **_of_rank(layers.max_pool, "max_pool{}d"),
    **_of_rank(layers.max_pool, "max_pool{}d_with_indices"),
    **_of_rank(layers.avg_pool, "avg_pool{}d"),
    **_of_rank(partial(layers.adaptive_pool, "Average"), "adaptive_avg_pool{}d"),
    **_of_rank(partial(layers.adaptive_pool, "Average"), "_adaptive_avg_pool{}d"),
    **_of_rank(partial(layers.adaptive_pool, "Max"), "adaptive_max_pool{}d"),
    "linear": layers.linear,
    **dict.fromkeys(("matmul", "mm", "bmm"), layers.matmul),
    **dict.fromkeys(("addmm", "baddbmm"), layers.addmm),
    "einsum": layers.einsum,
    "scaled_dot_product_attention": layers.attention,
    **_of_kind(layers.softmax, SOFTMAX),
    "batch_norm": layers.batch_norm,
    "_native_batch_norm_legit_no_training": layers.kept_batch_norm,
    "instance_norm": layers.instance_norm,
    "group_norm": layers.group_norm,
    "native_group_norm": layers.native_group_norm,
    "layer_norm": layers.layer_norm,
    "native_layer_norm": layers.native_layer_norm,
    "rms_norm": layers.rms_norm,
    **_of_kind(layers.reduce, REDUCTIONS),
    **dict.fromkeys(("linalg_vector_norm", "norm"), layers.norm),
    **_of_kind(layers.extreme, {"max": "Max", "min": "Min"}),
    **_of_kind(layers.arg, {"argmax": "ArgMax", "argmin": "ArgMin"}),
    "var": layers.variance,
    "std": layers.deviation,
    "var_mean": layers.variance_and_mean,
    "glu": layers.glu,
    **_of_kind(layers.recurrent, {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}),
    "getitem": lambda w, source, number: w.tensors[source.name][number],
    **dict.fromkeys(("view", "_unsafe_view", "reshape", "flatten", "unflatten"), shapes.reshape),
    "permute": shapes.permute,
    **dict.fromkeys(("transpose", "t", "swapaxes"), shapes.transpose),
    "squeeze": shapes.squeeze,
    "unsqueeze": shapes.unsqueeze,
    **dict.fromkeys(("expand", "broadcast_to"), shapes.expand),
    **dict.fromkeys(("repeat", "tile"), shapes.repeat),
    "slice": shapes.cut,
    "select": shapes.select,
    "narrow": lambda w, x, axis, start, length: shapes.cut(w, x, axis, start, start + length),
    "index": shapes.index,
    "index_select": shapes.gather,
    "embedding": lambda w, weight, index, *_: shapes.gather(w, weight, 0, index),
    **dict.fromkeys(("split", "split_with_sizes", "chunk", "tensor_split"), shapes.split),
    "unbind": shapes.unbind,
    "cat": shapes.concat,
    "stack": shapes.stack,
    "slice_scatter": shapes.slice_scatter,
    "select_scatter": shapes.select_scatter,
    "copy": lambda w, x, source, *_: shapes.expand(w, source),
    "roll": shapes.roll,
    "flip": shapes.flip,
    "pad": shapes.pad,
    "constant_pad_nd": lambda w, x, sides, value=0: shapes.pad(w, x, sides, "constant", value),
    **_of_rank(lambda _, w, x, sides: shapes.pad(w, x, sides, "reflect"), "reflection_pad{}d"),
    **_of_rank(lambda _, w, x, sides: shapes.pad(w, x, sides, "replicate"), "replication_pad{}d"),
    "im2col": shapes.im2col,
    **dict.fromkeys(("channel_shuffle", "native_channel_shuffle"), shapes.channel_shuffle),
    "pixel_shuffle": shapes.pixel_shuffle,
    "pixel_unshuffle": shapes.pixel_unshuffle,
    **_of_kind(shapes.resize, RESIZING),
}
"""The translations by the names of the operators in the namespace "aten", without their overloads."""
