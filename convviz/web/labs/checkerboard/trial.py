"""The section "What the eye sees": one picture upsampled by six methods, and the pattern that each of them prints."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from html import escape
from typing import Any, Final

import numpy as np
import streamlit as st

from convviz import limits
from convviz.analysis import METHODS, Overlap, Upsampled, signal
from convviz.assets import SAMPLES
from convviz.charts import Chart, small_spectrum
from convviz.charts.spectra import percent, ring_places
from convviz.diagrams.upsampling import (
    FOLLOWED_BY,
    IMAGE,
    NONE,
    SCALES,
    SIDE,
    SIGNALS,
    WEIGHTS,
    WIDTH,
    Array,
    Settings,
    middle_square,
    spectrum,
)
from convviz.errors import SpecError
from convviz.recipes.images import shrink
from convviz.scene import number_format
from convviz.web.components.charts import chart_width, show_chart, table
from convviz.web.components.downloads import page_theme
from convviz.web.components.images import UPLOAD, choose_image
from convviz.web.components.page_frame import refuse
from convviz.web.components.scales import gray_png
from convviz.web.state.page_state import publish_section, state_of
from convviz.web.state.params import Section, choice, declare, texts_of, values_of, whole_number
from convviz.web.state.widgets import held, number, segments, select

from .overlap_map import ratio_text

_FLAT: Final = 1e-9
"""Values that differ by less than this part of the largest one are shown in one grey."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a method makes of a picture.

    Attributes
    ----------
    method : str
        The key of the method in `METHODS`.
    share : float
        The part of the energy at the frequencies of a pattern of this period.
    ratio : Fraction or float
        Most to least paths into a cell far from the border.
    html : str
        The card itself.
    """

    method: str
    share: float
    ratio: Fraction | float
    html: str


@st.cache_data(max_entries=24, show_spinner=False)
def make_cards(digest: str, settings: Settings, zoom: int, theme: str, _image: Array) -> tuple[Card, ...]:
    """Return a card for each method, with the picture ``zoom`` times as large; the first four are the cache key."""
    return tuple(
        Card(result.upsampling.method, result.spectrum.share, result.overlap.ratio, _html(result, zoom, theme))
        for result in settings.apply(_image)
    )


@st.cache_resource(max_entries=24, show_spinner=False)
def spectrum_chart(digest: str, settings: Settings, method: str, theme: str, width: int, _image: Array) -> Chart:
    """Return the spectrum of one of the methods as a chart."""
    # All methods are computed, because the part that no border reaches is the same for all.
    return spectrum(settings.apply(_image), method, theme=theme, width=width)


def _html(result: Upsampled, zoom: int, theme: str) -> str:
    sentence = escape(result.upsampling.sentence.replace(" x ", "\u00a0×\u00a0"))  # no line break within a size
    return (
        f'<section class="cv-way"><h4>{escape(result.upsampling.name)}</h4><p>{sentence}</p>'
        f'<div>{_picture(result, zoom)}</div><div class="cv-way-facts">{_spectrum(result, theme)}'
        f"{_counts(result.overlap)}</div><p><strong>{percent(result.spectrum.share)}</strong> of the energy is at the "
        "ringed frequencies.</p></section>"
    )


def _picture(result: Upsampled, zoom: int) -> str:
    """Return the middle of the output, from the first cell of a period on, and its values."""
    scale, side = result.upsampling.scale, SIDE // zoom
    top, left = (max(0, (cells - side) // 2 // scale * scale) for cells in result.output.shape)
    middle = result.output[top : top + side, left : left + side]
    height, width = middle.shape
    low, high = float(result.interior.min()), float(result.interior.max())
    if high - low <= _FLAT * max(abs(low), abs(high)):
        levels, values = np.full(middle.shape, 128.0), f"value {_rounded(low)} everywhere"
    else:
        levels, values = (middle - low) * (255 / (high - low)), f"values {_rounded(low)} to {_rounded(high)}"
    return (
        f'<img class="cv-pixels" src="data:image/png;base64,{b64encode(gray_png(levels)).decode()}" '
        f'width="{width * zoom}" height="{height * zoom}" alt="Output: {height} by {width} cells of its middle, '
        f'{values}."><small>{values.capitalize()}.</small>'
    )


def _rounded(value: float) -> str:
    return number_format.number(float(f"{value:.3g}"))


def _spectrum(result: Upsampled, theme: str) -> str:
    """Return the power spectrum; a frequency on an edge is ringed on the opposite edge, too."""
    peaks = [peak.frequency for peak in result.spectrum.peaks]
    rings = len(ring_places(peaks))
    ringed = f"{rings} frequencies ringed"
    if rings != len(peaks):
        ringed = f"{rings} rings around {len(peaks)} frequencies, which are repeated on opposite edges"
    svg = small_spectrum(result.spectrum.decibels, peaks, theme=theme)
    return (
        f'<img src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}" width="138" height="138" '
        f'alt="Power spectrum, {ringed}; they hold {percent(result.spectrum.share)} of the energy.">'
    )


def _counts(overlap: Overlap) -> str:
    """Return the path counts of one period as a small table; the largest stand out where they differ."""
    counts = overlap.interior.tolist()
    most, least = max(map(max, counts)), min(map(min, counts))
    rows = (
        "".join(f"<td{' class=cv-most' if count == most > least else ''}>{count}</td>" for count in row)
        for row in counts
    )
    cells = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="cv-counts"><caption>Paths, {"uneven" if most > least else "even"}</caption>{cells}</table>'


# The section ----------------------------------------------------------------------------------------------------------

PRINTED: Final = 0.01
"""From this share on a picture is said to show a pattern. Measured: those that do have 2% or more, the others 0.2%."""


_CHOICES: Final[Mapping[str, tuple[str, Mapping[str, str], str | None]]] = {
    "eye_signal": ("Signal", SIGNALS, "constant"),
    "eye_weights": ("Weights", WEIGHTS, "uniform"),
    "eye_scale": ("Scale", {str(scale): str(scale) for scale in SCALES}, None),
    "eye_followed_by": ("Followed by a convolution", FOLLOWED_BY, NONE),
    "eye_zoom": ("Show", {"1": "All", "2": "Middle × 2", "4": "Middle × 4"}, "2"),
}
"""The label of each choice, its words as links and as the page spell them, and its default."""

SECTION: Final = Section(
    "trial",
    "What the eye sees: six ways to upsample",
    declare(
        *(choice(name, words, default) for name, (_, words, default) in _CHOICES.items()),
        whole_number("eye_kernel", 1, limits.KERNEL_SIDE),
        whole_number("eye_seed", 0, limits.SEED, 0),
        choice("eye_image", SAMPLES, IMAGE),
        choice("eye_method", (NONE, *METHODS), NONE),
    ),
)
"""Scale and kernel follow those of the lesson until they are chosen."""


def section_texts(values: Mapping[str, Any], before: Mapping[str, str], **usual: Any) -> dict[str, str]:
    """Spell the values that differ from their defaults, and those that the link named before.

    A kernel that was chosen does not begin to follow the lesson when both are the same.

    >>> values = values_of(SECTION.params, {}, eye_scale="2", eye_kernel=3)
    >>> section_texts(values, {"eye_kernel": "3"}, eye_scale="4", eye_kernel=3)
    {'eye_scale': '2', 'eye_kernel': '3'}
    """
    kept = {name: text for name, text in before.items() if SECTION.params[name].spell(values[name]) == text}
    return texts_of(SECTION.params, values, **usual) | kept


@st.fragment
def show_trial(variant: str, scale: int, kernel: int) -> None:
    """Show the section. A change in it reruns only the section; ``scale`` and ``kernel`` are those of the lesson."""
    before, usual = state_of(variant).section, {"eye_scale": str(scale), "eye_kernel": kernel}
    values = values_of(SECTION.params, before, **usual)
    _controls(values, scale, kernel)
    settings = _settings(values)
    image, note, values["eye_image"] = _image(values, settings)
    pictures = st.container()
    if image is not None:
        names = {NONE: "None"} | {key: row.name for key, row in METHODS.items()}
        values["eye_method"] = select("Spectrum in full", names, "trial.method", values["eye_method"])
    if publish_section(variant, section_texts(values, before, **usual)):
        st.rerun()  # the figure is outside of the section
    if image is None:
        pictures.info(note)
        return
    digest, theme = sha256(repr(image.shape).encode() + image.tobytes()).hexdigest(), page_theme()
    with pictures:
        try:
            with st.spinner("Upsampling in six ways …", show_time=False):
                cards = make_cards(digest, settings, int(values["eye_zoom"]), theme, image)
        except SpecError as error:
            refuse(error)
            return
        st.markdown(what_to_see(cards, values["eye_signal"], settings))
        st.html(f'<div class="cv-ways">{"".join(card.html for card in cards)}</div>')
        levels = "Grey levels go from the smallest to the largest value of each picture, far from its border."
        st.caption(f"{note} {levels}")
        st.html(shares_table(cards, settings.scale))
    if (method := values["eye_method"]) != NONE:
        with st.spinner("Drawing the spectrum …", show_time=False):
            width = chart_width(variant, WIDTH)
            show_chart(spectrum_chart(digest, settings, method, theme, width, image), f"spectrum-{method}")


def _controls(values: dict[str, Any], scale: int, kernel: int) -> None:
    """Show the controls at the top, starting from ``values``, and put there what they hold."""

    def show(name: str, control: str) -> None:
        label, words, _ = _CHOICES[name]
        values[name] = segments(label, words, f"trial.{control}", values[name])

    with st.container(horizontal=True):
        show("eye_signal", "kind")
        show("eye_weights", "weights")
        # The keys have the lesson's scale and kernel in them: when these change, the controls begin again from them.
        show("eye_scale", f"scale.{scale}")
        show("eye_followed_by", "followed")
    with st.container(horizontal=True):
        show("eye_zoom", "zoom")
        start = held(f"trial.kernel.{kernel}", values["eye_kernel"])
        values["eye_kernel"] = st.slider("Kernel size", 1, limits.KERNEL_SIDE, **start, width=320)
        if _is_random(values):
            values["eye_seed"] = number("Seed", 0, limits.SEED, "trial.seed", values["eye_seed"], width=160)


def _is_random(values: Mapping[str, Any]) -> bool:
    return bool(values["eye_weights"] == "random" or values["eye_signal"] == "noise")


def _settings(values: Mapping[str, Any]) -> Settings:
    followed = values["eye_followed_by"]
    return Settings(
        scale=int(values["eye_scale"]),
        kernel_size=values["eye_kernel"],
        weights=values["eye_weights"],
        seed=values["eye_seed"] if _is_random(values) else 0,
        followed_by=None if followed == NONE else int(followed),
    )


def _image(values: Mapping[str, Any], settings: Settings) -> tuple[Array | None, str, str]:
    """Return the picture to upsample, a sentence about it, and the name of the sample image.

    The picture is so small that the outputs have at most `SIDE` cells on a side.
    """
    side, kind, sample = SIDE // settings.scale, values["eye_signal"], values["eye_image"]
    if kind != "image":
        cells = "Every cell of the input is 1" if kind == "constant" else "Every cell of the input is random"
        return signal(kind, side, seed=settings.seed), f"{cells}; it has {side} × {side} cells.", sample
    chosen, image = choose_image("trial", sample)
    note = ""
    if chosen == UPLOAD:
        note = f" An uploaded image stays out of the link: who opens it sees the {IMAGE}."
        chosen = IMAGE
    if image is None:
        return None, f"Choose a file.{note}", chosen
    square = middle_square(image)
    small = shrink(square, side)
    source = "The image" if square.shape == image.shape else "The middle square of the image"
    reduced = "" if small.shape == square.shape else f", reduced from {square.shape[0]} × {square.shape[1]}"
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
    names = ", ".join(f"{METHODS[method].short} {percent(share)}" for method, share in printed.items())
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
            METHODS[card.method].short,
            percent(card.share).replace("less than", "<"),
            "even" if card.ratio == 1 else ratio_text(card.ratio),
        ]
        for card in sorted(cards, key=lambda card: -card.share)
    ]
    caption = f"Share of the energy, the mean left out, at the frequencies of a pattern of {scale} × {scale} cells."
    return table(("Method", "Share", "Overlap"), rows, caption)
