"""What is known of a tensor of a file: places of the image, a list of such tensors, a constant, or nothing."""

from dataclasses import dataclass

from .axis_tracking import Axes, dims
from .parse_model import Constant


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that depends on the image: its node in the graph, and what its axes are."""

    node: str
    axes: Axes

    @property
    def shape(self) -> tuple[int, ...]:
        return dims(self.axes)

    @property
    def rank(self) -> int:
        return len(self.axes)


@dataclass(frozen=True, slots=True)
class Listed:
    """A tensor whose places are those of several tensors, one after the other along an axis.

    Such as a class token before the places of a grid, or the places of several grids. What an operator does to such a
    tensor, it does to each part.
    """

    parts: "tuple[Tensor | Constant, ...]"
    axis: int

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple((part.shape or ())[self.axis] for part in self.parts)

    @property
    def shape(self) -> tuple[int, ...]:
        shape = self.parts[0].shape or ()
        return (*shape[: self.axis], sum(self.lengths), *shape[self.axis + 1 :])

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return tuple(part for part in self.parts if isinstance(part, Tensor))

    @property
    def node(self) -> str:
        """The node of its largest part."""
        return max(self.tensors, key=lambda part: part.shape[self.axis]).node


@dataclass(frozen=True, slots=True)
class UnknownTensor:
    """A tensor that is made by an unsupported operator, or that follows one; its shape if that is known."""

    node: str
    shape: tuple[int, ...] | None = None


Part = Tensor | Constant
"""A part of a list."""

Value = Tensor | Listed | Constant | UnknownTensor
