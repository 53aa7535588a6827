"""Boxes that single outputs read, and how far tiles of an input have to overlap for seamless outputs."""

from functools import lru_cache

from convviz.analysis.receptive import Network, Tiling, tiling

from .network_labels import pair
from .network_labels import sides as side_words

Box = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last row, the first and the last column; they may lie outside the input."""


def box_of(network: Network, node: str, output: tuple[int, int]) -> Box | None:
    """The box of cells that an output can reach on an input without borders; None if not known, or nothing is read.

    Where a global operation took part, it is the whole input, if its size is known.

    Examples
    --------
    >>> box_of(Network.known("resnet18"), "pool1", (0, 1))
    ((-5, 5), (-1, 9))
    """
    found = network.reaches[node]
    if found.is_global:
        size = network.input_size
        return None if size is None else ((0, size[0] - 1), (0, size[1] - 1))
    axes = []
    for line, place in zip(found.lines, output, strict=True):
        boxes = [box for span in line.spans if (box := span.box(place)) is not None]
        if not boxes or not line.is_known:
            return None
        axes.append((min(first for first, _ in boxes), max(last for _, last in boxes)))
    return axes[0], axes[1]


@lru_cache(64)
def _tiling(network: Network, node: str) -> Tiling | None:
    return tiling(network, node)


def tile_words(network: Network, node: str) -> str:
    """How tiles have to be cut, as Markdown.

    Examples
    --------
    >>> tile_words(Network.known("unet"), "classes").rpartition(". ")[2]
    '**Tile sides** that the network takes: 188 + 16 n, such as 204, 220, 236.'
    """
    found = _tiling(network, node)
    if found is None:
        if network.receptive_field(node).is_global:
            return "**Tile overlap: none is enough**, because an output reads the whole input."
        return "**Tile overlap: unknown**, because places are unknown, or too many sides would have to be tried."
    sides = [_side_words(found, axis) for axis in (0, 1)]
    told = sides[0] if sides[0] == sides[1] else f"{sides[0]} (height) and {sides[1]} (width)"
    step = found.step[0] if found.step[0] == found.step[1] else pair(found.step)
    taken = "**Tile sides**" if all(found.takes_any) else "**Tile sides** that the network takes"
    return (
        f"**Tile overlap** in input cells: **{side_words(found.overlap)}**. An output is taken to lie at the center of "
        f"what it reads. A tile with so much around its own part gives the outputs that lie in that part as the whole "
        f"image does. Tiles begin, as their own parts do, at multiples of {step}. {taken}: {told}."
    )


def _side_words(found: Tiling, axis: int) -> str:
    """The sides of tiles along an axis."""
    step, least = found.step[axis], found.least[axis]
    return f"{least - step} + {step} n, such as {least}, {least + step}, {least + 2 * step}"
