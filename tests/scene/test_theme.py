"""Colors that can be distinguished from their background."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import combinations, pairwise

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.scene.drawing import empty_style, kind_styles, tapped_style
from convviz.scene.theme import FILE_THEMES, THEMES, Theme, theme_named
from tests.scene.reading import color_pairs

CELLS = ("input", "kernel", "output", "empty", "padding", "inserted", "cropped", "extra", "window", "current")

SOLID = [name for name in FILE_THEMES if name != "transparent"]
"""Transparent has the colors of light."""


def pictures(theme: str) -> Iterator[set[tuple[str, str]]]:
    """The pairs of text and background of pictures that together have everything a picture can have."""
    for recipe in (
        cv.presets["same_padding_no_strides"],
        cv.recipe("transposed", input_size=2, padding="3,0,2,1", output_padding=1, storyboard="tap", bias=1),
        cv.recipe("transposed", input_size=3, padding=1, output_padding=1, view="scatter", bias=1),
        cv.recipe("standard", input_size=3, storyboard="tap", padding=1, padding_mode="reflect"),
        cv.recipe("transposed", input_size=2, kernel_size=1, stride=3, padding=0, view="scatter", storyboard="tap"),
    ):
        yield set(color_pairs(cv.animate(recipe, theme=theme, width=900).scene))


ROLES = ("input", "kernel", "output", "window", "current")

# What a person without one kind of cones sees, in linear RGB: Machado, Oliveira and Fernandes, 2009, severity 1.
VISION = {
    "complete": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
EYES = VISION | {"gray": [[0.2126, 0.7152, 0.0722]] * 3}  # and what a copy in black and white keeps
# From linear RGB to OKLab, in which distances are as large as they look: https://bottosson.github.io/posts/oklab/
CONES = [[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074], [0.0883, 0.28172, 0.62998]]
OKLAB = [[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059], [0.0259, 0.78277, -0.80868]]


@pytest.mark.parametrize("name", SOLID)
def test_every_text_can_be_read(name: str) -> None:
    """Contrast 4.5 to 1, as WCAG 2.2 asks for (1.4.3)."""
    pairs = set().union(*pictures(name))
    theme = FILE_THEMES[name]
    assert {theme.ink, theme.muted, theme.window_ink} == {ink for ink, _ in pairs}
    assert {paper for _, paper in pairs} >= {theme.page, theme.input, theme.window, theme.window_pale, theme.current}
    weak = {(ink, paper): round(contrast(ink, paper), 2) for ink, paper in pairs if contrast(ink, paper) < 4.5}
    assert weak == {}


VALUED = (
    cv.recipe("standard", padding=1, storyboard="tap"),
    cv.recipe("standard", input="ramp", input_size=9, weight="laplacian"),
    cv.recipe("transposed", padding=1, view="scatter"),
    cv.recipe("pooling", input_size=9, kernel_size=3, padding=1),
    cv.recipe("pooling", mode="average", padding=1, kernel_size=3),
    cv.recipe("depthwise-separable"),
    cv.recipe("spatial-separable"),
)


@pytest.mark.parametrize("name", SOLID)
def test_every_text_on_the_color_of_a_value_can_be_read(name: str) -> None:
    theme = FILE_THEMES[name]
    scenes = [cv.animate(recipe, theme=name, fill="value", width=900).scene for recipe in VALUED]
    pairs = set().union(*(set(color_pairs(scene)) for scene in scenes))
    assert {paper for _, paper in pairs} >= {getattr(theme, f"value{k}") for k in range(9)}
    assert not {paper for _, paper in pairs} & {theme.input, theme.kernel, theme.output, theme.window, theme.current}
    weak = {(ink, paper): round(contrast(ink, paper), 2) for ink, paper in pairs if contrast(ink, paper) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("name", THEMES)
def test_the_scale_of_values_goes_from_blue_through_the_page_to_orange(name: str) -> None:
    """Without looking at colors, too: each step away from zero differs more from the page."""
    theme = THEMES[name]
    assert theme.value4 == theme.page == theme.empty
    colors = [getattr(theme, f"value{k}") for k in range(9)]
    away = [contrast(color, theme.page) for color in colors]
    assert away[:5] == sorted(away[:5], reverse=True)
    assert away[4:] == sorted(away[4:])
    for k, color in enumerate(colors):
        red, blue = int(color[1:3], 16), int(color[5:7], 16)
        assert (k < 4, k > 4) == (blue > red + 8, red > blue + 8) or k == 4


@pytest.mark.parametrize("name", SOLID)
def test_edges_can_be_seen(name: str) -> None:
    """Contrast 3 to 1 for what one must see to understand the picture (1.4.11).

    That is the edge of the window and of the current cell, and the outline of a grid against the page. Lines between
    cells of one kind may be fainter: the numbers are apart without them.
    """
    theme = FILE_THEMES[name]
    for paper in (getattr(theme, cell) for cell in CELLS):
        assert contrast(theme.window_edge, paper) >= 3, paper
    assert contrast(theme.edge, theme.page) >= 3


TOGETHER = (
    ("input", "padding", "inserted", "window", "window_pale", "current"),
    ("kernel", "current"),
    ("output", "empty", "cropped", "extra", "current"),
)
"""Kinds of cells that one grid may have. Input, kernel and output have grids of their own, each with its title."""


def cue(theme: Theme, role: str) -> tuple[object, ...]:
    """What a cell has besides its fill: the kind of its edge, whether that is the window's, a sign, and a number."""
    kinds = kind_styles(theme)
    ours = {
        "window": tapped_style(theme), "window_pale": tapped_style(theme, is_real=False),
        "current": tapped_style(theme, is_now=True), "empty": empty_style(theme), "kernel": kinds["input"],
        "output": kinds["input"],
    }  # fmt: skip
    style = ours[role] if role in ours else kinds[role]  # type: ignore[index]
    return style.edge, style.edge_color, style.sign, role != "empty"


