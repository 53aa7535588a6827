"""Work of pages in other processes: all pages share one interpreter, in which long work would hold everybody up."""

import pickle
from collections.abc import Callable
from concurrent.futures import Future, wait
from hashlib import sha256
from typing import Final, TypeVar

from streamlit.runtime.scriptrunner_utils.script_run_context import get_run_yield_check

from convviz.errors import SpecError

Result = TypeVar("Result")

_SECONDS: Final = 0.1
"""How often a run that waits looks whether it has been overtaken."""

_servers: Final[list[Callable[[str, bytes], Future[bytes]]]] = []
"""What `serve` was given; empty where no server runs, as in tests of single pages."""


class LaterError(SpecError):
    """The work could not be done this time, for reasons that have nothing to do with what was asked."""


def serve(submit: Callable[[str, bytes], Future[bytes]] | None) -> None:
    """Let ``submit`` do the work from now on; it gets a digest and what `compute` takes. None ends that."""
    _servers[:] = [submit] if submit else []


def elsewhere(function: Callable[..., Result], *given: object) -> Result:
    """Return what a function of a module without Streamlit returns, computed in another process.

    Runs of pages that want the same at the same time share it. A run that has been overtaken by another one stops to
    wait, and the work is dropped unless others wait for it.

    Raises
    ------
    SpecError
        The function refused what it was given.
    LaterError
        There is too much to do already, or it took too long.
    """
    if not _servers:
        return function(*given)
    work = pickle.dumps((function, given))
    future = _servers[0](sha256(work).hexdigest(), work)
    check = get_run_yield_check()
    try:
        while not wait([future], _SECONDS).done:
            if check is not None:
                check()
    finally:
        future.cancel()
    result: Result = pickle.loads(future.result())
    return result
