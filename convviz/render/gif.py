"""Frames of palette indices as a GIF, one after the other: no more than two of them are ever in memory.

The file is put together here from the format's few blocks (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), and Pillow
compresses the pixels. The palette comes once, at the front, and pixels that stay as they are become transparent, which
compresses to almost nothing.

Pillow's own writer holds every frame twice, repeats the palette in each and merges equal frames. imageio's palette path
(``mode="L", palette=``) hands stacked frames to that writer: in benchmarks/export.py it takes about 105 ms for what
takes 50 here, so that it would miss the limit of 80 times matplotlib's speed, and the largest animations, which need
120 MB here, would need more than a gigabyte.
"""

from collections.abc import Callable, Iterable
from struct import pack
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin

from .palette import UNCHANGED, Tile, image_of

_SHORTEST: Final = 2
"""Hundredths of a second of a frame; browsers slow down what is shorter."""

_LONGEST: Final = 65535
_KEEP: Final = 1
"""A frame stays where it is, and the next one is painted over it."""


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
