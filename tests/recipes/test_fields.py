"""Random numbers: at first sizes those of NumPy's older generator, at all others cut from the same field."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz.recipes import VARIANTS, Recipe
from convviz.recipes.comparison import Comparison
from convviz.recipes.named_arrays import KERNEL_HOME, MIXING_HOME, named_input, named_weight, random_mixing
from tests.recipes.field import field

WITH_INPUT = [name for name, variant in VARIANTS.items() if "input" in variant.fields]
PLANES = [name for name in WITH_INPUT if not VARIANTS[name].is_line]
SEEDS = st.integers(0, 2**32 - 1) | st.integers(0, 40)
SIDES = st.integers(1, 16)


def draw(seed: int, low: int, high: int, shape: tuple[int, ...]) -> Any:
    return np.random.RandomState(seed % 2**32).randint(low, high, shape)


@pytest.mark.parametrize("name", WITH_INPUT)
@given(seed=SEEDS)
@settings(max_examples=20)
def test_first_sizes_keep_the_numbers_that_they_always_had(name: str, seed: int) -> None:
    first = cv.recipe(name, seed=seed)
    assert (first.input == draw(seed, 0, 10, (first.channels[0], *first["input_size"]))).all()
    if "weight" in first:
        kernels = first.replace(weight="random", kernel_size=3).weight
        table = draw(seed + 1, -2, 3, kernels.shape)[..., : kernels.shape[-1]]
        assume(name in PLANES or table[..., :2].any())  # else a line takes a later row of the field
        assert (kernels == (table if table[0].any() else table + 1)).all()
    if "pointwise" in first:
        table = draw(seed + 2, -2, 3, first.pointwise.shape)
        assert (first.pointwise == (table if table[0].any() else table + 1)).all()


def test_homes_are_the_sizes_that_variants_begin_with() -> None:
    kernels = {VARIANTS[name].defaults["kernel_size"] for name in PLANES if "weight" in VARIANTS[name].fields}
    assert kernels == {KERNEL_HOME, (2, 2)}  # of a matrix, whose kernel is smaller, so that its cells can be read
    assert cv.recipe("depthwise-separable").pointwise.shape[1] == MIXING_HOME
    assert {name: VARIANTS[name].home for name in WITH_INPUT} == {
        name: cv.recipe(name)["input_size"] for name in WITH_INPUT
    }


@given(seed=SEEDS, home=st.tuples(SIDES, SIDES), small=st.tuples(SIDES, SIDES), large=st.tuples(SIDES, SIDES),
       channels=st.tuples(st.integers(1, 9), st.integers(1, 9)))  # fmt: skip
@settings(max_examples=30)
def test_numbers_that_two_inputs_show_are_the_same(
    seed: int, home: tuple[int, int], small: tuple[int, int], large: tuple[int, int], channels: tuple[int, int]
) -> None:
    one, other = (
        named_input("random", size, seed, count, home) for size, count in zip((small, large), channels, strict=True)
    )
    common = tuple(slice(min(sides)) for sides in zip(one.shape, other.shape, strict=True))
    assert (one[common] == other[common]).all()
    assert (one == field(seed, (channels[0], *home), one.shape, 0, 10)).all()
    assert set(np.unique(one)) <= set(range(10))


SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 5), st.integers(1, 7), st.integers(1, 7))


@given(seed=SEEDS, small=SHAPES, large=SHAPES)
@settings(max_examples=30)
def test_numbers_that_two_kernels_show_are_the_same(
    seed: int, small: tuple[int, int, int, int], large: tuple[int, int, int, int]
) -> None:
    one, other = (named_weight("random", shape, seed) for shape in (small, large))
    assert one[0, 0].any()
    assert other[0, 0].any()
    whole = np.maximum(small, (1, 1, *KERNEL_HOME))
    numbers = field((seed + 1) % 2**32, (whole[0], 1, *KERNEL_HOME), tuple(whole), -2, 3)
    assume(numbers[0, 0, 0, 0])  # else kernels may begin later in the field, see below
    assert (one == numbers[: small[0], : small[1], : small[2], : small[3]]).all()
    common = tuple(slice(min(sides)) for sides in zip(small, large, strict=True))
    assert (one[common] == other[common]).all()


def corner(seed: int) -> tuple[int, int]:
    """Return the first place of the first kernel, nearest to the corner, that has another number than 0."""
    first = draw(seed + 1, -2, 3, KERNEL_HOME)
    return min(zip(*np.nonzero(first), strict=True), key=lambda place: (max(place), place))


def test_where_the_corner_is_zero_every_kernel_is_a_window_of_the_field_that_contains_the_same_other_number() -> None:
    seeds = [seed for seed in range(400) if corner(seed) != (0, 0)]
    assert {corner(seed) for seed in seeds} >= {(0, 1), (1, 0), (1, 1)}
    for seed in seeds:
        whole = named_weight("random", (3, 2, 7, 7), seed)
        row, column = corner(seed)
        for size in np.ndindex(4, 4):
            rows, columns = (side + 1 for side in size)
            top, left = max(0, row + 1 - rows), max(0, column + 1 - columns)
            found = named_weight("random", (3, 2, rows, columns), seed)
            assert (found == whole[..., top : top + rows, left : left + columns]).all()
            assert found[0, 0, row - top, column - left] != 0


@given(seed=SEEDS, small=st.tuples(st.integers(1, 9), st.integers(1, 9)), more=st.integers(0, 9))
@settings(max_examples=30)
def test_numbers_that_mix_channels_are_the_same_for_more_of_them(seed: int, small: tuple[int, int], more: int) -> None:
    one, other = random_mixing(small, seed), random_mixing((small[0] + more, small[1] + more), seed)
    assert one[0].any()
    first = draw(seed + 2, -2, 3, (MIXING_HOME,))
    column = next((at for at in range(MIXING_HOME) if first[at]), 0)
    left = max(0, column + 1 - small[1]) - max(0, column + 1 - other.shape[1])
    assert (one == other[: small[0], left : left + small[1]]).all()


@pytest.mark.parametrize("name", PLANES)
def test_a_recipe_of_another_size_keeps_the_numbers_that_it_shows(name: str) -> None:
    for seed in range(5):
        usual = cv.recipe(name, seed=seed)
        large = usual.replace(input_size="8x8")
        rows, columns = usual["input_size"]
        assert (large.input[:, :rows, :columns] == usual.input).all()
        small = usual.replace(input_size="3x4", **({"padding": 1} if "padding" in usual else {}))
        assert (small.input == large.input[:, :3, :4]).all()


# Comparisons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", WITH_INPUT)
@pytest.mark.parametrize("right", WITH_INPUT)
def test_equal_sizes_and_seeds_show_equal_numbers_on_both_sides(left: str, right: str) -> None:
    is_line = left not in PLANES or right not in PLANES
    window = "&kernel_size=1x2&padding=0" if is_line else "&kernel_size=2&padding=1"
    for query in ("", "&input_size=6", f"&input_size={'1x' if is_line else '4x'}7&seed=3"):
        both = Comparison.from_query(f"left={left}&right={right}{query}{window}")
        one, other = both.drawn
        common = tuple(slice(min(sides)) for sides in zip(one.input.shape, other.input.shape, strict=True))
        assert (one.input[common] == other.input[common]).all()
        assert both.shares_input == (one.input.shape == other.input.shape)
        if not is_line and "weight" in one and "weight" in other and one["weight"] == other["weight"]:
            assert (one.weight[0] == other.weight[0]).all()


def test_a_comparison_stays_the_value_that_its_link_says() -> None:
    both = Comparison.from_query("left=standard&right=dilated&input_size=7")
    assert both.left == cv.recipe("standard", input_size=7)
    assert both == Comparison(*both.sides) != Comparison(*both.drawn)
    left, right = both.drawn
    assert right == both.right == cv.recipe("dilated")  # the larger one at first, and so the one that both are cut from
    assert (left.input == right.input).all()
    assert left == Recipe.from_query("standard", left.to_query())
    assert (left.input != both.left.input).any()


def test_the_picture_of_a_comparison_has_the_numbers_that_its_sides_draw() -> None:
    both = Comparison.from_query("left=standard&right=pooling&input_size=4")
    grids = cv.compare(both.left, both.right).scene.link().grids
    shown = [grid.texts for grid in grids if grid.name.endswith("input")]
    assert shown == [tuple(str(int(number)) for number in recipe.input.ravel()) for recipe in both.drawn]
    assert shown[0] == shown[1]
