"""A quiz as QTI 1.2 in a zip, as Canvas and other course systems import it.

The format: https://www.imsglobal.org/question/, in the words that Canvas reads. Its questions with numbers have no
feedback for a wrong number, so all questions are choices here: each wrong answer says what its mistake is.
"""

import zipfile
from html import escape
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from convviz.origin import RIGHTS, SOFTWARE

from .item import Contents, Item, as_html
from .picture import png

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of all files, so that the same quiz has the same bytes."""

_QTI: Final = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_MANIFEST: Final = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_CANVAS: Final = "http://canvas.instructure.com/xsd/cccv1p0"

_RESPONSE: Final = "response1"
_RIGHT: Final = "correct_fb"
"""The feedback of the right answer, as Canvas calls it."""


def qti(quiz: Contents) -> bytes:
    """Return the file."""
    name = quiz.stem
    pictures = {f"images/{item.name}.png": png(item) for item in quiz.items}
    parts = {
        "imsmanifest.xml": _xml(_manifest(name, quiz, [*pictures])),
        f"{name}/assessment_meta.xml": _xml(_meta(name, quiz)),
        f"{name}/{name}.xml": _xml(_assessment(name, quiz)),
        **pictures,
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path, data in parts.items():
            form = zipfile.ZIP_DEFLATED if path.endswith(".xml") else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), data, form)
    return file.getvalue()


def _xml(root: Element) -> bytes:
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'.encode()


def _child(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = SubElement(parent, name, attributes)
    child.text = text or None
    return child


# What is in the zip ---------------------------------------------------------------------------------------------------


def _manifest(name: str, quiz: Contents, pictures: list[str]) -> Element:
    root = Element("manifest", identifier=f"{name}_manifest", xmlns=_MANIFEST)
    metadata = _child(root, "metadata")
    _child(metadata, "schema", "IMS Content")
    _child(metadata, "schemaversion", "1.1.3")
    _child(root, "organizations")
    resources = _child(root, "resources")
    questions = _child(resources, "resource", identifier=name, type="imsqti_xmlv1p2")
    _child(questions, "file", href=f"{name}/{name}.xml")
    _child(questions, "dependency", identifierref=f"{name}_meta")
    kind, meta = "associatedcontent/imscc_xmlv1p1/learning-application-resource", f"{name}/assessment_meta.xml"
    _child(_child(resources, "resource", identifier=f"{name}_meta", type=kind, href=meta), "file", href=meta)
    for number, path in enumerate(pictures, 1):
        resource = _child(resources, "resource", identifier=f"{name}_picture{number}", type="webcontent", href=path)
        _child(resource, "file", href=path)
    return root


def _meta(name: str, quiz: Contents) -> Element:
    root = Element("quiz", identifier=name, xmlns=_CANVAS)
    for key, text in {
        "title": quiz.title, "description": f"{quiz.source}. {SOFTWARE}. {RIGHTS}.", "shuffle_answers": "true",
        "quiz_type": "practice_quiz", "points_possible": f"{len(quiz.items)}.0", "show_correct_answers": "true",
        "allowed_attempts": "-1", "available": "false",
    }.items():  # fmt: skip
        _child(root, key, text)
    return root


# Questions ------------------------------------------------------------------------------------------------------------


def _assessment(name: str, quiz: Contents) -> Element:
    root = Element("questestinterop", xmlns=_QTI)
    section = _child(_child(root, "assessment", ident=name, title=quiz.title), "section", ident="root_section")
    for item in quiz.items:
        _add(section, item)
    return root


def _add(section: Element, item: Item) -> None:
    element = _child(section, "item", ident=item.name, title=item.name)
    idents = [f"{item.name}-{letter}" for letter, _ in zip("abcdefghij", item.choices, strict=False)]
    fields = _child(_child(element, "itemmetadata"), "qtimetadata")
    for label, entry in {
        "question_type": "multiple_choice_question", "points_possible": "1", "original_answer_ids": ",".join(idents),
    }.items():  # fmt: skip
        field = _child(fields, "qtimetadatafield")
        _child(field, "fieldlabel", label)
        _child(field, "fieldentry", entry)
    presentation = _child(element, "presentation")
    source = f"%24IMS-CC-FILEBASE%24/images/{item.name}.png"
    picture = f'<p><img src="{source}" alt="{escape(item.alt)}"></p>'
    _material(presentation, f"<p>{as_html(item.text)}</p>{picture}")
    response = _child(presentation, "response_lid", ident=_RESPONSE, rcardinality="Single")
    choices = _child(response, "render_choice")
    processing = _child(element, "resprocessing")
    _child(_child(processing, "outcomes"), "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    for ident, choice in zip(idents, item.choices, strict=True):
        _material(_child(choices, "response_label", ident=ident), f"<p>{as_html(choice.text)}</p>")
        feedback = _RIGHT if choice.is_right else f"{ident}_fb"
        condition = _child(processing, "respcondition", **{"continue": "No" if choice.is_right else "Yes"})
        _child(_child(condition, "conditionvar"), "varequal", ident, respident=_RESPONSE)
        if choice.is_right:
            _child(condition, "setvar", "100", action="Set", varname="SCORE")
        _child(condition, "displayfeedback", feedbacktype="Response", linkrefid=feedback)
        flow = _child(_child(element, "itemfeedback", ident=feedback), "flow_mat")
        _material(flow, f"<p>{as_html(choice.reason)}</p>")


def _material(parent: Element, html: str) -> None:
    _child(_child(parent, "material"), "mattext", html, texttype="text/html")
