"""A program that a recipe has written is read back as a recipe that writes the same program."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

import convviz as cv
from convviz.recipes import VARIANTS
from convviz.recipes.reading import read_code

RNG = np.random.default_rng(17)
FRAMEWORKS = ("pytorch", "keras", "jax", "onnx", "numpy")


def pair(low: int, high: int) -> tuple[int, int]:
    height, width = RNG.integers(low, high, 2).tolist()
    return height, width


def chosen(*values: object) -> object:
    return values[RNG.integers(len(values))]


def random_recipe(variant: str) -> cv.Recipe:
    """A recipe whose axes all differ."""
    given: dict[str, object] = {"input_size": pair(6, 11), "kernel_size": pair(1, 4), "stride": pair(1, 4)}
    given["padding"] = chosen(0, (pair(0, 2), pair(0, 2)), pair(0, 2), "same_upper")
    given["dilation"] = chosen(1, pair(1, 4))
    given["bias"] = chosen(0, 1.5)
    given["flip"] = chosen(False, False, True)
    given["padding_mode"] = chosen("zeros", "zeros", "reflect", "replicate", "circular", "symmetric")
    if variant in ("standard", "transposed"):
        given |= chosen({}, {"in_channels": 2, "out_channels": 4, "groups": 2}, {"in_channels": 3, "out_channels": 2})  # type: ignore[operator]
    if variant == "transposed":
        given |= {"output_padding": pair(0, 2), "padding": chosen(0, 1, (pair(0, 2), pair(0, 2)))}
    if "pooling" in variant:
        given |= {
            "mode": chosen("max", "average"),
            "ceil_mode": chosen(False, True),
            "count_include_pad": chosen(False, True),
        }
    if variant == "depthwise-separable":
        given["channel_multiplier"] = chosen(1, 2)
    if variant == "spatial-separable":
        given |= {"weight": chosen("binomial", "sobel_x", "box"), "kernel_size": (3, 3)}
    if variant == "along-a-line":
        given = {"input_size": 12, "kernel_size": chosen(2, 3, 5), "stride": chosen(1, 2), "dilation": chosen(1, 2)}
        given |= {"padding": chosen(0, 1, "2,1"), "causal": chosen(False, True), "bias": chosen(0, 1.5)}
        given |= {"flip": chosen(False, True)}
    return cv.recipe(variant, **{name: value for name, value in given.items() if name in VARIANTS[variant].fields})


VIEWS = ("backward", "matrix")
"""Their programs are read as the layer that they differentiate or write as a matrix."""

WITH_CODE = [name for name, variant in VARIANTS.items() if "input" in variant.fields and name not in VIEWS]


@pytest.mark.parametrize("variant", WITH_CODE)
def test_programs_are_read_back(variant: str) -> None:
    wrong, count = [], 0
    while count < 12:
        with suppress(cv.SpecError):
            recipe = random_recipe(variant)
            count += 1
            wrong += [f"{framework} {recipe}" for framework in FRAMEWORKS if not is_stable(recipe, framework)]
    assert wrong == []


def is_stable(recipe: cv.Recipe, framework: str) -> bool:
    """Whether the program comes back as it was, in this framework; what it cannot compute has no program."""
    try:
        text = recipe.to_code(framework)
    except cv.SpecError:
        return True
    read = cv.from_code(text)
    return isinstance(read, cv.Recipe) and read.to_code(framework) == text


def test_programs_of_named_examples_are_read_back() -> None:
    """Kernels of rank 1 only: a column and a row do not say what a kernel of higher rank was."""
    names = ["padding_strides_transposed", "smoothing_1d", "noise_removed", "average_padding_not_counted", "ceil_mode"]
    assert [name for name in names for each in FRAMEWORKS if not is_stable(cv.presets[name], each)] == []
    for framework in FRAMEWORKS:
        assert isinstance(cv.from_code(cv.presets["not_separable_laplacian"].to_code(framework)), cv.Network)


def test_other_loops_of_numpy_are_refused() -> None:
    text = cv.recipe("standard").to_code("numpy")
    reading = read_code(text)
    assert [(line.number, line.source.partition(" in ")[0]) for line in reading.lines] == [(15, "for c, i, j")]
    with pytest.raises(cv.SpecError) as refused:
        cv.from_code(text.replace("(window * w[c])", "(window * w[c] * 2)"))
    assert str(refused.value) == (
        "The code must have a layer, such as nn.Conv2d(3, 16, 3, stride=2); got none."
        " Line 15 has a loop, which is not followed."
    )


@pytest.mark.parametrize(
    "line",
    [
        "nn.Conv2d(3, 16, 3, stride=2)",
        "nn.Conv2d(1, 1, (2, 3), padding=(1, 2), dilation=2)",
        "nn.ConvTranspose2d(4, 2, 3, 2, 1, 1, groups=2)",
        "nn.MaxPool2d(3, 2, ceil_mode=True)",
        "nn.Conv1d(1, 1, 5, padding=4)",
        "layers.Conv2D(8, 3, strides=2, padding='same')",
        "layers.DepthwiseConv2D(3)(keras.Input((9, 9, 4)))",
        "layers.SeparableConv2D(5, 3)(keras.Input((9, 9, 4)))",
        "nn.Conv(features=8, kernel_size=(3, 3), strides=2)",
        "nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(1, 2, 3))",
    ],
)
def test_a_line_gives_a_recipe_that_its_own_programs_give_back(line: str) -> None:
    """From a line to a recipe to a program to a recipe: the same layer on the same input."""
    first = cv.from_code(line)
    assert isinstance(first, cv.Recipe)
    for framework in FRAMEWORKS:
        second = cv.from_code(first.to_code(framework))
        assert isinstance(second, cv.Recipe)
        assert np.array_equal(second.drawn_output, first.drawn_output)
