"""What a cell of a pooling looks like tells whether it has a say."""

from __future__ import annotations

import pytest

import convviz as cv
from convviz.recipes import Recipe
from convviz.scene import Rect, Text
from convviz.scene.theme import LIGHT
from tests.scene.reading import cell_at, grids, texts

Look = tuple[str | None, bool, str]
"""Fill, whether the edge is dashed, and the color of the number."""


def looks(recipe: Recipe, index: int) -> dict[tuple[int, int], Look]:
    """The cells of the window of a frame."""
    scene = cv.animate(recipe).scene
    found = {}
    for item in scene[index].items:
        at = cell_at(grids(scene)[0], item)
        box = item.look.marks[0]
        if at is not None and isinstance(box, Rect) and box.fill is not None:
            colors = [mark.color for mark in item.look.marks if isinstance(mark, Text)]
            found[at] = (box.fill, any(isinstance(mark, Rect) and mark.dash for mark in item.look.marks), *colors[-1:])
    return found  # type: ignore[return-value]  # a cell of the window has a number


def test_padding_that_counts_looks_as_if_it_did() -> None:
    seen = looks(cv.recipe("pooling", mode="average", padding=1, kernel_size=3, stride=2), 0)
    assert len(seen) == 9
    for (row, column), look in seen.items():
        assert look == (LIGHT.window, row < 0 or column < 0, LIGHT.ink)


def test_padding_that_does_not_count_is_left_as_it_lies() -> None:
    recipe = cv.recipe("pooling", mode="average", padding=1, kernel_size=3, stride=2, count_include_pad=False)
    assert sorted(looks(recipe, 0)) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_padding_of_max_pooling_is_pale_like_all_that_does_not_win() -> None:
    seen = looks(cv.recipe("pooling", padding=1, kernel_size=3, stride=2), 0)
    assert {look[0] for (row, column), look in seen.items() if row < 0 or column < 0} == {LIGHT.window_pale}


@pytest.mark.parametrize("mode", ["max", "average"])
def test_terms_are_muted_where_they_have_no_say(mode: str) -> None:
    frame = cv.animate(cv.recipe("pooling", mode=mode, padding=1, kernel_size=3, stride=2)).scene[0]
    colors = {
        mark.color for item in frame.items[-frame.terms :] for mark in item.look.marks
        if isinstance(mark, Text) and texts(item)[0].strip("max(+ ),") in ("0", "−∞")
    }  # fmt: skip
    assert colors == ({LIGHT.muted, LIGHT.ink} if mode == "max" else {LIGHT.ink})
