"""The Streamlit pages and the HTTP routes: the only part that knows the web."""

from pathlib import Path
from typing import Final

_INSTALLED: Final = Path(__file__).resolve().parents[1] / "site"

ROOT: Final = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).resolve().parents[2]
"""The folder that holds app.py, pages and assets: in an installed package ``convviz/site``, else the repository."""

ASSETS: Final = ROOT / "assets"
"""The figure, the components in JavaScript, the sample images and the icon."""
