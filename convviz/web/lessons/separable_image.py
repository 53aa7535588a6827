"""A photograph through the whole kernel, and through a column and a row in its place."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from convviz import limits
from convviz.analysis import separate, two_passes
from convviz.arithmetic import Conv2d, forward
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.images import Gray, shrink
from convviz.recipes.two_passes import pair_of
from convviz.scene.number_format import number, tidy
from convviz.web.components.errors import refuse
from convviz.web.components.whole_image import choose_image

_ROUNDING = 1e-9
"""Of the largest sum that there can be: less is the rounding of floating point."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """Three pictures as PNG, the range of the outputs, and how far they are apart.

    Attributes
    ----------
    single, double, difference : the output of one pass, that of two, and the first less the second.
    low, high : the smallest and the largest value of the two outputs, black and white in their pictures.
    largest : the largest difference in magnitude, 0 where there is rounding alone.
    relative : the root of the sum of squares of all differences by that of the output of one pass.
    sums : all weights of the kernel, and of the column times the row, added up.
    """

    single: bytes
    double: bytes
    difference: bytes
    low: float
    high: float
    largest: float
    relative: float
    sums: tuple[float, float]


def show_separated_image(recipe: Recipe) -> None:
    """Let the visitor choose an image; shows both outputs and their difference."""
    _, image = choose_image(f"{recipe.variant}.both", "")
    if image is None:
        st.info("Choose a file.")
        return
    source = shrink(image, limits.IMAGE_SHOWN_SIDE)
    try:
        with st.spinner("Convolving the image both ways …", show_time=False):
            digest = sha256(repr(source.shape).encode() + source.tobytes()).hexdigest()
            found = _compare(digest, recipe.variant, recipe.to_query(), source, recipe)
    except SpecError as error:
        refuse(error)
        return
    st.markdown(_in_words(found, source.shape, image.shape))
    middle = (
        f"Difference: grey is 0, white and black ±{number(found.largest)}" if found.largest else "Difference: all 0"
    )
    pictures = ((found.single, "One pass, whole kernel"), (found.double, "Two passes, column and row"),
                (found.difference, middle))  # fmt: skip
    for column, (picture, caption) in zip(st.columns(3), pictures, strict=True):
        column.image(picture, width="stretch", caption=caption)


def _in_words(found: _Compared, used: tuple[int, ...], given: tuple[int, ...]) -> str:
    """How far the outputs are apart, and why, where it is the sum of the weights."""
    span = f"outputs go from {number(found.low)} to {number(found.high)}"
    reduced = f" The image was reduced from {given[0]} × {given[1]}." if used != given else ""
    if not found.largest:
        return f"**No difference** beyond rounding: largest 0, relative 0%. The {span}.{reduced}"
    one, two = found.sums
    return (
        f"**Largest difference {number(found.largest)}**, where {span}; **relative difference "
        f"{100 * found.relative:.3g}%** (norm of the difference divided by the norm of the output). An area "
        f"of one brightness is multiplied by the sum of the weights: by {number(one)} in one pass and by {number(two)} "
        f"in two.{reduced}"
    )


@st.cache_data(max_entries=12, show_spinner=False)
def _compare(digest: str, variant: str, query: str, _image: Gray, _recipe: Recipe) -> _Compared:
    """Both ways; the first three name it in the cache."""
    layer = _recipe.layer
    assert isinstance(layer, Conv2d)
    cells, kernel = _image.astype(float)[None], _recipe.weight
    layers, pair = two_passes(layer, _image.shape), pair_of(separate(kernel[0, 0]))
    single = forward(layer, cells, kernel, _recipe.bias)[0]
    between = forward(layers.column_layer, cells, pair[0][None, None, :, None])
    double = forward(layers.row_layer, between, pair[1][None, None, None, :], _recipe.bias)[0]
    apart = single - double
    weights = float(abs(kernel).sum())
    apart[abs(apart) <= _ROUNDING * 255 * weights] = 0
    low, high = min(single.min(), double.min()), max(single.max(), double.max())
    largest = float(abs(apart).max())
    return _Compared(
        single=_levels(single, low, high),
        double=_levels(double, low, high),
        difference=_levels(apart, -(largest or 1), largest or 1),
        low=float(low),
        high=float(high),
        largest=largest,
        sums=(tidy(float(kernel.sum()), weights), tidy(float(pair[0].sum() * pair[1].sum()), weights)),
        relative=float(np.linalg.norm(apart) / (np.linalg.norm(single) or 1)),
    )


def _levels(numbers: NDArray[np.float64], low: float, high: float) -> bytes:
    """Numbers as grey levels, from black for the lowest to white for the highest, as a PNG."""
    levels = (numbers - low) * (255 / max(high - low, 1e-12))
    file = BytesIO()
    Image.fromarray(levels.round().clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
