"""How pages say what cannot be: the sentence of a refusal, and where it stands."""

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.errors import SpecError

from .foreign_text import as_text


def as_sentence(told: SpecError | str) -> str:
    """A refusal as a page says it: links and notebooks spell parameters small, a sentence begins with a capital letter.

    Examples
    --------
    >>> as_sentence("in_channels must be at least 1; got 0.")
    'In channels must be at least 1; got 0.'
    >>> as_sentence("conv2d must have a kernel."), as_sentence("1 must be it.")
    ('conv2d must have a kernel.', '1 must be it.')
    """
    text = str(told)
    first, space, rest = text.partition(" ")
    # What has more than letters in it is a name in code: another spelling would be another name.
    if not re.fullmatch("[A-Za-z_]+:?", first):
        return text
    first = first.replace("_", " ")
    return f"{first[:1].upper()}{first[1:]}{space}{rest}"


def refuse(told: SpecError | str, more: str = "", place: DeltaGenerator | None = None) -> None:
    """Say here, or in ``place``, why something cannot be, and ``more``: what the page shows instead.

    A refusal repeats what a link, a file or a hand brought, so that all of it is shown as text.
    """
    error = st.error if place is None else place.error
    error(as_text(f"{as_sentence(told)} {more}"))


def place_of_refusals() -> DeltaGenerator:
    """Where a page says what cannot be shown: here, and at the lower edge of the window while this place is below it.

    So it is seen wherever the hand is, and neither the picture above nor the control under the hand moves for it.
    """
    return st.container(key="refusals")
