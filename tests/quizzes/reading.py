"""Readers of the files of a quiz, written from the descriptions of the formats, and what each item says."""

from __future__ import annotations

import io
import json
import re
import zipfile
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree import ElementTree

from PIL import Image


@dataclass(frozen=True)
class Answer:
    """What a file says of an answer: a text to choose, or numbers from one to another; None is any other number."""

    text: str | None
    span: tuple[float, float] | None
    is_right: bool
    feedback: str


@dataclass(frozen=True)
class Read:
    """An item of a file."""

    text: str
    is_typed: bool
    answers: tuple[Answer, ...]
    picture: bytes | None = None
    description: str = ""

    @property
    def right(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.is_right]


def plain(html: str) -> str:
    """Return HTML as the text that is seen."""
    assert not re.search(r"<(?!/?(?:p|br|img)\b)", html), f"{html}: only these tags are ours"
    return unescape(re.sub("<[^>]*>", "", html.replace("<br>", "\n"))).strip()


def alt_of(html: str) -> str:
    (found,) = re.findall(r'<img [^>]*alt="([^"]*)"', html)
    return unescape(found)


def check_picture(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.format == "PNG"
        assert image.width > 100


# Moodle XML -----------------------------------------------------------------------------------------------------------


def read_moodle(data: bytes) -> list[Read]:
    root = ElementTree.fromstring(data)
    assert root.tag == "quiz"
    category, *questions = root
    assert category.get("type") == "category"
    names = [_said(question, "name") for question in questions]
    assert len({*names}) == len(names)
    return [*map(_moodle_question, questions)]


def _said(element: ElementTree.Element, path: str) -> str:
    return element.findtext(f"{path}/text") or ""


def _moodle_question(question: ElementTree.Element) -> Read:
    is_typed = question.get("type") == "numerical"
    assert is_typed or (question.get("type"), question.findtext("single")) == ("multichoice", "true")
    html = _said(question, "questiontext")
    (file,) = question.findall("questiontext/file")
    assert f'src="@@PLUGINFILE@@/{file.get("name")}"' in html
    assert file.get("encoding") == "base64"
    assert _said(question, "generalfeedback")
    answers = []
    for answer in question.findall("answer"):
        text, feedback = _said(answer, "."), plain(_said(answer, "feedback"))
        assert answer.get("fraction") in ("100", "0")
        is_right = answer.get("fraction") == "100"
        if not is_typed:
            answers.append(Answer(plain(text), None, is_right, feedback))
        elif text == "*":
            answers.append(Answer(None, None, is_right, feedback))
        else:
            reach = float(answer.findtext("tolerance") or "nan")
            answers.append(Answer(None, (float(text) - reach, float(text) + reach), is_right, feedback))
    picture = b64decode(file.text or "", validate=True)
    return Read(plain(html), is_typed, tuple(answers), picture, alt_of(html))


# GIFT -----------------------------------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"(?<!\\)(?:\\\\)*([~=#{}])")


def read_gift(data: bytes) -> list[Read]:
    text = "\n".join(line for line in data.decode().splitlines() if not line.startswith("//"))
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    assert blocks[0].strip().startswith("$CATEGORY: ")
    return [*map(_gift_question, blocks[1:])]


def _unescape(text: str) -> str:
    signs: dict[str, str] = {"n": "\n"}
    return re.sub(r"\\(.)", lambda found: signs.get(found[1], found[1]), text).strip()


def _split(text: str, signs: str) -> list[tuple[str, str]]:
    """Return the parts of a text with the sign before each, as far as that is not escaped."""
    parts: list[tuple[str, str]] = [("", "")]
    escaped = False
    for letter in text:
        if letter in signs and not escaped:
            parts.append((letter, ""))
        else:
            parts[-1] = (parts[-1][0], parts[-1][1] + letter)
        escaped = letter == "\\" and not escaped
    return parts


def _gift_question(block: str) -> Read:
    (_, head), (_, body), (_, rest) = _split(block, "{}")
    assert not rest.strip()
    title, text = re.fullmatch(r"::((?:\\.|[^:\\])+)::\[plain\](.*)", head, re.S).groups()  # type: ignore[union-attr]
    assert title
    body, separator, general = body.rpartition("####")
    assert separator
    assert general.strip()
    is_typed = body.startswith("#")
    answers = []
    for sign, each in _split(body.removeprefix("#"), "=~")[1:]:
        (_, value), (_, feedback) = _split(each, "#")
        feedback = _unescape(feedback)
        if not is_typed:
            answers.append(Answer(_unescape(value), None, sign == "=", feedback))
        elif sign == "~":
            assert not value.strip()
            answers.append(Answer(None, None, False, feedback))
        else:
            weight, number, reach = re.fullmatch(r"%(100|0)%([^:]+):(.+)", value.strip()).groups()  # type: ignore[union-attr]
            low, high = float(number) - float(reach), float(number) + float(reach)
            answers.append(Answer(None, (low, high), weight == "100", feedback))
    return Read(_unescape(text), is_typed, tuple(answers))


# QTI ------------------------------------------------------------------------------------------------------------------


def read_qti(data: bytes) -> list[Read]:
    """Read a zip as Canvas does: the manifest names the questions, these name the pictures."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    manifest = _bare(files["imsmanifest.xml"])
    listed = {file.get("href") for file in manifest.iter("file")}
    assert listed == {*files} - {"imsmanifest.xml"}
    (resource,) = [each for each in manifest.iter("resource") if each.get("type") == "imsqti_xmlv1p2"]
    (name,) = [str(file.get("href")) for file in resource.findall("file")]
    (dependency,) = resource.findall("dependency")
    assert dependency.get("identifierref") in {each.get("identifier") for each in manifest.iter("resource")}
    return [_qti_item(item, files) for item in _bare(files[name]).iter("item")]


def _bare(data: bytes) -> ElementTree.Element:
    """Return the tree without namespaces."""
    root = ElementTree.fromstring(data)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _qti_item(item: ElementTree.Element, files: dict[str, bytes]) -> Read:
    feedbacks = {str(each.get("ident")): plain(each.findtext(".//mattext") or "") for each in item.iter("itemfeedback")}
    said, right = {}, set()
    for condition in item.iter("respcondition"):
        ident = condition.findtext("conditionvar/varequal")
        assert ident
        if condition.findtext("setvar") == "100":
            right.add(ident)
        for shown in condition.findall("displayfeedback"):
            said[ident] = feedbacks[str(shown.get("linkrefid"))]
    html = item.findtext("presentation/material/mattext") or ""
    answers = [
        Answer(
            plain(label.findtext(".//mattext") or ""), None, label.get("ident") in right, said[str(label.get("ident"))]
        )
        for label in item.iter("response_label")
    ]
    picture = re.findall(r'src="%24IMS-CC-FILEBASE%24/([^"]+)"', html)
    return Read(
        plain(html), False, tuple(answers), files[picture[0]] if picture else None, alt_of(html) if picture else ""
    )


# jupyterquiz ----------------------------------------------------------------------------------------------------------


def read_jupyter(data: bytes) -> list[Read]:
    return [*map(_jupyter_question, json.loads(data))]


def _jupyter_question(entry: dict[str, Any]) -> Read:
    is_typed = entry["type"] == "numeric"
    assert is_typed or entry["type"] == "multiple_choice"
    answers = []
    for answer in entry["answers"]:
        feedback = plain(answer["feedback"])
        if not is_typed:
            answers.append(Answer(plain(answer["answer"]), None, answer["correct"], feedback))
        elif "value" in answer:
            answers.append(Answer(None, (answer["value"], answer["value"]), answer["correct"], feedback))
        elif "range" in answer:
            answers.append(Answer(None, tuple(answer["range"]), answer["correct"], feedback))
        else:
            assert answer["type"] == "default"
            answers.append(Answer(None, None, False, feedback))
    (address,) = re.findall(r'src="data:image/png;base64,([^"]+)"', entry["question"])
    picture = b64decode(address, validate=True)
    return Read(plain(entry["question"]), is_typed, tuple(answers), picture, alt_of(entry["question"]))


READERS: dict[str, Callable[[bytes], list[Read]]] = {
    "xml": read_moodle,
    "gift.txt": read_gift,
    "qti.zip": read_qti,
    "json": read_jupyter,
}
