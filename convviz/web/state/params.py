"""The parameters of a page: declared in one table, read from its address, and spelled where they differ from defaults.

A page declares a `Param` for each of its parameters and begins a run with `receive`. What the page is about is then in
``state.texts``, in the spelling of links: `values_of` reads all parameters from there, and `texts_of` spells the values
that its controls have, for `publish`.

Examples
--------
>>> params = declare(choice("kernels", ("uniform", "random"), "uniform"), whole_number("seed", 0, 9, 0))
>>> values_of(params, {"seed": "3"}), texts_of(params, {"kernels": "uniform", "seed": 3})
({'kernels': 'uniform', 'seed': 3}, {'seed': '3'})
"""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Final

from convviz import limits
from convviz.arithmetic.arguments import nearest, shown
from convviz.assets import SAMPLES
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.parameters import Field, read_choice, read_integer
from convviz.recipes.presentation import PRESENTATION_FIELDS
from convviz.recipes.variants import Variant, variant_named

from .page_state import (
    PageState,
    Query,
    changed,
    hear_state,
    heard_address,
    known_revision,
    new_address,
    replace_state,
    state_of,
)
from .widgets import forget, unfold


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a page.

    Attributes
    ----------
    name : str
        As links spell it.
    read : callable
        Checks a text and returns its value; raises SpecError.
    default : Any
        The value where a link does not name it; None where that follows from what else the page shows.
    spell : callable
        Returns the text that reads back as a value.
    opens : str
        The label of the expander with its control, if that has one: a link that names the parameter opens it.
    """

    name: str
    read: Callable[[str], Any]
    default: Any = None
    spell: Callable[[Any], str] = str
    opens: str = ""


Params = Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a page, with parameters of its own.

    Attributes
    ----------
    name : str
        The keys of its controls begin with it; what those hold outlives a new example.
    title : str
        The label of its expander, if it has one: a link that names its parameters opens that.
    params : mapping
        Its parameters by name.
    """

    name: str
    title: str
    params: Params


def declare(*params: Param) -> Params:
    """Return a read-only table of parameters by name."""
    return MappingProxyType({param.name: param for param in params})


def choice(name: str, choices: Collection[str], default: str | None = None) -> Param:
    """Declare a parameter that is one of ``choices``."""
    return Param(name, partial(read_choice, name, choices=tuple(choices)), default)


def whole_number(name: str, low: int, high: int, default: int | None = None) -> Param:
    """Declare a parameter that is a whole number from ``low`` to ``high``."""
    return Param(name, partial(read_integer, name, low=low, high=high), default)


def values_of(params: Params, texts: Mapping[str, str], **defaults: Any) -> dict[str, Any]:
    """Return the values of all parameters.

    Parameters
    ----------
    texts : mapping
        Texts by name, as `receive` has checked them; a parameter that is absent has its default.
    **defaults
        Defaults that follow from what else the page shows.
    """
    usual = {name: param.default for name, param in params.items()} | defaults
    return {name: param.read(texts[name]) if name in texts else usual[name] for name, param in params.items()}


def texts_of(params: Params, values: Mapping[str, Any], **defaults: Any) -> Query:
    """Spell the values that differ from their defaults; ``defaults`` as for `values_of`."""
    usual = {name: param.default for name, param in params.items()} | defaults
    return {name: param.spell(values[name]) for name, param in params.items() if values[name] != usual[name]}


def _read_pin(text: str) -> str:
    if not re.fullmatch(r"[a-z]{1,20}:\d{1,3}(,\d{1,3}){1,3}", text):
        raise SpecError(f"pin must be a plane and a cell such as output:0,2; got {text[:40]!r}.")
    return text


def _from_fields(fields: Mapping[str, Field]) -> Params:
    """Declare the parameters of recipes; their defaults follow from the whole recipe."""
    return declare(*(Param(name, partial(field.read, name), spell=field.spell) for name, field in fields.items()))


IMAGE: Final = choice("image", SAMPLES)
"""The sample image behind a lesson's input. An uploaded image stays out of the link; its grid of numbers is in it."""


def _short_code(text: str) -> str:
    if len(text) > limits.CODE_FIELD:
        raise SpecError(f"code must have at most {limits.CODE_FIELD:,} characters; got {len(text):,}.")
    return text


CODE: Final = declare(
    Param("code", _short_code, opens="Code to picture, picture to code"), Param("code_input", _short_code)
)
"""What the field for code holds on the page of a variant, and the size of the input that was typed next to it."""

PLACE: Final = declare(whole_number("step", 1, limits.FRAMES), Param("pin", _read_pin))
"""Where the player of a page begins."""

PRESENTATION: Final = _from_fields(PRESENTATION_FIELDS)
"""How the picture of a page looks."""

_EMPTY: Final[Params] = MappingProxyType({})


