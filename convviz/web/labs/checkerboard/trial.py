"""One picture upsampled in two ways above the figure, in six below it, and the pattern that each of them prints."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from html import escape
from typing import Any, Final

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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
from convviz.recipes import Recipe
from convviz.recipes.images import shrink
from convviz.scene import number_format
from convviz.web.components.charts import chart_width, show_chart, table
from convviz.web.components.downloads import page_theme
from convviz.web.components.images import UPLOAD, choose_image
from convviz.web.components.page_frame import refuse
from convviz.web.components.scales import gray_png
from convviz.web.state.page_state import publish_section, state_of
from convviz.web.state.params import Section, choice, declare, texts_of, values_of, whole_number
from convviz.web.state.widgets import heard, number, replace, segments, select, value_of

from .overlap_map import change_pair, first_transposed, is_one_axis, ratio_text

_FLAT: Final = 1e-9
"""Values that differ by less than this part of the largest one are shown in one gray."""


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
    html, facts : str
        The method and the picture, and what was measured of it.
    """

    method: str
    share: float
    ratio: Fraction | float
    html: str
    facts: str


@st.cache_data(max_entries=48, show_spinner=False)
def make_cards(
    digest: str, settings: Settings, zoom: int, theme: str, methods: Sequence[str], _image: Array
) -> tuple[Card, ...]:
    """Return a card for each method, with the picture ``zoom`` times as large; all but the image are the cache key."""
    return tuple(
        Card(
            result.upsampling.method, result.spectrum.share, result.overlap.ratio, _html(result, zoom),
            _facts(result, theme),
        )
        for result in settings.apply(_image, methods)
    )  # fmt: skip


@st.cache_resource(max_entries=24, show_spinner=False)
def spectrum_chart(digest: str, settings: Settings, method: str, theme: str, width: int, _image: Array) -> Chart:
    """Return the spectrum of one of the methods as a chart."""
    # All methods are computed, because the part that no border reaches is the same for all.
    return spectrum(settings.apply(_image), method, theme=theme, width=width)


def _html(result: Upsampled, zoom: int) -> str:
    sentence = escape(result.upsampling.sentence.replace(" x ", "\u00a0×\u00a0"))  # no line break within a size
    return f"<h4>{escape(result.upsampling.name)}</h4><p>{sentence}</p><div>{_picture(result, zoom)}</div>"


def _facts(result: Upsampled, theme: str) -> str:
    return (
        f'<div class="cv-way-facts">{_spectrum(result, theme)}{_counts(result.overlap)}</div>'
        f"<p><strong>{percent(result.spectrum.share)}</strong> of the energy is at the ringed frequencies.</p>"
    )


def _cards_html(cards: Sequence[str], look: str = "cv-ways") -> str:
    """Return cards side by side."""
    sections = "".join(f'<section class="cv-way">{card}</section>' for card in cards)
    return f'<div class="{look}">{sections}</div>'


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
        f'width="{width * zoom}" height="{height * zoom}" style="--cells: {width}; --zoom: {zoom}" '
        f'alt="Output: {height} by {width} cells of its middle, '
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


# The settings ---------------------------------------------------------------------------------------------------------

PRINTED: Final = 0.01
"""From this share on a picture is said to show a pattern. Measured: those that do have 2% or more, the others 0.2%."""


_CHOICES: Final[Mapping[str, tuple[str, Mapping[str, str], str | None]]] = {
    "eye_kernel": ("Kernel size k", {str(size): str(size) for size in range(1, limits.KERNEL_SIDE + 1)}, None),
    "eye_scale": ("Stride s", {str(scale): str(scale) for scale in SCALES}, None),
    "eye_signal": ("Signal", SIGNALS, None),
    "eye_weights": ("Weights", WEIGHTS, "uniform"),
    "eye_followed_by": ("Followed by a convolution", FOLLOWED_BY, NONE),
    "eye_zoom": ("Show", {"1": "All", "2": "Middle × 2", "4": "Middle × 4"}, "2"),
}
"""The label of each choice, its words as links and as the page spell them, and its default."""

