"""Charts of overlap and of the patterns it prints: what they say, in every width, and that all of it can be read."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from convviz import SpecError
from convviz.analysis import stamps
from convviz.charts import Chart, count_map, spectrum_map, stamp_bars
from convviz.charts.heatmap import AMOUNTS, contrast, ink_on, luminance
from convviz.charts.overlap import count_text
from convviz.charts.spectra import NODES, percent, thinned
from convviz.scene.theme import THEMES
from tests.charts.gallery import CHARTS, UNEVEN
from tests.charts.reading import texts


def test_a_count_map_has_its_numbers_and_says_them() -> None:
    chart = CHARTS["counts"]()
    assert texts(chart).count("4") == 16 + 1, "and once at the scale"
    assert chart.description == (
        "11 x 11 counts, each one of 1, 2, 4. Inside the line the counts are those of an unbounded input."
    )
    assert "Inside the line the counts are those of an unbounded input." in texts(chart)
    assert count_map([[1, 2], [3, 4]]).description == "Counts by row: 1, 2; 3, 4."
    assert count_map(np.arange(64).reshape(8, 8)).description == "8 x 8 counts from 0 to 63."
    assert {"1e400", "1.2e7", "0"} <= set(texts(CHARTS["counts without end"](width=960)))
    assert texts(count_map(np.ones((40, 40), int))) == ["Paths into each output cell", "0", "1"], "no room for numbers"


@pytest.mark.parametrize("theme", THEMES)
def test_the_scale_has_the_colors_of_the_cells(theme: str) -> None:
    picture = Image.open(BytesIO(count_map([[0, 8]], theme=theme).png(scale=1)))
    cells = [picture.getpixel((8 + x, 28 + 8)) for x in (8, 52)]
    bar = [picture.getpixel((8 + 88 + 16 + 6, 28 + y)) for y in (61, 3)]
    for cell, end in zip(cells, bar, strict=True):
        assert np.abs(np.subtract(cell, end)).max() <= 16


def test_the_line_runs_where_the_pattern_ends() -> None:
    plain = Image.open(BytesIO(count_map(UNEVEN.counts).png(scale=1))).crop((0, 0, 400, 400))
    lined = Image.open(BytesIO(count_map(UNEVEN.counts, border=UNEVEN.border).png(scale=1))).crop((0, 0, 400, 400))
    rows, columns = np.nonzero((np.asarray(plain) != np.asarray(lined)).any(axis=2))
    cell = (480 - 16 - 74) / 11
    for low, high, origin in ((rows.min(), rows.max(), 28), (columns.min(), columns.max(), 8)):
        assert (low, high) == (pytest.approx(origin + cell, abs=4), pytest.approx(origin + 10 * cell, abs=4))


def test_stamps_and_bars() -> None:
    chart = CHARTS["stamps"]()
    assert chart.description == (
        "Input cell 0 writes 0, 1, 2; 1 writes 2, 3, 4; 2 writes 4, 5, 6; 3 writes 6, 7, 8; 4 writes 8, 9, 10."
        " Counts: 1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1. Dashed bars: near the border the counts differ from those far from "
        "it."
    )
    assert chart.title == "Stamps, and how many of them write each cell"
    assert CHARTS["bars"]().title == "Paths into each cell along one axis"
    assert {"stamp of input cell", "output cell", "paths"} <= set(texts(chart))
    upper, lower = chart.figure().axes
    stamped = [path.get_extents() for row in upper.collections[1:] for path in row.get_paths()]
    boxes = sorted((round(box.x0 + 0.46), round(box.y0 - 0.1)) for box in stamped)
    assert boxes == sorted((cell, n) for n, line in enumerate(stamps(UNEVEN.layers[0], 5)[0]) for cell in line)
    bars = {round(box.get_x() + 0.42): box for box in lower.patches}
    assert [bars[cell].get_height() * 2 for cell in range(len(bars))] == [*UNEVEN.rows.counts]
    assert [bars[cell].get_facecolor()[3] == 0 for cell in range(len(bars))] == [*UNEVEN.rows.border]


def test_a_spectrum_has_rings_where_they_are_given() -> None:
    chart = CHARTS["spectrum"]()
    assert chart.description == (
        "Ringed, in cycles per cell down and across: (0, 1/2), (1/2, 0), (1/2, 1/2)."
        " They hold 100% of the energy without the mean."
    )
    lines = [(line.get_ydata(), line.get_xdata()) for line in chart.figure().axes[0].lines]
    rings_at = {(down[0], across[0]) for down, across in lines if len(down) == 1}
    ends, middle = (0.5, NODES - 0.5), NODES / 2
    assert rings_at == {(a, b) for a in (*ends, middle) for b in (*ends, middle)} - {(middle, middle)}
    assert {"−1/2", "0", "1/2", "0 dB", "−80 dB"} <= set(texts(chart))
    assert CHARTS["spectrum, period 8"]().description == "63 frequencies are ringed."
    assert spectrum_map(np.eye(4)).description == "No frequency is ringed."


def test_every_frequency_is_in_the_picture() -> None:
    """A single bin is seen, however many there are, and at the place of its frequency."""
    for height, width in ((7, 30), (61, 128), (500, 333)):
        for row, column in ((0, 0), (height // 2, 1), (height - 1, width - 1), (height // 3, width // 4)):
            plane = np.zeros((height, width))
            plane[row, column] = 1
            found = np.argwhere(thinned(plane) == 1)
            assert len(found)
            frequencies = ((row - height // 2) / height, (column - width // 2) / width)
            for place in found:
                for node, frequency, side in zip(place, frequencies, (height, width), strict=True):
                    apart = abs(node / (NODES - 1) - 0.5 - frequency) % 1
                    assert min(apart, 1 - apart) <= 0.5 / (NODES - 1) + 0.5 / side


def test_percents() -> None:
    shares = {0: "0%", 1: "100%", 1 - 1e-12: "100%", 0.99995: "100%", 0.5: "50%", 2e-5: "less than 0.01%"}
    assert {share: percent(share) for share in shares} == shares


@pytest.mark.parametrize("theme", THEMES)
def test_numbers_are_legible_and_lightness_runs_one_way(theme: str) -> None:
    colors = [AMOUNTS[theme](share) for share in np.linspace(0, 1, 101)]
    for color in colors:
        assert contrast(ink_on(color), color) >= 4.5
    levels = np.diff([luminance(AMOUNTS[theme](share)) for share in np.linspace(0, 1, 101)])
    assert (levels > 0).all() if theme == "dark" else (levels < 0).all()


def test_counts_in_few_digits() -> None:
    for number in (0, 7, 99999, 10**5, 199999, 10**15, 10**1000 - 1, 10**1000, 123 * 10**997):
        text = count_text(number)
        digits = str(number)
        assert len(text) <= 7
        if number >= 10**5:
            mantissa, exponent = text.split("e")
            assert int(exponent) == len(digits) - 1
            assert mantissa.replace(".", "").ljust(2, "0") == digits[:2]


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: count_map([1]), "counts must be a table of up to 128 rows and columns; got the shape (1,)."),
        (
            lambda: count_map(np.ones((129, 1), int)),
            "counts must be a table of up to 128 rows and columns; got the shape (129, 1).",
        ),
        (lambda: count_map([[-1]]), "counts must be integers of at least 0; got others."),
        (lambda: count_map([[1.5]]), "counts must be integers of at least 0; got others."),
        (
            lambda: count_map([[1]], border=[True]),
            "border must be a table of True and False of the counts' shape; got another.",
        ),
        (lambda: count_map([[1]], theme="roles"), "theme must be one of light, dark; got 'roles'."),
        (lambda: count_map([[1]], width=10), "width must be at least 320; got 10."),
        (lambda: stamp_bars([]), "counts must be 1 to 128 integers of at least 0; got []."),
        (lambda: stamp_bars([1, 0.5]), "counts must be 1 to 128 integers of at least 0; got [1, 0.5]."),
        (lambda: stamp_bars([1], [[1]]), "stamps must be at most 64, on the cells that are counted; got 1."),
        (lambda: stamp_bars([1], border=[]), "border must have one flag for each count; got 0 for 1."),
        (
            lambda: spectrum_map([[1.0]]),
            "decibels must be a table of finite numbers, 2 x 2 at least; got the shape (1, 1).",
        ),
        (lambda: spectrum_map(np.eye(4), [(0, 1)]), "peaks must be pairs of frequencies from -1/2 to 1/2; got others."),
        (lambda: spectrum_map(np.eye(4), share=2), "share must be from 0 to 1; got 2."),
    ],
)
def test_mistakes(mistake: Callable[[], Chart], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
