"""Mends of refused queries: each works, each changes one parameter by as little as will do, and all are in words."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import pytest

from convviz import SpecError
from convviz.recipes import VARIANTS, Recipe, read_query
from convviz.recipes.comparison import asked_for
from convviz.recipes.mends import mends_of
from convviz.recipes.parameters import Field

OWN = {
    "input": ("1,2;3,4", "1,2;3,4|5,6;7,8"),
    "weight": ("1,2;3,4", "1;2|3;4"),
    "pointwise": ("1,2;3,4",),
    "upstream": ("1,2;3,4",),
}
STACKS = ("2", "3", "conv_transpose2d(3,stride=2);conv2d(3)")
UNITS = ("2,4,0", "9,0,0", "middle")


def refused(name: str, given: Mapping[str, object]) -> str:
    """Return why a query is refused, "" where it is not."""
    try:
        asked_for(name, given)
    except SpecError as error:
        return str(error)
    return ""


def mends(name: str, query: str) -> tuple[str | None, list[tuple[str, str]]]:
    """Return the dial of a refused query, and label and query of each mend."""
    given = read_query(query)
    refusal = mends_of(name, given, refused(name, given))
    return refusal.dial, [(mend.label, mend.query) for mend in refusal.mends]


@pytest.mark.parametrize(
    ("name", "query", "dial", "expected"),
    [
        ("standard", "input_size=3&kernel_size=5", "kernel_size",
         [("padding 1", "input_size=3&kernel_size=5&padding=1"), ("kernel 3", "input_size=3"),
          ("input 5", "kernel_size=5")]),
        ("standard", "input_size=5x3&kernel_size=5x4", "kernel_size",
         [("kernel 5 × 3", "input_size=5x3&kernel_size=5x3"), ("input 5 × 4", "input_size=5x4&kernel_size=5x4"),
          ("padding 1", "input_size=5x3&kernel_size=5x4&padding=1")]),
        ("compare", "left=standard&right=transposed&view=both", "right.view",
         [("right: gathered", "left=standard&right=transposed")]),
        ("standard", "padding=same&stride=2", "padding",
         [("padding same upper", "stride=2&padding=same_upper"), ("stride 1", "padding=same")]),
        ("standard", "in_channels=4&out_channels=6&groups=3", "groups",
         [("groups 2", "in_channels=4&out_channels=6&groups=2"),
          ("in channels 3", "in_channels=3&out_channels=6&groups=3")]),
        ("standard", "weight=sobel_x&kernel_size=2", "kernel_size",
         [("kernel 3", "weight=sobel_x"), ("random numbers", "kernel_size=2")]),
        ("standard", "input=1,2;3,4&input_size=3&kernel_size=1", "input_size",
         [("own numbers for input 3", "kernel_size=1&input=1,2,0;3,4,0;0,0,0"),
          ("input 2", "kernel_size=1&input=1,2;3,4"), ("random numbers", "input_size=3&kernel_size=1")]),
        ("standard", "input_size=12&storyboard=tap", "storyboard",
         [("a frame per step", "input_size=12"), ("kernel 2", "input_size=12&kernel_size=2&storyboard=tap"),
          ("input 9", "input_size=9&storyboard=tap")]),
        ("standard", "padding_mode=reflect&padding=5", "padding_mode",
         [("padding mode zeros", "padding=5"), ("padding 4", "padding=4&padding_mode=reflect"),
          ("input 6", "input_size=6&padding=5&padding_mode=reflect")]),
        ("standard", "kernel_size=9", "kernel_size", [("kernel 5", "kernel_size=5")]),
        ("standard", "stride=nine", "stride", [("stride 1", "")]),
        ("standard", "weight=sobel", "weight", [("random numbers", "")]),
        ("standard", "stride=nine&padding=ten", "stride", []),
        ("standard", "strides=2", None, []),
        ("transposed", "view=both&in_channels=2", "view",
         [("gathered", "in_channels=2"), ("in channels 1", "view=both")]),
        ("transposed", "output_padding=2", "output_padding",
         [("output padding 1", "output_padding=1"), ("stride 3", "stride=3&output_padding=2"),
          ("dilation 3", "dilation=3&output_padding=2")]),
        ("checkerboard", "layers=conv2d(3)&kernel_size=4", "kernel_size", [("layers 1", "kernel_size=4")]),
        ("receptive-field", "unit=4,0,0", "unit", [("unit middle", "")]),
        ("receptive-field", "layers=4", "layers", []),
        ("compare", "left=standard&right=dilated&input_size=3&left.kernel_size=5&right.kernel_size=2",
         "left.kernel_size",
         [("left: padding 1",
           "left=standard&right=dilated&input_size=3&left.kernel_size=5&right.kernel_size=2&left.padding=1"),
          ("left: kernel 3", "left=standard&right=dilated&input_size=3&right.kernel_size=2"),
          ("input 5", "left=standard&right=dilated&input_size=5&left.kernel_size=5&right.kernel_size=2")]),
        ("compare", "left=standard&right=transposed&input_size=14&right.padding=0", "input_size",
         [("right: stride 1", "left=standard&right=transposed&input_size=14&stride=1&padding=0"),
          ("input 10", "left=standard&right=transposed&input_size=10&padding=0"),
          ("right: padding 4", "left=standard&right=transposed&input_size=14&right.padding=4")]),
        ("compare", "left=standard&right=curved", None, []),
        ("compare", "right=standard", None, []),
        ("curved", "", None, []),
    ],
)  # fmt: skip
def test_what_mends_a_refused_query(name: str, query: str, dial: str | None, expected: list[tuple[str, str]]) -> None:
    assert mends(name, query) == (dial, expected)


@pytest.mark.parametrize(
    ("sentence", "dial"),
    [("weight row 0, column 1 must be a number; got 'x'.", "weight"), ("width must be a whole number.", "width"),
     ("edit must be a cell and a number; got 'x'.", None)],
)  # fmt: skip
def test_what_is_not_refused_has_no_mends(sentence: str, dial: str | None) -> None:
    refusal = mends_of("standard", {"stride": "2"}, sentence)
    assert (refusal.dial, refusal.mends) == (dial, ())


def test_what_is_refused_of_the_picture_comes_before_what_is_refused_of_the_recipe() -> None:
    refusal = mends_of("standard", {"kernel_size": "7"}, "width must be a whole number.")
    assert (refusal.dial, refusal.mends) == ("width", ())


def can_read(field: Field, text: str) -> bool:
    """Whether a parameter may have this value at all: along a line there is one row."""
    try:
        return field.read(field.name, text) is not None
    except SpecError:
        return False


def some_text(chance: random.Random, field: Field) -> str:
    low, high = int(max(field.low or 0, -9)), int(min(field.high or 0, 16))
    if field.kind == "table":
        return chance.choice([*field.choices, *(text for text in OWN[field.name] if can_read(field, text))])
    if field.kind in ("layers", "unit"):
        return chance.choice(UNITS if field.kind == "unit" else STACKS if field.low else STACKS[-1:])
    if field.choices and (field.kind == "choice" or chance.random() < 0.3):
        return chance.choice([*field.choices])
    if field.kind == "switch":
        return chance.choice(["true", "false"])
    number = str(chance.randint(low, high))
    return f"{number}x{chance.randint(low, high)}" if field.kind == "pair" and chance.random() < 0.3 else number


def refused_lessons(count: int) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield queries that are refused: the variant, the parameters, and the sentence."""
    chance = random.Random(12)
    for name, variant in VARIANTS.items():
        left = count
        while left:
            fields = chance.sample([*variant.fields.values()], chance.randint(1, min(4, len(variant.fields))))
            given = {field.name: some_text(chance, field) for field in fields}
            if sentence := refused(name, given):
                left -= 1
                yield name, given, sentence


