"""The section "What the eye sees": one picture upsampled by six methods, and the pattern that each of them prints."""

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
from convviz.web.components.images import UPLOAD, choose_image
from convviz.web.components.tables import table
from convviz.web.state.page_state import publish_section, state_of
from convviz.web.state.widgets import held, number, segments, select

from .cards import SIDE, Array, Card, Settings, make_cards, spectrum_chart
from .overlap_map import ratio_text
from .params import FOLLOWED, NONE, SCALES, SIGNALS, USUAL_IMAGE, WEIGHTS, ZOOMS, settings, spelt

_SHORT: Final = {
    "transposed": "Transposed",
    "divisible": "Divisible kernel",
    "nearest": "Nearest resize",
    "bilinear": "Bilinear resize",
    "subpixel": "Sub-pixel",
    "icnr": "Sub-pixel ICNR",
}
_SPECTRUM_WIDTH: Final = 480

PRINTED: Final = 0.01
"""From this share on a picture is said to show a pattern. Measured: those that do have 2% or more, the others 0.2%."""


@st.fragment
def show_trial(variant: str, scale: int, kernel: int) -> None:
    """Show the section. A change in it reruns only the section; ``scale`` and ``kernel`` are those of the lesson."""
    part = state_of(variant).section
    texts = settings(part, scale, kernel)
    texts |= _controls(texts, scale, kernel)
    made = _settings(texts)
    image, note, sample = _image(texts, made)
    pictures = st.container()
    method = texts["eye_method"]
    if image is not None:
        names = {NONE: "None"} | {key: row.name for key, row in METHODS.items()}
        method = select("Spectrum in full", tuple(names), "trial.method", method, format_func=names.__getitem__)
    if publish_section(variant, spelt({**texts, "eye_image": sample, "eye_method": method}, part, scale, kernel)):
        st.rerun()  # the refusal that has ended is outside of the section
    if image is None:
        pictures.info(note)
        return
    digest = sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
    with pictures:
        try:
            with st.spinner("Upsampling in six ways …", show_time=False):
                cards = make_cards(digest, made, int(texts["eye_zoom"]), page_theme(), image)
        except SpecError as error:
            refuse(error)
            return
        st.markdown(what_to_see(cards, texts["eye_signal"], made))
        st.html(f'<div class="cv-ways">{"".join(card.html for card in cards)}</div>')
        levels = "Grey levels go from the smallest to the largest value of each picture, far from its border."
        st.caption(f"{note} {levels}")
        st.html(shares_table(cards, made.scale))
    if method != NONE:
        width = chart_width(variant, _SPECTRUM_WIDTH)
        with st.spinner("Drawing the spectrum …", show_time=False):
            chart = spectrum_chart(digest, made, method, page_theme(), width, image)
            show_chart(chart, f"spectrum-{method}")


def _controls(texts: Mapping[str, str], scale: int, kernel: int) -> dict[str, str]:
    """Show the controls at the top, starting from ``texts``, and return what they hold."""
    with st.container(horizontal=True):
        kind = segments("Signal", SIGNALS, "trial.kind", texts["eye_signal"])
        weights = segments("Weights", WEIGHTS, "trial.weights", texts["eye_weights"])
        # The keys have the lesson's scale and kernel in them: when these change, the controls begin again from them.
        factor = segments("Scale", SCALES, f"trial.scale.{scale}", texts["eye_scale"])
        followed = segments("Followed by a convolution", FOLLOWED, "trial.followed", texts["eye_followed_by"])
    with st.container(horizontal=True):
        zoom = segments("Show", ZOOMS, "trial.zoom", texts["eye_zoom"])
        start = held(f"trial.kernel.{kernel}", int(texts["eye_kernel"]))
        side = st.slider("Kernel size", 1, limits.KERNEL_SIDE, **start, width=320)
        seed = int(texts["eye_seed"])
        if _is_random(kind, weights):
            seed = number("Seed", 0, limits.SEED, "trial.seed", seed, width=160)
    names = ("signal", "weights", "scale", "kernel", "seed", "followed_by", "zoom")
    values = (kind, weights, factor, side, seed, followed, zoom)
    return {f"eye_{name}": str(value) for name, value in zip(names, values, strict=True)}


