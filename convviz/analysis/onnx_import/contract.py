"""Sums of products: Gemm, MatMul, Einsum, and with them attention.

Each axis of each factor has a letter. A letter that the result lacks is summed over, so that every output reads all
places on that axis. Where two factors have places on letters of their own, as the queries and the keys of attention
have, the result has those of the first: each output reads its own place of it, and all places on the letters of the
other. Among windows, whose numbers are on the axis of the batch, all places are those of the window.
"""

from collections.abc import Collection, Sequence
from itertools import product
from math import prod

from convviz.arithmetic import upsample2d

from .axis_tracking import (
    Axis,
    Factor,
    along,
    channels,
    digits,
    labels,
    require,
    window,
)
from .graph_builder import GraphBuilder
from .parse_model import Constant, Op
from .tensors import Listed, Part, Tensor, Value


def contract(
    builder: GraphBuilder, op: Op, values: Sequence[Value | None], letters: Sequence[str], out: str
) -> Part | Listed:
    """Return the sum of the products of some factors, at least one of which depends on the image.

    Parameters
    ----------
    values : sequence of Value
        The factors.
    letters : sequence of str
        The letters of the axes of each.
    out : str
        Those of the result.
    """
    for value, own in zip(values, letters, strict=True):
        require(value is not None and value.shape is not None and len(value.shape) == len(own))
    keeper = _keeper(values, letters, out)
    if keeper is None:
        return _whole(builder, op, values, letters, out)
    number, letter = keeper
    listed = values[number]
    assert isinstance(listed, Listed)

    def made(part: int) -> Part:
        pairs = zip(values, letters, strict=True)
        factors = [_cut(value, own, letter, part, listed) for value, own in pairs]
        return _whole(builder, op, factors, letters, out)

    return Listed(tuple(builder.in_parts(op, listed.lengths, made)), out.index(letter))


def _keeper(values: Sequence[Value | None], letters: Sequence[str], out: str) -> tuple[int, str] | None:
    """Return the first list of parts whose places the result has, and the letter of that axis."""
    for n, (value, own) in enumerate(zip(values, letters, strict=True)):
        if isinstance(value, Listed) and own[value.axis] in out:
            return n, own[value.axis]
    return None


def _cut(value: Value | None, own: str, letter: str, n: int, listed: Listed) -> Value | None:
    """Return what goes with a part of a list: of one along the same letter the part of the same number; else all."""
    if isinstance(value, Listed) and own[value.axis] == letter:
        require(value.lengths == listed.lengths)
        return value.parts[n]
    require(value is None or value.shape is None or letter not in own or value.shape[own.index(letter)] == 1)
    return value


def _whole(builder: GraphBuilder, op: Op, values: Sequence[Value | None], letters: Sequence[str], out: str) -> Part:
    """Return the result where no list is kept: of those that are left, all parts are read."""
    choices = [value.parts if isinstance(value, Listed) else (value,) for value in values]
    totals = {
        own[value.axis]: sum(value.lengths)
        for value, own in zip(values, letters, strict=True)
        if isinstance(value, Listed)
    }
    builder.count_parts(op, prod(map(len, choices)))
    every = list(product(*choices))
    results = []
    for n, factors in enumerate(every, start=1):
        if any(isinstance(factor, Tensor) for factor in factors):
            helper = f"with part {n}" if len(every) > 1 else ""
            results.append(_sum_of_products(builder, op, factors, letters, out, totals, helper))
    if not results:
        return Constant(tuple(_length(letter, values, letters) for letter in out))
    if len(every) == 1:
        return results[0]
    return Tensor(builder.add(op, "add", results), results[0].axes)


def _length(letter: str, values: Sequence[Value | None], letters: Sequence[str]) -> int:
    """Return the length of a letter: those of length 1 repeat."""
    found = [
        value.shape[own.index(letter)]
        for value, own in zip(values, letters, strict=True)
        if value is not None and value.shape is not None and letter in own
    ]
    return max(found)


