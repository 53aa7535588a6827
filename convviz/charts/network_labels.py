"""Nodes, fields and boxes in words, as a page and a drawing show them."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final

from convviz.analysis import Network, Node, ReceptiveField, tiling
from convviz.analysis.receptive.graph import UNKNOWN, spelled
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Pad2d, PixelShuffle, Upsample2d

from .network_fold import Box

TIMES: Final = " × "
ALIGNED: Final = {True: "yes", False: "no ≠", None: "?"}


def pair(numbers: Sequence[int | Fraction | None] | None) -> str:
    """Return height × width; unknown numbers are question marks.

    >>> pair((3, Fraction(1, 2))), pair((None, None)), pair(None)
    ('3 × 1/2', '?', '?')
    """
    if numbers is None or all(number is None for number in numbers):
        return "?"
    return TIMES.join("?" if number is None else str(number).replace("-", "−") for number in numbers)


def operation_words(network: Network, node: Node) -> str:
    """Say what a node does: the call that makes its layer, or the operator of its file.

    >>> network = Network.known("resnet18")
    >>> print(operation_words(network, network.nodes[1]))
    conv2d(7, stride=2, padding=3)
    """
    operator = network.origins.get(node.name, ("",))[0]
    if node.operation != UNKNOWN:
        return operator if operator and isinstance(node.operation, str) else spelled(node.operation)
    return f"{operator}, unknown" if network.is_unsupported(node.name) else f"{operator}, after unknown"


def brief(network: Network, node: Node) -> str:
    """Say what a node does, in the few words of its box.

    >>> network = Network.known("resnet18")
    >>> print(brief(network, network.nodes[1]))
    conv 7×7, stride 2
    """
    match node.operation:
        case Conv2d(kernel_size=kernel, stride=stride, dilation=dilation):
            words = [f"conv {_tight(kernel)}", _unless_one("stride", stride), _unless_one("dilation", dilation)]
        case ConvTranspose2d(kernel_size=kernel, stride=stride):
            words = [f"transposed {_tight(kernel)}", _unless_one("stride", stride)]
        case MaxPool2d(kernel_size=kernel, stride=stride):
            words = [f"max pool {_tight(kernel)}", _unless_one("stride", stride)]
        case AvgPool2d(kernel_size=kernel, stride=stride):
            words = [f"average {_tight(kernel)}", _unless_one("stride", stride)]
        case Upsample2d(scale_factor=scale, mode=mode):
            words = [f"resized ×{scale[0] if scale[0] == scale[1] else _tight(scale)}, {mode}"]
        case PixelShuffle(factor=factor):
            words = [f"pixel shuffle {factor}"]
        case Pad2d(padding=sides):
            is_crop = all(cells <= 0 for side in sides for cells in side)
            words = ["crop" if is_crop else "pad"]
        case _:
            words = [operation_words(network, node).replace("_", " ")]
    return ", ".join(word for word in words if word)


def _unless_one(word: str, numbers: tuple[int, int]) -> str:
    if numbers == (1, 1):
        return ""
    return f"{word} {numbers[0] if numbers[0] == numbers[1] else _tight(numbers)}"


def _tight(numbers: Sequence[int | Fraction | None]) -> str:
    return pair(numbers).replace(" ", "")


def field_words(field: ReceptiveField) -> str:
    """Return the size of a field as its box shows it."""
    return "whole input" if field.is_global else f"field {pair(field.size)}"


def box_lines(network: Network, box: Box) -> tuple[str, str, str]:
    """Return the three lines of a box: its name, what it does, its field."""
    field = field_words(network.receptive_field(box.key))
    if len(box.names) == 1:
        return box.key, brief(network, network.node(box.key)), field
    return box.key if box.blocks == 1 else f"… {box.key}", folded_words(box), field


def folded_words(box: Box) -> str:
    """Say what is folded in a box."""
    if box.blocks == 1:
        return f"block of {len(box.names)} nodes"
    return f"{box.blocks} equal blocks" if box.blocks else f"{len(box.names)} nodes in a row"


def spoken(network: Network, box: Box) -> str:
    """Describe a box for readers who do not see it."""
    name, what, field = box_lines(network, box)
    words = [f"{box.names[0]} to {box.key}" if len(box.names) > 1 else name, what, field]
    if merge := misaligned_in(network, box):
        words.append(f"paths are misaligned at {merge}")
    return ", ".join(words)


def misaligned_in(network: Network, box: Box) -> str | None:
    """Return the first node of a box at which paths meet that do not agree, None if there is none.

    A node that only comes after such a merge does not count.
    """
    merges = _misaligned(network)
    return next((name for name in box.names if name in merges), None)


@lru_cache(16)
def _misaligned(network: Network) -> frozenset[str]:
    """Return the nodes at which paths meet that do not agree."""
    fields = {node.name: network.receptive_field(node.name) for node in network.nodes}
    places = {name: (field.local.jump, field.local.center) for name, field in fields.items()}
    return frozenset(
        node.name
        for node in network.nodes
        if len(node.inputs) > 1
        and fields[node.name].is_aligned is False
        and (
            fields[node.name].misaligned_at == node.name
            or any(places[name] != places[node.inputs[0]] for name in node.inputs)
        )
    )


def sides(numbers: Sequence[tuple[int, int]] | None) -> str:
    """Return the cells before and after along both axes in words."""
    if numbers is None:
        return "?"
    (top, bottom), (left, right) = numbers
    return f"top {top}, bottom {bottom}, left {left}, right {right}"


@lru_cache(64)
def tile_words(network: Network, node: str) -> str:
    """Say how tiles have to be cut, as Markdown.

    Examples
    --------
    >>> tile_words(Network.known("unet"), "classes").rpartition(". ")[2]
    '**Tile sides** that the network takes: 188 + 16 n, such as 204, 220, 236.'
    """
    cut = tiling(network, node)
    if cut is None:
        if network.receptive_field(node).is_global:
            return "**Tile overlap: none is enough**, because an output reads the whole input."
        return "**Tile overlap: unknown**, because places are unknown, or too many sides would have to be tried."
    height, width = (
        f"{least - step} + {step} n, such as {least}, {least + step}, {least + 2 * step}"
        for step, least in zip(cut.step, cut.least, strict=True)
    )
    lengths = height if height == width else f"{height} (height) and {width} (width)"
    step = cut.step[0] if cut.step[0] == cut.step[1] else pair(cut.step)
    taken = "**Tile sides**" if all(cut.takes_any) else "**Tile sides** that the network takes"
    return (
        f"**Tile overlap** in input cells: **{sides(cut.overlap)}**. An output is taken to lie at the center of what "
        f"it reads. A tile with so much around its own part gives the outputs that lie in that part as the whole image "
        f"does. Tiles begin, as their own parts do, at multiples of {step}. {taken}: {lengths}."
    )
