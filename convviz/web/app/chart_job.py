"""What a worker process does for charts. It is apart from the other jobs, which do without matplotlib."""

import pickle

from convviz.charts import Chart

from .worker import Check


def draw_chart(check: Check, pickled: bytes, suffix: str) -> bytes:
    """Return the file of a chart, as "svg", "png" or "pdf"."""
    check()
    chart: Chart = pickle.loads(pickled)
    return chart.svg().encode() if suffix == "svg" else chart.png() if suffix == "png" else chart.pdf()
