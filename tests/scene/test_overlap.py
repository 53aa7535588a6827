"""Counts that grow: every frame read back and held against stamps that are walked one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.arithmetic import ConvTranspose2d
from convviz.recipes import Recipe
from convviz.scene import Rect
from tests.player.cases import scene_of
from tests.scene.reading import lines, texts
from tests.scene.stacks import Picture

RECIPES = [
    *(recipe for recipe in cv.presets.values() if recipe.variant == "checkerboard"),
    cv.recipe("checkerboard", input_size="3x2", kernel_size="2x4", stride="3x1", padding="1,0,0,2",
              output_padding="2x0"),
    cv.recipe("checkerboard", input_size="2x3", kernel_size="3x2", stride="1x2", dilation="2x3", padding=1),
    cv.recipe("checkerboard", input_size=2,
              layers="conv_transpose2d(1,stride=3);conv_transpose2d(2x3,padding=1,0,0,1)"),
    cv.recipe("checkerboard", input_size="3x4", layers="pixel_shuffle(1);conv_transpose2d(3,stride=2);max_pool2d(2)"),
]  # fmt: skip


def named(recipe: object) -> str | None:
    return repr(recipe) if isinstance(recipe, Recipe) else None


def stamped(layer: ConvTranspose2d, size: tuple[int, int]) -> list[list[tuple[int, int]]]:
    """For each input cell the output cells that its stamp writes, walked one by one."""
    height, width = layer.output_size(size)
    stamps = []
    for i, j in np.ndindex(*size):
        cells = []
        for u, v in np.ndindex(*layer.kernel_size):
            row = i * layer.stride[0] + u * layer.dilation[0] - layer.padding[0][0]
            column = j * layer.stride[1] + v * layer.dilation[1] - layer.padding[1][0]
            if 0 <= row < height and 0 <= column < width:
                cells.append((row, column))
        stamps.append(cells)
    return stamps


def expected(recipe: Recipe) -> list[tuple[int, list[tuple[int, int]], Any]]:
    """For every step its layer, the cells that it writes, and the counts of that layer's output after it."""
    steps = []
    size, counts = recipe["input_size"], np.ones(recipe["input_size"], dtype=int)
    for n, layer in enumerate(recipe.layers):
        if isinstance(layer, ConvTranspose2d):
            now = np.zeros(layer.output_size(size), dtype=int)
            for at, cells in zip(np.ndindex(*size), stamped(layer, size), strict=True):
                for cell in cells:
                    now[cell] += counts[at]
                steps.append((n, cells, now.copy()))
        else:
            now = np.array(cv.overlap(recipe.layers[: n + 1], recipe["input_size"]).counts.tolist())
            steps.append((n, [*np.ndindex(*now.shape)], now))
        size, counts = now.shape, now
    return steps


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_every_frame_shows_the_counts_so_far(recipe: Recipe) -> None:
    scene = scene_of(recipe)
    picture, steps = Picture(scene), expected(recipe)
    assert len(scene) == recipe.frames == len(steps)
    for k, (frame, (n, cells, counts)) in enumerate(zip(scene, steps, strict=True)):
        is_done = k + 1 == len(steps) or steps[k + 1][0] > n
        shown = picture.planes(frame)[f"counts of layer {n + 1}"]
        for cell in product(*map(range, counts.shape)):
            # A stamp of a cell that is never written adds nothing, but it is there; and so is the end of all stamps.
            is_written = counts[cell] or is_done or (cell in cells and isinstance(recipe.layers[n], ConvTranspose2d))
            assert shown[cell][0] == (str(counts[cell]) if is_written else ""), (frame.caption, cell)


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_a_stamp_tells_what_it_adds_and_relates_its_cells(recipe: Recipe) -> None:
    scene = scene_of(recipe)
    picture, links = Picture(scene), scene.link()
    names = [
        (grid.title, divmod(k, len(grid.columns)))
        for grid in links.grids
        for k in range(len(grid.rows) * len(grid.columns))
    ]
    for index, (n, cells, counts) in enumerate(expected(recipe)):
        taps = links.relate(index).taps
        if not isinstance(recipe.layers[n], ConvTranspose2d):
            assert taps == ()
            continue
        assert [names[output] for _, kernel, output in taps if kernel == -1] == [
            (f"counts of layer {n + 1}", cell) for cell in cells
        ]
        assert len({source for source, _, _ in taps}) <= 1
        assert links.relate(index).sums == tuple(str(counts[cell]) for cell in cells)
        notes = {
            cell: note for cell, (_, note) in picture.planes(scene[index])[f"counts of layer {n + 1}"].items() if note
        }
        assert notes.keys() == {*cells}
        assert len({*notes.values()}) <= 1


