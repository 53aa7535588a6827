"""The numbers in the words of pooling, separable convolutions and the labs: each is what the engine computes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import prod

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import depthwise_separable, gridding, hybrid_rule, two_passes
from convviz.analysis.receptive.field import growth_steps
from convviz.arithmetic.layer_kinds import spell_stack
from convviz.diagrams.borders import share_map
from convviz.diagrams.upsampling import IMAGE, SIDE, Settings, middle_square
from convviz.recipes import Recipe
from convviz.recipes.images import sample_image, shrink
from convviz.recipes.variants.receptive_field import shown_unit
from convviz.web.labs.checkerboard.trial import PRINTED, SECTION, trial_values
from convviz.web.labs.gridding.controls import PARAMS
from convviz.web.state.params import values_of
from tests.web.test_voice import WORDS, read_query

Numbers = Sequence[object]


def text_at(page: str, address: str) -> str:
    """Return what a page says at a button, or in all other words where there is none with this address."""
    words = WORDS[page]
    at_buttons = [
        *(each.look for each in words.tries if each.address == address),
        *(each.text for each in words.pitfalls if each.address == address),
    ]
    text = "\n".join(at_buttons or [words.lead, words.why, words.explanation])
    return " ".join(re.sub(r"\*\*|\[\[|\]\]|\]\([^()]*\)|</?su[bp]>", "", text).replace("[", "").split())


def made(page: str, address: str) -> Recipe:
    given = {name: text for name, text in read_query(address.lstrip("?")).items() if name not in SECTION.params}
    return Recipe.from_query(page, given)


# What the engine says; each function gets the recipe, and returns the numbers of a sentence ---------------------------


def pooled(recipe: Recipe) -> Numbers:
    return [*recipe["input_size"], *cv.forward(recipe.layer, recipe.input).shape[1:]]


def corner(recipe: Recipe) -> Numbers:
    return [f"{recipe.drawn_output[0, 0, 0]:.6g}"]


def rounded_corner(recipe: Recipe) -> Numbers:
    return [f"{recipe.drawn_output[0, 0, 0]:.2f}"]


def windows(recipe: Recipe) -> Numbers:
    return [{2: "Two"}[recipe.output_size[0]], {5: "five"}[recipe["input_size"][0]]]


def pooled_channels(recipe: Recipe) -> Numbers:
    return [*recipe.input.shape, *recipe.drawn_output.shape]


def passes(recipe: Recipe) -> Numbers:
    costs = two_passes(recipe.layer, recipe["input_size"])
    return [f"{each.multiplications:,}" for each in (costs.both, costs.single)]


def taps(recipe: Recipe) -> Numbers:
    return [*reversed(two_passes(recipe.layer, recipe["input_size"]).taps)]


def rank(recipe: Recipe) -> Numbers:
    return [{1: "a column times a row", 2: "two", 3: "three"}[cv.separate(recipe.weight[0, 0]).rank]]


def kernel_sides(recipe: Recipe) -> Numbers:
    kernel, inputs, (rows, columns) = recipe["kernel_size"], recipe["in_channels"], recipe.output_size
    return [*kernel, inputs, *recipe["input_size"], inputs, rows, columns, recipe["out_channels"]]


def sizes(recipe: Recipe) -> Numbers:
    return [*recipe.output_size, recipe["out_channels"]]


def costs(recipe: Recipe) -> list[int]:
    """The multiplications of a standard convolution, of both steps, of the depthwise one and of the pointwise one."""
    layer, inputs, outputs = cv.conv2d(recipe["kernel_size"]), recipe["in_channels"], recipe["out_channels"]
    both = depthwise_separable(layer, inputs, outputs, recipe["input_size"])
    return [each.multiplications for each in (both.standard, both.separable, both.depthwise, both.pointwise)]


def cost(*chosen: int) -> Callable[[Recipe], Numbers]:
    return lambda recipe: [f"{costs(recipe)[which]:,}" for which in chosen]


def depthwise_sizes(recipe: Recipe) -> Numbers:
    inputs, kernel = recipe["in_channels"], recipe["kernel_size"]
    return [inputs * prod(kernel), {3: "three"}[inputs], *kernel, {3: "three"}[inputs], *recipe.output_size, inputs]


def share(recipe: Recipe) -> Numbers:
    outputs, kernel = recipe["out_channels"], prod(recipe["kernel_size"])
    standard, both, *_ = costs(recipe)
    return [outputs, kernel, f"{both / standard:.4f}"]


def inner(recipe: Recipe) -> Numbers:
    """The counts of cells far from the border, the smallest first."""
    return np.unique(cv.overlap(recipe.layers, recipe["input_size"]).interior).tolist()


def most_of_uneven(recipe: Recipe) -> Numbers:
    least, *_, most = inner(recipe)
    assert least == 1
    return [most]


def most_of_holes(recipe: Recipe) -> Numbers:
    least, most = inner(recipe)
    assert least == 0
    return [most]


def field(recipe: Recipe) -> Numbers:
    """The sides of the field after one layer, two layers and so on."""
    return [step.size[0] for step in growth_steps(recipe.layers, recipe["input_size"])]


def parameters_and_field(recipe: Recipe) -> Numbers:
    return [growth_steps(recipe.layers, recipe["input_size"])[-1].total, *field(recipe)]


def field_and_outputs(recipe: Recipe) -> Numbers:
    side = field(recipe)[-1]
    return [side, side, *recipe.output_size]


def field_read(recipe: Recipe) -> Numbers:
    result = gridding(recipe.layers)
    return [*result.size, result.read, prod(result.size)]


def side_and_cells(recipe: Recipe) -> Numbers:
    side = int(growth_steps(recipe.layers, recipe["input_size"])[-1].size[0] or 0)
    return [side, side**2]


def cells_within(recipe: Recipe) -> Numbers:
    network, (layer, row, column) = (
        cv.Network.sequential(recipe.layers, recipe["input_size"]),
        shown_unit(recipe.values),
    )
    support = network.support(network.nodes[layer].name, (row, column))
    side = field(recipe)[-1]
    return [side, side, int(support.any(axis=1).sum()), int(support.any(axis=0).sum())]


def paths(recipe: Recipe) -> Numbers:
    network = cv.Network.sequential(recipe.layers, recipe["input_size"])
    counts = network.path_counts(None, shown_unit(recipe.values)[1:])
    return [counts.max(), counts[counts > 0].min()]


CLAIMS: list[tuple[str, str, str, Callable[[Recipe], Numbers]]] = [
    ("pooling", "?", "{} × {} becomes {} × {}", pooled),
    ("pooling", "?mode=average", "the first output is {}", corner),
    ("pooling", "?input_size=5", "{} windows fit into {} rows", windows),
    ("pooling", "?input_size=5&ceil_mode=true", "{} × {} gives {} × {} in place of 2 × 2", pooled),
    ("pooling", "?input_size=4&kernel_size=4&mode=average", "{} is its average", corner),
    (
        "pooling", "?input_size=5&kernel_size=3&stride=2&padding=1&mode=average&input=ones", "come out as {}",
        rounded_corner,
    ),
    (
        "pooling",
        "?input_size=5&kernel_size=3&stride=2&padding=1&mode=average&count_include_pad=false&input=ones",
        "all averages are {}",
        corner,
    ),
    ("pooling-channels", "?", "{} × {} × {} becomes {} × {} × {}", pooled_channels),
    ("spatial-separable", "", "Each output takes {} multiplications in place of {}", taps),
    ("spatial-separable", "kernel_size=7&input_size=12", "and {} in place of {} for a 7 × 7 kernel", taps),
    ("spatial-separable", "?input_size=12&kernel_size=7&weight=gaussian", "take {} multiplications, one pass takes {}",
     passes),
    ("spatial-separable", "?input_size=3", "{} multiplications in two passes against {} in one", passes),
    ("spatial-separable", "weight=laplacian", "The Laplacian is the sum of {} such products", rank),
    ("spatial-separable", "weight=emboss", "emboss the sum of {}", rank),
    ("spatial-separable", "weight=sobel_x", "It must be {}", rank),
    ("depthwise-separable", "?input_size=12&kernel_size=5&out_channels=1&act=standard",
     "A {} × {} × {} kernel turns {} × {} × {} into {} × {} × {}", kernel_sides),
    ("depthwise-separable", "?input_size=12&kernel_size=5&out_channels=256&act=standard", "make {} × {} × {}", sizes),
    ("depthwise-separable", "?input_size=12&kernel_size=5&out_channels=256&act=standard", "{} multiplications",
     cost(0)),
    ("depthwise-separable", "?input_size=12&kernel_size=5&out_channels=256&act=depthwise",
     "The {} weights of one kernel, taken apart into {} of {} × {} × 1, make {} channels: {} × {} × {}",
     depthwise_sizes),
    ("depthwise-separable", "?input_size=12&kernel_size=5&out_channels=1&act=pointwise", "{} × {} × {}.", sizes),
    ("depthwise-separable", "?input_size=12&kernel_size=5&out_channels=256", "for {} multiplications", cost(1)),
    ("depthwise-separable", "?input_size=12&kernel_size=5&out_channels=256", "Of the {} multiplications they take {}",
     cost(1, 3)),
    ("depthwise-separable", "?out_channels=1", "{} multiplications in place of {}", cost(1, 0)),
    ("depthwise-separable", "input_size=12&kernel_size=5&out_channels=256", "1/{} + 1/{} = {}", share),
    ("depthwise-separable", "input_size=12&kernel_size=5&out_channels=256", "64 = {} multiplications", cost(0)),
    ("depthwise-separable", "input_size=12&kernel_size=5&out_channels=256", "64 = {} multiplications, 256", cost(2)),
    ("depthwise-separable", "input_size=12&kernel_size=5&out_channels=256", "{}. That is {} in place of {}",
     cost(3, 1, 0)),
    ("checkerboard", "", "{}, {} and {} stamps", inner),
    ("checkerboard", "?kernel_size=4", "every cell gets {} stamps", inner),
    ("checkerboard", "?input_size=3&layers=2", "some cells get {} paths and others one", most_of_uneven),
    ("checkerboard", "?kernel_size=5&stride=3", "The counts are {}, {} and {} again", inner),
    ("checkerboard", "?input_size=5&layers=upsample2d(2);conv2d(3)", "Every cell gets {} paths", inner),
    ("checkerboard", "?kernel_size=5", "get {}, {} or {} stamps", inner),
    ("checkerboard", "?input_size=5&layers=conv_transpose2d(3,stride=2);conv2d(3)", "{}, {} or {} paths", inner),
    ("checkerboard", "?kernel_size=4&dilation=2", "some cells get {} stamps, and all others none",
     most_of_holes),
    ("receptive-field", "?", "have sides of {}, {} and {} cells", field),
    ("receptive-field", "?layers=conv2d(3);conv2d(3);conv2d(3)",
     "With the same {} parameters, the sides are only {}, {} and {}", parameters_and_field),
    ("receptive-field", "?layers=conv2d(3);conv2d(3);conv2d(3)",
     "{} paths lead from the output to the middle cell, and {} to", paths),
    ("receptive-field",
     "?layers=conv2d(3,padding=1);conv2d(3,padding=2,dilation=2);conv2d(3,padding=4,dilation=4)",
     "cells: {} × {}", lambda recipe: recipe.output_size),
    ("receptive-field",
     "?layers=conv2d(3,stride=2,padding=1);conv2d(3,stride=2,padding=1);conv2d(3,stride=2,padding=1)",
     "sees {} × {} cells again, but only {} × {} outputs", field_and_outputs),
    ("receptive-field", "?layers=conv2d(3,dilation=2);conv2d(3,dilation=2);conv2d(3,dilation=2)",
     "span {} × {} cells, and read {} of the {}", field_read),
    ("receptive-field",
     "?layers=conv2d(3,padding=1);conv2d(3,padding=2,dilation=2);conv2d(3,padding=4,dilation=4)&unit=3,0,0",
     "of its {} × {} cells, {} × {} belong to the input", cells_within),
    ("receptive-field", "layers=conv2d(3);conv2d(3);conv2d(3);conv2d(3)", "each adds 2 cells: {}, {}, {}, {}", field),
    ("receptive-field", "layers=conv2d(3);conv2d(3,dilation=2);conv2d(3,dilation=4);conv2d(3,dilation=8)",
     "2, 4, 8 and 16 cells: {}, {}, {}, {}", field),
    ("receptive-field", "", "{}², {}² and {}² cells", field),
]  # fmt: skip


@pytest.mark.parametrize(("page", "address", "phrase", "computed"), CLAIMS)
def test_numbers_in_words_are_those_of_the_figure(
    page: str, address: str, phrase: str, computed: Callable[[Recipe], Numbers]
) -> None:
    assert phrase.format(*computed(made(page, address))) in text_at(page, address)


def test_the_second_pitfall_on_sides_names_side_and_cells() -> None:
    pitfall = next(each for each in WORDS["receptive-field"].pitfalls if each.label.startswith("Side"))
    assert pitfall.label == "Side {}, {} cells".format(*side_and_cells(made("receptive-field", pitfall.address)))


def test_the_share_of_padding_in_a_corner_is_that_of_the_map() -> None:
    layers = tuple(cv.conv2d(3, padding=rate, dilation=rate) for rate in (1, 2, 4))
    shares, link = share_map(layers, (15, 15)), f"?layers={spell_stack(layers)}&borders=0,0"
    assert f"With padding 1, 2 and 4, {shares[0, 0]:.0%} of".replace("%", " %") in text_at("receptive-field", link)
    assert shares[7, 7] == 0


def test_the_single_one_is_in_the_upper_left_cell_of_its_window() -> None:
    recipe = made("pooling", "?input=impulse")
    assert [int(place[0]) % recipe["stride"][0] for place in np.nonzero(recipe.input[0])] == [0, 0]


# Overlap -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "phrase"), [(2, "some cells have {} times as many"), (3, "after three layers {} times")]
)
def test_counts_of_layers_multiply(layers: int, phrase: str) -> None:
    ratio = cv.overlap([cv.conv_transpose2d(3, stride=2)] * layers, 4).ratio
    assert phrase.format(ratio) in text_at("checkerboard", "")


@pytest.mark.parametrize(
    ("address", "printed"),
    [
        ("?", {"transposed"}),
        ("?kernel_size=4", set()),
        ("?kernel_size=4&eye_signal=image&eye_weights=random", {"transposed"}),
    ],
)
def test_photographs_have_the_grid_that_the_words_name(address: str, printed: set[str]) -> None:
    texts = {name: text for name, text in read_query(address[1:]).items() if name in SECTION.params}
    recipe = made("checkerboard", address)
    scale, kernel = recipe.layer.stride[0], recipe.layer.kernel_size[0]
    values = trial_values(texts, scale, kernel)
    assert values["eye_signal"] == "image"
    photograph = shrink(middle_square(sample_image(IMAGE)), SIDE // scale).astype(np.float64)
    ways = Settings(scale, kernel, values["eye_weights"], values["eye_seed"], None).apply(photograph)
    seen = {each.upsampling.method: each.spectrum.share for each in ways}
    assert {name for name in ("transposed", "nearest") if seen[name] >= PRINTED} == printed


# Gridding -------------------------------------------------------------------------------------------------------------

RATES: list[tuple[str, str]] = [
    ("?", "Of {side} × {side} cells, {read} are read"),
    ("?rates=1,2,3", "With the same {weights} weights, all {read} of the same {side} × {side} cells are read"),
    ("?rates=1,2,4", "The field is {side} × {side} cells, and all {read} are read"),
    ("?rates=2,4,8", "span {side} × {side} cells, and read {read} of the {cells}"),
    ("?rates=1,2,9", "{read} of {cells} cells are read"),
    ("?rates=2,2,2,2,2", "{read} of {cells} cells are read"),
    ("?", "M₂ = {m2} is at most 3; {holes} cells are holes"),
    ("?rates=1,5,2", "M₂ = {m2} is more than 3; yet all {cells} cells are read, as with 1, 2, 5"),
    ("?rates=6,12,18", "they read {read} of {cells} cells"),
]


@pytest.mark.parametrize(("address", "phrase"), RATES)
def test_counts_in_words_are_those_of_the_map(address: str, phrase: str) -> None:
    values = values_of(PARAMS, read_query(address.lstrip("?")))
    rates, kernel = values["rates"], values["kernel_size"]
    result, rule = gridding([cv.conv2d(kernel, dilation=rate) for rate in rates]), hybrid_rule(rates, kernel)
    numbers = {
        "side": result.size[0],
        "cells": f"{prod(result.size):,}",
        "read": f"{result.read:,}",
        "holes": result.holes,
        "weights": len(rates) * kernel**2,
        "m2": rule.distances[1],
    }
    assert phrase.format(**numbers) in text_at("gridding", address)
    if "all {" in phrase:
        assert not result.holes


@pytest.mark.parametrize(
    "page",
    ["pooling", "pooling-channels", "spatial-separable", "depthwise-separable", "checkerboard", "receptive-field",
     "gridding"],
)  # fmt: skip
def test_what_a_page_is_for_fits_two_lines(page: str) -> None:
    assert len(WORDS[page].why) <= 130  # two lines of 68 characters, which break between words
