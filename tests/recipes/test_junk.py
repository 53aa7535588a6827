"""Junk as parameters of recipes: the result is a recipe or one sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.recipes import VARIANTS, Presentation, Recipe, variant_named
from convviz.recipes.fields import FIELDS


@pytest.mark.parametrize("name", ["", "Standard", "transposed ", "deconvolution", None, 3, ["standard"], {}])
def test_unknown_variants(name: object) -> None:
    with pytest.raises(SpecError) as caught:
        variant_named(name)
    assert str(caught.value).startswith(f"variant must be one of {', '.join(VARIANTS)}; got ")


class Hostile:
    """Raises an error instead of a text."""

    def __repr__(self) -> str:
        raise RuntimeError("planted")

    __str__ = __repr__


LOOP: list[Any] = [1]
LOOP.append(LOOP)
JUNK = [
    None, True, False, np.True_, -1, 10**5000, -(10**5000), 1.5, float("nan"), float("inf"), 1j, b"3", b"\x03\x05",
    "1e999", "٣", "３", "1_0", "0x3", "3 x", "x", ",", ";", ",,,", "9" * 5000, "1," * 20_000, "\0", "\ud800", [], [[]],
    [None], [[None]], [[[[1]]]], LOOP, [LOOP], {}, {"a": 1}, set(), object(), Hostile(), [Hostile()], [[Hostile()]],
    range(3),
    np.zeros(3), np.zeros((2, 2, 2)), np.array(3.5), np.array([["a"]]), np.array([[None]]), np.array([[1j]]),
    np.full((1, 1), np.inf), [[10**400]], [[1e999]], (1, 2, 3), ((1, 2), 3), ((1, 2), (3, "x")), [[1, 2], 3], "same,1",
]  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_junk_gets_a_value_or_a_sentence(name: str) -> None:
    for variant in VARIANTS:
        for number, value in enumerate(JUNK):
            check_one_sentence(partial(cv.recipe, variant, **{name: value}), f"JUNK[{number}] for {variant}")


@pytest.mark.parametrize("name", ["theme", "width", "seconds_per_step", "terms", "formula", "frames", ""])
def test_junk_for_a_presentation(name: str) -> None:
    for number, value in enumerate(JUNK):
        check_one_sentence(partial(Presentation.from_values, {name: value}), f"JUNK[{number}]")


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=25)
@given(text=st.one_of(st.text(max_size=30), st.text("0123456789x,;.-e +", max_size=12)))
def test_any_text_gets_a_value_or_a_sentence(name: str, text: str) -> None:
    for variant in VARIANTS:
        check_one_sentence(partial(Recipe.from_query, variant, {name: text}), variant)


@settings(max_examples=100)
@given(query=st.text("&=%;,?+0123456789abcdefstride_padngkl\ud800é", max_size=40))
def test_any_query_gets_a_value_or_a_sentence(query: str) -> None:
    check_one_sentence(lambda: Recipe.from_query("standard", query))


def check_one_sentence(ask: Callable[[], object], what: str = "") -> None:
    try:
        ask()
    except SpecError as error:
        message = str(error)
        assert message.endswith((".", "?")), what
        assert len(message) < 500, what
        assert "\n" not in message, what
    except Exception as error:
        error.add_note(what)
        raise
