"""The picture of a question: what its first frame hides, and what its second one shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import convviz as cv
from convviz.errors import SpecError
from convviz.questions import kinds_of, question_of, spell
from convviz.questions.picture import pose
from convviz.recipes import VARIANTS, Presentation, Recipe, recipe
from convviz.recipes.comparison import Comparison
from convviz.scene import Scene, Text
from convviz.scene.primitives import Grid

KERNELS = ("input", "kernel", "pointwise", "column", "row")
"""Tables whose numbers are known before anything is computed."""


def words(scene: Scene, index: int) -> Iterator[tuple[float, float, str]]:
    """Yield every text of a frame and where it is."""
    for item in (*scene.backdrop, *scene.frame(index).items):
        for mark in item.look.marks:
            if isinstance(mark, Text):
                yield item.x + mark.x, item.y + mark.y, mark.text


def within(scene: Scene, grid: Grid) -> list[str]:
    return [
        text for x, y, text in words(scene, 0)
        if grid.x < x < grid.x + grid.width and grid.y < y < grid.y + grid.height
    ]  # fmt: skip


ASKED = [(name, number) for name in VARIANTS for number, _ in enumerate(kinds_of(recipe(name)))]


@pytest.mark.parametrize(("name", "number"), ASKED)
def test_a_question_shows_no_result_and_its_answer_does(name: str, number: int) -> None:
    asked = recipe(name)
    question = question_of(asked, number)
    scene = pose(asked, Presentation(predict=number))
    right = spell(question, question.answer)
    sentence = " ".join(text for _, _, text in words(scene, 0))
    assert question.text in sentence
    for grid in scene.link().grids:
        if grid.name not in KERNELS:
            assert {*within(scene, grid)} <= {"?", "0"}  # zeros are padding
            assert {*grid.texts} <= {"", "?", "0"}
    if question.kind in ("output-size", "field"):
        assert right not in re.sub(r"(input|kernel|column|row)s?[^=→]*", "", sentence)
    first, second = scene.frame(0), scene.frame(1)
    assert (first.description, first.details) == (f"Question: {question.text}", "")
    assert second.description == f"Answer: {right}. {question.because}"
    assert right in " ".join(text for _, _, text in words(scene, 1))
    assert scene.description == f"A question about {asked.kind.title[0].lower()}{asked.kind.title[1:]}."
    assert (first.beats, second.beats) == (12, 12)


def test_pages_of_every_width_and_theme_ask_the_same() -> None:
    for theme, width in (("dark", 430), ("print", 1280), ("transparent", None)):
        scene = pose(recipe("dilated"), Presentation(theme, width, predict=1))
        assert [text for _, _, text in words(scene, 0) if text == "?"] == ["?"]


@pytest.mark.parametrize("asked", [recipe("dilated"), recipe("transposed", view="scatter")])
def test_files_have_question_and_answer(asked: Recipe) -> None:
    animation = cv.animate(asked, predict=0)
    assert len(animation) == 2
    question, answer = animation.svg(0), animation.svg(1)
    assert animation.svg() == question != answer
    assert ">?<" in question
    assert "rows" in question
    assert ">?<" not in answer
    assert animation.pdf().count(b"/Type /Page\n") == 2
    assert animation._export().stem.endswith("_predict0")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Comparison(recipe("standard"), recipe("dilated")),
         "predict asks about one recipe, and not about a comparison of two."),
        (recipe("along-a-line", input_size=33), "Questions are about lines of at most 32 samples; got 33."),
    ],
)  # fmt: skip
def test_what_nothing_is_asked_about(asked: Recipe | Comparison, sentence: str) -> None:
    with pytest.raises(SpecError, match=re.escape(sentence)):
        pose(asked, Presentation(predict=0))
