"""How a recipe is shown: what all pictures can be asked for, what files take besides, and what is usual for a purpose.

The first table is that of pages and figures as well; the second one is for files alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final, Literal, Self

from convviz import limits
from convviz.arithmetic.arguments import nearest, shown, text_of
from convviz.errors import SpecError

from .fields import choice_field, switch_field
from .parameters import Field, read_integer
from .tables import number_from, number_to_text

Steps = tuple[int, int, int]
"""The first and the last of the chosen steps, counted from 1, and the distance from one to the next."""

SECONDS: Final = (0.05, 10.0)
"""Shortest and longest time of a step; browsers slow down anything faster than 0.02 s."""

_AUTO: Final = "auto"


def _is_auto(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in (_AUTO, ""))


def _spell_auto(value: object) -> str:
    return _AUTO if value is None else number_to_text(value) if isinstance(value, float) else str(value)


def _optional_integer(low: int, high: int) -> Any:
    """Return how to read a whole number, or ``auto``."""

    def read(name: str, value: object) -> int | None:
        return None if _is_auto(value) else read_integer(name, value, low, high)

    return read


def _optional_number(low: float, high: float, unit: str) -> Any:
    """Return how to read a number with two decimals, or ``auto``."""

    def read(name: str, value: object) -> float | None:
        if _is_auto(value):
            return None
        number = number_from(name, value)
        if not low <= number <= high:
            raise SpecError(f"{name} must be from {low:g} to {high:g} {unit}; got {number:g}.")
        return round(number, 2)

    return read


def _read_seconds(name: str, value: object) -> float:
    seconds = number_from(name, value)
    if not SECONDS[0] <= seconds <= SECONDS[1]:
        raise SpecError(f"{name} must be from {SECONDS[0]} to {SECONDS[1]:g} seconds; got {seconds:g}.")
    return round(seconds, 2)


def read_steps(name: str, value: object) -> Steps | None:
    """Read which steps a file has: all of them, one, a range, or every n-th.

    Examples
    --------
    >>> read_steps("steps", "3-9"), read_steps("steps", "1-25:2"), read_steps("steps", 4), read_steps("steps", "all")
    ((3, 9, 1), (1, 25, 2), (4, 4, 1), None)
    """
    if value is None or (isinstance(value, str) and value.strip() == "all"):
        return None
    text = text_of(value).strip()
    span, _, every = text.partition(":")
    first, _, last = span.partition("-")
    numbers = [first, last if "-" in span else first, every if ":" in text else "1"]
    if all(number.isascii() and number.isdecimal() and len(number) <= len("1000") for number in numbers):
        start, stop, step = map(int, numbers)
        if 1 <= start <= stop <= limits.FRAMES and step >= 1:
            return start, stop, step
    raise SpecError(
        f"{name} must be all, a step such as 4, a range such as 3-9, or every n-th of a range such as 1-25:2, counted "
        f"from 1 to at most {limits.FRAMES}; got {shown(value)}."
    )


def _spell_steps(steps: Steps | None) -> str:
    if steps is None:
        return "all"
    first, last, every = steps
    return (str(first) if first == last else f"{first}-{last}") + (f":{every}" if every > 1 else "")


def _width(name: str, label: str, text: str, low: int, high: int, choices: Mapping[str, str]) -> Field:
    return Field(
        name, "text", _optional_integer(low, high), _spell_auto, label, text, low, high, choices, group="picture"
    )


THEME: Final = "theme"

PREDICT: Final = "predict"
"""The option that asks a question about the picture."""

_OFF: Final = "off"


def _read_question(name: str, value: object) -> int | None:
    return (
        None
        if value is None or (isinstance(value, str) and value in ("", _OFF))
        else read_integer(name, value, 0, limits.QUESTION)
    )


def _spell_question(number: object) -> str:
    return _OFF if number is None else str(number)


SCREEN_THEMES: Final[Mapping[str, str]] = MappingProxyType({"light": "Light", "dark": "Dark"})
FILE_THEMES: Final[Mapping[str, str]] = MappingProxyType(
    {**SCREEN_THEMES, "transparent": "Transparent: light, without a background", "print": "Print: gray"}
)

_PRESENTATION_FIELDS: Final = (
    choice_field(THEME, "Theme", "Light or dark.", SCREEN_THEMES, group="picture"),
    _width(
        "width", "Width in pixels", "Width of the picture; auto chooses one at which every number can be read.",
        limits.PICTURE_WIDTH_MIN, limits.PICTURE_WIDTH,
        {_AUTO: "as the numbers need"} | {width: width for width in ("640", "900", "1280", "1920", "3840")},
    ),
    Field(
        "seconds_per_step", "number", _read_seconds, number_to_text, "Seconds per step", "How long each step is shown.",
        *SECONDS, group="picture",
    ),
    switch_field("terms", "Show the terms", "Show the terms that add up to the cell.", "picture"),
    switch_field("formula", "Show the formula", "Show the size formula.", "picture"),
    choice_field(
        "fill", "Color cells by",
        "By value: blue below zero, orange above. Automatic: by value for an image, or 9 cells and more on a side.",
        {"auto": "Automatic", "role": "What they are", "value": "Their value"}, group="picture",
    ),
    Field(
        PREDICT, "text", _read_question, _spell_question, "Question",
        "Ask a question about the picture, then answer it: its number, each of which is another question; or off.",
        0, limits.QUESTION, group="picture",
    ),
)  # fmt: skip
PRESENTATION_FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {field.name: field for field in _PRESENTATION_FIELDS}
)
"""What figures, pages and files can be asked for."""

_FILE_FIELDS: Final = (
    choice_field(THEME, "Theme", "Transparent has no background; print is gray, for paper.", FILE_THEMES),
    _width(
        "height", "Height in pixels",
        "The picture is centered in this height; auto is as high as it needs to be.",
        limits.PICTURE_HEIGHT_MIN, limits.PICTURE_HEIGHT, {_AUTO: "as needed"},
    ),
    switch_field("title", "Show the title", "Show the line above the grids: the cell and its value."),
    switch_field("labels", "Show the labels", "Show the names of the grids."),
    switch_field("numbers", "Show the numbers", "Show the numbers in cells; without them small pictures are clear."),
    Field(
        "steps", "text", read_steps, _spell_steps, "Steps",
        "all, one step such as 4, a range such as 3-9, or every second of it: 3-9:2.",
    ),
    Field(
        "hold", "number", _optional_number(*SECONDS, "seconds"), _spell_auto, "Seconds of the last step",
        "How long the last step is shown; auto is three times as long as the others.", *SECONDS,
    ),
    switch_field("loop", "Repeat forever", "Begin again after the last step; else stop there."),
    switch_field("motion", "Smooth motion", "Let the window slide from step to step."),
    Field(
        "dpi", "integer", _optional_integer(*limits.DPI), _spell_auto, "Dots per inch",
        "Written into a PNG, so that it has a size on paper; it does not change its pixels.", *limits.DPI,
    ),
    Field(
        "megabytes", "number", _optional_number(*limits.TARGET_MEGABYTES, "megabytes"), _spell_auto,
        "Fit in megabytes", "Make the picture narrower until the file is at most so large.", *limits.TARGET_MEGABYTES,
    ),
    Field(
        "megapixels", "number", _optional_number(*limits.TARGET_MEGAPIXELS, "megapixels"), _spell_auto,
        "Fit in megapixels", "Make the picture narrower until all frames together have at most that many.",
        *limits.TARGET_MEGAPIXELS,
    ),
    choice_field("paper", "Paper", "Of worksheets and keys.", {"a4": "A4", "letter": "Letter"}),
)  # fmt: skip

OPTIONS: Final[Mapping[str, Field]] = MappingProxyType(
    {**PRESENTATION_FIELDS, **{field.name: field for field in _FILE_FIELDS}}
)
"""What files can be asked for: all of the first table, with more themes, and more."""

PURPOSE: Final = "purpose"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is usual for a place where pictures go: its name for readers, and the options as links spell them."""

    label: str
    options: Mapping[str, str]


