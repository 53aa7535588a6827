"""The command line, ``convviz`` or ``python -m convviz``: one parser for all commands.

A mistake is answered with one sentence and exit status 2. Only the module of the command that runs is loaded.
"""

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from types import MappingProxyType
from typing import Final, NoReturn

from convviz import __version__
from convviz.errors import SpecError, printable

from .terminal import STOPPED, plain

__all__ = ["main"]

_MODULES: Final = MappingProxyType(
    {"list": ".render", **{name: f".{name}" for name in ("render", "batch", "rf", "quiz", "site", "app")}}
)
"""Where each command is."""


class _Parser(argparse.ArgumentParser):
    """A parser that answers a mistake with a sentence, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {plain(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 2 for a mistake, or what the command says.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line, by default those of the process.
    """
    if arguments is None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is begun is ended as by Ctrl-C
    words = sys.argv[1:] if arguments is None else [*arguments]
    parser = _Parser(prog="convviz", description="Convolutions and receptive fields, exact.")
    parser.add_argument("--version", action="version", version=f"convviz {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="command", required=True)
    modules = [_MODULES[words[0]]] if words and words[0] in _MODULES else dict.fromkeys(_MODULES.values())
    for module in modules:
        import_module(module, __name__).add(subparsers)
    options, more = parser.parse_known_args(words)
    if more and "takes_more" not in options:
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    options.more = more
    text: str
    status = 0
    try:
        answer = options.run(options)
        text, status = answer if isinstance(answer, tuple) else (answer, 0)
        if isinstance(sys.stdout, io.TextIOWrapper):  # a notebook's stream takes any text
            sys.stdout.reconfigure(errors="replace")  # a terminal may lack some characters
        if text:  # else all of it went to standard output as bytes
            print("\n".join(map(printable, text.split("\n"))), flush=True)  # names of files may steer a terminal
    except SpecError as error:
        return _refused(*map(str, error.args))
    except BrokenPipeError:  # the reader, such as head, has closed the pipe
        _discard_output()
    except OSError as error:
        _discard_output()
        where = error.filename or "Standard output, or the folder for temporary files,"
        return _refused(f"{where} cannot be used; {error.strerror}.")
    except KeyboardInterrupt:
        return _refused("Stopped.", status=STOPPED)
    return status


def _refused(*sentences: str, status: int = 2) -> int:
    for sentence in sentences:
        print(f"convviz: {plain(sentence)}", file=sys.stderr)
    return status


def _discard_output() -> None:
    """Let what is still to be written go nowhere, or the interpreter fails with it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
