"""A quiz on paper, in black and white, and its key: the answers with their reasons, and the reasons of wrong ones."""

from collections.abc import Iterator, Sequence
from html import escape
from io import BytesIO
from typing import Any, Final

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph

from convviz.handouts.worksheet import PAPERS, fitted
from convviz.origin import RIGHTS, SOFTWARE
from convviz.render.pdf import POINTS, paint
from convviz.render.typeface import FACES
from convviz.scene import Scene

from .item import Contents, Item
from .picture import scene_of

_MARGIN: Final = 48.0
"""In points, as all lengths here."""

_TEXT, _TITLE, _SMALL = 11.0, 16.0, 9.0
"""Sizes of fonts."""

_INDENT: Final = 24.0
"""Of what belongs to a question."""

_LOW, _HIGH = 0.27, 0.55
"""The height of a picture as a part of the page: two questions fit on one, if its numbers can then be read, or one."""

_SMALLEST, _LARGEST = 0.5, 0.8
"""How large a picture is at least, if it fits on the page, and at most: its numbers are then as large as the text."""

_LETTERS: Final = "abcdefghij"
"""Of choices."""

_REGULAR, _BOLD = FACES[False], FACES[True]


def paper(quiz: Contents, *, is_key: bool) -> bytes:
    """Return the file, on the paper of the quiz."""
    width, height = PAPERS[quiz.paper]
    room = width - 2 * _MARGIN, height - 2 * _MARGIN
    title = f"{quiz.title}: key" if is_key else quiz.title

    def write_foot(canvas: Any, _: Any) -> None:
        canvas.setFont(_REGULAR, _SMALL)
        canvas.drawRightString(width - _MARGIN, _MARGIN / 2, f"Page {canvas.getPageNumber()}")
        canvas.drawString(_MARGIN, _MARGIN / 2, fitted(f"{quiz.source}. {RIGHTS}.", 0.8 * room[0]))

    file = BytesIO()
    frame = Frame(_MARGIN, _MARGIN, *room, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document = BaseDocTemplate(
        file,
        pagesize=(width, height),
        pageTemplates=[PageTemplate(frames=[frame], onPage=write_foot)],
        title=title,
        author=SOFTWARE,
        creator=SOFTWARE,
        keywords=[quiz.source, RIGHTS],
        lang="en",
        invariant=1,
        initialFontName=_REGULAR,
    )
    document.build([*_story(quiz.items, title, room, is_key)])
    return file.getvalue()


def _story(items: Sequence[Item], title: str, room: tuple[float, float], is_key: bool) -> Iterator[Any]:
    yield _paragraph(title, _BOLD, _TITLE)
    if not is_key:
        yield _paragraph(f"Name {'_' * 40} Date {'_' * 20}")
    yield _paragraph("Rows and columns are counted from 0.")
    for number, item in enumerate(items, 1):
        head = [_paragraph(f"{number}. {item.question.text}", _BOLD, before=10), _paragraph(item.given, indent=_INDENT)]
        answers = _key(item) if is_key else _blank(item)
        picture = _Picture(scene_of(item, "print"), room)
        yield KeepTogether([*head, picture, *answers])


def _blank(item: Item) -> Iterator[Any]:
    if item.is_typed:
        yield _paragraph(f"Answer: {'_' * 20}", indent=_INDENT)
        return
    for letter, choice in zip(_LETTERS, item.choices, strict=False):
        yield _paragraph(f"{letter}) {choice.text}", indent=_INDENT)


def _key(item: Item) -> Iterator[Any]:
    """Yield the right answer in bold with its reason, and the wrong ones with theirs."""
    letters = [""] * len(item.choices) if item.is_typed else [f"{letter}) " for letter in _LETTERS]
    answers = [*zip(letters, item.choices, strict=False)]
    if item.is_typed:
        answers.sort(key=lambda answer: not answer[1].is_right)
    for letter, choice in answers:
        if choice.is_right:
            yield _paragraph(f"{letter}{choice.text}", _BOLD, indent=_INDENT)
            yield _paragraph(choice.reason, indent=_INDENT)
        else:
            yield _paragraph(f"{letter}Not {choice.text}: {choice.reason}", font=_SMALL, indent=_INDENT)


class _Picture(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The picture of a question."""

    def __init__(self, scene: Scene, room: tuple[float, float]) -> None:
        super().__init__()
        self._scene = scene
        across, down = (room[0] - _INDENT) / (POINTS * scene.width), room[1] / (POINTS * scene.height)
        self._scale = min(_LARGEST, across, max(_LOW * down, min(_SMALLEST, _HIGH * down)))
        self.width, self.height = (self._scale * POINTS * side for side in (scene.width, scene.height))

    def wrap(self, *_: float) -> tuple[float, float]:
        return _INDENT + self.width, self.height + 6

    def draw(self) -> None:
        self.canv.translate(_INDENT, 6)
        self.canv.scale(self._scale, self._scale)
        paint(self._scene, 0, self.canv)


def _paragraph(words: str, name: str = _REGULAR, font: float = _TEXT, indent: float = 0, before: float = 0) -> Any:
    style = ParagraphStyle(
        "text", fontName=name, fontSize=font, leading=1.35 * font, spaceAfter=4, spaceBefore=before, leftIndent=indent
    )
    return Paragraph(escape(words).replace("\n", "<br/>"), style)
