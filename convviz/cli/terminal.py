"""What all commands print."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from convviz.errors import printable


def plain(text: str, most: int = 1000) -> str:
    r"""Return a text as one line for a terminal, cut to `most` characters, with control characters escaped.

    >>> print(plain("conv\x1b[31m\n1"), plain("a" * 9, most=5))
    conv\x1b[31m\n1 aaaa…
    """
    return printable(text if len(text) <= most else text[: most - 1] + "…")


@contextmanager
def progress_bar(unit: str, delay: float = 0.0) -> Iterator[Any]:
    """Yield a bar of tqdm on standard error, for what takes longer than a delay in seconds; None in a pipe or a log."""
    if not sys.stderr.isatty() or find_spec("tqdm") is None:
        yield None
        return
    from tqdm import tqdm

    with tqdm(unit=unit, delay=delay, leave=False) as bar:
        yield bar
