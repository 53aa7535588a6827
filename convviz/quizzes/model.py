"""A quiz: questions of some topics, made from a seed, in the formats that course systems take."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

from convviz import limits
from convviz.arithmetic.arguments import nearest, shown
from convviz.errors import SpecError, UnknownNameError, needs_extra
from convviz.questions import TOPICS
from convviz.recipes.model import write_query
from convviz.recipes.parameters import read_integer
from convviz.recipes.presentation import OPTIONS
from convviz.writing import ending_of, write_file

from .gift import gift
from .item import Contents, Item
from .jupyter import jupyter
from .making import items_of
from .moodle import moodle
from .qti import qti


@dataclass(frozen=True, slots=True)
class QuizFormat:
    """A kind of file.

    Attributes
    ----------
    ending, media_type : str
        What comes after the first dot of its names, and as HTTP names it.
    label, text : str
        Its name for readers, and what it is for.
    write : callable
        Returns the file with these questions.
    """

    ending: str
    media_type: str
    label: str
    text: str
    write: Callable[[Contents], bytes]


def _paper(contents: Contents, *, is_key: bool) -> bytes:
    from .paper import paper  # reportlab is loaded by those who print

    return paper(contents, is_key=is_key)


_NAMED: Final = 4
"""Topics that a name of a file has; more would make it too long."""

_PDF: Final = "application/pdf"

_FORMATS: Final = (
    QuizFormat("xml", "application/xml", "Moodle XML", "For Moodle: pictures, and feedback to each answer.", moodle),
    QuizFormat("gift.txt", "text/plain", "GIFT", "Text for Moodle and others, without pictures.", gift),
    QuizFormat("qti.zip", "application/zip", "QTI", "For Canvas and others: QTI 1.2, all questions as choices.", qti),
    QuizFormat("json", "application/json", "jupyterquiz", "For notebooks and Jupyter books.", jupyter),
    QuizFormat("pdf", _PDF, "PDF", "To be printed, with room for answers.", partial(_paper, is_key=False)),
    QuizFormat(
        "key.pdf", _PDF, "Key of the PDF", "The answers with their reasons, and what wrong ones show.",
        partial(_paper, is_key=True),
    ),
)  # fmt: skip

QUIZ_FORMATS: Final[Mapping[str, QuizFormat]] = MappingProxyType({each.ending: each for each in _FORMATS})
"""Every format by its ending, in the order in which they are offered."""

_ALSO: Final[Mapping[str, str]] = MappingProxyType({"gift": "gift.txt"})
"""Other endings of names. Moodle takes GIFT only from names that end in .txt."""


@dataclass(frozen=True, slots=True)
class Quiz:
    """Questions of some topics, made from a seed. Make one with `quiz`; nothing is drawn before it is asked for.

    Attributes
    ----------
    topics : tuple of str
        The topics, which take turns.
    count, seed : int
        How many questions. With the same seed, a longer quiz begins as a shorter one does.
    paper : str
        "a4" or "letter", for what is printed.
    """

    topics: tuple[str, ...]
    count: int
    seed: int
    paper: str

    def __len__(self) -> int:
        return self.count

    @property
    def items(self) -> tuple[Item, ...]:
        """The questions with their choices."""
        return items_of(self.topics, self.count, self.seed)

    @property
    def title(self) -> str:
        """Such as "Quiz: Dilated convolution, Pooling"."""
        return f"Quiz: {', '.join(TOPICS[topic].label for topic in self.topics)}"

    @property
    def stem(self) -> str:
        """The name of its files without their endings."""
        topics = "_".join(self.topics) if len(self.topics) <= _NAMED else f"{len(self.topics)}topics"
        return f"quiz_{topics}_{self.count}_seed{self.seed}"

    @property
    def address(self) -> str:
        """What all addresses of the same bytes have in common."""
        return f"quiz/{','.join(self.topics)}?{write_query(self.to_texts())}"

    def to_texts(self) -> dict[str, str]:
        """Return count, seed and paper as links spell them."""
        return {"count": str(self.count), "seed": str(self.seed), "paper": self.paper}

    def make(self, ending: str) -> bytes:
        """Return the bytes of a file: "xml", "gift.txt", "qti.zip", "json", "pdf" or "key.pdf".

        Raises
        ------
        SpecError
            There is no such format.
        MissingExtraError
            A library that draws pictures or PDF files is not installed.

        Examples
        --------
        >>> quiz("dilated", count=2).make("gift.txt").decode().splitlines()[0]
        '// Quiz: Dilated convolution'
        """
        self.check_format(ending)
        texts = {"topics": ",".join(self.topics), "count": str(self.count), "seed": str(self.seed)}
        contents = Contents(self.title, f"/quiz?{write_query(texts)}", self.stem, self.items, self.paper)
        with needs_extra():
            return QUIZ_FORMATS[ending].write(contents)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a file in the format that its name ends in, and return its path.

        Parameters
        ----------
        path : str or path
            Such as "quiz.xml", "quiz.gift.txt", "quiz.qti.zip", "quiz.json", "quiz.pdf" or "quiz.key.pdf".

        Raises
        ------
        SpecError
            No format has this ending, or the file cannot be written.
        """
        return write_file(Path(path), self.make(quiz_format_of(str(path)).ending))

    @property
    def endings(self) -> tuple[str, ...]:
        """The formats that a quiz can have."""
        return tuple(QUIZ_FORMATS)

    def check_format(self, ending: object) -> None:
        """Refuse a format that a quiz cannot have."""
        if ending not in QUIZ_FORMATS:
            raise SpecError(f"A quiz has the formats {', '.join(QUIZ_FORMATS)}; got {shown(ending)}.")


