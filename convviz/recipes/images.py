"""Photographs as numbers: decoding them safely, and shrinking them to a grid that an animation can show."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

from convviz import limits
from convviz.assets import SAMPLES
from convviz.errors import SpecError, needs_extra

Gray = NDArray[np.uint8]
Color = NDArray[np.uint8]

_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_ORIENTATION: Final = 0x0112
_BAND: Final = 2**20
"""Pixels that are made gray at the same time."""

_decoder: Final = ThreadPoolExecutor(1, "image decoder")
"""Reads one image at a time, always in the same thread: the C library keeps what a thread has freed for that thread.

Measured with 6 images of 25 megapixels, each in another thread: 280 MB were never given back.
"""


def read_image(data: bytes, longest: int | None = None) -> Gray:
    """Return an image file as gray levels from 0 (black) to 255 (white), shape (H, W).

    One whose longer side has more than ``longest`` pixels is shrunk to that. Transparent parts count as white, and a
    photograph is turned as its EXIF orientation says. One image is decoded at a time: a small file may be a large
    image, which takes a few hundred megabytes until it is gray.

    Raises
    ------
    SpecError
        The file is not a PNG, JPEG or WebP, is damaged, or has more pixels than the limit (nothing is decoded then).
    """
    return _decoder.submit(_read, data, "L", longest).result()


def read_color(data: bytes, longest: int | None = None) -> Color:
    """Return an image file as levels from 0 to 255 of red, green and blue, shape (H, W, 3); the rest as `read_image`.

    A gray image has the same level in all three.
    """
    return _decoder.submit(_read, data, "RGB", longest).result()


def _read(data: bytes, mode: str, longest: int | None) -> NDArray[np.uint8]:
    with needs_extra():
        from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            _check_size(*image.size)
            levels = _turned(_converted(image, mode), image.getexif().get(_ORIENTATION))
            return levels if longest is None else shrink(levels, longest)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow refuses to open it, and says only how many pixels it has.
        raise _too_large(int(re.sub(r"\D*(\d+).*", r"\1", str(error)))) from None
    except UnidentifiedImageError:
        raise SpecError("An image must be a PNG, JPEG or WebP file; this file is none of these.") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError("An image must be complete to be read; this file is damaged or cut off.") from None


def _check_size(width: int, height: int) -> None:
    if width * height > limits.IMAGE_MEGAPIXELS * 1_000_000:
        raise _too_large(width * height, f" ({width} x {height})")
    if max(width, height) > limits.IMAGE_SIDE:  # every row takes memory of its own
        raise SpecError(f"An image must be at most {limits.IMAGE_SIDE:,} pixels high and wide; got {width} x {height}.")


def _too_large(pixels: int, size: str = "") -> SpecError:
    most, got = limits.IMAGE_MEGAPIXELS, f"{pixels / 1e6:,.6f}".rstrip("0").rstrip(".")
    return SpecError(f"An image must have at most {most} megapixels; got {got}{size}. Make it smaller first.")


@cache
def sample_image(name: str) -> Gray:
    """Return the sample image of this name in `SAMPLES`, read-only as everyone shares it."""
    image = read_image(SAMPLES[name].read_bytes())
    image.flags.writeable = False
    return image


@cache
def sample_color(name: str) -> Color:
    """Return the sample image of this name in `SAMPLES` as `read_color` does, read-only as everyone shares it."""
    image = read_color(SAMPLES[name].read_bytes())
    image.flags.writeable = False
    return image


def gray_of(image: Color) -> Gray:
    """Return the gray levels of a color image, shape (H, W): 0.299 of red, 0.587 of green and 0.114 of blue, rounded.

    Examples
    --------
    >>> gray_of(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]]], dtype=np.uint8))
    array([[ 76, 150,  29,   9]], dtype=uint8)
    """
    with needs_extra():
        from PIL import Image

    return np.asarray(Image.fromarray(image).convert("L"))


def shrink(image: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Return the image with its longer side at most ``longest`` pixels, each the mean of those in its place."""
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    return _resize(image, (max(1, round(height * scale)), max(1, round(width * scale))))


def image_grid(image: Gray, size: tuple[int, int]) -> tuple[tuple[float, ...], ...]:
    """Return the image as a table of ``size`` (rows, columns) gray levels: means over the blocks of a grid.

    Examples
    --------
    >>> image_grid(np.array([[0, 0, 200, 200], [0, 0, 100, 100]], dtype=np.uint8), (1, 2))
    ((0.0, 150.0),)
    """
    return tuple(tuple(map(float, row)) for row in _resize(image, size).tolist())


def _resize(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    with needs_extra():
        from PIL import Image

    return np.asarray(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.BOX))


def _converted(image: "Image.Image", mode: str) -> NDArray[np.uint8]:  # type: ignore[name-defined]  # noqa: F821  # Pillow is loaded on first use
    """Return the levels, "L" or "RGB", made band by band: converting a band takes up to 16 times its memory."""
    width, height = image.size
    levels = np.empty((height, width, 3) if mode == "RGB" else (height, width), np.uint8)
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        levels[top : top + rows] = _levels(image.crop((0, top, width, min(top + rows, height))), mode)
    return levels


def _levels(image: "Image.Image", mode: str) -> NDArray[np.uint8]:  # type: ignore[name-defined]  # noqa: F821
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits a pixel
        image = Image.fromarray((np.asarray(image, dtype=float) / 257).round().clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return np.asarray(image.convert(mode))


def _turned(levels: NDArray[np.uint8], orientation: object) -> NDArray[np.uint8]:
    """Turn the image by its EXIF orientation, a number from 1 to 8."""
    turns: Mapping[object, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
        2: np.fliplr,
        3: lambda image: np.rot90(image, 2),
        4: np.flipud,
        5: lambda image: image.swapaxes(0, 1),
        6: lambda image: np.rot90(image, -1),
        7: lambda image: np.rot90(image, 2).swapaxes(0, 1),
        8: np.rot90,
    }
    return np.ascontiguousarray(turns[orientation](levels)) if orientation in turns else levels
