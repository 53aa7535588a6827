"""`cv.animate`: its options, its files and how it shows itself in a notebook."""

from __future__ import annotations

import pickle
import re
import sys
from base64 import b64decode
from dataclasses import replace
from html import unescape

import pytest

import convviz as cv
from convviz import SpecError

OPTIONS = (
    "theme, width, seconds_per_step, terms, formula, fill, predict, height, title, labels, numbers, steps, hold, loop, "
    "motion, dpi, megabytes, megapixels, paper, purpose"
)
"""What a picture takes."""


@pytest.fixture(scope="module")
def animation() -> cv.Animation:
    return cv.animate(cv.presets["padding_strides"], width=300, theme="dark", seconds_per_step="0.5", terms=False)


def test_options(animation: cv.Animation) -> None:
    shown = animation.presentation
    assert (shown.theme, shown.width, shown.seconds_per_step, shown.terms, shown.formula) == (
        "dark",
        300,
        0.5,
        False,
        True,
    )
    assert animation.scene.width == 300
    assert animation.scene.background == "#0e131f"
    assert len(animation) == len(animation.scene) == 9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"speed": 2},
            f"'speed' is no option of a picture, which takes {OPTIONS}.",
        ),
        ({"theme": "sepia"}, "theme must be one of light, dark, transparent, print; got 'sepia'."),
        ({"width": 10}, "width must be a whole number from 240 to 3840; got 10."),
        ({"terms": 1}, "terms must be true or false; got 1."),
    ],
)
def test_options_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.animate(cv.presets["dilation"], **options)
    assert str(caught.value) == message


@pytest.mark.parametrize("thing", ["dilated", None, 3])
def test_what_is_no_recipe(thing: object) -> None:
    with pytest.raises(SpecError) as caught:
        cv.animate(thing)  # type: ignore[arg-type]
    assert str(caught.value) == f"animate must be given a recipe, such as cv.recipe('dilated'); got {thing!r}."


def test_frames_from_both_ends(animation: cv.Animation) -> None:
    assert animation.png(0)[:8] == b"\x89PNG\r\n\x1a\n"
    assert animation.png(-9) == animation.png(0)
    assert animation.png() == animation.png(8) == animation.png(-1) != animation.png(0)


@pytest.mark.parametrize("frame", [9, -10, 10**5000, "1", 1.0], ids=range(5))
def test_frames_that_there_are_not(animation: cv.Animation, frame: object) -> None:
    with pytest.raises(SpecError) as caught:
        animation.png(frame)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.startswith("frame must be a whole number from -9 to 8; got ")
    assert len(message) < 120


def test_a_notebook_shows_the_figure_and_paper_its_last_frame(animation: cv.Animation) -> None:
    bundle = animation._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == repr(animation)
    match = re.fullmatch(r'<iframe title="([^"<>]*)" width="100%" height="620" [^>]* srcdoc="([^"]*)"></iframe>',
                         bundle["text/html"])  # fmt: skip
    assert match
    assert match[1] == animation.scene.description
    assert unescape(match[2]) == animation.html()
    assert b64decode(bundle["image/png"]) == animation.png()


def test_without_pillow_a_notebook_shows_the_figure(animation: cv.Animation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    for name in ("convviz.render.png", "convviz.render.raster", "convviz.render.palette"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert [*animation._repr_mimebundle_()] == ["text/plain", "text/html"]


def test_words_are_escaped(animation: cv.Animation, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = replace(animation.scene, description="\"><script>&'")
    monkeypatch.setattr("convviz.export.pose", lambda *given, **options: hostile)
    html = cv.animate(animation.recipe, width=240)._repr_mimebundle_()["text/html"]
    assert html.startswith('<iframe title="&quot;&gt;&lt;script&gt;&amp;&#x27;"')


def test_animations_are_values(animation: cv.Animation) -> None:
    assert cv.animate(animation.recipe) == cv.animate(animation.recipe) != animation
    assert pickle.loads(pickle.dumps(animation.recipe)) == animation.recipe
    assert len({animation.recipe, cv.presets["padding_strides"], cv.recipe("standard")}) == 2
