"""Names of files and the table of formats."""

from __future__ import annotations

from typing import Any

import pytest

import convviz as cv
from convviz import SpecError
from convviz.files import FORMATS, endings, format_of, formats_of, stem_of
from convviz.recipes import VARIANTS, Presentation
from convviz.recipes.comparison import Comparison


@pytest.mark.parametrize("ending", FORMATS)
def test_a_name_has_the_format_of_its_longest_ending(ending: str) -> None:
    for name in (f"a.{ending}", f"out/a.b.{ending}", f"C:\\figures.d\\A.{ending.upper()}", f".{ending}"):
        assert format_of(name) is FORMATS[ending]


@pytest.mark.parametrize(
    ("name", "hint"), [("a.giff", " Did you mean gif?"), ("a", ""), ("a.tar.xz", ""), ("gif", ""), ("a.gif.", "")]
)
def test_a_name_without_a_known_ending_is_refused(name: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        format_of(name)
    assert str(caught.value) == f"The name of a file must end in one of {endings()}; got {name!r}.{hint}"


@pytest.mark.parametrize(
    ("variant", "parameters", "options", "frame", "stem"),
    [
        ("dilated", {"input_size": 9}, {"theme": "dark", "width": 1280}, None, "dilated_i9_k3_d2_dark_1280"),
        ("standard", {"stride": 2, "weight": "1,2;3,4"}, {}, None, "standard_i5_k2_s2"),
        ("standard", {"in_channels": 4, "out_channels": 2, "groups": 2}, {}, 0, "standard_i5_k3_in4_out2_g2_step1"),
        ("pooling", {"mode": "average", "kernel_size": 3}, {"steps": "1-4:2"}, None,
         "pooling_i6_k3_s3_average_steps1-4by2"),
        ("standard", {"padding": ((0, 1), (2, 3))}, {}, None, "standard_i5_k3_p0-1-2-3"),
        ("depthwise-separable", {"act": "pointwise"}, {"purpose": "slide"}, None,
         "depthwise-separable_i5_k3_pointwise_1280x720"),
    ],
)  # fmt: skip
def test_a_name_tells_what_is_inside(
    variant: str, parameters: dict[str, Any], options: dict[str, Any], frame: int | None, stem: str
) -> None:
    assert stem_of(cv.recipe(variant, **parameters), Presentation.from_values(options), frame) == stem


def test_a_name_is_never_long_and_has_only_letters_that_every_system_takes() -> None:
    padding = {"padding": ((16, 15), (14, 13)), "kernel_size": (1, 2), "stride": (3, 4), "dilation": (5, 6)}
    sides = [cv.recipe(name, **padding) for name in ("standard", "dilated")]
    for asked in (*sides, Comparison(*sides), *(cv.recipe(name) for name in VARIANTS)):
        stem = stem_of(
            asked, Presentation.from_values({"purpose": "4k", "theme": "transparent", "steps": "2-512:3"}), 8
        )
        assert len(stem) <= 120
        assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")


def test_what_a_recipe_can_have() -> None:
    exercises = {ending for ending, each in FORMATS.items() if each.kind in ("exercise", "code")}
    every = set(FORMATS)
    offered = {name: {each.ending for each in formats_of(cv.recipe(name))} for name in VARIANTS}
    without = {"checkerboard", "receptive-field"}
    assert {name for name in VARIANTS if offered[name] == every} == set(VARIANTS) - without
    assert all(offered[name] == every - exercises for name in without)
    both = Comparison.from_query("left=standard&right=dilated")
    assert {each.ending for each in formats_of(both)} == every - exercises
