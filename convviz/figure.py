"""What the figure in the browser shows: one answer in JSON for each setting of its dials.

The figure does no arithmetic of convolution. It sends what its dials say as a query, and draws what the answer has: the
scene, the sizes and formulas with their numbers, and the dials themselves.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isinf
from typing import Any, Final

from .arithmetic.arguments import shown
from .errors import SpecError
from .files import file_name, offer
from .recipes import Presentation, Recipe, presets_of, read_query, split_options
from .recipes.fields import PRESENTATION_FIELDS
from .recipes.parameters import GROUPS, Field, read_choice
from .recipes.variants import VARIANTS, variant_named
from .render.player import write_scene
from .scene import compose
from .scene.facts import facts_of, formulas_of, order_of_sizes
from .scene.number_format import channel_count
from .scene.primitives import Amount
from .scene.theme import COLORS, ROLES

PAGE: Final = "page"
"""The theme of a figure that is light or dark as its page is."""

OWN: Final = "own"
"""The choice of a table whose numbers are not those of a name."""

_THEMES: Final = {PAGE: "As page", **PRESENTATION_FIELDS["theme"].choices}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query.

    Attributes
    ----------
    text : str
        A JSON object: what the figure shows, or why it cannot.
    refusal : str
        Why the query is refused, "" where it is not.
    """

    text: str
    refusal: str = ""


def answer(name: str, query: str | Mapping[str, str]) -> Answer:
    """Return what the figure shows for a query, or why it cannot; it never raises SpecError.

    Parameters
    ----------
    name : str
        The name of a variant.
    query : str or mapping
        The parameters of the recipe and of its presentation, as in an address below ``/render``. A ``width`` is the one
        that the scene is laid out for. The theme may also be ``page``.

    Examples
    --------
    >>> found = json.loads(answer("dilated", "dilation=1x2&bias=0&terms=false").text)
    >>> found["query"], found["texts"], found["presentation"], found["values"]["stride"]
    ('dilation=1x2', {'dilation': '1x2'}, {'terms': 'false'}, '1')
    >>> answer("dilated", "stride=9").refusal
    "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'."
    """
    try:
        return Answer(_shown(name, read_query(query) if isinstance(query, str) else dict(query)))
    except SpecError as error:
        return Answer(_encode({"error": str(error), "dial": None, "mends": []}), str(error))


def _shown(name: str, texts: dict[str, str]) -> str:
    if name not in VARIANTS:
        raise SpecError(f"The name of a figure must be one of {', '.join(VARIANTS)}; got {shown(name)}.")
    theme = read_choice("theme", texts.pop("theme", PAGE), tuple(_THEMES))
    given, options = split_options(texts)
    show, recipe = Presentation.from_values(options), Recipe.from_query(name, given)
    scene = write_scene(compose(recipe, replace(show, theme=ROLES.name), frames_drawn=0), COLORS)
    constant = _constant_part(name)
    moment = _encode(
        {
            "query": recipe.to_query(),
            "texts": recipe.to_texts(),
            "values": {name: recipe.kind.fields[name].spell(value) for name, value in recipe.values.items()},
            "presentation": ({} if theme == PAGE else {"theme": theme}) | show.to_texts(),
            "hidden": list(_hidden(recipe)),
            "facts": facts_of(recipe),
            "facts_note": order_of_sizes(recipe),
            "formulas": [formula.pieces for formula in formulas_of(recipe)],
            "output": _output(recipe),
            "files": _files(recipe, scene.amount, show),
        }
    )
    return f'{constant[:-1]},{moment[1:-1]},"scene":{scene.text}}}'


@lru_cache
def _constant_part(name: str) -> str:
    """Return what is the same in all answers of a variant, as a JSON object."""
    variant = variant_named(name)
    return _encode(
        {
            "name": variant.name,
            "title": variant.title,
            "dials": [*_dials(variant.fields), *_dials(PRESENTATION_FIELDS)],
            "examples": [{"title": each.title, "query": each.recipe.to_query()} for each in presets_of(variant.name)],
        }
    )


def _dials(fields: Mapping[str, Field]) -> Iterator[dict[str, Any]]:
    """Yield what a dial needs to know of each field, in the order in which a person wants them."""
    for field in sorted(fields.values(), key=lambda field: GROUPS.index(field.group)):
        dial = {"name": field.name, "label": field.label, "help": field.help, "kind": field.kind, "group": field.group}
        bounds = {"low": field.low, "high": field.high}
        choices = _THEMES if field.name == "theme" else field.choices
        # A label such as "Gather: per output cell" is a short one and its explanation.
        words = [[word, *label.split(": ", 1)] for word, label in choices.items()]
        if field.kind == "table":
            words.append([OWN, "Own numbers"])
        yield (
            dial
            | {name: bound for name, bound in bounds.items() if bound is not None}
            | ({"choices": words} if words else {})
        )


def _hidden(recipe: Recipe) -> Iterator[str]:
    """Yield the parameters that mean nothing to a recipe."""
    if recipe.get("mode") == "average" and recipe["dilation"] == (1, 1):
        yield "dilation"  # an average has none, but a query that gives one can be corrected
    if recipe.get("mode") == "max":
        yield "count_include_pad"
    if "seed" in recipe and "random" not in (recipe.get(table) for table in ("input", "weight", "pointwise")):
        yield "seed"


def _output(recipe: Recipe) -> dict[str, Any]:
    """Return the numbers of the output that is drawn."""
    planes = recipe.drawn_output
    return {
        "label": f"Copy the {recipe.kind.output_name}",
        "count": channel_count(recipe.channels[1], len(planes)),
        "channels": [f"Channel {channel}" for channel in range(len(planes))],
        "planes": [[[_number(number) for number in row] for row in plane] for plane in planes.tolist()],
    }


def _number(number: float) -> float | str:
    """Return a number as JSON has it, which knows no infinity."""
    if isinf(number):
        return "-inf" if number < 0 else "inf"
    return int(number) if number.is_integer() else number


def _files(recipe: Recipe, amount: Amount, show: Presentation) -> dict[str, Any]:
    offered = offer(recipe, amount, show)
    query = recipe.to_query()
    return {
        "note": offered.note,
        "names": {suffix: file_name(recipe.variant, query, suffix) for suffix in offered.suffixes},
        "query": recipe.render_query(show),
    }


def _encode(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
