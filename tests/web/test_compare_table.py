"""The table of a comparison: sizes, receptive field, costs, and a mark at what differs."""

from __future__ import annotations

import re
from html import unescape

import pytest

from convviz.recipes import Presentation, presets
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import Comparison
from convviz.scene import compose
from convviz.web.labs.compare.page import comparison_table

STACK = "left=checkerboard&right=standard&layers=upsample2d(2);conv2d(3)"


def rows(both: Comparison) -> dict[str, list[str]]:
    """The table as a reader sees it."""
    found = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', comparison_table(both))
    return {unescape(label): [unescape(left), unescape(right)] for label, left, right in found}


def test_the_table_marks_what_differs() -> None:
    table = rows(PAIRS["dilated"].comparison)
    assert table == {
        "Input": ["7 × 7", "7 × 7"], "Kernel or window": ["3 × 3", "3 × 3"], "Effective kernel ≠": ["3 × 3", "5 × 5"],
        "Output ≠": ["5 × 5", "3 × 3"], "Receptive field ≠": ["3 × 3", "5 × 5"], "Parameters": ["9", "9"],
        "Multiplications ≠": ["225", "81"], "Additions ≠": ["200", "72"], "Steps ≠": ["25", "9"],
        "Stride": ["1", "1"], "Padding": ["0", "0"], "Dilation ≠": ["1", "2"],
    }  # fmt: skip
    html = comparison_table(PAIRS["dilated"].comparison)
    assert html.count("class=cv-strong") == sum("≠" in label for label in table)


@pytest.mark.parametrize(
    ("query", "label", "cells"),
    [
        ("left=transposed&right=pooling", "Receptive field ≠", ["1 × 1 to 2 × 2", "2 × 2"]),
        ("left=transposed&right=standard&kernel_size=3x5", "Receptive field ≠", ["1 × 2 to 2 × 3", "3 × 5"]),
        ("left=transposed&right=pooling", "Parameters ≠", ["9", "–"]),
        ("left=standard&right=spatial-separable&input_size=6", "Multiplications ≠", ["144", "120"]),
        ("left=standard&right=spatial-separable&bias=1&input_size=6", "Parameters ≠", ["10", "7"]),
        ("left=standard&right=depthwise-separable&in_channels=3&out_channels=256&input_size=12&kernel_size=5",
         "Multiplications ≠", ["1,228,800", "53,952"]),
        ("left=standard&right=standard&right.weight=sobel_x", "Kernel numbers ≠", ["random", "sobel x"]),
        ("left=standard&right=standard&right.input=1,2,3;4,5,6;7,8,9", "Input numbers ≠", ["random", "own"]),
        ("left=pooling&right=pooling&right.mode=average", "Mode ≠", ["max", "average"]),
        ("left=checkerboard&right=transposed", "Multiplications ≠", ["–", "81"]),
        (STACK, "Kernel or window ≠", ["–, 3 × 3", "3 × 3"]),
        (STACK, "Stride ≠", ["–", "1"]),
    ],
)  # fmt: skip
def test_numbers_of_the_table(query: str, label: str, cells: list[str]) -> None:
    assert rows(Comparison.from_query(query))[label] == cells


GROWTH = (
    "left=receptive-field&right=receptive-field&left.layers=conv2d(3);conv2d(3)&right.layers=conv2d(5)&input_size=5"
)


def test_stacks_are_counted_layer_by_layer() -> None:
    """Two kernels 3 x 3 see as far as one of 5 x 5 with fewer parameters: 2 * 9 of 25, by hand 9 * 9 + 9 products."""
    both = Comparison.from_query(GROWTH)
    table = rows(both)
    assert table["Receptive field"] == ["5 × 5", "5 × 5"]
    assert table["Parameters ≠"] == ["18", "25"]
    assert table["Multiplications ≠"] == ["90", "25"]
    assert table["Additions ≠"] == ["80", "24"]
    assert "Stride" not in table, "each layer has its own"
    assert table["Layers ≠"] == ["conv2d(3);\u200bconv2d(3)", "conv2d(5)"]
    assert "one channel in and one out" in comparison_table(both)
    shuffled = rows(both.replace(**{"left.layers": "pixel_shuffle(2);conv2d(3);avg_pool2d(2)"}))
    assert shuffled["Parameters ≠"] == ["9", "25"]


def test_a_side_that_is_done_first_says_so_in_a_whole_sentence() -> None:
    words = compose(Comparison.from_query(GROWTH), Presentation()).frame(-1).description
    assert "Left, F2: one unit sees 5 × 5 cells, 25 of 25 read: the unit at row 0" in words
    assert "Right, F1: one unit sees 5 × 5 cells, 25 of 25 read: the unit at row 0" in words
    words = compose(PAIRS["dilated"].comparison, Presentation()).frame(-1).description
    assert "Left, step 25 of 25: " in words
    assert "Right, done, 9 of 9: " in words


def test_every_example_has_a_table() -> None:
    for recipe in presets.values():
        assert rows(Comparison(recipe, presets["dilation"]))
