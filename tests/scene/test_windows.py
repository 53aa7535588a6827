"""What the pictures show is what the operation does: windows, terms and results, found by means of their own."""

from __future__ import annotations

import numpy as np
import pytest

import convviz as cv
from convviz.recipes import Recipe
from convviz.scene import Line, Rect, Text
from convviz.scene.number_format import number
from convviz.scene.typography import CAP_HEIGHT, text_width
from tests.scene.reading import (
    Cell,
    cell_at,
    grids,
    has_one_kernel,
    lines,
    panel,
    tapped,
    terms,
    texts,
    titled,
    value,
    window,
)

GUIDE = {
    "no_padding_no_strides": (4, 4, 2),
    "arbitrary_padding_no_strides": (36, 5, 6),
    "same_padding_no_strides": (25, 5, 5),
    "full_padding_no_strides": (49, 5, 7),
    "no_padding_strides": (4, 5, 2),
    "padding_strides": (9, 5, 3),
    "padding_strides_odd": (9, 6, 3),
    "dilation": (9, 7, 3),
    "no_padding_no_strides_transposed": (16, 2, 4),
    "arbitrary_padding_no_strides_transposed": (25, 6, 5),
    "same_padding_no_strides_transposed": (25, 5, 5),
    "full_padding_no_strides_transposed": (25, 7, 5),
    "no_padding_strides_transposed": (25, 2, 5),
    "padding_strides_transposed": (25, 3, 5),
    "padding_strides_odd_transposed": (36, 3, 6),
}
"""Frames, input side and output side of the figures in arXiv:1603.07285."""

DIRECT = [
    cv.recipe("standard", input_size="5x7", kernel_size="3x2", stride="2x1", padding="1,0,2,1", dilation="1x3"),
    cv.recipe("standard", input_size="1x6", kernel_size="1x3", padding="0,0,2,0"),
    cv.recipe("standard", input_size="4x5", padding=2, padding_mode="reflect"),
    cv.recipe("standard", input_size="4x5", padding="2x1", padding_mode="circular", flip=True, bias=-3),
    cv.recipe("dilated", input_size="6x5", padding="same", padding_mode="replicate"),
    cv.recipe("standard", input_size="2x3", padding="3x4", padding_mode="symmetric"),
    cv.recipe("transposed", input_size="3x2", kernel_size="4x3", padding="same_lower"),
    cv.recipe("standard", input_size="6x7", stride=2, padding="same_upper"),
    cv.recipe("standard", input_size=7, kernel_size=7, padding=1),
    cv.recipe("standard", input=[[0.1, 0.25], [-1.5, 123.4]], weight=[[0.3, -0.007]], padding="0x1", bias=0.1),
]
TRANSPOSED = [
    cv.recipe("transposed", input_size="2x3", kernel_size="3x2", stride="1x3", padding="1,0,0,1"),
    cv.recipe("transposed", input_size="3x2", stride=3, padding=0, output_padding="1x2", bias=2),
    cv.recipe("transposed", input_size=2, dilation="1x3", stride="2x1", padding="0x2"),
    cv.recipe("transposed", input_size=3, kernel_size=2, stride=3, padding="2,1,3,0"),
    cv.recipe("transposed", input_size=2, kernel_size=1, stride=3, padding=0, output_padding=2),
]


def named(recipe: object) -> str | None:
    return repr(recipe) if isinstance(recipe, Recipe) else None


def windows(recipe: Recipe) -> list[list[Cell]]:
    """The cells that each step reads, by walking a stencil over a table of places as one would with scissors."""
    layer = recipe.layer
    (kh, kw), (dh, dw) = recipe["kernel_size"], recipe["dilation"]
    height, width = recipe["input_size"]
    if recipe.variant == "transposed":
        (sh, sw), ((top, bottom), (left, right)), (ah, aw) = (
            recipe["stride"],
            layer.padding,
            recipe["output_padding"],
        )
        rows = list(range(-(dh * (kh - 1) - top), (height - 1) * sh + 1 + dh * (kh - 1) - bottom + ah))
        columns = list(range(-(dw * (kw - 1) - left), (width - 1) * sw + 1 + dw * (kw - 1) - right + aw))
        sh = sw = 1
    else:
        (sh, sw), ((top, bottom), (left, right)) = recipe["stride"], layer.resolve_padding((height, width))
        rows, columns = list(range(-top, height + bottom)), list(range(-left, width + right))
    return [
        [(row, column) for row in rows[i::dh][:kh] for column in columns[j::dw][:kw]]
        for i in range(0, len(rows) - dh * (kh - 1), sh)
        for j in range(0, len(columns) - dw * (kw - 1), sw)
    ]


