"""Scenes as pixels: GIF and PNG, composed from tiles of palette indices and never quantised."""

import zipfile
from io import BytesIO
from itertools import cycle
from typing import Final

import numpy as np

from convviz.scene.primitives import Frame, Placed, Scene

from .gif import encode
from .palette import Palette, Tile, image_of

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of files in an archive, always the same, so that the same recipe gives the same bytes."""


class Canvas:
    """Draws the frames of one scene, in one palette.

    The scene's backdrop is painted once; each frame is a copy of it with the frame's own items on top.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.palette = Palette(scene.background)
        self._backdrop = np.full((scene.height, scene.width), self.palette.paper, dtype=np.uint8)
        self._paint(self._backdrop, scene.backdrop)

    def frame(self, frame: Frame, pixels: Tile | None = None) -> Tile:
        """Return the frame's pixels as palette indices, shape (height, width), in ``pixels`` if that is given."""
        if pixels is None:
            pixels = np.empty_like(self._backdrop)
        np.copyto(pixels, self._backdrop)
        self._paint(pixels, frame.items)
        return pixels

    def _paint(self, pixels: Tile, items: tuple[Placed, ...]) -> None:
        tile_of = self.palette.tile
        bottom, right = pixels.shape
        for item in items:
            x, y = item.x, item.y
            tile, mask = tile_of(item.look)
            below, beyond = y + tile.shape[0], x + tile.shape[1]
            if mask is None and x >= 0 and y >= 0 and below <= bottom and beyond <= right:
                pixels[y:below, x:beyond] = tile
            else:
                _paint_masked(pixels, x, y, tile, mask)


def _paint_masked(pixels: Tile, x: int, y: int, tile: Tile, mask: np.ndarray | None) -> None:
    left, top = max(-x, 0), max(-y, 0)
    target = pixels[y + top : y + tile.shape[0], x + left : x + tile.shape[1]]
    inside = np.s_[top : top + target.shape[0], left : left + target.shape[1]]
    np.copyto(target, tile[inside], where=True if mask is None else mask[inside])


def gif(scene: Scene, seconds_per_step: float) -> bytes:
    """Return the scene as an animated GIF that repeats forever.

    Parameters
    ----------
    scene : Scene
        What to draw.
    seconds_per_step : float
        Time of one beat; GIF counts in hundredths of a second.
    """
    canvas = Canvas(scene)
    # The encoder looks one frame back: two pieces of memory in turn are enough, and quicker than a new one each time.
    memory = cycle(np.empty((2, scene.height, scene.width), dtype=np.uint8))
    frames = ((canvas.frame(frame, next(memory)), seconds_per_step * frame.beats) for frame in scene)
    return encode(frames, canvas.palette.to_bytes)


def png(scene: Scene, index: int) -> bytes:
    """One frame as a PNG with a palette."""
    canvas = Canvas(scene)
    return _png(canvas, scene.frame(index))


def png_zip(scene: Scene, stem: str) -> bytes:
    """Every frame as a PNG, ``stem-001.png`` and so on, in one zip archive."""
    canvas = Canvas(scene)
    digits = max(3, len(str(len(scene))))
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNG is compressed already
        for number, frame in enumerate(scene, 1):
            archive.writestr(zipfile.ZipInfo(f"{stem}-{number:0{digits}}.png", _EPOCH), _png(canvas, frame))
    return file.getvalue()


def _png(canvas: Canvas, frame: Frame) -> bytes:
    image = image_of(canvas.frame(frame))
    image.putpalette(canvas.palette.to_bytes())
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
