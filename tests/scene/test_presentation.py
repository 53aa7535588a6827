"""What files can be asked for and pages cannot: a height, some of the steps, no words, no background."""

from __future__ import annotations

import re
from typing import Any

import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import VARIANTS, Presentation
from convviz.recipes.comparison import Asked, Comparison
from convviz.recipes.presentation import OPTIONS, PURPOSES
from convviz.scene import Scene, Text, compose

EVERY: dict[str, Asked] = {name: cv.recipe(name) for name in VARIANTS}
EVERY["compare"] = Comparison.from_query("left=standard&right=dilated&input_size=7")


def scene_of(asked: Asked, **options: object) -> Scene:
    return compose(asked, Presentation.from_values(options))


def texts(scene: Scene, frame: int = 0) -> list[str]:
    items = (*scene.backdrop, *scene.frame(frame).items)
    return [mark.text for item in items for mark in item.look.marks if isinstance(mark, Text)]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (600, 900)])
def test_a_picture_of_a_given_size_is_whole_and_in_its_middle(name: str, width: int, height: int) -> None:
    scene = scene_of(EVERY[name], width=width, height=height)
    assert (scene.width, scene.height) == (width, height)
    items = [*scene.backdrop, *(item for frame in scene for item in frame.items)]
    left, top = (min(getattr(item, axis) for item in items) for axis in "xy")
    right = width - max(item.x + item.look.width for item in items)
    bottom = height - max(item.y + item.look.height for item in items)
    assert min(left, top, right, bottom) >= -2  # rounded letters may reach over the edge of their box
    assert scene.frame(0).description == scene_of(EVERY[name]).frame(0).description


def test_a_height_that_is_too_small_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        scene_of(cv.recipe("dilated"), height=135)
    assert str(caught.value) == (
        "A picture must be at least 240 pixels wide; in a height of 135 pixels this one would be narrower. Use fewer "
        "steps or smaller sizes, or leave out the terms and the formula."
    )


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("megapixels", [12, 30])
def test_all_frames_fit_in_the_pixels(name: str, megapixels: int) -> None:
    scene = scene_of(EVERY[name], megapixels=megapixels, width=1600)
    assert scene.width * scene.height * len(scene) <= megapixels * 1e6
    if scene.width < 1600:  # and not much narrower than necessary
        assert scene.width * scene.height * len(scene) >= 0.3 * megapixels * 1e6


@pytest.mark.parametrize(
    ("steps", "numbers"),
    [("all", range(25)), ("4", [3]), ("3-9", range(2, 9)), ("1-25:2", range(0, 25, 2)), ("20-99:3", range(19, 25, 3))],
)
def test_chosen_steps(steps: str, numbers: Any) -> None:
    recipe = cv.recipe("standard", input_size=7)
    whole, some = scene_of(recipe), scene_of(recipe, steps=steps)
    assert [frame.caption for frame in some] == [whole.frame(number).caption for number in numbers]
    assert [frame.items for frame in some] == [whole.frame(number).items for number in numbers]
    assert [frame.beats for frame in some] == [1.0] * (len(numbers) - 1) + [3.0]
    held = scene_of(recipe, steps=steps, hold=1.5, seconds_per_step=0.5)
    assert [frame.beats for frame in held] == [1.0] * (len(numbers) - 1) + [3.0]
    assert scene_of(recipe, hold=5, seconds_per_step=0.5).frame(-1).beats == 10


@pytest.mark.parametrize(
    ("steps", "got"), [("0-3", "'0-3'"), ("9-3", "'9-3'"), ("1-", "'1-'"), ("1-5:0", "'1-5:0'"), (True, "True"),
                       ("1-9999999", "'1-9999999'"), ("１-3", "'１-3'"), ("", "''")],
)  # fmt: skip
def test_steps_refused(steps: object, got: str) -> None:
    with pytest.raises(SpecError) as caught:
        Presentation.from_values({"steps": steps})
    assert str(caught.value) == (
        "steps must be all, a step such as 4, a range such as 3-9, or every n-th of a range such as 1-25:2, counted "
        f"from 1 to at most 512; got {got}."
    )


def test_steps_beyond_the_last_are_refused() -> None:
    with pytest.raises(SpecError, match=r"^steps must begin at one of the 9 frames; got 10\.$"):
        scene_of(cv.recipe("dilated"), steps="10-12")


@pytest.mark.parametrize("name", EVERY)
def test_words_can_be_left_out(name: str) -> None:
    whole = scene_of(EVERY[name], width=900)
    alone = scene_of(EVERY[name], width=900, title=False, terms=False, formula=False, labels=False)
    assert {*texts(alone)} < {*texts(whole)}
    assert alone.height < whole.height
    assert not any(text.startswith(("Step", "input", "output")) for text in texts(alone))
    for option in ("title", "labels"):
        assert len(texts(scene_of(EVERY[name], width=900, **{option: False}))) < len(texts(whole))
    assert all(alone.frame(k).title == 0 for k in range(len(alone)))


@pytest.mark.parametrize("name", EVERY)
def test_numbers_can_be_left_out(name: str) -> None:
    words = {"title": False, "terms": False, "formula": False, "labels": False}
    plain, whole = (scene_of(EVERY[name], width=320, numbers=shows, **words) for shows in (False, True))
    assert any(re.fullmatch("[−×]?[0-9]+", text) for text in texts(whole))
    assert not any(re.search("[0-9]", text) for text in texts(plain))
    assert len(plain) == len(whole)
    assert plain.height <= whole.height  # cells without a number may be smaller, so more of them are in a row


def test_transparent_is_light_without_a_background() -> None:
    light, clear = scene_of(cv.recipe("dilated")), scene_of(cv.recipe("dilated"), theme="transparent")
    assert (light.background, light.is_transparent) == ("#ffffff", False)
    assert (clear.background, clear.is_transparent) == ("#ffffff00", True)
    assert clear.backdrop == light.backdrop
    assert [*clear] == [*light]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_purpose_is_short_for_its_options(purpose: str) -> None:
    short = Presentation.from_values({"purpose": purpose})
    assert short == Presentation.from_values(PURPOSES[purpose].options)
    assert Presentation.from_values(short.to_texts()) == short
    assert Presentation.from_values({"purpose": purpose, "width": 777}).width == 777
    assert len(scene_of(cv.recipe("dilated"), purpose=purpose)) == 9


def test_unknown_purposes_and_options() -> None:
    with pytest.raises(SpecError) as caught:
        Presentation.from_values({"purpose": "poster"})
    names = ", ".join(PURPOSES)
    assert str(caught.value) == f"purpose must be one of {names}; got 'poster'."
    with pytest.raises(SpecError, match=r"^'megabyte' is no option of a picture, .*\. Did you mean megabytes\?$"):
        Presentation.from_values({"megabyte": 3})


def test_every_option_round_trips() -> None:
    texts = {
        "theme": "print", "width": "901", "seconds_per_step": "0.35", "terms": "false", "formula": "false",
        "fill": "value", "height": "777", "title": "false", "labels": "false", "numbers": "false", "steps": "2-8:3",
        "hold": "1.25", "loop": "false", "motion": "true", "dpi": "300", "megabytes": "1.5", "megapixels": "20",
        "paper": "letter", "predict": "7",
    }  # fmt: skip
    assert texts.keys() == OPTIONS.keys()
    assert Presentation.from_values(texts).to_texts() == texts
