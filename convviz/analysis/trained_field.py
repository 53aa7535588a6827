"""The effective field of a network with its trained kernels, as its file stores them.

As for random kernels, gradients are followed back from one output: activations hand gradients on as they are, poolings
weigh all cells of a window equally. But kernels have their signs and all their channels, and batch normalization its
factors: gradients are (H, W, channels).
"""

import os
from dataclasses import dataclass
from math import prod
from typing import Any, Final, SupportsIndex

import numpy as np

from convviz.arithmetic import Conv2d, ConvTranspose2d, PixelShuffle, arguments
from convviz.arithmetic.arguments import PairLike, shown
from convviz.errors import SpecError

from .effective import (
    MOST_SAMPLES,
    STATISTICS,
    EffectiveField,
    conv_back,
    field_of,
    followed_back,
    spread_back,
    transposed_back,
)
from .network import Network
from .receptive.counting import Array
from .receptive.graph import Node

_REORDERED: Final = ("Reshape", "Transpose", "Gather", "Slice", "Split", "Expand", "Tile", "Flatten", "Squeeze")
"""Operators behind which the channels may be others, or in another order."""


def trained_field(
    network: Network,
    node: str | None,
    output: PairLike,
    file: str | os.PathLike[str] | bytes,
    samples: SupportsIndex = 10,
    seed: SupportsIndex = 0,
) -> EffectiveField:
    """Return the weights of the input cells for one output of a node, with the kernels that a file stores.

    Parameters
    ----------
    network, node, output
        A network of `Network.from_onnx`, and the output as for `Network.path_counts`.
    file : str, PathLike or bytes
        The ONNX file that the network was read from, with its weights inside.
    samples, seed : int
        Of the gradients of all channels of the output, sums with random signs are followed back: each estimates the sum
        of all squares. With one channel, a single one is exact.

    Returns
    -------
    EffectiveField
        Its statistic is the mean squared gradient, summed over the channels of input and output.

    Raises
    ------
    SpecError
        As `effective_field`; or the file does not have a kernel, or the channels of a node on the way cannot be
        followed, as those behind a matrix product.

    Examples
    --------
    A kernel of 1 and -2: the second cell has four times the squared gradient of the first.

    >>> from onnx import TensorProto, helper
    >>> kernel = helper.make_tensor("kernel", TensorProto.FLOAT, (1, 1, 1, 2), [1, -2])
    >>> image = helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 1, 2, 3))
    >>> conv = helper.make_node("Conv", ["image", "kernel"], ["output"])
    >>> graph = helper.make_graph([conv], "graph", [image], [], [kernel])
    >>> file = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
    >>> trained_field(Network.from_onnx(file), None, (0, 1), file).weights
    array([[0. , 0.2, 0.8],
           [0. , 0. , 0. ]])
    """
    if not isinstance(network, Network):
        raise SpecError(f"network must be a Network; got {shown(network)}.")
    number = arguments.integer("samples", samples, least=1)
    if number > MOST_SAMPLES:
        raise SpecError(f"samples must be at most {MOST_SAMPLES}; got {shown(samples)}.")
    generator = np.random.default_rng(arguments.integer("seed", seed, least=0))
    support = network.support(node, output)
    if not support.any():
        raise SpecError(f"output must read some of the input to have an effective field; got {shown(output)}.")
    target, place = network.node(node), arguments.pair("output", output, least=0)
    way = _Way(network, _kernels(network, target, file), _factors(network, target, file))
    channels = way.channels(target)
    if channels is None:
        raise SpecError(f'the channels of node "{target.name}" must be known to follow trained kernels.')
    squares: Array = np.zeros(support.shape)
    number = number if channels > 1 else 1
    for _ in range(number):
        assert target.size is not None  # `support` refuses an output of unknown size
        start = np.zeros((*target.size, channels), np.float32)
        start[place] = generator.choice((-1, 1), channels)
        squares += np.square(followed_back(network.graph.nodes, target, start, way.back), dtype=float).sum(axis=2)
    if not 0 < squares.sum() < np.inf:
        raise SpecError(
            f"the trained kernels must hand a finite gradient on, and not 0; got squares of {squares.sum()}."
        )
    return field_of(squares / squares.sum(), support, STATISTICS["random"], number)