def test_the_last_frame_says_what_it_comes_to() -> None:
    for recipe, words in (
        (cv.recipe("checkerboard"), "Away from the border: 1 to 4 times, uneven, ratio 4."),
        (cv.recipe("checkerboard", kernel_size=4), "Away from the border: 4 times, even."),
        (cv.recipe("checkerboard", kernel_size=4, dilation=2), "Away from the border: 0 to 16 times, uneven, ratio ∞."),
        (cv.recipe("checkerboard", input_size=3, layers=2), "Away from the border: 1 to 9 paths, uneven, ratio 9."),
        (cv.recipe("checkerboard", input_size=2, layers=3), "Away from the border: 1 to 25 paths, uneven, ratio 25."),
        (cv.recipe("checkerboard", kernel_size=5, stride=3), "Away from the border: 1 to 4 times, uneven, ratio 4."),
        (cv.recipe("checkerboard", layers="conv_transpose2d(3,stride=2);conv2d(3)"),
         "Away from the border: 16 to 25 paths, uneven, ratio 25/16 ≈ 1.562."),
    ):  # fmt: skip
        scene = cv.animate(recipe).scene
        assert scene[-1].description.endswith(f" {words}")
        assert words in " ".join(lines(scene, scene[-1]))
        assert all(words not in frame.description for frame in list(scene)[:-1])


@settings(max_examples=25, deadline=None)
@given(
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)), kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=st.tuples(st.integers(1, 4), st.integers(1, 4)), padding=st.tuples(*[st.integers(0, 3)] * 4),
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)), more=st.integers(0, 2),
)  # fmt: skip
def test_any_layer_ends_with_its_counts(
    size: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, more: int
) -> None:
    try:
        recipe = cv.recipe(
            "checkerboard", input_size=size, kernel_size=kernel, stride=stride, padding=padding, dilation=dilation,
            output_padding=more,
        )  # fmt: skip
    except SpecError:
        assume(False)
        raise
    scene = scene_of(recipe)
    counts = expected(recipe)[-1][2]
    shown = Picture(scene).planes(scene[-1])["counts of layer 1"]
    assert {cell: int(text) for cell, (text, _) in shown.items()} == dict(np.ndenumerate(counts))
    assert np.array_equal(counts, cv.overlap(recipe.layers, size).counts)


def test_one_layer_writes_cells_and_a_stack_has_paths_into_them() -> None:
    for recipe, first, last in (
        (cv.recipe("checkerboard", input_size=3), "Cells written so far: 1 time.", "Cells written: 1 to 4 times."),
        (cv.recipe("checkerboard", input_size=3, kernel_size=2, stride=3), "Cells written so far: 1 time.",
         "Cells written: 0 to 1 times."),
        (cv.recipe("checkerboard", input_size=3, kernel_size=2, stride=2), "Cells written so far: 1 time.",
         "Cells written: 1 time."),
        (cv.recipe("checkerboard", input_size=3, layers=2), "Paths into each cell so far: 1.",
         "Paths into each cell: 1 to 9."),
        (cv.recipe("checkerboard", layers="conv2d(3)"), "Paths into each cell: 9.", "Paths into each cell: 9."),
    ):  # fmt: skip
        scene = scene_of(recipe)
        for frame, words in ((scene[0], first), (scene[-1], last)):
            assert words in " ".join(lines(scene, frame))
            assert f"; {words[0].lower()}{words[1:]}" in frame.description
        is_written = "written" in first
        for text in (scene.description, *(frame.description for frame in scene)):
            assert ("written" in text, "path" in text) == (is_written, not is_written)


def test_a_count_has_one_color_in_all_pictures() -> None:
    fills: dict[str, set[str | None]] = {}
    for options in ({"kernel_size": 2, "stride": 3}, {"input_size": 3}, {"input_size": 3, "layers": 2}):
        scene = scene_of(cv.recipe("checkerboard", **options))
        for item in scene.link().rest:
            square, *_ = (mark for mark in item.look.marks if isinstance(mark, Rect))
            fills.setdefault(texts(item)[-1], set()).add(square.fill)
    assert all(len(colors) == 1 for colors in fills.values())
    assert len({*map(frozenset, (fills[count] for count in "01249"))}) == 5


def test_labels_say_layers_in_words() -> None:
    stack = "conv_transpose2d(2x3,stride=2,padding=1,0,0,0);upsample2d(2);pixel_shuffle(1);conv2d(3)"
    scene = scene_of(cv.recipe("checkerboard", input_size=2, layers=stack))
    words = {text for item in scene.backdrop for text in texts(item)}
    assert words >= {
        "transposed 2 × 3, stride 2, padding 1,0,0,0: 3 × 5", "upsampling 2: 6 × 10", "pixel shuffle 1: 6 × 10",
        "convolution 3 × 3: 4 × 8",
    }  # fmt: skip


def test_ratios_of_the_literature() -> None:
    """Odena et al. 2016: kernel 3 and stride 2 overlap twice as much in every second cell, squared in 2-D."""
    for layers, ratio in ((1, 4), (2, 9), (3, 25)):
        recipe = cv.recipe("checkerboard", input_size=2, layers=layers)
        assert cv.overlap(recipe.layers, (2, 2)).ratio == Fraction(ratio)
