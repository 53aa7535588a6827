"""What the borders of the input do to a node: how much of what its outputs read is padding, and what a tile needs."""

from collections.abc import Iterator
from functools import lru_cache

import streamlit as st

from convviz.analysis import Network
from convviz.analysis.receptive.borders import Border
from convviz.charts import Chart
from convviz.charts.borders import padding_shares
from convviz.charts.network_drawing import side_words
from convviz.errors import SpecError
from convviz.web.components.charts import NARROW, show_chart
from convviz.web.components.downloads import page_theme
from convviz.web.components.refusals import as_sentence, as_text


def show_borders(network: Network, node: str) -> None:
    """Show for each output of a node which share of its paths begins in padding, along each axis; and what follows."""
    try:
        words, chart = _border(network, node, page_theme())
    except SpecError as error:
        st.caption(as_text(as_sentence(error)))
        return
    st.markdown(words)
    if chart is not None:
        show_chart(chart, "padding-shares")
    st.caption("A path is one tap for each layer. Padding that copies cells of the input counts as inside.")


@lru_cache(32)
def _border(network: Network, node: str, theme: str) -> tuple[str, Chart | None]:
    """Return what the borders of a node mean, and the shares as a chart if there are any."""
    border, axes = network.border(node), network.axes
    shares = border.shares[-len(axes) :]
    has_padding = any(share.any() for share in shares)
    chart = padding_shares(shares, axes, theme=theme, width=NARROW) if has_padding else None
    return "\n\n".join(border_words(border, axes)), chart


def border_words(border: Border, axes: tuple[str, ...]) -> Iterator[str]:
    """Yield what a border means, as Markdown: the first clean outputs along each axis, and the halo of a tile."""
    count = len(axes)
    for axis, share, clean, places in zip(
        axes, border.shares[-count:], border.clean[-count:], border.places[-count:], strict=True
    ):
        if clean is None:
            yield f"Along the {axis}, **every output reads padding**."
        elif clean == (0, len(share) - 1):
            yield f"Along the {axis}, no output reads padding."
        else:
            first, last = clean
            words = f"Along the {axis}, outputs **{first} to {last}** of 0 to {len(share) - 1} read no padding"
            if places is not None:
                begin, end = (str(place).replace("-", "−") for place in places)
                words += f": they lie at cells {begin} to {end} of the input"
            yield f"{words}."
    if border.halo is None:
        answer, comma, cause = border.without_halo.partition(", ")
        yield f"**Halo of a tile: {answer}**{comma}{cause}."
        return
    yield f"**Halo of a tile**, in cells of the input: {side_words(axes, border.halo)}."