def _kernels(network: Network, target: Node, file: str | os.PathLike[str] | bytes) -> dict[str, Array]:
    """Return the kernels of all convolutions before a node, (kH, kW, groups, outputs, inputs) of each group."""
    from .onnx_import.parse_model import read_bytes
    from .onnx_import.stored_weights import stored_kernel

    data, kernels = read_bytes(file), {}
    for node in network.upstream(target.name):
        layer: Any = node.operation
        if not isinstance(layer, Conv2d | ConvTranspose2d):
            continue
        stored = network.provenance.kernels.get(node.name)
        if stored is None:
            raise SpecError(f'the file must store the kernel of node "{node.name}" as such; got one that it computes.')
        weight = stored_kernel(data, stored, layer.kernel_size).astype(np.float32, copy=False)
        sizes = weight.shape[0] // stored.groups, weight.shape[1]
        taps = weight.reshape(stored.groups, *sizes, *layer.kernel_size).transpose(3, 4, 0, 1, 2)
        kernels[node.name] = np.ascontiguousarray(taps if isinstance(layer, Conv2d) else taps.swapaxes(3, 4))
    return kernels


def _factors(network: Network, target: Node, file: str | os.PathLike[str] | bytes) -> dict[str, Array]:
    """Return by what batch normalization before a node multiplies each channel."""
    from .onnx_import.parse_model import read_bytes
    from .onnx_import.stored_weights import stored_weight

    data, factors = read_bytes(file), {}
    for node in network.upstream(target.name):
        if stored := network.provenance.scales.get(node.name):
            scale, variance = stored_weight(data, stored.scale), stored_weight(data, stored.variance)
            if scale.shape != variance.shape or not np.all(variance + stored.epsilon > 0):
                raise SpecError(f'node "{node.name}" must have a scale and a variance above 0 for each channel.')
            factors[node.name] = (scale / np.sqrt(variance + stored.epsilon)).astype(np.float32)
    return factors


@dataclass(frozen=True, slots=True)
class _Way:
    """The way back through the nodes of a network."""

    network: Network
    kernels: dict[str, Array]
    factors: dict[str, Array]

    def channels(self, node: Node) -> int | None:
        """Return the channels of a node as far as the file states them."""
        cost = self.network.cost(node.name)
        return None if cost is None else cost.channels

    def back(self, node: Node, source: Node, gradient: Array) -> Array:
        """Return the gradient by a source from that by the outputs of a node."""
        assert source.size is not None
        size = source.size[0], source.size[1]
        if node.name in self.kernels and prod(self.kernels[node.name].shape[2:4]) != gradient.shape[2]:
            raise self._refusal(node)
        match node.operation:
            case Conv2d() as layer:
                return conv_back(layer, size, gradient, self.kernels[node.name], _tap)
            case ConvTranspose2d() as layer:
                return transposed_back(layer, size, gradient, self.kernels[node.name], _tap)
            case "concat":
                return gradient[:, :, self._own(node, source, gradient.shape[2])]
            case "dense" | "attention" | PixelShuffle():
                raise self._refusal(node)
        if node.name in self.factors:
            if self.factors[node.name].shape != gradient.shape[2:]:
                raise self._refusal(node)
            gradient = gradient * self.factors[node.name]
        operator = self.network.origins.get(node.name, ("",))[0]
        expected = self.channels(source)
        spread = spread_back(node, source, gradient).astype(np.float32)
        if operator in _REORDERED or expected not in (None, 1, gradient.shape[2]):
            raise self._refusal(node)
        return spread.sum(axis=2, keepdims=True) if expected == 1 else spread

    def _own(self, node: Node, source: Node, total: int) -> slice:
        """Return the channels that a node which concatenates has from a source; one may be unknown."""
        nodes = self.network.graph.nodes
        counts = [self.channels(nodes[name]) for name in node.inputs]
        rest = total - sum(count or 0 for count in counts)
        sizes = [rest if count is None else count for count in counts]
        if sum(sizes) != total or rest < 0 or len({*node.inputs}) < len(sizes):
            raise self._refusal(node)
        position = node.inputs.index(source.name)
        return slice(sum(sizes[:position]), sum(sizes[: position + 1]))

    def _refusal(self, node: Node) -> SpecError:
        what = self.network.described(node.name)
        return SpecError(f'the channels behind node "{node.name}" ({what}) cannot be followed to trained kernels.')


def _tap(weight: Array, gradient: Array) -> Array:
    """Return (rows, columns, inputs): what a tap (groups, outputs, inputs) hands on of the gradients of its outputs."""
    groups, outputs, inputs = weight.shape
    rows, columns = gradient.shape[:2]
    if (outputs, inputs) == (1, 1):
        return np.asarray(gradient * weight[:, 0, 0])
    parts = gradient.reshape(-1, groups, outputs).swapaxes(0, 1) @ weight
    return np.asarray(parts.swapaxes(0, 1).reshape(rows, columns, groups * inputs))
