"""Writing files whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from .errors import SpecError


def write_file(path: Path, data: bytes) -> Path:
    """Write a file, all of it or nothing, and return its path.

    Raises
    ------
    SpecError
        The folder does not exist, or cannot be written.
    """
    part = path.with_name(f".{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise SpecError(f"{path} must be a file that can be written; {error.strerror}.") from None
    return path
