"""What all commands print and write."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from convviz.errors import SpecError, printable
from convviz.writing import write_file

STANDARD_OUTPUT: Final = "-"
"""The name of a file that is no file."""

STOPPED: Final = 130
"""The exit status of a program that Ctrl-C has ended."""


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


def write_output(path: str, data: bytes, label: str) -> str:
    """Write a file, and return the line that says so, or nothing where the file is standard output.

    Raises
    ------
    SpecError
        The file cannot be written, or standard output is closed.
    """
    if path != STANDARD_OUTPUT:
        write_file(Path(path), data)
        return f"{path}: {label}, {len(data):,} bytes"
    if sys.stdout is None:
        raise SpecError("Standard output must be open; it is closed.")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return ""