SECTION: Final = Section(
    "trial",
    "All six ways to upsample",
    declare(
        *(choice(name, words, default) for name, (_, words, default) in _CHOICES.items()),
        whole_number("eye_kernel", 1, limits.KERNEL_SIDE),  # in place of the choice: links spell it as a number
        whole_number("eye_seed", 0, limits.SEED, 0),
        choice("eye_image", SAMPLES, IMAGE),
        choice("eye_method", (NONE, *METHODS), NONE),
    ),
)
"""Scale and kernel are those of the lesson, unless a link names them; the signal is an image where nothing is set."""

_PAIR: Final = ("eye_kernel", "eye_scale")
_REFUSED: Final = "trial:refused"
_LATER: Final = ("eye_signal", "eye_followed_by", "eye_zoom", "eye_method")
"""The settings that the figure has, too, and those whose controls are in the section."""

Values = dict[str, Any]
"""The values of all settings by their names."""


def trial_values(texts: Mapping[str, str], scale: int, kernel: int) -> Values:
    """Return the values of all settings; ``scale`` and ``kernel`` are those of the lesson.

    >>> trial_values({}, 2, 3)["eye_signal"], trial_values({"eye_weights": "random"}, 2, 3)["eye_signal"]
    ('image', 'constant')
    """
    return values_of(SECTION.params, texts, eye_scale=str(scale), eye_kernel=kernel, eye_signal=_usual_signal(texts))


def _usual_signal(texts: Mapping[str, str]) -> str:
    """Return the signal where a link does not name it: links with other settings have always meant a constant."""
    return "constant" if texts.keys() - {"eye_signal"} else "image"


def section_texts(values: Values, before: Mapping[str, str]) -> dict[str, str]:
    """Spell the values that differ from their defaults, and the scale and the kernel that the link named before.

    >>> section_texts(trial_values({"eye_weights": "random", "eye_kernel": "3"}, 2, 3), {"eye_kernel": "3"})
    {'eye_weights': 'random', 'eye_kernel': '3'}
    >>> section_texts(trial_values({}, 2, 3), {}), section_texts(trial_values({"eye_signal": "constant"}, 2, 3), {})
    ({}, {'eye_signal': 'constant'})
    """
    of_lesson = {name: values[name] for name in (*_PAIR, "eye_signal")}
    texts = texts_of(SECTION.params, values, **of_lesson) | {name: before[name] for name in _PAIR if name in before}
    return texts if values["eye_signal"] == _usual_signal(texts) else {**texts, "eye_signal": values["eye_signal"]}