_ALONE: Final = {"title": "false", "terms": "false", "formula": "false"}

PURPOSES: Final[Mapping[str, Purpose]] = MappingProxyType({
    "column": Purpose("Column of a page, 600 pixels", {"width": "600"}),
    "slide": Purpose("Slide, 1280 × 720, picture alone", {"width": "1280", "height": "720", **_ALONE}),
    "full-hd": Purpose("Full HD, 1920 × 1080", {"width": "1920", "height": "1080"}),
    "4k": Purpose("4K, 3840 × 2160", {"width": "3840", "height": "2160"}),
    "readme": Purpose("README, up to 10 MB", {"megabytes": "10"}),
    "google-slides": Purpose("Google Slides, 1920 × 1080", {"width": "1920", "height": "1080", **_ALONE}),
    "commons": Purpose("Wikimedia Commons, up to 100 megapixels in all frames", {"megapixels": "100"}),
    "paper": Purpose("Paper, gray, without the title", {"theme": "print", "width": "900", "title": "false"}),
})  # fmt: skip
"""Each is a short way to write its options. Google Slides takes frames of up to 25 megapixels; these have 2."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """How to show a recipe, and what its files are like.

    Attributes
    ----------
    theme : str
        "light" or "dark"; of files also "transparent" or "print".
    width : int or None
        Width of the picture in pixels; None chooses one at which every number can be read.
    seconds_per_step : float
        How long each step is shown; the last one is shown longer.
    terms, formula, title, labels, numbers : bool
        Whether the line of terms, the size formula, the title of the step, the names of the grids and the numbers in
        their cells are shown.
    fill : str
        Whether the color of a cell tells its "role" or its "value"; "auto": the value where there are many cells.
    predict : int or None
        The number of a question about the picture: one frame asks it and a second one answers it; None shows the steps.
    height : int or None
        Height of a file's picture, in which it is centered; None is as high as necessary.
    steps : tuple or None
        The first and the last step of a file, and the distance from one to the next; None means all.
    hold : float or None
        Seconds of the last step; None means three steps.
    loop, motion : bool
        Whether a moving file begins again after its end, and whether windows slide from step to step.
    dpi : int or None
        Dots per inch of a PNG.
    megabytes, megapixels : float or None
        How large a file, and how large all of its frames together may be; the picture becomes narrower for it.
    paper : str
        "a4" or "letter".

    Examples
    --------
    >>> Presentation.from_values({"width": "900"}).to_texts()
    {'width': '900'}
    >>> Presentation.from_values({"purpose": "slide", "theme": "dark"}).to_texts()
    {'theme': 'dark', 'width': '1280', 'terms': 'false', 'formula': 'false', 'height': '720', 'title': 'false'}
    """

    theme: str = "light"
    width: int | None = None
    seconds_per_step: float = 0.6
    terms: bool = True
    formula: bool = True
    fill: str = "auto"
    predict: int | None = None
    height: int | None = None
    title: bool = True
    labels: bool = True
    numbers: bool = True
    steps: Steps | None = None
    hold: float | None = None
    loop: bool = True
    motion: bool = False
    dpi: int | None = None
    megabytes: float | None = None
    megapixels: float | None = None
    paper: Literal["a4", "letter"] = "a4"

    @classmethod
    def from_values(cls, given: Mapping[str, object]) -> Self:
        """Check ``given`` (texts or Python values) and make the presentation.

        A ``purpose`` is a short way to write several options; each of them may be given as well, and wins.

        Raises
        ------
        SpecError
            An option is unknown or out of bounds.
        """
        for name in given:
            if name not in OPTIONS and name != PURPOSE:
                names = (*OPTIONS, PURPOSE)
                raise SpecError(
                    f"{shown(name)} is no option of a picture, which takes {', '.join(names)}.{nearest(name, names)}"
                )
        usual: Mapping[str, object] = {}
        if PURPOSE in given:
            purpose = given[PURPOSE]
            if not isinstance(purpose, str) or purpose not in PURPOSES:
                raise SpecError(f"{PURPOSE} must be one of {', '.join(PURPOSES)}; got {shown(purpose)}.")
            usual = PURPOSES[purpose].options
        values = {name: value for name, value in {**usual, **given}.items() if name != PURPOSE}
        read: dict[str, Any] = {name: OPTIONS[name].read(name, value) for name, value in values.items()}
        return cls(**read)

    def to_texts(self) -> dict[str, str]:
        """Return the options that differ from their defaults, as a link spells them."""
        return {
            field.name: OPTIONS[field.name].spell(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    def for_figure(self, theme: str) -> "Presentation":
        """Return the same for a figure in a browser, which has no use for what is about files."""
        return Presentation(theme, self.width, self.seconds_per_step, self.terms, self.formula, self.fill, self.predict)


def split_options(texts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the parameters of a link into those of the recipe and those of the presentation."""
    options = {name: text for name, text in texts.items() if name in OPTIONS or name == PURPOSE}
    return {name: text for name, text in texts.items() if name not in options}, options
