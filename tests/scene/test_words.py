"""Numbers as they are shown, and when a sum may claim to be equal."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convviz as cv
from convviz.recipes import Recipe
from convviz.scene import Text
from convviz.scene.number_format import (
    about,
    factor,
    is_rounded,
    is_sum,
    number,
    precise,
    shown,
    size_formulas,
    span,
    term,
    tidy,
    widest_sum,
)
from convviz.scene.typography import text_width
from tests.scene.reading import last_place, lines, terms, value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (7.0, "7"), (-12.0, "−12"), (123456.0, "123456"), (1e6, "1000000"), (0.5, "0.5"),
        (-0.125, "−0.125"), (1 / 3, "0.3333"), (2 / 3, "0.6667"), (12.345, "12.35"), (99.996, "100"), (-99.996, "−100"),
        (13.25, "13.25"), (2.375, "2.375"), (99.99, "99.99"), (100.04, "100"),
        (123.45, "123.5"), (999.96, "1000"), (1234.5, "1234"), (98765.4, "98765"),
        (0.00123, "0.00123"), (-0.0012345, "−0.001234"),
        (0.00099, "1e−3"), (1e-5, "1e−5"), (-2.5e-12, "−2e−12"), (0.1 + 0.2, "0.3"),
        (4.000000000000001, "4"), (99999999.0, "99999999"), (1e8, "1e8"), (123456000.0, "1.235e8"),
        (-12346669998.8, "−1.235e10"), (99999.4, "99999"), (-999999.5, "−1e6"), (123456.7, "1.235e5"),
    ],
)  # fmt: skip
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(-1e13, 1e13, allow_nan=False))
def test_every_number_reads_back_as_about_itself(value: float) -> None:
    text = number(value)
    assert "-" not in text
    assert len(text) <= 15
    assert float(shown(value)) == pytest.approx(value, rel=0.5 if abs(value) < 0.001 else 5.1e-4)


@given(st.floats(-1e13, 1e13, allow_nan=False))
def test_no_number_is_wider_than_the_room_that_is_kept_for_it(value: float) -> None:
    room = text_width(number(widest_sum(number, np.array([[value]]), np.ones((1, 1)))), 100)
    assert text_width(number(value), 100) <= room
    assert text_width(number(-value), 100) <= room


@given(st.floats(-1e13, 1e13, allow_nan=False))
def test_terms_have_three_more_digits_than_results(value: float) -> None:
    text = precise(value)
    assert float(text.replace("−", "-")) == pytest.approx(value, rel=5.1e-7, abs=1e-300)
    assert len(text.lstrip("−")) <= 14  # all digits of 10¹³
    assert text_width(text, 100) <= text_width(precise(widest_sum(precise, np.array([[value]]), np.ones((1, 1)))), 100)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"), (-12345.67, "−12345.67"), (0.333333, "0.333333"), (1 / 3, "0.3333333"), (1.4098317432, "1.409832"),
        (-999999.5, "−999999.5"), (0.1 + 0.2, "0.3"), (12346669999.0, "12346669999"), (1.5e-5, "1.5e−5"),
        (-1.23456789e-5, "−1.234568e−5"), (1e300, "1e300"), (0.0, "0"), (123456789.123, "1.234568e8"),
    ],
)  # fmt: skip
def test_numbers_of_terms(value: float, text: str) -> None:
    assert precise(value) == text


@pytest.mark.parametrize(
    "recipe",
    [
        cv.recipe("standard", input=[[1e6, -999999.5], [0.333333, -0.001]], weight=[[-12345.67, 1], [2, 3]]),
        cv.recipe("standard", weight="gaussian", input_size=4, padding=1, bias=1 / 3),
        cv.recipe("standard", input=[[x / 7 for x in range(k, k + 5)] for k in range(5)], weight="box"),
        *(cv.recipe("spatial-separable", weight="random", seed=seed) for seed in range(4)),
        cv.recipe("depthwise-separable", weight="box", act="depthwise", in_channels=2),
        cv.recipe("transposed", weight="gaussian", input_size=3),
    ],
    ids=repr,
)
def test_by_hand_the_terms_come_to_the_result(recipe: Recipe) -> None:
    scene = cv.animate(recipe, width=3000).scene
    for frame in scene:
        words = lines(scene, frame)
        cut = next(k for k, word in enumerate(words) if "·" in word)
        products, sign, result = terms(words[cut:])
        assert abs(sum(products) - result) <= last_place(words[-1])
        assert sign == ("=" if sum(products) == result else "≈")
        assert words[-1].split()[1] in words[cut - 1]


def test_large_results_can_be_read_in_their_cells() -> None:
    recipe = cv.recipe("standard", input=[[1e6, -999999.5], [0.333333, -0.001]], weight=[[-12345.67, 1], [2, 3]])
    scene = cv.animate(recipe).scene
    sizes = [mark.size for item in scene[0].items for mark in item.look.marks
             if isinstance(mark, Text) and mark.anchor == "middle" and "e10" in mark.text]  # fmt: skip
    assert sizes
    assert min(sizes) >= 9


def test_negative_factors_stand_in_parentheses() -> None:
    assert factor(-2.0) == "(−2)"
    assert term(3.0, -2.0) == "3·(−2)"


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(13.25, False), (13.255, True), (0.25, False), (0.1 + 0.2, False), (1 / 9, True), (1234.5, True), (5.0, False)],
)
def test_rounded(value: float, rounded: bool) -> None:
    assert is_rounded(value) is rounded
    assert about(value) == f"{'about ' if rounded else ''}{number(value)}"


@pytest.mark.parametrize(
    ("total", "products", "equal"),
    [
        (0.3, [(0.1, 1.0), (0.2, 1.0)], True),
        (0.1 * 3, [(0.1, 3.0)], True),
        (4.0, [(1 / 9, 9.0), (3.0, 1.0)], False),
        (1.0, [(0.5, 2.0)], True),
        (0.125 * 0.125, [(0.125, 0.125)], False),
        (-1e7 + 1, [(-1e4, 1e3), (1.0, 1.0)], True),
        (-1e12 + 1, [(-1e6, 1e6), (1.0, 1.0)], False),
        (-1e12, [(-1e6, 1e6)], True),
        (0.24691358, [(0.12345679, 2.0)], False),
        (0.246, [(0.123, 2.0)], True),
        (0.0, [], True),
        (0.0, [(5e-324, 1.0)], False),
    ],
)
def test_equal_only_where_what_is_shown_adds_up(total: float, products: list[tuple[float, float]], equal: bool) -> None:
    values, weights = ([pair[k] for pair in products] for k in (0, 1))
    assert is_sum(total, values, weights) is equal
    shown_sum = sum((value(precise(one)) * value(precise(other)) for one, other in products), Fraction(0))
    assert equal is (shown_sum == Fraction(shown(total)))


def test_noise_is_zero() -> None:
    assert tidy(0.1 * 3 - 0.3, 1.0) == 0
    assert tidy(1e-12, 1.0) == 1e-12
    assert tidy(0.0, 0.0) == 0
    scene = cv.animate(cv.recipe("standard", input=[[0.1, 0.3]], weight=[[3, -1]])).scene
    assert scene[0].description.startswith("Step 1 of 1: output row 0, column 0 is 0, the sum of 2 products")


def test_spans() -> None:
    assert span(-1, 2, "row") == "rows −1 to 2"
    assert span(3, 3, "column") == "column 3"


@pytest.mark.parametrize(
    ("layer", "size", "lines"),
    [
        (cv.conv2d(3, stride=2, padding=1), (5, 5), [
            "o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(5 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3"]),
        (cv.conv2d((3, 1), padding="same"), (4, 4), [
            "height: o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(4 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 4",
            "width: o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(4 + 2·0 − 1·(1 − 1) − 1) / 1⌋ + 1 = 4"]),
        (cv.conv2d(2, padding="same_upper", stride=2), (5, 5), [
            "o = ⌊(i + p_before + p_after − d(k − 1) − 1) / s⌋ + 1 = ⌊(5 + 0 + 1 − 1·(2 − 1) − 1) / 2⌋ + 1 = 3"]),
        (cv.conv_transpose2d(3, 2, 1, output_padding=1), (3, 3), [
            "o = (i − 1)s − 2p + d(k − 1) + a + 1 = (3 − 1)·2 − 2·1 + 1·(3 − 1) + 1 + 1 = 6"]),
        (cv.conv_transpose2d(3, 2, ((1, 0), (1, 0))), (3, 3), [
            "o = (i − 1)s − p_before − p_after + d(k − 1) + a + 1 = (3 − 1)·2 − 1 − 0 + 1·(3 − 1) + 0 + 1 = 6"]),
    ],
)  # fmt: skip
def test_formulas(layer: object, size: tuple[int, int], lines: list[str]) -> None:
    assert [formula.text for formula in size_formulas(layer, size)] == lines  # type: ignore[arg-type]


@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3))
def test_formulas_give_what_they_say(side: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    for layer in (
        cv.conv2d(kernel, stride, padding, dilation),
        cv.conv_transpose2d(kernel, stride, padding, dilation=dilation),
    ):
        try:
            formulas = size_formulas(layer, (side, side))
        except cv.SpecError:
            continue
        for formula in formulas:
            code = (
                formula.numbers.replace("·", "*").replace("−", "-").replace("⌊", "").replace("⌋", "").replace("/", "//")
            )
            assert eval(code) == formula.result


def test_latex() -> None:
    formula = size_formulas(cv.conv2d(3, padding=((1, 0), (1, 1))), (5, 5))[0]
    assert formula.latex == (
        r"\begin{aligned} \text{height:}\quad o &= \lfloor (i + p_\text{before} + p_\text{after} - d(k - 1) - 1) "
        r"/ s\rfloor  + 1 \\ &= \lfloor (5 + 1 + 0 - 1 \cdot (3 - 1) - 1) / 1\rfloor  + 1 = 4 \end{aligned}"
    )
