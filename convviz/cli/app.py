"""``app``: start the pages in a browser."""

import argparse
import sys
from importlib.util import find_spec
from runpy import run_module
from typing import NoReturn

from convviz.errors import missing_extra
from convviz.web import ROOT


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "app",
        help="start the app in a browser",
        description="Start the app and open it in a browser. Options after -- go to Streamlit, as in "
        "'convviz app -- --server.port 8600'. Stop it with Ctrl-C.",
    )
    parser.add_argument("options", nargs="*", metavar="-- options", help="options of 'streamlit run'")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> NoReturn:
    """Run the app until it is stopped, as `streamlit run` does.

    Raises
    ------
    MissingExtraError
        Streamlit is not installed.
    """
    if find_spec("streamlit") is None:
        raise missing_extra("streamlit")
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *arguments.options]
    run_module("streamlit", run_name="__main__")
    sys.exit()
