"""Links to lessons, and to other pages with a player: what their parameters mean, and which are refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import split_options
from convviz.recipes.infer_sizes import check_sizes, read_values
from convviz.recipes.parameters import choice_field, read_integer
from convviz.recipes.presentation import FIELDS as SHOW_FIELDS
from convviz.recipes.variants import Variant

from .expanders import unfold
from .page_state import PageState, state_of
from .page_state import receive as receive_page
from .sample_images import SAMPLES
from .widgets import forget

IMAGE: Final = choice_field(
    "image", "Image", "The sample image whose gray levels are the input.", {name: name for name in SAMPLES}
)
"""What only pages know. An uploaded image stays out of the link; its grid of numbers is in it."""


@dataclass(frozen=True, slots=True)
class Option:
    """A parameter of a part of a page.

    Attributes
    ----------
    read : checks its text, and gives it as links spell it.
    default : as links spell it, and therefore do not; None where it follows from what else the page shows.
    """

    read: Callable[[str], str]
    default: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that is folded away and has parameters of its own.

    Attributes
    ----------
    name : what the keys of its controls begin with; what those hold outlives a new example.
    title : of the fold.
    options : its parameters, by their names in links.
    """

    name: str
    title: str
    options: Mapping[str, Option]


def receive(variant: Variant, part: Part | None = None) -> PageState:
    """The state of the lesson; from the address, if that is new to the page."""
    before, options = state_of(variant.name), {} if part is None else part.options
    state = receive_page(
        variant.name, partial(read_address, take=partial(_take, variant, options), mend=partial(_mend, variant))
    )
    if part is not None and state is not before:
        forget(part.name)
        if state.part:  # who follows a link to it is to see it
            unfold(variant.name, part.title)
    return state


def read_address(
    address: Mapping[str, str],
    take: Callable[[PageState, str, str], None],
    mend: Callable[[PageState], None],
) -> PageState:
    """A state from an address; parameters that cannot be are left out, and the first of them is named.

    Parameters
    ----------
    take : callable
        Puts a parameter that is only this page's into the state, or refuses it.
    mend : callable
        Leaves out, and refuses in the state, what does not go together.
    """
    state = PageState()
    asked, shown = split_options(address)
    for name, text in asked.items():
        try:
            if name == "step":
                state.step = read_integer(name, text, 1, limits.FRAMES)
            elif name == "pin":
                state.pin = _read_pin(text)
            else:
                take(state, name, text)
        except SpecError as error:
            state.refuse(error)
    for name, text in shown.items():
        try:
            state.shown[name] = SHOW_FIELDS[name].spell(SHOW_FIELDS[name].read(name, text))
        except SpecError as error:
            state.refuse(error)
    mend(state)
    return state


def _read_pin(text: str) -> str:
    if not re.fullmatch(r"[a-z]{1,20}:\d{1,3}(,\d{1,3}){1,3}", text):
        raise SpecError(f"pin must be a plane and a cell such as output:0,2; got {text[:40]!r}.")
    return text


def _take(variant: Variant, options: Mapping[str, Option], state: PageState, name: str, text: str) -> None:
    if name == IMAGE.name:
        state.extras[name] = str(IMAGE.read(name, text))
    elif name in options:
        spelt = options[name].read(text)
        if spelt != options[name].default:
            state.part[name] = spelt
    else:
        if name not in variant.fields:
            read_values(variant, {name: text})  # which says what there is
        state.texts[name] = variant.fields[name].spell(variant.fields[name].read(name, text))


def _mend(variant: Variant, state: PageState) -> None:
    """Leave out sizes that contradict the numbers, then what contradicts other channels; the numbers count.

    Where there are no numbers, channels may contradict one another: the controls show them, the recipe says why not.
    """
    given = [variant.fields[table].read(table, state.texts[table]) for table in variant.implied if table in state.texts]
    is_free = "groups" in variant.fields and not any(isinstance(table, tuple) for table in given)
    check = check_sizes if is_free else read_values
    sizes = [size for table, sizes in variant.implied.items() if table in state.texts for size in sizes]
    for suspects in (sizes, ["groups", "in_channels", "out_channels", "channel_multiplier"], list(variant.implied)):
        try:
            check(variant, state.texts)
        except SpecError as error:
            state.refuse(error)
            state.texts = {name: text for name, text in state.texts.items() if name not in suspects}
