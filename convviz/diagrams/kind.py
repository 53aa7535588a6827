"""What a diagram is: its parameters, how they are read and written in links, and the function that draws it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.fields import integer_field
from convviz.recipes.parameters import Field
from convviz.recipes.presentation import PRESENTATION_FIELDS, THEME
from convviz.recipes.variants import variant_named

if TYPE_CHECKING:  # Charts need matplotlib, and a diagram is read and checked without it.
    from convviz.charts import Chart
    from convviz.charts.network_figure import NetworkFigure

Values = Mapping[str, Any]
"""The canonical value of every parameter of a diagram."""

WIDE: Final = 720
"""Pixels of a chart in a window."""

_THEME: Final = PRESENTATION_FIELDS[THEME]
_WIDTH: Final = integer_field(
    "width",
    limits.CHART_WIDTH_MIN,
    limits.PICTURE_WIDTH,
    "Width in pixels",
    "Width of the chart; its height follows.",
    group="picture",
)


def _pass(values: Values) -> None:
    """Refuse nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of diagram; its functions take the value of every parameter.

    Attributes
    ----------
    name, title : str
        Its name in links, which is that of its files on pages, and its name in words.
    fields : mapping
        Its parameters by name, in the order of links.
    defaults : mapping
        Those of the parameters that follow from nothing else.
    following : mapping
        The defaults that follow from other parameters, in an order in which each can be computed.
    draw : callable
        Makes the chart. It is the first to load matplotlib.
    check : callable
        Refuses values that do not go together, before any work starts.
    variant : str
        The variant whose recipe has some of the parameters, which are read and checked as those of its recipes;
        "" where all are its own.
    fixed : mapping
        Parameters of that recipe which the diagram does not have.
    """

    name: str
    title: str
    fields: Mapping[str, Field]
    defaults: Values
    draw: Callable[[Values], "Chart | NetworkFigure"]
    following: Mapping[str, Callable[[Values], Any]] = field(default_factory=dict)
    check: Callable[[Values], None] = _pass
    variant: str = ""
    fixed: Values = field(default_factory=dict)

    def read(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Check the given parameters, texts or Python values, and fill in the others.

        Raises
        ------
        SpecError
            A parameter is unknown, out of bounds, or does not go with the others.
        """
        for name in given:
            if name not in self.fields:
                raise SpecError(f"{self.name} takes {', '.join(self.fields)}; got {shown(name)}.")
        read = {name: self.fields[name].read(name, value) for name, value in given.items()}
        if self.variant:
            own = {name: value for name, value in given.items() if name in variant_named(self.variant).fields}
            read |= Recipe.from_values(self.variant, {**self.fixed, **own}).values
        values = {**self.defaults, **read}
        for name, follow in self.following.items():
            if name not in read:
                values[name] = follow(values)
        self.check(values)
        return {name: values[name] for name in self.fields}

    def default_of(self, name: str, values: Values) -> Any:
        """Return what a parameter is when it is not given."""
        return self.following[name](values) if name in self.following else self.defaults[name]

    def recipe_of(self, values: Values) -> Recipe:
        """Return the recipe that has some of the values."""
        variant = variant_named(self.variant)
        own = {name: value for name, value in values.items() if name in variant.fields}
        return Recipe(self.variant, MappingProxyType({**variant.defaults, **self.fixed, **own}))

    def to_texts(self, values: Values) -> dict[str, str]:
        """Return the parameters that differ from their defaults, as a link spells them."""
        texts = self.recipe_of(values).to_texts() if self.variant else {}
        own = [name for name in self.fields if not self.variant or name not in variant_named(self.variant).fields]
        spelled = {
            name: self.fields[name].spell(values[name]) for name in own if values[name] != self.default_of(name, values)
        }
        return {name: text for name, text in (texts | spelled).items() if name in self.fields}


def fields_with_look(*fields: Field, has_width: bool = True) -> Mapping[str, Field]:
    """Return fields by name, followed by those of the look: the theme, and the width where that can be chosen."""
    look = (_THEME, _WIDTH) if has_width else (_THEME,)
    return MappingProxyType({each.name: each for each in (*fields, *look)})


def fields_of_variant(name: str, *names: str) -> tuple[Field, ...]:
    """Return some of the fields of a variant, in the order of links."""
    return tuple(each for each in variant_named(name).fields.values() if each.name in names)


def look_of(values: Values) -> dict[str, Any]:
    """Return the theme and the width of a chart, as the functions that draw one take them."""
    return {"theme": values["theme"], "width": values["width"]}
