"""The watchers see what they watch for: an app made to misbehave, and one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import RUN, Contexts, Pages, Server

APP = """
import streamlit as st

def quiet():
    st.write("all is well")

def loud():
    st.html(
        '<img src="http://outside.invalid/a.png"><img src="/absent/a.png">'
        "<script>console.error('spoken'); setTimeout(() => { throw new Error('thrown') })</script>",
        unsafe_allow_javascript=True,
    )
    st.write("all is not well")

def broken():
    raise RuntimeError("planted")

st.navigation([st.Page(f, url_path=f.__name__) for f in (quiet, loud, broken)]).run()
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("app") / "planted.py"
    path.write_text(APP)
    return path


@pytest.fixture(scope="module")
def planted(app: Path) -> Iterator[Server]:
    with Server(app.with_name("log.txt"), (*RUN, str(app))) as server:
        yield server


@pytest.fixture
def pages(browser: Browser, contexts: Contexts, planted: Server) -> Iterator[Pages]:
    pages = Pages(browser, planted.url, contexts)
    yield pages
    pages.close()


def test_a_quiet_page_has_no_problems(pages: Pages) -> None:
    page = pages("/", dark=True, width=390)
    page.get_by_text("all is well").wait_for()
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert page.viewport_size == {"width": 390, "height": 900}
    assert pages.problems == []


def test_a_loud_page_has_every_problem(pages: Pages) -> None:
    page = pages("/loud")
    page.get_by_text("all is not well").wait_for()
    expected = [
        "console error: spoken",
        "uncaught error: thrown",
        "request to another host: http://outside.invalid/a.png",
    ]
    for _ in range(600):  # frames of the screen
        if all(problem in pages.problems for problem in expected):
            break
        page.evaluate("new Promise(requestAnimationFrame)")
    assert set(expected) <= set(pages.problems)


def test_a_traceback_in_the_log_is_a_failure(browser: Browser, contexts: Contexts, app: Path, tmp_path: Path) -> None:
    server = Server(tmp_path / "log.txt", (*RUN, str(app))).__enter__()
    pages = Pages(browser, server.url, contexts)
    pages("/broken").get_by_text("RuntimeError").first.wait_for()
    pages.close()
    with pytest.raises(pytest.fail.Exception, match="planted"):
        server.__exit__()


def test_a_server_that_does_not_start_is_a_failure(tmp_path: Path) -> None:
    app = tmp_path / "absent.py"
    with (
        pytest.raises(pytest.fail.Exception, match=r"absent\.py did not start"),
        Server(tmp_path / "log.txt", (*RUN, str(app))),
    ):
        pass


def test_an_error_from_the_server_is_a_problem(pages: Pages) -> None:
    page = pages("/")
    with page.expect_response("**/absent.png"):
        page.evaluate("fetch('/media/absent.png')")
    assert pages.problems == [f"HTTP 404: {pages.server}/media/absent.png"]
