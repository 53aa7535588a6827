"""Scenes as pixels, composed from tiles of palette indices and never quantized."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from convviz.scene.primitives import Frame, Placed, Scene

from .palette import Palette, Tile

Pictures = Iterator[tuple[Tile, float]]
"""Pixels as palette indices, shape (height, width), and how many seconds they last.

The array of a picture is used again for the next but one: nothing may keep it for longer.
"""


class Canvas:
    """Draws the frames of one scene, in one palette.

    The scene's backdrop is painted once; each frame is a copy of it with the frame's own items on top.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.palette = Palette(scene.background)
        self._backdrop = np.full((scene.height, scene.width), self.palette.paper, dtype=np.uint8)
        self.paint(self._backdrop, scene.backdrop)

    def frame(self, frame: Frame, pixels: Tile | None = None) -> Tile:
        """Return the frame's pixels as palette indices, shape (height, width), in ``pixels`` if that is given."""
        if pixels is None:
            pixels = np.empty_like(self._backdrop)
        self.clear(pixels)
        self.paint(pixels, frame.items)
        return pixels

    def pictures(self, seconds_per_step: float) -> Pictures:
        """Yield every frame of the scene; a beat of it takes ``seconds_per_step``."""
        for frame, pixels in zip(self.scene, self.memory(), strict=False):
            yield self.frame(frame, pixels), seconds_per_step * frame.beats

    def memory(self) -> Iterator[Tile]:
        """Yield two arrays of the picture's size in turn: what looks one frame back needs no more."""
        return cycle(np.empty((2, *self._backdrop.shape), dtype=np.uint8))

    def clear(self, pixels: Tile) -> None:
        """Leave nothing but the backdrop."""
        np.copyto(pixels, self._backdrop)

    def paint(self, pixels: Tile, items: Iterable[Placed]) -> None:
        """Paint looks at their places, in order."""
        tile_of = self.palette.tile
        bottom, right = pixels.shape
        for item in items:
            x, y = item.x, item.y
            tile, mask = tile_of(item.look)
            below, beyond = y + tile.shape[0], x + tile.shape[1]
            if mask is None and x >= 0 and y >= 0 and below <= bottom and beyond <= right:
                pixels[y:below, x:beyond] = tile
            else:
                paint_masked(pixels, x, y, tile, mask)


def paint_masked(pixels: Tile, x: int, y: int, tile: Tile, mask: NDArray[np.bool_] | None) -> None:
    """Paint the pixels of a tile that its mask marks, as far as they are inside the picture."""
    left, top = max(-x, 0), max(-y, 0)
    target = pixels[y + top : y + tile.shape[0], x + left : x + tile.shape[1]]
    inside = np.s_[top : top + target.shape[0], left : left + target.shape[1]]
    np.copyto(target, tile[inside], where=True if mask is None else mask[inside])


def opaque(scene: Scene) -> Scene:
    """Return the scene with its background painted, for formats in which nothing is transparent."""
    return replace(scene, background=scene.background[: len("#rrggbb")])
