"""The page of the lab on the growth of receptive fields: a stack as a picture, its growth over the layers, a table."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis.receptive.field import GrowthStep, Numbers
from convviz.analysis.receptive.table import Cell, csv_text, markdown_text
from convviz.arithmetic import AvgPool2d, Conv2d, MaxPool2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import Stack, spell_layer
from convviz.diagrams.growth import GROWTH, RESOLUTION, VERTICAL, growth, resolution, steps_of
from convviz.diagrams.kind import WIDE
from convviz.errors import SpecError
from convviz.recipes import variant_named
from convviz.recipes.presentation import PREDICT
from convviz.recipes.stack_form import NAME, drawable_recipe, fitting_input
from convviz.web.components.charts import chart_width, show_chart, table
from convviz.web.components.code_field import open_code, show_code
from convviz.web.components.downloads import page_theme
from convviz.web.components.figure import show_figure
from convviz.web.components.voice import Words, page_end, page_head, page_words
from convviz.web.state.page_state import publish_section, state_of
from convviz.web.state.params import Section, choice, declare, receive_lesson, texts_of, values_of
from convviz.web.state.widgets import fold, segments, show_in_expander

from .borders import BORDERS, show_borders

SECTION: Final = Section(
    "growth",
    "Over the layers",
    declare(choice(VERTICAL.name, VERTICAL.choices, next(iter(VERTICAL.choices))), BORDERS),
)
"""The curve, whose vertical axis is part of the address, and the output whose borders are looked at."""

_WORDS: Final = 430
_GAP: Final = 32
"""Pixels of the words to the right of a chart, or below it where there is no room, and of the gap between them."""


def growth_page(words: Words) -> None:
    """Show the whole page. A stack that cannot be drawn still has its numbers."""
    variant = variant_named(NAME)
    state = receive_lesson(variant, SECTION)
    page_head(NAME, words)
    open_code(NAME, state)
    values: dict[str, Any] = variant.read_lenient(state.texts)
    layers: Stack = values["layers"]
    try:
        drawn, _ = drawable_recipe(layers, state.texts)
    except SpecError:  # the figure says why
        drawn = None
    if drawn is not None:
        state.good = state.texts
    with st.container(key="stage"):
        show_figure(NAME, state, state.good or {}, words.tries, listens=True)
    show_code(NAME, state, None)
    input_size = values["input_size"] if "input_size" in state.texts else fitting_input(layers)
    is_asked = PREDICT in state.presentation  # what is below would tell the answer
    if not is_asked:
        _show_numbers(layers, input_size)
    page_words(NAME, words)
    if not is_asked:
        _show_table(steps_of(layers, input_size))
    page_end()


def _show_numbers(layers: Stack, input_size: Pair) -> None:
    """Show the growth, the resolution, and on request the borders of an output."""
    with st.container(horizontal=True):
        _show_growth(layers, input_size, *_chart_and_words())
        _show_resolution(*_chart_and_words())
    output = _chosen(BORDERS.name)
    borders = fold(NAME, BORDERS.opens, expanded=output is not None)
    if borders.open:
        with borders:
            _publish(BORDERS.name, show_borders(layers, input_size, output, SECTION.name))


# The growth over the layers -------------------------------------------------------------------------------------------

_TERMS: Final = 8
"""With more layers the sum is not written out."""


def _chart_and_words() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return places for a chart and for words next to it; two such pairs are next to each other in a wide window."""
    with st.container(horizontal=True, gap="medium", width=WIDE + _GAP + _WORDS):
        return st.container(width=WIDE), st.container(width=_WORDS)


