"""A quiz as JSON for jupyterquiz, which shows it in a notebook or a Jupyter book.

The format: https://github.com/jmshea/jupyterquiz, in schema. A number is typed; all else is a choice. Texts are HTML.
"""

import json
from base64 import b64encode
from html import escape
from typing import Any

from .item import Contents, Item, as_html
from .picture import png


def jupyter(quiz: Contents) -> bytes:
    """Return the file: a list of questions, each with its picture inside."""
    return (json.dumps([_entry(item) for item in quiz.items], ensure_ascii=False, indent=1) + "\n").encode()


def _entry(item: Item) -> dict[str, Any]:
    address = f"data:image/png;base64,{b64encode(png(item)).decode()}"
    picture = f'<img src="{address}" alt="{escape(item.alt)}" style="max-width: 100%">'
    return {
        "question": f"{as_html(item.text)}<br>{picture}",
        "type": "numeric" if item.is_typed else "multiple_choice",
        "answers": _typed(item) if item.is_typed else [
            {"answer": as_html(choice.text), "correct": choice.is_right, "feedback": as_html(choice.reason)}
            for choice in item.choices
        ],
    }  # fmt: skip


def _typed(item: Item) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    for typed in item.typed:
        value, reach = typed.value, typed.tolerance
        # The end of a range does not belong to it.
        number = {"range": [value - reach, value + reach]} if reach else {"value": int(value)}
        answers.append({**number, "correct": typed.is_right, "feedback": as_html(typed.reason)})
    return [*answers, {"type": "default", "feedback": as_html(item.question.otherwise)}]
