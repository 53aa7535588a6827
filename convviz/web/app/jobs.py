"""What worker processes do: answer figures, read what an address below ``/render`` asks for, draw it, help pages."""

import json
import pickle
from dataclasses import dataclass, replace
from gc import collect
from gzip import compress
from hashlib import sha256
from typing import Final, Literal

from convviz import html, limits
from convviz.address import read_address
from convviz.arithmetic.arguments import shown
from convviz.effort import check_seconds, is_small
from convviz.errors import SpecError, TooLargeError
from convviz.export import ChartExport, code_digest
from convviz.figure import Answer, answer
from convviz.quizzes import Quiz

from .offer import offer
from .worker import Check

_COMPRESSION: Final = 4
"""Level of gzip: of 17 to 75 kB it leaves 5 to 16 kB in 0.2 to 0.8 ms; level 1 leaves a tenth more, level 6 takes twice
as long."""

_BEST_COMPRESSION: Final = 9
"""A page is asked for once, and its figure after that for answers."""

_SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer for a figure.

    Attributes
    ----------
    tag : str
        Equal for all addresses with the same answer, and for no others.
    is_refusal : bool
        Whether it says why there is nothing to show.
    packed : bytes
        The JSON, compressed by gzip.
    """

    tag: str
    is_refusal: bool
    packed: bytes


def answer_figure(check: Check, name: str, query: str) -> Finished:
    """Answer what the figure shows for a query, for a name such as ``dilated.json``."""
    if not name.endswith(_SUFFIX):
        raise SpecError(f"The name of a scene must end in {_SUFFIX}; got {shown(name)}.")
    return _finished(answer(name.removesuffix(_SUFFIX), query), _COMPRESSION)


def answer_download(check: Check, name: str, query: str) -> Finished:
    """Answer what the page of all formats says of a picture, for a name such as ``dilated.json``."""
    text = json.dumps(offer(name.removesuffix(_SUFFIX), query), ensure_ascii=False, allow_nan=False)
    return _finished(Answer(text), _COMPRESSION)


def answer_page(check: Check, name: str, query: str, site: str) -> Finished:
    """Answer with the figure as a page of the site with the address ``site``."""
    return _finished(html.page(name, query, site), _BEST_COMPRESSION)


def measure_page(check: Check, name: str, query: str, width: int) -> tuple[str, int, int]:
    """Return the title of a figure's page, and its size in CSS pixels where it may be so wide."""
    return html.measure(name, query, width)


def _finished(found: Answer, level: int) -> Finished:
    text = found.text.encode()
    return Finished(sha256(text).hexdigest()[:32], bool(found.refusal), compress(text, level, mtime=0))


Queue = Literal["small", "large", "charts"]
"""Where a picture waits to be drawn, as `lines` names it."""


@dataclass(frozen=True, slots=True)
class Described:
    """A picture as the server knows it: what it is, and how long it will take.

    Attributes
    ----------
    tag : str
        Equal for all addresses of the same bytes, and for no others.
    """

    tag: str
    media_type: str
    file_name: str
    queue: Queue


def describe(check: Check, name: str, query: str) -> Described:
    """Read the name of a picture and its query."""
    export, form = read_address(name, query, check)
    if isinstance(export, ChartExport):
        queue: Queue = "charts"
    elif isinstance(export, Quiz):
        queue = "small" if export.count <= limits.QUIZ_SMALL else "large"
    else:
        is_quick = export.dials is None and is_small(export.asked, export.show, form.ending)
        queue = "small" if is_quick else "large"
    tag = sha256(f"{code_digest()}/{form.ending}/{export.address}".encode()).hexdigest()[:32]
    return Described(tag, form.media_type, f"{export.stem}.{form.ending}", queue)


def draw(check: Check, name: str, query: str) -> bytes:
    """Draw a picture frame by frame, as long as a request waits for it."""
    check()
    export, form = read_address(name, query, check)
    if isinstance(export, ChartExport):
        try:
            return export.make(form.ending)
        finally:
            collect()  # matplotlib leaves circles around up to 160 MB of pixels, and workers look for circles seldom
    if isinstance(export, Quiz):
        if export.count > limits.QUIZ_QUESTIONS_SERVED:
            raise TooLargeError(
                f"A quiz over HTTP must have at most {limits.QUIZ_QUESTIONS_SERVED} questions; got {export.count}. Use "
                "cv.quiz in Python, or convviz quiz."
            )
        return export.make(form.ending)
    check_seconds(export, form.ending)
    return replace(export, most_steps=limits.FILE_STEPS).make(form.ending)


def compute(check: Check, work: bytes) -> bytes:
    """Return the pickle of what a function returns; ``work`` is that of the function and its arguments.

    Both are packed and unpacked outside the event loop, which large ones would hold up.
    """
    function, given = pickle.loads(work)
    return pickle.dumps(function(*given))
