"""What a node of a network costs: channels, parameters, multiplications, and the numbers of its output."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

from convviz.analysis.costs import check_channels
from convviz.arithmetic import Conv2d, ConvTranspose2d, Layer, PixelShuffle
from convviz.arithmetic.volume import Volume
from convviz.errors import SpecError

from .footprints import Operation

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


Size = tuple[int, ...] | None


def cost_of(
    name: str,
    operation: Operation,
    inputs: Sequence[tuple[Size, int | None]],
    output: Size,
    wanted: int | None = None,
) -> NodeCost | None:
    """Return what a node costs that is made here, without biases; None if its channels are not stated.

    Parameters
    ----------
    name, operation
        Those of the node.
    inputs : sequence
        (size, channels) of each node that it reads.
    output : tuple or None
        The size of its output.
    wanted : int, optional
        The channels of a convolution, or of "dense"; all others follow from the inputs.

    Raises
    ------
    SpecError
        The node cannot have these channels.
    """
    plane = operation.plane if isinstance(operation, Volume) else operation
    layer = plane if isinstance(plane, Conv2d | ConvTranspose2d) else None
    if wanted is not None and layer is None and operation != "dense":
        rule = 'must be given to convolutions and "dense" alone, others have those of what they read'
        raise SpecError(f'channels of "{name}" {rule}; got {wanted}.')
    known = [channels for _, channels in inputs if channels is not None]
    if len(known) < len(inputs):
        if wanted is not None:
            rule = "must come with those of all before it, from Network(input_size, channels=) on"
            raise SpecError(f'channels of "{name}" {rule}; got {wanted} after a node without.')
        return None
    channels = wanted if layer is not None or operation == "dense" else _following(name, operation, known)
    if channels is None:
        return None
    if isinstance(plane, Layer):
        try:
            check_channels(plane, known[0], channels)
        except SpecError as error:
            raise SpecError(f'node "{name}": {error}') from error
    size = inputs[0][0]
    memory = None if output is None else channels * prod(output)
    if operation == "dense":
        parameters = None if size is None else known[0] * prod(size) * channels
        return None if parameters is None else NodeCost(channels, parameters, parameters, memory)
    if layer is None:
        return NodeCost(channels, 0, 0, memory)
    depth = operation.depth if isinstance(operation, Volume) else None
    taps = prod(layer.kernel_size) * (depth.kernel_size[0] if isinstance(depth, Conv2d | ConvTranspose2d) else 1)
    parameters = taps * known[0] // layer.groups * channels
    places = output if isinstance(layer, Conv2d) else size
    return NodeCost(channels, parameters, None if places is None else parameters * prod(places), memory)


def _following(name: str, operation: Operation, known: Sequence[int]) -> int:
    """Return the channels of a node that has no weights, by those that it reads."""
    if isinstance(operation, PixelShuffle):
        return max(1, known[0] // operation.factor**2)
    if operation == "concat":
        return sum(known)
    if len({*known} - {1}) > 1:
        numbers = " and ".join(map(str, known))
        raise SpecError(f'the inputs of {operation} "{name}" must have the same channels, or 1; got {numbers}.')
    return max(known)
