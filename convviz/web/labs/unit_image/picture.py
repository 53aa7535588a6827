"""The photograph on the page: a component that shows the chart, and tells which units and object the hand has chosen.

The browser gets numbers to find units by, and tells its wishes in the spelling of links, so that they are checked as
links are. Each wish has a number: data that do not answer the latest one are behind the hand, and it goes on from what
it wished itself.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from convviz.arithmetic.parse import Pair
from convviz.charts.photo_geometry import MARGIN, Frame, Places
from convviz.web import ASSETS

from .params import MOST_UNITS, Asked, usual_object

_FOLDER: Final = ASSETS / "unit_image"
_KEY: Final = "unit-image:picture"
_HEARD: Final = "unit-image:heard"

_mount: Final = st.components.v2.component(
    "convviz_unit_image",
    html=(_FOLDER / "picture.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "picture.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("places.js", "wishes.js", "picture.js")),
)

Take = Callable[[str], None]
"""Told units, or an object, as a link would spell them; they may be anything."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A chart, and where all is on it.

    Attributes
    ----------
    svg, words : the chart, and what it says.
    size : of the photograph, (height, width) in cells.
    place : names the network, its input and the node; a wish about another one comes too late and is passed over.
    """

    svg: str
    words: str
    size: Pair
    frame: Frame
    places: Places
    place: str


def show_picture(shown: Shown, asked: Asked, on_units: Take, on_object: Take) -> None:
    """Put the chart on the page, with a hand on it."""

    def wished() -> None:
        wish: Any = st.session_state.get(_KEY, {}).get("wish")
        if not isinstance(wish, dict) or not isinstance(number := wish.get("number"), int):
            return
        st.session_state[_HEARD] = number
        if wish.get("place") != shown.place:
            return
        for name, take in (("units", on_units), ("object", on_object)):
            if isinstance(text := wish.get(name), str):
                take(text)

    _mount(key=_KEY, data=picture_json(shown, asked, st.session_state.get(_HEARD, 0)), on_wish_change=wished)


def picture_json(shown: Shown, asked: Asked, heard: int) -> str:
    """What the browser gets: the chart and where all is on it."""
    frame, places = shown.frame, shown.places
    row, column = asked.units[0]
    top, left, bottom, right = (int(text) for text in usual_object(shown.size).split(","))
    told = {
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
        "heard": heard,
    }
    return json.dumps(told, allow_nan=False)
