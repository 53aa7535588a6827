"""Find which axes of a tensor are those of the image, through transposing and reshaping.

An axis is a run of factors, the outer ones first. A factor of the depth ("d"), the height ("h") or the width ("w") is a
digit of that index, worth `step` cells; all other factors are channels ("c"), which are not distinguished. So
(N, C, H, W), (N, H, W, C), tokens, windows, groups of channels, space to depth and pixel shuffle are one thing, written
in different orders. A factor "z" has an entry in the place `step` only, as between the cells of a tensor that is
stretched with zeros.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Final, NamedTuple

from convviz.analysis.receptive.footprints import Size
from convviz.arithmetic import ConvTranspose2d, Layer, MaxPool2d, Volume, conv2d, upsample2d
from convviz.arithmetic.volume import over_axes

from .parse_model import MOST_DIMENSIONS

SPATIAL: Final = ("d", "h", "w")
"""The labels of the axes of an image: a plane has the last two."""


class Unsupported(Exception):  # noqa: N818
    """Raised when the effect of an operator on the axes cannot be represented; what follows it is unknown."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


def require(is_supported: bool) -> None:
    """Raise `Unsupported` unless a condition holds."""
    if not is_supported:
        raise Unsupported


class Factor(NamedTuple):
    """A number of consecutive indices along an axis of the image ("d", "h", "w"), or of the channels ("c")."""

    label: str
    size: int
    step: int = 1


Axis = tuple[Factor, ...]
Axes = tuple[Axis, ...]


def channels(size: int) -> Axis:
    """Return an axis of channels.

    >>> channels(3), channels(1)
    ((Factor(label='c', size=3, step=1),), ())
    """
    return along("c", size)


def along(label: str, size: int) -> Axis:
    """Return an axis that is the whole depth, height or width."""
    return (Factor(label, size),) if size != 1 else ()


def dims(axes: Axes) -> tuple[int, ...]:
    """Return the shape of a tensor."""
    return tuple(prod(factor.size for factor in axis) for axis in axes)


def digits(factors: Iterable[Factor]) -> list[Factor]:
    """Return the factors of the depth, the height and the width."""
    return [factor for factor in factors if factor.label in SPATIAL]


def labels(factors: Iterable[Factor]) -> set[str]:
    """Return the labels of such factors."""
    return {factor.label for factor in digits(factors)}


def labels_of(size: Size) -> tuple[str, ...]:
    """Return the labels of the axes of an image of this size."""
    return SPATIAL[-len(size) :]


def spatial_axes(axes: Axes, size: Size) -> dict[int, str]:
    """Return which axes are a whole axis of the image; one of a single cell is where the others say that it is."""
    names = labels_of(size)
    whole = {Factor(label, cells): label for label, cells in zip(names, size, strict=True) if cells > 1}
    found = {n: whole[axis[0]] for n, axis in enumerate(axes) if len(axis) == 1 and axis[0] in whole}
    known = {label: n for n, label in found.items()}
    is_usual = len(axes) == len(size) + 2
    if not known and is_usual and not any(labels(axis) for axis in axes):
        return {n: label for n, label in enumerate(names, start=2) if not axes[n]}
    for label, cells in zip(names, size, strict=True):
        for other, n in known.items() if cells == 1 else ():
            place = n + names.index(label) - names.index(other)
            if (is_usual or place > n) and 0 <= place < len(axes) and not axes[place] and place not in found:
                found[place] = label
                break
    return found


def merge(factors: Iterable[Factor]) -> Axis:
    """Join neighboring factors that are one run of indices.

    >>> merge([Factor("h", 4, 2), Factor("h", 2), Factor("c", 3), Factor("c", 5)])
    (Factor(label='h', size=8, step=1), Factor(label='c', size=15, step=1))
    """
    merged: list[Factor] = []
    for factor in factors:
        last = merged[-1] if merged else Factor("", 1)
        is_run = factor.label == "c" or (factor.label in SPATIAL and last.step == factor.size * factor.step)
        if last.label == factor.label and is_run:
            merged[-1] = Factor(factor.label, last.size * factor.size, factor.step)
        elif factor.size != 1:
            merged.append(factor)
    return tuple(merged)