def receive(
    page: str,
    params: Params,
    *,
    extras: Params = _EMPTY,
    section: Section | None = None,
    has_figure: bool = False,
    mend: Callable[[PageState], None] | None = None,
    merge: Callable[[PageState, Query], Query] | None = None,
) -> PageState:
    """Return the state of a page, read from the address if that came from outside.

    A parameter that cannot be read is left out, and the first one is refused.

    Parameters
    ----------
    page : str
        The keys of the page's controls begin with it.
    params, extras : mapping
        What the page is about, and what is not part of a recipe.
    section : Section, optional
        A section with parameters of its own; a link that names one opens it.
    has_figure : bool
        Whether the page has a figure, whose look the address also has, and its place, which it reads by itself.
    mend : callable, optional
        Removes from the state what contradicts other parameters, and refuses it.
    merge : callable, optional
        Gets the state before and the parameters of a recipe in a message of the figure, and returns these after the
        changes of the page that the figure did not know yet.
    """
    heard = heard_address(page) if has_figure else None
    address = new_address(page) if heard is None else heard
    if address is None:
        return state_of(page)
    state, before = PageState(read=address), state_of(page)
    tables = [(params, state.texts), (extras, state.extras)]
    if section is not None:
        tables.append((section.params, state.section))
    if has_figure:
        tables += [(PLACE, {}), (PRESENTATION, state.presentation)]
    for name, text in address.items():
        try:
            _read(tables, name, text)
        except SpecError as error:
            state.refuse(error)
    if address and mend is not None:
        mend(state)
    state.agreed = state.texts
    if heard is None:
        replace_state(page, state, address)
    else:
        known = known_revision(page)
        if known < before.revision:
            state.touched = {name: revision for name, revision in before.touched.items() if revision > known}
            state.texts = merge(before, state.texts) if merge else changed(state.texts, before.changes)
        if known < before.extras_revision:
            state.extras, state.section = before.extras, before.section
        hear_state(page, state, address)
    for param in (*extras.values(), *(section.params if section else {}).values()):
        if param.opens and param.name in state.query and (heard is None or param.name not in before.query):
            unfold(page, param.opens)
    if section is not None and (heard is None or state.section != before.section):
        forget(section.name)
        if state.section:
            unfold(page, section.title)
    return state


def _read(tables: list[tuple[Params, Query]], name: str, text: str) -> None:
    """Put a text into the query of the table that declares it; not where it is the default.

    Names that a visitor may have meant are those of the first table.
    """
    for params, query in tables:
        if name in params:
            value = params[name].read(text)
            if params[name].default is None or value != params[name].default:
                query[name] = params[name].spell(value)
            return
    raise SpecError(f"{shown(name[:40])} is no setting of this page.{nearest(name, tables[0][0])}")


# Lessons --------------------------------------------------------------------------------------------------------------


def receive_lesson(variant: Variant, section: Section | None = None) -> PageState:
    """Return the state of the page of a variant, as `receive` does."""
    return receive(
        variant.name,
        _lesson_params(variant.name),
        extras={IMAGE.name: IMAGE, **CODE},
        section=section,
        has_figure=True,
        mend=partial(_mend, variant),
        merge=partial(_merge, variant),
    )


@lru_cache
def _lesson_params(name: str) -> Params:
    return _from_fields(variant_named(name).fields)


def _mend(variant: Variant, state: PageState) -> None:
    """Remove sizes that contradict the numbers, then what contradicts other channels; the numbers count.

    Without numbers, channels may contradict one another: the controls show them, and the recipe says why not.
    """
    tables = [variant.fields[name].read(name, state.texts[name]) for name in variant.implied if name in state.texts]
    is_free = "groups" in variant.fields and not any(isinstance(table, tuple) for table in tables)
    check = variant.check_sizes if is_free else variant.read
    sizes = [size for table, sizes in variant.implied.items() if table in state.texts for size in sizes]
    for suspects in (sizes, ["groups", "in_channels", "out_channels", "channel_multiplier"], list(variant.implied)):
        try:
            check(state.texts)
        except SpecError as error:
            state.refuse(error)
            state.texts = {name: text for name, text in state.texts.items() if name not in suspects}


def _merge(variant: Variant, before: PageState, texts: Query) -> Query:
    """Return the parameters of a message after the changes of the page.

    Numbers that were typed while the figure cut their table, or filled it up, are cut or filled up, too.
    """
    merged = changed(texts, before.changes)
    tables = [name for name in variant.implied if name in before.changes and texts.get(name) != before.agreed.get(name)]
    if not tables:
        return merged
    sizes = variant.read_lenient(texts)
    with suppress(SpecError):  # where they do not go together, those of the page count
        recipe = Recipe.from_values(variant.name, merged)
        for size in (size for table in tables for size in variant.implied[table]):
            recipe = Recipe.from_values(variant.name, recipe.fitted(size, sizes[size]))
        return recipe.to_texts()
    return merged
