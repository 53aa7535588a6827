"""What a node of a network costs: channels, parameters, multiplications, and the numbers of its output."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

BYTES: Final = 4
"""Bytes of a number in memory: those of float32."""


@dataclass(frozen=True, slots=True)
class NodeCost:
    """Exact counts of a node, or of all nodes of a network. What is None is unknown.

    Attributes
    ----------
    channels : int or None
        Channels of the output: numbers for each place of it. None for all nodes together.
    parameters : int
        Stored numbers that the node reads: weights, biases, tables; each is counted once, where it is first read.
        Running means and variances are none, nor are scalars and what only states a shape.
    multiplications : int or None
        Products of convolutions and of matrices, padding counted as in the published tables; 0 for all else.
    memory : int or None
        Numbers in the output.
    """

    channels: int | None
    parameters: int
    multiplications: int | None
    memory: int | None

    @property
    def bytes(self) -> int | None:
        """Bytes of the output, of 4 for each number, as float32 has."""
        return None if self.memory is None else BYTES * self.memory


def total(costs: Iterable[NodeCost]) -> NodeCost:
    """Return the sums; a sum of which a part is unknown is unknown.

    >>> total([NodeCost(8, 72, 720, 80), NodeCost(8, 16, None, 80)])
    NodeCost(channels=None, parameters=88, multiplications=None, memory=160)
    """
    costs = tuple(costs)
    parameters = sum(cost.parameters for cost in costs)
    return NodeCost(None, parameters, _sum(cost.multiplications for cost in costs), _sum(cost.memory for cost in costs))


def _sum(numbers: Iterable[int | None]) -> int | None:
    numbers = tuple(numbers)
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
