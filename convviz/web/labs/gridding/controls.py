"""The settings of the gridding page, how links spell them, and the controls that change them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import takewhile
from typing import Final

import streamlit as st

from convviz import limits
from convviz.analysis import suggest_rates
from convviz.arithmetic import Conv2d
from convviz.diagrams.gridding import (
    DEFAULTS,
    EXTENT,
    KERNELS,
    LAYERS,
    RATE,
    SAMPLES,
    Rates,
    check_extent,
    extent_of,
    read_rates,
    spell_rates,
    stack_of,
)
from convviz.errors import SpecError
from convviz.web.components.charts import table
from convviz.web.components.refusals import refuse
from convviz.web.state.page_state import PageState, put
from convviz.web.state.params import Param, choice, declare, texts_of, values_of, whole_number
from convviz.web.state.widgets import choose_once, forget, heard, held, number, segments, set_value, value_of


@dataclass(frozen=True, slots=True)
class Settings:
    """What the page shows.

    Attributes
    ----------
    rates, kernel_size : tuple of int, int
        The dilation rates, that of the first layer first; all layers have kernels of one size.
    kernels, samples, seed : str, int, int
        "uniform" or "random" kernels for the effective receptive field, and the draws of random ones.
    receptive_field, layers : int or None
        What rates are suggested for; None for what the stack has.
    """

    rates: Rates = DEFAULTS["rates"]
    kernel_size: int = DEFAULTS["kernel_size"]
    kernels: str = DEFAULTS["kernels"]
    samples: int = DEFAULTS["samples"]
    seed: int = DEFAULTS["seed"]
    receptive_field: int | None = None
    layers: int | None = None

    @property
    def extent(self) -> int:
        """The rows of the receptive field."""
        return extent_of(self.rates, self.kernel_size)

    @property
    def stack(self) -> tuple[Conv2d, ...]:
        """The layers."""
        return stack_of(self.rates, self.kernel_size)

    def checked(self) -> "Settings":
        """Return the settings if the map has room for them, else refuse them."""
        check_extent(self.rates, self.kernel_size)
        return self

    def to_texts(self) -> dict[str, str]:
        """Spell what differs from the defaults.

        >>> Settings(rates=(1, 2, 5), seed=3).to_texts()
        {'rates': '1,2,5', 'seed': '3'}
        """
        return texts_of(PARAMS, asdict(self))


PARAMS: Final = declare(
    Param("rates", partial(read_rates, "rates"), Settings().rates, spell_rates),
    whole_number("kernel_size", 2, limits.KERNEL_SIDE, Settings().kernel_size),
    choice("kernels", KERNELS, Settings().kernels),
    whole_number("samples", 1, SAMPLES, Settings().samples),
    whole_number("seed", 0, limits.SEED, Settings().seed),
    whole_number("receptive_field", 1, EXTENT),
    whole_number("layers", 1, LAYERS),
)


def settings_of(state: PageState) -> Settings:
    """Return the settings in the state of the page."""
    return Settings(**values_of(PARAMS, state.texts))


def mend(state: PageState) -> None:
    """Remove rates for which the map has no room."""
    try:
        settings_of(state).checked()
    except SpecError as error:
        state.refuse(error)
        del state.texts["rates"]  # the default rates have room with every kernel


# Controls -------------------------------------------------------------------------------------------------------------

EXAMPLES: Final[Mapping[str, Rates]] = {
    "2, 2, 2: equal rates, holes": (2, 2, 2),
    "1, 2, 3: as large, no holes": (1, 2, 3),
    "1, 2, 4: doubled from 1, no holes": (1, 2, 4),
    "2, 4, 8: doubled from 2, holes": (2, 4, 8),
    "1, 2, 5: hybrid (HDC), no holes": (1, 2, 5),
    "1, 2, 9: too large a step, holes": (1, 2, 9),
    "6, 12, 18: DeepLab's rates, here in a chain": (6, 12, 18),
}

PAGE: Final = "gridding"
_TEXT: Final = f"{PAGE}.rates"
_RATE: Final = f"{PAGE}.rate"


def choose_example(settings: Settings) -> None:
    """Show the menu of examples; while it waits, it names the one that is shown, if there is one."""
    same = [title for title, rates in EXAMPLES.items() if (rates, 3) == (settings.rates, settings.kernel_size)]

    def take(title: str) -> None:
        put(PAGE, replace(settings, rates=EXAMPLES[title], kernel_size=3).to_texts())

    titles = {title: title for title in EXAMPLES}
    choose_once("Example", titles, f"{PAGE}.example", take, placeholder=same[0] if same else "Choose an example")


def stack_controls(settings: Settings) -> Settings:
    """Show rates and kernel size; what is not valid is refused, and what was typed stays."""
    words = f"One for each layer, the first layer first, with commas or blanks between them: up to {LAYERS} of them."
    start, changed = held(_TEXT, spell_rates(settings.rates)), heard(_TEXT, lambda _: forget(_RATE))
    text = st.text_input("Dilation rates", **start, on_change=changed, help=words)
    refusal, numbers = st.container(), st.container()
    start = held(f"{PAGE}.kernel_size", settings.kernel_size)
    kernel = st.slider("Kernel size k", 2, limits.KERNEL_SIDE, **start, help="Rows and columns of all kernels.")
    rates = settings.rates
    try:
        rates = read_rates("rates", text)
        settings = replace(settings, rates=rates, kernel_size=kernel).checked()
    except SpecError as error:
        refuse(error, "Showing the previous settings.", refusal)
    with numbers:
        _rate_numbers(rates)
    return settings


def _rate_numbers(rates: Rates) -> None:
    """Show the same rates as one number for each layer; a change of one is written into the text."""
    controls = [f"{_RATE}.{layer}" for layer in range(LAYERS)]

    def typed() -> Rates:
        """Return what the fields hold now. A click comes with what was typed just before, and no run has read that."""
        numbers = tuple(takewhile(lambda rate: rate is not None, map(value_of, controls)))
        if numbers:
            return numbers
        try:
            return read_rates("rates", value_of(_TEXT))  # a change of the text replaces the numbers
        except SpecError:
            return rates

    def write(_: object = None) -> None:
        set_value(_TEXT, spell_rates(typed()))

    def resize(resized: Callable[[Rates], Rates]) -> None:
        set_value(_TEXT, spell_rates(resized(typed())))
        forget(_RATE)

    with st.container(horizontal=True, key="rates"):
        for layer, (control, rate) in enumerate(zip(controls, rates, strict=False), 1):
            changed = heard(control, write)
            number(f"Layer {layer}", 1, RATE, control, rate, width=96, on_change=changed)
    buttons: Mapping[str, tuple[str, Callable[[Rates], Rates], bool]] = {
        "add": ("Add a layer", lambda rates: (*rates, rates[-1])[:LAYERS], len(rates) == LAYERS),
        "remove": ("Remove the last", lambda rates: rates[:-1] or rates, len(rates) == 1),
    }
    with st.container(horizontal=True):
        for name, (label, resized, is_off) in buttons.items():
            st.button(label, key=f"{PAGE}.{name}", on_click=resize, args=(resized,), disabled=is_off)


def kernel_controls(settings: Settings) -> Settings:
    """Show the controls of the kernels of the effective receptive field."""
    settings = replace(settings, kernels=segments("Kernels", KERNELS, f"{PAGE}.kernels", settings.kernels))
    if settings.kernels == "uniform":
        return settings
    with st.container(horizontal=True):
        words = "Each draw makes new random kernels."
        samples = number("Draws", 1, SAMPLES, f"{PAGE}.samples", settings.samples, step=10, width=160, help=words)
        words = "The same seed gives the same kernels."
        seed = number("Seed", 0, limits.SEED, f"{PAGE}.seed", settings.seed, width=160, help=words)
    return replace(settings, samples=samples, seed=seed)


def suggestion_controls(settings: Settings) -> Settings:
    """Show what rates are suggested for; these numbers track the stack until they are edited."""
    extent, count = settings.extent, len(settings.rates)
    with st.container(horizontal=True):
        start = _tracking("receptive_field", settings.receptive_field, extent)
        field = number("Receptive field, at least", 1, EXTENT, f"{PAGE}.receptive_field", start, width=200)
        start = _tracking("layers", settings.layers, count)
        layers = number("Layers", 1, LAYERS, f"{PAGE}.layers", start, width=160)
    return replace(
        settings, receptive_field=None if field == extent else field, layers=None if layers == count else layers
    )


def _tracking(name: str, chosen: int | None, current: int) -> int:
    """Return the start of a number that tracks the stack until the user edits it."""
    control, before = f"{PAGE}.{name}", f"{PAGE}.{name}.before"
    if st.session_state.get(before) not in (None, current) and value_of(control) == st.session_state[before]:
        set_value(control, current)
    st.session_state[before] = current
    return current if chosen is None else chosen


def show_suggestions(settings: Settings) -> None:
    """Show rates without holes, each with a button that sets them."""
    layers, kernel = settings.layers or len(settings.rates), settings.kernel_size
    try:
        suggestions = suggest_rates(settings.receptive_field or settings.extent, layers, kernel)
    except SpecError as error:
        refuse(error)
        return
    rows = [[_listed(each.rates), str(each.receptive_field), str(each.excess)] for each in suggestions]
    caption = (
        f"Rates without holes, in {layers_text(layers)} of {kernel} × {kernel}: the nearest receptive field there is, "
        "the smallest largest rate first; five at most."
    )
    st.html(table(("Rates", "Receptive field", "More than wanted"), rows, caption))
    with st.container(horizontal=True):
        for index, each in enumerate(suggestions):
            use_button(settings, each.rates, f"suggestion.{index}", is_off=each.receptive_field > EXTENT)
    if suggestions[0].receptive_field > EXTENT:
        st.caption(f"The map has room for {EXTENT} cells, so these can be read here but not shown.")


def layers_text(count: int) -> str:
    """Return "1 layer", "2 layers" and so on."""
    return f"{count} {'layer' if count == 1 else 'layers'}"


def use_button(settings: Settings, rates: Rates, name: str, *, is_off: bool = False) -> None:
    """Show a button that sets these rates."""
    texts = replace(settings, rates=rates).to_texts()
    st.button(f"Use {_listed(rates)}", key=f"{PAGE}.{name}", on_click=put, args=(PAGE, texts), disabled=is_off)


def _listed(rates: Rates) -> str:
    return ", ".join(map(str, rates))
