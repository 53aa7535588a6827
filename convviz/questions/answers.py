"""Answers as texts: how they are spelled, and how typed ones are read."""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.scene.number_format import number

from .question import Answer, Cell, Question


def spell(question: Question, answer: Answer) -> str:
    """Return an answer to a question as people write it.

    Examples
    --------
    >>> from convviz.questions import question_of
    >>> from convviz.recipes import recipe
    >>> question = question_of(recipe("standard"), 0, "output-size")
    >>> spell(question, (3, 4))
    '3 × 4'
    """
    if isinstance(answer, str):
        return answer
    if isinstance(answer, tuple):
        return f"{answer[0]} × {answer[1]}"
    if isinstance(answer, frozenset):
        return _spell_cells(question, answer)
    return str(answer).replace("-", "−") if isinstance(answer, int) else number(answer)


def _spell_cells(question: Question, cells: Iterable[Cell]) -> str:
    """Return cells channel by channel, with the channel's number where there are several."""
    by_channel: dict[int, list[tuple[int, int]]] = {}
    for channel, row, column in sorted(cells):
        by_channel.setdefault(channel, []).append((row, column))
    lead = "channel {}: " if _has_channels(question) else ""
    texts = [lead.format(channel) + spell_places(places, _is_line(question)) for channel, places in by_channel.items()]
    return "; ".join(texts) or "none"


def spell_places(places: Iterable[tuple[int, int]], is_line: bool) -> str:
    """Return cells of one channel as rows and columns where that says it all, or else row by row.

    Examples
    --------
    >>> spell_places([(0, 1), (0, 2), (2, 1), (2, 2)], False), spell_places([(0, 1), (1, 0)], False)
    ('rows 0 and 2, columns 1 and 2', 'row 0, column 1 and row 1, column 0')
    """
    places = sorted(places)
    rows, columns = (sorted({place[axis] for place in places}) for axis in (0, 1))
    if is_line:
        return _lines("sample", columns)
    if len(rows) * len(columns) == len(places):
        return f"{_lines('row', rows)}, {_lines('column', columns)}"
    by_row = {row: [column for at, column in places if at == row] for row in rows}
    return " and ".join(f"row {row}, {_lines('column', each)}" for row, each in by_row.items())


def _lines(noun: str, numbers: list[int]) -> str:
    """Return ``row 2``, ``rows 0 to 2`` or ``rows 0, 2 and 4``."""
    if len(numbers) == 1:
        return f"{noun} {numbers[0]}"
    first, last = numbers[0], numbers[-1]
    if len(numbers) > 2 and numbers == list(range(first, last + 1)):
        return f"{noun}s {first} to {last}"
    return f"{noun}s {', '.join(map(str, numbers[:-1]))} and {last}"


def _is_line(question: Question) -> bool:
    return question.recipe.kind.is_line


def _has_channels(question: Question) -> bool:
    """Whether the table that is pointed at has several channels."""
    inputs, outputs = question.recipe.computed.channels
    return (inputs if question.points_at == "input" else outputs) > 1


def read_answer(question: Question, text: str) -> Answer:
    """Return the answer that a text means.

    Parameters
    ----------
    text : str
        A number, "2.5", "−2,5" or "1/9"; a size, "3x4", "3 × 4" or "3, 4"; one of the choices; or cells, as `spell`
        writes them, or as rows and columns, "0, 1; 0, 2".

    Raises
    ------
    SpecError
        The text is no answer to this question.

    Examples
    --------
    >>> from convviz.questions import question_of
    >>> from convviz.recipes import recipe
    >>> read_answer(question_of(recipe("standard"), 0, "output-size"), "3x4")
    (3, 4)
    """
    if len(text) > limits.ANSWER_TEXT:
        raise SpecError(f"An answer must have at most {limits.ANSWER_TEXT:,} characters; got {len(text):,}.")
    readers = {"number": _read_number, "size": _read_size, "choice": _read_choice, "cells": _read_cells}
    return readers[question.form](question, " ".join(text.replace("−", "-").split()))


def _read_number(question: Question, text: str) -> float | int:  # as the others
    plain = text.replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,12}/\d{1,12}", plain) and not re.search(r"/0+$", plain):
        return _whole(float(Fraction(plain)))
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", plain) and question.answer == int(question.answer):  # type: ignore[arg-type]
        return int(plain.replace(",", ""))  # 1,024 as the facts of a figure have it; else a comma is a decimal one
    plain = plain.replace(",", ".", 1)
    if not re.fullmatch(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,2})?", plain, re.IGNORECASE):
        raise SpecError(f"The answer must be a number, such as 12, -2.5 or 1/9; got {shown(text)}.")
    return _whole(float(plain))


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _read_size(question: Question, text: str) -> tuple[int, int]:  # as the others
    sides = re.fullmatch(r"\(?(\d{1,6}) ?(?:[x×*,;]|by| ) ?(\d{1,6})\)?", text, re.IGNORECASE)
    if sides is None:
        raise SpecError(f"The answer must be rows and columns, such as 3 × 4; got {shown(text)}.")
    return int(sides[1]), int(sides[2])


def _read_choice(question: Question, text: str) -> str:
    for choice in question.choices:
        if text.casefold() == choice.replace("−", "-").casefold():
            return choice
    raise SpecError(f"The answer must be one of {', '.join(question.choices)}; got {shown(text)}.")


_NUMBERS: Final = r"\d{1,3}(?: ?(?:-|–|to) ?\d{1,3})?"
_LIST: Final = rf"{_NUMBERS}(?: ?(?:,|and|,? and) ?{_NUMBERS})*"


def _read_cells(question: Question, text: str) -> frozenset[Cell]:
    """Read cells channel by channel, each as rows and columns, as samples, or as places."""
    if text.casefold() == "none":
        return frozenset()
    cells: set[Cell] = set()
    assert isinstance(question.answer, frozenset)
    channel = min((each for each, _, _ in question.answer), default=0)  # the one that the question names
    for part in re.split(r";| and (?=row)", text.casefold()):
        words = part.strip()
        if named := re.match(r"channel (\d{1,4}) ?:? ?", words):
            channel, words = int(named[1]), words[named.end() :]
        rows, columns = _read_places(question, words)
        if len(cells) + len(rows) * len(columns) > limits.ANSWER_CELLS:
            raise SpecError(f"An answer must have at most {limits.ANSWER_CELLS:,} cells.")
        cells |= {(channel, row, column) for row in rows for column in columns}
    return frozenset(cells)


def _read_places(question: Question, text: str) -> tuple[list[int], list[int]]:
    if _is_line(question) and (samples := re.fullmatch(rf"(?:samples? )?({_LIST})", text)):
        return [0], _read_lines(samples[1])
    if table := re.fullmatch(rf"rows? ({_LIST}),? (?:and )?columns? ({_LIST})", text):
        return _read_lines(table[1]), _read_lines(table[2])
    if place := re.fullmatch(r"\(?(\d{1,3}) ?, ?(\d{1,3})\)?", text):
        return [int(place[1])], [int(place[2])]
    example = "samples 1 to 3" if _is_line(question) else "rows 0 to 2, columns 1 to 3"
    raise SpecError(f"The answer must be cells, such as {example}; got {shown(text)}.")


def _read_lines(text: str) -> list[int]:
    lines: list[int] = []
    for each in re.finditer(_NUMBERS, text):
        first, *last = map(int, re.findall(r"\d+", each[0]))
        lines += range(first, (last or [first])[0] + 1)
    return lines
