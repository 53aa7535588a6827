"""A worker process: it does what a server asks for, one job after another.

A server writes jobs to its standard input, and reads what they return from its standard output; both as an 8-byte
length and a pickle. A job is a function and its arguments but the first one, which is a `Check`. A message without
content asks the worker to stop the job that it is doing. When the input ends, the server is gone, however it ended, and
so is the worker.

This module and those that the functions are in import no web library: a worker starts quickly and stays small.
"""

import copyreg
import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from struct import Struct
from threading import Event, Thread
from traceback import format_exc
from types import MappingProxyType
from typing import Any, BinaryIO, Final

LENGTH: Final = Struct("!Q")
"""How long a message is; it comes before the message."""

_YOUNG: Final = 100_000
"""Objects after which the interpreter looks for circles among them. An answer makes some 20,000, all without circles;
looking through them as often as usual takes a fifth of the time."""

_MOST_KEPT: Final = 300_000_000
"""Bytes that a process may keep after a job; with more of them it is replaced. Its caches are counted, and not weighed:
this bounds them. With all that it imports it begins with 40 to 90 million.
"""


def _read_only(mapping: Mapping[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))  # networks have some

Check = Callable[[], None]
"""Raises `GivenUpError` once no request waits any more; long work calls it between its steps."""


class GivenUpError(Exception):
    """No request waits for the result any more."""


def main(niceness: int, megabytes: int) -> None:
    """Work until the server is gone.

    Parameters
    ----------
    niceness : int
        How much other processes go before this one, where the system knows that.
    megabytes : int
        How much memory this process may have, and each one that it starts, where the system sees to that: Linux does,
        macOS takes the number without counting, and Windows has no such number.
    """
    gc.set_threshold(_YOUNG)
    with suppress(ImportError):
        resource = import_module("resource")
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 10**6,) * 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all processes: the server ends, and then its workers
    if hasattr(os, "nice"):
        os.nice(niceness)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the answers
    jobs, given_up = SimpleQueue[bytes](), Event()
    Thread(target=_receive, args=(sys.stdin.buffer, jobs, given_up), daemon=True).start()

    def check() -> None:
        if given_up.is_set():
            raise GivenUpError

    while True:
        answer = _do(jobs.get(), check)
        with suppress(OSError):  # the server is gone, and the other thread ends this process
            answers.write(LENGTH.pack(len(answer)) + answer)
            answers.flush()


def resident_bytes(process: int | str = "self") -> int:
    """Return the memory that a process takes, 0 where it has ended or the system is not Linux."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _receive(messages: BinaryIO, jobs: SimpleQueue[bytes], given_up: Event) -> None:
    """Read messages in their order, also while a job is done: one that stops it must not reach the next one."""
    while len(head := messages.read(LENGTH.size)) == LENGTH.size:
        if message := messages.read(LENGTH.unpack(head)[0]):
            given_up.clear()
            jobs.put(message)
        else:
            given_up.set()
    os._exit(0)  # in the middle of a job, too


def _do(job: bytes, check: Check) -> bytes:
    """Return the pickle of whether a job succeeded, what it returned or raised, and whether this process is full."""
    try:
        function, given = pickle.loads(job)
        return _answer(True, function(check, *given))
    except Exception as error:
        error.add_note(format_exc())  # a traceback is not pickled
        return _answer(False, error)


def _answer(succeeded: bool, value: object) -> bytes:
    return pickle.dumps((succeeded, value, resident_bytes() > _MOST_KEPT))


def prepare(check: Check, module: str) -> None:
    """Import a module, so that later jobs need not; a job like others."""
    import_module(module)
