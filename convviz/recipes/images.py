"""Photographs as numbers: decoding them safely, and shrinking them to a grid that an animation can show."""

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .. import limits
from ..errors import SpecError

Gray = NDArray[np.uint8]

_FORMATS: Final = ("PNG", "JPEG", "WEBP")


def read_image(data: bytes) -> Gray:
    """An image file as grey levels from 0 (black) to 255 (white), shape (H, W).

    Transparent parts count as white, and a camera's note on how it was held is obeyed.

    Raises
    ------
    SpecError
        The file is no PNG, JPEG or WebP, is damaged, or has more pixels than the limit (nothing is decoded then).
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > limits.IMAGE_MEGAPIXELS * 1_000_000:
                raise SpecError(
                    f"An image must have at most {limits.IMAGE_MEGAPIXELS} megapixels; got {width * height / 1e6:.1f} "
                    f"({width} x {height}). Make it smaller first."
                )
            return _gray(ImageOps.exif_transpose(image))
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SpecError("An image must be a PNG, JPEG or WebP file; this file is none of these.") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError("An image must be complete to be read; this file is damaged or cut off.") from None


def shrink(image: Gray, longest: int) -> Gray:
    """The image with its longer side at most ``longest`` pixels, every pixel the mean of those that it stands for."""
    height, width = image.shape
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    return _resize(image, (max(1, round(height * scale)), max(1, round(width * scale))))


def image_grid(image: Gray, size: tuple[int, int]) -> tuple[tuple[float, ...], ...]:
    """The image as a table of ``size`` (rows, columns) grey levels: means over the blocks of a grid.

    Examples
    --------
    >>> image_grid(np.array([[0, 0, 200, 200], [0, 0, 100, 100]], dtype=np.uint8), (1, 2))
    ((0.0, 150.0),)
    """
    return tuple(tuple(map(float, row)) for row in _resize(image, size).tolist())


def _resize(image: Gray, size: tuple[int, int]) -> Gray:
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.BOX))


def _gray(image: "Image.Image") -> Gray:  # type: ignore[name-defined]  # noqa: F821  # Pillow is loaded on first use
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits a pixel
        return (np.asarray(image, dtype=float) / 257).round().clip(0, 255).astype(np.uint8)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return np.asarray(image.convert("L"))
