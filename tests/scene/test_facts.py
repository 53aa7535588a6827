"""What is said of a recipe and of two: sizes, costs, formulas, receptive fields, and what differs."""

from __future__ import annotations

import pytest

from convviz.recipes import Presentation, Recipe, presets
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import Comparison
from convviz.scene import compose
from convviz.scene.facts import compared, cost_notes, facts_of, formulas_of, heads_of, order_of_sizes

STACK = "left=checkerboard&right=standard&layers=upsample2d(2);conv2d(3)"


def rows(both: Comparison) -> dict[str, list[str]]:
    """The table as a reader sees it, with a sign at what differs."""
    return {f"{label} ≠" if left != right else label: [left, right] for label, left, right in compared(both)}


def test_what_is_said_of_two_recipes() -> None:
    assert rows(PAIRS["dilated"].comparison) == {
        "Input": ["7 × 7", "7 × 7"], "Kernel or window": ["3 × 3", "3 × 3"], "Effective kernel ≠": ["3 × 3", "5 × 5"],
        "Output ≠": ["5 × 5", "3 × 3"], "Receptive field ≠": ["3 × 3", "5 × 5"], "Parameters": ["9", "9"],
        "Multiplications ≠": ["225", "81"], "Additions ≠": ["200", "72"], "Steps ≠": ["25", "9"],
        "Stride": ["1", "1"], "Padding": ["0", "0"], "Dilation ≠": ["1", "2"],
    }  # fmt: skip
    assert heads_of(PAIRS["dilated"].comparison) == ("Standard", "Dilated")
    assert heads_of(PAIRS["pooling"].comparison) == ("Left: Pooling", "Right: Pooling")


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
    assert cost_notes(both) == "Layers of a stack have one channel in and one out."
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


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("standard", {}, [("Input", "5 × 5"), ("Kernel", "3 × 3"), ("Output", "3 × 3"), ("Parameters", "9"),
                          ("Multiplications", "81")]),
        ("standard", {"in_channels": "2", "input_size": "4"},
         [("Input", "2 × 4 × 4"), ("Weight", "1 × 2 × 3 × 3"), ("Output", "1 × 2 × 2"), ("Parameters", "18"),
          ("Multiplications", "72")]),
        ("standard", {"in_channels": "4", "out_channels": "2", "groups": "2", "dilation": "2"},
         [("Input", "4 × 5 × 5"), ("Weight", "2 × 2 × 3 × 3"), ("Effective kernel", "5 × 5"), ("Output", "2 × 1 × 1"),
          ("Parameters", "36"), ("Multiplications", "36")]),
        ("depthwise-separable", {"channel_multiplier": "2"},
         [("Input", "3 × 5 × 5"), ("Depthwise weight", "6 × 1 × 3 × 3"), ("Pointwise weight", "4 × 6 × 1 × 1"),
          ("Output", "4 × 3 × 3"), ("Parameters in both steps", "78"), ("Parameters as standard", "108"),
          ("Multiplications in both steps", "702"),
          ("Multiplications as standard", "972")]),
        ("spatial-separable", {},
         [("Input", "6 × 6"), ("Kernel", "3 × 3"), ("Output", "4 × 4"), ("Parameters in two passes", "6"),
          ("Parameters in one", "9"), ("Multiplications in two passes", "120"), ("Multiplications in one", "144")]),
        ("spatial-separable", {"bias": "1", "kernel_size": "1x3", "weight": "1,2,1"},
         [("Input", "6 × 6"), ("Kernel", "1 × 3"), ("Output", "6 × 4"), ("Parameters in two passes", "5"),
          ("Parameters in one", "4"), ("Multiplications in two passes", "108"), ("Multiplications in one", "72")]),
    ],
)  # fmt: skip
def test_sizes_and_costs(name: str, query: dict[str, str], expected: list[tuple[str, str]]) -> None:
    recipe = Recipe.from_values(name, query)
    assert [(fact.label, fact.text) for fact in facts_of(recipe)] == expected
    has_channels = expected[0][1].count("×") == 2
    order = "Sizes are channels × height × width; weights are kernels × channels that each reads × height × width."
    assert order_of_sizes(recipe) == (order if has_channels else "")


def test_notes_of_facts_say_what_the_numbers_are() -> None:
    notes = {fact.label: fact.note for fact in facts_of(Recipe.from_query("dilated", "bias=1"))}
    assert notes == {
        "Input": "height × width", "Kernel": "height × width", "Output": "height × width",
        "Effective kernel": "height × width, from its first to its last tap", "Parameters": "weights and biases",
        "Multiplications": "padding counted, as in published tables",
    }  # fmt: skip
    stack = facts_of(Recipe.from_query("checkerboard", "layers=upsample2d(2);conv2d(3)"))
    assert [tuple(fact) for fact in stack] == [
        ("Input", "4 × 4", "height × width"), ("After layer 1", "8 × 8", "upsample2d(2)"),
        ("After layer 2", "6 × 6", "conv2d(3)"),
    ]  # fmt: skip


def test_a_stack_has_no_formula_and_an_uneven_layer_has_two() -> None:
    assert formulas_of(Recipe.from_query("checkerboard", "layers=2")) == ()
    assert formulas_of(Recipe.from_query("checkerboard", "layers=conv2d(3)")) == ()
    assert [formula.axis for formula in formulas_of(Recipe.from_query("standard", "stride=1x2"))] == ["height", "width"]
