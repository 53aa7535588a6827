"""The code of recipes: run as it is with NumPy and onnxruntime, and with fakes of PyTorch, Keras and JAX."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import VARIANTS, Recipe
from convviz.recipes.code import FRAMEWORKS
from convviz.recipes.variants.spatial_separable import passes_of

from .frameworks import run

VARIANTS_WITH_CODE = [
    "standard", "dilated", "transposed", "pooling", "pooling-channels", "spatial-separable", "depthwise-separable",
]  # fmt: skip
EACH = 24
"""Random recipes of each variant."""


def random_recipe(variant: str, rng: np.random.Generator) -> Recipe:
    """Return a recipe with every axis different, as far as its parameters are not refused."""

    def integer(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    def pair(low: int, high: int) -> str:
        return f"{integer(low, high)}x{integer(low, high)}"

    def choice(*values: Any) -> Any:
        return values[rng.integers(len(values))]

    def padding() -> str:
        sides = ",".join(str(integer(0, 2)) for _ in range(4))
        return choice(str(integer(0, 2)), pair(0, 2), sides, sides, *words)

    transposed_words = ("valid",)
    words = transposed_words if variant == "transposed" else ("valid", "same", "same_upper", "same_lower")
    makers = {
        "input_size": lambda: pair(3, 8),
        "kernel_size": lambda: pair(1, 4),
        "stride": lambda: choice("1", pair(1, 3), pair(1, 3)),
        "padding": padding,
        "dilation": lambda: choice("1", pair(1, 3)),
        "padding_mode": lambda: choice("zeros", "zeros", "reflect", "replicate", "circular"),
        "output_padding": lambda: choice("0", pair(0, 2)),
        "mode": lambda: choice("max", "average"),
        "ceil_mode": lambda: bool(integer(0, 1)),
        "count_include_pad": lambda: bool(integer(0, 1)),
        "in_channels": lambda: choice(1, 2, 4),
        "out_channels": lambda: choice(1, 2, 4),
        "groups": lambda: choice(1, 1, 2, 4),
        "channel_multiplier": lambda: integer(1, 2),
        "flip": lambda: bool(integer(0, 1)),
        "bias": lambda: choice(0, integer(-3, 3)),
        "seed": lambda: integer(0, 999),
    }
    while True:
        given = {name: make() for name, make in makers.items() if name in VARIANTS[variant].fields}
        if variant in ("pooling", "pooling-channels") and given["mode"] == "average":
            del given["dilation"]
        if variant == "spatial-separable":
            given["weight"] = choice("binomial", "random")
        try:
            return cv.recipe(variant, **given)
        except SpecError:
            continue


@cache
def random_recipes(variant: str) -> tuple[Recipe, ...]:
    rng = np.random.default_rng(VARIANTS_WITH_CODE.index(variant))
    return tuple(random_recipe(variant, rng) for _ in range(EACH))


def output_of(recipe: Recipe) -> np.ndarray[Any, Any]:
    """Return the numbers that a picture of the recipe has; of two passes those after the second one."""
    return passes_of(recipe.values).output if recipe.variant == "spatial-separable" else recipe.drawn_output


def computed(recipe: Recipe, framework: str) -> np.ndarray[Any, Any]:
    """Return what the code of a recipe computes, as (C, H, W)."""
    code = recipe.to_code(framework)
    *_, last = code.splitlines()
    return np.asarray(eval(last.removeprefix("print"), run(code)))


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("variant", VARIANTS_WITH_CODE)
def test_code_computes_the_numbers_of_the_picture(variant: str, framework: str) -> None:
    for recipe in random_recipes(variant):
        expected, actual = output_of(recipe), computed(recipe, framework)
        is_whole = variant != "spatial-separable" and recipe.get("mode") != "average"
        tolerance = 0 if is_whole else 1e-4 if framework == "onnx" else 1e-12
        np.testing.assert_allclose(
            actual[: len(expected)], expected, rtol=tolerance, atol=tolerance, err_msg=repr(recipe)
        )
        assert actual.shape == (recipe.channels[1], *recipe.output_size)


def test_the_random_recipes_have_every_case() -> None:
    """What no recipe has, no test above proves."""
    recipes = [recipe for variant in VARIANTS_WITH_CODE for recipe in random_recipes(variant)]
    for name in ("stride", "dilation", "padding", "output_padding", "kernel_size"):
        assert sum(len(set(recipe[name])) == 2 for recipe in recipes if isinstance(recipe.get(name), tuple)) > 3, name
    for name, value in [
        ("flip", True), ("ceil_mode", True), ("count_include_pad", False), ("padding", "same_upper"),
        ("padding", "same_lower"), ("padding", "same"), ("padding_mode", "reflect"), ("padding_mode", "replicate"),
        ("padding_mode", "circular"), ("groups", 2), ("groups", 4), ("channel_multiplier", 2),
    ]:  # fmt: skip
        assert any(recipe.get(name) == value for recipe in recipes), (name, value)
    assert any(recipe.get("bias") for recipe in recipes)
