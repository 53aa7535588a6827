"""A photograph through the same layer: the whole image beside its output."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from io import BytesIO
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from .. import limits
from ..arithmetic import ConvTranspose2d, forward
from ..errors import SpecError
from ..recipes import Recipe
from ..recipes.images import Gray, read_image, shrink
from .held import select
from .refusals import refuse
from .samples import SAMPLES

UPLOAD: Final = "upload"

SCALES: Final[Mapping[str, str]] = {
    "clip": "Values below 0 are shown black, values above 255 white.",
    "stretch": "The smallest value is shown black, the largest white.",
    "magnitude": "Signs are dropped: 0 is black, values of 255 and more, or of -255 and less, are white.",
}
"""The ways to show numbers that are no grey levels."""

_SCALED: Final[Mapping[str, Callable[[NDArray[np.floating]], NDArray[np.floating]]]] = {
    "clip": lambda numbers: numbers,
    "stretch": lambda numbers: (numbers - numbers.min()) * (255 / max(float(np.ptp(numbers)), 1e-12)),
    "magnitude": np.abs,
}


def choose_image(prefix: str, sample: str) -> tuple[str, Gray | None]:
    """Let the visitor choose a sample or upload a file: its name (or `UPLOAD`), and the image if there is one."""
    key = f"{prefix}.sample"
    left, right = st.columns([1, 2])
    chosen = select(
        "Image", (*SAMPLES, UPLOAD), key, sample if sample in SAMPLES else next(iter(SAMPLES)), place=left,
        format_func=lambda name: "Own image" if name == UPLOAD else name.capitalize(),
    )  # fmt: skip
    if chosen != UPLOAD:
        return chosen, _decode(SAMPLES[chosen].read_bytes())
    file = right.file_uploader(
        "A PNG, JPEG or WebP file", ["png", "jpg", "jpeg", "webp"], key=f"{prefix}.upload",
        help=f"At most {limits.IMAGE_MEGAPIXELS} megapixels. It stays out of the link.",
    )  # fmt: skip
    if file is None:
        return chosen, None
    try:
        return chosen, _decode(file.getvalue())
    except SpecError as error:
        refuse(error)
        return chosen, None


def show_whole_image(recipe: Recipe, image: Gray) -> None:
    """The image and its output side by side, with the range of the output's values and how they are shown."""
    scale = st.segmented_control(
        "Show values", tuple(SCALES), default="clip", required=True, key=f"{recipe.variant}.scale",
        format_func={"clip": "Clip to 0…255", "stretch": "Stretch", "magnitude": "Magnitude"}.__getitem__,
    )  # fmt: skip
    try:
        with st.spinner("Computing the whole image …", show_time=False):
            picture, shape, low, high = _convolve(
                sha256(image.tobytes()).hexdigest(), recipe.variant, recipe.to_query(), scale, image, recipe
            )
    except SpecError as error:
        refuse(error)
        return
    before, after = st.columns(2)
    source = _source(recipe, image)
    caption = f"Input {source.shape[0]} × {source.shape[1]}{_reduced(source.shape, image.shape)}"
    before.image(_png(shrink(source, limits.IMAGE_SHOWN_SIDE)), width="stretch", caption=caption)
    caption = f"Output {shape[0]} × {shape[1]}, values {low:.4g} to {high:.4g}. {SCALES[scale]}"
    after.image(picture, width="stretch", caption=caption)


def _reduced(used: tuple[int, ...], given: tuple[int, ...]) -> str:
    if used != given:
        return f", reduced from {given[0]} × {given[1]} so that the output stays within {limits.IMAGE_SHOWN_SIDE}"
    shown = f", shown reduced to {limits.IMAGE_SHOWN_SIDE}" if max(used) > limits.IMAGE_SHOWN_SIDE else ""
    return shown


def _source(recipe: Recipe, image: Gray) -> Gray:
    """What is convolved: a transposed layer multiplies the size, so its input is reduced first."""
    if isinstance(recipe.layer, ConvTranspose2d):
        return shrink(image, limits.IMAGE_SHOWN_SIDE // max(recipe.layer.stride))
    return image


@st.cache_data(max_entries=6, show_spinner=False)
def _decode(data: bytes) -> Gray:
    return read_image(data)


@st.cache_data(max_entries=24, show_spinner=False)
def _convolve(
    digest: str, variant: str, query: str, scale: str, _image: Gray, _recipe: Recipe
) -> tuple[bytes, tuple[int, int], float, float]:
    """The output as a PNG, its size, and its smallest and largest value; the first four name it in the cache."""
    source = _source(_recipe, _image).astype(np.float32)
    weight = None if _recipe.weight is None else _recipe.weight.astype(np.float32)
    output = forward(_recipe.layer, source[None], weight, _recipe.bias)[0]
    # A window of max pooling that lies in the padding only gives minus infinity, which is no grey level.
    finite = output[np.isfinite(output)]
    output[np.isinf(output)] = finite.min() if finite.size else 0
    levels = _SCALED[scale](output).round().clip(0, 255).astype(np.uint8)
    size = (output.shape[0], output.shape[1])
    return _png(shrink(levels, limits.IMAGE_SHOWN_SIDE)), size, float(output.min()), float(output.max())


def _png(pixels: Gray) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
