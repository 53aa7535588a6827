"""Transposed convolutions of several channels, gathered: the cells that meet, and what they make, by onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import Recipe
from convviz.scene.facts import facts_of, order_of_sizes
from tests.arithmetic.oracles import onnx_forward
from tests.scene.reading import value
from tests.scene.test_layout import check_cells, check_texts


def random_recipe(seed: int) -> Recipe:
    """Return a recipe with every axis different and all channels drawn."""
    rng = np.random.default_rng(seed)
    while True:
        groups = int(rng.integers(1, 4))
        depth, width = (int(each) for each in rng.integers(1, 3, 2))
        pairs: dict[str, Any] = {
            name: tuple(map(int, rng.integers(low, high, 2)))
            for name, low, high in (("input_size", 1, 4), ("kernel_size", 1, 4), ("stride", 1, 4), ("dilation", 1, 3),
                                    ("output_padding", 0, 2))
        }  # fmt: skip
        if any(more >= stride for more, stride in zip(pairs["output_padding"], pairs["stride"], strict=True)):
            continue  # which onnxruntime refuses
        try:
            return cv.recipe(
                "transposed", **pairs, padding=tuple(map(tuple, rng.integers(0, 2, (2, 2)).tolist())), groups=groups,
                in_channels=groups * depth, out_channels=groups * width, bias=int(rng.integers(0, 3)), seed=seed,
            )  # fmt: skip
        except SpecError:
            continue


@pytest.mark.parametrize("seed", range(12))
def test_the_products_of_each_step_make_what_onnxruntime_computes(seed: int) -> None:
    recipe = random_recipe(seed)
    arrays = recipe.input, recipe.numbers("weight"), np.full(recipe["out_channels"], recipe["bias"])
    expected = onnx_forward(recipe.layer, *(each.astype(np.float32) for each in arrays))
    scene = cv.animate(recipe).scene
    links = scene.link()
    names = [(grid.name, name, text) for grid in links.grids for name, text in zip(grid.names, grid.texts, strict=True)]
    is_single = recipe.channels == (1, 1)
    assert len(scene) == expected.size
    for k, cell in enumerate(np.ndindex(expected.shape)):
        relation = links.relate(k)
        made = recipe["bias"]
        for read, weight, target in relation.taps:
            (_, at, _), (_, place, _), (_, here, text) = (names[each] for each in (read, weight, target))
            assert here == (cell[1:] if is_single else cell)
            if not isinstance(at, str):  # a zero around the input, or between its cells
                first = (0, 0) if is_single else ()
                made += recipe.input[(*first[:1], *at)] * arrays[1][(*first, *place)]
            assert value(text) == expected[cell]
        assert made == expected[cell]


@pytest.mark.parametrize(
    "given",
    [
        {"in_channels": 2, "out_channels": 3},
        {"in_channels": 4, "out_channels": 4, "groups": 2, "input_size": "2x3"},
        {"in_channels": 6, "out_channels": 512, "groups": 2, "bias": 1},
    ],
    ids=repr,
)
def test_nothing_is_cut_off_or_overlaps(given: dict[str, Any]) -> None:
    for width in (360, 900):
        scene = cv.animate(cv.recipe("transposed", **given), width=width).scene
        for frame in (scene[0], scene[len(scene) // 2], scene[-1]):
            check_texts(scene, frame)
            check_cells(scene, frame)


def test_the_sizes_say_in_which_order_the_weight_is() -> None:
    recipe = cv.recipe("transposed", in_channels=4, out_channels=6, groups=2, kernel_size="2x3")
    facts = {fact.label: fact.text for fact in facts_of(recipe)}
    assert (facts["Input"], facts["Weight"], facts["Output"]) == ("4 × 3 × 3", "4 × 3 × 2 × 3", "6 × 4 × 5")
    assert (facts["Parameters"], facts["Multiplications"]) == ("72", "648")
    assert "input channels × output channels that each stamps" in order_of_sizes(recipe)
    words = cv.animate(recipe).scene.description
    assert words.startswith("Transposed convolution: 6 kernels of 2 by 2 by 3 in 2 groups on a 3 by 3 input of 4 ")
