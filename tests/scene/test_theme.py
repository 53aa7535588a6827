"""Colors that can be distinguished from their background."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import pytest

import convviz as cv
from convviz import SpecError
from convviz.scene.theme import THEMES, Theme, theme_named
from tests.scene.reading import color_pairs

CELLS = ("input", "kernel", "output", "empty", "padding", "inserted", "cropped", "extra", "window", "current")


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


@pytest.mark.parametrize("name", THEMES)
def test_every_text_can_be_read(name: str) -> None:
    """Contrast 4.5 to 1, as WCAG 2.2 asks for (1.4.3)."""
    pairs = set().union(*pictures(name))
    theme = THEMES[name]
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


@pytest.mark.parametrize("name", THEMES)
def test_every_text_on_the_color_of_a_value_can_be_read(name: str) -> None:
    theme = THEMES[name]
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


@pytest.mark.parametrize("name", THEMES)
def test_edges_can_be_seen(name: str) -> None:
    """Contrast 3 to 1 for what one must see to understand the picture (1.4.11): the edge of the window."""
    theme = THEMES[name]
    for paper in (getattr(theme, cell) for cell in CELLS if cell != "current"):
        assert contrast(theme.window_edge, paper) >= 3, paper


@pytest.mark.parametrize("name", THEMES)
def test_each_meaning_has_a_color_of_its_own(name: str) -> None:
    cells = [getattr(THEMES[name], cell) for cell in CELLS if cell != "empty"]
    assert len({*cells}) == len(cells)
    assert all(len(getattr(THEMES[name], field.name)) == 7 for field in fields(Theme) if field.name != "name")


def test_unknown_themes() -> None:
    with pytest.raises(SpecError) as caught:
        theme_named("sepia")
    assert str(caught.value) == "theme must be one of light, dark; got 'sepia'."


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
