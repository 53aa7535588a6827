"""Operators that are layers: convolution, pooling, pixel shuffle, matrix products, reductions, normalization."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from convviz.arithmetic import AvgPool2d, ConvTranspose2d, Layer, conv2d, pixel_shuffle
from convviz.arithmetic.axis import effective_kernel_size, same_padding

from . import lists
from .axis_tracking import (
    Axis,
    Factor,
    Unsupported,
    along,
    channels,
    digits,
    labels,
    renumbered,
    require,
    window,
)
from .contract import contract
from .graph_builder import GraphBuilder
from .parse_model import Constant, Op
from .tensors import Listed, Part, Tensor

AUTO: Final[Mapping[str, str | tuple[int, int]]] = {
    "SAME_UPPER": "same_upper",
    "SAME_LOWER": "same_lower",
    "VALID": (0, 0),
}
"""The padding along an axis by the attribute `auto_pad`."""


class Numbers(NamedTuple):
    """The numbers of a window along one axis; `padding` is (before, after) or the name of a padding."""

    kernel: int
    stride: int
    padding: str | tuple[int, int]
    dilation: int


def _each(op: Op, name: str, axes: int, default: int = 1) -> tuple[int, ...]:
    """Return an attribute with a number for each axis."""
    numbers = tuple(op.get(name) or (default,) * axes)
    require(len(numbers) == axes)
    return numbers


def _windows(op: Op, kernel: Sequence[int]) -> list[Numbers]:
    """Return the numbers of windows along each axis; ONNX has all paddings before, then all after."""
    axes, auto = len(kernel), op.get("auto_pad", "NOTSET")
    pads = tuple(op.get("pads") or (0,) * 2 * axes)
    require(len(pads) == 2 * axes)
    sides: list[Any] = list(zip(pads[:axes], pads[axes:], strict=True))
    paddings = sides if auto in ("", "NOTSET") else [AUTO[auto]] * axes
    strides, dilations = _each(op, "strides", axes), _each(op, "dilations", axes)
    return [Numbers(*numbers) for numbers in zip(kernel, strides, paddings, dilations, strict=True)]


def _kernel(op: Op, weight: Constant | None, rank: int) -> tuple[tuple[int, ...] | None, tuple[int, ...]]:
    """Return the shape of the weight if it is known, and its kernel size, which the attribute has to repeat."""
    shape, given = None if weight is None else weight.shape, op.get("kernel_shape")
    if shape is None and given:
        require(len(given) == rank - 2)
        return None, tuple(given)
    if shape is None:
        raise Unsupported
    if len(shape) != rank or tuple(given or shape[2:]) != shape[2:]:
        raise ValueError
    return shape, shape[2:]


def _slide(
    builder: GraphBuilder, op: Op, tensor: Tensor, made: int, numbers: Sequence[Numbers], kind: str, **others: Any
) -> Tensor:
    """Return the tensor after windows over its axes behind the first two; those that are channels become others.

    Along an axis whose inner cells are in the batch, as of space to batch, taps are as far apart as its cells.
    """
    if all(one[:3] == (1, 1, (0, 0)) for one in numbers) and not all(map(_is_line, tensor.axes[2:])):
        mixed = _mixed(builder, op, tensor, {}) if kind == "conv" else tensor
        first = channels(made) if kind == "conv" else mixed.axes[1]
        return builder.apply(op, None, mixed, (mixed.axes[0], first, *mixed.axes[2:]))
    if (inside := _inside_blocks(builder, op, tensor, made, numbers, kind)) is not None:
        return inside
    places = builder.places(tensor)
    if kind == "conv":
        tensor = _mixed(builder, op, tensor, places)
    axes = [tensor.axes[0], channels(made) if kind == "conv" else tensor.axes[1], *tensor.axes[2:]]
    each, between = dict[str, Layer](), dict[int, int]()
    for n, one in enumerate(numbers, start=2):
        if n not in places:
            require(one.padding == (0, 0) or not isinstance(one.padding, str))
            after = _layer(one, kind, others).output_size((tensor.shape[n], 1))[0]
            axes[n] = channels(after)
            continue
        apart = _apart(tensor, n, places[n], builder)
        if apart > 1:
            if one.stride > 1 or isinstance(one.padding, str):
                raise Unsupported
            before, behind = one.padding
            one = Numbers(one.kernel, 1, (before * apart, behind * apart), one.dilation * apart)
            between[n] = apart
        each[places[n]] = _layer(one, kind, others)
    named = next((one.padding for one in numbers if isinstance(one.padding, str)), (0, 0))  # the same for all axes
    usual = _layer(Numbers(1, 1, named, 1), kind, others)
    if between:
        require(len(between) == len(places))
        name = builder.add(op, builder.over(each, usual), [tensor])
        size = dict(zip(builder.labels, builder.graph.nodes[name].size or (), strict=True))
        for n, apart in between.items():
            axes[n] = (Factor(places[n], size[places[n]] // apart, apart),)
        return Tensor(name, tuple(axes))
    tensor = builder.separated(op, tensor, places)
    axes[0], axes[1] = tensor.axes[0], axes[1] if kind == "conv" else tensor.axes[1]
    return builder.apply_layer(op, builder.over(each, usual), tensor, places, axes)


def _mixed(builder: GraphBuilder, op: Op, tensor: Tensor, places: Mapping[int, str]) -> Tensor:
    """Return the tensor after the places among its channels have been read as a whole, since weights mix channels.

    Those of an axis in `places` are blocks of cells, which `separated` reads.
    """
    read = [one for one in digits(tensor.axes[1]) if one.label not in places.values()]
    if not read:
        return tensor
    left = tuple(one for one in tensor.axes[1] if one not in read)
    axes = (tensor.axes[0], left, *tensor.axes[2:])
    mixing = replace(op, name=f"{op.name} (channels)", outputs=("",))
    return builder.reduce_digits(mixing, tensor, read, axes, pool="dense")


def _inside_blocks(
    builder: GraphBuilder, op: Op, tensor: Tensor, made: int, numbers: Sequence[Numbers], kind: str
) -> Tensor | None:
    """Return the tensor after windows that stay inside blocks, as those of windowed attention.

    An output reads no more than its block. None if the axes are whole ones, or have one block.
    """
    full = dict(zip(builder.labels, builder.size(tensor), strict=True))
    axes = tensor.axes[2:]
    if not all(len(axis) == 1 and axis[0].size < full.get(axis[0].label, 0) for axis in axes):
        return None
    blocks = {axis[0].label: axis[0] for axis in axes}
    if len(blocks) < len(axes) or any(one.step > 1 for one in blocks.values()):
        return None
    every = {}
    for one, block in zip(numbers, blocks.values(), strict=True):
        outputs = _layer(one, "conv", {}).output_size((block.size, 1))[0]
        require(block.size % outputs == 0)
        every[block.label] = block.size // outputs
    read = builder.spread(op, tensor, list(blocks.values()), "blocks")
    first = channels(made) if kind == "conv" else tensor.axes[1]
    if max(every.values()) == 1:
        return Tensor(builder.add(op, "add", [tensor, read], is_bound=True), (tensor.axes[0], first, *axes))
    steps: dict[str, Layer] = {label: conv2d(1, stride=(by, 1)) for label, by in every.items()}
    gone = [Factor(label, by) for label, by in every.items()]
    left = renumbered(tensor.axes[:1], gone)
    inner = (along(label, block.size // every[label]) for label, block in blocks.items())
    return Tensor(builder.add(op, builder.over(steps, conv2d(1)), [read], is_bound=True), (*left, first, *inner))


def _is_line(axis: Axis) -> bool:
    """Return whether an axis has places along one axis of the image, and none inside blocks of it."""
    return len(labels(axis)) < 2 and (not labels(axis) or axis[0].step == 1)


def _apart(tensor: Tensor, position: int, label: str, builder: GraphBuilder) -> int:
    """Return how many cells apart the places of an axis are, whose inner cells are in the batch; 1 of a whole one."""
    full = dict(zip(builder.labels, builder.size(tensor), strict=True))[label]
    axis = tensor.axes[position]
    if len(axis) == 1 and axis[0].step > 1 and axis[0].step * axis[0].size == full:
        inner = [one for one in tensor.axes[0] if one.label == label]
        if inner == [Factor(label, axis[0].step)]:
            return axis[0].step
    return 1


def _layer(numbers: Numbers, kind: str, others: Mapping[str, Any]) -> Layer:
    """Return a layer that does along its first axis what the numbers say: "conv", "max" or "average"."""
    sides: Any = numbers.padding if isinstance(numbers.padding, str) else (numbers.padding, (0, 0))
    if kind == "conv":
        return conv2d((numbers.kernel, 1), (numbers.stride, 1), sides, (numbers.dilation, 1))
    layer = window(*numbers, ceil_mode=others["ceil_mode"])
    if kind == "max":
        return layer
    return AvgPool2d(
        layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode, others["counts_all"], dilation=layer.dilation
    )


def conv(builder: GraphBuilder, op: Op, number: int = 1) -> Tensor:
    """Handle Conv, and quantized convolution, where the weight is the input of another number."""
    tensor, weight = builder.tensor(op), builder.constant(op, number)
    shape, kernel = _kernel(op, weight, tensor.rank)
    made = shape[0] if shape is not None else tensor.shape[1]
    return _slide(builder, op, tensor, made, _windows(op, kernel), "conv")


def conv_transpose(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle ConvTranspose; where `output_shape` or `auto_pad` decides the output size, the padding crops the rest."""
    tensor, weight = builder.tensor(op), builder.constant(op, 1)
    places = builder.places(tensor)
    require(len(places) == tensor.rank - 2)
    tensor = builder.separated(op, _mixed(builder, op, tensor, places), places)
    shape, kernel = _kernel(op, weight, tensor.rank)
    axes, auto = tensor.rank - 2, op.get("auto_pad", "NOTSET")
    extra, wanted = _each(op, "output_padding", axes, 0), op.get("output_shape")
    layers = dict[str, Layer]()
    for n, (one, more) in enumerate(zip(_windows(op, kernel), extra, strict=True)):
        conv2d((one.kernel, 1), (one.stride, 1), 0, (one.dilation, 1))  # refuses numbers that no layer has
        cells, sides = tensor.shape[n + 2], one.padding
        target = wanted[n - axes] if wanted else cells * one.stride if isinstance(sides, str) else None
        if target is not None:
            extent = effective_kernel_size(one.kernel, one.dilation)
            total = (cells - 1) * one.stride + extent + more - target
            sides = same_padding(max(0, total), "same_upper" if auto == "SAME_UPPER" else "same_lower")
            more += max(0, -total)
        if isinstance(sides, str) or min(more, *sides) < 0:
            raise Unsupported
        steps = ((one.kernel, 1), (one.stride, 1), (sides, (0, 0)), (more, 0), (one.dilation, 1), 1)
        layers[places[n + 2]] = ConvTranspose2d(*steps)
    usual = ConvTranspose2d((1, 1), (1, 1), ((0, 0), (0, 0)), (0, 0), (1, 1), 1)
    made = (tensor.axes[0], channels(shape[1] * op.get("group", 1) if shape else tensor.shape[1]), *tensor.axes[2:])
    return builder.apply_layer(op, builder.over(layers, usual), tensor, places, made)


