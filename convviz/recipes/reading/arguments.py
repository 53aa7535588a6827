"""The arguments of a call as numbers along each axis; a sentence where they are none."""

from dataclasses import dataclass

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.arithmetic.axis import effective_kernel_size

from .effects import Shape, Size
from .values import UNKNOWN, Array, Call

Sides = tuple[tuple[int, int], ...]


class MisfitError(Exception):
    """A sentence about arguments that a layer cannot have, raised while its effect is made."""


def integer(name: str, value: object, least: int = 0) -> int:
    """Return a number of the text."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is UNKNOWN:
        raise MisfitError(f"{name} must be a number in the text; it is not known here.")
    if isinstance(value, bool) or not isinstance(value, int):
        raise MisfitError(f"{name} must be a number in the text; got {shown(value)}.")
    if not least <= value <= limits.CODE_NUMBER:
        raise MisfitError(f"{name} must be from {least:,} to {limits.CODE_NUMBER:,}; got {shown(value)}.")
    return value


def numbers(name: str, value: object, rank: int, least: int = 0) -> Size:
    """Return one number for each axis."""
    if not isinstance(value, tuple | list):
        return (integer(name, value, least),) * rank
    if len(value) == 1 and rank > 1:
        value = [value[0]] * rank  # as PyTorch reads (3,)
    if len(value) != rank:
        many = "" if rank == 1 else f" or {rank}"
        raise MisfitError(f"{name} must be one number{many}; got {shown(tuple(value))}.")
    return tuple(integer(name, each, least) for each in value)


def rank_of(call: Call, shape: Shape, *names: str) -> int:
    """Return the axes of the grid: those of the layer, of its arguments, or of what comes in."""
    if call.row.rank:
        return call.row.rank
    if isinstance(weight := call.arguments.get("weight"), Array) and 3 <= len(weight.shape) <= 5:
        return len(weight.shape) - 2
    for name in names:
        value = call.arguments.get(name)
        if isinstance(value, tuple | list) and value:
            if len(value) > 3:
                raise MisfitError(f"{name} must be for at most 3 axes; got {shown(tuple(value))}.")
            return len(value)
        if call.dialect == "flax" and isinstance(value, int) and name == "kernel_size":
            return 1
    return len(shape.size) if shape.size else 2


def sides_of(value: object, rank: int, name: str = "padding", least: int = 0) -> Sides:
    """Return (before, after) of each axis from one number, one an axis, or a pair an axis."""
    if rank == 1 and isinstance(value, tuple | list) and len(value) == 2 and not isinstance(value[0], tuple | list):
        value = (value,)
    if isinstance(value, tuple | list) and any(isinstance(each, tuple | list) for each in value):
        if len(value) != rank:
            raise MisfitError(f"{name} must be {rank} pairs; got {shown(tuple(value))}.")
        pairs = [each if isinstance(each, tuple | list) else (each, each) for each in value]
        if any(len(pair) != 2 for pair in pairs):
            raise MisfitError(f"{name} must be {rank} pairs; got {shown(tuple(value))}.")
        return tuple((integer(name, a, least), integer(name, b, least)) for a, b in pairs)
    return tuple((cells, cells) for cells in numbers(name, value, rank, least))


@dataclass(frozen=True, slots=True)
class Window:
    """The numbers of a window along each axis."""

    kernel: Size
    stride: Size
    dilation: Size

    @property
    def rank(self) -> int:
        return len(self.kernel)

    @property
    def extent(self) -> Size:
        return tuple(map(effective_kernel_size, self.kernel, self.dilation))


def window_of(call: Call, shape: Shape) -> Window:
    """Return the numbers of a window along each axis."""
    arguments = call.arguments
    kernel = arguments.get("kernel_size")
    weight = arguments.get("weight")
    if kernel is None and "weight" in arguments:
        if not isinstance(weight, Array) or len(weight.shape) < 3:
            raise MisfitError("The shape of its weight must be in the text, as in torch.randn(16, 3, 3, 3).")
        kernel = weight.shape[2:]
    rank = rank_of(call, shape, "kernel_size", "stride")
    sizes = numbers("kernel_size", kernel, rank, 1)
    stride, dilation = arguments.get("stride"), arguments.get("dilation")
    usual: object = sizes if call.row.kind == "pooling" and call.dialect != "flax" else 1
    return Window(
        sizes,
        numbers("stride", usual if stride is None else stride, rank, 1),
        numbers("dilation", 1 if dilation is None else dilation, rank, 1),
    )
