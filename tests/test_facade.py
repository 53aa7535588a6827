"""The names that notebooks use."""

from __future__ import annotations

import pytest

import convviz as cv


@pytest.mark.parametrize("name", sorted({*cv.__all__} - {"presets"}))
def test_every_name_is_there_and_explains_itself(name: str) -> None:
    assert name in dir(cv)
    assert getattr(cv, name).__doc__


def test_the_tour() -> None:
    recipe = cv.recipe("dilated", kernel_size=3, dilation=2)
    assert recipe == cv.recipe("dilated") == cv.Recipe.from_query("dilated", "kernel_size=3&dilation=2")
    assert isinstance(cv.presets["padding_strides_transposed"], cv.Recipe)
    assert isinstance(cv.animate(recipe), cv.Animation)
    assert isinstance(cv.compare(recipe, cv.recipe("standard")), cv.Animation)
    assert cv.overlap(cv.conv_transpose2d(3, stride=2), 8).ratio == 4


def test_unknown_names() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = cv.deconvolve  # type: ignore[attr-defined]
    assert str(caught.value) == "module 'convviz' has no attribute 'deconvolve'"
