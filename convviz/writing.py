"""Writing files whole or not at all, and what the ends of their names say."""

import os
import re
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Final

from .errors import SpecError

_UNFINISHED: Final = re.compile(r"\.\d+\.\d+\.part")
"""The name of a file that is being written; one remains where its process is killed."""


def write_file(path: Path, data: bytes, *, keeps_link: bool = True) -> Path:
    """Write a file, all of it or nothing, and return its path.

    The system is not asked to bring it to the disk at once, which takes longer than to draw it: a process that is
    killed loses nothing by that, and after a loss of power a batch finds by its record what is not whole.
    Parameters
    ----------
    keeps_link : bool
        Whether a link stays one, and what it leads to is written; else the file takes its place. In a folder from
        somebody else a link may lead to any file.

    Raises
    ------
    SpecError
        The folder does not exist, or cannot be written.
    """
    try:
        if not keeps_link and path.is_symlink():
            _replace(path, data)
        elif path.exists() and not path.is_file():  # a device or a pipe, as /dev/null, which no file may replace
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise SpecError(f"{path} must be a file that can be written; {error.strerror}.") from None
    except ValueError:  # a zero byte, or half a character
        raise SpecError(f"The name of a file must be one that the system can have; got {str(path)!r}.") from None
    return path


def why_not(error: OSError | ValueError) -> str:
    r"""Return why there can be no such file or folder, as the end of a sentence.

    Examples
    --------
    >>> try:
    ...     Path("a\0b").read_bytes()
    ... except (OSError, ValueError) as error:
    ...     why_not(error)
    'no path has such characters'
    """
    return (isinstance(error, OSError) and error.strerror) or "no path has such characters"


def ending_of(name: str, known: Container[str]) -> str | None:
    """Return the longest known ending of the name of a file, without its dot, None if it has none.

    Examples
    --------
    >>> ending_of("out/week.3.KEY.pdf", ("pdf", "key.pdf")), ending_of("a.b/key", ("b/key", "key"))
    ('key.pdf', None)
    """
    parts = name.replace("\\", "/").rpartition("/")[2].lower().split(".")
    endings = (".".join(parts[first:]) for first in range(1, len(parts)))
    return next((ending for ending in endings if ending in known), None)


def remove_unfinished(folder: Path) -> None:
    """Remove what processes that were killed have left half written."""
    for path in folder.glob(".*.part"):
        if _UNFINISHED.fullmatch(path.name):
            with suppress(OSError):
                path.unlink()


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f".{os.getpid()}.{get_ident()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
