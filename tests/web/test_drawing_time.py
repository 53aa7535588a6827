"""Which files HTTP refuses because they would take too long, and how that follows from what there is to draw."""

from __future__ import annotations

import json
from typing import Any

import pytest

import convviz as cv
from convviz import limits
from convviz.effort import EFFORTS, check_seconds, estimate, is_small
from convviz.errors import TooLargeError
from convviz.export import Export
from convviz.files import FORMATS
from convviz.recipes import presets
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import Asked
from convviz.recipes.presentation import Presentation
from convviz.scene.primitives import amount_of
from tests.web.app import get

EXAMPLES: dict[str, Asked] = {**presets, **{f"pair {name}": pair.comparison for name, pair in PAIRS.items()}}
LONG: dict[str, Any] = {"input_size": "16", "kernel_size": "7", "padding": "6"}
LONG_QUERY = "&".join(f"{name}={text}" for name, text in LONG.items())


def seconds(asked: Asked, ending: str, **options: object) -> float:
    return estimate(Export(asked, Presentation.from_values(options)), ending).seconds


def test_every_format_but_programs_has_an_estimate() -> None:
    assert {*EFFORTS, "book.zip"} == {ending for ending, form in FORMATS.items() if form.kind != "code"}
    book = estimate(Export(cv.recipe("dilated"), Presentation()), "book.zip")
    files = [estimate(Export(cv.recipe("dilated"), Presentation()), each) for each in ("gif", "png", "svg", "pdf")]
    assert book.seconds > sum(each.seconds for each in files)
    assert book.megabytes > sum(each.megabytes for each in files)


def test_all_named_examples_but_the_longest_can_be_had_as_a_gif() -> None:
    long = [name for name, asked in EXAMPLES.items() if seconds(asked, "gif") > limits.RENDER_SECONDS]
    assert long == ["depthwise_textbook"]
    assert seconds(presets["depthwise_textbook"], "gif", width=480) < limits.RENDER_SECONDS


def test_the_estimate_grows_with_pixels_frames_and_different_numbers() -> None:
    small = cv.recipe("standard", input_size=8)
    assert seconds(small, "gif", width=600) < seconds(small, "gif", width=1200) < seconds(small, "zip", width=1200)
    assert seconds(small, "gif", width=600) < seconds(small.replace(padding=2), "gif", width=600)
    numbers = [[1000 * row + column + 0.5 for column in range(8)] for row in range(8)]
    assert 1.5 * seconds(small, "gif", width=600) < seconds(small.replace(input=numbers), "gif", width=600)


def test_every_pixel_every_look_and_every_item_counts() -> None:
    scene = cv.animate(cv.recipe("dilated")).scene
    looks = {placed.look for frame in scene for placed in frame.items} | {placed.look for placed in scene.backdrop}
    items = sum(len(frame.items) for frame in scene)
    size, effort = scene.width * scene.height / 1e6, EFFORTS["gif"]
    expected = effort.start + effort.megapixel * size * len(scene) + effort.look * len(looks) + effort.item * items
    assert seconds(cv.recipe("dilated"), "gif") == pytest.approx(expected)
    assert estimate(Export(cv.recipe("dilated"), Presentation()), "gif").amount == amount_of(scene)


def test_smooth_motion_costs_the_pictures_between_the_steps_where_there_is_motion() -> None:
    asked, effort = cv.recipe("dilated"), EFFORTS["webp"]
    frames, smooth = (seconds(asked, "webp", seconds_per_step=1, motion=motion) for motion in (False, True))
    amount = estimate(Export(asked, Presentation()), "webp").amount
    between = 15 * (amount.frames - 1)
    more = effort.megapixel * between * amount.width * amount.height / 1e6
    assert smooth - frames == pytest.approx(more + effort.item * amount.items * between / amount.frames)
    assert seconds(asked, "gif", motion=True) == seconds(asked, "gif")


def test_a_video_costs_its_time_also_where_nothing_moves() -> None:
    asked = cv.recipe("dilated")
    quick, slow, long = (
        seconds(asked, "mp4", seconds_per_step=each, hold=hold) for each, hold in ((1, 1), (2, 2), (2, 8))
    )
    video = EFFORTS["mp4"].video * 900 * 562 / 1e6
    assert slow - quick == pytest.approx(video * 9 * 4)
    assert long - slow == pytest.approx(video * 6 * 4)
    assert seconds(asked, "gif", seconds_per_step=2) == seconds(asked, "gif")


def test_a_movie_on_a_slide_is_as_large_as_the_slide() -> None:
    amount = estimate(Export(cv.recipe("dilated"), Presentation()), "pptx").amount
    assert (amount.width, amount.height) == (1280, 720)


def test_a_file_that_must_become_smaller_is_made_more_than_once() -> None:
    asked = cv.recipe("standard", input_size=12)
    whole = estimate(Export(asked, Presentation()), "gif")
    fitted = estimate(Export(asked, Presentation(megabytes=0.1)), "gif")
    assert fitted.megabytes == 0.1 < whole.megabytes
    assert fitted.seconds > 2 * whole.seconds


def test_pictures_of_the_home_page_and_single_frames_are_small() -> None:
    assert is_small(cv.recipe("standard", padding=1), Presentation(width=900), "gif")
    assert is_small(PAIRS["dilated"].comparison, Presentation(width=900), "gif")
    large = cv.recipe("standard", **LONG)
    assert is_small(large, Presentation(width=3840), "png")
    assert is_small(large, Presentation(), "pdf")
    assert not is_small(large, Presentation(width=240), "gif")
    assert not is_small(cv.recipe("standard"), Presentation(width=3840), "gif")
    assert not is_small(cv.recipe("standard", padding=1), Presentation(width=900), "webm")
    assert not is_small(cv.recipe("standard", padding=1), Presentation(width=900, motion=True), "webp")


@pytest.mark.parametrize("ending", ["png", "svg", "tex", "numpy.py"])
def test_a_single_step_is_never_refused_for_its_seconds(ending: str) -> None:
    check_seconds(Export(cv.recipe("standard", **LONG), Presentation(width=3840)), ending)


@pytest.mark.parametrize(
    ("path", "got", "call"),
    [
        ("standard.gif?", "4.9 for GIF (484 frames of 1080 x 1385)", "cv.animate"),
        ("compare.gif?left=standard&right=standard&", "5.9 for GIF (484 frames of 1440 x 954)", "cv.compare"),
    ],
)
def test_a_picture_that_takes_too_long_is_refused(server: str, path: str, got: str, call: str) -> None:
    status, headers, data = get(f"{server}/render/{path}{LONG_QUERY}")
    assert (status, headers["content-type"]) == (413, "application/json")
    assert json.loads(data) == {
        "error": f"A file over HTTP must take at most 3 seconds to draw; got about {got}. Use a smaller width, fewer "
        f"steps, {call} in Python, or convviz render."
    }


def test_smooth_motion_that_takes_too_long_is_refused_before_it_is_drawn() -> None:
    drawn: list[int] = []
    show = Presentation(motion=True, seconds_per_step=10)
    with pytest.raises(TooLargeError):
        check_seconds(Export(cv.recipe("standard", input_size=16), show, check=lambda: drawn.append(1)), "mp4")
    assert len(drawn) == 196  # frames were counted, not drawn
