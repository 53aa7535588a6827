"""What a layer does with a shape, as a value, and how that follows from a layer of the engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod
from typing import Any

from convviz.analysis.receptive.footprints import Operation
from convviz.arithmetic import Layer
from convviz.arithmetic.volume import Volume, over_axes
from convviz.errors import SpecError

from .values import Call

Size = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What one image is between two layers; None is unknown.

    Attributes
    ----------
    channels : int, optional
        Where it is flat: its numbers.
    size : tuple of int, optional
        Cells along each axis.
    is_flat : bool
        Whether it is a list of numbers without a grid.
    """

    channels: int | None = None
    size: Size | None = None
    is_flat: bool = False

    @property
    def whole(self) -> Size | None:
        """All of it, channels first; None where a part is unknown."""
        if self.channels is None or (self.size is None and not self.is_flat):
            return None
        return (self.channels,) if self.is_flat else (self.channels, *(self.size or ()))

    @property
    def planes(self) -> int | None:
        """The channels of a grid; None where they are unknown, or where it is flat."""
        return None if self.is_flat else self.channels

    @property
    def numbers(self) -> int | None:
        """How many numbers it has."""
        return None if self.whole is None else prod(self.whole)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a layer does with a shape.

    Attributes
    ----------
    words : str
    shape : Shape
        Afterwards.
    operations : tuple
        Of a `Network`, with the channels after it or None; empty where nothing changes but the names of numbers.
    rank : int
        Axes of the grid; 0 where it is not known.
    channels : tuple
        Of the input and of the output, where the call says them.
    notes : tuple of str
    problem : str
    """

    words: str
    shape: Shape
    operations: tuple[tuple[Operation, int | None], ...] = ()
    rank: int = 0
    channels: tuple[int | None, int | None] = (None, None)
    notes: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_window(self) -> bool:
        """Whether it reads a grid of cells."""
        return any(operation != "dense" for operation, _ in self.operations)


@dataclass(slots=True)
class Placed:
    """A layer in its place.

    Attributes
    ----------
    number : int
        Of its node.
    call : Call
    inputs : tuple of int
    before : Shape
        What comes in.
    effect : Effect
    notes : list of str
        More than those of the effect.
    """

    number: int
    call: Call
    inputs: tuple[int, ...]
    before: Shape
    effect: Effect
    notes: list[str] = field(default_factory=list)


Along = Callable[[int], Layer]


def along_axes(rank: int, along: Along) -> Layer | Volume:
    """Return the layer that does along each axis what ``along(axis)`` does along the height of a plane."""
    layers = [along(axis) for axis in range(rank)]
    return over_axes(*([_idle(layers[0])] if rank == 1 else []), *layers)


def _idle(layer: Any) -> Any:
    """Return a layer of the same kind that leaves the height as it is, for the grid of a signal has one row."""
    changes: dict[str, Any] = {"kernel_size": (1, 1), "stride": (1, 1), "dilation": (1, 1), "padding": ((0, 0), (0, 0))}
    changes |= {"output_padding": (0, 0), "output": (1, 1), "scale_factor": (Fraction(1), Fraction(1))}
    if isinstance(getattr(layer, "padding", None), str):
        del changes["padding"]  # which is nothing around a kernel of one cell
    return replace(layer, **{name: value for name, value in changes.items() if hasattr(layer, name)})


def _size_after(layer: Layer | Volume, size: Size | None) -> Size | None:
    """Return the size after a layer; of a signal, which has one row, the length.

    Raises
    ------
    SpecError
        The layer does not fit.
    """
    if size is None:
        return None
    if len(size) == 1:
        return layer.output_size((1, *size))[1:]
    return tuple(layer.output_size(size))


def on_grid(words: str, shape: Shape, layer: Layer | Volume, rank: int, **more: Any) -> Effect:
    """Return the effect of a layer that keeps the channels, unless ``more`` says otherwise."""
    channels = more.pop("after", shape.channels)
    notes, problem = more.pop("notes", ()), more.pop("problem", "")
    if wrong := misfit(shape, rank):
        problem = problem or wrong
        shape = Shape(shape.channels, None, shape.is_flat)
    size = None
    try:
        size = _size_after(layer, None if shape.is_flat else shape.size)
    except SpecError as error:
        problem = problem or str(error)
    return Effect(
        words, Shape(channels, size), ((layer, more.pop("cost", None)),), rank, notes=notes, problem=problem, **more
    )


def misfit(shape: Shape, rank: int) -> str:
    """Return why a shape is no grid of this many axes, "" where it is or may be one."""
    if shape.is_flat:
        numbers = "numbers" if shape.channels is None else f"{shape.channels:,} numbers"
        return f"It reads a grid, but a list of {numbers} comes in."
    if shape.size is not None and len(shape.size) != rank:
        return f"It reads a grid of {axes_words(rank)}, but one of {axes_words(len(shape.size))} comes in."
    return ""


def axes_words(rank: int) -> str:
    """Write how many axes a grid has."""
    return "1 axis" if rank == 1 else f"{rank} axes"


def by(numbers: Sequence[int]) -> str:
    """Write numbers as a product."""
    return " x ".join(map(str, numbers))


def shortest(numbers: Sequence[int]) -> str:
    """Write one number for equal ones."""
    return str(numbers[0]) if len(set(numbers)) == 1 else by(numbers)


def named_words(name: str, numbers: Sequence[int], usual: int) -> list[str]:
    """Write a parameter, unless it has its usual value."""
    return [f"{name} {shortest(numbers)}"] if any(number != usual for number in numbers) else []


def padding_words(padding: object) -> list[str]:
    """Write a padding, unless there is none."""
    if isinstance(padding, str):
        return [f'padding "{padding}"'] if padding.lower() != "valid" else []
    if not isinstance(padding, tuple | list):
        return []
    if all(isinstance(pair, tuple) and pair[0] == pair[1] for pair in padding):
        return named_words("padding", [pair[0] for pair in padding], 0)
    return [f"padding {sides_words(padding)}"]


def sides_words(sides: Sequence[Sequence[int]]) -> str:
    """Write what is before and after along each axis."""
    if all(a == b for a, b in sides):
        return shortest([a for a, _ in sides])
    return " and ".join(f"{a} + {b}" for a, b in sides)


def channels_words(before: int | None, after: int) -> str:
    """Write the channels before and after."""
    return f"{'?' if before is None else before} -> {after} channels"
