"""What a node and another one have to do with each other: the field seen from any node, and what a cell reaches."""

import streamlit as st

from convviz.analysis import Network
from convviz.analysis.kept import kept_with_network
from convviz.charts import Chart
from convviz.charts.borders import reached_map, reached_words
from convviz.charts.network_drawing import ALIGNED, CELLS, field_words
from convviz.errors import SpecError
from convviz.scene.number_format import known_size
from convviz.web.components.charts import NARROW, fact_list, show_chart
from convviz.web.components.downloads import page_theme
from convviz.web.components.refusals import as_code, as_text, refuse
from convviz.web.state.widgets import number, select


def show_between(network: Network, node: str, control: str) -> None:
    """Show the field of a node with respect to a chosen one, then which of its outputs a cell of the input reaches."""
    before = {each.name for each in network.upstream(node)[:-1]}
    names = [each.name for each in network.main_nodes if each.name in before] or [node]
    source = select("Seen from", names, f"{control}.source", names[0], help="The node in whose cells the field is.")
    try:
        field = network.receptive_field(node, source)
    except SpecError as error:
        refuse(error)
        return
    cells = f"cells of {source}"
    rows = [
        ("Receptive field", field_words(field), f"{' × '.join(network.axes)} in {cells}, padding included"),
        ("Jump", known_size(field.local.jump), f"{cells} from one output to the next"),
        ("Center", known_size(field.local.center), f"of the field of output (0, 0), in indices of {cells} from 0"),
        ("Aligned", ALIGNED[field.is_aligned], "whether all paths agree in jump and center"),
    ]
    st.html(fact_list(rows, style="cv-facts cv-facts-even"))
    st.caption(f"In {as_text(cells)}, counted from 0.")
    if network.input_size is None or network.node(node).size is None:
        st.caption("With an input size, the page also shows which outputs a cell of the input reaches.")
        return
    _show_reached(network, node, control)


def _show_reached(network: Network, node: str, control: str) -> None:
    """Show which outputs of a node a chosen cell of the input reaches; pictures have up to two axes."""
    assert network.input_size is not None
    axes, sides = network.axes, network.input_size[-len(network.axes) :]
    st.markdown(f"**What a cell of the input reaches** in {as_code(node)}, borders included:")
    cell = [
        number(CELLS[axis].capitalize(), 0, side - 1, f"{control}.cell.{axis}", side // 2, place=column)
        for column, axis, side in zip(st.columns(len(axes)), axes, sides, strict=True)
    ]
    place = (0,) * (len(network.input_size) - len(axes)) + tuple(cell)
    try:
        words, chart = _reached(network, node, place, page_theme())
    except SpecError as error:
        refuse(error)
        return
    if chart is not None:
        show_chart(chart, f"reached-from-{'-'.join(map(str, cell))}")
    st.caption(words)


@kept_with_network(8)
def _reached(network: Network, node: str, cell: tuple[int, ...], theme: str) -> tuple[str, Chart | None]:
    """Return what the cell reaches in words, and as a chart if that has no more than two axes."""
    reached = network.projective_field(node, cell)
    axes = len(network.axes)
    flags = reached.reshape(reached.shape[-axes:])
    title = f"Outputs that cell {cell[-axes:]} reaches" if axes > 1 else f"Outputs that cell {cell[-1]} reaches"
    words = reached_words(flags, [CELLS[axis] for axis in network.axes])
    drawn = flags if flags.ndim > 1 else flags[None]
    return words, reached_map(drawn, title=title, theme=theme, width=NARROW) if drawn.ndim == 2 else None
