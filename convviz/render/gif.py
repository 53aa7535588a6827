"""Frames of palette indices as a GIF, one after the other: no more than two of them are ever in memory.

Pillow's own writer holds every frame twice, and repeats the palette in each. So the file is put together here, from the
format's few blocks (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), and Pillow compresses the pixels. The palette
stands once at the front, and pixels that stay as they are become transparent, which compresses to almost nothing.
"""

from collections.abc import Iterable, Sequence
from struct import pack
from typing import Final

import numpy as np
from PIL import GifImagePlugin

from .palette import Color, Tile, image_of

UNCHANGED: Final = 255
"""The palette index of pixels that stay as they are."""

_SHORTEST: Final = 2
"""Hundredths of a second of a frame; browsers slow down what is shorter."""

_LONGEST: Final = 65535
_KEEP: Final = 1
"""A frame stays where it is, and the next one is painted over it."""


def encode(frames: Iterable[tuple[Tile, float]], colors: Sequence[Color]) -> bytes:
    """A GIF that repeats for ever.

    Parameters
    ----------
    frames : iterable of (pixels, seconds)
        Pixels are palette indices below `UNCHANGED`, shape (height, width), the same for every frame.
    colors : sequence of (red, green, blue)
        The palette; read only after the last frame, so that it may grow with the frames.
    """
    blocks: list[bytes] = []
    before: Tile | None = None
    for pixels, seconds in frames:
        blocks += _frame(pixels, before, seconds)
        before = pixels
    assert before is not None  # a scene has frames
    height, width = before.shape
    return b"".join((_header(width, height, colors), *blocks, b";"))


def _header(width: int, height: int, colors: Sequence[Color]) -> bytes:
    has_256_colors = 0b1111_0111
    repeat_for_ever = b"!\xff\x0bNETSCAPE2.0\x03\x01" + pack("<H", 0) + b"\0"
    return b"GIF89a" + pack("<HHBBB", width, height, has_256_colors, 0, 0) + _table(colors) + repeat_for_ever


def _table(colors: Sequence[Color]) -> bytes:
    """The 256 entries of a palette; those not needed get colours of their own, so that none stands there twice."""
    used = set(colors)
    spare = ((0, blue // 256, blue % 256) for blue in range(512))
    unused = [color for color in spare if color not in used]
    return bytes(channel for color in [*colors, *unused][:256] for channel in color)


def _frame(pixels: Tile, before: Tile | None, seconds: float) -> list[bytes]:
    left, top, transparent = 0, 0, {}
    if before is not None:
        changed = pixels != before
        rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
        if not rows.size:  # a frame like the one before still has a time of its own
            rows = columns = np.zeros(1, dtype=int)
        top, left = int(rows[0]), int(columns[0])
        box = np.s_[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
        pixels = np.where(changed[box], pixels[box], np.uint8(UNCHANGED))
        transparent = {"transparency": UNCHANGED}
    duration = 10 * min(max(_SHORTEST, round(100 * seconds)), _LONGEST)
    return GifImagePlugin.getdata(image_of(pixels), (left, top), duration=duration, disposal=_KEEP, **transparent)
