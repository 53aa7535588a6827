"""Recipes: every spelling, the round trip through a link, every limit, and junk that gets one sentence."""

from __future__ import annotations

import pickle
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.arithmetic import Conv2d
from convviz.recipes import CATALOG, VARIANTS, Presentation, Recipe, presets_of, read_query, split_options
from convviz.recipes.catalog import TOPICS
from convviz.recipes.comparison import Comparison
from convviz.recipes.fields import FIELDS
from convviz.recipes.named_arrays import (
    INPUT_LABELS,
    KERNEL_LABELS,
    KERNELS_3X3,
    LINE_KERNEL_LABELS,
    SIGNAL_LABELS,
    UPSTREAM_LABELS,
    named_weight,
)

pairs = st.one_of(st.integers(1, 5), st.tuples(st.integers(1, 5), st.integers(1, 5)))
numbers = st.one_of(
    st.integers(-999, 999), st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from([0.1, -0.0, 1e-7, 5e-324, 1e6])
)
paddings = st.one_of(
    st.integers(0, 4),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.tuples(*[st.tuples(st.integers(0, 4), st.integers(0, 4))] * 2),
    st.tuples(*[st.integers(0, 4)] * 4).map(lambda sides: ",".join(map(str, sides))),
    st.sampled_from(["valid", "same", "same_upper", "same_lower"]),
)


OPTIONS = (
    "theme, width, seconds_per_step, terms, formula, fill, predict, height, title, labels, numbers, steps, hold, loop, "
    "motion, dpi, megabytes, megapixels, paper, purpose"
)
"""What a picture takes."""


@st.composite
def tables(draw: st.DrawFn, side: int) -> list[list[float]]:
    rows, columns = draw(st.integers(1, side)), draw(st.integers(1, side))
    return draw(st.lists(st.lists(numbers, min_size=columns, max_size=columns), min_size=rows, max_size=rows))


@st.composite
def planes(draw: st.DrawFn, side: int) -> list[list[list[float]]]:
    """Tables of one size: one per channel."""
    rows, columns, count = draw(st.integers(1, side)), draw(st.integers(1, side)), draw(st.integers(1, 4))
    row = st.lists(numbers, min_size=columns, max_size=columns)
    plane = st.lists(row, min_size=rows, max_size=rows)
    return draw(st.lists(plane, min_size=count, max_size=count))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "input_size": st.one_of(st.integers(1, 16), st.tuples(st.integers(1, 16), st.integers(1, 16))),
    "kernel_size": st.one_of(st.integers(1, 7), st.tuples(st.integers(1, 7), st.integers(1, 7))),
    "stride": pairs,
    "padding": paddings,
    "dilation": pairs,
    "padding_mode": st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    "causal": st.booleans(),
    "output_padding": st.integers(0, 3),
    "view": st.sampled_from(["gather", "scatter", "both"]),
    "mode": st.sampled_from(["max", "average", "convolution"]),
    "gradient": st.sampled_from(["all", "dx", "dw"]),
    "ceil_mode": st.booleans(),
    "count_include_pad": st.booleans(),
    "in_channels": st.integers(1, 4),
    "channel_multiplier": st.integers(1, 3),
    "out_channels": st.integers(1, 10),
    "groups": st.integers(1, 3),
    "layers": st.one_of(
        st.integers(1, 4),
        st.sampled_from(
            [
                "conv_transpose2d(4,stride=2)",
                "upsample2d(2,mode=bilinear);conv2d(3,padding=1,0,2,1)",
                [cv.pixel_shuffle(2)],
                "conv_transpose2d(3x2,stride=2x1,padding=1);max_pool2d(2,ceil_mode=true);pad2d(-1)",
                "conv2d(3,dilation=2);conv2d(1x3,padding=0x1)",
            ]
        ),
    ),
    "unit": st.one_of(st.just("middle"), st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 3))),
    "act": st.sampled_from(["all", "split", "depthwise", "pointwise", "standard"]),
    "flip": st.booleans(),
    "input": st.one_of(st.sampled_from(list(INPUT_LABELS)), tables(8), planes(4)),
    "weight": st.one_of(st.sampled_from(list(KERNEL_LABELS)), tables(4), planes(3)),
    "upstream": st.one_of(st.sampled_from(list(UPSTREAM_LABELS)), tables(4)),
    "pointwise": st.one_of(st.just("random"), tables(4)),
    "bias": numbers,
    "seed": st.integers(0, 2**32 - 1),
    "rate": st.integers(1, 192_000),
    "storyboard": st.sampled_from(["cell", "tap"]),
}
LINE = {
    "input_size": st.integers(1, 600),
    "kernel_size": st.integers(1, 17),
    "stride": st.integers(1, 8),
    "dilation": st.integers(1, 65),
    "padding": st.one_of(st.integers(0, 17), st.tuples(st.integers(0, 16), st.integers(0, 16))),
    "input": st.one_of(st.sampled_from(list(SIGNAL_LABELS)), st.lists(numbers, min_size=1, max_size=40)),
    "weight": st.one_of(st.sampled_from(list(LINE_KERNEL_LABELS)), st.lists(numbers, min_size=1, max_size=17)),
}
"""What parameters along a line may be instead."""


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    variant = draw(st.sampled_from(sorted(VARIANTS)))
    names = draw(st.sets(st.sampled_from(sorted(VARIANTS[variant].fields))))
    try:
        values = VALUES | LINE if VARIANTS[variant].is_line else VALUES
        return cv.recipe(variant, **{name: draw(values[name]) for name in sorted(names)})
    except SpecError:
        assume(False)
        raise


