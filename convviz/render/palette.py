"""Looks as small tiles of palette indices: the alphabet from which every frame is composed."""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from convviz.errors import SpecError
from convviz.scene.primitives import Curve, Line, Look, Rect, Text

Tile = NDArray[np.uint8]
Color = tuple[int, int, int]

_LEVELS: Final = 8
"""Shades from paper to ink: enough for smooth letters, few enough for a small palette."""

_FINE: Final = 4
_PIECES: Final = 24
"""Pixels of a fine grid in one of the picture, and the lines of which a curve is made there."""

UNCHANGED: Final = 0
"""The palette's first entry is not a color: in a GIF it marks pixels that stay as they are."""

_PALETTE_SIZE: Final = 256

_LOOKS: Final = 20_000


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
        return self.index(_rgb(self.background))

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
            drawn = draw_look(look, self.background)
            numbers = np.array([self.index(color) for color in drawn.colors], dtype=np.uint8)
            known = (look, numbers.take(drawn.tile), drawn.mask)  # the look is kept, so that its id stays its own
            self._tiles[id(look)] = known
        return known[1], known[2]

    def to_bytes(self) -> bytes:
        """Red, green and blue of each entry, padded to a power of two; none occurs twice."""
        used = set(self.colors)
        spare = ((0, number // 256, number % 256) for number in range(2 * _PALETTE_SIZE))
        unused = [color for color in spare if color not in used]
        size = 1 << len(self.colors).bit_length()
        return bytes(channel for color in [unused[0], *self.colors, *unused[1:]][:size] for channel in color)


@lru_cache(_LOOKS)
def draw_look(look: Look, background: str) -> Drawn:
    """Draw one look pixel by pixel, text blended with what lies under it."""
    colors: list[Color] = [_rgb(background)]
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
        tile[box] = _own_index(_rgb(rect.fill), colors)
        painted[box] = True
    if rect.stroke is not None:
        edge = _stroke_mask(rect)
        tile[box][edge] = _own_index(_rgb(rect.stroke), colors)
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
    tile[on] = _own_index(_rgb(line.color), colors)
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
    ink = _rgb(color)
    for paper in np.unique(tile[level > 0]).tolist():
        blends = [_own_index(_blend(colors[paper], ink, step), colors) for step in range(_LEVELS)]
        here = (tile == paper) & (level > 0)
        tile[here] = np.array(blends, dtype=np.uint8)[level[here]]


def _own_index(color: Color, colors: list[Color]) -> int:
    if color not in colors:
        colors.append(color)
    return colors.index(color)


def _blend(paper: Color, ink: Color, step: int) -> Color:
    mixed = (round(p + (i - p) * step / (_LEVELS - 1)) for p, i in zip(paper, ink, strict=True))
    red, green, blue = mixed
    return red, green, blue


@lru_cache(64)
def _rgb(color: str) -> Color:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@lru_cache(64)
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    # The basic layout is the same on every machine; the other one depends on a library that may be missing.
    return ImageFont.truetype(font_path(bold), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def font_path(bold: bool) -> Path:
    """Path of the font file.

    Raises
    ------
    SpecError
        matplotlib is not installed.
    """
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise SpecError("Pictures need matplotlib and Pillow; install them with: pip install 'convviz[render]'.")
    # Found without importing it, which would take longer than a whole animation.
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
