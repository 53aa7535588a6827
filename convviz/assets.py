"""Where the files are that are no Python: the figure's scripts and styles, sample images, the icon, teaching plans."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_INSTALLED: Final = Path(__file__).resolve().parent / "site"

ROOT: Final = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).resolve().parents[1]
"""The folder of app.py, pages, assets and teaching plans: ``convviz/site`` in a package, else the repository."""

ASSETS: Final = ROOT / "assets"
"""The figure, the components in JavaScript, the sample images and the icon."""

PLANS: Final = ROOT / "docs" / "teaching"
"""A teaching plan for each lesson and lab, as Markdown; its index names them in order."""

SAMPLES: Final[Mapping[str, Path]] = {
    name: ASSETS / "images" / file
    for name, file in {"camera": "camera.png", "cat": "cat.jpg", "brick": "brick.png", "shapes": "shapes.png"}.items()
}
"""The files of the sample images by name; a text next to them says where they come from."""
