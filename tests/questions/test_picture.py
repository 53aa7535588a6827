"""The picture of a question: what its first frame hides, and what its second one shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

import convviz as cv
from convviz.errors import SpecError
from convviz.questions import kinds_of, question_of, spell
from convviz.questions.picture import pose
from convviz.recipes import VARIANTS, Presentation, Recipe, recipe
from convviz.recipes.comparison import Comparison
from convviz.scene import Scene, Text, compose
from convviz.scene.primitives import Grid


def words(scene: Scene, index: int | None) -> Iterator[tuple[float, float, str]]:
    """Yield every text of a frame, or of what is there before any, and where it is."""
    for item in (*scene.backdrop, *(() if index is None else scene.frame(index).items)):
        for mark in item.look.marks:
            if isinstance(mark, Text):
                yield item.x + mark.x, item.y + mark.y, mark.text


def within(grid: Grid, texts: Iterable[tuple[float, float, str]]) -> set[str]:
    """Return those of the texts that are in a grid."""
    return {text for x, y, text in texts if 0 < x - grid.x < grid.width and 0 < y - grid.y < grid.height}


ASKED = [(name, number) for name in VARIANTS for number, _ in enumerate(kinds_of(recipe(name)))]


@pytest.mark.parametrize(("name", "number"), ASKED)
def test_a_question_shows_no_result_and_its_answer_does(name: str, number: int) -> None:
    asked = recipe(name)
    question = question_of(asked, number)
    scene = pose(asked, Presentation(predict=number))
    right = spell(question, question.answer)
    sentence = " ".join(text for _, _, text in words(scene, 0))
    assert question.text in sentence
    steps, known_sizes = compose(asked, Presentation()), []
    for grid, before in zip(scene.link().grids, steps.link().grids, strict=True):
        known = within(before, words(steps, None))  # before the first step
        assert within(grid, words(scene, 0)) <= known | {"?"}
        assert {*grid.texts} <= known | {"", "?"}
        if grid.rows == before.rows and grid.columns == before.columns:
            known_sizes.append((len(grid.rows), len(grid.columns)))
    if question.kind in ("output-size", "field") and question.answer not in known_sizes:
        assert f" {right}" not in sentence
    if question.at is not None and question.form == "number":
        assert "?" in [text for _, _, text in words(scene, 0)], "the cell is marked"
    first, second = scene.frame(0), scene.frame(1)
    assert (first.description, first.details) == (f"Question: {question.text}", "")
    assert second.description == f"Answer: {right}. {question.because}"
    assert right in " ".join(text for _, _, text in words(scene, 1))
    assert scene.description == f"A question about {asked.kind.title[0].lower()}{asked.kind.title[1:]}."
    assert (first.beats, second.beats) == (12, 12)


def test_matrices_do_not_tell_the_size_of_the_output() -> None:
    scene = pose(recipe("matrix", input_size=(4, 5), kernel_size=(2, 3)), Presentation(predict=0))
    sizes = [(len(grid.rows), len(grid.columns)) for grid in scene.link().grids]
    assert [size for size in sizes if size != (1, 1)] == [(4, 5), (2, 3), (6, 1), (20, 1)]
    sentence = " ".join(text for _, _, text in words(scene, 0))
    assert not [label for label in ("im2col 9", "W 9", "transposed 20") if label in sentence]


@pytest.mark.parametrize("number", [0, 1])
def test_pictures_colored_by_value_ask_too(number: int) -> None:
    asked = recipe("standard", input_size=12, padding=1)
    scene, question = pose(asked, Presentation(fill="value", predict=number)), question_of(asked, number)
    assert [text for _, _, text in words(scene, 0) if text == "?"] == ["?"]
    assert spell(question, question.answer) in " ".join(text for _, _, text in words(scene, 1))


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
