"""Where the rows and columns of a plane are among the axes of a tensor, through transposing and reshaping.

An axis is a run of atoms, the outer ones first. An atom of the height or the width is a digit of that index, worth
`step` cells; all other atoms are channels, which nobody tells apart. So (N, C, H, W) and (N, H, W, C), tokens, groups
of channels, space to depth and pixel shuffle are one thing, written in different orders.
"""

from collections.abc import Iterable, Sequence
from math import prod
from typing import Final, NamedTuple

from convviz.arithmetic import MaxPool2d, Upsample2d, conv2d, upsample2d
from convviz.arithmetic.parse import Pair

SPATIAL = ("h", "w")

MOST_DIMENSIONS: Final = 8
"""Of a tensor: work grows with them, and windows of an image, with heads and groups, have 7."""


class NotUnderstood(Exception):  # noqa: N818
    """An operator does something for which there are no words here; what follows it is unknown."""


class Atom(NamedTuple):
    """Part of an axis: so many places of the height ("h"), the width ("w"), or channels ("c")."""

    label: str
    size: int
    step: int = 1


Axis = tuple[Atom, ...]
Axes = tuple[Axis, ...]


def channels(size: int) -> Axis:
    """An axis without places.

    >>> channels(3), channels(1)
    ((Atom(label='c', size=3, step=1),), ())
    """
    return (Atom("c", size),) if size != 1 else ()


def along(label: str, size: int) -> Axis:
    """An axis that is the whole height or width."""
    return (Atom(label, size),) if size != 1 else ()


def dims(axes: Axes) -> tuple[int, ...]:
    """The shape of a tensor."""
    return tuple(prod(atom.size for atom in axis) for axis in axes)


def labels(atoms: Iterable[Atom]) -> set[str]:
    """Which of the height and the width take part."""
    return {atom.label for atom in atoms} & set(SPATIAL)


def total(axes: Axes, label: str) -> int:
    """Places of the height or the width that a tensor has, on all of its axes."""
    return prod(atom.size for axis in axes for atom in axis if atom.label == label)


def joined(atoms: Iterable[Atom]) -> list[Atom]:
    """Neighbours that are one run again are written as one.

    >>> joined([Atom("h", 4, 2), Atom("h", 2), Atom("c", 3), Atom("c", 5)])
    [Atom(label='h', size=8, step=1), Atom(label='c', size=15, step=1)]
    """
    found: list[Atom] = []
    for atom in atoms:
        last = found[-1] if found else None
        is_next = last is not None and last.label == atom.label
        if last is not None and is_next and atom.label == "c":
            found[-1] = Atom("c", last.size * atom.size)
        elif last is not None and is_next and last.step == atom.size * atom.step:
            found[-1] = Atom(atom.label, last.size * atom.size, atom.step)
        elif atom.size != 1:
            found.append(atom)
    return found


def reshaped(axes: Axes, shape: Sequence[int]) -> Axes:
    """The same cells in the same order in another shape.

    >>> reshaped((channels(6), along("w", 4)), (2, 3, 4)) == (channels(2), channels(3), along("w", 4))
    True
    """
    if prod(dims(axes)) != prod(shape) or min(shape, default=1) < 1:
        raise NotUnderstood
    atoms = joined(atom for axis in axes for atom in axis)[::-1]
    found: list[Axis] = []
    for cells in shape:
        taken: list[Atom] = []
        while cells > 1:
            atom = atoms.pop()
            if cells % atom.size:
                inner, rest = divmod(atom.size, cells)
                if rest:  # channels and places would be mixed in one number
                    raise NotUnderstood
                atoms.append(atom._replace(size=inner))
                atom = Atom(atom.label, cells, 1 if atom.label == "c" else atom.step * inner)
            taken.append(atom)
            cells //= atom.size
        found.append(tuple(joined(taken)))
    return tuple(found)