@pytest.mark.parametrize("name", GUIDE)
def test_figures_of_the_guide(name: str) -> None:
    frames, side, output = GUIDE[name]
    recipe = cv.presets[name]
    assert (recipe["input_size"], recipe.output_size) == ((side, side), (output, output))
    assert len(cv.animate(recipe)) == len(cv.animate(recipe).scene) == frames
    assert recipe.variant == ("transposed" if "transposed" in name else "dilated" if name == "dilation" else "standard")


@pytest.mark.parametrize("recipe", [*(cv.presets[name] for name in GUIDE), *DIRECT, *TRANSPOSED], ids=named)
def test_each_step_shows_its_window_and_its_sum(recipe: Recipe) -> None:
    scene = cv.animate(recipe, width=1200).scene
    expected = cv.forward(recipe.layer, recipe.input, recipe.weight, recipe.bias)[0]
    kernel = panel(scene, scene[0], 1)
    steps = windows(recipe)
    assert len(scene) == len(steps) == expected.size
    for frame, cells, (at, result) in zip(scene, steps, np.ndenumerate(expected), strict=True):
        found = tapped(scene, frame, 0)
        assert list(found) == cells
        assert window(scene, frame, 0) == (cells[0], cells[-1])
        assert [note for _, note in found.values()] == [f"×{weight}" for weight in kernel.values()]
        title, *words = lines(scene, frame)
        products, sign, shown = terms(words)
        numbers = [value(text) * value(note[1:]) for text, note in found.values()]
        assert products == numbers + ([value(number(recipe["bias"]))] if recipe["bias"] else [])
        assert sign == ("=" if sum(products) == shown else "≈")
        assert number(round(float(result), 9)) == words[-1].split()[1] == panel(scene, frame, 2)[at]
        about = "about " if "about" in title else ""
        assert title == f"{titled('output', *at)}: {about}{words[-1].split()[1]}"
        assert f"output row {at[0]}, column {at[1]} is {about}{words[-1].split()[1]}, " in frame.description


def test_the_last_frame_shows_the_output() -> None:
    for recipe in (r for r in cv.presets.values() if has_one_kernel(r)):
        scene = cv.animate(recipe, width=1200, fill="role").scene
        output = cv.forward(recipe.layer, recipe.input, recipe.weight, recipe.bias)[0]
        shown = panel(scene, scene[-1], 2)
        assert {at: number(round(float(result), 9)) for at, result in np.ndenumerate(output)} == {
            at: text for at, text in shown.items() if text
        }, recipe


@pytest.mark.parametrize(
    "recipe", [*(r for r in cv.presets.values() if r.variant == "transposed"), *TRANSPOSED], ids=named
)
def test_scatter_stamps_and_ends_at_the_same_output(recipe: Recipe) -> None:
    recipe = recipe.replace(view="scatter")
    scene = cv.animate(recipe, width=1200).scene
    kernel, plane = recipe.weight[0, 0], recipe.input[0]
    rows, columns = recipe.output_size
    sums = np.full(recipe.output_size, float(recipe["bias"]))
    for frame, ((i, j), cell) in zip(scene, np.ndenumerate(plane), strict=True):
        before = sums.copy()
        stamp = {}
        for (m, n), weight in np.ndenumerate(kernel):
            row = i * recipe["stride"][0] + m * recipe["dilation"][0] - recipe["padding"][0][0]
            column = j * recipe["stride"][1] + n * recipe["dilation"][1] - recipe["padding"][1][0]
            if 0 <= row < rows and 0 <= column < columns:
                sums[row, column] += cell * weight
                stamp[row, column] = cell * weight
        found = tapped(scene, frame, 2)
        assert found == {at: (number(sums[at]), number(p) if p < 0 else f"+{number(p)}") for at, p in stamp.items()}
        assert all(value(text) - value(note) == before[at] for at, (text, note) in found.items())
        assert f"input row {i}, column {j} is {number(cell)}; times the kernel" in frame.description
        assert sum("·" in word for word in lines(scene, frame)) == len(stamp)
        cropped = kernel.size - len(stamp)
        assert (f"({cropped} cropped)" in lines(scene, frame)) == (cropped > 0)
    gathered = cv.animate(recipe.replace(view="gather"), width=1200).scene
    shown = {at: text for at, text in panel(scene, scene[-1], 2).items() if text}
    assert shown == panel(gathered, gathered[-1], 2)
    assert scene[-1].beats == 3


def stamped(recipe: Recipe) -> set[Cell]:
    """The cells that a kernel laid down once for each input cell covers, counted from the corner of the output."""
    (sh, sw), (dh, dw), ((top, _), (left, _)) = recipe["stride"], recipe["dilation"], recipe["padding"]
    return {
        (i * sh + m * dh - top, j * sw + n * dw - left)
        for i, j in np.ndindex(*recipe["input_size"])
        for m, n in np.ndindex(*recipe["kernel_size"])
    }


