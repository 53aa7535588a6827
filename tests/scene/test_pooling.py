"""Pooling as it is drawn: windows, winners, what counts at the border, and what is not read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.recipes import Recipe
from convviz.scene import Frame, Rect, Scene
from convviz.scene.facts import formulas_of
from convviz.scene.number_format import number, shown
from tests.arithmetic.oracles import onnx_forward
from tests.player.cases import json_of, scene_of
from tests.scene.reading import Cell, cell_at, grids, lines, panel, texts, titled, value, window
from tests.scene.test_layout import check_cells, check_texts

INFINITE = "−∞"
RECIPES = [
    *(recipe for recipe in cv.presets.values() if recipe.variant == "pooling"),
    cv.recipe("pooling", input_size="5x7", kernel_size="3x2", stride="1x3", padding="1,0,0,1", dilation="2x1"),
    cv.recipe("pooling", input_size="7x4", kernel_size="2x3", stride="3x1", padding="0x1", ceil_mode=True, seed=4),
    cv.recipe("pooling", input=[[-1.5, -0.25, 7], [1 / 3, -8, 7]], kernel_size="2x3", stride=1, padding=1),
    cv.recipe("pooling", input_size=2, kernel_size=2, stride=1, dilation=3, padding="same"),
    cv.recipe("pooling", input_size="6x5", kernel_size="3x2", stride="2x4", padding="1,1,0,1", mode="average"),
    cv.recipe("pooling", input_size="8x5", kernel_size="3x2", stride="3x2", padding="1,0,1,0", mode="average",
              ceil_mode=True, count_include_pad=False, seed=2),
    cv.recipe("pooling", input=[[0.1, 0.2, -0.3], [1e-5, 123.4, -8]], kernel_size=2, stride=1, mode="average"),
    cv.recipe("pooling", input_size=3, kernel_size=1, mode="average"),
    cv.recipe("pooling", input_size="6x7", kernel_size="2x3", stride="1x2", dilation="3x2", padding="1,0,1,1",
              mode="average", count_include_pad=False),
    cv.recipe("pooling", input_size=5, kernel_size=2, stride=4, ceil_mode=True),
]  # fmt: skip


def named(recipe: object) -> str | None:
    return repr(recipe) if isinstance(recipe, Recipe) else None


def is_max(recipe: Recipe) -> bool:
    return bool(recipe["mode"] == "max")


def windows(recipe: Recipe) -> Iterator[list[Cell]]:
    """The cells of each window, from its first one on."""
    layer, size = recipe.layer, recipe["input_size"]
    (top, _), (left, _) = layer.resolve_padding(size)
    for i, j in np.ndindex(*layer.output_size(size)):
        yield [
            (i * layer.stride[0] + u * layer.dilation[0] - top, j * layer.stride[1] + v * layer.dilation[1] - left)
            for u, v in np.ndindex(*recipe["kernel_size"])
        ]


def kind(recipe: Recipe, cell: Cell) -> str:
    size = recipe["input_size"]
    if all(0 <= at < n for at, n in zip(cell, size, strict=True)):
        return "input"
    ends = [n + after for n, (_, after) in zip(size, recipe.layer.resolve_padding(size), strict=True)]
    return "beyond" if any(at >= end for at, end in zip(cell, ends, strict=True)) else "padding"


def counts(recipe: Recipe, cell: Cell) -> bool:
    """Whether a cell has a say in its window."""
    kinds = {"input", "padding"} if recipe["count_include_pad"] else {"input"}
    return is_max(recipe) or kind(recipe, cell) in kinds


def at(recipe: Recipe, cell: Cell) -> float:
    outside = -np.inf if is_max(recipe) else 0.0
    return float(recipe.input[0][cell]) if kind(recipe, cell) == "input" else outside


def winners(scene: Scene, frame: Frame) -> list[Cell]:
    """The cells with the note "max"."""
    grid = grids(scene)[0]
    found = [cell_at(grid, item) for item in frame.items if texts(item)[:1] == ["max"] and len(texts(item)) == 2]
    assert None not in found
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_each_step_shows_its_window_and_its_result(recipe: Recipe) -> None:
    scene = cv.animate(recipe, width=1200).scene
    expected = cv.forward(recipe.layer, recipe.input)[0]
    steps = list(windows(recipe))
    assert len(grids(scene)) == 2
    assert len(scene) == len(steps) == expected.size == recipe.frames
    for frame, cells, (place, result) in zip(scene, steps, np.ndenumerate(expected), strict=True):
        assert window(scene, frame, 0) == (cells[0], cells[-1])
        counted = [cell for cell in cells if counts(recipe, cell)]
        outlined = {cell_at(grids(scene)[0], item) for item in frame.items} - {None}
        assert outlined == {*counted}, "what does not count is not lit"
        values = [at(recipe, cell) for cell in counted]
        text = number(float(result) if abs(result) > 1e-12 else 0.0)
        assert panel(scene, frame, 1)[place] == text
        assert {cell: panel(scene, frame, 0)[cell] for cell in counted} == dict(
            zip(counted, map(number, values), strict=True)
        )
        title, *words = lines(scene, frame)
        is_exact = not np.isfinite(result) or shown(float(result)) == Fraction(f"{result:.12g}")
        assert title == f"{titled('output', *place)}: {'' if is_exact else 'about '}{text}"
        (check_max if is_max(recipe) else check_average)(recipe, scene, frame, cells, words)


def check_max(recipe: Recipe, scene: Scene, frame: Frame, cells: list[Cell], words: list[str]) -> None:
    best = max(at(recipe, cell) for cell in cells)
    first = [cell for cell in cells if at(recipe, cell) == best and kind(recipe, cell) == "input"][:1]
    assert winners(scene, frame) == first
    where = f" in row {first[0][0]}, column {first[0][1]}" if first else ""
    assert words[-1] == f"= {number(best)}{where}"
    assert "".join(words[:-1]) == f"max({','.join(number(at(recipe, cell)) for cell in cells)})"
    strokes = {}
    for item in frame.items:
        cell, mark = cell_at(grids(scene)[0], item), item.look.marks[0]
        if cell is not None and isinstance(mark, Rect):
            strokes[cell] = mark.stroke_width
    for cell in first:
        assert strokes.pop(cell) > 2 * max(strokes.values(), default=0), "without any color, too"


def check_average(recipe: Recipe, scene: Scene, frame: Frame, cells: list[Cell], words: list[str]) -> None:
    counted = [cell for cell in cells if counts(recipe, cell)]
    *added, divisor, result = words
    assert winners(scene, frame) == []
    numbers = [value(word.removeprefix("+ ").strip("()")) for word in added]
    assert numbers == [shown(at(recipe, cell)) for cell in counted]
    assert "".join(added).count("(") == "".join(added).count(")")
    left_out = {kind(recipe, cell) for cell in cells} - {kind(recipe, cell) for cell in counted}
    names = [name for key, name in (("padding", "padding"), ("beyond", "cells beyond")) if key in left_out]
    assert divisor == f"/ {len(counted)}" + (f" ({' and '.join(names)} not counted)" if names else "")
    sign, text = result.split()
    assert (sign == "=") is (sum(numbers) / len(counted) == value(text))


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_nothing_is_cut_off_or_overlaps(recipe: Recipe) -> None:
    for storyboard, width in (("cell", None), ("tap", 240), ("cell", 360)):
        scene = cv.animate(recipe.replace(storyboard=storyboard), width=width).scene
        for frame in (scene[0], scene[len(scene) // 2], scene[-1]):
            check_texts(scene, frame)
            check_cells(scene, frame)


@st.composite
def poolings(draw: st.DrawFn) -> Recipe:
    """Every parameter differs from axis to axis."""
    few = st.integers(1, 4)
    given = {
        "mode": draw(st.sampled_from(["max", "average"])),
        "input_size": (draw(st.integers(1, 9)), draw(st.integers(1, 9))),
        "kernel_size": (draw(few), draw(few)),
        "stride": (draw(few), draw(few)),
        "dilation": (draw(few), draw(few)),
        "padding": draw(st.one_of(st.lists(st.integers(0, 2), min_size=4, max_size=4), st.just("same_upper"))),
        "ceil_mode": draw(st.booleans()),
        "count_include_pad": draw(st.booleans()),
        "seed": draw(st.integers(0, 99)),
    }
    try:
        return cv.recipe("pooling", **given)
    except SpecError:
        assume(False)
        raise


@settings(max_examples=30)
@given(poolings())
def test_the_last_frame_shows_what_onnxruntime_computes(recipe: Recipe) -> None:
    kernel, sides = recipe["kernel_size"], recipe.layer.resolve_padding(recipe["input_size"])
    assume(all(max(pair) < side for pair, side in zip(sides, kernel, strict=True)))  # onnxruntime asks for that
    scene = cv.animate(recipe, width=900, fill="role").scene
    expected = onnx_forward(recipe.layer, recipe.input.astype(np.float32))[0]
    # For a window that lies in the padding only, onnxruntime gives the lowest number that it has, or 0 / 0.
    expected = np.nan_to_num(np.where(expected < -1e30, -np.inf, expected), neginf=-np.inf)
    found = panel(scene, scene[-1], 1)
    numbers = np.array([[-np.inf if text == INFINITE else float(value(text)) for text in found.values()]])
    np.testing.assert_allclose(numbers.reshape(recipe.output_size), expected, rtol=1e-3, atol=1e-3)
    for cells, frame in zip(windows(recipe), scene, strict=True):
        assert window(scene, frame, 0) == (cells[0], cells[-1])
    tapped = cv.animate(recipe.replace(storyboard="tap")).scene if recipe.frames < 30 else scene
    for frame in tapped:
        assert frame.description.startswith(frame.caption)
    json.loads(json_of(scene_of(recipe)), parse_constant=pytest.fail)


def test_the_size_formula_of_an_average_has_its_dilation() -> None:
    recipe = cv.recipe("pooling", mode="average", dilation="2x1", kernel_size="3x2", padding="1x0")
    assert [formula.text for formula in formulas_of(recipe)] == [
        "height: o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(6 + 2·1 − 2·(3 − 1) − 1) / 3⌋ + 1 = 2",
        "width: o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(6 + 2·0 − 1·(2 − 1) − 1) / 2⌋ + 1 = 3",
    ]


def test_an_average_of_no_cell_says_so() -> None:
    recipe = cv.recipe("pooling", mode="average", input_size="2x4", kernel_size=2, dilation="3x5", padding="same",
                       stride=1, count_include_pad=False)  # fmt: skip
    scene = cv.animate(recipe).scene
    frame = scene[1]
    assert frame.description == "Step 2 of 8: output row 0, column 1 is 0: no cell of its window counts."
    assert lines(scene, frame)[-2:] == ["no cell of the window counts:", "0"]


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_pointing_at_cells_shows_what_belongs_together(recipe: Recipe) -> None:
    scene = cv.animate(recipe).scene
    links = scene.link()
    inputs, outputs = links.grids
    assert (inputs.name, inputs.is_editable, outputs.name, outputs.is_editable) == ("input", True, "output", False)
    numbers = {name: k for k, name in enumerate(outputs.names, len(inputs.names))}
    rows, columns = grids(scene)[0].rows, grids(scene)[0].columns
    for k, ((place, _), cells) in enumerate(
        zip(np.ndenumerate(np.zeros(recipe.output_size)), windows(recipe), strict=True)
    ):
        relation = links.relate(k)
        counted = [cell for cell in cells if counts(recipe, cell)]
        at_place = [(i - rows.start) * len(columns) + j - columns.start for i, j in counted]
        assert relation.taps == tuple((cell, -1, numbers[place]) for cell in at_place)
        values = np.array([at(recipe, cell) for cell in counted])
        so_far = np.maximum.accumulate(values) if is_max(recipe) else np.cumsum(values)
        assert relation.sums == tuple(number(float(one) if abs(one) > 1e-12 else 0.0) for one in so_far)
        for cell, index in zip(counted, at_place, strict=True):
            name = {"input": cell, "padding": "padding", "beyond": "a cell beyond the padding"}[kind(recipe, cell)]
            assert inputs.names[index] == name
    assert links.relate(0).undone == ()
    assert links.step_side == "output"
    assert cv.animate(recipe.replace(storyboard="tap")).scene.link().relate(0).sums == ()


def test_the_winner_is_the_last_to_come() -> None:
    """While the cells of a window come one by one, the terms that are not reached yet are left out."""
    for frame in scene_of(cv.recipe("pooling", input=[[1, 5, 2], [4, 3, 0]], stride=1)):
        *_, crown, around = frame.items
        before = frame.items[: -frame.terms]
        assert "max" in texts(crown)
        assert around in before
        assert not any("max" in texts(item) for item in before)
        assert frame.terms == 4 + 1 + 2  # max(1, 5, 4, 3) and = 5, the winner and the window around it


@pytest.mark.parametrize("mode", ["max", "average"])
def test_tap_by_tap_the_largest_or_the_sum_is_carried_on(mode: str) -> None:
    recipe = cv.recipe("pooling", mode=mode, input_size=4, kernel_size=3, stride=2, padding=1, storyboard="tap",
                       count_include_pad=False)  # fmt: skip
    scene = cv.animate(recipe).scene
    steps = list(windows(recipe))
    assert len(scene) == recipe.frames == 4 * 9
    for k, frame in enumerate(scene):
        cells, tap = steps[k // 9], k % 9
        values = [at(recipe, cell) for cell in cells[: tap + 1] if counts(recipe, cell)]
        so_far = (max(values) if mode == "max" else sum(values)) if values else 0
        title, *words = lines(scene, frame)
        if tap == 8:
            assert title.startswith(f"{titled('output', *divmod(k // 9, 2))}: ")
            continue
        noun = "largest" if mode == "max" else "sum"
        assert title == f"{titled('output', *divmod(k // 9, 2))}, {noun} so far: {number(so_far)}"
        assert frame.caption == f"Step {k // 9 + 1} of 4, cell {tap + 1}"
        assert f"{number(so_far)} so far, the {noun} after {tap + 1} of 9 cells over input " in frame.description
        assert words[-1].startswith(f"= {number(so_far)}")
        assert len(words) == len(values) + 1
        best = [c for c in cells[: tap + 1] if kind(recipe, c) == "input" and at(recipe, c) == so_far][:1]
        assert winners(scene, frame) == (best if mode == "max" else [])


def legend(scene: Scene) -> list[str]:
    return [text for item in scene.backdrop if len(item.look.marks) == 1 for text in texts(item)]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, []),
        ({"padding": 1}, ["padding: −∞"]),
        ({"padding": 1, "mode": "average"}, ["padding: zeros, counted"]),
        ({"padding": 1, "mode": "average", "count_include_pad": False}, ["padding: not counted"]),
        ({"input_size": 5, "ceil_mode": True}, ["beyond the input (ceil_mode): −∞"]),
        (
            {"input_size": 6, "padding": 1, "stride": 3, "kernel_size": 3, "ceil_mode": True, "mode": "average"},
            ["padding: zeros, counted", "beyond the padding (ceil_mode): not counted"],
        ),
        ({"input_size": 5}, ["not read by any window"]),
    ],
)
def test_the_legend_says_what_is_around_the_input(parameters: dict[str, object], words: list[str]) -> None:
    scene = cv.animate(cv.recipe("pooling", **parameters), formula=False).scene
    assert [text for text in legend(scene) if " × " not in text] == ["→", *words]


def test_cells_that_do_not_count_show_no_number() -> None:
    recipe = cv.recipe("pooling", mode="average", kernel_size=3, stride=2, padding=1, count_include_pad=False)
    scene = cv.animate(recipe).scene
    for cell, text in panel(scene, scene[0], 0).items():
        assert (text == "") is (kind(recipe, cell) != "input")


def test_rows_and_columns_that_are_not_read_are_dotted_and_named() -> None:
    recipe = cv.recipe("pooling", input_size="5x7", kernel_size=2, stride="2x3", ceil_mode=False)
    scene = cv.animate(recipe).scene
    grid = grids(scene)[0]
    dotted = set()
    for item in scene.backdrop:
        cell, mark = cell_at(grid, item), item.look.marks[0]
        if cell is not None and isinstance(mark, Rect) and mark.dash == 1:
            dotted.add(cell)
    assert dotted == {(i, j) for i in range(5) for j in range(7) if i == 4 or j in (2, 5, 6)}
    assert scene.description == (
        "Max pooling: a 2 by 2 window with stride 2 by 3 on a 5 by 7 input gives a 2 by 2 output. "
        "No window reads row 4 or columns 2, 5, 6."
    )
    assert {name for name in scene.link().grids[0].names if isinstance(name, str)} == set(), "all can be edited"


def test_descriptions() -> None:
    scene = cv.animate(cv.presets["max_2x2"]).scene
    assert scene.description == "Max pooling: a 2 by 2 window with stride 2 on a 6 by 6 input gives a 3 by 3 output."
    assert scene[2].description == (
        "Step 3 of 9: output row 0, column 2 is 9, the largest of 4 cells over input rows 0 to 1, columns 4 to 5: that "
        "of row 0, column 5."
    )
    scene = cv.animate(cv.presets["average_padding_not_counted"]).scene
    assert scene.description == (
        "Average pooling: a 3 by 3 window with stride 2 on a 5 by 5 input gives a 3 by 3 output."
    )
    assert scene[0].description == (
        "Step 1 of 9: output row 0, column 0 is 1, the average of 4 of 9 cells, the others not counted, over input "
        "rows −1 to 1, columns −1 to 1."
    )
    tied = cv.animate(cv.recipe("pooling", input="ones", dilation=2, stride=1)).scene
    assert tied.description.startswith("Max pooling: a 2 by 2 window with stride 1 and dilation 2 on a 6 by 6 input")
    assert tied[0].description.endswith(": that of row 0, column 0, the first of 4 that are equal.")


def test_a_window_in_the_padding_gives_minus_infinity() -> None:
    recipe = cv.recipe("pooling", input_size=2, kernel_size=2, stride=1, dilation=3, padding="same")
    scene = cv.animate(recipe).scene
    assert lines(scene, scene[1]) == ["Row 0, column 1 of the output: −∞", "max(−∞,", "−∞,", "−∞,", "−∞)", "= −∞"]
    assert winners(scene, scene[1]) == []
    assert scene[1].description == ("Step 2 of 4: output row 0, column 1 is −∞: its window reads nothing but padding.")
    assert scene.link().grids[1].texts[1] == INFINITE
    assert cv.animate(recipe).gif()[:6] == b"GIF89a"


NUMERICAL = {
    "numerical_no_padding_no_strides": [[12, 12, 17], [10, 17, 19], [9, 6, 14]],
    "numerical_padding_strides": [[6, 17, 3], [8, 17, 13], [6, 4, 4]],
    "numerical_max_pooling": [[3, 3, 3], [3, 3, 3], [3, 2, 3]],
    "numerical_average_pooling": [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]],
}
"""The outputs in figures 1.1, 1.2, 1.6 and 1.5 of arXiv:1603.07285."""


@pytest.mark.parametrize("name", NUMERICAL)
def test_the_numbers_of_the_guide(name: str) -> None:
    recipe = cv.presets[name]
    output = cv.forward(recipe.layer, recipe.input, recipe.weight)[0]
    assert output.round(1).tolist() == NUMERICAL[name]
    assert recipe.variant == ("pooling" if "pooling" in name else "standard")
    scene = cv.animate(recipe).scene
    shown_last = [*panel(scene, scene[-1], len(grids(scene)) - 1).values()]
    assert shown_last == [number(value) for value in output.ravel().tolist()]
