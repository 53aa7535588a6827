"""Charts over HTTP: a page offers them, and a worker process draws them when they are asked for."""

from __future__ import annotations

import pickle
import re

import pytest
from streamlit.testing.v1 import AppTest

from convviz.charts import Chart
from convviz.charts.gridding import coverage_map
from convviz.web.components.charts import chart_address, offered_chart
from tests.visitor import Visitor
from tests.web.app import get


def chart(width: int = 400) -> Chart:
    return coverage_map([True, False, True], [True, True, True], width=width)


@pytest.fixture
def offered(server: str) -> list[str]:
    """The addresses that a page offers: of its map in a window and on a phone, and of their files."""
    with Visitor(server, "/gridding?rates=1,2") as visitor:
        html = next(proto.body for proto in visitor.protos("markdown") if 'class="cv-chart"' in proto.body)
    return re.findall(r'(?:src|srcset|href)="([^"]*)"', html)


def test_a_page_offers_charts_in_two_widths_and_as_files(server: str, offered: list[str]) -> None:
    assert [re.sub("/chart/[0-9a-f]{32}/", "", address) for address in offered] == [
        "coverage.svg", "coverage.svg", "coverage.svg", "coverage.png", "coverage.pdf"
    ]  # fmt: skip
    narrow, wide, file, picture, paper = offered
    assert (wide, wide.removesuffix("svg")) == (file, picture.removesuffix("png"))
    rows = [True] * 7
    for address, width in ((wide, 640), (narrow, 340)):
        status, headers, body = get(server + address)
        assert (status, headers["Content-Type"]) == (200, "image/svg+xml")
        assert body.decode() == coverage_map(rows, rows, width=width).svg()
    status, headers, body = get(server + picture)
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body == coverage_map(rows, rows, width=640).png()
    status, headers, body = get(server + paper)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert body == coverage_map(rows, rows, width=640).pdf()


def test_who_has_a_chart_need_not_get_it_again(server: str, offered: list[str]) -> None:
    _, headers, _ = get(server + offered[0])
    assert headers["Cache-Control"] == "public, max-age=3600"
    status, again, body = get(server + offered[0], **{"If-None-Match": headers["ETag"]})
    assert (status, again["ETag"], body) == (304, headers["ETag"], b"")


@pytest.mark.parametrize("path", ["0" * 32 + "/coverage.svg", "x/coverage.png"])
def test_a_chart_that_is_not_offered_is_not_there(server: str, path: str) -> None:
    status, _, body = get(f"{server}/chart/{path}")
    assert (status, body) == (404, b'{"error":"There is no such chart. Reload the page that shows it."}')


def test_a_chart_has_no_other_files(server: str, offered: list[str]) -> None:
    assert get(server + offered[0].replace(".svg", ".gif"))[0] == 404


def test_words_of_a_chart_are_never_markup() -> None:
    def page() -> None:
        from dataclasses import replace

        from convviz.charts.gridding import coverage_map
        from convviz.web.components.charts import show_chart

        chart = coverage_map([True], [True], width=400)
        show_chart(replace(chart, description='of "a"\n\n![x](//e.ee)\n<b>'), "coverage")

    (shown,) = AppTest.from_function(page).run().markdown
    assert 'of &quot;a&quot; ![x](//e.ee) &lt;b&gt;"' in shown.value
    assert "\n" not in shown.value


def test_equal_charts_have_one_address_and_others_have_others() -> None:
    address = chart_address(chart(), "coverage")
    assert chart_address(chart(), "coverage") == address
    assert chart_address(chart(401), "coverage") != address
    pickled = offered_chart(address.split("/")[2])
    assert pickled is not None
    assert pickle.loads(pickled).svg() == chart().svg()
