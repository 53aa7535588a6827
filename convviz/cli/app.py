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
Start the app and open it in a browser. Options after -- go to Streamlit, as in 'convviz app -- --server.port 8600'.
Stop it with Ctrl-C. Several processes are behind one port and open no browser; one that dies is started again, and
visitors of the others do not notice.
"""

_PORT: Final = 8501
"""Where Streamlit listens, unless it is set."""


def add(commands: Any) -> None:
    """Add the command to those of ``convviz``."""
    parser = commands.add_parser("app", help="start the app in a browser", description=DESCRIPTION)
    parser.add_argument("--processes", default="1", metavar="N", help="by default 1; more on Linux and macOS")
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
        Several processes cannot run here, or not with these options.
    """
    if find_spec("streamlit") is None:
        raise missing_extra("streamlit")
    if arguments.processes == "1":
        _run_streamlit(arguments.options, arguments.until_input_ends)
    if os.name != "posix":
        raise SpecError(f"--processes {arguments.processes} needs Linux or macOS; this system runs one process.")
    from .processes import run  # it needs what other systems lack

    host, port = _public(arguments.options, os.environ)

    def command(its_port: int) -> list[str]:
        own = ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(its_port)]
        return [sys.executable, "-m", "convviz", "app", "--until-input-ends", "--", *arguments.options, *own]

    return "", run(command, arguments.processes, host, port)


def _run_streamlit(options: Sequence[str], until_input_ends: bool) -> None:
    from runpy import run_module  # no other command needs it

    if until_input_ends:
        Thread(target=_end_with_input, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # which it gets again once the server has finished its work
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *options]
    run_module("streamlit", run_name="__main__")
    sys.exit()


def _end_with_input() -> None:
    """End this process as soon as the one that started it has ended, however that happened."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _public(options: Sequence[str], environment: Mapping[str, str]) -> tuple[str | None, int]:
    """Return the address, or None for every one, and the port for visitors: as Streamlit takes them for one process."""
    parser = argparse.ArgumentParser(prog="convviz app", add_help=False, allow_abbrev=False)
    parser.add_argument("--server.address", dest="host", default=environment.get("STREAMLIT_SERVER_ADDRESS"))
    parser.add_argument("--server.port", dest="port", type=int, default=environment.get("STREAMLIT_SERVER_PORT", _PORT))
    parser.add_argument("--server.sslCertFile", dest="tls", default=environment.get("STREAMLIT_SERVER_SSL_CERT_FILE"))
    known, _ = parser.parse_known_args(options)
    if known.tls:
        raise SpecError("--server.sslCertFile is for one process; several need a proxy in front that does TLS.")
    return known.host, known.port
