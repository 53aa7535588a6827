"""The ways from a lesson to the same layer on another page."""

import numpy as np
import pytest

from convviz.recipes import Recipe, recipe
from convviz.recipes.ways import ways_of


@pytest.mark.parametrize(
    ("variant", "query", "pages"),
    [
        ("standard", "input_size=4x6&kernel_size=2x3&stride=2x1&padding=1,0,2,1", ["matrix", "backward"]),
        ("standard", "flip=true&seed=4", ["matrix"]),
        ("dilated", "padding_mode=reflect&padding=2", ["matrix"]),
        ("dilated", "input=1,2,3;4,5,6;7,8,9&kernel_size=2&weight=1,2;3,4", ["matrix", "backward"]),
        ("standard", "input_size=16x13", ["backward"]),
        ("matrix", "dilation=1x2&seed=2", ["standard", "backward"]),
        ("backward", "stride=1x2&padding=1x0", ["standard", "matrix"]),
    ],
)
def test_another_page_shows_the_same_numbers(variant: str, query: str, pages: list[str]) -> None:
    start = Recipe.from_query(variant, query)
    ways = ways_of(start)
    assert sorted(way.variant for way in ways) == sorted(pages)
    for way in ways:
        again = Recipe.from_query(way.variant, way.to_query())
        assert again.layer == start.layer
        np.testing.assert_array_equal(again.input, start.input)
        np.testing.assert_array_equal(again.weight, start.weight)


@pytest.mark.parametrize("query", ["mode=average&stride=1&count_include_pad=false&padding=1", "dilation=1x2&seed=3"])
def test_a_pooling_has_a_way_backward_and_from_there_back(query: str) -> None:
    start = Recipe.from_query("pooling", query)
    (there,) = ways_of(start)
    (back,) = ways_of(there)
    assert (there.variant, there.layer, back.layer) == ("backward", start.layer, start.layer)
    np.testing.assert_array_equal(back.input, start.input)


def test_what_the_other_page_does_not_have_has_no_way() -> None:
    assert ways_of(recipe("pooling", ceil_mode=True)) == []


def test_a_transposed_convolution_has_the_matrix_of_the_convolution_back() -> None:
    (way,) = ways_of(recipe("transposed", input_size=(2, 3), stride=(2, 1), output_padding=(1, 0)))
    assert way.output_size == (2, 3)
    assert way["view"] == "transposed"


def test_of_several_channels_the_layer_is_shown_with_one() -> None:
    assert [way.channels for way in ways_of(recipe("standard", in_channels=3, out_channels=2))] == [(1, 1), (1, 1)]
