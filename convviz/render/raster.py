"""Scenes as pixels: GIF and PNG, composed from tiles of palette indices and never quantized.

The GIF file is put together here from the format's few blocks (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), frame
by frame, with no more than two frames in memory, and Pillow compresses the pixels. The palette comes once, at the
front, and pixels that stay as they are become transparent, which compresses to almost nothing.

Pillow's own writer holds every frame twice, repeats the palette in each and merges equal frames. imageio's palette path
(``mode="L", palette=``) hands stacked frames to that writer: in benchmarks/export.py it takes about 105 ms for what
takes 50 here, so that it would miss the limit of 80 times matplotlib's speed, and the largest animations, which need
120 MB here, would need more than a gigabyte.
"""

import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import cycle
from struct import pack
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin

from convviz.scene.primitives import Frame, Placed, Scene

from .palette import UNCHANGED, Palette, Tile, image_of

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of files in an archive, always the same, so that the same recipe gives the same bytes."""

_SHORTEST: Final = 2
"""Hundredths of a second of a frame; browsers slow down what is shorter."""

_LONGEST: Final = 65535
_KEEP: Final = 1
"""A frame stays where it is, and the next one is painted over it."""


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


def encode(frames: Iterable[tuple[Tile, float]], palette: Callable[[], bytes]) -> bytes:
    """Return a GIF that repeats forever.

    Parameters
    ----------
    frames : iterable of (pixels, seconds)
        Pixels are palette indices other than `UNCHANGED`, shape (height, width), the same for every frame. The array of
        a frame may be used again for the next but one.
    palette : callable
        Gives red, green and blue of 2 to 256 entries, a power of two; asked after the last frame, because the palette
        may grow with the frames.
    """
    blocks: list[bytes] = []
    before, changed = None, None
    for pixels, seconds in frames:
        if before is None or changed is None:
            blocks += _image(pixels, (0, 0), seconds)
            changed = np.empty(pixels.shape, dtype=bool)
        else:
            np.not_equal(pixels, before, out=changed)
            box = _bounds(changed)
            # Times 0 where nothing changed: that is UNCHANGED.
            corner = (box[1].start, box[0].start)
            blocks += _image(pixels[box] * changed[box], corner, seconds, transparency=UNCHANGED)
        before = pixels
    assert before is not None  # a scene has frames
    height, width = before.shape
    return b"".join((_header(width, height, palette()), *blocks, b";"))


def _bounds(changed: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the smallest box around all that changed; one pixel where nothing did: that frame has its time too."""
    rows = np.flatnonzero(changed.any(1))
    if not rows.size:
        return slice(0, 1), slice(0, 1)
    down = slice(int(rows[0]), int(rows[-1]) + 1)
    columns = np.flatnonzero(changed[down].any(0))
    return down, slice(int(columns[0]), int(columns[-1]) + 1)


def _image(pixels: Tile, corner: tuple[int, int], seconds: float, **options: int) -> list[bytes]:
    duration = 10 * min(max(_SHORTEST, round(100 * seconds)), _LONGEST)
    return GifImagePlugin.getdata(image_of(pixels), corner, duration=duration, disposal=_KEEP, **options)


def _header(width: int, height: int, palette: bytes) -> bytes:
    has_palette = 0b1111_0000 | ((len(palette) // 3).bit_length() - 2)
    repeat_for_ever = b"!\xff\x0bNETSCAPE2.0\x03\x01" + pack("<H", 0) + b"\0"
    return b"GIF89a" + pack("<HHBBB", width, height, has_palette, UNCHANGED, 0) + palette + repeat_for_ever


def png(scene: Scene, index: int) -> bytes:
    """Return one frame as a PNG with a palette."""
    return _png(Canvas(scene), scene.frame(index))


def png_zip(scene: Scene, stem: str) -> bytes:
    """Return every frame as a PNG, ``stem-001.png`` and so on, in one zip archive."""
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