@pytest.mark.parametrize("name", SOLID)
def test_kinds_in_one_grid_are_apart_for_every_eye(name: str) -> None:
    """By a second cue, and where there is none, by colors that are apart in each kind of vision and in gray."""
    theme = FILE_THEMES[name]
    pairs = {pair for roles in TOGETHER for pair in combinations(roles, 2)}
    by_color = {pair for pair in pairs if cue(theme, pair[0]) == cue(theme, pair[1])}
    assert by_color == {("window", "current")}
    for matrix in EYES.values():
        for one, other in by_color:
            assert apart(matrix, getattr(theme, one), getattr(theme, other)) > 0.03


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", THEMES)
def test_steps_of_a_scale_are_apart_for_every_eye(name: str, eye: str) -> None:
    """Each from the next one, on the scale of counts and on that of values, whose signs are in the numbers."""
    theme = THEMES[name]
    for scale in ([f"heat{k}" for k in range(5)], [f"value{k}" for k in range(9)]):
        for one, other in pairwise(scale):
            assert apart(EYES[eye], getattr(theme, one), getattr(theme, other)) > 0.02, (one, other)


@pytest.mark.parametrize("name", SOLID)
def test_each_meaning_has_a_color_of_its_own(name: str) -> None:
    cells = [getattr(FILE_THEMES[name], cell) for cell in CELLS if cell != "empty"]
    assert len({*cells}) == len(cells)
    assert all(len(getattr(FILE_THEMES[name], field.name)) == 7 for field in fields(Theme) if field.name != "name")


@pytest.mark.parametrize("vision", VISION)
def test_roles_are_apart_on_dark_for_every_eye(vision: str) -> None:
    theme = THEMES["dark"]
    found = {pair: apart(VISION[vision], *(getattr(theme, role) for role in pair)) for pair in combinations(ROLES, 2)}
    assert min(found.values()) > 0.04, found


def test_print_has_a_gray_for_each_role() -> None:
    theme = FILE_THEMES["print"]
    colors = {field.name: getattr(theme, field.name) for field in fields(Theme) if field.name != "name"}
    assert {color for color in colors.values() if color[1:3] != color[3:5] or color[3:5] != color[5:]} == set()
    lights = sorted(int(colors[role][1:3], 16) for role in (*ROLES, "page"))
    assert min(np.diff(lights)) >= 13, lights


def test_unknown_themes() -> None:
    with pytest.raises(SpecError) as caught:
        theme_named("sepia")
    assert str(caught.value) == "theme must be one of light, dark, transparent, print; got 'sepia'."


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def linear(color: str) -> np.ndarray:
    """The light of #rrggbb: red, green and blue from 0 to 1."""
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def apart(vision: list[list[float]] | np.ndarray, one: str, other: str) -> float:
    """How different two colors look to a kind of vision."""
    return float(np.linalg.norm(np.subtract(*(oklab(np.array(vision) @ linear(color)) for color in (one, other)))))


def oklab(light: np.ndarray) -> np.ndarray:
    return np.array(OKLAB) @ np.cbrt(np.array(CONES) @ light.clip(0, 1))
