"""The curve of growing receptive fields: what it plots, what it says, and that nothing leaves the picture."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from convviz import SpecError
from convviz.charts import Chart
from convviz.charts.curves import growth_rule, receptive_growth
from convviz.scene.theme import LIGHT
from tests.charts.gallery import CLASSIC, STACKS
from tests.charts.reading import texts


def painted(chart: Chart) -> Figure:
    figure = chart.figure()
    FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
    return figure


SIX: Any = (
    [(2 ** (n + 1) - 1,) * 2 for n in range(7)], [(2 * n + 1,) * 2 for n in range(7)], [9 * n for n in range(7)]
)  # fmt: skip


def numbers(axes: Axes) -> dict[tuple[int, ...], str]:
    """Return the numbers of each line that has no gaps, with the marks of its points."""
    return {tuple(np.asarray(line.get_ydata()).tolist()): str(line.get_marker()) for line in axes.lines}


def test_side_standard_and_parameters_are_on_one_axis_over_the_layers() -> None:
    (axes,) = painted(receptive_growth(*SIX, layers=3)).axes
    drawn = numbers(axes)
    assert {(3, 7, 15, 31, 63, 127), (3, 5, 7, 9, 11, 13), (9, 18, 27, 36, 45, 54)} <= {*drawn}
    assert [drawn[points] for points in ((3, 7, 15), (31, 63, 127), (9, 18, 27), (36, 45, 54))] == ["o", "o", "s", "s"]
    hollow = {tuple(line.get_ydata()) for line in axes.lines if line.get_markerfacecolor() == LIGHT.page}
    assert hollow == {(31, 63, 127), (36, 45, 54)}
    assert axes.get_xlabel() == "layers (hollow: the pattern continued)"
    standard = next(line for line in axes.lines if tuple(line.get_ydata())[1:2] == (5,))
    assert standard.is_dashed()
    assert {"3", "7", "15", "31", "63", "9", "18", "27", "36", "45"} <= {*texts(receptive_growth(*SIX, layers=3))}


@pytest.mark.parametrize("width", [720, 340])
def test_the_curves_say_what_they_are_and_by_which_rule_they_grow(width: int) -> None:
    words = " ".join(texts(receptive_growth(*SIX, width=width)))
    for name, rule in (
        ("side 127 cells", "×2 + 1 each layer, exponential"),
        ("standard 13 cells", "+2 each layer, linear"),
        ("parameters 54", "+9 each layer, linear"),
    ):
        assert re.search(rf"{re.escape(name)}[, ]+{re.escape(rule)}", words), words


@given(first=st.integers(1, 9), step=st.integers(1, 9), factor=st.integers(2, 4), more=st.integers(-1, 5))
def test_a_rule_is_said_only_where_it_holds(first: int, step: int, factor: int, more: int) -> None:
    line, curve = [first + step * n for n in range(6)], [first]
    for _ in range(5):
        curve.append(factor * curve[-1] + more)
    assert growth_rule(line) == f"+{step} each layer, linear"
    if curve[1] > first:
        sign = f" {'+' if more > 0 else '−'} {abs(more)}" if more else ""
        assert growth_rule(curve) == f"×{factor}{sign} each layer, exponential"
    assert growth_rule([*line, line[-1] + step + 1]) == growth_rule([*curve, curve[-1]]) == ""


def test_where_axes_differ_each_that_grows_has_a_curve() -> None:
    both, single = (painted(receptive_growth(*STACKS[name])).axes[0] for name in ("both axes", "one dimension"))
    assert {(5, 300), (3, 7), (5, 9), (3, 5), (15, 30)} == {key for key in numbers(both) if key}
    assert {(2, 4), (2, 3)} == {key for key in numbers(single) if key}


def test_exponential_growth_is_a_straight_line_on_a_logarithmic_axis() -> None:
    powers = ([(2**n,) * 2 for n in range(9)], [(n + 1,) * 2 for n in range(9)], [0, 0, *range(9, 72, 9)])
    for is_logarithmic, scale in ((True, "log"), (False, "linear")):
        (axes,) = painted(receptive_growth(*powers, is_logarithmic=is_logarithmic)).axes
        assert axes.get_yscale() == scale
        places = axes.transData.transform([(n, 2**n) for n in range(1, 9)])
        assert (np.ptp(np.diff(places[:, 1])) < 1e-6) == is_logarithmic
        assert ("(logarithmic)" in " ".join(texts(receptive_growth(*powers, is_logarithmic=is_logarithmic)))) == (
            is_logarithmic
        )


def test_it_says_what_it_shows() -> None:
    chart = receptive_growth(*CLASSIC)
    assert chart.description == (
        "After 3 layers and 27 parameters a unit sees 15 × 15 cells; standard convolution sees 7 × 7. The lines end "
        "at: side 15 cells, ×2 + 1 each layer, exponential; standard 7 cells, +2 each layer, linear; parameters 27, +9 "
        "each layer, linear."
    )
    assert chart.description in chart.svg()
    assert chart.png() == receptive_growth(*CLASSIC).png()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            ([(1, 1)], [(1, 1)], [0]),
            "sizes, standard and parameters must be of one length, at least 2; got 1, 1 and 1.",
        ),
        (
            ([(1, 1)] * 2, [(1, 1)] * 2, [0, 1], {"layers": 2}),
            "layers must be at most 1, for which there are sizes; got 2.",
        ),
        (
            ([(1, 1)] * 2, [(1, 1)] * 3, [0, 1]),
            "sizes, standard and parameters must be of one length, at least 2; got 2, 3 and 2.",
        ),
    ],
)
def test_refusals(parameters: Any, message: str) -> None:
    *stack, more = parameters if isinstance(parameters[-1], dict) else (*parameters, {})
    with pytest.raises(SpecError) as caught:
        receptive_growth(*stack, **more)
    assert str(caught.value) == message
