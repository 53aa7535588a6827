"""What each kind of file goes through, up to all that is printed of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Final

import convviz as cv
from convviz.batch import read_plan
from convviz.errors import printable
from convviz.recipes.images import read_color, read_image
from convviz.recipes.pasted import table_from_bytes


def _model(data: bytes, folder: Path) -> str:
    table = cv.Network.from_onnx(data).table()
    return "\n".join((table.text(), table.csv(), table.markdown(), table.html()))


def _image(data: bytes, folder: Path) -> str:
    return f"{read_image(data).shape} {read_color(data).shape}"


def _table(data: bytes, folder: Path) -> str:
    return str(table_from_bytes("input", data, 16))


def _batch(data: bytes, folder: Path) -> str:
    path = folder / "batch.toml"
    path.write_bytes(data)
    return ", ".join(file.name for file in read_plan(path))


def _code(data: bytes, folder: Path) -> str:
    return printable(str(cv.from_code(data.decode(errors="replace"))))


DOORS: Final = MappingProxyType[str, Callable[[bytes, Path], str]](
    {"onnx": _model, "png": _image, "jpeg": _image, "webp": _image, "csv": _table, "toml": _batch, "py": _code}
)
"""By the ending of the name: takes the bytes and a folder to work in, returns all that is shown."""