def pool(builder: GraphBuilder, op: Op) -> Tensor | list[Tensor]:
    """Handle MaxPool, AveragePool and LpPool; the indices of the maxima read the same cells."""
    tensor = builder.tensor(op)
    require(not op.get("channels_last", 0))  # of the quantized ones
    kernel = op.get("kernel_shape")
    if not kernel:
        raise ValueError
    require(len(kernel) == tensor.rank - 2)
    numbers = _windows(op, kernel)
    is_average = op.kind == "AveragePool"
    others = {"ceil_mode": bool(op.get("ceil_mode", 0)), "counts_all": bool(op.get("count_include_pad", 0))}
    pooled = _slide(builder, op, tensor, tensor.shape[1], numbers, "average" if is_average else "max", **others)
    return pooled if len(op.outputs) < 2 else [pooled, builder.apply(op, None, pooled, pooled.axes, 1)]


def global_pool(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle GlobalAveragePool, GlobalMaxPool and GlobalLpPool."""
    tensor = builder.tensor(op)
    require(not op.get("channels_last", 0))  # of the quantized ones
    return builder.reduce(op, tensor, range(2, tensor.rank), (*tensor.axes[:2], *((),) * (tensor.rank - 2)))


def depth_to_space(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle DepthToSpace in either mode: blocks of channels become blocks of cells."""
    tensor, factor = builder.tensor(op), op.get("blocksize", 0)
    places, stacked = builder.places(tensor), tensor.shape[1]
    tensor = builder.separated(op, _mixed(builder, op, tensor, places), places)
    require(tensor.rank == 4 and len(places) == 2 and factor > 0 and stacked % factor**2 == 0)
    layer = pixel_shuffle(factor)
    axes = (tensor.axes[0], channels(stacked // factor**2), *tensor.axes[2:])
    return builder.apply_layer(op, layer, tensor, places, axes)


def space_to_depth(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle SpaceToDepth: blocks of cells become blocks of channels."""
    tensor, factor = builder.tensor(op), op.get("blocksize", 0)
    places, stacked = builder.places(tensor), tensor.shape[1]
    tensor = builder.separated(op, _mixed(builder, op, tensor, places), places)
    require(tensor.rank == 4 and len(places) == 2 and factor > 0)
    layer = builder.over(dict.fromkeys(places.values(), window(factor, stride=factor)), window(1))
    axes = (tensor.axes[0], channels(stacked * factor**2), *tensor.axes[2:])
    return builder.apply_layer(op, layer, tensor, places, axes, fixed=True)


def gemm(builder: GraphBuilder, op: Op) -> Part | Listed:
    """Handle Gemm, A B + C."""
    a, b = builder.value(op, 0), builder.value(op, 1)
    letters = ["ki" if op.get("transA", 0) else "ik", "jk" if op.get("transB", 0) else "kj"]
    return contract(builder, op, [a, b], letters, "ij")


def matmul(builder: GraphBuilder, op: Op) -> Part | Listed:
    """Handle MatMul: weights mix channels, or cells if these are on the last axis, and then every output reads all."""
    a, b = builder.value(op, 0), builder.value(op, 1)
    ranks = [len(value.shape or ()) if value is not None and value.shape is not None else 0 for value in (a, b)]
    require(min(ranks) > 0)
    batch = "ABCDEFGH"[: max(*ranks) - 2] if max(ranks) > 2 else ""
    first = batch[len(batch) - (ranks[0] - 2) :] + "ik" if ranks[0] > 1 else "k"
    second = batch[len(batch) - (ranks[1] - 2) :] + "kj" if ranks[1] > 1 else "k"
    out = batch + ("i" if ranks[0] > 1 else "") + ("j" if ranks[1] > 1 else "")
    return contract(builder, op, [a, b], [first, second], out)


def einsum(builder: GraphBuilder, op: Op) -> Part | Listed:
    """Handle Einsum of letters without an ellipsis, none twice in a term."""
    terms, arrow, out = "".join(str(op.get("equation", "")).split()).partition("->")
    letters = terms.split(",")
    require("." not in terms and len(letters) == len(op.inputs))
    if not arrow:
        every = "".join(letters)
        out = "".join(sorted(letter for letter in set(every) if every.count(letter) == 1))
    require(all(len(set(term)) == len(term) for term in (*letters, out)))
    return contract(builder, op, builder.inputs(op), letters, out)


def reduce(builder: GraphBuilder, op: Op) -> Tensor | Listed:
    """Handle ReduceMean, ArgMax and others: over cells they are pooling, over channels they read their own cell."""
    value = _value(builder, op)
    rank = len(value.shape)
    chosen = builder.optional_integers(op, 1, "axes")
    if op.kind.startswith("Arg"):
        chosen = [op.get("axis", 0)]
    gone = sorted({n % rank for n in chosen or range(rank)})
    if not chosen and op.get("noop_with_empty_axes", 0):
        gone = []
    keeps = bool(op.get("keepdims", 1))
    if isinstance(value, Listed):
        return lists.reduce(builder, op, value, gone, keeps=keeps)
    kept = tuple(() if n in gone else axis for n, axis in enumerate(value.axes))
    axes = kept if keeps else tuple(axis for n, axis in enumerate(kept) if n not in gone)
    return builder.reduce(op, value, gone, axes)


def _value(builder: GraphBuilder, op: Op) -> Tensor | Listed:
    """Return the first input, which may be a list."""
    value = builder.value(op, 0)
    return value if isinstance(value, Listed) else builder.tensor(op)


def _normalize(builder: GraphBuilder, op: Op, positions: Callable[[int], Iterable[int]]) -> Tensor | Listed:
    """Divide by a statistic of some axes, which follow from the number of axes."""
    value = _value(builder, op)
    chosen = sorted(positions(len(value.shape)))
    if isinstance(value, Listed):
        return lists.normalize(builder, op, value, chosen)
    return builder.normalize(op, value, chosen)


def softmax(builder: GraphBuilder, op: Op) -> Tensor | Listed:
    """Handle Softmax over one axis; before opset 13, over that one and all after it."""
    if builder.opset >= 13:
        return _normalize(builder, op, lambda rank: [op.get("axis", -1) % rank])
    return _normalize(builder, op, lambda rank: range(op.get("axis", 1) % rank, rank))


def instance_norm(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle InstanceNormalization and GroupNormalization: statistics of all cells of a channel or a group."""
    tensor = builder.tensor(op)
    return builder.normalize(op, tensor, range(1 if op.kind == "GroupNormalization" else 2, tensor.rank))


def local_norm(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle LRN, which divides by neighbors among the channels; of places there, no more than all are read."""
    return builder.normalize(op, builder.tensor(op), [1], is_bound=True)


def batch_norm(builder: GraphBuilder, op: Op) -> Tensor | list[Tensor]:
    """Handle BatchNormalization: cell by cell; in training, with statistics of all cells of the batch."""
    tensor = builder.tensor(op)
    if not op.get("training_mode", 0) and len(op.outputs) == 1:
        return builder.apply(op, None, tensor, tensor.axes)
    positions = [n for n in range(tensor.rank) if n != 1]
    normalized = builder.normalize(op, tensor, positions)
    later = (n for n, name in enumerate(op.outputs) if n and name)
    return [normalized, *(builder.reduce(op, tensor, positions, tensor.axes[1:2], output=n) for n in later)]


def layer_norm(builder: GraphBuilder, op: Op) -> Tensor | Listed:
    """Handle LayerNormalization and RMSNormalization, over an axis and all after it."""
    return _normalize(builder, op, lambda rank: range(op.get("axis", -1) % rank, rank))


def axes_norm(builder: GraphBuilder, op: Op) -> Tensor | Listed:
    """Handle LpNormalization, which has one axis, and MeanVarianceNormalization, which has several."""
    default: Sequence[int] = (0, 2, 3) if op.kind == "MeanVarianceNormalization" else [op.get("axis", -1)]
    return _normalize(builder, op, lambda rank: {n % rank for n in op.get("axes") or default})


def recurrent(builder: GraphBuilder, op: Op) -> list[Tensor]:
    """Handle LSTM, GRU and RNN: every output reads the whole sequence; in one direction, what is before it."""
    tensor = builder.tensor(op)
    is_last = bool(op.get("layout", 0))
    require(tensor.rank == 3)
    sequence, batch = (1, 0) if is_last else (0, 1)
    direction = channels(2 if op.get("direction") == "bidirectional" else 1)
    hidden = channels(int(op.get("hidden_size", 1)))
    if labels(tensor.axes[2]):  # places among the features
        made = tuple(() if n == 2 else axis for n, axis in enumerate(tensor.axes))
        features = replace(op, name=f"{op.name} (features)", outputs=("",))
        tensor = builder.reduce(features, tensor, [2], made, pool="dense")
    read = builder.normalize(op, tensor, [sequence], is_bound=op.get("direction") != "bidirectional")
    length, others = read.axes[sequence], read.axes[batch]
    first = (others, length, direction, hidden) if is_last else (length, direction, others, hidden)
    results = [Tensor(read.node, first)]
    for n, name in enumerate(op.outputs):
        if n and name:
            last = (others, direction, hidden) if is_last else (direction, others, hidden)
            results.append(builder.reduce(op, tensor, [sequence], last, output=n))
    return results


def top_k(builder: GraphBuilder, op: Op) -> list[Tensor]:
    """Handle TopK of channels; of places, their values decide."""
    tensor, number = builder.tensor(op), builder.constant(op, 1)
    axis = op.get("axis", -1) % tensor.rank
    if labels(tensor.axes[axis]):
        raise Unsupported("the values of the input decide which places it reads")
    kept = op.get("k") if number is None or number.data is None else int(number.data.ravel()[0])
    require(kept is not None)
    axes = (*tensor.axes[:axis], channels(kept), *tensor.axes[axis + 1 :])
    return [builder.apply(op, None, tensor, axes, n) for n, name in enumerate(op.outputs) if name or not n]


def running_sum(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle CumSum over channels."""
    tensor, axis = builder.tensor(op), builder.integers(op, 1)
    require(len(axis) == 1 and not labels(tensor.axes[axis[0] % tensor.rank]))
    return builder.normalize(op, tensor, [axis[0] % tensor.rank])


def dynamic_quantize(builder: GraphBuilder, op: Op) -> list[Tensor]:
    """Handle DynamicQuantizeLinear: its scale and its zero point depend on the whole tensor."""
    tensor = builder.tensor(op)
    positions = range(tensor.rank)
    later = (builder.reduce(op, tensor, positions, (), output=n) for n in (1, 2))
    made = [builder.normalize(op, tensor, positions), *later]
    note = "its scale depends on the whole tensor, since it is quantized with the values of each input (dynamically)"
    builder.notes |= {tensor.node: note for tensor in made}
    return made
