"""Charts of coverage: what they say, in every width, that all of it can be read, and that the cells are right."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import convviz as cv
from convviz import SpecError
from convviz.analysis import gridding
from convviz.charts import Chart
from convviz.charts.gridding import READ, coverage_map, coverage_steps, weight_map, weight_profile
from convviz.charts.heatmap import contrast
from convviz.scene.theme import THEMES
from tests.charts.gallery import CHARTS, mapped, profile, weights
from tests.charts.reading import SVG, texts


@pytest.mark.parametrize("theme", THEMES)
def test_pixels_of_the_map_are_the_cells_that_are_read(theme: str) -> None:
    """Near a corner of each cell, away from the cross of a hole and the ring around the middle."""
    found = gridding([cv.conv2d(3, dilation=rate) for rate in (2, 2, 2)])
    picture = Image.open(BytesIO(coverage_map(found.rows, found.columns, theme=theme, width=16 + 13 * 32).png(scale=1)))
    for (i, j), is_read in np.ndenumerate(found.support):
        color = picture.getpixel((8 + 32 * j + 6, 26 + 32 * i + 6))
        filled = tuple(int(READ[theme][n : n + 2], 16) for n in (1, 3, 5))
        assert (color == (*filled, 255)) == is_read
        assert is_read or color[3] == 0, "a hole shows the page"


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_read_and_the_crosses_stand_out_from_the_page_by_lightness(theme: str) -> None:
    assert contrast(READ[theme], THEMES[theme].page) >= 6
    assert contrast(THEMES[theme].muted, THEMES[theme].page) >= 3


def test_large_maps_are_images_of_one_pixel_for_each_cell() -> None:
    """They stay sharp: the browser must not smooth what it enlarges."""
    svg = weights(1, 2, 4, 8, 16, 32).svg()
    element = next(iter(ElementTree.fromstring(svg).iter(f"{SVG}image")))
    data = element.attrib["{http://www.w3.org/1999/xlink}href"].split("base64,")[1]
    assert Image.open(BytesIO(base64.b64decode(data))).size == (127, 127)
    assert "pixelated" in element.attrib["style"]


def test_what_a_map_says() -> None:
    holes = mapped(2, 2, 2)
    assert holes.description == (
        "49 of 169 cells are read, 120 are holes. Read are rows 0, 2, 4, 6, 8, 10, 12 in columns 0, 2, 4, 6, 8, 10, 12."
    )
    assert "Filled cells are read. Crossed cells are holes: never read. Ringed: the middle of the" in " ".join(
        texts(holes)
    )
    full = mapped(1, 2, 4)
    assert full.description == "225 of 225 cells are read, none are holes. Read are rows 0 to 14 in columns 0 to 14."
    assert "Filled cells are read; there are no holes." in " ".join(texts(full))
    assert "Empty cells are holes" in " ".join(texts(mapped(2, 4, 8, 16, 32)))
    assert "Ringed" not in " ".join(texts(coverage_map([True] * 2, [True] * 3)))


def test_steps_say_how_many_are_read() -> None:
    assert {"output: 1 of 1", "layer 1, rate 2: 2 of 3", "then 1: 5 of 5"} == set(texts(CHARTS["steps"]()))


def test_a_profile_has_the_shares_as_bars_and_a_cross_at_every_hole() -> None:
    chart = profile(2, 2, 2)
    axes = chart.figure().axes[0]
    bars = [patch.get_height() for patch in axes.patches]
    np.testing.assert_allclose(bars, np.array([1, 0, 3, 0, 6, 0, 7, 0, 6, 0, 3, 0, 1]) / 27)
    assert [line.get_xdata().tolist() for line in axes.lines if line.get_marker() == "x"] == [[1, 3, 5, 7, 9, 11]]
    assert "4 sigma = 11.3 of 13 cells" in texts(chart)
    edges = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(edges, [6 - 2 * 8**0.5, 6 + 2 * 8**0.5])


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: coverage_map([], [True]), "rows must be 1 to 128 times True or False; got others."),
        (lambda: coverage_map([True], [1, 0]), "columns must be 1 to 128 times True or False; got others."),
        (lambda: coverage_map([True] * 129, [True]), "rows must be 1 to 128 times True or False; got others."),
        (lambda: coverage_map([True], [True], theme="blue"), "theme must be one of light, dark; got 'blue'."),
        (lambda: coverage_map([True], [True], width=100), "width must be at least 320; got 100."),
        (lambda: coverage_steps([]), "steps must be 1 to 9 rows; got 0."),
        (
            lambda: weight_profile([2], read=[True], center=0, sigma=1),
            "shares must be 1 to 128 numbers from 0 to 1; got others.",
        ),
        (
            lambda: weight_profile([1], read=[], center=0, sigma=1),
            "read must have one flag for each share; got 0 for 1.",
        ),
        (
            lambda: weight_map([1], center=(0, 0), sigma=(1, 1), title=""),
            "weights must be a table of up to 128 rows and columns; got the shape (1,).",
        ),
        (
            lambda: weight_map([[-1]], center=(0, 0), sigma=(1, 1), title=""),
            "weights must be finite numbers of at least 0; got others.",
        ),
    ],
)
def test_mistakes(mistake: Callable[[], Chart], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
