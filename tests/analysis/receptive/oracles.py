"""Random networks, and what their outputs read by a way that knows nothing of receptive fields.

Every layer is applied, by `cv.forward` with kernels of ones, to an input that is 1 in a single cell: what answers has
read it, and the size of the answer is the number of taps. Networks are products and sums of these matrices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

import convviz as cv
from convviz.analysis import Network, Node
from convviz.arithmetic import AdaptiveAvgPool2d, AvgPool2d, Conv2d, ConvTranspose2d, PixelShuffle, Upsample2d

Array = np.ndarray[Any, Any]


KINDS = ["conv", "same", "copied", "transposed", "max", "average", "bilinear", "nearest", "shuffle", "pad", "adaptive"]


def taps(layer: Any, size: tuple[int, int]) -> Array:
    """Return (outputs, cells) of integers: how many taps of an output read a cell. Each cell has its own channel."""
    cells = size[0] * size[1]
    planes = np.eye(cells).reshape(cells, *size)
    weight = None
    if isinstance(layer, PixelShuffle):
        planes = np.repeat(planes, layer.factor**2, axis=0)
    elif isinstance(layer, Conv2d | ConvTranspose2d):
        layer, weight = replace(layer, groups=cells), np.ones((cells, 1, *layer.kernel_size))
    answers = cv.forward(layer, planes, weight).reshape(cells, -1)
    if isinstance(layer, AvgPool2d | AdaptiveAvgPool2d | Upsample2d):
        answers = answers > 0  # shares of 1, however large
    return np.maximum(answers, 0).astype(np.int64).T  # a window in the padding alone has -inf


def matrices(network: Network, source: str = "input") -> dict[str, Array]:
    """Return (outputs, cells of the source) for every node: through how many paths each output reads each cell."""
    nodes = {node.name: node for node in network.nodes}
    cells = int(np.prod(nodes[source].size))
    found: dict[str, Array] = {}
    for node in network.nodes:
        if node.name == source:
            found[node.name] = np.eye(cells, dtype=np.int64)
            continue
        read = [(nodes[name].size, found[name]) for name in node.inputs if name in found]
        if read:
            found[node.name] = _read_by(node, read, cells)
    return found


def _read_by(node: Node, read: list[tuple[Any, Array]], cells: int) -> Array:
    """Return the matrix of a node from those of the nodes it reads."""
    match node.operation:
        case "add" | "multiply" | "concat":
            planes = [np.broadcast_to(one.reshape(*size, cells), (*node.size, cells)) for size, one in read]
            return np.asarray(sum(planes).reshape(-1, cells))
        case "identity":
            return read[0][1]
        case "global_pool" | "dense":
            return np.asarray(read[0][1].sum(axis=0, keepdims=True))
        case layer:
            return np.asarray(taps(layer, read[0][0]) @ read[0][1])


def pairs(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


@st.composite
def layers(draw: st.DrawFn, borders: bool = True) -> Any:
    """Draw a layer whose axes differ; `borders` allows padding that repeats the input, absent in the interior."""
    kernel, stride, dilation = draw(pairs(1, 3)), draw(pairs(1, 2)), draw(pairs(1, 3))
    sides = draw(st.tuples(pairs(0, 2), pairs(0, 2)))
    same = draw(st.sampled_from(["same_upper", "same_lower"]))
    half = tuple(draw(pairs(0, side // 2)) for side in kernel)
    match draw(st.sampled_from(KINDS if borders else [kind for kind in KINDS if kind != "adaptive"])):
        case "conv":
            return cv.conv2d(kernel, stride, sides, dilation)
        case "same":
            return cv.conv2d(kernel, stride, same, dilation)
        case "copied":
            mode = draw(st.sampled_from(["reflect", "replicate", "circular", "symmetric"])) if borders else "zeros"
            return cv.conv2d(kernel, stride, sides, dilation, padding_mode=mode)
        case "transposed":
            extra = tuple(draw(st.integers(0, max(two) - 1)) for two in zip(stride, dilation, strict=True))
            crop = draw(st.tuples(pairs(0, 1), pairs(0, 1)))
            return cv.conv_transpose2d(kernel, stride, crop, output_padding=extra, dilation=dilation)
        case "max":
            return cv.max_pool2d(kernel, stride, half, dilation, draw(st.booleans()))
        case "average":
            return cv.avg_pool2d(kernel, stride, half, draw(st.booleans()), draw(st.booleans()), dilation=dilation)
        case "shuffle":
            return cv.pixel_shuffle(draw(st.integers(1, 2)))
        case "adaptive":
            return draw(st.sampled_from([cv.adaptive_avg_pool2d, cv.adaptive_max_pool2d]))(draw(pairs(1, 6)))
        case "pad":
            return cv.pad2d(draw(st.tuples(pairs(-1, 2), pairs(-1, 2))))
        case mode:
            factors = st.sampled_from([0.5, 0.75, 1, 1.5, 2, 3])
            return cv.upsample2d((draw(factors), draw(factors)), mode)


@st.composite
def chains(draw: st.DrawFn, least: int = 4, most: int = 8, borders: bool = True) -> Network:
    """Up to four layers, one after the other."""
    network = Network(draw(pairs(least, most)))
    for layer in draw(st.lists(layers(borders=borders), min_size=1, max_size=4)):
        grow(network, layer, network.node().name)
    return network


@st.composite
def graphs(draw: st.DrawFn, least: int = 4, most: int = 7, borders: bool = True, globally: bool = True) -> Network:
    """Up to seven steps: a layer on any node, a meeting of any two nodes, or a gate that has seen everything."""
    network = Network(draw(pairs(least, most)))
    steps = ["layer", "layer", "join", "join", "gate"] if globally else ["layer", "layer", "join"]
    for _ in range(draw(st.integers(2, 7))):
        names = [node.name for node in network.nodes]
        one, other = (draw(st.sampled_from(names[-3:])) for _ in range(2))
        match draw(st.sampled_from(steps)):
            case "layer":
                grow(network, draw(layers(borders=borders)), one)
            case "gate":
                pooled = network.add(f"pool {len(names)}", draw(st.sampled_from(["global_pool", "dense"])), other)
                network.add(f"gated {len(names)}", "multiply", [one, pooled])
            case _:
                meet(network, one, other, draw(st.sampled_from(["add", "concat", "multiply"])))
    return network


def grow(network: Network, layer: Any, source: str) -> None:
    """Add a layer, unless it does not fit or makes the plane too large to try every cell of."""
    name = f"layer {len(network.nodes)}"
    try:
        rows, columns = layer.output_size(network.output_size(source))
    except cv.SpecError:
        return
    if rows * columns <= 4 * max(400, (network.input_size or (0, 0))[0] ** 2):
        network.add(name, layer, source)


def meet(network: Network, one: str, other: str, operation: str) -> None:
    """Join two nodes; what the second has more or less than the first is cropped or padded."""
    sizes = [network.output_size(name) or (0, 0) for name in (one, other)]
    rows, columns = (first - second for first, second in zip(*sizes, strict=True))
    if sizes[0] != sizes[1]:
        other = network.add(f"fit {len(network.nodes)}", cv.pad2d(((0, rows), (columns, 0))), other)
    network.add(f"meet {len(network.nodes)}", operation, [one, other])
