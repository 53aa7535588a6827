"""Numbers as pixels: every scale on numbers whose colors are known, in both themes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from convviz.web.components.scales import SCALES, SIGNS, show_numbers

NUMBERS = [[-510.0, -255.0, -100.0, 0.0, 40.0, 255.0, 510.0]]
GRAYS = {
    "clip": [0, 0, 0, 0, 40, 255, 255],
    "magnitude": [255, 255, 100, 0, 40, 255, 255],
    "stretch": [0, 64, 102, 128, 138, 191, 255],
}


def colors(scale: str, theme: str) -> list[tuple[int, ...]]:
    shown = show_numbers(np.array(NUMBERS), scale, theme, longest=100)
    with Image.open(BytesIO(shown.png)) as image:
        return [tuple(pixel) for pixel in np.asarray(image.convert("RGB"))[0].tolist()]


@pytest.mark.parametrize("scale", GRAYS)
def test_gray_levels(scale: str) -> None:
    assert colors(scale, "dark") == [(level,) * 3 for level in GRAYS[scale]]


@pytest.mark.parametrize("theme", SIGNS)
def test_the_diverging_scale_blends_from_the_page_to_one_color_for_each_sign(theme: str) -> None:
    most, half, _, zero, _, above_half, above = (np.array(color) for color in colors("diverging", theme))
    assert tuple(f"#{bytes(color.tolist()).hex()}" for color in (most, above)) == SIGNS[theme]
    np.testing.assert_allclose(half, (most + zero) / 2, atol=2)
    np.testing.assert_allclose(above_half, (above + zero) / 2, atol=2)


def test_flat_results_and_reduced_ones_are_shown_too() -> None:
    for scale in SCALES:
        shown = show_numbers(np.zeros((4, 200)), scale, "light", longest=50)
        assert (shown.low, shown.high) == (0, 0)
        assert "e-" not in f"{shown.sentence} {shown.legend}"
        with Image.open(BytesIO(shown.png)) as image:
            assert image.size == (50, 1)
