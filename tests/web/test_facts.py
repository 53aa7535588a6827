"""Sizes and costs of a lesson, and what style sheet and scripts must have in common with Python."""

from __future__ import annotations

import re
import tomllib

import pytest
from streamlit.testing.v1 import AppTest

from convviz import limits
from convviz.web import ASSETS
from tests.web.app import ROOT, open_lesson


def facts(app: AppTest) -> list[tuple[str, str]]:
    body = next(element.proto.body for element in app.get("html") if 'class="cv-facts"' in element.proto.body)
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", body)


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("standard", {}, [("Input", "5 × 5"), ("Kernel", "3 × 3"), ("Output", "3 × 3"), ("Parameters", "9"),
                          ("Multiplications", "81")]),
        ("standard", {"in_channels": "2", "input_size": "4"},
         [("Input", "2 × 4 × 4"), ("Weight", "1 × 2 × 3 × 3"), ("Output", "1 × 2 × 2"), ("Parameters", "18"),
          ("Multiplications", "72")]),
        ("standard", {"in_channels": "4", "out_channels": "2", "groups": "2", "dilation": "2"},
         [("Input", "4 × 5 × 5"), ("Weight", "2 × 2 × 3 × 3"), ("Effective kernel", "5 × 5"), ("Output", "2 × 1 × 1"),
          ("Parameters", "36"), ("Multiplications", "36")]),
        ("depthwise-separable", {"channel_multiplier": "2"},
         [("Input", "3 × 5 × 5"), ("Depthwise weight", "6 × 1 × 3 × 3"), ("Pointwise weight", "4 × 6 × 1 × 1"),
          ("Output", "4 × 3 × 3"), ("Parameters", "78"), ("Multiplications", "702")]),
        ("spatial-separable", {},
         [("Input", "6 × 6"), ("Kernel", "3 × 3"), ("Output", "4 × 4"), ("Parameters in two passes", "6"),
          ("Parameters in one", "9"), ("Multiplications in two passes", "120"), ("Multiplications in one", "144")]),
        ("spatial-separable", {"bias": "1", "kernel_size": "1x3", "weight": "1,2,1"},
         [("Input", "6 × 6"), ("Kernel", "1 × 3"), ("Output", "6 × 4"), ("Parameters in two passes", "5"),
          ("Parameters in one", "4"), ("Multiplications in two passes", "108"), ("Multiplications in one", "72")]),
    ],
)  # fmt: skip
def test_sizes_and_costs(name: str, query: dict[str, str], expected: list[tuple[str, str]]) -> None:
    app = open_lesson(name, **query)
    assert facts(app) == expected
    said = any("Sizes are channels × height × width; weights are" in element.proto.body for element in app.get("html"))
    assert said == (expected[0][1].count("×") == 2)


def test_the_colors_of_the_style_sheet_are_those_of_the_theme() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    light, dark = (theme[name]["backgroundColor"] for name in ("light", "dark"))
    assert f"--cv-page: light-dark({light}, {dark});" in (ASSETS / "style.css").read_text(encoding="utf-8")


def test_the_editor_of_the_picture_has_the_limit_of_numbers() -> None:
    source = (ROOT / "assets" / "player" / "editor.js").read_text(encoding="utf-8")
    assert [float(text) for text in re.findall(r"const LIMIT = (\S+);", source)] == [limits.NUMBER]