def test_every_field_has_a_strategy() -> None:
    assert VALUES.keys() == FIELDS.keys()


@settings(max_examples=100)
@given(recipes())
def test_a_link_gives_the_same_recipe(recipe: Recipe) -> None:
    query = recipe.to_query()
    assert Recipe.from_query(recipe.variant, query) == recipe
    assert Recipe.from_query(recipe.variant, query).to_query() == query
    assert Recipe.from_query(recipe.variant, recipe.to_texts()) == recipe
    assert hash(Recipe.from_query(recipe.variant, "?" + query)) == hash(recipe)
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert eval(repr(recipe), {"recipe": cv.recipe}) == recipe
    if recipe.variant == "checkerboard":  # there is nothing but counts
        assert recipe.output_size == cv.overlap(recipe.layers, recipe["input_size"]).output_size
        return
    if recipe.variant == "receptive-field":  # there are no numbers either
        return
    assert recipe.output_size == cv.forward(recipe.layer, recipe.input, recipe.weight).shape[1:]


def test_presets_survive_a_link() -> None:
    for name, recipe in cv.presets.items():
        assert Recipe.from_query(recipe.variant, recipe.to_query()) == recipe, name


def test_a_recipe_answers_for_its_parameters_and_its_layer() -> None:
    recipe = cv.recipe("dilated", stride=2)
    assert ("stride" in recipe, "groups" in recipe, recipe.get("groups", 1)) == (True, False, 1)
    assert recipe.layer_as(Conv2d) == cv.conv2d(3, stride=2, dilation=2)
    with pytest.raises(TypeError):
        recipe.values["stride"] = (1, 1)  # type: ignore[index]


def test_one_query_below_render() -> None:
    show = Presentation(theme="dark", width=900)
    assert cv.recipe("dilated", stride=2).render_query(show, frame=3) == "stride=2&theme=dark&width=900&frame=3"
    assert cv.recipe("dilated").render_query() == ""
    both = Comparison.from_query("left=standard&right=dilated&stride=2")
    assert both.render_query(show) == "left=standard&right=dilated&stride=2&theme=dark&width=900"


@pytest.mark.parametrize(
    ("spelled", "values"),
    [
        ({"kernel_size": "3x5"}, {"kernel_size": (3, 5)}),
        ({"kernel_size": (3, 5)}, {"kernel_size": (3, 5)}),
        ({"kernel_size": [3, 5]}, {"kernel_size": (3, 5)}),
        ({"kernel_size": " 3 "}, {"kernel_size": (3, 3)}),
        ({"kernel_size": np.int64(4)}, {"kernel_size": (4, 4)}),
        ({"stride": "2x1"}, {"stride": (2, 1)}),
        ({"padding": "1"}, {"padding": ((1, 1), (1, 1))}),
        ({"padding": "1x2"}, {"padding": ((1, 1), (2, 2))}),
        ({"padding": "10x12", "stride": 2}, {"padding": ((10, 10), (12, 12))}),
        ({"padding": (1, 2)}, {"padding": ((1, 1), (2, 2))}),
        ({"padding": "1,2,3,4"}, {"padding": ((1, 2), (3, 4))}),
        ({"padding": [1, 2, 3, 4]}, {"padding": ((1, 2), (3, 4))}),
        ({"padding": ((1, 2), (3, 4))}, {"padding": ((1, 2), (3, 4))}),
        ({"padding": "same"}, {"padding": "same"}),
        ({"flip": "true"}, {"flip": True}),
        ({"flip": "0"}, {"flip": False}),
        ({"input": "1,2,3;4,5,6;7,8,9"}, {"input_size": (3, 3), "input": ((1, 2, 3), (4, 5, 6), (7, 8, 9))}),
        ({"weight": [[1, -2.5]]}, {"kernel_size": (1, 2), "weight": ((1, -2.5),)}),
        ({"weight": "sobel_x"}, {"kernel_size": (3, 3), "weight": "sobel_x"}),
        ({"bias": "-0.5"}, {"bias": -0.5}),
        ({"seed": "4294967295"}, {"seed": 2**32 - 1}),
    ],
)
def test_spellings(spelled: dict[str, object], values: dict[str, object]) -> None:
    recipe = cv.recipe("standard", **spelled)
    assert {name: recipe[name] for name in values} == values


