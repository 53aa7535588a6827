"""The photograph on the page: a component that shows the chart and reports which units and object a person has chosen.

The browser gets the positions of all units and sends its requests in the spelling of links, so they are checked as
links are. Each request has a number; the browser ignores data that answer an older one.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from convviz.arithmetic.parse import Pair
from convviz.charts.photo import MARGIN, Frame, Places
from convviz.web import ASSETS

from .params import MOST_UNITS, Asked, usual_object

_FOLDER: Final = ASSETS / "unit_image"
_KEY: Final = "unit-image:picture"
_ANSWERED: Final = "unit-image:answered"

_mount: Final = st.components.v2.component(
    "convviz_unit_image",
    html=(_FOLDER / "picture.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "picture.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("places.js", "requests.js", "picture.js")),
)

Take = Callable[[str], None]
"""Takes units, or an object, in the spelling of links; the text may be anything."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A chart, and where all is on it.

    Attributes
    ----------
    svg, words : the chart, and what it says.
    size : of the photograph, (height, width) in cells.
    place : names the network, its input and the node; a request about another one comes too late and is ignored.
    """

    svg: str
    words: str
    size: Pair
    frame: Frame
    places: Places
    place: str


def show_picture(shown: Shown, asked: Asked, on_units: Take, on_object: Take) -> None:
    """Put the chart on the page, and pass on what a person chooses on it."""

    def read_request() -> None:
        request: Any = st.session_state.get(_KEY, {}).get("request")
        if not isinstance(request, dict) or not isinstance(number := request.get("number"), int):
            return
        st.session_state[_ANSWERED] = number
        if request.get("place") != shown.place:
            return
        for name, take in (("units", on_units), ("object", on_object)):
            if isinstance(text := request.get(name), str):
                take(text)

    _mount(
        key=_KEY, data=picture_json(shown, asked, st.session_state.get(_ANSWERED, 0)), on_request_change=read_request
    )


def picture_json(shown: Shown, asked: Asked, answered: int) -> str:
    """Return what the browser gets: the chart, and the positions on it."""
    frame, places = shown.frame, shown.places
    row, column = asked.units[0]
    top, left, bottom, right = (int(text) for text in usual_object(shown.size).split(","))
    data = {
        "source": "data:image/svg+xml;base64," + b64encode(shown.svg.encode()).decode(),
        "words": shown.words,
        "label": f"Photograph with unit ({row}, {column}) of {asked.node}",
        "width": frame.width,
        "height": frame.height,
        "margin": MARGIN,
        "view": frame.view,
        "size": shown.size,
        "at": places.at,
        "ends": places.ends,
        "hasCenters": places.has_centers,
        "units": asked.units,
        "mostUnits": MOST_UNITS,
        "object": asked.marked,
        "usualObject": ((top, bottom), (left, right)),
        "place": shown.place,
        "answered": answered,
    }
    return json.dumps(data, allow_nan=False)
