"""The work that pages leave to other processes waits in a line of its own (`components/elsewhere`)."""

import asyncio
from concurrent.futures import Future
from typing import Final

from convviz import limits
from convviz.web.components.elsewhere import LaterError, Submit

from . import jobs, lines

_flights: Final = lines.Flights()


def submitter(loop: asyncio.AbstractEventLoop) -> Submit:
    """Return what `elsewhere.serve` takes: it begins work on this event loop, and may be called in any thread."""

    def submit(digest: str, work: bytes, is_quick: bool) -> Future[bytes]:
        return asyncio.run_coroutine_threadsafe(_done(digest, work, lines.quick if is_quick else lines.pages), loop)

    return submit


async def _done(digest: str, work: bytes, line: lines.Line) -> bytes:
    try:
        return await _flights.share(digest, lambda: line.run(jobs.compute, work, is_first=True))
    except lines.BusyError:
        raise LaterError("The server has too much to do at the moment. Try again in a minute.") from None
    except lines.LateError:
        raise LaterError(f"This was not done within {limits.JOB_SECONDS} seconds. Try again in a minute.") from None
    except lines.LostError:
        raise LaterError("This could not be done: its process ended twice. Try again in a minute.") from None
