"""No renderer draws a text wider than the layout believes it to be."""

from __future__ import annotations

import random

import pytest
from PIL import ImageFont

import convviz as cv
from convviz.render.palette import font_path
from convviz.scene import Text
from convviz.scene.typography import (
    CHARACTERS,
    MORE,
    SMALLEST,
    fitting_size,
    fitting_text,
    text_width,
    widest,
)

SOME = [
    "",
    "0",
    "−12.5",
    "(−3)·(−4)",
    "+ 0.111·9",
    "Row 1, column 10 of the output: about −118.3",
    "⌊(i + 2p − 1) / s⌋ + 1",
]


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
def test_a_text_is_never_wider_than_believed(bold: bool) -> None:
    alphabet = sorted(CHARACTERS)
    for size in range(SMALLEST, 61):
        font = ImageFont.truetype(font_path(bold), size, layout_engine=ImageFont.Layout.BASIC)
        chance = random.Random(size)
        some = ("".join(chance.choices(alphabet, k=chance.randint(1, 40))) for _ in range(60))
        for text in [*SOME, *alphabet, *some]:
            drawn, believed = font.getlength(text), text_width(text, size, bold)
            assert drawn <= believed, (text, size)
            assert believed <= drawn * 1.25 + 3, f"{text}: far more than it takes at size {size}"


def test_every_character_of_the_pictures_is_known_and_sizes_are_whole() -> None:
    for name, preset in cv.presets.items():
        scene = cv.animate(preset, theme="dark").scene
        marks = [mark for item in (*scene.backdrop, *scene[0].items, *scene[-1].items) for mark in item.look.marks]
        texts = [mark for mark in marks if isinstance(mark, Text)]
        assert {character for text in texts for character in text.text} <= CHARACTERS, name
        assert all(text.size == int(text.size) >= SMALLEST for text in texts), name


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("room", [3, 17, 40, 90, 400])
def test_the_largest_size_that_fits(room: int, bold: bool) -> None:
    for text in SOME:
        size = fitting_size(text, 30, room, bold)
        assert size == SMALLEST or text_width(text, size, bold) <= room
        assert size == 30 or text_width(text, size + 1, bold) > room


def test_what_does_not_fit() -> None:
    assert fitting_text("12", 10, 13) == "12"
    assert fitting_text("123456", 10, 13) == MORE
    assert fitting_text("123456", 10, 3) == ""
    assert widest(["111", "−−", "9999"]) == "9999"
    assert widest([]) == ""