# What is shown --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """A picture and how it is upsampled.

    Attributes
    ----------
    values : dict
        The values of all settings.
    settings : Settings
        The same as the engine has them.
    image : array or None
        The picture; None until a file is chosen.
    note : str
        A sentence about the picture.
    """

    values: Values
    settings: Settings
    image: Array | None
    note: str

    @property
    def digest(self) -> str:
        """A name of the picture for caches."""
        assert self.image is not None
        return sha256(repr(self.image.shape).encode() + self.image.tobytes()).hexdigest()

    def cards(self, methods: Sequence[str]) -> tuple[Card, ...]:
        """Return the cards of some methods."""
        assert self.image is not None
        zoom = int(self.values["eye_zoom"])
        return make_cards(self.digest, self.settings, zoom, page_theme(), tuple(methods), self.image)


def show_opening(recipe: Recipe) -> Trial:
    """Show a picture upsampled in two ways, and above it what sets kernel and stride of the figure, weights and image.

    The controls of `show_six_ways` are further down the page; what they hold counts here, too.
    """
    state = state_of(recipe.variant)
    values = trial_values(state.section, *_pair_of(recipe))
    values |= {name: value_of(_control(name), values[name]) for name in _LATER}
    row, below = st.container(horizontal=True), st.container()
    with row:
        _show_pair(recipe, values)
        values["eye_weights"] = _show_choice("eye_weights", values["eye_weights"])
        if _is_random(values):
            values["eye_seed"] = number("Seed", 0, limits.SEED, _control("eye_seed"), values["eye_seed"], width=160)
    if refusal := st.session_state.pop(_REFUSED, None):
        refuse(refusal, place=below)
    settings = _settings(values)
    image, note, values["eye_image"] = _image(values, settings, (row.container(width=220), below))
    publish_section(recipe.variant, section_texts(values, state.section))
    trial = Trial(values, settings, image, note)
    if image is None:
        st.info(note)
    else:
        try:
            cards = trial.cards(("transposed", "nearest"))
        except SpecError as error:
            refuse(error)
        else:
            st.html(_cards_html([card.html for card in cards], "cv-ways cv-large"))
    return trial


def _pair_of(recipe: Recipe) -> tuple[int, int]:
    """Return scale and kernel size with which the trial begins: those of the first transposed convolution."""
    first = first_transposed(recipe.layers)
    if first is None:
        return 2, 3
    axis = int(is_one_axis(recipe))
    return min(max(first.stride[axis], SCALES[0]), SCALES[-1]), first.kernel_size[axis]


def _show_pair(recipe: Recipe, values: Values) -> None:
    """Show kernel size and stride; what is chosen goes to the figure, unless that cannot have it."""

    def choose(_: str) -> None:
        kernel, scale = (int(value_of(_control(name), values[name])) for name in _PAIR)
        section = section_texts(trial_values(state_of(recipe.variant).section, scale, kernel), {})
        try:
            change_pair(recipe, kernel, scale, section)
        except SpecError as error:
            st.session_state[_REFUSED] = str(error)

    for name in _PAIR:
        start = str(values[name])
        if value_of(_control(name), start) != start:  # the figure has changed it, or could not have it
            replace(_control(name))
        _show_choice(name, start, on_change=heard(_control(name), choose))


def show_six_ways(variant: str, trial: Trial) -> None:
    """Show the picture upsampled in all ways, with what was measured, and the controls that are not in the opening."""
    values = trial.values
    with st.container(horizontal=True):
        for name in _LATER[:-1]:
            _show_choice(name, values[name])
    pictures = st.container()
    if trial.image is None:
        return
    names = {NONE: "None"} | {key: row.name for key, row in METHODS.items()}
    method = select("Spectrum in full", names, _control("eye_method"), values["eye_method"])
    with pictures:
        try:
            with st.spinner("Upsampling in six ways …", show_time=False):
                cards = trial.cards(tuple(METHODS))
        except SpecError as error:
            refuse(error)
            return
        st.markdown(what_to_see(cards, values["eye_signal"], trial.settings))
        st.html(_cards_html([card.html + card.facts for card in cards]))
        levels = "Gray levels go from the smallest to the largest value of each picture, far from its border."
        st.caption(f"{trial.note} {levels}")
        st.html(shares_table(cards, trial.settings.scale))
    if method != NONE:
        with st.spinner("Drawing the spectrum …", show_time=False):
            width = chart_width(variant, WIDTH)
            chart = spectrum_chart(trial.digest, trial.settings, method, page_theme(), width, trial.image)
            show_chart(chart, f"spectrum-{method}")


def _show_choice(name: str, start: str, **more: Any) -> str:
    """Show one of the choices, and return what it holds."""
    label, words, _ = _CHOICES[name]
    return segments(label, words, _control(name), start, **more)


def _control(name: str) -> str:
    """Return the name of the control of a setting."""
    return name.replace("eye_", f"{SECTION.name}.")


def _is_random(values: Values) -> bool:
    return bool(values["eye_weights"] == "random" or values["eye_signal"] == "noise")


def _settings(values: Values) -> Settings:
    followed = values["eye_followed_by"]
    return Settings(
        scale=int(values["eye_scale"]),
        kernel_size=values["eye_kernel"],
        weights=values["eye_weights"],
        seed=values["eye_seed"] if _is_random(values) else 0,
        followed_by=None if followed == NONE else int(followed),
    )


def _image(
    values: Values, settings: Settings, places: tuple[DeltaGenerator, DeltaGenerator]
) -> tuple[Array | None, str, str]:  # fmt: skip
    """Return the picture to upsample, a sentence about it, and the name of the sample image.

    The picture is so small that the outputs have at most `SIDE` cells on a side.
    """
    side, kind, sample = SIDE // settings.scale, values["eye_signal"], values["eye_image"]
    if kind != "image":
        cells = "Every cell of the input is 1" if kind == "constant" else "Every cell of the input is random"
        return signal(kind, side, seed=settings.seed), f"{cells}; it has {side} × {side} cells.", sample
    chosen, image = choose_image(SECTION.name, sample, places=places)
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
