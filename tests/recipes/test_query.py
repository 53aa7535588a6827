"""Queries of links: what is refused before it is parsed, and what a recipe's own link may be."""

from __future__ import annotations

import pytest

import convviz as cv
from convviz import SpecError, limits
from convviz.recipes import read_query
from convviz.recipes.model import check_query

REPEATED = "&".join(f"name{number}" for number in range(limits.QUERY_PARAMETERS - 1)) + "&zz&zz"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("seed=" + "1" * limits.QUERY, "A query must be at most 30,000 characters long; got 30,005."),
        ("&" * limits.QUERY_PARAMETERS, "A query must have at most 200 parameters; got 201."),
        (REPEATED, "A query must have at most 200 parameters; got 201."),
        ("?" + "a&" * 50_000, "A query must be at most 30,000 characters long; got 100,001."),
    ],
    ids=["long", "separators", "names", "both"],
)
def test_a_query_that_is_too_large_for_a_server_is_refused(query: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_query(query)
    assert str(caught.value) == sentence


def test_the_largest_queries_are_read() -> None:
    names = [f"name{number}" for number in range(limits.QUERY_PARAMETERS)]
    check_query("&".join(names))
    assert list(read_query("&".join(names))) == names
    check_query("seed=" + "1" * (limits.QUERY - 5))


def test_the_first_name_that_is_given_twice_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        read_query("a=1&b=2&c=3&b=4&a=5&b=6")
    assert str(caught.value) == "a must be given once; got it 2 times."
    with pytest.raises(SpecError) as caught:
        read_query("&".join(["n" * 1000] * 3))
    assert str(caught.value) == f"{'n' * 40} must be given once; got it 3 times."


def test_a_recipe_of_the_largest_tables_has_a_link_that_is_read() -> None:
    """Tables of almost as many characters as each may have: input, kernels and 1x1 kernels."""
    number = 123456.123456789
    large = cv.recipe(
        "depthwise-separable",
        input=[[[number] * 16] * 16] * 4,
        weight=[[[number] * 7] * 7] * 24,
        channel_multiplier=6,
        pointwise=[[number] * 24] * 48,
        act="pointwise",
    )
    assert len(large.to_query()) > 56_000
    assert cv.Recipe.from_query("depthwise-separable", large.to_query()) == large
