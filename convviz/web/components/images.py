"""Images on pages: choose a sample or upload one, and show a whole image next to its output."""

from hashlib import sha256
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from convviz import limits
from convviz.arithmetic import ConvTranspose2d
from convviz.assets import SAMPLES
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.images import Gray, read_color, read_image, sample_color, sample_image, shrink
from convviz.web.state.widgets import segments, select

from .downloads import page_theme
from .elsewhere import elsewhere
from .refusals import refuse
from .scales import SCALES, Shown, gray_png, show_output, usual_scale
from .uploads import uploaded

UPLOAD: Final = "upload"


def choose_image(
    prefix: str,
    sample: str,
    *,
    in_color: bool = False,
    longest: int | None = None,
    places: tuple[DeltaGenerator, DeltaGenerator] | None = None,
) -> tuple[str, NDArray[np.uint8] | None]:
    """Let the visitor choose a sample or upload a file: its name (or `UPLOAD`), and the image if there is one.

    Parameters
    ----------
    in_color : bool
        Whether the image has the shape (H, W, 3); else it has gray levels, (H, W).
    longest : int, optional
        The longer side that a larger image is reduced to.
    places : pair of DeltaGenerator, optional
        Where the menu and the uploader are; side by side here, if they are not given.
    """
    key = f"{prefix}.sample"
    left, right = places or st.columns([1, 2])
    read, sample_of = (read_color, sample_color) if in_color else (read_image, sample_image)

    def reduced(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return image if longest is None else shrink(image, longest)

    chosen = select(
        "Image",
        (*SAMPLES, UPLOAD),
        key,
        sample if sample in SAMPLES else next(iter(SAMPLES)),
        place=left,
        format_func=lambda name: "Own image" if name == UPLOAD else name.capitalize(),
    )
    if chosen != UPLOAD:
        return chosen, reduced(sample_of(chosen))
    try:
        file = uploaded(
            "A PNG, JPEG or WebP file",
            ["png", "jpg", "jpeg", "webp"],
            f"{prefix}.upload",
            lambda data: elsewhere(read, data, longest),
            lambda image: image.nbytes,
            megabytes=limits.IMAGE_MEGABYTES,
            place=right,
            help_text=f"At most {limits.IMAGE_MEGAPIXELS} megapixels. It stays out of the link.",
        )
    except SpecError as error:
        refuse(error, "Choose another file, or an image of the list.")
        return chosen, None
    return chosen, file[1] if file else None


def show_whole_image(recipe: Recipe, image: Gray) -> None:
    """Show an image and its output side by side, with the range of the output's values and how they are shown."""
    usual = usual_scale(recipe.weight)
    scale = segments("Show values", SCALES, f"{recipe.variant}.{usual}.scale", usual)  # each kind of kernel has its own
    try:
        with st.spinner("Computing the whole image …", show_time=False):
            digest = sha256(image.data).hexdigest()
            shown, shape = _convolve(
                digest, image.shape, recipe.variant, recipe.to_query(), scale, page_theme(), image, recipe
            )
    except SpecError as error:
        refuse(error)
        return
    before, after = st.columns(2)
    source = _source(recipe, image)
    caption = f"Input {source.shape[0]} × {source.shape[1]}{_reduced(source.shape, image.shape)}"
    before.image(gray_png(shrink(source, limits.IMAGE_SHOWN_SIDE)), width="stretch", caption=caption, alt="Input")
    caption = f"Output {shape[0]} × {shape[1]}, values {shown.low:.4g} to {shown.high:.4g}. {shown.sentence}"
    after.image(shown.png, width="stretch", caption=caption, alt="Output")


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
    digest: str, shape: tuple[int, ...], variant: str, query: str, scale: str, theme: str, _image: Gray, _recipe: Recipe
) -> tuple[Shown, tuple[int, int]]:
    """Return the output as a picture, and its size; the first six are the cache's key."""
    return elsewhere(show_output, _recipe.layer, _source(_recipe, _image), _recipe.weight, _recipe.bias, scale, theme)