def _show_growth(layers: Stack, input_size: Pair, chart: DeltaGenerator, words: DeltaGenerator) -> None:
    """Show the numbers of a stack, whether it can be drawn or not, as a curve and in words and formulas."""
    vertical = _chosen(VERTICAL.name)
    steps = steps_of(layers, input_size)
    with words:
        st.markdown(_in_words(steps))
        for formula in closed_forms(steps):
            st.latex(formula)
        vertical = segments(VERTICAL.label, VERTICAL.choices, f"{SECTION.name}.vertical", vertical)
        st.caption("Compare how the lines bend, not where they cross: one counts cells, the other parameters.")
    _publish(VERTICAL.name, vertical)
    with chart:
        try:
            curve = growth(layers, input_size, vertical, theme=page_theme(), width=chart_width(NAME))
        except SpecError as error:
            st.caption(str(error))
        else:
            show_chart(curve, GROWTH.name)


def _chosen(name: str) -> Any:
    return values_of(SECTION.params, state_of(NAME).section)[name]


def _publish(name: str, value: Any) -> None:
    """Remember what a control says; where that is new, the figure writes it into the address."""
    values = values_of(SECTION.params, state_of(NAME).section) | {name: value}
    if publish_section(NAME, texts_of(SECTION.params, values)):
        st.rerun()  # the figure is above


def _in_words(steps: Sequence[GrowthStep]) -> str:
    """Return how many cells a unit of the last layer sees, along a side and in all, and with how many parameters."""
    last = steps[-1]
    sides = " × ".join("?" if side is None else f"{side:,}" for side in last.size)
    cells = "" if None in last.size else f" = {prod(int(side or 0) for side in last.size):,}"
    standard = " × ".join(f"{side:,}" for side in last.standard)
    return (
        f"## {sides} cells after {_plural(len(steps), 'layer')}\n"
        f"A unit sees **{sides}{cells} cells**, with **{_plural(last.total, 'parameter')}** for one channel in and one "
        f"out. *Standard*, the same kernels without stride and dilation, would see {standard} cells."
    )


def _show_resolution(chart: DeltaGenerator, words: DeltaGenerator) -> None:
    """Show what dilation keeps, next to stacks that lose resolution or coverage."""
    with chart:
        show_chart(resolution(theme=page_theme(), width=chart_width(NAME)), RESOLUTION.name)
    with words:
        st.markdown(
            """## Without loss of resolution or coverage
Four stacks of three layers, each with 27 parameters, on an input of 16 × 16 cells with padding.

* **Resolution** is how many outputs there are: one at each dot. Dilation keeps all 16 × 16 of them; strides reach the
  same field, and leave 2 × 2.
* **Coverage** is how much of its field an output reads. With dilations 1, 2, 4 it reads each of the 225 cells; with 2,
  2, 2 only 49 of 169.
"""
        )


# The table ------------------------------------------------------------------------------------------------------------

_NAMES: Final = "layer, operation, output, receptive field, standard, jump, center, padding, parameters, total"
_HEADINGS: Final = tuple(_NAMES.split(", "))


def _show_table(steps: Sequence[GrowthStep]) -> None:
    """Show all numbers of each layer, also as a text to copy."""
    caption = "Cells of the input; height × width where they differ. Parameters for one channel in and one out."
    rows = _text_rows(steps)
    st.markdown("## All numbers")
    st.html(table(_HEADINGS, rows, caption, label="Receptive field after each layer"))

    def show_text() -> None:
        kind = segments("Write as", {"CSV": "CSV", "Markdown": "Markdown"}, f"{NAME}.written", "CSV")
        st.code(markdown_text(_HEADINGS, rows) if kind == "Markdown" else table_csv(steps), language=None)

    show_in_expander(NAME, "Table to copy", show_text)


def table_csv(steps: Sequence[GrowthStep]) -> str:
    """Return the table as CSV, with lines as `st.code` wants them.

    Examples
    --------
    >>> from convviz.analysis.receptive.field import growth_steps
    >>> from convviz.arithmetic import conv2d
    >>> print(table_csv(growth_steps([conv2d((1, 3))], (1, 5))).splitlines()[1])
    1,conv2d(1x3),1,3,1,3,1,3,1,1,0,1,0,0,3,3
    """
    rows = [(str(number), *cells) for number, cells in enumerate(map(_cells, steps), 1)]
    return csv_text(_HEADINGS, rows).replace("\r\n", "\n")


