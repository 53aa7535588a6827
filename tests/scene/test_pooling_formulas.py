"""The output size of a pooling as a formula: it gives what the layer gives, and says where a window is left out."""

from __future__ import annotations

import re

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.scene.number_format import size_formulas

BITES = "(− 1: the last window must start inside the input or the padding before it)"


@pytest.mark.parametrize(
    ("layer", "size", "text"),
    [
        (cv.max_pool2d(3, 2, 1), 6, "o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(6 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3"),
        (cv.avg_pool2d(3, 2, 1), 6, "o = ⌊(i + 2p − k) / s⌋ + 1 = ⌊(6 + 2·1 − 3) / 2⌋ + 1 = 3"),
        (cv.avg_pool2d(3, 2, 1, ceil_mode=True), 6, "o = ⌈(i + 2p − k) / s⌉ + 1 = ⌈(6 + 2·1 − 3) / 2⌉ + 1 = 4"),
        (
            cv.avg_pool2d(2, 3, 1, ceil_mode=True), 5,
            f"o = ⌈(i + 2p − k) / s⌉ + 1 − 1 = ⌈(5 + 2·1 − 2) / 3⌉ + 1 − 1 = 2 {BITES}",
        ),
    ],
)  # fmt: skip
def test_formulas(layer: cv.MaxPool2d, size: int, text: str) -> None:
    (formula,) = size_formulas(layer, (size, size))
    assert formula.text == text


def test_a_formula_that_is_typeset() -> None:
    (formula,) = size_formulas(cv.avg_pool2d(2, 3, 1, ceil_mode=True), (5, 5))
    assert formula.latex == (
        r"\begin{aligned} o &= \lceil (i + 2p - k) / s\rceil  + 1 - 1 \\ &= \lceil (5 + 2 \cdot 1 - 2) / 3\rceil  + 1 "
        r"- 1 = 2 \\ & \text{(- 1: the last window} \\ & \text{must start inside the input} \\ & "
        r"\text{or the padding before it)} \end{aligned}"
    )


def test_formulas_give_what_they_say_and_what_the_layer_gives() -> None:
    chance = np.random.default_rng(0)
    bites = 0
    for _ in range(2000):
        k, s, d = chance.integers(1, 6, 3).tolist()
        before, after = chance.integers(0, k // 2 + 1, 2).tolist()
        padding, ceil_mode = ((before, after), (before, after)), bool(chance.integers(2))
        size = tuple(chance.integers(1, 14, 2).tolist())
        layer = (
            cv.max_pool2d(k, s, padding, d, ceil_mode)
            if chance.integers(2)
            else cv.avg_pool2d(k, s, padding, ceil_mode)
        )
        try:
            formulas = size_formulas(layer, size)
        except SpecError:
            continue
        assert {formula.result for formula in formulas} == {*layer.output_size(size)}
        for formula in formulas:
            bites += bool(formula.note)
            code = formula.numbers.replace("·", "*").replace("−", "-")
            code = re.sub(r"⌊(.*) / (\d+)⌋", r"(\1) // \2", code)
            code = re.sub(r"⌈(.*) / (\d+)⌉", r"-(-(\1) // \2)", code)
            assert eval(code) == formula.result, formula.text
    assert bites > 20
