"""Jobs for worker processes, which only tests give."""

from __future__ import annotations

import os
import time
from pathlib import Path

from convviz.errors import SpecError
from convviz.web.app.worker import Check, GivenUpError


def add(check: Check, one: int, other: int) -> tuple[int, int]:
    """Return the sum and the process that computed it."""
    print("This is no answer.")
    return one + other, os.getpid()


def refuse(check: Check, sentence: str) -> None:
    raise SpecError(sentence)


def die(check: Check, starts: str) -> None:
    """Note in a file that this begins, and kill the process."""
    with Path(starts).open("a") as file:
        file.write(f"{os.getpid()}\n")
    os._exit(1)


def die_once(check: Check, starts: str) -> int:
    """Kill the process if this begins for the first time; return the process of the second time."""
    if not Path(starts).exists():
        die(check, starts)
    return os.getpid()


def wait(check: Check, begun: str, stopped: str) -> None:
    """Note in a file that this begins, and in another one that it was given up; it never ends otherwise."""
    Path(begun).write_text(str(os.getpid()))
    try:
        while True:
            check()
            time.sleep(0.001)
    except GivenUpError:
        Path(stopped).write_text("given up")
        raise


def stay(check: Check, begun: str) -> None:
    """Note in a file that this begins, and never look whether it was given up."""
    Path(begun).write_text(str(os.getpid()))
    while True:
        time.sleep(0.001)


_held: list[bytearray] = []


def hold(check: Check, megabytes: int) -> int:
    """Take memory, write to it and keep it; return the process."""
    _held.append(bytearray(b"1") * (megabytes * 10**6))
    return os.getpid()
