"""Backward: the sums that frames say, what the picture marks, and where pooling sends each number."""

from __future__ import annotations

import random

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.recipes.edits import edited
from convviz.scene import compose
from convviz.scene.primitives import Scene

MODES = ("convolution", "max", "average")


def some(mode: str, seed: int) -> Recipe:
    """Return a recipe in which no axis is like the other."""
    chance = random.Random(seed)
    while True:
        rows, columns = ({"input": chance.randint(4, 7), "kernel": chance.randint(1, 3), "stride": chance.randint(1, 3)}
                         for _ in range(2))  # fmt: skip
        sizes = {f"{name}_size" if name != "stride" else name: (rows[name], columns[name]) for name in rows}
        padding = [chance.randint(0, 1) for _ in range(4)]
        try:
            return cv.recipe(
                "backward", **sizes, padding=",".join(map(str, padding)), dilation=(1, 2), mode=mode, seed=seed
            )
        except SpecError:
            continue


def numbers(scene: Scene, title: str) -> list[float]:
    """Return what the grid with this title shows in the end."""
    grid = next(each for each in scene.link().grids if each.title == title)
    return [float(text.replace("−", "-")) for text in grid.texts]


@pytest.mark.parametrize("seed", range(6))
def test_every_frame_of_a_convolution_adds_up_to_its_gradient(seed: int) -> None:
    recipe = some("convolution", seed)
    gradients = cv.backward(recipe.layer, recipe.input, recipe.numbers("weight"), recipe.upstream)
    assert gradients.weight is not None
    assert gradients.bias is not None
    scene = compose(recipe, Presentation())
    assert len(scene) == recipe.frames == gradients.input.size + gradients.weight.size + 1
    links, wanted = scene.link(), [*gradients.input.ravel(), *gradients.weight.ravel(), *gradients.bias]
    texts = [text for grid in links.grids for text in grid.texts]
    for step, value in enumerate(wanted):
        taps = links.relate(step).taps
        made = sum(
            float(texts[cell].replace("−", "-")) * (float(texts[weight].replace("−", "-")) if weight >= 0 else 1)
            for cell, weight, _ in taps
        )
        assert made == value
        assert {texts[target] for _, _, target in taps} == {f"{value:g}".replace("-", "−")}


@pytest.mark.parametrize("mode", MODES[1:])
@pytest.mark.parametrize("seed", range(3))
def test_every_frame_of_a_pooling_reaches_the_cells_that_get_something(mode: str, seed: int) -> None:
    recipe = some(mode, seed)
    dx = cv.backward(recipe.layer, recipe.input, None, recipe.upstream).input
    scene = compose(recipe, Presentation())
    assert len(scene) == recipe.frames == recipe.upstream.size
    np.testing.assert_allclose(numbers(scene, "gradient dX"), dx.ravel(), atol=1e-3)
    grids, links = scene.link().grids, scene.link()
    first = sum(len(grid.names) for grid in grids[:2])
    reached = {cell - first for step in range(len(scene)) for _, _, cell in links.relate(step).taps}
    assert {*np.flatnonzero(dx)} <= reached


def test_frames_say_why() -> None:
    scene = compose(cv.recipe("backward"), Presentation())
    assert scene.description == (
        "Backward through a 3 by 3 convolution of a 5 by 5 input: the gradient dY of the 3 by 3 output makes dX, dW "
        "and db."
    )
    assert [scene.frame(step).description for step in (16, 26, 34)] == [
        "Step 17 of 35: gradient dX row 3, column 1 is 11, the sum of 9 products with dY, 4 of them with the outputs "
        "that read the cell: the first of these reads it with a later weight than the last, so the kernel is turned.",
        "Step 27 of 35: gradient dW row 0, column 1 is −14, the sum of 9 products, of dY with the cells that this "
        "weight met: input rows −1 to 3, columns 0 to 4, 2 apart because the window moves by the stride.",
        "Step 35 of 35: gradient db is −7, the sum of 9 cells of dY, for the bias is added to every output.",
    ]
    unread = compose(cv.recipe("backward", input_size=6, padding=0), Presentation()).frame(35)
    assert unread.details == ("No output reads this cell, so every product has an inserted zero or one from around dY.")


