"""The Streamlit pages and the HTTP routes: the only part that knows the web."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""The folder that holds app.py, pages and assets."""

ASSETS: Final = ROOT / "assets"
"""The figure, the components in JavaScript, the sample images and the icon."""
