"""Reads charts as a person would: what is written in them, and whether all of it can be read."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from convviz.charts import Chart

SVG = "{http://www.w3.org/2000/svg}"


def texts(chart: Chart) -> list[str]:
    """Everything written in the picture."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(chart.svg()).iter(f"{SVG}text")]


def check_texts(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text is large enough, lies inside the picture, and overlaps no other."""
    drawn: list[tuple[Text, object]] = []
    figure = chart.figure()
    renderer = FigureCanvasAgg(figure).get_renderer()
    monkeypatch.setattr(Text, "draw", lambda text, _: drawn.append((text, text.get_window_extent(renderer))))
    figure.draw(renderer)
    written = [(text, box) for text, box in drawn if text.get_text() and text.get_visible()]
    for text, box in written:
        assert text.get_fontsize() >= 9
        assert min(box.x0, box.y0) >= 0, text
        assert box.x1 <= chart.width, text
        assert box.y1 <= chart.height, text
    for (one, first), (other, second) in combinations(written, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert min(across, down) < 1, (one, other)