@pytest.mark.parametrize(
    "recipe",
    [
        *(r for r in cv.presets.values() if r.variant == "transposed"),
        *TRANSPOSED,
        cv.recipe("transposed", output_padding=1),
        cv.recipe("transposed", stride=3, padding="0,1,0,2", output_padding="2x1"),
        cv.recipe("transposed", stride=3, padding="0,1,0,1", output_padding=1),
    ],
    ids=named,
)
def test_cropped_cells_are_drawn_as_far_as_stamps_reach(recipe: Recipe) -> None:
    scene = cv.animate(recipe.replace(view="scatter"), width=1200).scene
    output = {*np.ndindex(*recipe.output_size)}
    rows, columns = (range(min(at), max(at) + 1) for at in zip(*stamped(recipe), *output, strict=True))
    assert (grids(scene)[2].rows, grids(scene)[2].columns) == (rows, columns)
    outside = len(rows) * len(columns) - len(output)
    crossed = [item for item in scene.backdrop if any(isinstance(mark, Line) for mark in item.look.marks)]
    assert len(crossed) == outside + bool(outside), "each cropped cell, and one in the legend"
    assert ("cropped by padding" in [text for item in scene.backdrop for text in texts(item)]) == bool(outside)


TAP_BY_TAP = [
    cv.recipe("standard", input_size=4, storyboard="tap"),
    cv.recipe("transposed", input_size=2, storyboard="tap", bias=5),
]


@pytest.mark.parametrize("recipe", TAP_BY_TAP, ids=named)
def test_tap_by_tap_the_sum_grows(recipe: Recipe) -> None:
    scene = cv.animate(recipe).scene
    assert len(scene) == np.prod(recipe.output_size) * 9
    for k, frame in enumerate(scene):
        step, tap = divmod(k, 9)
        title, *words = lines(scene, frame)
        assert len(words) == tap + 2 + bool(recipe["bias"] and tap == 8)
        products, sign, shown = terms(words)
        assert (sum(products), sign) == (shown, "=")
        caption = f"Step {step + 1} of {len(scene) // 9}" + (f", product {tap + 1}" if tap < 8 else "")
        assert frame.caption == caption
        assert ("so far" in title) == (tap < 8)


def test_the_tap_of_a_frame_is_marked_in_the_kernel_too() -> None:
    recipe = cv.recipe("transposed", input_size=2, storyboard="tap")
    scene = cv.animate(recipe).scene
    grid = grids(scene)[1]
    marked = [item for item in scene[3].items if (item.x, item.y) == grid.at(1, 0)]
    assert len(marked) == 1
    assert not any((item.x, item.y) == grid.at(1, 0) for item in scene[4].items)


def test_descriptions() -> None:
    scene = cv.animate(cv.presets["padding_strides"]).scene
    assert scene.description == "Standard convolution: a 3 by 3 kernel on a 5 by 5 input gives a 3 by 3 output."
    assert scene[4].description == (
        "Step 5 of 9: output row 1, column 1 is −10, the sum of 9 products over input rows 1 to 3, columns 1 to 3."
    )
    assert scene[4].details == "The sum of 9 products over input rows 1 to 3, columns 1 to 3."
    scene = cv.animate(cv.recipe("transposed", input_size="1x2", kernel_size="1x2", padding=0, bias=1)).scene
    assert scene[0].description == (
        "Step 1 of 4: output row 0, column 0 is 6, the sum of 2 products over zero-stretched input row 0, columns "
        "−1 to 0 and a bias of 1."
    )
    scene = cv.animate(cv.recipe("transposed", input_size=2, padding=1, view="scatter")).scene
    assert scene[0].description == (
        "Step 1 of 4: input row 0, column 0 is 5; times the kernel it is added to output rows −1 to 1, columns "
        "−1 to 1, of which 5 of 9 cells are cropped."
    )
    assert scene[0].details == (
        "The products are added to output rows −1 to 1, columns −1 to 1, of which 5 of 9 cells are cropped."
    )


