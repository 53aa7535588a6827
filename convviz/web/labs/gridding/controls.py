"""The controls of the page about gridding: rates as one text and as numbers, examples, kernels, suggestions."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile
from types import MappingProxyType
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.analysis import suggest_rates
from convviz.errors import SpecError
from convviz.web.components.errors import refuse
from convviz.web.components.tables import table
from convviz.web.state.page_state import put
from convviz.web.state.widgets import choose_once, forget, heard, held, segments, set_value, value_of

from .params import EXTENT, LAYERS, RATE, SAMPLES, Asked, Rates, read_rates, spell_rates

EXAMPLES: Final[Mapping[str, Rates]] = MappingProxyType({
    "2, 2, 2: equal rates, holes": (2, 2, 2),
    "1, 2, 3: as large, no holes": (1, 2, 3),
    "1, 2, 4: doubled from 1, no holes": (1, 2, 4),
    "2, 4, 8: doubled from 2, holes": (2, 4, 8),
    "1, 2, 5: hybrid (HDC), no holes": (1, 2, 5),
    "1, 2, 9: too large a step, holes": (1, 2, 9),
    "6, 12, 18: DeepLab's rates, here in a chain": (6, 12, 18),
})  # fmt: skip

PAGE: Final = "gridding"
_TEXT: Final = f"{PAGE}.rates"
_RATE: Final = f"{PAGE}.rate"


def take(asked: Asked) -> None:
    """Put the page into another state. For the callbacks of buttons and menus."""
    put(PAGE, asked.to_texts())


def choose_example(asked: Asked) -> None:
    """The menu of examples; while it waits, it names the one that is shown, if there is one."""
    same = [title for title, rates in EXAMPLES.items() if (rates, 3) == (asked.rates, asked.kernel_size)]
    choose_once(
        "Example", {title: title for title in EXAMPLES}, f"{PAGE}.example",
        lambda title: take(replace(asked, rates=EXAMPLES[title], kernel_size=3)),
        placeholder=same[0] if same else "Choose an example",
    )  # fmt: skip


def stack_controls(asked: Asked) -> Asked:
    """Rates and the kernel size; what cannot be followed is said in a sentence, and what was typed stays."""
    text = st.text_input(
        "Dilation rates", **held(_TEXT, spell_rates(asked.rates)), on_change=heard(_TEXT, lambda _: forget(_RATE)),
        help=f"One for each layer, the first layer first, with commas or blanks between them: up to {LAYERS} of them.",
    )  # fmt: skip
    refusal, numbers = st.container(), st.container()
    kernel = st.slider("Kernel size k", 2, limits.KERNEL_SIDE, **held(f"{PAGE}.kernel_size", asked.kernel_size),
                       help="Rows and columns of the kernels of all layers.")  # fmt: skip
    rates = asked.rates
    try:
        rates = read_rates("rates", text)
        made = replace(asked, rates=rates, kernel_size=kernel).checked()
    except SpecError as error:
        refuse(error, "The page shows the settings before.", refusal)
        made = asked
    with numbers:
        _rate_numbers(rates)
    return made


def _rate_numbers(rates: Rates) -> None:
    """The same rates as one number for each layer; a change of one is written into the text."""
    with st.container(horizontal=True, key="rates"):
        for layer, rate in enumerate(rates):
            st.number_input(
                f"Layer {layer + 1}", 1, RATE, step=1, **held(_rate(layer), rate), width=96,
                on_change=heard(_rate(layer), lambda _: _write_text(rates)),
            )  # fmt: skip
    with st.container(horizontal=True):
        st.button("Add a layer", key=f"{PAGE}.add", on_click=_add, args=(rates,), disabled=len(rates) == LAYERS)
        st.button("Remove the last", key=f"{PAGE}.remove", on_click=_remove, args=(rates,), disabled=len(rates) == 1)


def _rate(layer: int) -> str:
    return f"{_RATE}.{layer}"


def _write_text(rates: Rates) -> None:
    """Write the numbers into the text."""
    set_value(_TEXT, spell_rates(_typed(rates)))


def _add(shown: Rates) -> None:
    rates = _typed(shown)
    _put((*rates, rates[-1])[:LAYERS])


def _remove(shown: Rates) -> None:
    rates = _typed(shown)
    _put(rates[:-1] or rates)


def _typed(shown: Rates) -> Rates:
    """Return what the fields hold now. A click comes with what was typed just before, and no run has read that."""
    numbers = tuple(takewhile(lambda rate: rate is not None, (value_of(_rate(layer)) for layer in range(LAYERS))))
    if numbers:
        return numbers
    try:
        return read_rates("rates", value_of(_TEXT))  # when it is changed, the numbers are forgotten
    except SpecError:
        return shown


def _put(rates: Rates) -> None:
    set_value(_TEXT, spell_rates(rates))
    forget(_RATE)


def kernel_controls(asked: Asked) -> Asked:
    """The kernels of the effective receptive field."""
    words = {"uniform": "Uniform: exact", "random": "Random: sampled"}
    kernels = segments("Kernels", words, f"{PAGE}.kernels", asked.kernels)
    made = replace(asked, kernels=kernels)
    if kernels == "uniform":
        return made
    with st.container(horizontal=True):
        samples = st.number_input("Draws", 1, SAMPLES, step=10, **held(f"{PAGE}.samples", asked.samples), width=160,
                                  help="Each draws all kernels anew.")  # fmt: skip
        seed = st.number_input("Seed", 0, limits.SEED, step=1, **held(f"{PAGE}.seed", asked.seed), width=160,
                               help="The same seed gives the same kernels.")  # fmt: skip
    return replace(made, samples=samples, seed=seed)


def suggestion_controls(asked: Asked) -> Asked:
    """What rates are suggested for. It follows the stack until something else is asked for."""
    with st.container(horizontal=True):
        field = st.number_input("Receptive field, at least", 1, EXTENT, step=1, width=200,
                                **_following("receptive_field", asked.receptive_field, asked.extent))  # fmt: skip
        layers = st.number_input("Layers", 1, LAYERS, step=1, width=160,
                                 **_following("layers", asked.layers, len(asked.rates)))  # fmt: skip
    return replace(asked, receptive_field=None if field == asked.extent else field,
                   layers=None if layers == len(asked.rates) else layers)  # fmt: skip


def _following(name: str, wish: int | None, now: int) -> dict[str, Any]:
    """A number that is what the stack has now, as long as it is what the stack had before."""
    control, before = f"{PAGE}.{name}", f"{PAGE}.{name}.before"
    if st.session_state.get(before) not in (None, now) and value_of(control) == st.session_state[before]:
        set_value(control, now)
    st.session_state[before] = now
    return held(control, now if wish is None else wish)


def show_suggestions(asked: Asked) -> None:
    """Rates without holes, each with a button that takes it over."""
    layers = asked.layers or len(asked.rates)
    try:
        found = suggest_rates(asked.receptive_field or asked.extent, layers, asked.kernel_size)
    except SpecError as error:
        refuse(error)
        return
    size = f"{asked.kernel_size} × {asked.kernel_size}"
    rows = [[_listed(one.rates), str(one.receptive_field), str(one.excess)] for one in found]
    st.html(table(("Rates", "Receptive field", "More than wanted"), rows,
                  f"Rates without holes, in {layers} {'layer' if layers == 1 else 'layers'} of {size}: the "
                  "nearest receptive field there is, the smallest largest rate first; five at most."))  # fmt: skip
    with st.container(horizontal=True):
        for number, one in enumerate(found):
            use_button(asked, one.rates, f"suggestion.{number}", is_shown=one.receptive_field <= EXTENT)
    if found[0].receptive_field > EXTENT:
        st.caption(f"The map has room for {EXTENT} cells, so these can be read here but not shown.")


def use_button(asked: Asked, rates: Rates, name: str, *, is_shown: bool = True) -> None:
    """A button that takes these rates over."""
    st.button(f"Use {_listed(rates)}", key=f"{PAGE}.{name}", on_click=take, args=(replace(asked, rates=rates),),
              disabled=not is_shown)  # fmt: skip


def _listed(rates: Rates) -> str:
    return ", ".join(map(str, rates))
