"""The page "On your image": what units of a known network see of a photograph, and whether that holds an object."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256

import numpy as np
import streamlit as st

from convviz.analysis import Box, EffectiveField, Network, effective_field
from convviz.analysis.receptive.field import covers, first_covering
from convviz.arithmetic.parse import Pair
from convviz.charts import Chart
from convviz.charts.network_labels import pair
from convviz.charts.photo import Overlay, Places, field_photo, fit, fit_words, legend, places_of
from convviz.recipes.images import Gray
from convviz.web import SAMPLES
from convviz.web.components.charts import chart_svg, chart_width, offer_files
from convviz.web.components.downloads import page_theme
from convviz.web.components.errors import refuse
from convviz.web.components.images import UPLOAD, choose_image
from convviz.web.components.known_networks import known_network
from convviz.web.components.page_frame import STYLE, Words
from convviz.web.state.page_state import publish
from convviz.web.state.params import receive

from .controls import (
    PAGE,
    choose_object,
    choose_photo_network,
    choose_unit_node,
    choose_units,
    choose_weights,
    link_texts,
    take_object,
    take_units,
)
from .params import PARAMS, Asked, object_in
from .picture import Shown, show_picture

_CHART_WIDTH = 620


def unit_image_page(words: Words) -> None:
    """The whole page."""
    st.html(STYLE)
    st.markdown(f"# What a unit sees\n{words.lead}")
    state = receive(PAGE, PARAMS)
    left, panel = st.columns([1.5, 1], gap="large")
    with panel:
        name, size, network = choose_photo_network(state)
        node = choose_unit_node(state, name, network)
        units = choose_units(state, name, network, node)
        samples, seed = choose_weights(state, network)
        assert network.input_size is not None
        marked = choose_object(state, network.input_size)
    asked = Asked(node, units, samples, seed, object_in(marked))
    with left:
        sample, image = choose_image(PAGE, state.texts.get("image", ""))
        first = next(iter(SAMPLES))
        publish(state, link_texts(name, size, network, asked, first if sample == UPLOAD else sample))
        if state.refusal:
            refuse(state.refusal)
        if image is None:
            st.info("Choose a file.")
        else:
            _picture(name, size, network, asked, image)
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def _picture(name: str, size: str, network: Network, asked: Asked, image: Gray) -> None:
    """The chart, and its numbers in words."""
    cells = network.input_size
    assert cells is not None
    photo, places = fit(image, cells), places_of(network, asked.node)
    stage, files = st.container(), st.container(horizontal=True)
    # Below the stage, so that a picture that is there already does not move.
    with st.spinner("Following the paths back …", show_time=False):
        found = weights_of(name, size, asked.node, asked.units[0], asked.samples, asked.seed)
        said = [unit_words(network, asked, found), *object_words(network, asked, found)]
        words = " ".join(said).replace("`", "").replace("*", "")
        seen, width = _seen(network, asked, photo, found, places), chart_width(PAGE, _CHART_WIDTH)
        drawing = (sha256(photo.tobytes()).hexdigest(), name, size, asked, page_theme(), width)
        chart = _chart(drawing, seen, words)
        svg = chart_svg(chart)
    shown = Shown(svg, words, cells, seen.frame(width), places, f"{name}/{size}/{asked.node}")
    with stage:
        show_picture(shown, asked, partial(take_units, network, asked.node), partial(take_object, cells))
    st.markdown(legend(seen))
    given = (image.shape[0], image.shape[1])
    st.markdown("\n\n".join(said) + f"\n\n:small[Photograph: {fit_words(given, cells)}, in grey levels.]")
    with files:
        offer_files(chart, "what-a-unit-sees")  # at last: its PNG takes longer than all the rest


@st.cache_resource(max_entries=16, show_spinner=False)
def weights_of(name: str, size: str, node: str, unit: Pair, samples: int, seed: int) -> EffectiveField:
    """The effective field of a unit; read-only, so that all visitors may share it."""
    network = known_network(name, size)
    if not samples:
        return effective_field(network, node, unit)
    return effective_field(network, node, unit, "random", samples=samples, seed=seed)


def _seen(network: Network, asked: Asked, photo: Gray, found: EffectiveField, places: Places) -> Overlay:
    """What is drawn over the photograph."""
    boxes = [network.box(asked.node, unit) for unit in asked.units]
    centers = [None if box is None else (sum(box[0]) / 2, sum(box[1]) / 2) for box in boxes]
    return Overlay(photo, found, boxes, centers, asked.marked, places.reach)


_Drawing = tuple[str, str, str, Asked, str, int]
"""Names a chart in the cache: the digest of its photograph, network, input size, what is asked, theme, and width."""


@st.cache_resource(max_entries=24, show_spinner=False)
def _chart(drawing: _Drawing, _seen: Overlay, _words: str) -> Chart:
    *_, asked, theme, width = drawing
    return field_photo(_seen, f"What a unit of {asked.node} sees", _words, theme=theme, width=width)


def unit_words(network: Network, asked: Asked, found: EffectiveField) -> str:
    """What the first unit sees, as Markdown."""
    unit = asked.units[0]
    box, field = network.box(asked.node, unit), network.receptive_field(asked.node)
    words = f"**Unit {unit} of `{asked.node}`** "
    if box is None:
        words += "has a field whose place is not known."
    elif field.is_global:
        words += f"reads the whole input, {pair(field.size)}, because a global operation took part."
    else:
        size = tuple(last - first + 1 for first, last in box)
        words += f"can see {pair(size)} cells, {_rows(box)}, around ({_middle(box[0])}, {_middle(box[1])})."
        if size != found.field:
            words += f" In the picture lie {pair(found.field)} of them; beyond it is padding."
    how = "exact, for kernels of ones" if not found.samples else f"mean of {found.samples} draws, seed {asked.seed}"
    return f"{words} The weight is the **{found.statistic}** ({how}): {_spread(found, box)}."


def _spread(found: EffectiveField, box: Box | None) -> str:
    """Sigma, and 4 sigma by what: by the field, and where a part of that lies outside by the part inside, too."""
    four = [4 * one for one in found.sigma]
    size = found.field if box is None else tuple(last - first + 1 for first, last in box)
    whole = f"{_quotient(four, size)} of the field's {pair(size)} cells"
    words = f"sigma {_numbers(found.sigma)}; 4 sigma, {_numbers(four)}, are {whole}"
    if size == found.field:
        return words
    return f"{words} and {_quotient(four, found.field)} of the {pair(found.field)} that lie in the picture"


def _numbers(numbers: Sequence[float]) -> str:
    return " × ".join(f"{one:.3g}" for one in numbers)


def _quotient(numbers: Sequence[float], sizes: Sequence[int]) -> str:
    return _numbers([one / size for one, size in zip(numbers, sizes, strict=True)])


def object_words(network: Network, asked: Asked, found: EffectiveField) -> list[str]:
    """Whether the object is covered, how much of the weight lies on it, and from which node on it can be."""
    if asked.marked is None:
        return []
    (top, bottom), (left, right) = asked.marked
    height, width = bottom - top + 1, right - left + 1
    box = network.box(asked.node, asked.units[0])
    is_covered = box is not None and covers(box, asked.marked)
    cut = np.s_[top : bottom + 1, left : right + 1]
    read = int(network.support(asked.node, asked.units[0])[cut].sum())
    share = 100 * float(found.weights[cut].sum())
    verdict = "is **covered** by its field" if is_covered else "is **not covered** by its field"
    first = (
        f"The object of {height} × {width} cells, {_rows(asked.marked)}, {verdict}: the unit reads {read:,} of its "
        f"{height * width:,} cells, and {share:.3g}% of the weight lies on them."
    )
    return [first, _from_which(network, asked.marked)]


def _from_which(network: Network, marked: Box) -> str:
    """The first nodes that are large enough, and that have a unit in the right place."""
    nodes = first_covering(network.graph, marked)
    if nodes.large is None:
        return "No node of this network has a field as large as the object."
    size = pair(network.receptive_field(nodes.large).size)
    words = f"Large enough from **`{nodes.large}`** on ({size})"
    if nodes.covering is None:
        return f"{words}, but no unit lies so that it covers the object there."
    if nodes.covering == nodes.large:
        return f"{words}, where unit {nodes.unit} covers it."
    size = pair(network.receptive_field(nodes.covering).size)
    return (
        f"{words}, but there no unit lies so that it covers the object; the first that does is unit {nodes.unit} of "
        f"**`{nodes.covering}`** ({size})."
    )


def _rows(box: Box) -> str:
    (top, bottom), (left, right) = box
    return f"rows {top} to {bottom} and columns {left} to {right}".replace("-", "−")


def _middle(ends: tuple[int, int]) -> str:
    return f"{sum(ends) / 2:g}".replace("-", "−")