def test_a_query_is_short_and_readable() -> None:
    recipe = cv.recipe("transposed", weight="1,2;3,4", padding="1,0,0,1", stride=(2, 2), input_size=(3, 4))
    assert recipe.to_query() == "input_size=3x4&padding=1,0,0,1&weight=1,2;3,4"
    assert repr(recipe) == "recipe('transposed', input_size='3x4', padding='1,0,0,1', weight='1,2;3,4')"
    assert cv.recipe("dilated").to_query() == ""


def test_replace() -> None:
    recipe = cv.recipe("standard", weight="1,2;3,4", input_size=6)
    assert recipe.replace(weight="box")["kernel_size"] == (3, 3)
    assert recipe.replace(stride=2)["weight"] == ((1, 2), (3, 4))
    assert recipe.replace(stride=2).replace(stride=1) == recipe


def test_flip_turns_the_kernel() -> None:
    recipe = cv.recipe("standard", weight="1,2;3,4", flip=True)
    assert recipe.weight.tolist() == [[[[4, 3], [2, 1]]]]


def test_random_numbers_are_those_of_the_seed() -> None:
    assert cv.recipe("standard").input[0, 0].tolist() == [5, 0, 3, 3, 7]
    assert not np.array_equal(cv.recipe("standard", seed=1).input, cv.recipe("standard").input)


PAIR = "a whole number from {} to {}, or two as height x width such as {}x{}"
PADDING = (
    "padding must be a whole number from 0 to 16, two as height x width such as 1x2, or four as top,bottom,left,right, "
    "or one of valid, same, same_upper, same_lower"
)


