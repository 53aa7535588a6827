"""The parser, and what all commands have in common: one sentence for a mistake, and exit status 2."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from convviz.errors import SpecError

from . import app, rf
from .texts import plain

COMMANDS = (rf, app)
"""Modules that have `add(subparsers)`, which sets a function from the arguments to the text to be printed."""


class _Parser(argparse.ArgumentParser):
    """One that answers a mistake with a sentence, not with the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {plain(message)}\n")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    made = _Parser(prog="convviz", description="Convolutions and receptive fields, exact.")
    commands = made.add_subparsers(title="commands", metavar="command", required=True)
    for command in COMMANDS:
        command.add(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, or 2 for what cannot be done.

    Parameters
    ----------
    arguments : Words of the command line, by default those of the process.
    """
    given = parser().parse_args(arguments)
    try:
        text = given.run(given)
    except SpecError as error:
        print(f"convviz: {plain(str(error))}", file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):  # a notebook's stream takes any text
        sys.stdout.reconfigure(errors="replace")  # a terminal may not have every sign
    try:
        print(text, flush=True)
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
