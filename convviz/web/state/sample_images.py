"""The sample images that come with the app."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from convviz.web import ASSETS

_FOLDER: Final = ASSETS / "images"

SAMPLES: Final[Mapping[str, Path]] = {
    "camera": _FOLDER / "camera.png",
    "cat": _FOLDER / "cat.jpg",
    "brick": _FOLDER / "brick.png",
    "shapes": _FOLDER / "shapes.png",
}
"""Their files by name; where they come from stands beside them."""
