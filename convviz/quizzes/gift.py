r"""A quiz as GIFT, the text format of Moodle and others. It has no pictures: the numbers of a question are in its text.

The format: https://docs.moodle.org/en/GIFT_format. A number is typed; all else is a choice.
"""

import re
from collections.abc import Iterator

from .item import Contents, Item

_SPECIAL = re.compile(r"[\\~=#{}:]")


def gift(quiz: Contents) -> bytes:
    """Return the file, in UTF-8."""
    questions = "\n\n".join("\n".join(_lines(item)) for item in quiz.items)
    return f"// {quiz.title}\n// {quiz.source}\n\n$CATEGORY: $course$/top/{quiz.title}\n\n{questions}\n".encode()


def _lines(item: Item) -> Iterator[str]:
    question = "\n".join([item.text, item.numbers]).strip()
    yield f"::{escaped(item.name)}::[plain]{escaped(question)}{{{'#' if item.is_typed else ''}"
    if item.is_typed:
        for typed in item.typed:
            weight = "%100%" if typed.is_right else "%0%"
            yield f"\t={weight}{typed.text}:{typed.tolerance:.4g}#{escaped(typed.reason)}"
        yield f"\t~#{escaped(item.question.otherwise)}"
    else:
        for choice in item.choices:
            yield f"\t{'=' if choice.is_right else '~'}{escaped(choice.text)}#{escaped(choice.reason)}"
    yield f"\t####{escaped(item.question.because)}"
    yield "}"


def escaped(text: str) -> str:
    r"""Return a text with a backslash before each sign that GIFT reads, and its lines in one.

    Examples
    --------
    >>> print(escaped("o = {3} # 50\\%\ni: 5"))
    o \= \{3\} \# 50\\%\ni\: 5
    """
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", r"\n")
