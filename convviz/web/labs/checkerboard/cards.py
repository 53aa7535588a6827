"""Ways to upsample beside each other: what each makes of one picture, and the cards that show it."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from io import BytesIO
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from convviz.analysis import METHODS, Upsampled, upsampled
from convviz.charts import small_spectrum, spectrum_map
from convviz.charts.spectra import ends, percent
from convviz.scene.number_format import number
from convviz.web.components.charts import Drawn

SIDE: Final = 256
"""Pixels of a picture on the page, and cells of an output at most."""

_FLAT: Final = 1e-9
"""Of the largest value: what differs by less is shown in one grey."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are upsampled: scale, kernel, weights ("uniform" or "random", with a seed), and what follows."""

    scale: int
    kernel_size: int
    weights: str
    seed: int
    followed_by: int | None

    def apply(self, image: Array) -> tuple[Upsampled, ...]:
        """The picture in every way."""
        return upsampled(
            image, self.scale, self.kernel_size, weights=self.weights, seed=self.seed, followed_by=self.followed_by
        )


@dataclass(frozen=True, slots=True)
class Way:
    """One way to upsample, with all that its card shows.

    Attributes
    ----------
    method, name, sentence : its key, what it is called, and what it does.
    counts, ratio : paths into the cells of one period far from the border, and the ratio of most to least.
    share : of the energy, at the frequencies of a pattern of this period.
    picture, shown, side : the middle of the output as a PNG, the pixels of the page it takes, and its cells.
    low, high : the smallest and the largest value far from the border, black and white.
    spectrum : the power spectrum as an SVG.
    frequencies, rings : how many frequencies are ringed in it, and how many rings there are.
    """

    method: str
    name: str
    sentence: str
    counts: tuple[tuple[int, ...], ...]
    ratio: Fraction | float
    share: float
    picture: bytes
    shown: tuple[int, int]
    side: tuple[int, int]
    low: float
    high: float
    spectrum: str
    frequencies: int
    rings: int


@st.cache_data(max_entries=24, show_spinner=False)
def all_ways(digest: str, settings: Settings, zoom: int, theme: str, _image: Array) -> tuple[Way, ...]:
    """A picture in every way, each shown ``zoom`` times as large; the first four name it in the cache."""
    return tuple(_way(one, zoom, theme) for one in settings.apply(_image))


@st.cache_data(max_entries=24, show_spinner=False)
def spectrum_chart(digest: str, settings: Settings, method: str, theme: str, width: int, _image: Array) -> Drawn:
    """The spectrum of one of the ways as a chart."""
    # All of them are computed, for the part that no border reaches is the same for all.
    found = next(one for one in settings.apply(_image) if one.upsampling.method == method).spectrum
    peaks = [peak.frequency for peak in found.peaks]
    chart = spectrum_map(found.decibels, peaks, share=found.share, theme=theme, width=width)
    return chart.svg(), chart.png(), f"{METHODS[method].name}: {chart.title}. {chart.description}"


def cards(ways: Sequence[Way]) -> str:
    """The ways side by side, as HTML."""
    return f'<div class="cv-ways">{"".join(map(_card, ways))}</div>'


def _way(one: Upsampled, zoom: int, theme: str) -> Way:
    low, high = float(one.interior.min()), float(one.interior.max())
    middle = _middle(one.output, SIDE // zoom, one.upsampling.scale)
    peaks = [peak.frequency for peak in one.spectrum.peaks]
    height, width = middle.shape
    return Way(
        method=one.upsampling.method,
        name=one.upsampling.name,
        sentence=one.upsampling.sentence,
        counts=tuple(map(tuple, one.overlap.interior.tolist())),
        ratio=one.overlap.ratio,
        share=one.spectrum.share,
        picture=_png(middle, low, high),
        shown=(height * zoom, width * zoom),
        side=(height, width),
        low=low,
        high=high,
        spectrum=small_spectrum(one.spectrum.decibels, peaks, theme=theme),
        frequencies=len(peaks),
        rings=sum(len(ends((float(down), float(across)))) for down, across in peaks),
    )


def _middle(output: Array, side: int, scale: int) -> Array:
    """At most ``side`` cells of either axis from the middle, from the first cell of a period on."""
    first = [max(0, (cells - side) // 2 // scale * scale) for cells in output.shape]
    return output[first[0] : first[0] + side, first[1] : first[1] + side]


def _png(numbers: Array, low: float, high: float) -> bytes:
    """Grey levels from black for ``low`` to white for ``high``; one grey where the two are the same."""
    if high - low <= _FLAT * max(abs(low), abs(high)):
        levels = np.full(numbers.shape, 128.0)
    else:
        levels = (numbers - low) * (255 / (high - low))
    file = BytesIO()
    Image.fromarray(levels.round().clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def _card(way: Way) -> str:
    picture = (
        f'<img class="cv-pixels" src="data:image/png;base64,{b64encode(way.picture).decode()}" width="{way.shown[1]}" '
        f'height="{way.shown[0]}" alt="Output: {way.side[0]} by {way.side[1]} cells of its middle, {_values(way)}.">'
    )
    spectrum = (
        f'<img src="data:image/svg+xml;base64,{b64encode(way.spectrum.encode()).decode()}" width="138" height="138" '
        f'alt="Power spectrum, {_ringed(way)}; they hold {percent(way.share)} of the energy.">'
    )
    return (
        f'<section class="cv-way"><h4>{escape(way.name)}</h4><p>{escape(_joined(way.sentence))}</p>'
        f"<div>{picture}<small>{_values(way).capitalize()}.</small></div>"
        f'<div class="cv-way-facts">{spectrum}{_counts(way)}</div>'
        f"<p><strong>{percent(way.share)}</strong> of the energy is at the ringed frequencies.</p></section>"
    )


def _ringed(way: Way) -> str:
    """What is ringed; a frequency on an edge has a ring on the opposite edge, too, and one in a corner in all four."""
    if way.rings == way.frequencies:
        return f"{way.rings} frequencies ringed"
    return f"{way.rings} rings around {way.frequencies} frequencies, which are repeated on opposite edges"


def _joined(sentence: str) -> str:
    """A sentence whose sizes no line parts."""
    return sentence.replace(" x ", "\u00a0×\u00a0")


def _values(way: Way) -> str:
    if way.high - way.low <= _FLAT * max(abs(way.low), abs(way.high)):
        return f"value {_about(way.low)} everywhere"
    return f"values {_about(way.low)} to {_about(way.high)}"


def _about(value: float) -> str:
    return number(float(f"{value:.3g}"))


def _counts(way: Way) -> str:
    """The counts of one period as a small table; the largest stand out where they differ."""
    most, least = max(map(max, way.counts)), min(map(min, way.counts))
    rows = (
        "".join(f"<td{' class=cv-most' if count == most > least else ''}>{count}</td>" for count in row)
        for row in way.counts
    )
    cells = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="cv-counts"><caption>Paths, {"uneven" if most > least else "even"}</caption>{cells}</table>'
