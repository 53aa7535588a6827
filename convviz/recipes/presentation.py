"""How a recipe is shown: size, colors and pace, with the same names in a link, on the command line and in Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

from convviz import limits
from convviz.arithmetic.parse import shown
from convviz.errors import SpecError

from .fields import choice_field, switch_field
from .parameters import Field, Value, read_integer
from .tables import number_from, number_to_text

SECONDS: Final = (0.05, 10.0)
"""Shortest and longest time of a step; browsers slow down anything faster than 0.02 s."""


def _read_width(name: str, value: object) -> int | None:
    if value is None or (isinstance(value, str) and value.strip() == "auto"):
        return None
    return read_integer(name, value, limits.PICTURE_WIDTH_MIN, limits.PICTURE_WIDTH)


def _read_seconds(name: str, value: object) -> float:
    seconds = number_from(name, value)
    if not SECONDS[0] <= seconds <= SECONDS[1]:
        raise SpecError(f"{name} must be from {SECONDS[0]} to {SECONDS[1]:g} seconds; got {seconds:g}.")
    return round(seconds, 2)


_FIELDS: Final = (
    choice_field("theme", "Theme", "Light or dark.", {"light": "Light", "dark": "Dark"}),
    Field(
        "width",
        "text",
        _read_width,
        lambda width: "auto" if width is None else str(width),
        "Width in pixels",
        "Width of the picture; auto chooses one at which every number can be read.",
        limits.PICTURE_WIDTH_MIN,
        limits.PICTURE_WIDTH,
    ),
    Field(
        "seconds_per_step",
        "number",
        _read_seconds,
        number_to_text,
        "Seconds per step",
        "How long each step is shown.",
        *SECONDS,
    ),
    switch_field("terms", "Show the terms", "Show the terms that add up to the cell."),
    switch_field("formula", "Show the formula", "Show the size formula."),
)
FIELDS: Final[Mapping[str, Field]] = MappingProxyType({field.name: field for field in _FIELDS})


@dataclass(frozen=True, slots=True)
class Presentation:
    """How to show a recipe.

    Attributes
    ----------
    theme : str
        "light" or "dark".
    width : int or None
        Width of the picture in pixels; None chooses one at which every number can be read.
    seconds_per_step : float
        How long each step is shown; the last one is shown longer.
    terms, formula : bool
        Whether the line of terms and the size formula are shown.

    Examples
    --------
    >>> Presentation.from_values({"width": "900"}).to_texts()
    {'width': '900'}
    """

    theme: str = "light"
    width: int | None = None
    seconds_per_step: float = 0.6
    terms: bool = True
    formula: bool = True

    @classmethod
    def from_values(cls, given: Mapping[str, object]) -> Self:
        """Check ``given`` (texts or Python values) and make the presentation.

        Raises
        ------
        SpecError
            An option is unknown or out of bounds.
        """
        for name in given:
            if name not in FIELDS:
                raise SpecError(f"A picture takes {', '.join(FIELDS)}; got {shown(name)}.")
        read: dict[str, Any] = {name: FIELDS[name].read(name, value) for name, value in given.items()}
        return cls(**read)

    def to_texts(self) -> dict[str, str]:
        """Return the options that differ from their defaults, as a link spells them."""
        defaults = Presentation()
        values: dict[str, Value] = {name: getattr(self, name) for name in FIELDS}
        return {name: FIELDS[name].spell(value) for name, value in values.items() if value != getattr(defaults, name)}


def split_options(texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Split the parameters of a link into those of the recipe and those of the presentation."""
    shown = {name: text for name, text in texts.items() if name in FIELDS}
    return {name: text for name, text in texts.items() if name not in FIELDS}, shown
