"""The borders of a stack: how much of each output is read beyond them, and what each padding mode puts there."""

from collections.abc import Iterator
from typing import Final

import streamlit as st

from convviz import limits
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import Stack
from convviz.diagrams.borders import (
    BORDER_READS,
    BORDER_SHARES,
    MODES,
    OUTPUT,
    border_reads,
    border_shares,
    check_stack,
    network_padded,
    read_output,
    shares,
    spell_output,
    under_modes,
)
from convviz.errors import SpecError
from convviz.recipes.stack_form import NAME
from convviz.web.components.borders import border_words
from convviz.web.components.charts import NARROW, chart_width, show_chart, table
from convviz.web.components.downloads import page_theme
from convviz.web.components.refusals import refuse
from convviz.web.state.params import Param
from convviz.web.state.widgets import number

BORDERS: Final = Param(
    "borders",
    lambda text: read_output("borders", text),
    None,
    spell_output,
    opens="Borders and padding modes, cell by cell",
)
"""The output that is looked at; a link that names it opens this part."""

_LAST: Final = limits.BORDER_CELLS - 1
"""The last row or column that the map has room for."""


def show_borders(layers: Stack, input_size: Pair, output: Pair | None, section: str) -> Pair | None:
    """Show what borders do to a stack, and return the output that is chosen, None for the first one.

    Parameters
    ----------
    output : (row, column), optional
        What the address says.
    section : str
        The keys of the controls begin with it.
    """
    try:
        check_stack(layers, input_size)
        border = network_padded(layers, input_size).border()
        has_padding = any(share.any() for share in shares(layers, input_size))
    except SpecError as error:
        refuse(error)
        return output
    height, width = input_size
    lines = [f"On an input of {height} × {width} cells:", *border_words(border, ("height", "width"))]
    if not has_padding:
        lines.append(
            "These layers have no padding, so each has fewer outputs than the one before. With padding, the outputs at "
            "the border read cells that the input does not have: see *Keep the size* under *Try this*."
        )
        st.markdown("\n\n".join(lines))
        return output
    lines.append(
        "A path is one tap for each layer. It **leaves the input** where a tap lies beyond the border of its layer. "
        "How many paths do is the same under every padding mode; what they read there is not."
    )
    look = {"theme": page_theme(), "width": chart_width(NAME)}
    chart, words = st.columns([3, 2], gap="medium")
    words.markdown("\n\n".join(lines))
    try:
        with chart:
            show_chart(border_shares(layers, input_size, **look), BORDER_SHARES.name)
    except SpecError as error:
        refuse(error)
        return output
    st.html(_table_of_modes(layers, input_size))
    with st.container(horizontal=True, width=NARROW):
        start = output or (0, 0)
        row = number("Row of the output", 0, _LAST, f"{section}.row", start[0], help=OUTPUT.help)
        column = number("Column", 0, _LAST, f"{section}.column", start[1])
    try:
        show_chart(border_reads(layers, input_size, (row, column), **look), BORDER_READS.name)
    except SpecError as error:
        refuse(error)
    return (row, column) if output or (row, column) != (0, 0) else None


def _table_of_modes(layers: Stack, input_size: Pair) -> str:
    head = ("Padding", "beyond the border", "columns read there", "outputs", "outputs that read none of it")
    caption = "Columns that the first padded convolution reads to the left and to the right of its own input, from 0."
    rows = list(_rows(layers, input_size))
    return table(head, rows, caption, texts=(0, 1, 2), label="Padding modes compared")


def _rows(layers: Stack, input_size: Pair) -> Iterator[tuple[str, ...]]:
    for each in under_modes(layers, input_size):
        if each.size is None:
            yield each.mode, each.refusal, "–", "–", "–"
            continue
        height, width = each.size
        yield each.mode, MODES[each.mode], each.copies, f"{height} × {width}", f"{each.clean:,}"
