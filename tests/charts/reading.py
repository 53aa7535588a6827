"""Reads charts as a person would: what is written in them, and whether all of it can be read."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from convviz.charts import Chart

SVG = "{http://www.w3.org/2000/svg}"


def texts(chart: Chart) -> list[str]:
    """Return everything that is written in the picture."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(chart.svg()).iter(f"{SVG}text")]


def check_texts(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that every text is large enough, inside the picture, and apart from all others."""
    drawn: list[tuple[Text, Any]] = []
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
    left, top, right, bottom = np.array([(box.x0, box.y0, box.x1, box.y1) for _, box in written]).T
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    down = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    overlapping = np.argwhere(np.triu(np.minimum(across, down) >= 1, k=1))
    assert [(written[first][0], written[second][0]) for first, second in overlapping] == []
