"""The code of recipes: run as it is with NumPy and onnxruntime, and with fakes of PyTorch, Keras and JAX."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache, partial
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import FRAMEWORKS, VARIANTS, Recipe, notes_of
from convviz.recipes.variants.spatial_separable import passes_of

from .frameworks import run

VARIANTS_WITH_CODE = [name for name, variant in VARIANTS.items() if "input" in variant.fields and name != "backward"]
"""Those of one output; the code of gradients is run in tests/scene/test_backward.py."""

EACH = 20
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

    words = (
        ("same", "same_upper", "same_lower")
        if variant == "transposed"
        else ("valid", "same", "same_upper", "same_lower")
    )
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
    if variant == "along-a-line":
        return random_line(rng)
    while True:
        given = {name: make() for name, make in makers.items() if name in VARIANTS[variant].fields}
        if variant == "spatial-separable":
            given["weight"] = choice("binomial", "random")
        try:
            return cv.recipe(variant, **given)
        except SpecError:
            continue


def random_line(rng: np.random.Generator) -> Recipe:
    """Return a recipe along a line, now and then causal or with the padding that keeps the size."""
    kernel, dilation, stride = (int(rng.integers(1, high)) for high in (6, 4, 4))
    reach = dilation * (kernel - 1)
    paddings = [(0, 0), (reach // 2, reach - reach // 2), (reach, 0), tuple(map(int, rng.integers(0, 4, 2)))]
    return cv.recipe(
        "along-a-line", input_size=int(rng.integers(reach + 1, reach + 20)), kernel_size=kernel, dilation=dilation,
        stride=stride, padding=paddings[rng.integers(4)], causal=bool(rng.integers(2)), flip=bool(rng.integers(2)),
        weight="random", bias=int(rng.integers(-3, 4)), seed=int(rng.integers(999)),
    )  # fmt: skip


@cache
def random_recipes(variant: str) -> tuple[Recipe, ...]:
    rng = np.random.default_rng((VARIANTS_WITH_CODE.index(variant) - 1) % len(VARIANTS_WITH_CODE))
    return tuple(random_recipe(variant, rng) for _ in range(EACH))


def output_of(recipe: Recipe) -> np.ndarray[Any, Any]:
    """Return the numbers that a picture of the recipe has; of two passes those after the second one."""
    return passes_of(recipe.values).output if recipe.variant == "spatial-separable" else recipe.drawn_output


def computed(recipe: Recipe, framework: str) -> np.ndarray[Any, Any]:
    """Return what the code of a recipe computes, as (C, H, W)."""
    code = recipe.to_code(framework)
    *_, last = code.splitlines()
    return np.asarray(eval(last.removeprefix("print"), run(code)))


def is_refused(recipe: Recipe, framework: str) -> bool:
    """Return whether a recipe is an average with a dilation, which PyTorch does not have."""
    return framework == "pytorch" and recipe.get("mode") == "average" and recipe["dilation"] != (1, 1)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("variant", VARIANTS_WITH_CODE)
def test_code_computes_the_numbers_of_the_picture(variant: str, framework: str) -> None:
    for recipe in random_recipes(variant):
        if is_refused(recipe, framework):
            with pytest.raises(SpecError, match=r"^Average pooling of PyTorch has no dilation, so there is no code; "):
                recipe.to_code(framework)
            continue
        expected, actual = output_of(recipe), computed(recipe, framework)
        expected = expected[:, 0] if recipe.kind.is_line else expected
        is_whole = variant != "spatial-separable" and recipe.get("mode") != "average"
        tolerance = 0 if is_whole else 1e-4 if framework == "onnx" else 1e-12
        np.testing.assert_allclose(
            actual[: len(expected)], expected, rtol=tolerance, atol=tolerance, err_msg=repr(recipe)
        )
        size = recipe.output_size[1:] if recipe.kind.is_line else recipe.output_size
        assert actual.shape == (recipe.channels[1], *size)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_window_of_padding_alone(framework: str) -> None:
    for given in ({"padding": 1}, {"padding": "same_upper", "stride": 5}):
        recipe = cv.recipe("pooling", input_size="2x4", kernel_size=2, dilation="3x5", **given)
        assert (recipe.drawn_output == -np.inf).any()
        assert (computed(recipe, framework) == recipe.drawn_output).all()


@pytest.mark.parametrize("framework", [name for name in FRAMEWORKS if name != "pytorch"])
def test_an_average_of_no_cell_is_zero(framework: str) -> None:
    recipe = cv.recipe(
        "pooling",
        mode="average",
        input_size="2x4",
        kernel_size=2,
        dilation="3x5",
        padding="same",
        stride=1,
        count_include_pad=False,
    )
    assert (recipe.drawn_output == 0).sum() >= 5
    np.testing.assert_allclose(computed(recipe, framework), recipe.drawn_output, rtol=1e-6)


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"padding_mode": "symmetric", "padding": "2,1,4,0"},
         "PyTorch has no symmetric padding, so there is no code for it; other frameworks have code here."),
        ({"padding_mode": "circular", "padding": "1,7,8,0"},
         "Circular padding of PyTorch goes around once, so there is no code for padding ((1, 7), (8, 0)) of 3 x 4 "
         "cells; other frameworks have code here."),
    ],
)  # fmt: skip
def test_padding_that_pytorch_lacks(parameters: dict[str, Any], refusal: str) -> None:
    recipe = cv.recipe("standard", input_size="3x4", kernel_size="2x3", stride="1x2", in_channels=2, **parameters)
    for framework in FRAMEWORKS:
        if framework == "pytorch":
            with pytest.raises(SpecError) as caught:
                recipe.to_code(framework)
            assert str(caught.value) == refusal
        else:
            np.testing.assert_array_equal(computed(recipe, framework), recipe.drawn_output)


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


@pytest.mark.parametrize("framework", ["numpy", "onnx"])
def test_code_runs_by_itself(framework: str) -> None:
    """In a fresh interpreter that does not see this repository."""
    recipe = cv.recipe("dilated", padding="1,0,2,1", stride="2x1", bias=0.5, flip=True)
    command = [sys.executable, "-I", "-W", "error", "-c", recipe.to_code(framework)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    numbers = np.array(done.stdout.replace("[", " ").replace("]", " ").split(), dtype=float)
    assert (numbers.reshape(recipe.drawn_output.shape) == recipe.drawn_output).all()


@pytest.mark.parametrize(
    ("framework", "modules"),
    [
        ("pytorch", {"torch"}),
        ("keras", {"keras", "numpy"}),
        ("jax", {"jax", "jax.numpy"}),
        ("onnx", {"numpy", "onnx", "onnxruntime"}),
        ("numpy", {"numpy"}),
    ],
)
def test_code_imports_its_framework_and_uses_all_that_it_imports(framework: str, modules: set[str]) -> None:
    for recipe in (cv.recipe("standard", padding="0,1,0,0"), cv.recipe("pooling"), cv.recipe("transposed")):
        tree = ast.parse(recipe.to_code(framework))
        found, names = set(), set()
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names |= {each.asname or each.name for each in node.names}
                found |= {node.module} if isinstance(node, ast.ImportFrom) else {each.name for each in node.names}
        assert found == modules
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert {name.partition(".")[0] for name in names} <= used


def test_code_of_pytorch() -> None:
    recipe = cv.recipe(
        "dilated", input="1,2,3,4;5,6,7,8.5;0,0.1,-2,1e-07", weight="1,-1", padding="0,0,1,2", padding_mode="reflect",
        flip=True, bias=3, stride="2x1",
    )  # fmt: skip
    assert recipe.to_code("pytorch") == (
        """\