def reshape_axes(axes: Axes, shape: Sequence[int]) -> Axes:
    """Return the axes of the same cells in the same order in another shape.

    >>> reshape_axes((channels(6), along("w", 4)), (2, 3, 4)) == (channels(2), channels(3), along("w", 4))
    True
    """
    require(prod(dims(axes)) == prod(shape) and min(shape, default=1) > 0)
    factors = list(merge(factor for axis in axes for factor in axis))[::-1]
    reshaped: list[Axis] = []
    for cells in shape:
        axis: list[Factor] = []
        while cells > 1:
            factor = factors.pop()
            if cells % factor.size:
                inner, rest = divmod(factor.size, cells)
                require(not rest and factor.label != "z")  # else channels and cells would be mixed in one index
                factors.append(factor._replace(size=inner))
                factor = Factor(factor.label, cells, 1 if factor.label == "c" else factor.step * inner)
            axis.append(factor)
            cells //= factor.size
        reshaped.append(merge(axis))
    return tuple(reshaped)


def resolve_shape(wanted: Sequence[int], shape: Sequence[int], *, allow_zero: bool = False) -> tuple[int, ...]:
    """Return the shape that Reshape gives to a tensor: 0 keeps a dimension, -1 takes what is left.

    >>> resolve_shape((0, -1), (1, 8, 2, 3))
    (1, 48)
    """
    require(len(wanted) <= MOST_DIMENSIONS)
    kept = [shape[n] if size == 0 and not allow_zero else size for n, size in enumerate(wanted)]
    rest = prod(size for size in kept if size != -1)
    require(kept.count(-1) < 2 and min(kept, default=1) > -2)
    require(-1 not in kept or (rest > 0 and prod(shape) % rest == 0))
    return tuple(prod(shape) // rest if size == -1 else size for size in kept)


def renumbered(axes: Axes, gone: Iterable[Factor]) -> Axes:
    """Return axes from whose digits some are gone, so that those outside them are worth fewer cells."""
    for one in sorted(digits(gone), key=lambda factor: -factor.step):
        axes = tuple(
            tuple(
                factor._replace(step=factor.step // one.size)
                if factor.label == one.label and factor.step >= one.step * one.size
                else factor
                for factor in axis
            )
            for axis in axes
        )
    return axes


def separate(
    axes: Axes, size: Size, places: Mapping[int, str], *, eager: bool = False
) -> tuple[Layer | Volume | None, Axes]:
    """Return the layer after which some axes of a tensor are whole axes of the image, and its axes then.

    Mostly there is no such layer. Channels inside a spatial axis are pixel shuffle, which reads as copying does; the
    inner cells of blocks among the channels are space to depth, which reads blocks. An axis of the image that is in
    none of these places stays where it is.

    Parameters
    ----------
    axes : Axes
        The axes as they are.
    size : Size
        The cells of the tensor along each axis of the image.
    places : Mapping
        The label of each axis that has to be a whole one, by its position.
    eager : bool
        Accept a layer only where no other meaning is possible.
    """
    position = {label: n for n, label in places.items()}
    changes = [
        _change(axes, label, position[label], cells, places, eager) if label in position else ("", 1, 0)
        for label, cells in zip(labels_of(size), size, strict=True)
    ]
    kinds = {kind for kind, _, _ in changes} - {""}
    require("down" not in kinds or len(kinds) == 1)
    separated = list(axes)
    gone: list[Factor] = []
    for label, cells, (kind, by, _) in zip(labels_of(size), size, changes, strict=True):
        if label in position:
            after = cells // by if kind == "down" else cells * by
            separated[position[label]] = along(label, after)
            gone += [Factor(label, by)] if kind == "down" else []
    for n, axis in enumerate(axes):
        if n not in places and any(factor.label in position for factor in digits(axis)):
            separated[n] = channels(prod(factor.size for factor in axis))
        elif n not in places:
            separated[n] = axis
    if not kinds:
        return None, tuple(separated)
    return over_axes(*(_changing(change, kinds) for change in changes)), tuple(separated)


Change = tuple[str, int, int]
"""What an axis needs: "up", "zeros" or "down", by how much, and where between zeros the cell is."""


def _change(axes: Axes, label: str, position: int, full: int, places: Mapping[int, str], eager: bool) -> Change:
    """Return what makes an axis of a tensor a whole axis of the image."""
    mine = [a for a in axes[position] if a.label == label]
    rest = [a for a in axes[position] if a.label != label]
    elsewhere = [(n, a) for n, axis in enumerate(axes) for a in axis if a.label == label and n != position]
    require(not labels(rest) and mine in ([], list(axes[position][:1])))
    if not elsewhere:
        require(not eager or full > 1 or not rest)
        zeros = [a for a in rest if a.label == "z"]
        if zeros:
            require(len(rest) == 1)
            return "zeros", zeros[0].size, zeros[0].step
        by = prod(a.size for a in rest)
        return ("up" if by > 1 else ""), by, 0
    down = full // prod(a.size for a in mine)
    is_inner = [a for _, a in elsewhere] == [Factor(label, down)] and elsewhere[0][0] not in (0, *places)
    require(is_inner and not rest and (not eager or bool(mine)))
    return "down", down, 0


def _changing(change: Change, kinds: set[str]) -> Layer:
    """Return the layer that makes a change along its first axis, of the same class for all changes of these kinds."""
    kind, by, place = change
    if kinds == {"down"}:
        return window(by if kind else 1, stride=by if kind else 1)
    if "zeros" not in kinds:
        return upsample2d((by, 1))
    if kind == "zeros":  # one tap a cell, with zeros before and after it
        return ConvTranspose2d((1, 1), (by, 1), ((-place, 0), (0, 0)), (by - 1 - place, 0), (1, 1), 1)
    return ConvTranspose2d((by, 1), (by, 1), ((0, 0), (0, 0)), (0, 0), (1, 1), 1)


def window(
    kernel: int, stride: int = 1, padding: object = (0, 0), dilation: int = 1, ceil_mode: bool = False
) -> MaxPool2d:
    """Return a layer that reads along its first axis as pooling does, without the rule of pooling for its padding."""
    sides = padding if isinstance(padding, str) else (padding, (0, 0))
    conv = conv2d((kernel, 1), (stride, 1), sides, (dilation, 1))  # type: ignore[arg-type]
    return MaxPool2d(conv.kernel_size, conv.stride, conv.padding, conv.dilation, ceil_mode)


def cells_of(axes: Iterable[Iterable[Factor]], label: str) -> int:
    """Return the cells along an axis of the image that some axes have together."""
    return prod(factor.size for axis in axes for factor in axis if factor.label == label)


def broadcast(tensors: Sequence[Axes], constants: Sequence[Sequence[int]] = (), skip: int | None = None) -> Axes:
    """Return the axes of what tensors and constants become cell by cell; the axis `skip` is left empty.

    A tensor without places, as after a global operation, may have any axes where the others have theirs.
    """
    rank = max(len(shape) for shape in (*tensors, *constants))
    require(rank <= MOST_DIMENSIONS)
    padded = (((),) * (rank - len(axes)) + tuple(axes) for axes in tensors)
    filled = list(dict.fromkeys(tuple(() if n == skip else axis for n, axis in enumerate(axes)) for axes in padded))
    shapes = [dims(axes) for axes in filled] + [(1,) * (rank - len(shape)) + tuple(shape) for shape in constants]
    result: list[Axis] = []
    for n in range(rank):
        sizes = {shape[n] for shape in shapes} - {1} if n != skip else set()
        candidates = [axes[n] for axes in filled if axes[n]]
        spatial = [axis for axis in candidates if labels(axis)]
        require(len(sizes) < 2 and all(axis == spatial[0] for axis in spatial))
        result.append((spatial or candidates or [channels(max(sizes, default=1))])[0])
    for label in SPATIAL:  # the places are on the same axes in all tensors that have them
        require(cells_of(result, label) == max(cells_of(axes, label) for axes in filled))
        for axes in filled:
            for axis, own in zip(result, axes, strict=True):
                require(not own or label not in labels(axis) - labels(own) or cells_of(axes, label) == 1)
    return tuple(result)