def test_rounded_numbers_are_said_to_be_rounded() -> None:
    recipe = cv.recipe("standard", input_size=4, weight="box", bias=1 / 3)
    scene = cv.animate(recipe).scene
    assert lines(scene, scene[0])[0] == "Row 0, column 0 of the output: about 5.444"
    assert scene[0].description == (
        "Step 1 of 4: output row 0, column 0 is about 5.444, the sum of 9 products over input rows 0 to 2, columns "
        "0 to 2 and a bias of about 0.3333."
    )
    scene = cv.animate(recipe.replace(storyboard="tap")).scene
    assert lines(scene, scene[0])[0] == "Row 0, column 0 of the output so far: about 0.5556"
    assert scene[0].description == (
        "Step 1 of 4, product 1: output row 0, column 0 is about 0.5556 so far, the sum of 1 of 9 products over input "
        "rows 0 to 2, columns 0 to 2."
    )
    scene = cv.animate(cv.recipe("transposed", input=[[1 / 3, 13.25]], padding=0, view="scatter")).scene
    assert [lines(scene, frame)[0] for frame in scene] == [
        "Row 0, column 0 of the input, about 0.3333, times the kernel",
        "Row 0, column 1 of the input, 13.25, times the kernel",
    ]
    assert [frame.description for frame in scene] == [
        "Step 1 of 2: input row 0, column 0 is about 0.3333; times the kernel it is added to output rows 0 to 2, "
        "columns 0 to 2.",
        "Step 2 of 2: input row 0, column 1 is 13.25; times the kernel it is added to output rows 0 to 2, columns 2 "
        "to 4.",
    ]


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (cv.recipe("standard", padding=1), ["padding (zeros)"]),
        (cv.recipe("standard", padding=1, padding_mode="reflect"), ["padding (reflect)"]),
        (cv.presets["padding_strides_transposed"], ["zeros around the input", "zero put between the cells (stride)"]),
        (cv.presets["padding_strides_transposed"].replace(view="scatter"), ["cropped by padding"]),
        (cv.recipe("standard"), []),
    ],
    ids=range(5),
)
def test_legend(recipe: Recipe, words: list[str]) -> None:
    """The padding of a transposed convolution crops: its ring of zeros is not called padding."""
    scene = cv.animate(recipe, formula=False).scene
    free = [text for item in scene.backdrop if len(item.look.marks) == 1 for text in texts(item)]
    labels = [text for text in free if " × " not in text]
    assert labels == ["∗", "=", *words]
    names = [name for name in scene.link().grids[0].names if isinstance(name, str)]
    assert ("padding" in names) == (words[:1] == [f"padding ({recipe.get('padding_mode')})"])
    assert ("a zero around the input" in names) == (words[:1] == ["zeros around the input"])


def test_products_of_a_stamp_are_apart() -> None:
    scene = cv.animate(cv.presets["padding_strides_transposed"].replace(view="scatter")).scene
    *words, last, cropped = lines(scene, scene[0])[1:]
    assert all(word.endswith(";") for word in words)
    assert last[-1].isdecimal()
    assert cropped == "(5 cropped)"


def test_frames_are_found_from_both_ends_and_no_further() -> None:
    scene = cv.animate(cv.presets["padding_strides"]).scene
    assert scene.frame(-1) == scene.frame(8) == scene[8] == list(scene)[-1]
    assert [frame.caption for frame in scene[::4]] == ["Step 1 of 9", "Step 5 of 9", "Step 9 of 9"]
    with pytest.raises(IndexError, match=r"^frame must be from -9 to 8; got 9\.$"):
        scene.frame(9)


@pytest.mark.parametrize(
    "recipe", [cv.recipe("transposed", padding=0, view="scatter"), cv.recipe("checkerboard")], ids=named
)
def test_what_a_stamp_adds_is_above_the_sum(recipe: Recipe) -> None:
    """With a line between, and both numbers end at the same place: "+6" below a 3 would read like 9."""
    scene = cv.animate(recipe).scene
    sums = [item.look for item in scene[1].items if len(texts(item)) == 2 and item.look.width == item.look.height]
    assert len(sums) == 9
    for look in sums:
        added, total = (mark for mark in look.marks if isinstance(mark, Text))
        (line,) = (mark for mark in look.marks if isinstance(mark, Line))
        assert added.text[0] in "+−"
        assert added.y < line.y1 == line.y2 < total.y - CAP_HEIGHT * total.size
        end = total.x + text_width(total.text, int(total.size)) / 2
        assert end == pytest.approx(added.x, abs=1)
        assert line.x2 == added.x


@pytest.mark.parametrize(("width", "frame"), [(900, 3), (1080, 4), (1800, 6)])
def test_frames_have_one_width_and_taps_hairlines(width: int, frame: int) -> None:
    scene = cv.animate(cv.recipe("standard", padding=1), width=width).scene
    source, _, output = grids(scene)
    strokes: dict[str, set[int]] = {"tap": set(), "current": set(), "window": set()}
    for item in scene[0].items:
        mark = item.look.marks[0]
        if isinstance(mark, Rect):
            kind = "tap" if cell_at(source, item) else "current" if cell_at(output, item) else "window"
            strokes[kind].add(mark.stroke_width)
    assert strokes == {"tap": {1}, "current": {frame}, "window": {frame}}
