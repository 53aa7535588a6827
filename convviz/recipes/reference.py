"""What can be asked for, to be read: the parameters of every variant with their bounds and defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .parameters import Field, Value
from .variants import VARIANTS, Variant

_MOST_WORDS: Final = 12
"""Words of a choice that are listed."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a variant.

    Attributes
    ----------
    name, help : str
        As in links and in Python, and a sentence about it.
    default : str
        As a link spells it.
    low, high : float or None
        The smallest and the largest number.
    choices : tuple of str
        The words that it may be.
    """

    name: str
    help: str
    default: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]

    def __str__(self) -> str:
        bounds = [] if self.low is None else [f"{self.low:,.10g} to {self.high:,.10g}"]
        words = [", ".join(self.choices[:_MOST_WORDS]) + (" ..." if len(self.choices) > _MOST_WORDS else "")]
        values = " or ".join([*bounds, *filter(None, words)])
        return f"{self.name} = {self.default}" + (f" ({values})" if values else "") + f": {self.help}"


@dataclass(frozen=True, slots=True)
class VariantReference:
    """A variant: its title, a sentence, and its parameters by name."""

    title: str
    summary: str
    parameters: Mapping[str, Parameter]

    def __str__(self) -> str:
        return "\n".join([f"{self.title}. {self.summary}", *(f"    {each}" for each in self.parameters.values())])


def _parameter(field: Field, default: Value) -> Parameter:
    choices = tuple(field.choices) or (("true", "false") if field.kind == "switch" else ())
    return Parameter(field.name, field.help, field.spell(default), field.low, field.high, choices)


def _reference(variant: Variant) -> VariantReference:
    values = variant.read({})
    parameters = {name: _parameter(field, values[name]) for name, field in variant.fields.items()}
    return VariantReference(variant.title, variant.summary, MappingProxyType(parameters))


variants: Final[Mapping[str, VariantReference]] = MappingProxyType(
    {name: _reference(variant) for name, variant in VARIANTS.items()}
)
"""What can be asked for of each variant, by name: a read-only mapping.

Examples
--------
>>> print(variants["dilated"].parameters["dilation"])
dilation = 2 (1 to 8): Distance between neighboring taps; 1 leaves no holes.
"""
