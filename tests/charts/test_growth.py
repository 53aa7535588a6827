"""The curve of growing receptive fields: what it plots, what it says, and that nothing leaves the picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from convviz import SpecError
from convviz.charts import Chart
from convviz.charts.curves import receptive_growth
from tests.charts.gallery import CLASSIC, STACKS


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


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ([(1, 1)], [(1, 1)], [0]),
            "sizes, standard and parameters must be of one length, at least 2; got 1, 1 and 1.",
        ),
        (
            ([(1, 1)] * 2, [(1, 1)] * 3, [0, 1]),
            "sizes, standard and parameters must be of one length, at least 2; got 2, 3 and 2.",
        ),
    ],
)
def test_refusals(given: Any, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        receptive_growth(*given)
    assert str(caught.value) == message