import torch
from torch import nn

# (C, H, W)
x = torch.tensor([[[1, 2, 3, 4],
                   [5, 6, 7, 8.5],
                   [0, 0.1, -2, 1e-07]]], dtype=torch.float64)
# (C_out, C_in / groups, kH, kW)
w = torch.tensor([[[[1, -1]]]], dtype=torch.float64)
w = w.flip(2, 3)  # turned: a true convolution
# (C_out,)
b = torch.tensor([3], dtype=torch.float64)
x = nn.functional.pad(x, (1, 2, 0, 0), mode="reflect")
x = x[None]

layer = nn.Conv2d(1, 1, kernel_size=(1, 2), stride=(2, 1), dilation=2)
layer.weight = nn.Parameter(w)
layer.bias = nn.Parameter(b)
y = layer(x)
print(y.detach()[0])
"""
    )


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_numbers_are_exact(framework: str) -> None:
    rng = np.random.default_rng(8)
    cells, kernels = rng.normal(size=(2, 3, 4)), rng.normal(size=(3, 2, 2, 1)) * 1e-7
    recipe = cv.recipe("standard", input=cells, weight=kernels)
    assert (recipe.input == cells).all()
    space = run("\n".join(recipe.to_code(framework).splitlines()[:-1]).split("\nx = x")[0])
    as_type = np.float32 if framework == "onnx" else np.float64
    assert (space["x"] == cells.astype(as_type)).all()
    assert (space["w"] == kernels.astype(as_type)).all()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_code_is_plain_and_short(framework: str) -> None:
    for variant in VARIANTS_WITH_CODE:
        for recipe in random_recipes(variant)[:8]:
            if is_refused(recipe, framework):
                continue
            code = recipe.to_code(framework)
            assert code.isascii()
            assert code == Recipe.from_query(variant, recipe.to_query()).to_code(framework)
            if variant != "spatial-separable":  # whose numbers have many digits
                assert max(map(len, code.splitlines())) <= 120


@pytest.mark.parametrize(
    ("framework", "recipe", "right", "wrong"),
    [
        ("pytorch", cv.recipe("standard", stride="2x1"), "stride=(2, 1)", "stride=(1, 2)"),
        ("pytorch", cv.recipe("transposed"), "padding=1", "padding=0"),
        ("pytorch", cv.recipe("standard", padding="0,0,1,2"), "(1, 2, 0, 0)", "(0, 0, 1, 2)"),
        ("keras", cv.recipe("standard", in_channels=2, out_channels=3), "(2, 3, 1, 0)", "(2, 3, 0, 1)"),
        ("keras", cv.recipe("depthwise-separable", channel_multiplier=2), "reshape(3, 2,", "reshape(2, 3,"),
        ("keras", cv.recipe("dilated", stride=2), "kernel_size=3", "kernel_size=3, strides=2"),
        ("jax", cv.recipe("transposed"), "lhs_dilation", "rhs_dilation"),
        ("jax", cv.recipe("transposed"), "jnp.flip(w, (2, 3))", "w"),
        ("jax", cv.recipe("pooling"), "lax.max", "lax.add"),
    ],
)  # fmt: skip
def test_the_fakes_notice_wrong_code(framework: str, recipe: Recipe, right: str, wrong: str) -> None:
    code = recipe.to_code(framework)
    assert right in code
    *_, last = code.splitlines()
    try:
        actual = eval(last.removeprefix("print"), run(code.replace(right, wrong)))
    except (AssertionError, TypeError, ValueError):
        return
    assert not np.array_equal(actual, recipe.drawn_output)


def test_averages_of_onnx_do_without_ceil_mode() -> None:
    """Versions of onnxruntime divide by different numbers there."""
    recipe = cv.recipe("pooling", mode="average", input_size=5, ceil_mode=True)
    assert "AveragePool" in recipe.to_code("onnx")
    assert "ceil_mode" not in recipe.to_code("onnx")
    assert "ceil_mode=1" in recipe.replace(mode="max").to_code("onnx")


def test_what_has_no_code() -> None:
    named = ", ".join([*VARIANTS_WITH_CODE, "backward"])  # whose code is that of gradients
    for variant in {*VARIANTS} - {*VARIANTS_WITH_CODE, "backward"}:
        recipe = cv.recipe(variant)
        for ask in (recipe.to_code, partial(notes_of, recipe)):
            with pytest.raises(SpecError) as caught:
                ask("numpy")
            assert str(caught.value) == f"Only variants with an input of numbers have code: {named}; got {variant}."


@pytest.mark.parametrize("name", ["torch", "", None, ["numpy"], "NumPy"])
def test_unknown_frameworks(name: Any) -> None:
    recipe = cv.recipe("standard")
    for ask in (recipe.to_code, partial(notes_of, recipe)):
        with pytest.raises(SpecError) as caught:
            ask(name)
        assert str(caught.value) == f"framework must be one of pytorch, keras, jax, onnx, numpy; got {name!r}."


def test_many_numbers_are_refused() -> None:
    recipe = cv.recipe("standard", in_channels=48, out_channels=48)
    with pytest.raises(SpecError) as caught:
        recipe.to_code("numpy")
    assert str(caught.value) == (
        f"Code must have at most 20,000 numbers of input and kernels; got {48 * 25 + 48 * 48 * 9:,}. "
        "Use fewer channels."
    )


@pytest.mark.parametrize(
    ("framework", "recipe", "expected"),
    [
        ("pytorch", cv.recipe("standard"), ()),
        ("numpy", cv.recipe("standard", padding=1), ()),
        ("pytorch", cv.recipe("standard", stride=2, padding="same_upper", input_size=6), (
            'PyTorch has padding="same" for convolutions of stride 1 only, so the padding is in numbers.',
            "A layer of PyTorch treats both sides of an axis alike, so nn.functional.pad comes first, with left, right,"
            " top, bottom.",
        )),
        ("keras", cv.recipe("standard", stride=2, padding="same_upper", input_size=6), (
            "Images of Keras are (N, H, W, C): channels come last.",
            "The kernel of Conv2D is (kH, kW, C_in / groups, C_out), so the weight is transposed.",
            'padding="same" makes ceil(i / s) cells; an odd cell of padding goes below and on the right.',
        )),
        ("jax", cv.recipe("pooling"), (
            "As in Flax, images are (N, H, W, C): channels come last.",
            "Without strides, flax.linen.max_pool and avg_pool move by 1, not by the size of the window.",
        )),
        ("onnx", cv.recipe("dilated", flip=True), (
            "Libraries for deep learning multiply the kernel as it is stored, so the code turns it first.",
            "The numbers are float32, in which onnxruntime has all of these operators.",
        )),
        ("numpy", cv.recipe("spatial-separable", weight="sharpen"), (
            "The kernel has rank 2: both layers together are the nearest kernel of rank 1.",
        )),
    ],
)  # fmt: skip
def test_notes(framework: str, recipe: Recipe, expected: tuple[str, ...]) -> None:
    assert notes_of(recipe, framework) == expected


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_notes_are_sentences(framework: str) -> None:
    for variant in VARIANTS_WITH_CODE:
        for recipe in random_recipes(variant):
            notes = notes_of(recipe, framework)
            assert len(set(notes)) == len(notes)
            assert all(note.endswith(".") and "\n" not in note and len(note) < 200 for note in notes)
