"""Images on pages: choose a sample or upload one, and show a whole image next to its output."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from convviz import limits
from convviz.arithmetic import ConvTranspose2d, forward
from convviz.assets import SAMPLES
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.images import Gray, read_image, sample_image, shrink
from convviz.web.state.widgets import segments, select

from .page_frame import refuse
from .uploads import uploaded

UPLOAD: Final = "upload"

SCALES: Final[Mapping[str, str]] = {
    "clip": "Values below 0 are shown black, values above 255 white.",
    "stretch": "The smallest value is shown black, the largest white.",
    "magnitude": "Signs are dropped: 0 is black, values of 255 and more, or of -255 and less, are white.",
}
"""The ways to show numbers that are not gray levels."""

_convolving: Final = Lock()
"""Held by the one image that is convolved at a time: an output of 25 megapixels takes 100 MB, and its input as much."""


def choose_image(
    prefix: str, sample: str, places: Sequence[DeltaGenerator] | None = None
) -> tuple[str, Gray | None]:  # fmt: skip
    """Let the visitor choose a sample or upload a file: its name (or `UPLOAD`), and the image if there is one.

    Menu and upload are next to one another, or in ``places``.
    """
    key = f"{prefix}.sample"
    left, right = places or st.columns([1, 2])
    chosen = select(
        "Image",
        (*SAMPLES, UPLOAD),
        key,
        sample if sample in SAMPLES else next(iter(SAMPLES)),
        place=left,
        width="stretch" if places is None else 220,
        format_func=lambda name: "Own image" if name == UPLOAD else name.capitalize(),
    )
    if chosen != UPLOAD:
        return chosen, sample_image(chosen)
    try:
        file = uploaded(
            "A PNG, JPEG or WebP file",
            ["png", "jpg", "jpeg", "webp"],
            f"{prefix}.upload",
            read_image,
            lambda image: image.nbytes,
            megabytes=limits.IMAGE_MEGABYTES,
            place=right,
            help_text=f"At most {limits.IMAGE_MEGAPIXELS} megapixels. It stays out of the link.",
        )
    except SpecError as error:
        refuse(error)
        return chosen, None
    return chosen, file[1] if file else None


def show_whole_image(recipe: Recipe, image: Gray) -> None:
    """Show an image and its output side by side, with the range of the output's values and how they are shown."""
    words = {"clip": "Clip to 0…255", "stretch": "Stretch", "magnitude": "Magnitude"}
    scale = segments("Show values", words, f"{recipe.variant}.scale", "clip")
    try:
        with st.spinner("Computing the whole image …", show_time=False):
            digest = sha256(image.data).hexdigest()
            picture, shape, low, high = _convolve(
                digest, image.shape, recipe.variant, recipe.to_query(), scale, image, recipe
            )
    except SpecError as error:
        refuse(error)
        return
    before, after = st.columns(2)
    source = _source(recipe, image)
    caption = f"Input {source.shape[0]} × {source.shape[1]}{_reduced(source.shape, image.shape)}"
    before.image(gray_png(shrink(source, limits.IMAGE_SHOWN_SIDE)), width="stretch", caption=caption)
    caption = f"Output {shape[0]} × {shape[1]}, values {low:.4g} to {high:.4g}. {SCALES[scale]}"
    after.image(picture, width="stretch", caption=caption)


def _reduced(size: tuple[int, ...], original: tuple[int, ...]) -> str:
    if size != original:
        return f", reduced from {original[0]} × {original[1]} so that the output stays within {limits.IMAGE_SHOWN_SIDE}"
    return f", shown reduced to {limits.IMAGE_SHOWN_SIDE}" if max(size) > limits.IMAGE_SHOWN_SIDE else ""


def _source(recipe: Recipe, image: Gray) -> Gray:
    """Return what is convolved: a transposed layer multiplies the size, so its input is reduced first."""
    if isinstance(recipe.layer, ConvTranspose2d):
        return shrink(image, limits.IMAGE_SHOWN_SIDE // max(recipe.layer.stride))
    return image


@st.cache_data(max_entries=24, show_spinner=False)
def _convolve(
    digest: str, shape: tuple[int, ...], variant: str, query: str, scale: str, _image: Gray, _recipe: Recipe
) -> tuple[bytes, tuple[int, int], float, float]:
    """Return the output as a PNG, its size, and its smallest and largest value; the first five are the cache's key."""
    with _convolving:
        weight = None if _recipe.weight is None else _recipe.weight.astype(np.float32)
        output = forward(_recipe.layer, _source(_recipe, _image).astype(np.float32)[None], weight, _recipe.bias)[0]
        # A window of max pooling that lies in the padding only gives minus infinity, which is not a gray level.
        is_infinite = np.isinf(output)
        if is_infinite.any():
            output[is_infinite] = output.min(where=~is_infinite, initial=np.inf) if not is_infinite.all() else 0
        low, high = float(output.min()), float(output.max())
        levels = shrink(_levels(output, scale), limits.IMAGE_SHOWN_SIDE)
    return gray_png(levels), (output.shape[0], output.shape[1]), low, high


def _levels(numbers: NDArray[np.floating], scale: str) -> Gray:
    """Return numbers as gray levels, as ``scale`` says; the numbers are overwritten."""
    if scale == "stretch":
        spread = float(np.ptp(numbers))
        numbers -= numbers.min()
        numbers *= 255 / max(spread, 1e-12)
    elif scale == "magnitude":
        np.abs(numbers, out=numbers)
    return np.clip(numbers.round(out=numbers), 0, 255, out=numbers).astype(np.uint8)


def gray_png(levels: NDArray[Any]) -> bytes:
    """Return a PNG of gray levels from 0 to 255, rounded and clipped."""
    file = BytesIO()
    Image.fromarray(levels.round().clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