@pytest.mark.parametrize(
    ("variant", "query", "message"),
    [
        ("standard", "kernel=3", "'kernel' is no setting of standard, which takes input_size, kernel_size, stride, "
         "padding, dilation, padding_mode, in_channels, out_channels, groups, flip, input, weight, bias, seed, "
         "storyboard. Did you mean kernel_size?"),
        ("transposed", "flip=true", "'flip' is no setting of transposed, which takes input_size, kernel_size, stride, "
         "padding, dilation, output_padding, view, in_channels, out_channels, groups, input, weight, bias, seed, "
         "storyboard."),
        ("standard", "stride=2&stride=2", "stride must be given once; got it 2 times."),
        ("standard", "stride=2&padding=1&stride=3&stride=1", "stride must be given once; got it 3 times."),
        ("standard", "input_size=17", f"input_size must be {PAIR.format(1, 16, 2, 3)}; got '17'."),
        ("standard", "input_size=0", f"input_size must be {PAIR.format(1, 16, 2, 3)}; got '0'."),
        ("standard", "kernel_size=8", f"kernel_size must be {PAIR.format(1, 7, 2, 3)}; got '8'."),
        ("standard", "kernel_size=3x", f"kernel_size must be {PAIR.format(1, 7, 2, 3)}; got '3x'."),
        ("standard", "kernel_size=3x3x3", f"kernel_size must be {PAIR.format(1, 7, 2, 3)}; got '3x3x3'."),
        ("standard", "kernel_size=", f"kernel_size must be {PAIR.format(1, 7, 2, 3)}; got ''."),
        ("standard", "kernel_size", f"kernel_size must be {PAIR.format(1, 7, 2, 3)}; got ''."),
        ("standard", "stride=9", f"stride must be {PAIR.format(1, 8, 2, 3)}; got '9'."),
        ("standard", "stride=-1", f"stride must be {PAIR.format(1, 8, 2, 3)}; got '-1'."),
        ("standard", "stride=1.5", f"stride must be {PAIR.format(1, 8, 2, 3)}; got '1.5'."),
        ("standard", "dilation=9", f"dilation must be {PAIR.format(1, 8, 2, 3)}; got '9'."),
        ("transposed", "output_padding=8", f"output_padding must be {PAIR.format(0, 7, 1, 2)}; got '8'."),
        ("standard", "padding=17", f"{PADDING}; got '17'."),
        ("standard", "padding=1,2", f"{PADDING}; got '1,2'."),
        ("standard", "padding=12,34", f"{PADDING}; got '12,34'."),
        ("standard", "padding=1,2,3", f"{PADDING}; got '1,2,3'."),
        ("standard", "padding=wide", f"{PADDING}; got 'wide'."),
        ("transposed", "padding=valid", "padding must be a whole number from 0 to 16, two as height x width such as "
         "1x2, or four as top,bottom,left,right, or one of same, same_upper, same_lower; got 'valid'."),
        ("transposed", "padding=same", "padding \"same\" must have stride 1 (\"same_upper\" takes any); got stride "
         "(2, 2)."),
        ("transposed", "padding=same_upper&kernel_size=1&stride=2", "padding \"same_upper\" must have stamps at least "
         "as large as the stride; got kernel_size (1, 1), dilation (1, 1), output_padding (0, 0), stride (2, 2)."),
        ("standard", "padding_mode=mirror", "padding_mode must be one of zeros, reflect, replicate, circular, "
         "symmetric; got 'mirror'."),
        ("transposed", "view=all", "view must be one of gather, scatter, both; got 'all'."),
        ("standard", "storyboard=slow", "storyboard must be one of cell, tap; got 'slow'."),
        ("standard", "flip=maybe", "flip must be true or false; got 'maybe'."),
        ("standard", "seed=-1", "seed must be a whole number from 0 to 4294967295; got '-1'."),
        ("standard", "seed=4294967296", "seed must be a whole number from 0 to 4294967295; got '4294967296'."),
        ("standard", "bias=much", "bias must be a number; got 'much'."),
        ("standard", "bias=1e7", "bias must be from -1,000,000 to 1,000,000; got '1e7'."),
        ("standard", "bias=nan", "bias must be a finite number; got 'nan'."),
        ("standard", "input=noise", "input must be one of random, ramp, ones, impulse, checkerboard, edge, or rows of "
         "numbers such as 1,2;3,4; got 'noise'."),
        ("standard", "weight=",
         "weight must be one of random, identity, box, binomial, gaussian, sharpen, sobel_x, sobel_y, "
         "laplacian, emboss, or rows of numbers such as 1,2;3,4; got ''."),
        ("standard", "input=1,2;3", "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
        ("standard", "weight=" + "1," * 7 + "1", "weight must be at most 7 x 7; got 1 x 8."),
        ("standard", "input=" + ";".join("1" * 17), "input must be at most 16 x 16; got 17 x 1."),
        ("standard", "weight=1,2;3,4&kernel_size=3", "kernel_size must be 2x2, the size of the table weight; got 3x3."),
        ("standard", "weight=sobel_x&kernel_size=5", "kernel_size must be 3x3, the size of weight sobel_x; got 5x5."),
        ("standard", "input=1,2,3&input_size=3", "input_size must be 1x3, the size of the table input; got 3x3."),
        ("standard", "padding=16&input_size=16", "The output must be at most 32 x 32 to be drawn; got 46 x 46. Use a "
         "smaller input or padding, or a larger stride."),
        ("transposed", "input_size=16&stride=3", "The output must be at most 32 x 32 to be drawn; got 46 x 46. Use a "
         "smaller input, stride or dilation."),
        ("transposed", "input_size=1&kernel_size=7&dilation=8&padding=16", "The input with its padding and inserted "
         "zeros must be at most 64 x 64 to be drawn; got 65 x 65. Use a smaller input, stride or dilation."),
        ("standard", "input_size=16&padding=5", "An animation must have at most 512 frames; got 576 steps. Use a "
         "smaller input or padding, or a larger stride."),
        ("transposed", "input_size=12", "An animation must have at most 512 frames; got 529 steps. Use a smaller "
         "input, stride or dilation."),
        ("standard", "input_size=12&storyboard=tap", "An animation must have at most 512 frames; got 900 products. "
         "Show a frame per step or use smaller sizes."),
    ],
)  # fmt: skip
def test_refusals(variant: str, query: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        Recipe.from_query(variant, query)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("variant", "values", "layer"),
    [
        ("standard", {"input_size": 2}, lambda: cv.conv2d(3).output_size(2)),
        ("dilated", {"dilation": 4}, lambda: cv.conv2d(3, dilation=4).output_size(7)),
        ("standard", {"padding": "same", "stride": 2}, lambda: cv.conv2d(3, stride=2, padding="same")),
        (
            "standard",
            {"padding": 5, "padding_mode": "reflect"},
            lambda: cv.conv2d(3, padding=5, padding_mode="reflect").output_size(5),
        ),
        ("transposed", {"output_padding": 2}, lambda: cv.conv_transpose2d(3, 2, 1, output_padding=2)),
        ("transposed", {"padding": 4}, lambda: cv.conv_transpose2d(3, 2, 4).output_size(3)),
    ],
)
def test_impossible_layers_are_refused_in_the_engine_s_words(
    variant: str, values: dict[str, object], layer: Any
) -> None:
    with pytest.raises(SpecError) as expected:
        layer()
    with pytest.raises(SpecError) as caught:
        cv.recipe(variant, **values)
    assert str(caught.value) == str(expected.value)


def test_links_of_other_spellings() -> None:
    assert read_query("?weight=1%2C2%3B3%2C4&bias=%2B1") == {"weight": "1,2;3,4", "bias": "+1"}
    assert read_query("") == {}
    assert Recipe.from_query("standard", "input=" + quote("1,2,3;4,5,6;7,8,9", safe="")).output_size == (1, 1)


def test_options_of_the_picture_are_separated() -> None:
    texts = {"stride": "2", "width": "900", "theme": "dark"}
    assert split_options(texts) == ({"stride": "2"}, {"width": "900", "theme": "dark"})


def test_presets_of_a_variant() -> None:
    assert [preset.name for preset in presets_of("dilated")][:2] == ["dilation", "causal_dilated_1d"]
    assert all(preset.title for variant in VARIANTS for preset in presets_of(variant))
    with pytest.raises(TypeError):
        cv.presets["mine"] = cv.recipe("standard")  # type: ignore[index]


def test_each_preset_has_a_topic_and_each_topic_has_presets() -> None:
    assert {preset.topic for preset in CATALOG.values()} == {*TOPICS}
    assert CATALOG["no_padding_strides_transposed"].topic == "transposed"
    assert CATALOG["textbook_256_kernels"].topic == "channels"


@pytest.mark.parametrize("name", KERNELS_3X3)
def test_named_kernels_are_three_by_three(name: str) -> None:
    assert cv.recipe("standard", weight=name).weight.shape == (1, 1, 3, 3)
    with pytest.raises(SpecError) as caught:
        named_weight(name, (1, 1, 3, 5), seed=0)
    assert str(caught.value) == f"kernel_size must be 3x3, the size of weight {name}; got 3x5."


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"theme": "blue"}, "theme must be one of light, dark, transparent, print; got 'blue'."),
        ({"width": 239}, "width must be a whole number from 240 to 3840; got 239."),
        ({"width": "3841"}, "width must be a whole number from 240 to 3840; got '3841'."),
        ({"seconds_per_step": 0.01}, "seconds_per_step must be from 0.05 to 10 seconds; got 0.01."),
        ({"seconds_per_step": "slow"}, "seconds_per_step must be a number; got 'slow'."),
        ({"terms": "2"}, "terms must be true or false; got '2'."),
        (
            {"color": "red"},
            f"'color' is no option of a picture, which takes {OPTIONS}.",
        ),
    ],
)
def test_presentations_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        Presentation.from_values(values)
    assert str(caught.value) == message


