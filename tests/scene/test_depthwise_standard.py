"""The standard convolution instead of a depthwise separable one, computed again with scipy wherever it goes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from scipy.signal import correlate

import convviz as cv
from convviz import SpecError
from convviz.figure import answer
from convviz.handouts.stages import stages_of
from convviz.recipes import Presentation, Recipe
from convviz.scene import compose
from convviz.scene.facts import facts_of

Array = np.ndarray[Any, Any]


def random_recipe(seed: int) -> Recipe:
    """Every axis, the channels and the kernels for each channel differ; small numbers of steps."""
    rng = np.random.default_rng(seed)
    while True:
        sides = {name: tuple(rng.permutation([1, 2, 3])[:2].tolist()) for name in ("kernel_size", "stride", "dilation")}
        inputs, outputs, multiplier = rng.permutation([1, 2, 3, 4, 11])[:3].tolist()
        given = {"in_channels": inputs, "out_channels": outputs, "channel_multiplier": multiplier, **sides}
        size, padding = tuple(rng.permutation([7, 8, 9])[:2].tolist()), rng.permutation(4).tolist()
        if multiplier <= 8:
            return cv.recipe(
                "depthwise-separable", **given, input_size=size, padding=padding, seed=seed, act="standard"
            )


def by_scipy(recipe: Recipe, kernels: Array) -> Array:
    """The convolution with these kernels, shape (outputs, rows, columns)."""
    stride, dilation = recipe["stride"], recipe["dilation"]
    padded = np.pad(recipe.input, ((0, 0), *recipe.layer.resolve_padding(recipe["input_size"])))
    spread = np.zeros((*kernels.shape[:2], *recipe.layer.effective_kernel_size))
    spread[:, :, :: dilation[0], :: dilation[1]] = kernels
    return np.stack([correlate(padded, kernel, "valid")[0, :: stride[0], :: stride[1]] for kernel in spread])


@pytest.mark.parametrize("recipe", [*map(random_recipe, range(12))], ids=repr)
def test_kernels_consist_of_the_depthwise_ones_and_every_channel_is_summed(recipe: Recipe) -> None:
    inputs, outputs = recipe.channels
    kernels = recipe.computed.weight
    own = recipe.weight.reshape(-1, inputs, *recipe["kernel_size"])
    common = min(len(own), outputs)
    assert np.array_equal(kernels[:common], own[:common])
    drawn = recipe.drawn_output
    assert len(drawn) == (outputs if outputs <= 8 else 3)
    np.testing.assert_allclose(drawn, by_scipy(recipe, kernels)[: len(drawn)], atol=1e-9)
    (stage,) = stages_of(recipe, "workbook")
    assert np.array_equal(stage.output, drawn)
    facts = {fact.label: fact.text for fact in facts_of(recipe)}
    height, width = recipe["kernel_size"]
    weights = outputs * inputs * height * width
    assert facts["Weight"] == f"{outputs} × {inputs} × {height} × {width}"
    assert facts["Parameters"] == f"{weights:,}"
    assert facts["Multiplications"] == f"{weights * drawn[0].size:,}"


def test_the_example_of_textbooks_needs_both_published_counts() -> None:
    example = cv.recipe("depthwise-separable", input_size=12, kernel_size=5, out_channels=256)
    standard, separable = ([fact.text for fact in facts_of(example.replace(act=act))] for act in ("standard", "all"))
    assert standard[-2:] == ["19,200", "1,228,800"]
    assert separable[-4:] == ["843", "19,200", "53,952", "1,228,800"]


def test_code_computes_what_is_drawn() -> None:
    recipe = cv.recipe("depthwise-separable", act="standard", in_channels=2, channel_multiplier=3, stride="1x2", seed=5)
    names: dict[str, Any] = {}
    exec(recipe.to_code("numpy").replace("print", "str"), names)
    assert np.array_equal(names["y"], recipe.drawn_output)


def test_own_kernels_come_first_and_are_repeated() -> None:
    own = np.arange(12.0).reshape(3, 2, 2)
    recipe = cv.recipe("depthwise-separable", weight=own, in_channels=3, out_channels=2, act="standard")
    assert np.array_equal(recipe.computed.weight, [own, own])
    assert recipe.replace(act="all")["weight"] == recipe["weight"]


def test_a_weight_that_both_have_can_be_edited() -> None:
    recipe = cv.recipe("depthwise-separable", act="standard", out_channels=2)
    kernels = [grid for grid in compose(recipe, Presentation()).link().grids if grid.name == "kernel"]
    assert [grid.is_editable for grid in kernels] == [True] * 3 + [False] * 3
    assert kernels[2].names[5] == (2, 0, 1, 2)
    found = json.loads(answer("depthwise-separable", f"{recipe.to_query()}&edit=weight:2,0,1,2:99").text)
    changed = Recipe.from_query("depthwise-separable", found["query"])
    assert np.argwhere(changed.computed.weight[0] == 99).tolist() == [[2, 1, 2]]


def test_dials_that_it_does_not_have_are_hidden() -> None:
    hidden = {
        act: json.loads(answer("depthwise-separable", f"act={act}").text)["hidden"] for act in ("split", "standard")
    }
    assert hidden == {"split": [], "standard": ["channel_multiplier", "pointwise"]}


def test_what_is_too_large_to_draw_is_that_of_the_standard_convolution() -> None:
    sizes = {"input_size": 16, "out_channels": 8, "in_channels": 512}
    with pytest.raises(SpecError) as standard:
        cv.recipe("standard", **sizes)
    with pytest.raises(SpecError) as separable:
        cv.recipe("depthwise-separable", **sizes, act="standard")
    assert str(separable.value) == str(standard.value)