def _cells(step: GrowthStep) -> tuple[Cell, ...]:
    pairs = (step.output or (None, None), step.size, step.standard, step.jump, step.center, step.padding)
    return (spell_layer(step.layer), *pairs, step.parameters, step.total)


def _text_rows(steps: Sequence[GrowthStep]) -> list[list[str]]:
    rows = []
    for index, step in enumerate(steps, 1):
        output = "–" if step.output is None else pair_text(step.output)
        pairs = map(pair_text, (step.size, step.standard, step.jump, step.center, step.padding))
        counts = (f"{step.parameters:,}", f"{step.total:,}")
        rows.append([f"F{index}", spell_layer(step.layer), output, *pairs, *counts])
    return rows


def pair_text(pair: Numbers) -> str:
    """Return one number where height and width agree, two where they differ.

    >>> from fractions import Fraction
    >>> pair_text((3, 3)), pair_text((1, Fraction(3, 2))), pair_text((None, None))
    ('3', '1 × 3/2', '?')
    """
    height, width = ("?" if side is None else str(side) for side in pair)
    return height if height == width else f"{height} × {width}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def closed_forms(steps: Sequence[GrowthStep]) -> Iterator[str]:
    """Yield the receptive field in symbols: for dilations that double, and as the sum of what the layers add.

    Examples
    --------
    >>> from convviz.analysis.receptive.field import growth_steps
    >>> from convviz.arithmetic import conv2d
    >>> stack = (conv2d(3), conv2d(3, dilation=2), conv2d(3, dilation=4))
    >>> for formula in closed_forms(growth_steps(stack, (15, 15))):
    ...     print(formula)
    r_i = 2^{\\,i+1} - 1:\\quad 3,\\ 7,\\ 15
    \\begin{aligned} r &= 1 + \\sum_l d_l\\,(k_l - 1)\\,j_{l-1} \\\\ &= 1 + 2 + 4 + 8 = 15 \\end{aligned}
    """
    windows = [step.layer for step in steps if isinstance(step.layer, Conv2d | MaxPool2d | AvgPool2d)]
    if len(windows) < len(steps):
        return  # other layers only copy cells, or what a unit sees depends on its phase
    (height, width), count = steps[-1].size, len(windows)
    axis = 1 if height == 1 else 0
    kernels = {layer.kernel_size[axis] for layer in windows}
    dilations = [layer.dilation[axis] for layer in windows]
    is_dense = all(isinstance(layer, Conv2d) and layer.stride[axis] == 1 for layer in windows)
    if len(kernels) == 1 and is_dense and dilations == [2**n for n in range(count)]:
        yield _doubling(kernels.pop(), [str(step.size[axis]) for step in steps])
    if count <= _TERMS and all(None not in step.jump for step in steps):
        jumps = [1, *(step.jump[axis] or 0 for step in steps)]
        additions = [
            dilation * (layer.kernel_size[axis] - 1) * jump
            for layer, dilation, jump in zip(windows, dilations, jumps, strict=False)
        ]
        terms = "".join(f" + {addition}" for addition in additions)
        side = "" if height == width else f"_{{\\text{{{('height', 'width')[axis]}}}}}"
        rule = f"r{side} &= 1 + \\sum_l d_l\\,(k_l - 1)\\,j_{{l-1}}"
        yield f"\\begin{{aligned}} {rule} \\\\ &= 1{terms} = {steps[-1].size[axis]} \\end{{aligned}}"


def _doubling(kernel: int, sizes: Sequence[str]) -> str:
    """Return the formula for dilations 1, 2, 4, ...: the field doubles with each layer."""
    rule = {2: "2^{\\,i}", 3: "2^{\\,i+1} - 1"}.get(kernel, f"1 + {kernel - 1}\\,(2^{{\\,i}} - 1)")
    listed = sizes if len(sizes) <= _TERMS else [*sizes[:3], "\\ldots", sizes[-1]]
    return f"r_i = {rule}:\\quad " + ",\\ ".join(listed)