def test_a_presentation_survives_a_link() -> None:
    shown = Presentation("dark", 1200, 0.25, terms=False, formula=False)
    assert Presentation.from_values(shown.to_texts()) == shown
    assert Presentation.from_values({"width": "auto"}) == Presentation()
    assert Presentation().to_texts() == {}


def test_one_number_is_changed_and_the_others_become_the_reader_s_own() -> None:
    recipe = cv.recipe("standard", input_size=2, kernel_size=1, weight="box")
    changed = recipe.with_number("input", (1, 0), "−2.5")
    assert changed["input"] == ((5, 0), (-2.5, 3))
    assert changed["weight"] == "box"
    assert recipe.with_number("weight", (0, 0), 2)["weight"] == ((2,),)


@pytest.mark.parametrize(
    ("cell", "number", "message"),
    [
        ((0, 1), "two", "input row 0, column 1 must be a number; got 'two'."),
        ((1, 0), "nan", "input row 1, column 0 must be a finite number; got 'nan'."),
        ((1, 1), "1e7", "input row 1, column 1 must be from -1,000,000 to 1,000,000; got '1e7'."),
        ((2, 0), "1", "A cell of input must be in its 2 x 2 numbers; got row 2, column 0."),
        ((0, -1), "1", "A cell of input must be in its 2 x 2 numbers; got row 0, column -1."),
    ],
)
def test_numbers_that_cannot_be_changed(cell: tuple[int, int], number: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe("standard", input_size=2, kernel_size=1).with_number("input", cell, number)
    assert str(caught.value) == message
