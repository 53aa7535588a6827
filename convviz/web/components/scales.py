"""How the numbers of a convolved image are shown as pixels: clipped like gray levels, stretched, or by their sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convviz import limits
from convviz.arithmetic import Layer, forward
from convviz.recipes.images import Gray, shrink

SCALES: Final[Mapping[str, str]] = {
    "clip": "Clip to 0…255",
    "diverging": "Signed",
    "magnitude": "Magnitude",
    "stretch": "Stretch",
}
"""The ways to show numbers that are not gray levels, and their labels."""

_SENTENCES: Final[Mapping[str, str]] = {
    "clip": "Values below 0 are shown black, values above 255 white.",
    "diverging": "Blue is negative, orange positive, 0 as empty as the page. The full colors are ±{most:.4g}.",
    "magnitude": "Signs are dropped: 0 is black, values of 255 and more, or of −255 and less, are white.",
    "stretch": "The smallest value is shown black, the largest white.",
}

_ENDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "light": ("#0b4ea2", "#ffffff", "#b34700"),
    "dark": ("#58a6ff", "#0f1420", "#ffa23a"),
}
"""The colors of the most negative number, of 0 and of the most positive one, in each theme."""

SIGNS: Final[Mapping[str, tuple[str, str]]] = {theme: (below, above) for theme, (below, _, above) in _ENDS.items()}
"""The colors of negative and of positive numbers in each theme."""

_ZERO: Final = 128
"""The level of 0 on the diverging scale, which has as many levels for negative numbers as for positive ones."""

_LEAST: Final = 1e-12
"""Numbers whose magnitudes or differences are smaller look all alike."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Numbers as a picture.

    Attributes
    ----------
    png : bytes
        The picture.
    low, high : float
        The smallest and the largest number.
    sentence : str
        How colors and numbers belong together.
    legend : tuple of (str, float)
        Colors and the numbers that they show, from the smallest number to the largest; between them colors blend.
    """

    png: bytes
    low: float
    high: float
    sentence: str
    legend: tuple[tuple[str, float], ...]


def usual_scale(weight: NDArray[np.floating] | None) -> str:
    """Return the scale for the results of a kernel: by sign where it can give negative numbers.

    A kernel whose weights sum to 1 keeps the brightness of flat areas, so its result is shown like a photograph.

    Examples
    --------
    >>> [usual_scale(np.array(kernel)) for kernel in ([[-1.0, 1.0]], [[0.5, 0.5]], [[-1.0, 3.0, -1.0]])]
    ['diverging', 'clip', 'clip']
    """
    is_signed = weight is not None and bool((weight < 0).any()) and not np.isclose(weight.sum(), 1)
    return "diverging" if is_signed else "clip"


def show_numbers(numbers: NDArray[np.floating], scale: str, theme: str, longest: int) -> Shown:
    """Return numbers, shape (H, W), as a picture whose longer side is at most ``longest``; they are overwritten."""
    low, high = float(numbers.min()), float(numbers.max())
    most = max(-low, high)
    most = most if most > _LEAST else 1.0
    levels = shrink(_levels(numbers, scale, low, high, most), longest)
    sentence = _SENTENCES[scale].format(most=most)
    if scale != "diverging":
        ends = {"clip": (0.0, 255.0), "magnitude": (0.0, 255.0), "stretch": (low, high)}[scale]
        return Shown(gray_png(levels), low, high, sentence, (("#000000", ends[0]), ("#ffffff", ends[1])))
    legend = tuple(zip(_ENDS[theme], (-most, 0.0, most), strict=True))
    return Shown(_palette_png(levels, _ENDS[theme]), low, high, sentence, legend)


def show_output(
    layer: Layer,
    image: Gray,
    weight: NDArray[np.floating] | None,
    bias: NDArray[np.floating] | None,
    scale: str,
    theme: str,
) -> tuple[Shown, tuple[int, int]]:
    """Return the output of a layer for a whole image as `show_numbers` does, and its size; one takes 0.3 GB."""
    weight = None if weight is None else weight.astype(np.float32)
    output = forward(layer, image.astype(np.float32)[None], weight, bias)[0]
    # A window of max pooling that lies in the padding only gives minus infinity, which is not a gray level.
    is_infinite = np.isinf(output)
    if is_infinite.any():
        output[is_infinite] = output.min(where=~is_infinite, initial=np.inf) if not is_infinite.all() else 0
    return show_numbers(output, scale, theme, limits.IMAGE_SHOWN_SIDE), (output.shape[0], output.shape[1])


def _levels(numbers: NDArray[np.floating], scale: str, low: float, high: float, most: float) -> Gray:
    """Return numbers as levels from 0 to 255, as ``scale`` says; the numbers are overwritten."""
    if scale == "stretch":
        numbers -= low
        numbers *= 255 / max(high - low, _LEAST)
    elif scale == "magnitude":
        np.abs(numbers, out=numbers)
    elif scale == "diverging":
        numbers *= (255 - _ZERO) / most
        numbers += _ZERO
    return np.clip(numbers.round(out=numbers), 0, 255, out=numbers).astype(np.uint8)


def gray_png(levels: NDArray[Any]) -> bytes:
    """Return a PNG of gray levels from 0 to 255, rounded and clipped."""
    return _png(Image.fromarray(levels.round().clip(0, 255).astype(np.uint8)))


def _palette_png(levels: Gray, ends: tuple[str, str, str]) -> bytes:
    """Return a PNG of levels in colors that blend from the first to the second at `_ZERO`, and on to the third."""
    below, zero, above = (np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) for color in ends)
    share = ((np.arange(256) - _ZERO) / (255 - _ZERO))[:, None]
    colors = zero + np.abs(share) * (np.where(share < 0, below, above) - zero)
    image = Image.fromarray(levels)
    image.putpalette(colors.round().clip(0, 255).astype(np.uint8).tobytes())
    return _png(image)


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
