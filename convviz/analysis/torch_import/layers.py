"""Operators that compute with weights, windows or whole axes, written with those of ONNX."""

from collections.abc import Sequence
from typing import Any

from .writer import Untranslated, Writer, shape_of


def _each(numbers: Any, rank: int) -> tuple[int, ...]:
    """Return a number for each spatial axis."""
    listed = [numbers] if isinstance(numbers, int) else [*numbers]
    return tuple(listed * rank if len(listed) == 1 else listed)


def _check_batch(x: Any, rank: int) -> None:
    """Refuse a tensor without an axis for the batch, which ONNX needs."""
    if len(shape_of(x)) != rank + 2:
        raise Untranslated


def conv(
    w: Writer,
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> str:
    """Write Conv; "same" has the odd cell at the end."""
    kernel = shape_of(weight)[2:]
    _check_batch(x, len(kernel))
    dilations = _each(dilation, len(kernel))
    if padding == "same":
        totals = [by * (cells - 1) for by, cells in zip(dilations, kernel, strict=True)]
        pads = (*(total // 2 for total in totals), *(total - total // 2 for total in totals))
    else:
        pads = _each(0 if padding == "valid" else padding, len(kernel)) * 2
    return w.add(
        "Conv",
        *map(w.tensor, (x, weight, bias)),
        kernel_shape=kernel,
        strides=_each(stride, len(kernel)),
        pads=pads,
        dilations=dilations,
        group=groups,
    )


def conv_transpose(
    w: Writer,
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> str:
    """Write ConvTranspose."""
    kernel = shape_of(weight)[2:]
    _check_batch(x, len(kernel))
    return w.add(
        "ConvTranspose",
        *map(w.tensor, (x, weight, bias)),
        kernel_shape=kernel,
        strides=_each(stride, len(kernel)),
        pads=_each(padding, len(kernel)) * 2,
        output_padding=_each(output_padding, len(kernel)),
        dilations=_each(dilation, len(kernel)),
        group=groups,
    )


def convolution(
    w: Writer,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    is_transposed: bool,
    output_padding: Any,
    groups: int,
) -> str:
    """Write either of them."""
    if is_transposed:
        return conv_transpose(w, x, weight, bias, stride, padding, output_padding, groups, dilation)
    return conv(w, x, weight, bias, stride, padding, dilation, groups)


def max_pool(
    rank: int, w: Writer, x: Any, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil: bool = False
) -> str | list[str]:
    """Write MaxPool, with the indices of the maxima if they are asked for."""
    _check_batch(x, rank)
    results = w.add_several(
        2 if isinstance(w.node.meta["val"], tuple | list) else 1,
        "MaxPool",
        w.tensor(x),
        kernel_shape=_each(kernel, rank),
        strides=_each(stride or kernel, rank),
        pads=_each(padding, rank) * 2,
        dilations=_each(dilation, rank),
        ceil_mode=int(ceil),
    )
    return results if len(results) > 1 else results[0]


def avg_pool(
    rank: int,
    w: Writer,
    x: Any,
    kernel: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil: bool = False,
    counts_padding: bool = True,
    divisor: Any = None,
) -> str:
    """Write AveragePool; another divisor changes no cell that is read."""
    _check_batch(x, rank)
    return w.add(
        "AveragePool",
        w.tensor(x),
        kernel_shape=_each(kernel, rank),
        strides=_each(stride or kernel, rank),
        pads=_each(padding, rank) * 2,
        ceil_mode=int(ceil),
        count_include_pad=int(counts_padding),
    )


def adaptive_pool(kind: str, rank: int, w: Writer, x: Any, *_: Any) -> str | list[str]:
    """Write pooling with one window, where the size divides that of the input, or copying, where it is a multiple."""
    shape = shape_of(x)
    _check_batch(x, rank)
    cells, outputs = shape[2:], shape_of(w.node) if kind == "Average" else tuple(map(int, w.node.meta["val"][0].shape))
    outputs = outputs[2:]
    if not any(inner % outer for inner, outer in zip(cells, outputs, strict=True)):
        window = tuple(inner // outer for inner, outer in zip(cells, outputs, strict=True))
        is_global = set(outputs) == {1}
        name = f"Global{kind}Pool" if is_global else f"{kind}Pool"
        attributes = {} if is_global else {"kernel_shape": window, "strides": window}
        result = w.add(name, w.tensor(x), **attributes)
    elif not any(outer % inner for inner, outer in zip(cells, outputs, strict=True)):
        sizes = w.integers((*shape[:2], *outputs))
        how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        result = w.add("Resize", w.tensor(x), "", "", sizes, **how)
    else:
        raise Untranslated
    return result if kind == "Average" else [result]  # without the indices


def linear(w: Writer, x: Any, weight: Any, bias: Any = None) -> str:
    """Write Gemm for a matrix, else MatMul and Add."""
    if len(shape_of(x)) == 2:
        return w.add("Gemm", *map(w.tensor, (x, weight, bias)), transB=1)
    result = w.add("MatMul", w.tensor(x), w.add("Transpose", w.tensor(weight), perm=(1, 0)))
    return result if bias is None else w.add("Add", result, w.tensor(bias))


def matmul(w: Writer, x: Any, y: Any) -> str:
    """Write MatMul."""
    return w.add("MatMul", w.tensor(x), w.tensor(y))


def addmm(w: Writer, bias: Any, x: Any, y: Any, **_: Any) -> str:
    """Write MatMul and Add."""
    return w.add("Add", matmul(w, x, y), w.tensor(bias))


def einsum(w: Writer, equation: str, operands: Sequence[Any], **_: Any) -> str:
    """Write Einsum."""
    return w.add("Einsum", *map(w.tensor, operands), equation=equation)


def attention(w: Writer, query: Any, key: Any, value: Any, mask: Any = None, *_: Any, **__: Any) -> str:
    """Write what PyTorch exports: MatMul, Softmax and MatMul, without the scale."""
    rank = len(shape_of(key))
    turned = w.add("Transpose", w.tensor(key), perm=(*range(rank - 2), rank - 1, rank - 2))
    weights = w.add("MatMul", w.tensor(query), turned)
    if mask is not None:
        weights = w.add("Add", weights, w.tensor(mask))
    return w.add("MatMul", w.add("Softmax", weights, axis=-1), w.tensor(value))


def softmax(kind: str, w: Writer, x: Any, axis: int, *_: Any, **__: Any) -> str:
    """Write Softmax or LogSoftmax."""
    return w.add(kind, w.tensor(x), axis=axis)


def batch_norm(w: Writer, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, training: bool, *_: Any) -> str:
    """Write BatchNormalization, in training where the module keeps no statistics."""
    return w.add("BatchNormalization", *map(w.tensor, (x, weight, bias, mean, variance)), training_mode=int(training))


def kept_batch_norm(w: Writer, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, *_: Any) -> list[str]:
    """Write BatchNormalization with kept statistics; there are none of the batch."""
    return [batch_norm(w, x, weight, bias, mean, variance, False)]


def instance_norm(
    w: Writer, x: Any, weight: Any, bias: Any, mean: Any, variance: Any, has_own_statistics: bool, *_: Any
) -> str:
    """Write InstanceNormalization, or BatchNormalization with kept statistics."""
    if has_own_statistics:
        return w.add("InstanceNormalization", *map(w.tensor, (x, weight, bias)))
    return batch_norm(w, x, weight, bias, mean, variance, False)


def group_norm(w: Writer, x: Any, groups: int, weight: Any = None, bias: Any = None, *_: Any) -> str:
    """Write GroupNormalization."""
    return w.add("GroupNormalization", *map(w.tensor, (x, weight, bias)), num_groups=groups)


def native_group_norm(w: Writer, x: Any, weight: Any, bias: Any, *more: Any) -> list[str]:
    """Write GroupNormalization, without the statistics."""
    return [group_norm(w, x, more[3], weight, bias)]


def layer_norm(w: Writer, x: Any, shape: Sequence[int], weight: Any = None, bias: Any = None, *_: Any) -> str:
    """Write LayerNormalization over the last axes."""
    return w.add("LayerNormalization", *map(w.tensor, (x, weight, bias)), axis=-len(shape))


def native_layer_norm(w: Writer, *arguments: Any) -> list[str]:
    """Write LayerNormalization, without the statistics."""
    return [layer_norm(w, *arguments)]


def rms_norm(w: Writer, x: Any, shape: Sequence[int], weight: Any = None, *_: Any) -> str:
    """Write RMSNormalization over the last axes."""
    return w.add("RMSNormalization", *map(w.tensor, (x, weight)), axis=-len(shape))


def reduce(kind: str, w: Writer, x: Any, axes: Any = (), keeps: bool = False, **_: Any) -> str:
    """Write a reduction over some axes, or over all if none is named."""
    return _reduced(w, kind, w.tensor(x), len(shape_of(x)), axes, keeps)


def _reduced(w: Writer, kind: str, tensor: str, rank: int, axes: Any, keeps: bool) -> str:
    chosen = [axes] if isinstance(axes, int) else axes or range(rank)
    return w.add(kind, tensor, w.integers(axis % rank for axis in chosen), keepdims=int(keeps))


def norm(w: Writer, x: Any, order: Any = 2, axes: Any = (), keeps: bool = False, **_: Any) -> str:
    """Write a reduction that reads as every norm does."""
    return reduce("ReduceL1" if order == 1 else "ReduceL2", w, x, axes, keeps)


def extreme(kind: str, w: Writer, x: Any, axis: Any = (), keeps: bool = False) -> str | list[str]:
    """Write the largest or smallest of two tensors, of all cells, or along an axis, then with its index."""
    if hasattr(axis, "name"):
        return w.add(kind, w.tensor(x), w.tensor(axis))
    found = reduce(f"Reduce{kind}", w, x, axis, keeps)
    return [found, arg(f"Arg{kind}", w, x, axis, keeps)] if isinstance(axis, int) else found


def arg(kind: str, w: Writer, x: Any, axis: int | None = None, keeps: bool = False) -> str:
    """Write the index of an extreme."""
    if axis is None:
        raise Untranslated
    return w.add(kind, w.tensor(x), axis=axis % len(shape_of(x)), keepdims=int(keeps))


def variance(w: Writer, x: Any, axes: Any = (), *more: Any, keepdim: bool = False, **_: Any) -> str:
    """Write what PyTorch exports: the mean of the squared distance from the mean."""
    rank, tensor = len(shape_of(x)), w.tensor(x)
    distance = w.add("Sub", tensor, _reduced(w, "ReduceMean", tensor, rank, axes, True))
    return _reduced(w, "ReduceMean", w.add("Mul", distance, distance), rank, axes, more[1] if more[1:] else keepdim)


def deviation(w: Writer, *arguments: Any, **named: Any) -> str:
    """Write the root of the variance."""
    return w.add("Sqrt", variance(w, *arguments, **named))


def variance_and_mean(w: Writer, x: Any, axes: Any = (), *more: Any, keepdim: bool = False, **_: Any) -> list[str]:
    """Write both."""
    keeps = more[1] if more[1:] else keepdim
    return [variance(w, x, axes, keepdim=keeps), reduce("ReduceMean", w, x, axes, keeps)]


def glu(w: Writer, x: Any, axis: int = -1) -> str:
    """Write the product of one half of an axis and the sigmoid of the other."""
    axis, size = axis % len(shape_of(x)), shape_of(x)[axis] // 2
    first, second = w.add_several(2, "Split", w.tensor(x), w.integers([size, size]), axis=axis)
    return w.add("Mul", first, w.add("Sigmoid", second))


def recurrent(
    kind: str,
    w: Writer,
    x: Any,
    states: Any,
    parameters: Sequence[Any],
    has_biases: bool,
    number: int,
    dropout: float,
    training: bool,
    is_bidirectional: bool,
    is_batch_first: bool,
) -> list[str]:
    """Write LSTM, GRU or RNN for each layer, without the states that it begins with."""
    if not isinstance(has_biases, bool):  # the overload for packed sequences
        raise Untranslated
    directions, each = (2 if is_bidirectional else 1), (4 if has_biases else 2)
    sequence = w.add("Transpose", w.tensor(x), perm=(1, 0, 2)) if is_batch_first else w.tensor(x)
    batch, length, _ = shape_of(x) if is_batch_first else [shape_of(x)[n] for n in (1, 0, 2)]
    hidden = shape_of(parameters[1])[1]
    outputs = 3 if kind == "LSTM" else 2
    last: list[list[str]] = [[] for _ in range(1, outputs)]
    for layer in range(number):
        own = parameters[layer * each * directions :][: each * directions]
        weights, inner, *biases = (_of_directions(w, own[n::each]) for n in range(each))
        bias = w.add("Concat", *biases, axis=1) if biases else ""
        attributes = {"hidden_size": hidden, "direction": "bidirectional" if is_bidirectional else "forward"}
        steps, *ends = w.add_several(outputs, kind, sequence, weights, inner, bias, **attributes)
        for found, end in zip(last, ends, strict=True):
            found.append(end)
        steps = w.add("Transpose", steps, perm=(0, 2, 1, 3))
        sequence = w.add("Reshape", steps, w.integers((length, batch, directions * hidden)))
    result = w.add("Transpose", sequence, perm=(1, 0, 2)) if is_batch_first else sequence
    return [result, *(ends[0] if number == 1 else w.add("Concat", *ends, axis=0) for ends in last)]


def _of_directions(w: Writer, parameters: Sequence[Any]) -> str:
    """Return one tensor of the parameters of all directions, along a new axis in front."""
    parts = [w.add("Unsqueeze", w.tensor(each), w.integers([0])) for each in parameters]
    return parts[0] if len(parts) == 1 else w.add("Concat", *parts, axis=0)
