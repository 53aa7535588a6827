"""The command line, ``convviz`` or ``python -m convviz``: one parser for all commands, each in a module of its own.

A mistake is answered with one sentence and exit status 2.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from convviz.errors import SpecError

from . import app, rf
from .rf import plain

__all__ = ["main"]

COMMANDS = (rf, app)
"""Modules with `add(subparsers)`, which sets `run`: a function from the arguments to the text to print."""


class _Parser(argparse.ArgumentParser):
    """A parser that answers a mistake with a sentence, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {plain(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, or 2 for a mistake.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line, by default those of the process.
    """
    parser = _Parser(prog="convviz", description="Convolutions and receptive fields, exact.")
    subparsers = parser.add_subparsers(title="commands", metavar="command", required=True)
    for command in COMMANDS:
        command.add(subparsers)
    options = parser.parse_args(arguments)
    try:
        text = options.run(options)
    except SpecError as error:
        print(f"convviz: {plain(str(error))}", file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):  # a notebook's stream takes any text
        sys.stdout.reconfigure(errors="replace")  # a terminal may lack some characters
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader, such as head, has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