def _is_random(kind: str, weights: str) -> bool:
    return weights == "random" or kind == "noise"


def _settings(texts: Mapping[str, str]) -> Settings:
    weights, followed = texts["eye_weights"], texts["eye_followed_by"]
    seed = int(texts["eye_seed"]) if _is_random(texts["eye_signal"], weights) else 0
    followed_by = None if followed == NONE else int(followed)
    return Settings(int(texts["eye_scale"]), int(texts["eye_kernel"]), weights, seed, followed_by)


def _image(texts: Mapping[str, str], made: Settings) -> tuple[Array | None, str, str]:
    """Return the picture to upsample, a sentence about it, and the name of the sample image.

    The picture is so small that the outputs have at most `SIDE` cells on a side.
    """
    side, kind, sample = SIDE // made.scale, texts["eye_signal"], texts["eye_image"]
    if kind != "image":
        cells = "Every cell of the input is 1" if kind == "constant" else "Every cell of the input is random"
        return signal(kind, side, seed=made.seed), f"{cells}; it has {side} × {side} cells.", sample
    chosen, image = choose_image("trial", sample)
    note = ""
    if chosen == UPLOAD:
        note = f" An uploaded image stays out of the link: who opens it sees the {USUAL_IMAGE}."
        chosen = USUAL_IMAGE
    if image is None:
        return None, f"Choose a file.{note}", chosen
    least = min(image.shape)
    top, left = ((cells - least) // 2 for cells in image.shape)
    square = image[top : top + least, left : left + least]
    small = shrink(square, side)
    source = "The image" if square.shape == image.shape else "The middle square of the image"
    reduced = "" if small.shape == square.shape else f", reduced from {least} × {least}"
    size = f"{small.shape[0]} × {small.shape[1]} cells"
    return small.astype(np.float64), f"{source}{reduced}, is upsampled from {size}.{note}", chosen


def what_to_see(cards: Sequence[Card], kind: str, settings: Settings) -> str:
    """Return what the pictures show, as Markdown."""
    if kind == "noise":
        return (
            "Noise is 0 on average: a pattern takes the sign of each cell, and its energy spreads over all "
            "frequencies, so **the shares say little here**. A constant or an image shows it."
        )
    scale, kernel = settings.scale, settings.kernel_size
    printed = {card.method: card.share for card in cards if card.share >= PRINTED}
    names = ", ".join(f"{_SHORT[method]} {percent(share)}" for method, share in printed.items())
    pattern = f"These print a pattern of {scale} × {scale} cells: {names}."
    sentences = [pattern if printed else "No method prints a pattern here."]
    if settings.weights == "random" and {"divisible", "subpixel"} <= printed.keys():
        sentences.append(
            "**With random weights the even overlap prints a pattern, too**: neighboring cells are made with "
            "different weights, and so are those of a plain sub-pixel convolution. After resizing, and from the "
            "ICNR start, all cells of a block are made with the same weights."
        )
    elif settings.weights == "uniform" and "transposed" in printed:
        sentences.append(
            f"All weights are equal, so this is **the overlap alone**: {scale} does not divide {kernel}. Equal weights "
            "hide what else there is: choose random ones."
        )
    elif settings.weights == "uniform" and kernel % scale == 0:
        sentences.append(
            f"{scale} divides {kernel}, so every cell is written equally often, and all weights are equal. **Even is "
            "no promise**: choose random weights."
        )
    if settings.followed_by is not None:
        sentences.append(
            "The convolution that follows weakens a pattern; it removes it only where its weights happen to cancel it."
        )
    return " ".join(sentences)


def shares_table(cards: Sequence[Card], scale: int) -> str:
    """Return the methods by their share, the largest first, as HTML."""
    rows = [
        [
            _SHORT[card.method],
            percent(card.share).replace("less than", "<"),
            "even" if card.ratio == 1 else ratio_text(card.ratio),
        ]
        for card in sorted(cards, key=lambda card: -card.share)
    ]
    caption = f"Share of the energy, the mean left out, at the frequencies of a pattern of {scale} × {scale} cells."
    return table(("Method", "Share", "Overlap"), rows, caption)
