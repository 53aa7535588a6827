"""A convolution with its matrices: the same step in all of them, and which cells have the same numbers."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.analysis import im2col
from convviz.recipes import Presentation, Recipe
from convviz.scene import compose
from convviz.scene.facts import facts_of
from convviz.scene.primitives import Grid

VIEWS = {
    "im2col": ["im2col: the windows as rows", "kernel as a column", "output as a column"],
    "matrix": ["matrix W", "input as a column", "output as a column"],
    "transposed": ["matrix W transposed", "output as a column, on its way back", "what comes back, as a column"],
}


def numbers(grid: Grid) -> np.ndarray[Any, Any]:
    """Return the numbers in the cells of a grid; an empty one is 0."""
    values = [float(text.replace("−", "-") or 0) for text in grid.texts]
    return np.reshape(values, (len(grid.rows), len(grid.columns)))


def random_recipes() -> list[Recipe]:
    rng, recipes = np.random.default_rng(5), []
    modes = ["zeros", "zeros", "reflect", "replicate", "circular", "symmetric"]

    def pair(low: int, high: int) -> tuple[int, int]:
        return int(rng.integers(low, high + 1)), int(rng.integers(low, high + 1))

    while len(recipes) < 12:
        try:
            recipes.append(cv.recipe(
                "matrix", input_size=pair(2, 5), kernel_size=pair(1, 3), stride=pair(1, 2), dilation=pair(1, 2),
                padding=(pair(0, 1), pair(0, 2)), padding_mode=modes[len(recipes) % 6], flip=bool(rng.integers(2)),
                seed=int(rng.integers(99)),
            ))  # fmt: skip
        except SpecError:
            continue
    return recipes


@pytest.mark.parametrize("recipe", random_recipes(), ids=repr)
def test_each_product_of_the_picture_is_true(recipe: Recipe) -> None:
    scene = compose(recipe, Presentation())
    titles = [grid.title for grid in scene.link().grids[3:]]
    assert titles == [*VIEWS["im2col"], *VIEWS["matrix"], *VIEWS["transposed"]]
    assert len(scene) == recipe.frames
    *_, rows, kernel, first, whole, cells, second, transposed, given, back = map(numbers, scene.link().grids)
    assert np.array_equal(rows, im2col(recipe.layer, recipe.input))
    assert np.array_equal(whole, cv.matrix(recipe.layer, recipe.weight, recipe["input_size"]))
    assert np.array_equal(transposed, whole.T)
    assert np.array_equal(rows @ kernel, first)
    assert np.array_equal(whole @ cells, second)
    assert np.array_equal(transposed @ given, back)
    assert np.array_equal(first, recipe.drawn_output.reshape(-1, 1))


@pytest.mark.parametrize("recipe", random_recipes()[:6], ids=repr)
def test_cells_that_belong_together_have_the_same_numbers(recipe: Recipe) -> None:
    """Of each product: the row and the column of its cell in each matrix are those of its output, input and weight."""
    links = compose(recipe, Presentation()).link()
    texts = [text for grid in links.grids for text in grid.texts]
    names = [name for grid in links.grids for name in grid.names]
    at = [k for k, grid in enumerate(links.grids) for _ in grid.texts]
    (height, width), taps = recipe["input_size"], prod(recipe["kernel_size"])
    for step in range(recipe.frames):
        relation = links.relate(step)
        assert (len(relation.inputs), relation.sums, len(relation.more)) == (taps, (), 9)
        for tap, (read, weight, output, *more) in enumerate(zip(*relation_columns(relation), strict=True)):
            window, column, first, cell, source, second, turned, given, back = more
            assert names[window] == (step, tap)
            assert texts[window] == texts[read]
            assert texts[column] == texts[weight]
            assert texts[output] == texts[first] == texts[second] == texts[given]
            assert (source < 0) == (cell < 0) == (turned < 0) == (back < 0)
            if source >= 0:
                row, place = names[source]
                assert names[source] == names[back]
                assert texts[source] == texts[read]
                assert names[cell] == (step, row * width + place)
                assert names[turned] == (row * width + place, step)
                assert texts[cell] == texts[turned]
                assert 0 <= row < height
            assert [at[k] for k in more if k >= 0] == [k + 3 for k, each in enumerate(more) if each >= 0]


def relation_columns(relation: Any) -> tuple[Any, ...]:
    return relation.inputs, relation.kernels, relation.outputs, *relation.more


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_draws_one_matrix(view: str) -> None:
    scene = compose(cv.recipe("matrix", view=view), Presentation())
    assert [grid.title for grid in scene.link().grids[3:]] == VIEWS[view]
    where = {"im2col": "Row 1 of im2col.", "matrix": "Row 1 of W.", "transposed": "Column 1 of W transposed."}[view]
    assert scene.frame(1).details == f"The sum of 4 products over input rows 0 to 1, columns 1 to 2. {where}"


def test_a_frame_says_where_it_is_in_all_matrices() -> None:
    scene = compose(cv.recipe("matrix", bias=2), Presentation())
    assert scene.description == (
        "Convolution as a matrix product: a 2 by 2 kernel on a 3 by 3 input gives a 2 by 2 output. As a matrix, it has "
        "4 rows and 9 columns."
    )
    assert scene.frame(2).description == (
        "Step 3 of 4: output row 1, column 0 is 21, the sum of 4 products over input rows 1 to 2, columns 0 to 1 and a "
        "bias of 2. Row 2 of im2col and of W and column 2 of W transposed."
    )


def test_the_result_grows_with_each_output() -> None:
    recipe = cv.recipe("matrix", view="transposed", padding=1, stride=2)
    whole = cv.matrix(recipe.layer, recipe.weight, recipe["input_size"])
    reached = cv.matrix(recipe.layer, np.ones(recipe.weight.shape), recipe["input_size"])
    scene = compose(recipe, Presentation(title=False, terms=False))
    grid = scene.link().grids[-1]
    corners = {corner: k for k, corner in enumerate(grid.corners())}
    for step, frame in enumerate(scene):
        sums = whole[: step + 1].T @ recipe.drawn_output.ravel()[: step + 1]
        shown = {corners[item.x, item.y]: text for item in frame.items if (item.x, item.y) in corners
                 for text in [mark.text for mark in item.look.marks if hasattr(mark, "text")]}  # fmt: skip
        expected = {k: f"{sums[k]:g}".replace("-", "−") for k in np.flatnonzero(reached[: step + 1].any(0))}
        last = dict.fromkeys(range(len(sums)), "0") if step == len(scene) - 1 else {}
        assert shown == {**last, **expected}


def test_numbers_of_both_matrices_are_counted() -> None:
    facts = {fact.label: (fact.text, fact.note) for fact in facts_of(cv.recipe("matrix", padding=1))}
    assert facts["im2col"] == ("7.11 × input", "16 × 4 = 64 numbers; the input has 9")
    assert facts["Matrix W"] == ("144 cells, 25% used", "16 × 9; 36 of the cells hold a weight")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"input_size": 9},
            "The matrix must have at most 64 rows and 64 columns to be drawn; got 64 output cells x 81 input cells. "
            "Use a smaller input or padding, or a larger stride.",
        ),
        (
            {"input_size": 8, "padding": 1},
            "The matrix must have at most 64 rows and 64 columns to be drawn; got 81 output cells x 64 input cells. "
            "Use a smaller input or padding, or a larger stride.",
        ),
        ({"view": "w"}, "view must be one of all, im2col, matrix, transposed; got 'w'."),
    ],
)
def test_larger_matrices_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe("matrix", **given)
    assert str(caught.value) == message


def test_the_largest_one_is_drawn_by_value_and_small_enough_for_a_browser() -> None:
    for view, mode in product(("all", "matrix"), ("zeros", "circular")):
        recipe = cv.recipe("matrix", input_size=8, kernel_size=3, padding=1, view=view, padding_mode=mode)
        scene = compose(recipe, Presentation())
        assert len(scene) == 64
        assert max(scene.width, scene.height) < 1_900
