"""What a name and its parameters ask for, the same at every door: an address, a command, a table of a batch."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from .arithmetic.arguments import nearest, shown, text_of
from .errors import SpecError, UnknownNameError
from .export import ChartExport, Check, Export
from .files import FORMATS, FRAME, Format, endings
from .html import DIALS, read_dials
from .questions.picture import frames_of
from .recipes import CATALOG, VARIANTS, Presentation, read_query, split_options
from .recipes.catalog import PAIRS
from .recipes.comparison import COMPARE, Asked, asked_for
from .recipes.model import check_query

if TYPE_CHECKING:
    from .diagrams import Diagram
    from .quizzes import Quiz, QuizFormat

PRESET: Final = "preset/"
CHART: Final = "chart/"
NETWORK: Final = "network/"
QUIZ: Final = "quiz/"
"""What comes before the name of a named example, of a chart, of a known network, and of the topics of a quiz."""

_QUIZ_OPTIONS: Final = ("count", "seed", "paper")

_LISTED: Final = 40
"""Names that a refusal lists; more of them would hide what it says."""


def read_address(
    name: str, query: str, check: Check = lambda: None
) -> "tuple[Export | ChartExport, Format] | tuple[Quiz, QuizFormat]":
    """Return what an address below /render asks for, and its format.

    Parameters
    ----------
    name : str
        Such as "dilated.gif", "compare.pdf", "preset/dilation.steps.pptx", "chart/spectrum.svg",
        "network/resnet18.pdf" or "quiz/dilated,pooling.xml".
    query : str
        The parameters of the recipe and of its picture.
    check : callable
        As of `Export`.

    Raises
    ------
    UnknownNameError
        There is no such picture, or no such format.
    SpecError
        A parameter is refused.

    Examples
    --------
    >>> export, form = read_address("preset/dilation.png", "theme=dark&frame=3")
    >>> export.address, export.stem, form.label
    ('dilated?theme=dark&frame=3', 'dilated_i7_k3_d2_dark_step4', 'PNG')
    """
    what, _, ending = name.partition(".")
    if what.startswith(QUIZ):
        return _read_quiz(what.removeprefix(QUIZ), ending, query)
    if ending not in FORMATS:
        raise UnknownNameError(f"The name of a picture must end in one of {endings()}; got {shown(name)}.")
    check_query(query)
    export = read_export(what, read_query(query), check)
    export.check_format(ending)
    return export, FORMATS[ending]


def read_export(name: str, given: Mapping[str, object], check: Check = lambda: None) -> Export | ChartExport:
    """Return what a variant, a comparison, a preset or a chart with these parameters is, ready for files.

    Raises
    ------
    UnknownNameError
        There is no such picture.
    SpecError
        A parameter is refused.
    """
    if name.startswith((CHART, NETWORK)):
        return ChartExport(_diagram(name, given), check)
    texts, options = split_options(given)
    frame, dials = texts.pop(FRAME, None), texts.pop(DIALS, None)
    asked, show = _asked(name, texts), Presentation.from_values(options)
    offered = None if dials is None else read_dials(text_of(dials))
    return Export(asked, show, None if frame is None else _frame(frame, frames_of(asked, show)), offered, check)


def _read_quiz(topics: str, ending: str, query: str) -> "tuple[Quiz, QuizFormat]":
    from .quizzes import QUIZ_FORMATS, quiz  # no picture needs them

    if ending not in QUIZ_FORMATS:
        listed = ", ".join(f".{each}" for each in QUIZ_FORMATS)
        raise UnknownNameError(f"The name of a quiz must end in one of {listed}; got {shown(f'{topics}.{ending}')}.")
    check_query(query)
    texts = read_query(query)
    if unknown := texts.keys() - _QUIZ_OPTIONS:
        raise SpecError(f"A quiz takes {', '.join(_QUIZ_OPTIONS)}; got {shown(min(unknown))}.")
    return quiz(topics, **texts), QUIZ_FORMATS[ending]


def _diagram(name: str, given: Mapping[str, object]) -> "Diagram":
    from .analysis import KNOWN  # no picture needs these, nor the charts
    from .diagrams import Diagram

    if name.startswith(CHART):
        return Diagram.from_values(name.removeprefix(CHART), given)
    network = name.removeprefix(NETWORK)
    _check_known("network", network, tuple(KNOWN))
    return Diagram.from_values("network", {**given, "network": network})


def _asked(name: str, texts: Mapping[str, object]) -> Asked:
    if not name.startswith(PRESET):
        _check_known("picture", name, (*VARIANTS, COMPARE))
        return asked_for(name, texts)
    preset = name.removeprefix(PRESET)
    _check_known("preset", preset, (*CATALOG, *PAIRS))
    asked = CATALOG[preset].recipe if preset in CATALOG else PAIRS[preset].comparison
    return asked.replace(**texts) if texts else asked


def _check_known(what: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        listed = ", ".join(names) if len(names) <= _LISTED else f"{len(names)} that `convviz list` and /render/ show"
        raise UnknownNameError(
            f"The name of a {what} must be one of {listed}; got {shown(name)}.{nearest(name, names)}"
        )


def _frame(value: object, frames: int) -> int:
    text = text_of(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < frames):
        raise SpecError(f"frame must be a whole number from 0 to {frames - 1}; got {shown(value)}.")
    return int(text)
