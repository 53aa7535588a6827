"""What style sheet and scripts must have in common with Python."""

from __future__ import annotations

import re
import tomllib

from convviz import html, limits
from convviz.assets import ASSETS
from convviz.html import served
from convviz.recipes import Presentation
from convviz.recipes.presentation import PRESENTATION_FIELDS
from convviz.web.components.figure import NARROW_WIDTH, OF_SCENE
from tests.web.app import ROOT

FIGURE = {file.name: file.read_text(encoding="utf-8") for file in (ASSETS / "figure").glob("*.js")}


def test_the_colors_of_the_style_sheet_are_those_of_the_theme() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    light, dark = (theme[name]["backgroundColor"] for name in ("light", "dark"))
    assert f"--cv-page: light-dark({light}, {dark});" in (ASSETS / "style.css").read_text(encoding="utf-8")


def test_a_page_is_measured_as_its_figure_measures_itself() -> None:
    assert re.findall(r"const LARGEST = ([\d.]+);", FIGURE["page.js"]) == [str(served._LARGEST)]
    assert re.findall(r"const NARROW = (\d+);", FIGURE["player.js"]) == [str(served._NARROW)]


def test_the_editor_of_the_picture_has_the_limit_of_numbers() -> None:
    found = [text for source in FIGURE.values() for text in re.findall(r"const LIMIT = (\S+);", source)]
    assert [float(text) for text in found] == [limits.NUMBER]


def test_the_figure_has_the_usual_presentation_and_the_layout_of_its_page() -> None:
    source = FIGURE["figure.js"]
    (usual,) = re.findall(r"const USUAL = \{ (.*) \};", source)
    spelled = {name: field.spell(getattr(Presentation(), name)) for name, field in PRESENTATION_FIELDS.items()}
    assert dict(re.findall(r'(\w+): "([^"]*)"', usual)) == {**spelled, "theme": "page"}
    assert re.findall(r'const NARROW_LAYOUT = "(\d+)";', source) == [NARROW_WIDTH] == [html.LAYOUTS[1]]
    (names,) = re.findall(r"const OF_SCENE = \[(.*)\];", source)
    assert tuple(re.findall(r'"(\w+)"', names)) == OF_SCENE
