"""Two passes and the single one, read back from the pictures and held against SciPy and NumPy."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image
from scipy.signal import correlate2d

import convviz as cv
from convviz import SpecError
from convviz.recipes import Recipe, presets_of
from convviz.recipes.variants.spatial_separable import passes_of
from convviz.scene import Frame, Scene
from convviz.scene.number_format import number
from tests.scene.reading import cell_at, grids, last_place, lines, terms, texts, titled, value
from tests.scene.test_golden import description

IMAGE, COLUMN, BETWEEN, ROW, OUTPUT, AGAIN, KERNEL, DIRECT = range(8)
GOLDEN = Path(__file__).parent / "golden" / "separable.jsonl"
Cell = tuple[int, int]


def separable(**parameters: object) -> Recipe:
    return cv.recipe("spatial-separable", **{"weight": "sobel_x", **parameters})


PRESETS = {preset.name: preset.recipe for preset in presets_of("spatial-separable")}
RECIPES = {
    **PRESETS,
    "every axis differs": separable(
        input_size="7x9", kernel_size="4x2", stride="2x3", padding="1,2,3,0", dilation="1x2", seed=3,
        weight="1,2;0,0;-3,-6;2,4", bias=-2,
    ),
    "one row": separable(input_size="1x6", kernel_size="1x3", weight="1,-2,1", padding="0x1"),
    "one column": separable(input_size="6x2", kernel_size="3x1", weight="1;-2;1", padding="same"),
    "same_upper": separable(input_size="6x5", stride=2, padding="same_upper", dilation="1x2"),
    "zero": separable(weight=np.zeros((2, 3)), input_size=4),
    "thirds": separable(input_size=4, weight="box", bias=1 / 3),
    "not separable, axes differ": separable(
        input_size="5x6", kernel_size="3x2", weight="random", padding="1,0,0,2", stride="1x2", bias=1, seed=4
    ),
}  # fmt: skip


def correlated(recipe: Recipe, kernel: np.ndarray) -> np.ndarray:
    """What SciPy makes of the padded input and the kernel with zeros between its taps."""
    (top, bottom), (left, right) = recipe.layer.resolve_padding(recipe["input_size"])
    (dh, dw), (sh, sw) = recipe["dilation"], recipe["stride"]
    spread = np.zeros([d * (k - 1) + 1 for d, k in zip((dh, dw), kernel.shape, strict=True)])
    spread[::dh, ::dw] = kernel
    padded = np.pad(recipe.input[0], ((top, bottom), (left, right)))
    return correlate2d(padded, spread, "valid")[::sh, ::sw] + recipe["bias"]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_both_ways_are_those_of_scipy(recipe: Recipe) -> None:
    passes = passes_of(recipe.values)
    np.testing.assert_allclose(passes.direct[0], correlated(recipe, recipe.weight[0, 0]), atol=1e-9)
    product = np.outer(passes.column, passes.row)
    np.testing.assert_allclose(passes.output[0], correlated(recipe, product), atol=1e-9)
    left, singular, right = np.linalg.svd(recipe.weight[0, 0])
    best = singular[0] * np.outer(left[:, 0], right[0])
    np.testing.assert_allclose(product, best, atol=1e-9)


@st.composite
def cases(draw: st.DrawFn) -> Recipe:
    """Integers, every axis by itself, a kernel that is a column times a row."""
    side, pad = st.integers(1, 3), st.integers(0, 2)
    column, row = (draw(st.lists(st.integers(-3, 3), min_size=1, max_size=4)) for _ in range(2))
    rule = draw(st.sampled_from(["numbers", "valid", "same_upper", "same_lower"]))
    numbers = ((draw(pad), draw(pad)), (draw(pad), draw(pad)))
    try:
        return separable(
            input_size=(draw(st.integers(1, 8)), draw(st.integers(1, 8))), weight=np.outer(column, row),
            stride=(draw(side), draw(side)), dilation=(draw(side), draw(side)), bias=draw(st.integers(-2, 2)),
            padding=numbers if rule == "numbers" else rule, seed=draw(st.integers(0, 99)),
        )  # fmt: skip
    except SpecError:  # a window that does not fit the input
        assume(False)
        raise


@given(cases())
def test_integers_come_out_exactly_the_same_both_ways(recipe: Recipe) -> None:
    passes = passes_of(recipe.values)
    assert (np.outer(passes.column, passes.row) == recipe.weight[0, 0]).all()
    assert (passes.output == passes.direct).all()
    assert (passes.output == passes.output.round()).all()
    assert passes.intermediate.shape == (1, recipe.output_size[0], recipe["input_size"][1])


def test_the_pair_is_in_the_numbers_that_people_write() -> None:
    def pair(**parameters: object) -> tuple[list[float], list[float]]:
        passes = passes_of(separable(**parameters))
        return passes.column.ravel().tolist(), passes.row.ravel().tolist()

    assert pair() == ([1, 2, 1], [-1, 0, 1])
    assert pair(weight="gaussian") == ([0.25, 0.5, 0.25],) * 2
    assert pair(weight="gaussian", kernel_size="5x3") == ([0.0625, 0.25, 0.375, 0.25, 0.0625], [0.25, 0.5, 0.25])
    column, row = pair(weight="box", kernel_size="2x3")
    assert (column, row) == (pytest.approx([1 / 2] * 2, rel=1e-15), pytest.approx([1 / 3] * 3, rel=1e-15))
    column, row = pair(weight="0.5,-0.5;1,-1")  # its weights cancel one another: the pair has equal norms
    assert np.linalg.norm(column) == pytest.approx(np.linalg.norm(row))


def shown(scene: Scene, frame: Frame, pane: int) -> dict[Cell, str]:
    """The number in each cell of a plane, as it looks when all is painted."""
    found = {}
    for item in (*scene.backdrop, *frame.items):
        cell, words = cell_at(grids(scene)[pane], item), texts(item)
        if cell is not None:
            found[cell] = words[-1] if words else ""
    return found


def tapped(scene: Scene, frame: Frame, pane: int) -> dict[Cell, tuple[str, str]]:
    """The cells of a plane that carry a weight: number and weight."""
    found = {}
    for item in frame.items:
        cell, words = cell_at(grids(scene)[pane], item), texts(item)
        if cell is not None and len(words) == 2:
            found[cell] = (words[1], words[0])
    return found


def window(recipe: Recipe, at: Cell, kernel: tuple[int, int], axes: tuple[bool, bool]) -> list[Cell]:
    """The places that a pass reads; along an axis that is not its own it stays where it is."""
    padding = recipe.layer.resolve_padding(recipe["input_size"])
    spans = [
        [i * s - p[0] + d * u for u in range(k)] if own else [i]
        for i, k, s, p, d, own in zip(at, kernel, recipe["stride"], padding, recipe["dilation"], axes, strict=True)
    ]
    return [(row, column) for row in spans[0] for column in spans[1]]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_each_step_shows_its_windows_and_its_sums(recipe: Recipe) -> None:
    scene, passes = cv.animate(recipe, width=2400, fill="role").scene, passes_of(recipe.values)
    between, outputs = [*np.ndindex(passes.intermediate.shape[1:])], [*np.ndindex(recipe.output_size)]
    assert len(scene) == recipe.frames == len(between) + len(outputs)
    for frame, at in zip(scene, between, strict=False):
        found = tapped(scene, frame, IMAGE)
        assert sorted(found) == sorted(window(recipe, at, recipe["kernel_size"], (True, False)))
        assert not tapped(scene, frame, BETWEEN)
        assert not tapped(scene, frame, AGAIN)
        assert shown(scene, frame, BETWEEN)[at] == number(float(passes.intermediate[0][at]))
        check_terms(frame, scene, found, 0.0, titled("intermediate", *at))
    for frame, at in zip(scene[len(between) :], outputs, strict=True):
        two, one = (float(plane[0][at]) for plane in (passes.output, passes.direct))
        found = tapped(scene, frame, BETWEEN)
        assert list(found) == window(recipe, at, recipe["kernel_size"], (False, True))
        assert list(tapped(scene, frame, AGAIN)) == window(recipe, at, recipe["kernel_size"], (True, True))
        assert not tapped(scene, frame, IMAGE)
        assert [shown(scene, frame, pane)[at] for pane in (OUTPUT, DIRECT)] == [tidied(two), tidied(one)]
        title = check_terms(frame, scene, found, recipe["bias"], titled("output", *at))
        assert title.endswith(" both ways") == (two == one) == np.isclose(two, one, rtol=0, atol=1e-12 * passes.scale)
        assert (f"{tidied(one)} in one" in title) == (two != one)


def tidied(result: float) -> str:
    return number(round(result, 12))


def check_terms(frame: Frame, scene: Scene, found: dict[Cell, tuple[str, str]], bias: float, name: str) -> str:
    """The terms are the products of the cells under the window; gives the title."""
    words = lines(scene, frame)
    cut = next(k for k, word in enumerate(words) if "·" in word)
    products, sign, result = terms(words[cut:])
    expected = [float(value(text) * value(note[1:])) for text, note in found.values()] + ([bias] if bias else [])
    assert [*map(float, products)] == pytest.approx(expected, rel=1.1e-3)  # cells have room for fewer digits
    assert abs(sum(products) - result) <= last_place(words[-1])
    assert sign == ("=" if sum(products) == result else "≈")
    title = " ".join(words[:cut])
    assert title.startswith(f"{name}: ")
    return title


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_last_frame_shows_all_planes(recipe: Recipe) -> None:
    scene, passes = cv.animate(recipe, width=2400, fill="role").scene, passes_of(recipe.values)
    for pane, plane in ((BETWEEN, passes.intermediate), (OUTPUT, passes.output), (DIRECT, passes.direct)):
        cells = shown(scene, scene[-1], pane)
        for at, result in np.ndenumerate(plane[0]):
            assert cells.pop(at) == tidied(float(result))
        assert set(cells.values()) <= {"0"}, "what is left is padding"
        (left, right) = recipe.layer.resolve_padding(recipe["input_size"])[1]
        assert len(cells) == ((left + right) * plane.shape[1] if pane == BETWEEN else 0)


def test_what_is_spoken_of_has_its_name_in_the_picture() -> None:
    scene = cv.animate(separable()).scene
    labels = [text for item in scene.backdrop for text in texts(item)]
    for grid in scene.link().grids:  # a cell is spoken of as ``direct[0, 0]``
        assert any(label.startswith(f"{grid.name} ") for label in labels)
        assert grid.name in grid.title


@pytest.mark.parametrize("storyboard", ["cell", "tap"])
@pytest.mark.parametrize(
    "recipe", [RECIPES["every axis differs"], RECIPES["not separable, axes differ"]], ids=["yes", "no"]
)
def test_relations_lead_to_the_sums(recipe: Recipe, storyboard: str) -> None:
    recipe = recipe.replace(storyboard=storyboard)
    scene, passes = cv.animate(recipe).scene, passes_of(recipe.values)
    links = scene.link()
    assert [grid.name for grid in links.grids] == [
        "input", "column", "intermediate", "row", "output", "input", "kernel", "direct",
    ]  # fmt: skip
    assert [grid.name for grid in links.grids if grid.is_editable] == ["input", "input", "kernel"]
    spots = [(grid.name, name, text) for grid in links.grids for name, text in zip(grid.names, grid.texts, strict=True)]
    numbers = {
        "input": recipe.input[0], "column": passes.column[0, 0], "intermediate": passes.intermediate[0],
        "row": passes.row[0, 0], "kernel": recipe.weight[0, 0], "output": passes.output[0], "direct": passes.direct[0],
    }  # fmt: skip

    def read(cell: int) -> float:
        table, name, text = spots[cell]
        if isinstance(name, str):
            assert (name, text) == ("padding", "0")
            return 0.0
        return float(numbers[table][name])

    sums: dict[int, float] = {}
    seen = set()
    for frame in range(len(scene)):
        for tap in links.relate(frame).taps:
            if tap not in seen:
                seen.add(tap)
                sums[tap[2]] = sums.get(tap[2], 0.0) + read(tap[0]) * read(tap[1])
    for cell, total in sums.items():
        bias = 0 if spots[cell][0] == "intermediate" else recipe["bias"]
        assert total + bias == pytest.approx(read(cell), abs=1e-9)
    assert len(sums) == passes.intermediate.size + passes.output.size + passes.direct.size
    height, width = recipe["kernel_size"]
    assert len(seen) == passes.intermediate.size * height + passes.output.size * (width + height * width)


def test_tap_by_tap_the_passes_come_one_after_the_other() -> None:
    recipe = separable(input_size=3, storyboard="tap", bias=1, padding="0,0,1,0")
    scene = cv.animate(recipe).scene
    assert len(scene) == recipe.frames == 3 * 3 + 2 * (3 + 9)
    titles = [lines(scene, frame)[0] for frame in scene]
    assert [title.split()[6].rstrip(":") for title in titles] == ["intermediate"] * 9 + ["output"] * 24
    assert ["in two passes" in title for title in titles[9:21]] == [True] * 3 + [False] * 9
    assert ["in one pass" in title for title in titles[9:21]] == [False] * 3 + [True] * 8 + [False]
    assert titles[20].endswith("both ways")
    assert [scene[k].caption for k in (0, 2, 9, 19, 20)] == [
        "Step 1 of 5, product 1", "Step 1 of 5", "Step 4 of 5, product 1", "Step 4 of 5, product 11", "Step 4 of 5",
    ]  # fmt: skip
    marked = [shown(scene, scene[k], DIRECT)[0, 0] for k in (11, 12)]
    assert marked[0] == ""
    assert marked[1] != ""


def test_words() -> None:
    scene = cv.animate(separable()).scene
    assert scene.description == (
        "Spatially separable convolution: a 3 by 1 column and then a 1 by 3 row, next to the whole 3 by 3 kernel, on a "
        "6 by 6 input give a 4 by 4 output."
    )
    assert scene[0].description == (
        "Step 1 of 40: intermediate row 0, column 0 is 19, the sum of 3 products over input rows 0 to 2, column 0."
    )
    assert scene[-1].description == (
        "Step 40 of 40: output row 3, column 3 is −4 both ways: the sum of 3 products over intermediate row 3, columns "
        "3 to 5, and the sum of 9 products over input rows 3 to 5, columns 3 to 5."
    )
    heads = [text for item in scene.backdrop for text in texts(item) if text.startswith("In ")]
    assert heads == ["In two passes: 3 + 3 products per output cell", "In one pass: 9 products per output cell"]
    scene = cv.animate(separable(weight="laplacian", bias=2)).scene
    assert lines(scene, scene[30])[0] == "Row 1, column 2 of the output: about −7.665 in two passes, −1 in one"
    assert scene[30].description == (
        "Step 31 of 40: output row 1, column 2 is about −7.665 in two passes and −1 in one: the sum of 3 products over "
        "intermediate row 1, columns 2 to 4, and the sum of 9 products over input rows 1 to 3, columns 2 to 4, each "
        "with a bias of 2."
    )


def test_the_legend_explains_the_padding_of_either_pass() -> None:
    for padding in ("1x0", "0x1"):
        scene = cv.animate(separable(padding=padding)).scene
        assert "padding (zeros)" in [text for item in scene.backdrop for text in texts(item)]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_nothing_leaves_the_picture(recipe: Recipe) -> None:
    for width in (None, 430, 3840):
        scene = cv.animate(recipe, width=width).scene
        for frame in (scene[0], scene[-1]):
            for item in (*scene.backdrop, *frame.items):
                assert 0 <= item.x <= item.x + item.look.width <= scene.width, texts(item)
                assert 0 <= item.y <= item.y + item.look.height <= scene.height, texts(item)


PICTURE = (cv.animate(separable(input_size=3, kernel_size=2, weight="1,2;3,7", padding="1,0,1,0"), width=640), 14)


def test_the_picture_stays_as_it_is() -> None:
    assert description(*PICTURE) == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_a_gif_has_a_frame_for_every_step() -> None:
    data = cv.animate(separable(input_size=3), width=480).gif()
    with Image.open(BytesIO(data)) as picture:
        assert picture.n_frames == 4


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(description(*PICTURE)) + "\n", encoding="utf-8", newline="\n")
