"""A quiz as Moodle XML, which Moodle imports with pictures and with feedback for each answer.

The format: https://docs.moodle.org/en/Moodle_XML_format. A number is typed; all else is a choice.
"""

from base64 import b64encode
from html import escape
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .item import Contents, Item, as_html
from .picture import png

_RIGHT, _WRONG = "100", "0"
"""Percents of the points that an answer gives."""

_ANY: Final = "*"
"""Every other number."""


def moodle(quiz: Contents) -> bytes:
    """Return the file."""
    root = Element("quiz")
    category = SubElement(root, "question", type="category")
    _text(category, "category", f"$course$/top/{quiz.title}")
    for item in quiz.items:
        _add(root, item)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'.encode()


def _add(root: Element, item: Item) -> None:
    question = SubElement(root, "question", type="numerical" if item.is_typed else "multichoice")
    _text(question, "name", item.name)
    file = f"{item.name}.png"
    picture = f'<img src="@@PLUGINFILE@@/{file}" alt="{escape(item.alt)}" style="max-width: 100%">'
    asked = _html(question, "questiontext", f"{as_html(item.text)}</p><p>{picture}")
    SubElement(asked, "file", name=file, path="/", encoding="base64").text = b64encode(png(item)).decode()
    _html(question, "generalfeedback", as_html(item.question.because))
    SubElement(question, "defaultgrade").text = "1"
    SubElement(question, "penalty").text = "0.3333333"
    SubElement(question, "hidden").text = "0"
    if item.is_typed:
        for typed in item.typed:
            answer = _answer(question, typed.text, typed.is_right, typed.reason)
            SubElement(answer, "tolerance").text = f"{typed.tolerance:.4g}"
        SubElement(_answer(question, _ANY, False, item.question.otherwise), "tolerance").text = "0"
    else:
        for name, value in {"single": "true", "shuffleanswers": "true", "answernumbering": "abc"}.items():
            SubElement(question, name).text = value
        for choice in item.choices:
            _answer(question, f"<p>{as_html(choice.text)}</p>", choice.is_right, choice.reason, "html")


def _answer(question: Element, text: str, is_right: bool, reason: str, form: str = "moodle_auto_format") -> Element:
    answer = SubElement(question, "answer", fraction=_RIGHT if is_right else _WRONG, format=form)
    SubElement(answer, "text").text = text
    _html(answer, "feedback", as_html(reason))
    return answer


def _html(parent: Element, name: str, html: str) -> Element:
    element = _text(parent, name, f"<p>{html}</p>")
    element.set("format", "html")
    return element


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    SubElement(element, "text").text = text
    return element
