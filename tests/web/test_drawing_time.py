"""Which pictures HTTP refuses because they would take too long, and what pages offer then."""

from __future__ import annotations

import json
from typing import Any

import pytest

import convviz as cv
from convviz import limits
from convviz.figure import answer
from convviz.files import is_small, seconds_to_draw
from convviz.recipes import presets
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import Asked, Comparison
from convviz.recipes.presentation import Presentation
from convviz.scene.primitives import amount_of
from tests.web.app import get

EXAMPLES: dict[str, Asked] = {**presets, **{f"pair {name}": pair.comparison for name, pair in PAIRS.items()}}
LONG: dict[str, Any] = {"input_size": "16", "kernel_size": "7", "padding": "6"}
LONG_QUERY = "&".join(f"{name}={text}" for name, text in LONG.items())


def seconds(asked: Asked, suffix: str, **options: object) -> float:
    animation = cv.Animation(asked, Presentation.from_values(options))
    return seconds_to_draw(amount_of(animation.scene), suffix)


def test_all_named_examples_but_the_longest_can_be_had_as_every_file() -> None:
    zips, gifs = (
        [name for name, asked in EXAMPLES.items() if seconds(asked, suffix) > limits.RENDER_SECONDS]
        for suffix in ("zip", "gif")
    )
    assert (zips, gifs) == (["depthwise_textbook"], ["depthwise_textbook"])
    assert seconds(presets["depthwise_textbook"], "zip", width=480) < limits.RENDER_SECONDS


def test_the_estimate_grows_with_pixels_frames_and_different_numbers() -> None:
    small = cv.recipe("standard", input_size=8)
    assert seconds(small, "gif", width=600) < seconds(small, "gif", width=1200) < seconds(small, "zip", width=1200)
    assert seconds(small, "gif", width=600) < seconds(small.replace(padding=2), "gif", width=600)
    numbers = [[1000 * row + column + 0.5 for column in range(8)] for row in range(8)]
    assert 2 * seconds(small, "gif", width=600) < seconds(small.replace(input=numbers), "gif", width=600)


def test_every_look_and_every_item_counts() -> None:
    scene = cv.animate(cv.recipe("dilated")).scene
    looks = {placed.look for frame in scene for placed in frame.items} | {placed.look for placed in scene.backdrop}
    items = sum(len(frame.items) for frame in scene)
    pixels = scene.width * scene.height * len(scene)
    expected = 3.5e-9 * pixels + 0.4e-3 * len(looks) + 9e-6 * items
    assert seconds_to_draw(amount_of(scene), "gif") == pytest.approx(expected)


def test_pictures_of_the_home_page_and_single_frames_are_small() -> None:
    assert is_small(cv.recipe("standard", padding=1), Presentation(width=900), "gif")
    assert is_small(PAIRS["dilated"].comparison, Presentation(width=900), "gif")
    large = cv.recipe("standard", **LONG)
    assert is_small(large, Presentation(width=3840), "png")
    assert not is_small(large, Presentation(width=240), "gif")
    assert not is_small(cv.recipe("standard"), Presentation(width=3840), "gif")


@pytest.mark.parametrize(
    ("path", "words", "got", "call"),
    [
        ("standard.gif?", "A GIF", "4.4 (484 frames of 1080 x 1385)", "cv.animate"),
        ("standard.zip?", "A zip of PNG frames", "6.6 (484 frames of 1080 x 1385)", "cv.animate"),
        ("compare.gif?left=standard&right=standard&", "A GIF", "5.7 (484 frames of 1440 x 954)", "cv.compare"),
    ],
)
def test_a_picture_that_takes_too_long_is_refused(server: str, path: str, words: str, got: str, call: str) -> None:
    status, headers, data = get(f"{server}/render/{path}{LONG_QUERY}")
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(data) == {
        "error": f"{words} over HTTP must take at most 3 seconds to draw; got about {got}. Use a smaller width, fewer "
        f"steps, or {call} in Python."
    }


def offered(name: str, query: str) -> tuple[list[str], str]:
    """The suffixes of the files that a figure links to, and what it says of them."""
    files = json.loads(answer(name, query).text)["files"]
    return list(files["names"]), files["note"]


def test_a_figure_links_to_the_files_that_http_gives_and_says_why_there_are_no_others() -> None:
    rest = "Use a smaller width, fewer steps, or cv.animate in Python."
    assert offered("standard", LONG_QUERY.replace("padding=6", "padding=4")) == (
        ["gif", "png", "html"],
        "1440 × 913 pixels, 324 frames, 196 s. A zip of PNG frames over HTTP must take at most 3 seconds to draw; got "
        f"about 3.8 (324 frames of 1440 x 913). {rest}",
    )
    assert offered("standard", LONG_QUERY) == (
        ["png", "html"],
        "1080 × 1385 pixels, 484 frames, 292 s. A GIF over HTTP must take at most 3 seconds to draw; got about 4.4 "
        f"(484 frames of 1080 x 1385). {rest}",
    )


def test_a_figure_has_no_links_that_are_too_long() -> None:
    sides = [
        cv.recipe("standard", input=[[[number] * 16] * 16] * 5, weight=[[[[number] * 7] * 7] * 5] * 4, stride=3)
        for number in (1234.567890123, 8765.432109876)
    ]
    suffixes, note = offered("compare", Comparison(*sides).to_query())
    assert (suffixes, note) == ([], "A query must be at most 30,000 characters long; got 67,885.")
