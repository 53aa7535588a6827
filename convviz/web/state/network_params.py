"""Links to pages whose parameters are read one by one: those about networks, and about the field of a unit."""

from collections.abc import Callable, Mapping
from functools import partial

from convviz.arithmetic.parse import one_of
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .page_state import PageState, publish
from .page_state import receive as receive_page

__all__ = ["PageState", "publish", "receive"]

Reader = Callable[[str], str]
"""Checks the text of a parameter, and gives it as links spell it."""


def receive(page: str, readers: Mapping[str, Reader]) -> PageState:
    """The state of a page; from the address, if that is new to it."""
    return receive_page(page, partial(_read, readers))


def _read(readers: Mapping[str, Reader], address: Mapping[str, str]) -> PageState:
    """A state from an address; parameters that cannot be are left out, and the first of them is named."""
    state = PageState()
    for name, text in address.items():
        try:
            if name not in readers:
                raise SpecError(f"a parameter of this page must be {one_of(list(readers))}; got {shown(name[:40])}.")
            state.texts[name] = readers[name](text)
        except SpecError as error:
            state.refuse(error)
    return state
