"""What the eye sees: one picture upsampled in six ways, and the pattern that each of them prints."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import numpy as np
import streamlit as st

from .. import limits
from ..analysis import METHODS, signal
from ..charts.spectra import percent
from ..errors import SpecError
from ..recipes.images import shrink
from .chart import chart_width, show_chart
from .checkerboard_cards import SIDE, Array, Settings, Way, all_ways, cards, spectrum_chart
from .evenmap import ratio_words
from .held import held, segments
from .picture import page_theme
from .tables import table
from .whole_image import choose_image

_SIGNALS: Final = {"constant": "Constant", "noise": "Noise", "image": "Image"}
_WEIGHTS: Final = {"uniform": "All equal", "random": "Random"}
_FOLLOWED: Final = {"none": "Nothing", "3": "3 × 3", "5": "5 × 5"}
_ZOOMS: Final = {"1": "All", "2": "Middle × 2", "4": "Middle × 4"}
_SCALES: Final = {"2": "2", "3": "3", "4": "4"}
_SHORT: Final = {
    "transposed": "Transposed", "divisible": "Divisible kernel", "nearest": "Nearest resize",
    "bilinear": "Bilinear resize", "subpixel": "Sub-pixel", "icnr": "Sub-pixel ICNR",
}  # fmt: skip
_SPECTRUM: Final = 480

PRINTED: Final = 0.01
"""From this share on a picture is said to show a pattern. Measured: those that do have 2% or more, the others 0.2%."""


@st.fragment
def show_trial(variant: str, scale: int, kernel: int) -> None:
    """All of it; ``scale`` and ``kernel`` are where its controls begin. What changes here leaves the page as it is."""
    kind, zoom, settings = _controls(scale, kernel)
    image, told = _image(kind, settings)
    if image is None:
        st.info(told)
        return
    digest = sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
    try:
        with st.spinner("Upsampling in six ways …", show_time=False):
            ways = all_ways(digest, settings, zoom, page_theme(), image)
    except SpecError as error:
        st.error(str(error))
        return
    st.markdown(what_to_see(ways, kind, settings))
    st.html(cards(ways))
    st.caption(f"{told} Grey levels go from the smallest to the largest value of each picture, far from its border.")
    st.html(shares_table(ways, settings.scale))
    method = st.selectbox(
        "Spectrum in full", tuple(METHODS), index=None, key="trial.method", placeholder="Choose a way",
        format_func=lambda name: METHODS[name].name,
    )  # fmt: skip
    if method is not None:
        width = chart_width(variant, _SPECTRUM)
        with st.spinner("Drawing the spectrum …", show_time=False):
            drawn = spectrum_chart(digest, settings, method, page_theme(), width, image)
        show_chart(drawn, f"spectrum-{method}", width)


def _controls(scale: int, kernel: int) -> tuple[str, int, Settings]:
    """The kind of picture, how much it is enlarged, and the settings. Their keys outlive a new example."""
    with st.container(horizontal=True):
        kind = segments("Signal", _SIGNALS, "trial.kind", "constant")
        weights = segments("Weights", _WEIGHTS, "trial.weights", "uniform")
        factor = segments("Scale", _SCALES, "trial.scale", str(scale))
        followed = segments("Followed by a convolution", _FOLLOWED, "trial.followed", "none")
    with st.container(horizontal=True):
        zoom = segments("Show", _ZOOMS, "trial.zoom", "2")
        side = st.slider("Kernel size", 1, limits.KERNEL_SIDE, **held("trial.kernel", kernel), width=320)
        seed = 0
        if weights == "random" or kind == "noise":
            seed = st.number_input("Seed", 0, limits.SEED, step=1, **held("trial.seed", 0), width=160)
    follow = None if followed == "none" else int(followed)
    return kind, int(zoom), Settings(int(factor), side, weights, seed, follow)


def _image(kind: str, settings: Settings) -> tuple[Array | None, str]:
    """What is upsampled, so small that the outputs have `SIDE` cells at most, and a sentence on it."""
    side = SIDE // settings.scale
    if kind != "image":
        what = "Every cell of the input is 1" if kind == "constant" else "Every cell of the input is drawn anew"
        return signal(kind, side, seed=settings.seed), f"{what}; it has {side} × {side} cells."
    _, given = choose_image("trial", "camera")
    if given is None:
        return None, "Choose a file."
    least = min(given.shape)
    top, left = ((cells - least) // 2 for cells in given.shape)
    square = given[top : top + least, left : left + least]
    small = shrink(square, side)
    whole = "The image" if square.shape == given.shape else "The middle square of the image"
    reduced = "" if small.shape == square.shape else f", reduced from {least} × {least}"
    return small.astype(np.float64), f"{whole}{reduced}, is upsampled from {small.shape[0]} × {small.shape[1]} cells."


def what_to_see(ways: Sequence[Way], kind: str, settings: Settings) -> str:
    """What the pictures show, in a sentence or two."""
    if kind == "noise":
        return (
            "Noise is 0 on average: a pattern takes the sign of each cell, and its energy spreads over all "
            "frequencies, so **the shares say little here**. A constant or an image shows it."
        )
    printed = {way.method: way for way in ways if way.share >= PRINTED}
    names = ", ".join(f"{_SHORT[method]} {percent(way.share)}" for method, way in printed.items())
    period = f"{settings.scale} × {settings.scale} cells"
    shown = f"These print a pattern of {period}: {names}." if printed else "No way prints a pattern here."
    return f"{shown} {_why(printed, settings)} {_after(settings)}".strip()


def _why(printed: dict[str, Way], settings: Settings) -> str:
    scale, kernel = settings.scale, settings.kernel_size
    if settings.weights == "random" and {"divisible", "subpixel"} <= printed.keys():
        return (
            "**With random weights the even overlap prints a pattern, too**: neighbouring cells are made with "
            "different weights, and so are those of a plain sub-pixel convolution. After resizing, and from the "
            "ICNR start, all cells of a block are made with the same weights."
        )
    if settings.weights == "uniform" and "transposed" in printed:
        return (
            f"All weights are equal, so this is **the overlap alone**: {scale} does not divide {kernel}. Equal weights "
            "hide what else there is: choose random ones."
        )
    if settings.weights == "uniform" and kernel % scale == 0:
        return (
            f"{scale} divides {kernel}, so every cell is written equally often, and all weights are equal. **Even is "
            "no promise**: choose random weights."
        )
    return ""


def _after(settings: Settings) -> str:
    if settings.followed_by is None:
        return ""
    return "The convolution that follows weakens a pattern; it removes it only where its weights happen to cancel it."


def shares_table(ways: Sequence[Way], scale: int) -> str:
    """The ways by their share, the largest first, as HTML."""
    return table(
        ("Way", "Share", "Overlap"),
        [
            [
                _SHORT[way.method],
                percent(way.share).replace("less than", "<"),
                "even" if way.ratio == 1 else ratio_words(way.ratio),
            ]
            for way in sorted(ways, key=lambda way: -way.share)
        ],
        f"Share of the energy, the mean left out, at the frequencies of a pattern of {scale} × {scale} cells.",
    )
