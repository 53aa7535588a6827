"""The command line, ``python -m convviz``: each command in a module of its own, all of them in one parser."""

from .main import main

__all__ = ["main"]
