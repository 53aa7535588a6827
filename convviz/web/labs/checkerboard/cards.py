"""The cards of the upsampling methods: what each makes of the same picture, its spectrum, and its path counts."""

from base64 import b64encode
from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from convviz.analysis import METHODS, Overlap, Upsampled, upsampled
from convviz.charts import Chart, small_spectrum, spectrum_map
from convviz.charts.spectra import percent, ring_places
from convviz.scene.number_format import number
from convviz.web.components.images import gray_png

SIDE: Final = 256
"""Pixels of a picture on the page, and cells of an output at most."""

_FLAT: Final = 1e-9
"""Values that differ by less than this part of the largest one are shown in one grey."""

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
        """Return the picture as upsampled by each method."""
        return upsampled(
            image, self.scale, self.kernel_size, weights=self.weights, seed=self.seed, followed_by=self.followed_by
        )


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
    spectrum = next(result for result in settings.apply(_image) if result.upsampling.method == method).spectrum
    peaks = [peak.frequency for peak in spectrum.peaks]
    chart = spectrum_map(spectrum.decibels, peaks, share=spectrum.share, theme=theme, width=width)
    return replace(chart, title=f"{METHODS[method].name}: {chart.title}")


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
    return number(float(f"{value:.3g}"))


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
