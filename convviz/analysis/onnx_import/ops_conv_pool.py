"""Convolution, transposed convolution and pooling of a file, as layers."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Final

from convviz.arithmetic import AvgPool2d, ConvTranspose2d, MaxPool2d, conv2d
from convviz.arithmetic.axis import effective_kernel_size, same_padding
from convviz.arithmetic.parse import Pair, Sides

from .axis_tracking import Axes, NotUnderstood, along, channels, window
from .graph_builder import Building, Plane
from .parse_model import Constant, Op

AUTO: Final[Mapping[str, str | int]] = {"SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower", "VALID": 0}


def _pair(op: Op, name: str, rank: int, default: int = 1) -> Pair:
    """An attribute for both axes; of one axis, the height is that of a single row."""
    given = tuple(op.get(name) or (default,) * (rank - 2))
    if len(given) != rank - 2:
        raise NotUnderstood
    height, width = (default, *given) if rank == 3 else given
    return height, width


def _sides(op: Op, rank: int) -> Sides:
    """ONNX has all that is before, then all that is after."""
    given = tuple(op.get("pads") or (0,) * 2 * (rank - 2))
    if len(given) != 2 * (rank - 2):
        raise NotUnderstood
    if rank == 3:
        return (0, 0), (given[0], given[1])
    return (given[0], given[2]), (given[1], given[3])


def _padding(op: Op, rank: int) -> Sides | str | int:
    """As numbers, or in the words of `conv2d`."""
    auto = op.get("auto_pad", "NOTSET")
    return _sides(op, rank) if auto in ("", "NOTSET") else AUTO[auto]


def _shape(weight: Constant | None) -> tuple[int, ...]:
    if weight is None or weight.shape is None:
        raise NotUnderstood
    return weight.shape


def _kernel(op: Op, weight: Constant | None, rank: int) -> Pair:
    """What the weight says, which the attribute has to repeat."""
    shape = _shape(weight)
    if len(shape) != rank or tuple(op.get("kernel_shape") or shape[2:]) != shape[2:]:
        raise ValueError
    return (shape[2] if rank == 4 else 1), shape[-1]


def _grid(building: Building, node: str, first: Axes, rank: int) -> Axes:
    """The axes of an output: what comes before the places, and the places."""
    height, width = building.graph.output_size(node) or (1, 1)
    places = (along("h", height), along("w", width))
    return (*first, *(places if rank == 4 else places[1:]))


def _convolved(building: Building, op: Op, plane: Plane, layer: object, maps: int) -> Plane:
    node = building.add(op, layer, [plane])  # type: ignore[arg-type]
    return Plane(node, _grid(building, node, (plane.axes[0], channels(maps)), len(plane.axes)))


def conv(building: Building, op: Op, weight: int = 1) -> Plane:
    """Conv, and the quantised ones, whose weight is another input."""
    plane, kernel = building.plane(op), building.constant(op, weight)
    rank = len(plane.axes)
    plane = building.standard(op, plane)
    size = _kernel(op, kernel, rank)
    layer = conv2d(size, _pair(op, "strides", rank), _padding(op, rank), _pair(op, "dilations", rank))
    return _convolved(building, op, plane, layer, _shape(kernel)[0])


def conv_transpose(building: Building, op: Op) -> Plane:
    """ConvTranspose. `output_shape` and auto_pad say how large the output is; what is too much is cropped."""
    plane, weight = building.plane(op), building.constant(op, 1)
    rank = len(plane.axes)
    plane = building.standard(op, plane)
    kernel = _kernel(op, weight, rank)
    stride, dilation = _pair(op, "strides", rank), _pair(op, "dilations", rank)
    conv2d(kernel, stride, 0, dilation)  # for its sentences
    more = _pair(op, "output_padding", rank, 0)
    sizes, auto = building.size(plane), op.get("auto_pad", "NOTSET")
    wanted: Sequence[int] | None = None
    if op.get("output_shape"):
        wanted = _pair(Op("", "", (), (), {"output_shape": op.get("output_shape")[2 - rank :]}), "output_shape", rank)
    elif auto in ("SAME_UPPER", "SAME_LOWER"):
        wanted = [cells * by for cells, by in zip(sizes, stride, strict=True)]
    if wanted is None:
        sides = ((0, 0), (0, 0)) if auto == "VALID" else _sides(op, rank)
    else:
        extents = map(effective_kernel_size, kernel, dilation)
        steps = zip(sizes, stride, extents, more, wanted, strict=True)
        totals = [(cells - 1) * by + extent + extra - target for cells, by, extent, extra, target in steps]
        kind = "same_upper" if auto == "SAME_UPPER" else "same_lower"
        rows, columns = (same_padding(max(0, total), kind) for total in totals)
        high, wide = (extra + max(0, -total) for extra, total in zip(more, totals, strict=True))
        sides, more = (rows, columns), (high, wide)
    if min(*more, *sides[0], *sides[1]) < 0:
        raise NotUnderstood
    layer = ConvTranspose2d(kernel, stride, sides, more, dilation, 1)
    maps = _shape(weight)[1] * op.get("group", 1)
    return _convolved(building, op, plane, layer, maps)


def pool(building: Building, op: Op) -> Plane | list[Plane]:
    """MaxPool, AveragePool, LpPool. The indices of MaxPool's winners read the same cells."""
    plane = building.plane(op)
    rank = len(plane.axes)
    if not op.get("kernel_shape"):
        raise ValueError
    plane = building.standard(op, plane)
    layer = window(
        _pair(op, "kernel_shape", rank),
        stride=_pair(op, "strides", rank),
        padding=_padding(op, rank),
        dilation=_pair(op, "dilations", rank),
        ceil_mode=bool(op.get("ceil_mode", 0)),
    )
    reads: MaxPool2d | AvgPool2d = layer
    if op.kind == "AveragePool" and layer.dilation == (1, 1):
        counts_all = bool(op.get("count_include_pad", 0))
        reads = AvgPool2d(layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode, counts_all)
    found = _convolved(building, op, plane, reads, plane.shape[1])
    if len(op.outputs) < 2:
        return found
    return [found, building.step(op, None, found, found.axes, output=1)]


def global_pool(building: Building, op: Op) -> Plane:
    """GlobalAveragePool and its like."""
    plane = building.plane(op)
    places = range(2, len(plane.axes))
    axes = (*plane.axes[:2], *((),) * len(places))
    return building.reduced(op, plane, places, axes)


def depth_to_space(building: Building, op: Op) -> Plane:
    """In either mode: blocks of channels become blocks of cells."""
    plane = building.standard(op, building.plane(op))
    factor = op.get("blocksize", 0)
    if len(plane.axes) != 4 or factor < 1 or plane.shape[1] % factor**2:
        raise NotUnderstood
    from convviz.arithmetic import pixel_shuffle

    return _convolved(building, op, plane, pixel_shuffle(factor), plane.shape[1] // factor**2)


def space_to_depth(building: Building, op: Op) -> Plane:
    """Blocks of cells become blocks of channels."""
    plane = building.standard(op, building.plane(op))
    factor = op.get("blocksize", 0)
    if len(plane.axes) != 4 or factor < 1:
        raise NotUnderstood
    layer = window((factor, factor), stride=(factor, factor))
    return _convolved(building, op, plane, layer, prod((plane.shape[1], factor, factor)))