@pytest.mark.parametrize(
    ("changes", "step", "said"),
    [
        ({"mode": "max"}, 4,
         "Step 5 of 9: gradient dY row 1, column 1 is −2; all of it goes to the cell that won its window, input row 2, "
         "column 2, the first of 3 that are equal."),
        ({"mode": "average"}, 1,
         "Step 2 of 9: gradient dY row 0, column 1 is −2; each of 6 cells of the input that it is the average of gets "
         "about −0.2222: rows 0 to 1, columns 1 to 3."),
        ({"mode": "max", "input_size": (1, 2), "kernel_size": (1, 2), "stride": 1, "padding": "0,0,1,1", "dilation": 3},
         0,
         "Step 1 of 1: gradient dY row 0, column 0 is −2; its window reads no cell of the input, so it goes nowhere."),
    ],
)  # fmt: skip
def test_a_pooling_says_where_a_number_goes(changes: dict[str, object], step: int, said: str) -> None:
    assert compose(cv.recipe("backward", **changes), Presentation()).frame(step).description == said


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("gradient", ["all", "dx"])
@pytest.mark.parametrize("storyboard", ["cell", "tap"])
def test_every_choice_has_as_many_frames_as_the_recipe_says(mode: str, gradient: str, storyboard: str) -> None:
    recipe = cv.recipe("backward", mode=mode, gradient=gradient, storyboard=storyboard, input_size=(4, 5))
    scene = compose(recipe, Presentation())
    assert len(scene) == recipe.frames
    assert all(frame.description and frame.details for frame in scene)


def test_own_numbers_of_dy_follow_the_size_of_the_output() -> None:
    recipe = Recipe.from_values("backward", edited(cv.recipe("backward"), "upstream:1,1:5"))
    assert recipe.to_query() == "upstream=0,-2,-1;1,5,-2;-2,1,0"
    smaller = Recipe.from_values("backward", edited(recipe, "set:stride=4"))
    assert smaller.to_query() == "stride=4&upstream=0,-2;1,5"
    assert (
        edited(cv.recipe("backward", input=np.ones((2, 4)), kernel_size=2), "own:upstream")["input"]
        == "1,1,1,1;1,1,1,1"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"upstream": "1,2"}, "upstream must be 3x3, the size of the output; got 1x2."),
        ({"upstream": "1|2"}, "upstream must be one table of rows for backward; got 2 planes."),
        ({"mode": "max", "gradient": "dw"},
         "gradient must be all or dx for a pooling, which has no weight; got dw."),
        ({"mode": "median"}, "mode must be one of convolution, max, average; got 'median'."),
        ({"kernel_size": 7, "padding": 11, "input_size": 16, "stride": 1},
         "An animation must draw at most 40,000 products; got 62,721. Use fewer channels or smaller sizes."),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe("backward", **given)
    assert str(caught.value) == message


def test_code_computes_the_gradients() -> None:
    recipe = cv.recipe("backward", input_size=(6, 5), kernel_size=(2, 3), stride=(2, 1), padding="1,0,0,2", dilation=2)
    gradients, printed = cv.backward(recipe.layer, recipe.input, recipe.numbers("weight"), recipe.upstream), {}
    exec(recipe.to_code("numpy"), {"print": lambda name, value: printed.update({name: value})})
    for name, wanted in (("dX", gradients.input), ("dW", gradients.weight), ("db", gradients.bias)):
        np.testing.assert_array_equal(printed[name], wanted)
    with pytest.raises(SpecError) as caught:
        recipe.to_code("keras")
    assert str(caught.value) == "Code for gradients is there in PyTorch and NumPy; got Keras."


@pytest.mark.parametrize("mode", MODES[1:])
def test_code_of_a_pooling_computes_dx(mode: str) -> None:
    recipe = cv.recipe("backward", input_size=(6, 5), kernel_size=(2, 3), stride=(2, 1), padding="1,0,0,1", mode=mode)
    dx, printed = cv.backward(recipe.layer, recipe.input, None, recipe.upstream).input, {}
    exec(recipe.to_code("numpy"), {"print": lambda name, value: printed.update({name: value})})
    assert printed.keys() == {"dX"}
    np.testing.assert_allclose(printed["dX"], dx)
