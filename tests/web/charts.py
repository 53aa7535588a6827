"""The charts of a page, which it offers by their addresses."""

from __future__ import annotations

import pickle
import re
from html import unescape

from streamlit.testing.v1 import AppTest

from convviz.charts import Chart
from convviz.web.components.charts import offered_chart


def charts(app: AppTest) -> list[str]:
    """Return the charts of a page as HTML, in which the texts are as they are read."""
    return [unescape(element.value) for element in app.markdown if 'class="cv-chart"' in element.value]


def drawing(html: str) -> str:
    """Return the SVG of the first chart whose address is in some HTML, or that is the address itself."""
    found = re.search(r"/chart/(\w+)/", html)
    assert found
    pickled = offered_chart(found[1])
    assert pickled
    chart: Chart = pickle.loads(pickled)
    return chart.svg()


def downloads(html: str) -> list[str]:
    """Return the names of the files of a chart."""
    return re.findall(r'download="([^"]*)"', html)
