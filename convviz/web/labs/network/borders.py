"""What the borders of the input do to a node: how much of what its outputs read is padding, and what a tile needs."""

import streamlit as st

from convviz.analysis import Network
from convviz.analysis.kept import kept_with_network
from convviz.charts import Chart
from convviz.charts.borders import padding_shares
from convviz.errors import SpecError
from convviz.web.components.borders import border_words
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


@kept_with_network(8)
def _border(network: Network, node: str, theme: str) -> tuple[str, Chart | None]:
    """Return what the borders of a node mean, and the shares as a chart if there are any."""
    border, axes = network.border(node), network.axes
    shares = border.shares[-len(axes) :]
    has_padding = any(share.any() for share in shares)
    chart = padding_shares(shares, axes, theme=theme, width=NARROW) if has_padding else None
    return "\n\n".join(border_words(border, axes)), chart
