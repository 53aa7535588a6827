"""Operators that are layers: convolution, pooling, pixel shuffle, matrix products, reductions, normalization."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from convviz.arithmetic import AvgPool2d, ConvTranspose2d, MaxPool2d, conv2d, pixel_shuffle
from convviz.arithmetic.arguments import NO_PADDING, Pair, Sides
from convviz.arithmetic.axis import effective_kernel_size, same_padding

from .axis_tracking import Axes, Unsupported, broadcast, channels, labels, reduction, require, window
from .graph_builder import GraphBuilder, Tensor
from .parse_model import Constant, Op

AUTO: Final[Mapping[str, str | int]] = {"SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower", "VALID": 0}
"""The padding of a layer by the attribute `auto_pad`."""


def _pair(op: Op, name: str, rank: int, default: int = 1) -> Pair:
    """Return an attribute for both axes; for one axis, the height is that of a single row."""
    numbers = tuple(op.get(name) or (default,) * (rank - 2))
    require(len(numbers) == rank - 2)
    height, width = (default, *numbers) if rank == 3 else numbers
    return height, width


def _sides(op: Op, rank: int) -> Sides:
    """Return the attribute `pads`: ONNX has all numbers before, then all numbers after."""
    numbers = tuple(op.get("pads") or (0,) * 2 * (rank - 2))
    require(len(numbers) == 2 * (rank - 2))
    return ((0, 0), (numbers[0], numbers[1])) if rank == 3 else ((numbers[0], numbers[2]), (numbers[1], numbers[3]))


def _parameters(op: Op, rank: int) -> dict[str, Any]:
    """Return stride, padding and dilation of a convolution or a pooling."""
    stride, auto = _pair(op, "strides", rank), op.get("auto_pad", "NOTSET")
    padding = _sides(op, rank) if auto in ("", "NOTSET") else AUTO[auto]
    return {"stride": stride, "padding": padding, "dilation": _pair(op, "dilations", rank)}


def _kernel(op: Op, weight: Constant | None, rank: int) -> tuple[tuple[int, ...], Pair]:
    """Return the shape of the weight, and its kernel size, which the attribute has to repeat."""
    if weight is None or weight.shape is None:
        raise Unsupported
    shape = weight.shape
    if len(shape) != rank or tuple(op.get("kernel_shape") or shape[2:]) != shape[2:]:
        raise ValueError
    return shape, ((shape[2] if rank == 4 else 1), shape[-1])


def conv(builder: GraphBuilder, op: Op, number: int = 1) -> Tensor:
    """Handle Conv, and quantized convolution, where the weight is the input of another number."""
    tensor, weight = builder.tensor(op), builder.constant(op, number)
    tensor, rank = builder.separated(op, tensor), tensor.rank
    shape, kernel = _kernel(op, weight, rank)
    layer = conv2d(kernel, **_parameters(op, rank))
    return builder.apply_layer(op, layer, tensor, (tensor.axes[0], channels(shape[0])))


def conv_transpose(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle ConvTranspose; where `output_shape` or `auto_pad` decides the output size, the padding crops the rest."""
    tensor, weight = builder.tensor(op), builder.constant(op, 1)
    tensor, rank = builder.separated(op, tensor), tensor.rank
    shape, kernel = _kernel(op, weight, rank)
    stride, dilation = _pair(op, "strides", rank), _pair(op, "dilations", rank)
    conv2d(kernel, stride, 0, dilation)  # refuses numbers that no layer has
    extra = _pair(op, "output_padding", rank, 0)
    sizes, auto = builder.size(tensor), op.get("auto_pad", "NOTSET")
    wanted: Sequence[int] | None = None
    if op.get("output_shape"):
        spatial = replace(op, attributes={"output_shape": op.get("output_shape")[2 - rank :]})
        wanted = _pair(spatial, "output_shape", rank)
    elif auto in ("SAME_UPPER", "SAME_LOWER"):
        wanted = [cells * by for cells, by in zip(sizes, stride, strict=True)]
    if wanted is None:
        sides = NO_PADDING if auto == "VALID" else _sides(op, rank)
    else:
        extents = map(effective_kernel_size, kernel, dilation)
        steps = zip(sizes, stride, extents, extra, wanted, strict=True)
        totals = [(cells - 1) * by + extent + more - target for cells, by, extent, more, target in steps]
        kind = "same_upper" if auto == "SAME_UPPER" else "same_lower"
        rows, columns = (same_padding(max(0, total), kind) for total in totals)
        high, wide = (more + max(0, -total) for more, total in zip(extra, totals, strict=True))
        sides, extra = (rows, columns), (high, wide)
    require(min(*extra, *sides[0], *sides[1]) >= 0)
    layer = ConvTranspose2d(kernel, stride, sides, extra, dilation, 1)
    return builder.apply_layer(op, layer, tensor, (tensor.axes[0], channels(shape[1] * op.get("group", 1))))


