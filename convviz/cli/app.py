"""``convviz app``: the app in one process, or in several behind one address."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from threading import Thread
from typing import Any, Final

from convviz.assets import ROOT
from convviz.errors import SpecError, missing_extra

DESCRIPTION: Final = """\
Start the app and open it in a browser. Options after -- go to Streamlit, as in 'convviz app -- --server.port 8600'. Stop
it with Ctrl-C. Several processes use several cores, and one that dies takes only its own visitors along: a browser
keeps to its process by a cookie, and all of them are behind the one port. They open no browser.
"""

_MOST: Final = 64
_PORT: Final = 8501
"""Where Streamlit listens, unless it is set."""


def add(commands: Any) -> None:
    """Add the command to those of ``convviz``."""
    parser = commands.add_parser("app", help="start the app in a browser", description=DESCRIPTION)
    parser.add_argument("--processes", default="1", metavar="N", help=f"1 to {_MOST}, by default 1 (Linux and macOS)")
    parser.add_argument("--until-input-ends", action="store_true", help=argparse.SUPPRESS)  # one of several
    parser.add_argument("options", nargs="*", metavar="-- options", help="options of 'streamlit run'")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> tuple[str, int]:
    """Run the app until it is stopped.

    Raises
    ------
    MissingExtraError
        Streamlit is not installed.
    SpecError
        The number of processes is out of range, or several cannot run here or with these options.
    """
    if find_spec("streamlit") is None:
        raise missing_extra("streamlit")
    processes = _count(arguments.processes)
    if processes == 1:
        _run_streamlit(arguments.options, arguments.until_input_ends)
    if os.name != "posix":
        raise SpecError(f"--processes {processes} needs Linux or macOS; this system runs one process.")
    from .processes import run  # it needs what other systems lack

    host, port = _public(arguments.options, os.environ, processes)

    def command(its_port: int) -> list[str]:
        own = ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(its_port)]
        return [sys.executable, "-m", "convviz", "app", "--until-input-ends", "--", *arguments.options, *own]

    return "", run(command, processes, host, port)


def _run_streamlit(options: Sequence[str], until_input_ends: bool) -> None:
    from runpy import run_module  # no other command needs it

    if until_input_ends:
        Thread(target=_end_with_input, daemon=True).start()
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *options]
    run_module("streamlit", run_name="__main__")
    sys.exit()


def _end_with_input() -> None:
    """End this process as soon as the one that started it has ended, however that happened."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= _MOST):
        raise SpecError(f"--processes must be a whole number from 1 to {_MOST}; got {text}.")
    return int(text)


def _public(options: Sequence[str], environment: Mapping[str, str], processes: int) -> tuple[str | None, int]:
    """Return the address, or None for every one, and the port for visitors: as Streamlit takes them for one process."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("address", "port", "sslCertFile"):
        parser.add_argument(f"--server.{name}", dest=name, default=environment.get(f"STREAMLIT_SERVER_{name.upper()}"))
    known, _ = parser.parse_known_args(options)
    if known.sslCertFile:
        raise SpecError(f"--processes {processes} needs --server.sslCertFile to be left out: TLS belongs to a proxy then.")
    port, highest = known.port or str(_PORT), 65535 - processes
    if not (port.isascii() and port.isdecimal() and len(port) < 6 and 1 <= int(port) <= highest):
        raise SpecError(f"--server.port must be a whole number from 1 to {highest}; got {port}.")
    return known.address, int(port)
