"""Everything is inside the picture, nothing on top of something else, at every width; and the limits hold."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from itertools import combinations, cycle

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError, limits
from convviz.recipes import Presentation, Recipe
from convviz.scene import Frame, Scene, compose
from convviz.scene.box_layout import plan
from convviz.scene.panels import Panel
from convviz.scene.typography import Prose, Term
from convviz.scene.views.gather import BARELY_LEGIBLE, three_panels
from tests.scene.reading import boxes, grids, has_one_kernel, lines, panel, tapped, terms

RNG = np.random.default_rng(0)
WIDE = RNG.integers(-999, 1000, (16, 16)).tolist()
DECIMALS = np.round(RNG.normal(0, 50, (8, 8)), 2).tolist()
SEVEN = RNG.integers(-99, 100, (7, 7)).tolist()
SMALL = np.round(RNG.normal(0, 1, (3, 3)), 3).tolist()

RECIPES = {
    **{name: preset for name, preset in cv.presets.items() if has_one_kernel(preset)},
    "3x3": cv.recipe("standard", input_size=3),
    "16x16": cv.recipe("standard", input_size=16, padding=1),
    "16x16, 7x7": cv.recipe("standard", input_size=16, kernel_size=7, padding=3),
    "three digits, 7x7": cv.recipe("standard", input=WIDE, weight=SEVEN),
    "three digits": cv.recipe("standard", input=WIDE, weight="sobel_x", bias=-100),
    "decimals": cv.recipe("standard", input=DECIMALS, weight=SMALL, bias=0.1, padding=1),
    "reflect": cv.recipe("dilated", input=DECIMALS, weight=SMALL, padding_mode="reflect", padding="1,2,3,0", bias=-2),
    "column": cv.recipe("standard", input_size="16x1", kernel_size="7x1", padding="3x0"),
    "row": cv.recipe("standard", input_size="1x16", kernel_size="1x7", padding="0x3", storyboard="tap"),
    "taps": cv.recipe("standard", input=DECIMALS[:4], weight=SMALL, storyboard="tap"),
    "cropped": cv.recipe("transposed", input_size=4, padding="2,3,3,4", kernel_size=2, stride=4),
    "scatter": cv.recipe("transposed", input=DECIMALS, weight=SMALL, view="scatter", padding="2,1,0,2", bias=1.5),
    "scatter, 7x7": cv.recipe("transposed", input_size=16, kernel_size=7, stride=1, padding=0, view="scatter"),
    "scatter, taps": cv.recipe("transposed", input_size=3, stride=3, view="scatter", storyboard="tap", bias=-0.125),
    "transposed, 7x7": cv.recipe("transposed", input_size=5, kernel_size=7, stride=3, padding=3, bias=2),
    "one cell": cv.recipe("standard", input_size=1, kernel_size=1),
    "tiny numbers": cv.recipe("standard", input=[[1e-5, 0.00123, 99999.5]], weight=[[-0.00321, 1e-3]]),
}


OTHERS = ["max_2x2", "separable_sobel", "field_holes", "two_groups"]
"""One of each other kind: their own tests look at all of them."""

ALL = {**{name: cv.presets[name] for name in OTHERS}, **RECIPES}


@pytest.mark.parametrize(("name", "other"), [*zip(ALL, cycle([360, 640, 900, 1920]))])
def test_nothing_is_cut_off_or_overlaps(name: str, other: int) -> None:
    for width in (None, 240, other):
        # Two frames are looked at: what is too large as a whole animation is drawn one by one.
        scene = compose(ALL[name], Presentation(width=width), frames_drawn=2)
        for frame in (scene[len(scene) // 2], scene[-1]):
            check_texts(scene, frame)
            check_cells(scene, frame)


def check_texts(scene: Scene, frame: Frame) -> None:
    in_cells = {
        id(mark) for item in (*scene.backdrop, *frame.items) if len(item.look.marks) > 1 for mark in item.look.marks
    }
    free = []
    for mark, left, top, right, bottom in boxes(scene, frame):
        assert left >= 0, mark
        assert right <= scene.width, mark
        assert top >= 0, mark
        assert bottom <= scene.height, mark
        if id(mark) not in in_cells:
            free.append((mark, left, top, right, bottom))
    for (a, *one), (b, *other) in combinations(free, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (a, b)
    for grid in grids(scene):
        low, high = (grid.x, grid.y), (grid.x + grid.width, grid.y + grid.height)
        for mark, left, top, right, bottom in free:
            apart = right <= low[0] or left >= high[0] or bottom <= low[1] or top >= high[1]
            assert apart, (mark, grid)


def check_cells(scene: Scene, frame: Frame) -> None:
    """A number stays in its cell, and grids stay inside the picture and apart."""
    for grid in grids(scene):
        assert grid.x >= 0
        assert grid.y >= 0
        assert grid.x + grid.width <= scene.width
        assert grid.y + grid.height <= scene.height
    for one, other in combinations(grids(scene), 2):
        is_apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert is_apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    for item in (*scene.backdrop, *frame.items):
        if len(item.look.marks) > 1:
            single = type(frame)((item,), "", "")
            bare = Scene(scene.width, scene.height, "#ffffff", (), "", 1, lambda _: frame)
            for mark, left, top, right, bottom in boxes(bare, single):
                assert item.x - 1 <= left, mark
                assert right <= item.x + item.look.width + 1, mark
                assert item.y <= top + 1, mark
                assert bottom <= item.y + item.look.height + 1, mark


@pytest.mark.parametrize("name", RECIPES)
def test_no_term_vanishes(name: str) -> None:
    recipe = RECIPES[name]
    for width in (240, 640, None):
        scene = cv.animate(recipe, width=width).scene
        for frame in [*scene[:: len(scene) // 6 + 1], scene[-1]]:
            words = lines(scene, frame)
            count = sum("·" in word for word in words)
            if recipe.get("view") != "scatter" and recipe["storyboard"] == "cell":
                assert count == np.prod(recipe["kernel_size"])
                products, sign, shown = terms(
                    [word for word in words if "·" in word or "(bias)" in word or word[0] in "=≈"]
                )
                assert sign == ("=" if sum(products) == shown else "≈")


@pytest.mark.parametrize("name", RECIPES)
def test_every_number_and_weight_is_shown_at_the_width_that_is_chosen(name: str) -> None:
    recipe = RECIPES[name]
    scene = cv.animate(recipe, fill="role").scene
    frame = scene[-1]
    for plane in (0, 1, 2):
        assert "…" not in panel(scene, frame, plane).values()
    if recipe.get("view") != "scatter":
        assert len(tapped(scene, frame, 0)) == np.prod(recipe["kernel_size"])
    assert all(text for text in panel(scene, frame, 1).values())


@pytest.mark.parametrize("name", ["3x3", "16x16", "three digits", "decimals", "16x16, 7x7"])
def test_numbers_are_large_enough_to_read(name: str) -> None:
    scene = cv.animate(RECIPES[name]).scene
    assert scene.width <= 1440
    sizes = [mark.size for mark, *_ in boxes(scene, scene[-1])]
    assert min(sizes) >= 7


@st.composite
def large(draw: st.DrawFn) -> Recipe:
    """Recipes near the limits."""
    side, few = st.integers(1, 16), st.integers(1, 3)
    given = {
        "input_size": (draw(side), draw(side)),
        "kernel_size": (draw(st.integers(1, 7)), draw(st.integers(1, 7))),
        "stride": (draw(few), draw(few)),
        "dilation": (draw(few), draw(few)),
        "padding": [draw(st.sampled_from([0, 1, 5, 16])) for _ in range(4)],
        "storyboard": draw(st.sampled_from(["cell", "tap"])),
        "weight": draw(st.sampled_from(["random", "box"])),
        "bias": draw(st.sampled_from([0, -123456.5])),
    }
    variant = draw(st.sampled_from(["standard", "transposed"]))
    if variant == "transposed":
        given["view"] = draw(st.sampled_from(["gather", "scatter"]))
    try:
        return cv.recipe(variant, **given)
    except SpecError:
        assume(False)
        raise


@settings(max_examples=25)
@given(large())
def test_what_is_accepted_can_be_drawn(recipe: Recipe) -> None:
    for width in (None, 240, 640):
        scene = cv.animate(recipe, width=width).scene
        assert scene.width * scene.height * len(scene) <= limits.ANIMATION_MEGAPIXELS * 1e6
        scene.frame(0)
        scene.frame(-1)


def test_a_heading_as_wide_as_the_picture_leaves_room_for_cells() -> None:
    sizes = {"input_size": "4x3", "kernel_size": 4, "stride": "1x2", "padding": "0,1,1,1", "dilation": "1x2"}
    recipe = cv.recipe("checkerboard", **sizes)
    for width in (360, 361, 380):
        scene = cv.animate(recipe, width=width, terms=False).scene
        assert min(grid.cell for grid in scene.link().grids) > 30
    assert cv.animate(recipe, width=240, terms=False).png(0)  # cells too small for any letter, but a picture


def test_many_frames_are_drawn_smaller() -> None:
    recipe = cv.recipe("standard", input_size="15x16", kernel_size=1, padding="0,1,8,8")
    assert len(cv.animate(recipe)) == 512
    square = [Panel("a", range(16), range(16))] * 3
    rows, prose = three_panels(["input", "kernel", "output"]), Prose([Term("Step")])
    limits_of_frame = [megapixels * 1e6 / 512 for megapixels in (800, 250, 150, 50)]
    widths = [plan(square, rows, prose, None, limit, BARELY_LEGIBLE).width for limit in limits_of_frame]
    assert widths == [1080, 640, 240, 240]


MANY_PIXELS = cv.recipe("standard", input_size=16, kernel_size=7, padding=3)
TOO_MANY = (
    "An animation must have at most 2,400 megapixels in all its frames; got {} ({} frames of 3840 x 2570). Use a "
    "smaller width."
)


@pytest.mark.parametrize("write", [cv.Animation.gif, cv.Animation.png_zip])
def test_too_many_pixels_are_refused_before_any_work(write: Callable[[cv.Animation], bytes]) -> None:
    start = time.perf_counter()
    with pytest.raises(SpecError) as caught:
        write(cv.animate(MANY_PIXELS, width=3840))
    assert time.perf_counter() - start < 2
    assert str(caught.value) == TOO_MANY.format(2526, 256)


def test_only_pixels_that_are_drawn_count() -> None:
    show = Presentation.from_values({"width": 3840})
    with pytest.raises(SpecError) as caught:
        compose(MANY_PIXELS, show, frames_drawn=244)
    assert str(caught.value) == TOO_MANY.format(2408, 244)
    for frames in (0, 1, 243):
        scene = compose(MANY_PIXELS, show, frames_drawn=frames)
        assert (scene.width, scene.height, len(scene)) == (3840, 2570, 256)
    assert cv.animate(MANY_PIXELS, width=3840).png(0)[16:24] == struct.pack(">II", 3840, 2570)


@pytest.mark.parametrize("name", ["16x16, 7x7", "scatter, 7x7"])
def test_what_is_drawn_makes_no_difference_to_the_layout(name: str) -> None:
    places = [grids(compose(RECIPES[name], Presentation(), frames_drawn=frames)) for frames in (None, 0, 1)]
    assert places[0] == places[1] == places[2]


def test_without_words_the_picture_is_flat() -> None:
    with_words = cv.animate(cv.presets["padding_strides"], width=900).scene
    without = cv.animate(cv.presets["padding_strides"], width=900, terms=False, formula=False).scene
    assert without.height < with_words.height
    assert len(lines(without, without[0])) == 1
