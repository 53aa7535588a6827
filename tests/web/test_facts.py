"""What style sheet and scripts must have in common with Python."""

from __future__ import annotations

import re
import tomllib

from convviz import limits
from convviz.web import ASSETS
from tests.web.app import ROOT


def test_the_colors_of_the_style_sheet_are_those_of_the_theme() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    light, dark = (theme[name]["backgroundColor"] for name in ("light", "dark"))
    assert f"--cv-page: light-dark({light}, {dark});" in (ASSETS / "style.css").read_text(encoding="utf-8")


def test_the_editor_of_the_picture_has_the_limit_of_numbers() -> None:
    source = (ROOT / "assets" / "figure" / "editor.js").read_text(encoding="utf-8")
    assert [float(text) for text in re.findall(r"const LIMIT = (\S+);", source)] == [limits.NUMBER]
