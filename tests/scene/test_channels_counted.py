"""The textbook's convolutions counted in the picture; groups; numbers that are no integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.scene import compose
from tests.arithmetic.oracles import onnx_run
from tests.scene.reading import lines, texts, value
from tests.scene.stacks import Picture


def picture_of(recipe: Recipe) -> Picture:
    return Picture(compose(recipe, Presentation(width=1600, fill="role"), frames_drawn=0))


@pytest.mark.parametrize(("kernels", "drawn"), [(1, 1), (256, 3)])
def test_the_textbook_counted(kernels: int, drawn: int) -> None:
    """12 x 12 x 3 with kernels of 5 x 5 x 3 to 8 x 8, one plane for each kernel, of 256 only three."""
    recipe = cv.recipe("standard", in_channels=3, out_channels=kernels, input_size=12, kernel_size=5)
    picture = picture_of(recipe)
    planes = picture.planes(picture.scene[-1])
    sizes = [(grid.name, len(planes[grid.title])) for grid in picture.grids.values()]
    assert sizes == [("input", 144)] * 3 + [("kernel", 25)] * 3 * drawn + [("output", 64)] * drawn
    assert len(picture.scene) == recipe.frames == 64 * drawn
    relations = [picture.scene.link().relate(k) for k in range(len(picture.scene))]
    for k, relation in enumerate(relations):
        assert len(relation.taps) == len(set(relation.taps)) == 75
        assert not any(note for cells in picture.planes(picture.scene[k]).values() for _, note in cells.values())
        outlined = [title for title, _, _ in picture.outlines(picture.scene[k])]
        assert outlined == [
            title
            for channel in range(3)
            for title in (
                f"input, channel {channel}",
                f"kernel of output channel {k // 64} for input channel {channel}",
            )
        ]
        assert "the sum of 75 products over input channels 0 to 2, " in picture.scene[k].description
    assert len({relation.taps[0][2] for relation in relations}) == 64 * drawn
    result = onnx_run("Conv", recipe.input[None].astype("float32"), recipe.weight.astype("float32"))[0]
    assert result.shape == (kernels, 8, 8)
    for channel in range(drawn):
        for (row, column), (text, _) in planes[f"output, channel {channel}"].items():
            assert value(text) == result[channel, row, column]
    words = {text for item in picture.scene.backdrop for text in texts(item)}
    counted = "1 channel" if kernels == 1 else "3 of 256 channels"
    assert f"output 8 × 8, {counted}" in words
    assert ("3 of 256 kernels 5 × 5, 3 channels each" if kernels > 1 else "1 kernel 5 × 5, 3 channels") in words


def test_each_group_lights_its_own_planes() -> None:
    picture = picture_of(cv.recipe("standard", in_channels=6, out_channels=4, groups=2, input_size=3, kernel_size=2))
    for k, frame in enumerate(picture.scene):
        output = k // 4
        inputs = [title for title, _, _ in picture.outlines(frame) if title.startswith("input")]
        assert inputs == [f"input, channel {channel}" for channel in ((0, 1, 2) if output < 2 else (3, 4, 5))]


def test_as_many_groups_as_channels_are_a_depthwise_convolution() -> None:
    """The same numbers as the depthwise act of a depthwise separable convolution, with as many kernels each."""
    numbers = {"input_size": "4x3", "kernel_size": "2x1", "stride": "1x2", "seed": 3}
    groups = picture_of(cv.recipe("standard", in_channels=3, out_channels=6, groups=3, **numbers))
    depthwise = picture_of(
        cv.recipe("depthwise-separable", in_channels=3, channel_multiplier=2, act="depthwise", **numbers)
    )
    assert len(groups.scene) == len(depthwise.scene)
    one, other = (picture.planes(picture.scene[-1]) for picture in (groups, depthwise))
    for output in range(6):
        assert one[f"output, channel {output}"] == other[f"intermediate, channel {output}"]
    for k, frame in enumerate(groups.scene):
        assert len([title for title, _, _ in groups.outlines(frame) if title.startswith("input")]) == 1
        taps = groups.scene.link().relate(k).taps, depthwise.scene.link().relate(k).taps
        assert [tap[:2] for tap in taps[0]] == [tap[:2] for tap in taps[1]]


FRACTIONS = [
    cv.recipe("standard", in_channels=3, out_channels=2, weight="box", input="edge", bias=0.5),
    cv.recipe("standard", in_channels=2, weight="gaussian", padding=1),
    cv.recipe("standard", input=[[[0.1, 0.2]], [[0.3, -0.007]]], weight=[[[1e-5]], [[123.456]]], bias=1e-7),
    cv.recipe("standard", input=[[[1e6, -1e6, 3], [4, 5, 999999]]] * 2, weight=[[[[-1e6, 9]] * 2] * 2] * 2, bias=0.25),
    cv.recipe("standard", in_channels=20, weight="box", input_size=3, bias=-0.1),
]


@pytest.mark.parametrize("recipe", FRACTIONS, ids=repr)
def test_the_sign_before_the_result_is_true_of_the_numbers_shown(recipe: Recipe) -> None:
    picture = picture_of(recipe)
    output = cv.forward(recipe.layer, recipe.input, recipe.weight, recipe.bias).ravel()
    for frame, result in zip(picture.scene, output, strict=False):
        title, *words = lines(picture.scene, frame)
        total = Fraction(0)
        for word in words[:-1]:
            number = word.rstrip(",;").split(": ")[-1].removeprefix("+ ").split(" (bias)")[0]
            one, *other = number.split("·")
            total += value(one) * (value(other[0]) if other else 1)
        sign, shown = words[-1].removeprefix("sum ").split()
        assert sign == ("=" if value(shown) == total else "≈")
        assert float(value(shown)) == pytest.approx(result, rel=5e-4, abs=1e-12)
        head, again = title.rsplit(" ", 1)
        assert again == shown
        is_exact = float(value(shown)) == pytest.approx(result, rel=1e-12, abs=1e-12)
        assert head.endswith(":" if is_exact else ": about")


def test_what_a_reader_points_at_is_what_is_computed() -> None:
    """The player's relations, followed by the numbers that the grids show: products, sums and the term of each."""
    recipe = cv.recipe("standard", in_channels=2, out_channels=2, input_size="4x3", kernel_size="2x1", padding="1x0")
    links = picture_of(recipe).scene.link()
    numbers = [value(text) for grid in links.grids for text in grid.texts]
    for k in range(recipe.frames):
        relation = links.relate(k)
        products = [numbers[source] * numbers[kernel] for source, kernel, _ in relation.taps]
        assert [value(text) for text in relation.sums] == np.cumsum(products).tolist()
        by_channel = [sum(products[n : n + links.products_per_term]) for n in (0, 2)]
        assert len(products) == 2 * links.products_per_term
        shown = [value(word.rstrip(",;").split(": ")[1]) for word in lines_of(recipe, k)[:2]]
        assert shown == by_channel
        assert numbers[relation.taps[0][2]] == sum(products)


def lines_of(recipe: Recipe, k: int) -> list[str]:
    scene = picture_of(recipe).scene
    return lines(scene, scene[k])[1:]


def test_more_channels_than_are_drawn_have_no_sheets_but_count() -> None:
    recipe = cv.recipe("standard", in_channels=512, out_channels=512, input_size=3)
    picture = picture_of(recipe)
    assert [picture.count(name) for name in ("input", "kernel", "output")] == [3, 9, 3]
    words = lines(picture.scene, picture.scene[0])
    assert words[-2].startswith("509 more channels: ")
    result = cv.forward(recipe.layer, recipe.input, recipe.weight)[0, 0, 0]
    assert value(words[-1].removeprefix("sum = ")) == result


def test_channels_beyond_the_limit_are_refused() -> None:
    with pytest.raises(SpecError, match=r"^in_channels must be a whole number from 1 to 512; got '513'\.$"):
        cv.recipe("standard", in_channels="513")