def test_every_mend_works_and_changes_one_parameter() -> None:
    kinds = set()
    for name, given, sentence in refused_lessons(60):
        variant = VARIANTS[name]
        found = mends_of(name, given, sentence).mends
        assert len(found) <= 3
        for mend in found:
            mended = Recipe.from_query(name, mend.query)
            before = variant.read_lenient(given)
            apart = {each for each, value in mended.values.items() if value != before[each]}
            tables = variant.implied.keys() & given.keys()
            follows = {
                *variant.following,
                *(size for table in tables for size in variant.implied[table]),
            } - given.keys()
            if mend.label.startswith("own numbers for"):
                kinds.add("own")
                follows = {*tables}  # which are cut or filled up
            one = apart - follows if len(apart) > 1 else apart
            assert len(one) <= 1, (name, given, mend, apart)
            kinds |= {variant.fields[each].kind for each in one}
    assert kinds == {"own", "pair", "length", "padding", "integer", "choice", "table", "layers", "unit"}


SIDES_OF = {"input_size": range(1, 17), "kernel_size": range(1, 8), "stride": range(1, 9), "dilation": range(1, 9)}


def test_no_smaller_change_of_the_same_parameter_would_do() -> None:
    """Compared with trying every even size."""
    chance, compared = random.Random(5), 0
    while compared < 60:
        given = {name: chance.choice(values) for name, values in SIDES_OF.items()}
        for mend in mends_of("dilated", given, refused("dilated", given)).mends:
            mended = Recipe.from_query("dilated", mend.query)
            name = next((name for name in SIDES_OF if mended[name] != (given[name],) * 2), None)
            if name is not None:
                compared += 1
                distances = [
                    abs(value - given[name])
                    for value in SIDES_OF[name]
                    if not refused("dilated", {**given, name: value})
                ]
                assert abs(mended[name][0] - given[name]) == min(distances)
