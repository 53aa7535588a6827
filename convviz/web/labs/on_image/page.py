"""The page "On an image": pixels of a photograph as cells, their products with the kernel, and the whole result."""

import json
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from convviz import limits
from convviz.analysis.image_convolution import ImageConvolution, convolve_image
from convviz.arithmetic.arguments import Array
from convviz.assets import ASSETS
from convviz.errors import SpecError
from convviz.recipes import recipe
from convviz.recipes.tables import number_to_text, planes_to_text
from convviz.web.components.downloads import page_theme
from convviz.web.components.refusals import refuse
from convviz.web.components.scales import SIGNS, Shown, show_numbers
from convviz.web.components.voice import Words, page_end, page_head, page_words, show_tries
from convviz.web.state.page_state import PageState, publish
from convviz.web.state.params import receive

from .controls import PAGE, PARAMS, Settings, choose_settings, link_texts, mend, spelled, take_kernel

Place = tuple[int, int]
"""Row and column of a pixel of the result."""


def on_image_page(words: Words) -> None:
    """Show the whole page."""
    page_head(PAGE, words)
    state = receive(PAGE, PARAMS, mend=mend)
    stage, panel = st.columns([3.4, 1], gap="large")
    if typed := _hear(state):  # said where it moves no field of the kernel
        refuse(typed, "The picture keeps the previous numbers.", panel)
    settings = choose_settings(state, panel)
    with stage:
        refusals = st.container()
        if settings.image is None:
            st.info("Choose a file.")
        else:
            _show(state, settings, settings.image, is_refused=bool(typed))
    if state.refusal:
        refuse(state.refusal, place=refusals)
    show_tries(words)
    page_words(PAGE, words)
    page_end()


def _show(state: PageState, settings: Settings, image: NDArray[np.uint8], *, is_refused: bool) -> None:
    """Show the picture at the place that the link or the picture names, and put all of it into the address."""
    try:
        result, shown = _convolve(image, settings.kernel, settings.border, settings.scale, page_theme())
    except SpecError as error:
        refuse(error, "Choose a smaller kernel, a border, or a larger image.")
        return
    height, width = result.output.shape
    usual = height // 2, width // 2
    place = _place_in(state, usual, result.output.shape)
    publish(state, link_texts(settings, place, usual))
    _show_picture(settings, image, result, shown, place, is_refused=is_refused)
    lesson = _in_the_lesson(result, settings, place)
    words = "Open the pixels in the frame, and this kernel, in the lesson on convolution"
    st.html(
        f'<div class="cv-buttons"><a class="cv-button cv-to" href="{escape(lesson)}" target="_self">{words}</a></div>'
    )


def _place_in(state: PageState, usual: Place, size: tuple[int, ...]) -> Place:
    """Return the place that the state names; the nearest one where the result has become smaller."""
    row, col = (
        min(int(state.texts.get(name, start)), count - 1)
        for name, start, count in zip(("row", "col"), usual, size, strict=True)
    )
    return row, col


def _convolve(
    image: NDArray[np.uint8], kernel: Array, border: str, scale: str, theme: str
) -> tuple[ImageConvolution, Shown]:
    """Return the result, and how it is shown; from the cache where it is known."""
    digest = sha256(image.tobytes() + kernel.tobytes()).hexdigest()
    return _convolved(digest, image.shape, kernel.shape, border, scale, theme, image, kernel)


@st.cache_resource(max_entries=48, show_spinner=False)
def _convolved(
    digest: str,
    shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    border: str,
    scale: str,
    theme: str,
    _image: NDArray[np.uint8],
    _kernel: Array,
) -> tuple[ImageConvolution, Shown]:
    result = convolve_image(_image, _kernel, border)
    return result, show_numbers(result.output.copy(), scale, theme, limits.IMAGE_PIXELS_SIDE)


def _in_the_lesson(result: ImageConvolution, settings: Settings, place: Place) -> str:
    """Return the address of the lesson that shows the section of a place as its input."""
    cells = result.section(place, settings.size)
    numbers = recipe(
        "standard",
        in_channels=len(cells),
        input_size=cells.shape[1:],
        input=cells.tolist(),
        kernel_size=settings.kernel.shape[1:],
        weight=settings.kernel.tolist(),
    )
    return f"standard?{numbers.to_query()}"


# The picture ----------------------------------------------------------------------------------------------------------

_FOLDER: Final = ASSETS / "on_image"
_KEY: Final = "on-an-image:picture"
_GIVEN: Final = "on-an-image:given"

_mount: Final = st.components.v2.component(
    "convviz_on_image",
    html=(_FOLDER / "picture.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "picture.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("cells.js", "picture.js")),
)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the picture has got from the page, or has said itself.

    Attributes
    ----------
    revision : int
        How often the page has changed the place or the kernel by itself.
    place : (int, int)
    kernel : str
        As links spell it.
    """

    revision: int
    place: Place
    kernel: str


def _hear(state: PageState) -> str:
    """Take over the place and the kernel from the picture, unless it speaks of something older; return a refusal.

    Its messages hold all that a person has done since the page changed something by itself.
    """
    message: Any = st.session_state.get(_KEY, {}).get("said")
    given: _Given | None = st.session_state.get(_GIVEN)
    if given is None or not isinstance(message, dict) or message.get("revision") != given.revision:
        return ""
    refusal, place, kernel = "", given.place, given.kernel
    try:
        row, col = (PARAMS[name].read(str(message.get(name))) for name in ("row", "col"))
        place = row, col
        if isinstance(text := message.get("kernel"), str) and text and text != kernel:
            kernel = take_kernel(state, text)
    except SpecError as error:
        refusal = str(error)
    if place != given.place:
        state.texts |= {"row": str(place[0]), "col": str(place[1])}
    st.session_state[_GIVEN] = _Given(given.revision, place, kernel)
    return refusal


def _show_picture(
    settings: Settings,
    image: NDArray[np.uint8],
    result: ImageConvolution,
    shown: Shown,
    place: Place,
    *,
    is_refused: bool,
) -> None:
    """Show photograph, cells, kernel, products and result in a component, which has the numbers of every place."""
    kernel = planes_to_text(spelled(settings.kernel))
    given: _Given | None = st.session_state.get(_GIVEN)
    if given is None or (given.place, given.kernel) != (place, kernel):
        given = st.session_state[_GIVEN] = _Given(given.revision + 1 if given else 0, place, kernel)
    message: Any = st.session_state.get(_KEY, {}).get("said")
    is_heard = isinstance(message, dict) and message.get("revision") == given.revision
    data = {
        "revision": given.revision,
        "heard": message.get("kernel") if is_heard else "",
        "isRefused": is_refused,
        "row": place[0],
        "col": place[1],
        "cells": settings.size,
        "before": result.before,
        "photo": image.shape[1:],
        "padded": _packed(result.padded),
        "output": _packed(result.output),
        "parts": _packed(result.parts),
        "products": _packed(result.products),
        "kernel": [[[number_to_text(cell) for cell in row] for row in plane] for plane in settings.kernel.tolist()],
        "result": f"data:image/png;base64,{b64encode(shown.png).decode()}",
        "legend": shown.legend,
        "range": [shown.low, shown.high],
        "sentence": shown.sentence,
        "signs": SIGNS[page_theme()],
    }
    with st.container(key="stage"):
        _mount(key=_KEY, data=json.dumps(data, allow_nan=False), on_said_change=lambda: None)


def _packed(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as its shape and its bytes, in the order of little-endian machines."""
    order = array.dtype.newbyteorder("<")
    return {"shape": array.shape, "bytes": b64encode(array.astype(order).tobytes()).decode()}
