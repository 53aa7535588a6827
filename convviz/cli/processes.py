"""Several processes of the app behind one port: they are started, started again when they die, and ended together."""

import asyncio
import json
import os
import resource
import secrets
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from convviz.errors import SpecError
from convviz.web.app.settings import CORES, PROCESSES, SETTINGS

from .front import Front, Place

_PORTS: Final = 65_535

_LONGEST_PAUSE: Final = 30.0
_STEADY_SECONDS: Final = 60.0
"""Seconds before a process is started again double with each death, up to this, until one has lived so long."""

_END_SECONDS: Final = 10.0
"""After these a process that was asked to end is killed."""

_START_SECONDS: Final = 120.0
_SILENT_SECONDS: Final = 60.0
"""How long a process may take to answer at first and later; one that takes longer hangs, and is killed."""

_LOOK_SECONDS: Final = 10.0
_FILES: Final = 65_536
_OTHER_FILES: Final = 100
"""Open files to ask the system for, and those that are no connections, of which each needs two."""


def run(command: Callable[[int], list[str]], processes: str, host: str | None, port: int) -> int:
    """Run processes until they are stopped, and return the exit status.

    Parameters
    ----------
    command : callable
        Returns the command of the process that listens on a port of this machine.
    processes : str
        How many, as it was typed.
    host : str or None
        The address for visitors, or None for every address of the machine.
    port : int
        The port for visitors; process k has port + k, on the loopback address.

    Raises
    ------
    SpecError
        The number of processes is none or too large, a port is not free, or a process ended before it answered.
    """
    count = _count(processes)
    if not 1 <= port <= _PORTS - count:
        raise SpecError(f"--server.port must be a whole number from 1 to {_PORTS - count}; got {port}.")
    return asyncio.run(_Group(command, count).run(host, port))


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= PROCESSES):
        raise SpecError(f"--processes must be a whole number from 1 to {PROCESSES}; got {text}.")
    return int(text)


class _Group:
    """The processes, and what is known of them."""

    def __init__(self, command: Callable[[int], list[str]], processes: int) -> None:
        self._command = command
        self._count = processes
        self._environment = {
            "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32),  # a page may come back to another process
            "CONVVIZ_WORKERS": str(max(1, CORES // processes)),
            **os.environ,
        }
        self._running: dict[int, Process] = {}

    async def run(self, host: str | None, port: int) -> int:
        places = [Place(number, port + number) for number in range(1, self._count + 1)]
        try:
            server = await Front(places, _connections()).listen(host, port)
            for place in places:  # else the one that listens there now would get visitors
                with socket.create_server(("127.0.0.1", place.port)):
                    pass
        except OSError as error:
            raise SpecError(
                f"--processes {self._count} needs the ports {port} to {port + self._count}: {error.strerror}."
            ) from None
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        _log(f"{self._count} processes start; their address is http://{host or 'localhost'}:{port}")
        keepers = [asyncio.ensure_future(self._keep(place)) for place in places]
        waiting = asyncio.ensure_future(ended.wait())
        try:
            done, _ = await asyncio.wait((*keepers, waiting), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            server.close()
            for keeper in (*keepers, waiting):
                keeper.cancel()
            await asyncio.gather(*keepers, waiting, return_exceptions=True)
            await asyncio.gather(*map(_end, self._running.values()))
        return 0

    async def _keep(self, place: Place) -> None:
        """Let a process run, and start it again, later each time, when it has died."""
        pause, has_answered = 1.0, False
        while True:
            start = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                *self._command(place.port),
                env=self._environment | {"CONVVIZ_PROCESS": str(place.number)},
                stdin=PIPE,  # it ends when this process does
                stdout=DEVNULL,  # the address that Streamlit prints is not that of visitors; logs go to stderr
                start_new_session=True,  # Ctrl-C reaches this process, which ends the others
            )
            self._running[place.number] = process
            watching = asyncio.ensure_future(_watch(place, process))
            try:
                status = await process.wait()
            finally:
                watching.cancel()
            has_answered = has_answered or place.is_ready
            place.is_ready = False
            if not has_answered:
                raise SpecError(f"Process {place.number} ended with status {status} before it answered.")
            if time.monotonic() - start > _STEADY_SECONDS:
                pause = 1.0
            _log(f"process {place.number} ended with status {status}; it starts again in {pause:.0f} s")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


async def _watch(place: Place, process: Process) -> None:
    """Offer a process to visitors as soon as it answers, and kill it when it no longer does."""
    until = time.monotonic() + _START_SECONDS
    while True:
        await asyncio.sleep(_LOOK_SECONDS if place.is_ready else 0.1)
        if await _answers(place.port):
            until = time.monotonic() + _SILENT_SECONDS
            if not place.is_ready:
                place.is_ready = True
                _log(f"process {place.number} answers")
        elif time.monotonic() > until:
            _log(f"process {place.number} does not answer, and is killed")
            process.kill()
            return


async def _answers(port: int) -> bool:
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /_stcore/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return await reader.readexactly(5) == b"HTTP/"
            finally:
                writer.close()
    return False


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def _connections() -> int:
    """Return how many connections the system lets this process have, after asking for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    with suppress(ValueError, OSError):  # macOS has a lower limit of its own
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(1, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _OTHER_FILES) // 2)


def _log(text: str) -> None:
    """Write a line to the log, as the processes do."""
    if SETTINGS.log == "json":
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = json.dumps({"time": now, "level": "info", "event": text})
    else:
        text = f"convviz: {text}"
    print(text, file=sys.stderr, flush=True)
