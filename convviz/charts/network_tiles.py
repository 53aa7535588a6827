"""How far tiles of an input have to overlap for seamless outputs, in words."""

from functools import lru_cache

from convviz.analysis import Network, Tiling, tiling

from .network_labels import pair
from .network_labels import sides as side_words


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
