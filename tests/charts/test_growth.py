"""The curve of growing receptive fields: what it plots, what it says, and that nothing leaves the picture."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from convviz import SpecError
from convviz.charts import Chart
from convviz.charts.growth import receptive_growth
from convviz.scene.theme import THEMES

CLASSIC: Any = ([(1, 1), (3, 3), (7, 7), (15, 15)], [(1, 1), (3, 3), (5, 5), (7, 7)], [0, 9, 18, 27])
STACKS: dict[str, Any] = {
    "classic": CLASSIC,
    "one dimension": ([(1, 1), (1, 2), (1, 4)], [(1, 1), (1, 2), (1, 3)], [0, 2, 4]),
    "both axes": ([(1, 1), (3, 5), (7, 300)], [(1, 1), (3, 5), (5, 9)], [0, 15, 30]),
    "no parameters": ([(1, 1), (2, 2)], [(1, 1), (2, 2)], [0, 0]),
    "many": ([(2**n, 2**n) for n in range(29)], [(n + 1, n + 1) for n in range(29)], [*range(0, 261, 9)]),
    "only one cell": ([(1, 1), (1, 1)], [(1, 1), (1, 1)], [0, 1]),
}


def painted(chart: Chart) -> Figure:
    figure = chart.figure()
    FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
    return figure


def test_both_panels_have_both_curves() -> None:
    figure = painted(receptive_growth(*CLASSIC))
    layers, parameters = figure.axes
    for axes, places in ((layers, [0, 1, 2, 3]), (parameters, [0, 9, 18, 27])):
        standard, own = axes.lines
        assert np.asarray(standard.get_xdata()).tolist() == np.asarray(own.get_xdata()).tolist() == places
        assert np.asarray(own.get_ydata()).tolist() == [1, 3, 7, 15]
        assert np.asarray(standard.get_ydata()).tolist() == [1, 3, 5, 7]


def test_where_axes_differ_each_that_grows_has_a_curve() -> None:
    assert len(painted(receptive_growth(*STACKS["both axes"])).axes[0].lines) == 4
    assert len(painted(receptive_growth(*STACKS["one dimension"])).axes[0].lines) == 2


@pytest.mark.parametrize(
    ("sizes", "scale", "label"),
    [
        ([4 * n + 1 for n in range(13)], "linear", "cells seen"),
        ([10 * n + 1 for n in range(201)], "linear", "cells seen"),
        ([2**n for n in range(11)], "log", "cells seen (logarithmic)"),
        ([1, 3, 7, 15], "linear", "cells seen"),
    ],
)
def test_only_exponential_growth_is_on_a_logarithmic_scale_and_that_is_said(
    sizes: list[int], scale: str, label: str
) -> None:
    plain = [(n + 1, n + 1) for n in range(len(sizes))]
    totals = [9 * n for n in range(len(sizes))]
    for axes in painted(receptive_growth([(side, side) for side in sizes], plain, totals)).axes:
        assert (axes.get_yscale(), axes.get_ylabel()) == (scale, label)


def test_it_says_what_it_shows() -> None:
    chart = receptive_growth(*CLASSIC)
    assert chart.description == (
        "After 3 layers and 27 parameters a unit sees 15 × 15 cells; standard convolution sees 7 × 7."
    )
    assert chart.description in chart.svg()
    assert chart.png() == receptive_growth(*CLASSIC).png()


@pytest.mark.parametrize("width", [320, 340, 720, 1200])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", STACKS)
def test_nothing_is_cut_off_or_overlaps(name: str, theme: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = receptive_growth(*STACKS[name], theme=theme, width=width).figure()
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    drawn: list[tuple[str, Bbox]] = []

    def note(text: Text, _: object) -> None:
        if text.get_visible():
            drawn.append((text.get_text(), text.get_window_extent(renderer)))

    monkeypatch.setattr(Text, "draw", note)
    figure.draw(renderer)
    written = [(text, box) for text, box in drawn if text]
    for text, box in written:
        assert min(box.x0, box.y0) >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y1 <= figure.bbox.height, text
    for (one, first), (other, second) in combinations(written, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert min(across, down) < 1, (one, other)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([(1, 1)], [(1, 1)], [0]),
         "sizes, standard and parameters must be of one length, at least 2; got 1, 1 and 1."),
        (([(1, 1)] * 2, [(1, 1)] * 3, [0, 1]),
         "sizes, standard and parameters must be of one length, at least 2; got 2, 3 and 2."),
    ],
)  # fmt: skip
def test_refusals(given: Any, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        receptive_growth(*given)
    assert str(caught.value) == message
