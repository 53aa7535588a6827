"""The page "What a unit sees": what units of a network see of a photograph, and whether that holds an object."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import streamlit as st

from convviz.analysis import EffectiveField, Network, trained_field
from convviz.analysis.receptive.graph import INPUT_NAME
from convviz.assets import ASSETS, SAMPLES
from convviz.charts import Chart
from convviz.charts.photo import MARGIN, Overlay, Places, fit, fit_words, legend, places_of
from convviz.diagrams.unit_image import WIDTH, overlay_of, sentences, weights_in, what_a_unit_sees
from convviz.diagrams.units import MOST_UNITS, TRAINED, Settings, size_of, usual_object
from convviz.errors import SpecError
from convviz.recipes.images import Gray
from convviz.web.components.charts import chart_address, chart_width, file_links
from convviz.web.components.downloads import page_theme
from convviz.web.components.elsewhere import elsewhere
from convviz.web.components.images import UPLOAD, choose_image
from convviz.web.components.refusals import refuse
from convviz.web.components.voice import Words, page_end, page_head, page_words, show_tries
from convviz.web.state.page_state import publish
from convviz.web.state.params import receive
from convviz.web.state.widgets import reported

from .controls import (
    PAGE,
    PARAMS,
    Chosen,
    choose_settings,
    link_texts,
    take_object,
    take_units,
)


def unit_image_page(words: Words) -> None:
    """Show the whole page."""
    page_head(PAGE, words)
    state = receive(PAGE, PARAMS)
    left, panel = st.columns([1.5, 1], gap="large")
    chosen = choose_settings(state, panel)
    with panel:
        show_tries(words)
    with left:
        sample, image = choose_image(PAGE, state.texts.get("image", ""))
        sample = next(iter(SAMPLES)) if sample == UPLOAD else sample
        publish(state, {"source": "file"} if chosen is None else link_texts(chosen.settings, chosen.network, sample))
        if state.refusal:
            refuse(state.refusal)
        if image is None or chosen is None:
            st.info("Choose a file." if image is None else "Choose an ONNX file.")
        else:
            _show_photo(chosen, image)
    page_words(PAGE, words)
    page_end()


def _show_photo(chosen: Chosen, image: Gray) -> None:
    """Show the chart, and its numbers in words."""
    settings, network = chosen.settings, chosen.network
    size = size_of(network, INPUT_NAME)
    photo, places = fit(image, size), places_of(network, settings.node)
    stage, files = st.container(), st.empty()
    # Below the stage, so that a picture that is there already does not move.
    with st.spinner("Following the paths back …", show_time=False):
        try:
            weights = _weights(chosen)
        except SpecError as error:
            refuse(error, "The page shows kernels of ones.")
            settings = replace(settings, kernels="uniform")
            weights = weights_in(settings, network)
        overlay, said = overlay_of(settings, network, weights, photo), sentences(settings, network, weights)
        digest = sha256(photo.tobytes() + weights.weights.tobytes() + repr(said).encode()).hexdigest()
        chart = _chart(digest, settings, page_theme(), chart_width(PAGE, WIDTH), overlay, said)
    address = chart_address(chart, "what-a-unit-sees")
    with stage:
        show_picture(chart, f"{address}.svg", overlay, places, settings, network)
    files.html(file_links(address))
    st.markdown(legend(overlay))
    fitting = fit_words((image.shape[0], image.shape[1]), size)
    st.markdown("\n\n".join(said) + f"\n\n:small[Photograph: {fitting}, in grey levels.]")


def _weights(chosen: Chosen) -> EffectiveField:
    """Return the effective field of the first unit."""
    if chosen.settings.kernels != TRAINED or chosen.content is None:
        return weights_in(chosen.settings, chosen.network)
    return _trained(chosen.file, repr(chosen.network.nodes), replace(chosen.settings, object=None), chosen)


@st.cache_resource(max_entries=16, show_spinner=False)
def _trained(file: str, nodes: str, settings: Settings, _chosen: Chosen) -> EffectiveField:
    """Return the effective field with the kernels of a file; the first three are the cache key."""
    assert _chosen.content is not None
    unit, content = settings.units[0], _chosen.content
    return elsewhere(trained_field, _chosen.network, settings.node, unit, content, settings.samples, settings.seed)


@st.cache_resource(max_entries=24, show_spinner=False)
def _chart(digest: str, settings: Settings, theme: str, width: int, _overlay: Overlay, _said: tuple[str, ...]) -> Chart:
    """Return the chart of a photograph; the first four are the cache key."""
    return what_a_unit_sees(_overlay, settings.node, _said, theme=theme, width=width)


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
