"""What the eye sees: one picture upsampled in six ways, and the pattern that each of them prints."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

import numpy as np
import streamlit as st

from convviz import limits
from convviz.analysis import METHODS, signal
from convviz.charts.spectra import percent
from convviz.errors import SpecError
from convviz.recipes.images import shrink
from convviz.web.components.charts import chart_width, show_chart
from convviz.web.components.downloads import page_theme
from convviz.web.components.errors import refuse
from convviz.web.components.html_table import table
from convviz.web.components.whole_image import UPLOAD, choose_image
from convviz.web.state.page_state import publish_part, state_of
from convviz.web.state.widgets import held, segments, select

from .cards import SIDE, Array, Settings, Way, all_ways, cards, spectrum_chart
from .overlap_map import ratio_words
from .params import FOLLOWED, NONE, SCALES, SIGNALS, USUAL_IMAGE, WEIGHTS, ZOOMS, settings, spelt

_SHORT: Final = {
    "transposed": "Transposed", "divisible": "Divisible kernel", "nearest": "Nearest resize",
    "bilinear": "Bilinear resize", "subpixel": "Sub-pixel", "icnr": "Sub-pixel ICNR",
}  # fmt: skip
_SPECTRUM: Final = 480

PRINTED: Final = 0.01
"""From this share on a picture is said to show a pattern. Measured: those that do have 2% or more, the others 0.2%."""


@st.fragment
def show_trial(variant: str, scale: int, kernel: int) -> None:
    """All of it; ``scale`` and ``kernel`` are those of the lesson. What changes here leaves the rest as it is."""
    part = state_of(variant).part
    asked = settings(part, scale, kernel)
    asked |= _controls(asked, scale, kernel)
    made = _made(asked)
    image, told, sample = _image(asked, made)
    pictures = st.container()
    method = asked["eye_method"]
    if image is not None:
        method = select(
            "Spectrum in full", (NONE, *METHODS), "trial.method", method,
            format_func=lambda name: "None" if name == NONE else METHODS[name].name,
        )  # fmt: skip
    if publish_part(variant, spelt({**asked, "eye_image": sample, "eye_method": method}, part, scale, kernel)):
        st.rerun()  # the refusal stands outside
    if image is None:
        pictures.info(told)
        return
    digest = sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
    with pictures:
        try:
            with st.spinner("Upsampling in six ways …", show_time=False):
                ways = all_ways(digest, made, int(asked["eye_zoom"]), page_theme(), image)
        except SpecError as error:
            refuse(error)
            return
        st.markdown(what_to_see(ways, asked["eye_signal"], made))
        st.html(cards(ways))
        levels = "Grey levels go from the smallest to the largest value of each picture, far from its border."
        st.caption(f"{told} {levels}")
        st.html(shares_table(ways, made.scale))
    if method != NONE:
        width = chart_width(variant, _SPECTRUM)
        with st.spinner("Drawing the spectrum …", show_time=False):
            drawn = spectrum_chart(digest, made, method, page_theme(), width, image)
        show_chart(drawn, f"spectrum-{method}", width)


def _controls(asked: Mapping[str, str], scale: int, kernel: int) -> dict[str, str]:
    """What the controls at the top say, beginning with what is asked. Their keys outlive a new example."""
    with st.container(horizontal=True):
        kind = segments("Signal", SIGNALS, "trial.kind", asked["eye_signal"])
        weights = segments("Weights", WEIGHTS, "trial.weights", asked["eye_weights"])
        # With the lesson's in their keys: they begin anew when it changes, and so follow it if nothing else is asked.
        factor = segments("Scale", SCALES, f"trial.scale.{scale}", asked["eye_scale"])
        followed = segments("Followed by a convolution", FOLLOWED, "trial.followed", asked["eye_followed_by"])
    with st.container(horizontal=True):
        zoom = segments("Show", ZOOMS, "trial.zoom", asked["eye_zoom"])
        side = st.slider(
            "Kernel size", 1, limits.KERNEL_SIDE, **held(f"trial.kernel.{kernel}", int(asked["eye_kernel"])), width=320
        )
        seed = int(asked["eye_seed"])
        if _is_random(kind, weights):
            seed = st.number_input("Seed", 0, limits.SEED, step=1, **held("trial.seed", seed), width=160)
    return {
        "eye_signal": kind, "eye_weights": weights, "eye_scale": factor, "eye_kernel": str(side), "eye_seed": str(seed),
        "eye_followed_by": followed, "eye_zoom": zoom,
    }  # fmt: skip


def _is_random(kind: str, weights: str) -> bool:
    return weights == "random" or kind == "noise"


def _made(asked: Mapping[str, str]) -> Settings:
    weights, followed = asked["eye_weights"], asked["eye_followed_by"]
    return Settings(
        scale=int(asked["eye_scale"]),
        kernel_size=int(asked["eye_kernel"]),
        weights=weights,
        seed=int(asked["eye_seed"]) if _is_random(asked["eye_signal"], weights) else 0,
        followed_by=None if followed == NONE else int(followed),
    )


def _image(asked: Mapping[str, str], made: Settings) -> tuple[Array | None, str, str]:
    """What is upsampled, so small that the outputs have `SIDE` cells at most, a sentence on it, and a sample's name."""
    side, kind, sample = SIDE // made.scale, asked["eye_signal"], asked["eye_image"]
    if kind != "image":
        what = "Every cell of the input is 1" if kind == "constant" else "Every cell of the input is drawn anew"
        return signal(kind, side, seed=made.seed), f"{what}; it has {side} × {side} cells.", sample
    chosen, given = choose_image("trial", sample)
    note = ""
    if chosen == UPLOAD:
        chosen, note = USUAL_IMAGE, f" An uploaded image stays out of the link: who opens it sees the {USUAL_IMAGE}."
    if given is None:
        return None, f"Choose a file.{note}", chosen
    least = min(given.shape)
    top, left = ((cells - least) // 2 for cells in given.shape)
    square = given[top : top + least, left : left + least]
    small = shrink(square, side)
    whole = "The image" if square.shape == given.shape else "The middle square of the image"
    reduced = "" if small.shape == square.shape else f", reduced from {least} × {least}"
    cells = f"{small.shape[0]} × {small.shape[1]} cells"
    return small.astype(np.float64), f"{whole}{reduced}, is upsampled from {cells}.{note}", chosen


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
        ("Method", "Share", "Overlap"),
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
