"""What the names of a program are while it is read: numbers, arrays, layers, and images on their way through them."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .dialects import Row


class _Unknown:
    def __repr__(self) -> str:
        return "something that is not known here"


UNKNOWN: Final = _Unknown()
"""What is not known: nothing follows from it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a library, with its modules: "torch.nn.Conv2d"."""

    path: str

    def __repr__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An array of the text, or its shape.

    Attributes
    ----------
    shape : tuple of int
        Before `pads`.
    numbers : array, optional
        None where only the shape is known.
    pads : tuple of pairs
        What is put around it along each axis, or () for nothing.
    mode : str
        What that holds: as in `conv2d`, or "lowest" for minus infinity.
    is_turned : bool
        Whether its kernels were turned by 180 degrees.
    is_named : bool
        Whether it is in a variable, so that its kernels were turned before the layer that reads them.
    library : str
        The module that made it: "torch", "jnp".
    padded : (int, str), optional
        The line and the text of the call that put `pads` around it.
    """

    shape: tuple[int, ...]
    numbers: NDArray[np.float64] | None = None
    pads: tuple[tuple[int, int], ...] = ()
    mode: str = "zeros"
    is_turned: bool = False
    is_named: bool = False
    library: str = ""
    padded: tuple[int, str] | None = None

    @property
    def is_image(self) -> bool:
        """Whether it can only be an input: a batch whose numbers do not matter."""
        return self.numbers is None and len(self.shape) > 2

    def transposed(self, *axes: int) -> "Array":
        """Return it with its axes in another order."""
        order = [axis % len(self.shape) for axis in axes]
        return replace(
            self,
            shape=tuple(self.shape[axis] for axis in order),
            numbers=None if self.numbers is None else self.numbers.transpose(order),
            pads=tuple(self.pads[axis] for axis in order) if self.pads else (),
        )

    def widened(self, *places: int) -> "Array":
        """Return it with axes of one at these places."""
        shape, pads = [*self.shape], [*self.pads]
        numbers = self.numbers
        for at in places:
            shape.insert(at, 1)
            if pads:
                pads.insert(at, (0, 0))
            numbers = None if numbers is None else np.expand_dims(numbers, at)
        return replace(self, shape=tuple(shape), numbers=numbers, pads=tuple(pads))

    def reshaped(self, sizes: tuple[int, ...]) -> "Array | _Unknown":
        """Return it with another shape, if that has as many numbers."""
        if -1 in sizes:
            rest = prod(size for size in sizes if size != -1)
            sizes = tuple(prod(self.shape) // max(rest, 1) if size == -1 else size for size in sizes)
        if self.pads or min(sizes, default=1) < 1 or prod(sizes) != prod(self.shape):
            return UNKNOWN
        return replace(self, shape=sizes, numbers=None if self.numbers is None else self.numbers.reshape(sizes))

    def turned(self, axes: tuple[int, ...]) -> "Array":
        """Return it reversed along some axes."""
        numbers = None if self.numbers is None else np.flip(self.numbers, axes)
        return replace(self, numbers=numbers, is_turned=not self.is_turned, is_named=False)


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A function with some of its arguments, as functools.partial makes it."""

    function: Any
    positional: list[Any]
    named: Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Call:
    """A layer as a text calls it.

    Attributes
    ----------
    line : int
    source, name : str
        The text of the call, and the name of the layer.
    row : Row
    dialect : str
    is_last : bool
        Whether channels come last.
    arguments : dict
        By the names that convviz has for them, defaults included.
    given : frozenset
        Which of them the text has.
    problem : str
        What is wrong with the arguments themselves.
    label : str
        The variable or attribute that it is in.
    weight, bias : Array, optional
        Its numbers, where the text has them.
    counted : Array, optional
        What the sums of a pooling are divided by.
    """

    line: int
    source: str
    name: str
    row: Row
    dialect: str
    is_last: bool
    arguments: dict[str, Any]
    given: frozenset[str] = frozenset()
    problem: str = ""
    label: str = ""
    weight: Array | None = None
    bias: Array | None = None
    counted: Array | None = None

    @property
    def rank(self) -> int:
        """The axes of the grid that it says, 0 if it says none."""
        if self.row.rank:
            return self.row.rank
        if isinstance(weight := self.arguments.get("weight"), Array) and len(weight.shape) > 2:
            return len(weight.shape) - 2
        size = self.arguments.get("kernel_size")
        return len(size) if isinstance(size, tuple | list) else 0

    def changed(self, **arguments: Any) -> "Call":
        """Return the same call with other arguments."""
        return replace(self, arguments={**self.arguments, **arguments})


@dataclass(slots=True, eq=False)
class Chain:
    """Layers one after the other, as Sequential has them."""

    layers: list[Any]


@dataclass(frozen=True, slots=True)
class Tensor:
    """An image on its way: the number of the node that it comes out of."""

    node: int


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One layer applied.

    Attributes
    ----------
    call : Call, optional
        None for an input.
    inputs : tuple of int
        The numbers of the nodes that it reads.
    array : Array, optional
        Of an input, where the text has its numbers: (C, H, W).
    shape : tuple, optional
        Of an input: its channels, and its cells along each axis; None is unknown.
    """

    call: Call | None
    inputs: tuple[int, ...] = ()
    array: Array | None = None
    shape: tuple[int | None, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the text."""

    name: str
    parameters: ast.arguments
    body: list[ast.stmt]
    scope: "Mapping[str, Any]"
    owner: "Instance | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the text."""

    name: str
    functions: Mapping[str, Function]
    fields: Mapping[str, Any]
    bases: tuple[Any, ...]


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the text."""

    kind: Class
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method of a value that is no object of the text: ``x.view``."""

    owner: Any
    name: str
