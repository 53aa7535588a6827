"""Kinds of questions: which a recipe has, their words, and that a seed gives the same question everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from convviz.errors import SpecError
from convviz.questions import KINDS, TOPICS, Verdict, item_of, kinds_of, question_of, spell
from convviz.recipes import VARIANTS, Recipe, presets, recipe

ROOT = Path(__file__).parents[2]
WORDS = Path(__file__).parent / "words.txt"
"""The texts of some questions."""


def printed_items() -> str:
    """Some questions with all that is random about them."""
    items = [item_of(topic, seed) for topic in ("transposed", "pooling") for seed in range(8)]
    return "\n".join(
        f"{each.recipe} {each.text} {[spell(each, mistake.answer) for mistake in each.mistakes]}" for each in items
    )


def test_a_seed_gives_the_same_question_in_every_process() -> None:
    """Sets and hashes are in another order there."""
    line = "from tests.questions.test_kinds import printed_items; print(printed_items())"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", line], env=environment, capture_output=True, check=True, cwd=ROOT)
    assert done.stdout.decode().splitlines() == printed_items().splitlines()


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_can_be_asked_about(variant: str) -> None:
    sample = Recipe.from_values(variant, {})
    kinds = kinds_of(sample)
    assert kinds
    assert [question_of(sample, seed).kind for seed in range(2 * len(kinds))] == [*kinds, *kinds]
    for kind in KINDS.keys() - set(kinds):
        with pytest.raises(SpecError) as refusal:
            question_of(sample, 0, kind)
        assert str(refusal.value) == f'There is no question "{kind}" about this recipe; there are {", ".join(kinds)}.'


def test_kinds_follow_from_what_a_recipe_has() -> None:
    assert kinds_of(recipe("along-a-line", causal=True)) == (
        "output-size", "cell-value", "reads", "read-by", "look-back", "weights", "products"
    )  # fmt: skip
    assert kinds_of(recipe("pooling")) == ("output-size", "cell-value", "winner", "reads", "read-by")
    assert "winner" not in kinds_of(recipe("pooling", mode="average"))
    assert "winner" not in kinds_of(recipe("pooling", input="ones"))
    assert "separable" not in kinds_of(recipe("dilated", kernel_size=(1, 3)))
    assert "cell-value" not in kinds_of(recipe("standard", in_channels=64))  # more products than anyone adds up
    assert "cell-value" not in kinds_of(recipe("spatial-separable", weight="laplacian"))  # two passes only come near
    assert kinds_of(recipe("depthwise-separable", act="standard")) == kinds_of(recipe("standard", in_channels=3))


def test_every_named_example_can_be_asked_about() -> None:
    for name, sample in presets.items():
        if isinstance(sample, Recipe):
            for seed in range(len(kinds_of(sample))):
                question = question_of(sample, seed)
                assert question.judge(question.answer) == Verdict(True, question.because), name
                assert all(not question.judge(each.answer).is_right for each in question.mistakes), name


def words_of(head: str) -> str:
    """All texts of a question: what it asks, each answer with what is said to it, and what to any other."""
    variant, query, kind, seed = head.split(" | ")
    question = question_of(Recipe.from_query(variant, query), int(seed), kind)
    answers = [(question.answer, question.because), *((each.answer, each.reason) for each in question.mistakes)]
    said = [f"{spell(question, answer)}: {reason}" for answer, reason in answers]
    return "\n".join([f"# {head}", question.text, *said, f"else: {question.otherwise}"])


def all_words() -> str:
    """The texts of the questions in the file, as they are now."""
    heads = [line[2:] for line in WORDS.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    return "\n\n".join(map(words_of, heads)) + "\n"


def test_words_are_those_in_the_file() -> None:
    """`python -m tests.questions.test_kinds` writes them."""
    assert all_words() == WORDS.read_text(encoding="utf-8")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(SpecError) as refusal:
        question_of(recipe("standard"), 0, "size")
    assert str(refusal.value) == f"kind must be one of {', '.join(KINDS)}; got 'size'."
    with pytest.raises(SpecError) as refusal:
        item_of("dilate", 0)
    assert str(refusal.value) == f"topic must be one of {', '.join(TOPICS)}; got 'dilate'."


if __name__ == "__main__":
    WORDS.write_text(all_words(), encoding="utf-8")
