"""The page "On your image": what units of a known network see of a photograph, and whether that holds an object."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import numpy as np
import streamlit as st

from convviz.analysis import Box, EffectiveField, Network, effective_field
from convviz.analysis.tiling import covers, first_covering
from convviz.arithmetic.arguments import Pair
from convviz.assets import ASSETS, SAMPLES
from convviz.charts import Chart
from convviz.charts.network_drawing import pair
from convviz.charts.photo import MARGIN, Overlay, Places, field_photo, fit, fit_words, legend, places_of
from convviz.recipes.images import Gray
from convviz.web.components.charts import chart_address, chart_width, file_links
from convviz.web.components.downloads import page_theme
from convviz.web.components.images import UPLOAD, choose_image
from convviz.web.components.known_networks import known_network
from convviz.web.components.page_frame import Words, page_foot, page_head, refuse
from convviz.web.state.page_state import publish
from convviz.web.state.params import receive
from convviz.web.state.widgets import reported

from .controls import (
    MOST_UNITS,
    PAGE,
    PARAMS,
    Settings,
    choose_settings,
    link_texts,
    take_object,
    take_units,
    usual_object,
)

_CHART_WIDTH: Final = 620


def unit_image_page(words: Words) -> None:
    """Show the whole page."""
    page_head("What a unit sees", words)
    state = receive(PAGE, PARAMS)
    left, panel = st.columns([1.5, 1], gap="large")
    settings, network = choose_settings(state, panel)
    with left:
        sample, image = choose_image(PAGE, state.texts.get("image", ""))
        publish(state, link_texts(settings, network, next(iter(SAMPLES)) if sample == UPLOAD else sample))
        if state.refusal:
            refuse(state.refusal)
        if image is None:
            st.info("Choose a file.")
        else:
            _show_photo(settings, network, image)
    page_foot(words)


def _show_photo(settings: Settings, network: Network, image: Gray) -> None:
    """Show the chart, and its numbers in words."""
    size = network.input_size
    assert size is not None
    photo, places = fit(image, size), places_of(network, settings.node)
    stage, files = st.container(), st.empty()
    # Below the stage, so that a picture that is there already does not move.
    with st.spinner("Following the paths back …", show_time=False):
        samples = settings.samples if settings.kernels == "random" else 0
        unit = settings.units[0]
        weights = weights_of(settings.network, settings.input_size, settings.node, unit, samples, settings.seed)
        sentences = [unit_words(network, settings, weights), *object_words(network, settings, weights)]
        words = " ".join(sentences).replace("`", "").replace("*", "")
        boxes = [network.box(settings.node, unit) for unit in settings.units]
        centers = [None if box is None else (sum(box[0]) / 2, sum(box[1]) / 2) for box in boxes]
        overlay = Overlay(photo, weights, boxes, centers, settings.object, places.reach)
        digest = sha256(photo.tobytes()).hexdigest()
        chart = _chart(digest, settings, page_theme(), chart_width(PAGE, _CHART_WIDTH), overlay, words)
    address = chart_address(chart, "what-a-unit-sees")
    with stage:
        show_picture(chart, f"{address}.svg", overlay, places, settings, network)
    files.html(file_links(address))
    st.markdown(legend(overlay))
    fitting = fit_words((image.shape[0], image.shape[1]), size)
    st.markdown("\n\n".join(sentences) + f"\n\n:small[Photograph: {fitting}, in grey levels.]")


@st.cache_resource(max_entries=16, show_spinner=False)
def weights_of(name: str, size: str, node: str, unit: Pair, samples: int, seed: int) -> EffectiveField:
    """Return the effective field of a unit; it is read-only, so that all visitors may share it."""
    network = known_network(name, size)
    if not samples:
        return effective_field(network, node, unit)
    return effective_field(network, node, unit, "random", samples=samples, seed=seed)


@st.cache_resource(max_entries=24, show_spinner=False)
def _chart(digest: str, settings: Settings, theme: str, width: int, _overlay: Overlay, _words: str) -> Chart:
    """Return the chart of a photograph; the first four are the cache key."""
    return field_photo(_overlay, f"What a unit of {settings.node} sees", _words, theme=theme, width=width)


# The picture ----------------------------------------------------------------------------------------------------------

_FOLDER: Final = ASSETS / "unit_image"
_KEY: Final = "unit-image:picture"
_ANSWERED: Final = "unit-image:answered"

_mount: Final = st.components.v2.component(
    "convviz_unit_image",
    html=(_FOLDER / "picture.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "picture.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("places.js", "requests.js", "picture.js")),
)


def show_picture(
    chart: Chart, source: str, overlay: Overlay, places: Places, settings: Settings, network: Network
) -> None:
    """Show the chart with this address in a component that reports which units and object a person chooses on it.

    The browser gets the positions of all units and sends its requests in the spelling of links, so they are checked as
    links are. Each request has a number; the browser ignores data that answer an older one. It also names the network,
    its input and the node: a request about another one comes too late and is ignored.
    """
    place = f"{settings.network}/{settings.input_size}/{settings.node}"

    def read(request: Any) -> None:
        if not isinstance(request, dict) or not isinstance(request.get("number"), int):
            return
        st.session_state[_ANSWERED] = request["number"]
        if request.get("place") != place:
            return
        if isinstance(text := request.get("units"), str):
            take_units(network, settings.node, text)
        if isinstance(text := request.get("object"), str):
            take_object(network, text)

    row, column = settings.units[0]
    data = {
        "source": source,
        "words": chart.description,
        "label": f"Photograph with unit ({row}, {column}) of {settings.node}",
        "width": chart.width,
        "height": chart.height,
        "margin": MARGIN,
        "view": overlay.frame(chart.width).view,
        "size": network.input_size,
        "at": places.at,
        "ends": places.ends,
        "hasCenters": places.has_centers,
        "units": settings.units,
        "mostUnits": MOST_UNITS,
        "object": settings.object,
        "usualObject": usual_object(network),
        "place": place,
        "answered": st.session_state.get(_ANSWERED, 0),
    }
    _mount(key=_KEY, data=json.dumps(data, allow_nan=False), on_request_change=reported(_KEY, "request", read))


# The words ------------------------------------------------------------------------------------------------------------


def unit_words(network: Network, settings: Settings, weights: EffectiveField) -> str:
    """Return what the first unit sees, as Markdown."""
    unit = settings.units[0]
    box, field = network.box(settings.node, unit), network.receptive_field(settings.node)
    size = weights.field if box is None else tuple(last - first + 1 for first, last in box)
    words = f"**Unit {unit} of `{settings.node}`** "
    if box is None:
        words += "has a field whose position is unknown."
    elif field.is_global:
        words += f"reads the whole input, {pair(field.size)}, because a global operation took part."
    else:
        row, column = (f"{sum(ends) / 2:g}".replace("-", "−") for ends in box)
        words += f"can see {pair(size)} cells, {_rows(box)}, around ({row}, {column})."
        if size != weights.field:
            words += f" In the picture lie {pair(weights.field)} of them; beyond it is padding."
    how = f"mean of {weights.samples} draws, seed {settings.seed}" if weights.samples else "exact, for kernels of ones"
    four = [4 * sigma for sigma in weights.sigma]
    words += (
        f" The weight is the **{weights.statistic}** ({how}): sigma {_numbers(weights.sigma)}; 4 sigma, "
        f"{_numbers(four)}, are {_quotients(four, size)} of the field's {pair(size)} cells"
    )
    if size != weights.field:
        words += f" and {_quotients(four, weights.field)} of the {pair(weights.field)} that lie in the picture"
    return f"{words}."


def _numbers(numbers: Sequence[float]) -> str:
    return " × ".join(f"{number:.3g}" for number in numbers)


def _quotients(numbers: Sequence[float], sizes: Sequence[int]) -> str:
    return _numbers([number / size for number, size in zip(numbers, sizes, strict=True)])


def _rows(box: Box) -> str:
    (top, bottom), (left, right) = box
    return f"rows {top} to {bottom} and columns {left} to {right}".replace("-", "−")


def object_words(network: Network, settings: Settings, weights: EffectiveField) -> list[str]:
    """Return whether the object is covered, how much of the weight lies on it, and from which node on it can be."""
    marked, unit = settings.object, settings.units[0]
    if marked is None:
        return []
    (top, bottom), (left, right) = marked
    height, width = bottom - top + 1, right - left + 1
    box = network.box(settings.node, unit)
    is_covered = box is not None and covers(box, marked)
    cut = np.s_[top : bottom + 1, left : right + 1]
    read, share = int(network.support(settings.node, unit)[cut].sum()), 100 * float(weights.weights[cut].sum())
    verdict = "covered" if is_covered else "not covered"
    sentence = (
        f"The object of {height} × {width} cells, {_rows(marked)}, is **{verdict}** by its field: the unit reads "
        f"{read:,} of its {height * width:,} cells, and {share:.3g}% of the weight lies on them."
    )
    return [sentence, _covering_words(network, marked)]


def _covering_words(network: Network, marked: Box) -> str:
    """Return the first nodes that are large enough, and that have a unit in the right place."""
    first = first_covering(network.graph, marked)
    if first.large is None:
        return "No node of this network has a field as large as the object."
    words = f"Large enough from **`{first.large}`** on ({pair(network.receptive_field(first.large).size)})"
    if first.covering is None:
        return f"{words}, but no unit is in a position to cover the object."
    if first.covering == first.large:
        return f"{words}, where unit {first.unit} covers it."
    return (
        f"{words}, but none of its units is in a position to cover the object; the first that is: unit {first.unit} of "
        f"**`{first.covering}`** ({pair(network.receptive_field(first.covering).size)})."
    )