def pool(builder: GraphBuilder, op: Op) -> Tensor | list[Tensor]:
    """Handle MaxPool, AveragePool and LpPool; the indices of the maxima read the same cells."""
    tensor = builder.tensor(op)
    require(not op.get("channels_last", 0))  # of the quantized ones
    if not op.get("kernel_shape"):
        raise ValueError
    tensor, rank = builder.separated(op, tensor), tensor.rank
    kernel, ceil_mode = _pair(op, "kernel_shape", rank), bool(op.get("ceil_mode", 0))
    layer: MaxPool2d | AvgPool2d = window(kernel, ceil_mode=ceil_mode, **_parameters(op, rank))
    if op.kind == "AveragePool" and layer.dilation == (1, 1):
        counts_all = bool(op.get("count_include_pad", 0))
        layer = AvgPool2d(layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode, counts_all)
    pooled = builder.apply_layer(op, layer, tensor, (tensor.axes[0], channels(tensor.shape[1])))
    return pooled if len(op.outputs) < 2 else [pooled, builder.apply(op, None, pooled, pooled.axes, 1)]


def global_pool(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle GlobalAveragePool, GlobalMaxPool and GlobalLpPool."""
    tensor = builder.tensor(op)
    require(not op.get("channels_last", 0))  # of the quantized ones
    return builder.reduce(op, tensor, range(2, tensor.rank), (*tensor.axes[:2], *((),) * (tensor.rank - 2)))


def depth_to_space(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle DepthToSpace in either mode: blocks of channels become blocks of cells."""
    tensor, factor = builder.separated(op, builder.tensor(op)), op.get("blocksize", 0)
    require(tensor.rank == 4 and factor > 0 and tensor.shape[1] % factor**2 == 0)
    first = (tensor.axes[0], channels(tensor.shape[1] // factor**2))
    return builder.apply_layer(op, pixel_shuffle(factor), tensor, first)


def space_to_depth(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle SpaceToDepth: blocks of cells become blocks of channels."""
    tensor, factor = builder.separated(op, builder.tensor(op)), op.get("blocksize", 0)
    require(tensor.rank == 4 and factor > 0)
    layer = window((factor, factor), stride=(factor, factor))
    return builder.apply_layer(op, layer, tensor, (tensor.axes[0], channels(tensor.shape[1] * factor**2)))


def _contract(builder: GraphBuilder, op: Op, tensor: Tensor, position: int, axes: Axes) -> Tensor:
    """Read a whole axis, over which products are summed."""
    return builder.reduce(op, tensor, [position % tensor.rank], axes, pool="dense")


def gemm(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Gemm, A B + C, with weights for B."""
    a, b = builder.value(op, 0), builder.value(op, 1)
    if not (isinstance(a, Tensor) and isinstance(b, Constant) and b.shape and len(b.shape) == len(a.axes) == 2):
        raise Unsupported
    inner, outer = (0, 1) if op.get("transA", 0) else (1, 0)
    return _contract(builder, op, a, inner, (a.axes[outer], channels(b.shape[0 if op.get("transB", 0) else 1])))


def matmul(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle MatMul: weights mix channels, or cells if these are on the last axis, and then every output reads all."""
    a, b = builder.value(op, 0), builder.value(op, 1)
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return _product(builder, op, a, b)
    if isinstance(a, Tensor) and isinstance(b, Constant) and b.shape:
        last = (channels(b.shape[-1]),) if len(b.shape) > 1 else ()
        return _contract(builder, op, a, -1, (*a.axes[:-1], *last))
    if isinstance(b, Tensor) and isinstance(a, Constant) and a.shape and len(a.shape) == 2 and len(b.axes) > 1:
        return _contract(builder, op, b, -2, (*b.axes[:-2], channels(a.shape[-2]), b.axes[-1]))
    raise Unsupported


def _product(builder: GraphBuilder, op: Op, a: Tensor, b: Tensor) -> Tensor:
    """Multiply two tensors that depend on the image. If both have cells there, all are read: attention."""
    require(min(a.rank, b.rank) > 1)
    if not labels([*a.axes[-1], *b.axes[-2]]):
        try:
            axes = broadcast([(*a.axes[:-1], ()), (*b.axes[:-2], (), ())])
            if not (labels(a.axes[-2]) and labels(b.axes[-1])):
                return builder.join(op, "multiply", [a, b], (*axes[:-1], b.axes[-1]))
        except Unsupported:
            pass
    batch = broadcast([a.axes[:-2], b.axes[:-2]]) if max(len(a.axes), len(b.axes)) > 2 else ()
    require(not any(labels(axis) for axis in batch))
    factors = [a, b]
    for n, tensor in enumerate((a, b)):
        if reduction(tensor.axes, range(tensor.rank), builder.size(tensor)) is not None:
            factors[n] = Tensor(builder.add(op, "dense", [tensor], helper=f"factor {n + 1}"), ())
    return builder.join(op, "multiply", factors, (*batch, channels(a.shape[-2]), channels(b.shape[-1])))


def reduce(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle ReduceMean, ArgMax and others: over cells they are pooling, over channels they read their own cell."""
    tensor = builder.tensor(op)
    chosen = builder.optional_integers(op, 1, "axes")
    if op.kind.startswith("Arg"):
        chosen = [op.get("axis", 0)]
    if not chosen and op.get("noop_with_empty_axes", 0):
        return builder.apply(op, None, tensor, tensor.axes)
    gone = sorted({n % tensor.rank for n in chosen or range(tensor.rank)})
    kept = tuple(() if n in gone else axis for n, axis in enumerate(tensor.axes))
    axes = kept if op.get("keepdims", 1) else tuple(axis for n, axis in enumerate(kept) if n not in gone)
    return builder.reduce(op, tensor, gone, axes)


def softmax(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Softmax over one axis; before opset 13, over that one and all after it."""
    tensor = builder.tensor(op)
    if builder.opset >= 13:
        return builder.normalize(op, tensor, [op.get("axis", -1) % tensor.rank])
    return builder.normalize(op, tensor, range(op.get("axis", 1) % tensor.rank, tensor.rank))


def instance_norm(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle InstanceNormalization and GroupNormalization: statistics of all cells of a channel or a group."""
    tensor = builder.tensor(op)
    return builder.normalize(op, tensor, range(2, tensor.rank))


def batch_norm(builder: GraphBuilder, op: Op) -> Tensor | list[Tensor]:
    """Handle BatchNormalization: cell by cell; in training, with statistics of all cells of the batch."""
    tensor = builder.tensor(op)
    if not op.get("training_mode", 0) and len(op.outputs) == 1:
        return builder.apply(op, None, tensor, tensor.axes)
    positions = [n for n in range(tensor.rank) if n != 1]
    normalized = builder.normalize(op, tensor, positions)
    later = (n for n, name in enumerate(op.outputs) if n and name)
    return [normalized, *(builder.reduce(op, tensor, positions, tensor.axes[1:2], output=n) for n in later)]


def layer_norm(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle LayerNormalization and RMSNormalization, over an axis and all after it."""
    tensor = builder.tensor(op)
    return builder.normalize(op, tensor, range(op.get("axis", -1) % tensor.rank, tensor.rank))


def axes_norm(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle LpNormalization, which has one axis, and MeanVarianceNormalization, which has several."""
    tensor = builder.tensor(op)
    default: Sequence[int] = (0, 2, 3) if op.kind == "MeanVarianceNormalization" else [op.get("axis", -1)]
    axes = {n % tensor.rank for n in op.get("axes") or default}
    return builder.normalize(op, tensor, sorted(axes))


def dynamic_quantize(builder: GraphBuilder, op: Op) -> list[Tensor]:
    """Handle DynamicQuantizeLinear: its scale and its zero point depend on the whole tensor."""
    tensor = builder.tensor(op)
    positions = range(tensor.rank)
    later = (builder.reduce(op, tensor, positions, (), output=n) for n in (1, 2))
    return [builder.normalize(op, tensor, positions), *later]