def _sum_of_products(
    builder: GraphBuilder,
    op: Op,
    values: Sequence[Value | None],
    letters: Sequence[str],
    out: str,
    totals: dict[str, int],
    helper: str,
) -> Tensor:
    """Return the sum of the products of tensors and constants."""
    tensors = [(n, value) for n, value in enumerate(values) if isinstance(value, Tensor)]
    kept, read = _kept_axes(tensors, letters, out, totals)
    axes: list[Axis] = []
    for letter in out:
        length = totals.get(letter) or _length(letter, values, letters)
        axes.append(kept.get(letter) or channels(length))
    if len(tensors) == 1:
        n, tensor = tensors[0]
        if not helper and (resized := _mixed_line(builder, op, tensor, letters[n], out, axes, values, letters)):
            return resized
        gone = read[n]
        if helper:
            spread = builder.spread(op, tensor, gone, helper)
            return Tensor(spread.node, tuple(axes))
        return builder.reduce_digits(op, tensor, gone, tuple(axes), pool="dense")
    behind = f" {helper}" if helper else ""
    factors = [builder.spread(op, tensor, read[n], f"factor {n + 1}{behind}") for n, tensor in tensors]
    left = [one for axis in axes for one in digits(axis)]
    sizes = [builder.size(factor) for factor in factors]
    size = tuple(map(max, zip(*sizes, strict=True)))
    is_bound = any(cells not in (1, most) for one in sizes for cells, most in zip(one, size, strict=True))
    if is_bound:  # places of several grids: of all but the largest one all of them, at most
        size = max(sizes, key=prod)
        factors = [
            factor
            if one == size
            else Tensor(builder.add(op, "global_pool", [factor], helper=f"whole {n}{behind}"), factor.axes)
            for n, (factor, one) in enumerate(zip(factors, sizes, strict=True), start=1)
        ]
    found = dict.fromkeys(one for _, tensor in tensors for axis in tensor.axes for one in digits(axis))
    lost = [one for one in found if size[builder.labels.index(one.label)] > 1 and not _is_kept(one, left)]
    made = f"product{behind}" if lost else helper
    made_of = Tensor(builder.add(op, "multiply", factors, helper=made, is_bound=is_bound), tuple(axes))
    return builder.reduce_digits(op, made_of, lost, tuple(axes), pool="dense") if lost else made_of


def _is_kept(one: Factor, left: Sequence[Factor]) -> bool:
    """Return whether the cells of a digit are among those of the digits that are left."""
    return any(f == one or (f.label == one.label and f.step <= one.step < f.step * f.size) for f in left)


def _kept_axes(
    tensors: Sequence[tuple[int, Tensor]], letters: Sequence[str], out: str, listed: Collection[str]
) -> tuple[dict[str, Axis], dict[int, list[Factor]]]:
    """Return the axes of the result that have places, and the digits of each tensor that every output reads.

    A letter that only one tensor has keeps its places unless another tensor before it has the same ones on a letter of
    its own, or the letter is that of a list, of which all parts are read.
    """
    kept: dict[str, Axis] = {}
    owner: dict[str, int] = {}
    read: dict[int, list[Factor]] = {n: [] for n, _ in tensors}
    for n, tensor in tensors:
        for letter, axis in zip(letters[n], tensor.axes, strict=True):
            if letter not in out or letter in listed:
                read[n] += digits(axis)
            elif not axis:
                continue
            elif not labels(axis):
                kept.setdefault(letter, channels(prod(one.size for one in axis)))
            elif letter in owner and kept[letter] != axis:  # places of another grid: at most all of them
                read[n] += [one for own in tensor.axes for one in digits(own)]
            elif letter in owner:
                continue
            elif any(_overlap(axis, kept[other]) and other not in letters[n] for other in owner):
                read[n] += digits(axis)
                kept.setdefault(letter, channels(prod(one.size for one in axis)))
            else:
                kept[letter], owner[letter] = axis, n
    return kept, read


def _overlap(axis: Axis, other: Axis) -> bool:
    """Return whether two axes have the same digits of an axis of the image, or some of them."""
    pairs = product(digits(axis), digits(other))
    return any(a.label == b.label and a.step < b.step * b.size and b.step < a.step * a.size for a, b in pairs)


def _mixed_line(
    builder: GraphBuilder,
    op: Op,
    tensor: Tensor,
    own: str,
    out: str,
    axes: Sequence[Axis],
    values: Sequence[Value | None],
    letters: Sequence[str],
) -> Tensor | None:
    """Return the result of weights that mix the places along one axis of the image into others; None for anything else.

    What they make are places again, each of which reads the whole axis.
    """
    size = builder.size(tensor)
    for position, letter in enumerate(own):
        axis = tensor.axes[position]
        label = next(iter(labels(axis)), "")
        if letter in out or not label or axis != along(label, size[builder.labels.index(label)]):
            continue
        others = [cells for name, cells in zip(builder.labels, size, strict=True) if name != label]
        new = [one for one in out if one not in own]
        if max(others, default=1) == 1 or len(new) != 1 or any(one not in out for one in own if one != letter):
            return None
        made = axes[out.index(new[0])]
        cells = prod(one.size for one in made)
        narrow = builder.over({label: window(size[builder.labels.index(label)])}, window(1))
        pooled = Tensor(builder.add(op, narrow, [tensor], helper="whole axis", fixed=True), tensor.axes)
        wide = builder.over({label: upsample2d((cells, 1))}, upsample2d(1))
        placed = list(axes)
        placed[out.index(new[0])] = along(label, cells)
        return builder.apply(op, wide, pooled, tuple(placed))
    return None