def quiz(topics: str | Iterable[str] = "all", *, count: object = 20, seed: object = 0, paper: object = "a4") -> Quiz:
    """Make a quiz.

    Parameters
    ----------
    topics : str or iterable of str
        A topic such as "dilated", several of them, also with commas in one text, or "all".
    count, seed : int
        How many questions, and which: another seed makes other ones.
    paper : str
        "a4" or "letter", for what is printed.

    Raises
    ------
    SpecError
        There is no such topic, or a number is out of bounds.

    Examples
    --------
    >>> questions = quiz(["dilated", "pooling"], count=4, seed=7)
    >>> questions.title, [item.name.partition("-")[0] for item in questions.items]
    ('Quiz: Dilated convolution, Pooling', ['dilated', 'pooling', 'dilated', 'pooling'])
    >>> quiz("dilatet")
    Traceback (most recent call last):
    ...
    convviz.errors.UnknownNameError: ...
    """
    return Quiz(
        read_topics(topics),
        read_integer("count", count, 1, limits.QUIZ_QUESTIONS),
        read_integer("seed", seed, 0, limits.SEED),
        str(OPTIONS["paper"].read("paper", paper)),
    )


def read_topics(topics: object) -> tuple[str, ...]:
    """Return topics in the order of their table, so that the same ones make the same quiz; see `quiz`."""
    try:
        given = [text.strip() for text in topics.split(",")] if isinstance(topics, str) else [*cast(Any, topics)]
    except TypeError:  # it is no iterable, or an array without axes
        raise SpecError(f"The topics of a quiz must be names; got {shown(topics)}.") from None
    for topic in given:
        if not isinstance(topic, str) or topic not in TOPICS:
            known = ", ".join(TOPICS)
            raise UnknownNameError(
                f"The topic of a quiz must be one of {known}; got {shown(topic)}.{nearest(topic, TOPICS)}"
            )
    if not given:
        raise SpecError("A quiz must have a topic; got none.")
    return tuple(topic for topic in TOPICS if topic in given)


def quiz_format_of(name: str) -> QuizFormat:
    """Return the format of a file of a quiz by its name.

    Raises
    ------
    SpecError
        No format has this ending.

    Examples
    --------
    >>> quiz_format_of("week 3.qti.zip").label, quiz_format_of("a.key.pdf").label, quiz_format_of("b.gift").label
    ('QTI', 'Key of the PDF', 'GIFT')
    """
    ending = ending_of(name, {**QUIZ_FORMATS, **_ALSO})
    if ending is not None:
        return QUIZ_FORMATS[_ALSO.get(ending, ending)]
    listed = ", ".join(f".{ending}" for ending in QUIZ_FORMATS)
    raise SpecError(f"The name of a quiz must end in one of {listed}; got {shown(name)}.")