def new_shape(wanted: Sequence[int], shape: Sequence[int], *, allow_zero: bool = False) -> tuple[int, ...]:
    """The shape that Reshape makes of another: 0 keeps a dimension, -1 takes what is left.

    >>> new_shape((0, -1), (1, 8, 2, 3))
    (1, 48)
    """
    if len(wanted) > MOST_DIMENSIONS:
        raise NotUnderstood
    kept = [shape[n] if size == 0 and not allow_zero else size for n, size in enumerate(wanted)]
    rest = prod(size for size in kept if size != -1)
    if kept.count(-1) > 1 or min(kept, default=1) < -1 or (-1 in kept and (not rest or prod(shape) % rest)):
        raise NotUnderstood
    return tuple(prod(shape) // rest if size == -1 else size for size in kept)


def regrid(
    axes: Axes, size: Pair, rows: int | None, columns: int, *, eager: bool = False
) -> tuple[Upsample2d | MaxPool2d | None, Axes]:
    """What has to happen to a plane of this size for two axes of the tensor to be its height and its width.

    Nothing, mostly. Channels inside an axis of places are pixel shuffle, which reads as copying does; the inner places
    of blocks among the channels are space to depth, which reads blocks. ``eager`` only sees what is surely meant.
    """
    ups, downs = zip(
        _factor(axes, "h", rows, size[0], columns, eager),
        _factor(axes, "w", columns, size[1], rows, eager),
        strict=True,
    )
    if max(ups) > 1 and max(downs) > 1:
        raise NotUnderstood
    height, width = (cells * up // down for cells, up, down in zip(size, ups, downs, strict=True))
    places = {rows: along("h", height), columns: along("w", width)}
    stripped = (tuple(joined(atom for atom in axis if atom.label == "c")) for axis in axes)
    regular = tuple(places.get(n, axis) for n, axis in enumerate(stripped))
    regular = tuple(
        channels(cells) if n not in places else axis
        for n, (axis, cells) in enumerate(zip(regular, dims(axes), strict=True))
    )
    if max(ups) > 1:
        return upsample2d(ups), regular
    return (window(downs, stride=downs) if max(downs) > 1 else None), regular


def _factor(axes: Axes, label: str, place: int | None, full: int, other: int | None, eager: bool) -> tuple[int, int]:
    """(up, down): how many outputs a cell becomes, or how many cells become one output, along an axis."""
    on = () if place is None else axes[place]
    elsewhere = [(n, a) for n, axis in enumerate(axes) for a in axis if a.label == label and n != place]
    mine, rest = [a for a in on if a.label == label], [a for a in on if a.label != label]
    if labels(rest) or len(mine) > 1 or (mine and on[0] != mine[0]):
        raise NotUnderstood
    if not elsewhere:
        up = prod(a.size for a in rest)
        if eager and full == 1 and up > 1:
            raise NotUnderstood
        return up, 1
    down = full // prod(a.size for a in mine)
    is_inner = [a for _, a in elsewhere] == [Atom(label, down)] and elsewhere[0][0] not in (0, other)
    if rest or not is_inner or (eager and not mine):
        raise NotUnderstood
    return 1, down


def window(kernel_size: Pair, **words: object) -> MaxPool2d:
    """A window that reads as a pooling does, without a pooling's rule for its padding."""
    ceil_mode = bool(words.pop("ceil_mode", False))
    conv = conv2d(kernel_size, **words)  # type: ignore[arg-type]
    return MaxPool2d(conv.kernel_size, conv.stride, conv.padding, conv.dilation, ceil_mode)


def reduction(axes: Axes, positions: Iterable[int], size: Pair) -> MaxPool2d | str | None:
    """What reading along whole axes reads: "global", a window as long as the height or the width, or only channels."""
    atoms = [atom for n in positions for atom in axes[n]]
    found = labels(atoms)
    for label in found:
        if prod(a.size for a in atoms if a.label == label) != total(axes, label):
            raise NotUnderstood
    if not found:
        return None
    if all(label in found or cells == 1 for label, cells in zip(SPATIAL, size, strict=True)):
        return "global"
    return window((size[0] if "h" in found else 1, size[1] if "w" in found else 1))


def meeting(tensors: Sequence[Axes], constants: Sequence[Sequence[int]] = (), skip: int | None = None) -> Axes:
    """The axes of what tensors become cell by cell, with NumPy's broadcasting; the axis ``skip`` is left empty.

    A tensor without height or width, as behind a global operation, may stand wherever the others have places.
    """
    rank = max(len(one) for one in (*tensors, *constants))
    if rank > MOST_DIMENSIONS:
        raise NotUnderstood
    padded = (((),) * (rank - len(one)) + tuple(one) for one in tensors)
    filled = list(dict.fromkeys(tuple(() if n == skip else axis for n, axis in enumerate(one)) for one in padded))
    shapes = [dims(one) for one in filled] + [(1,) * (rank - len(one)) + tuple(one) for one in constants]
    found: list[Axis] = []
    for n in range(rank):
        if n == skip:
            found.append(())
            continue
        sizes = {shape[n] for shape in shapes} - {1}
        if len(sizes) > 1:
            raise NotUnderstood
        candidates = [one[n] for one in filled if one[n]]
        places = [axis for axis in candidates if labels(axis)]
        if any(axis != places[0] for axis in places):
            raise NotUnderstood
        found.append((places or candidates or [channels(max(sizes, default=1))])[0])
    _check_places(tuple(found), filled)
    return tuple(found)


def _check_places(found: Axes, tensors: Sequence[Axes]) -> None:
    """Height and width are on the same axes in all tensors that have them."""
    for label in SPATIAL:
        if total(found, label) != max(total(one, label) for one in tensors):
            raise NotUnderstood
    for one in tensors:
        for axis, mine in zip(found, one, strict=True):
            lost = labels(axis) - labels(mine) if mine else set()
            if any(total(one, label) != 1 for label in lost):
                raise NotUnderstood
