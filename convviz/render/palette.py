"""Looks as small tiles of palette indices: the alphabet from which every frame is composed."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from convviz.fonts import font_path
from convviz.scene.primitives import Curve, Line, Look, Rect, Text

Tile = NDArray[np.uint8]
Color = tuple[int, int, int, int]
"""Red, green, blue, and how much of what is behind they cover: 255 is all."""

_LEVELS: Final = 8
"""Shades from paper to ink: enough for smooth letters, few enough for a small palette."""

_FINE: Final = 4
_PIECES: Final = 24
"""Pixels of a fine grid in one of the picture, and the lines of which a curve is made there."""

UNCHANGED: Final = 0
"""The palette's first entry is not a color: in a GIF it marks pixels that stay as they are."""

_PALETTE_SIZE: Final = 256

_LOOKS: Final = 20_000

_ONCE: Final = 1 << 15
"""Pixels of a line of text that is not kept: so large are titles of the largest pictures, of which each is new. They
would take 70 of the 160 MB of 256 frames."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A look with its own numbering of colors.

    ``tile`` holds indices into ``colors``; ``mask`` marks the pixels that are painted, None where all are.
    """

    tile: Tile
    colors: tuple[Color, ...]
    mask: NDArray[np.bool_] | None


@dataclass(slots=True)
class Palette:
    """The colors of one animation, each once, and every look in these colors."""

    background: str
    colors: list[Color] = field(default_factory=list)
    _index: dict[Color, int] = field(default_factory=dict)
    _tiles: dict[int, tuple[Look, Tile, NDArray[np.bool_] | None]] = field(default_factory=dict)

    @property
    def paper(self) -> int:
        """The entry of the background."""
        return self.index(color_of(self.background))

    def index(self, color: Color) -> int:
        """Return the entry of ``color``, from 1 on; once all entries are used, the nearest one."""
        found = self._index.get(color)
        if found is None:
            if len(self.colors) + 1 < _PALETTE_SIZE:
                self.colors.append(color)
                found = len(self.colors)
            else:
                distance = ((np.array(self.colors, dtype=int) - color) ** 2).sum(1)
                found = int(distance.argmin()) + 1
            self._index[color] = found
        return found

    def tile(self, look: Look) -> tuple[Tile, NDArray[np.bool_] | None]:
        """Return the look in this palette, and which of its pixels are painted (None: all)."""
        known = self._tiles.get(id(look))
        if known is None:
            if look.width * look.height > _ONCE and all(isinstance(mark, Text) for mark in look.marks):
                return self.draw(look)
            # The look is kept, so that its id stays its own.
            known = self._tiles[id(look)] = (look, *self._in_palette(draw_look(look, self.background)))
        return known[1], known[2]

    def draw(self, look: Look) -> tuple[Tile, NDArray[np.bool_] | None]:
        """Return what `tile` does for a look that does not come again, and keep nothing of it."""
        return self._in_palette(draw_look.__wrapped__(look, self.background))

    def _in_palette(self, drawn: Drawn) -> tuple[Tile, NDArray[np.bool_] | None]:
        numbers = np.array([self.index(color) for color in drawn.colors], dtype=np.uint8)
        return numbers.take(drawn.tile), drawn.mask

    def to_bytes(self) -> bytes:
        """Return red, green and blue of each entry as it looks on the background, padded to a power of two.

        None occurs twice, unless the scene is transparent.
        """
        paper = (*color_of(self.background)[:3], 255)
        return self._padded([color[:3] if color[3] == 255 else _over(paper, color)[:3] for color in self.colors])

    def channels(self) -> tuple[bytes, bytes]:
        """Return red, green and blue of each entry, padded to a power of two, and how much each covers.

        `UNCHANGED` covers nothing, and neither does the background of a transparent scene.
        """
        alpha = bytes([0, *(color[3] for color in self.colors)])
        return self._padded([color[:3] for color in self.colors]), alpha

    def _padded(self, colors: list[tuple[int, int, int]]) -> bytes:
        used = set(colors)
        spare = ((0, number // 256, number % 256) for number in range(2 * _PALETTE_SIZE))
        unused = [color for color in spare if color not in used]
        size = 1 << len(colors).bit_length()
        return bytes(channel for color in [unused[0], *colors, *unused[1:]][:size] for channel in color)


@lru_cache(_LOOKS)
def draw_look(look: Look, background: str) -> Drawn:
    """Draw one look pixel by pixel, text blended with what lies under it."""
    colors: list[Color] = [color_of(background)]
    tile = np.zeros((look.height, look.width), dtype=np.uint8)
    painted = np.zeros((look.height, look.width), dtype=bool)
    for mark in look.marks:
        match mark:
            case Rect():
                _draw_rect(mark, tile, painted, colors)
            case Line():
                _draw_line(mark, tile, painted, colors)
            case Curve():
                _draw_curve(mark, tile, painted, colors)
            case Text():
                _draw_text(mark, tile, colors)
                painted[:] = True
    return Drawn(tile, tuple(colors), None if painted.all() else painted)


def image_of(pixels: Tile) -> Image.Image:
    """Palette indices as an image of Pillow that shares their memory."""
    height, width = pixels.shape
    return Image.frombuffer("P", (width, height), np.ascontiguousarray(pixels), "raw", "P", 0, 1)


def _draw_rect(rect: Rect, tile: Tile, painted: NDArray[np.bool_], colors: list[Color]) -> None:
    box = np.s_[rect.y : rect.y + rect.height, rect.x : rect.x + rect.width]
    if rect.fill is not None:
        tile[box] = _own_index(color_of(rect.fill), colors)
        painted[box] = True
    if rect.stroke is not None:
        edge = _stroke_mask(rect)
        tile[box][edge] = _own_index(color_of(rect.stroke), colors)
        painted[box][edge] = True


def _stroke_mask(rect: Rect) -> NDArray[np.bool_]:
    mask = np.zeros((rect.height, rect.width), dtype=bool)
    width = rect.stroke_width
    mask[:width] = mask[-width:] = True
    mask[:, :width] = mask[:, -width:] = True
    if rect.dash:
        rows, columns = np.indices(mask.shape)
        along = np.where((rows < width) | (rows >= rect.height - width), columns, rows)
        mask &= along // rect.dash % 2 == 0
    return mask


def _draw_line(line: Line, tile: Tile, painted: NDArray[np.bool_], colors: list[Color]) -> None:
    mask = Image.new("1", (tile.shape[1], tile.shape[0]))
    ImageDraw.Draw(mask).line((line.x1, line.y1, line.x2, line.y2), 1, line.width)
    on = np.asarray(mask)
    tile[on] = _own_index(color_of(line.color), colors)
    painted[on] = True


def _draw_curve(curve: Curve, tile: Tile, painted: NDArray[np.bool_], colors: list[Color]) -> None:
    height, width = tile.shape
    mask = Image.new("L", (_FINE * width, _FINE * height))
    points = [curve.at(k / _PIECES) for k in range(_PIECES + 1)]
    fine = [(_FINE * (x + 0.5), _FINE * (y + 0.5)) for x, y in points]  # the middle of a pixel, as lines are drawn
    ImageDraw.Draw(mask).line(fine, 255, _FINE * curve.width)
    level = _levels(np.asarray(mask.resize((width, height), Image.Resampling.BOX)))
    _blend_over(level, curve.color, tile, colors)
    painted[level > 0] = True


def _draw_text(text: Text, tile: Tile, colors: list[Color]) -> None:
    mask = Image.new("L", (tile.shape[1], tile.shape[0]))
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[text.anchor]
    ImageDraw.Draw(mask).text((text.x, text.y), text.text, 255, _font(text.size, text.bold), anchor)
    _blend_over(_levels(np.asarray(mask)), text.color, tile, colors)


def _levels(mask: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return which shade, of those from paper to ink, each pixel of a mask has."""
    return (mask.astype(np.uint16) * (_LEVELS - 1) + 127) // 255


def _blend_over(level: NDArray[np.uint16], color: str, tile: Tile, colors: list[Color]) -> None:
    """Paint with a color, in shades, over what is there."""
    ink = color_of(color)
    for paper in np.flatnonzero(np.bincount(tile[level > 0])).tolist():  # np.unique would load numpy.ma
        blends = [_own_index(_blend(colors[paper], ink, step), colors) for step in range(_LEVELS)]
        here = (tile == paper) & (level > 0)
        tile[here] = np.array(blends, dtype=np.uint8)[level[here]]


def _own_index(color: Color, colors: list[Color]) -> int:
    if color not in colors:
        colors.append(color)
    return colors.index(color)


def _blend(paper: Color, ink: Color, step: int) -> Color:
    if paper[3] < 255:
        return _over(paper, (*ink[:3], round(255 * step / (_LEVELS - 1)))) if step else paper
    mixed = (round(p + (i - p) * step / (_LEVELS - 1)) for p, i in zip(paper, ink, strict=True))
    red, green, blue, alpha = mixed
    return red, green, blue, alpha


def _over(below: Color, above: Color) -> Color:
    """Return what two colors look like, of which the upper one covers a part (https://www.w3.org/TR/compositing-1)."""
    upper = above[3] / 255
    lower = below[3] / 255 * (1 - upper)
    whole = upper + lower
    red, green, blue = (round((a * upper + b * lower) / whole) for a, b in zip(above[:3], below[:3], strict=True))
    return red, green, blue, round(255 * whole)


@lru_cache(64)
def color_of(color: str) -> Color:
    """Return a color written as ``#rrggbb`` or ``#rrggbbaa``."""
    red, green, blue, *alpha = bytes.fromhex(color[1:])
    return red, green, blue, alpha[0] if alpha else 255


@lru_cache(64)
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    # The basic layout is the same on every machine; the other one depends on a library that may be missing.
    return ImageFont.truetype(font_path(bold), size, layout_engine=ImageFont.Layout.BASIC)
