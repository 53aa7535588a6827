"""The document of every page: Streamlit's own, with our style sheet, and nothing of it for other addresses."""

from __future__ import annotations

import gzip
import re

import pytest
from starlette.requests import Request

from convviz.assets import ASSETS
from convviz.fonts import FAMILY, font_path, linked_fonts
from convviz.html import oembed_link
from convviz.web.app import document
from convviz.web.app.document import streamlit_page
from tests.web.app import get

NAMES = ("style.css", "history.js", "links.js", "theme.js", "find.js", "access.js", "away.js")
STYLE, *SCRIPTS = ((ASSETS / name).read_text(encoding="utf-8") for name in NAMES)
BEGIN = 'window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" };'
SCRIPT = "\n".join((BEGIN, *SCRIPTS))
OURS = f"<style>\n{linked_fonts('')}{STYLE}</style>\n    <script>\n{SCRIPT}</script>\n    "


@pytest.mark.parametrize("path", ["", "/", "/dilated", "/on-your-image?network=resnet18", "/no_such-page", "/home"])
def test_pages_have_the_style_sheet_from_the_beginning(server: str, path: str) -> None:
    status, headers, body = get(f"{server}{path}")
    found = 404 if path in ("/no_such-page", "/home") else 200  # the page says so, too
    assert (status, headers["Content-Type"]) == (found, "text/html; charset=utf-8")
    text = body.decode().replace(oembed_link(server, f"{server}{path}", "dilated in convviz"), "")
    assert (text != body.decode()) == (path == "/dilated")
    assert text.replace(OURS, "") == streamlit_page()
    assert f'{OURS}<div id="root">' in body.decode()


def test_below_a_path_the_address_without_its_slash_leads_to_the_one_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "site_base", lambda: "/learn/conv")
    scope = {"type": "http", "method": "GET", "path": "/learn/conv", "query_string": b"a=1&b=2", "headers": []}
    answer = document._answer(Request(scope | {"server": ("school.example", 80)}))
    assert (answer.status_code, answer.headers["Location"]) == (307, "/learn/conv/?a=1&b=2")


def test_a_document_is_sent_as_a_gzip_to_who_takes_it(server: str) -> None:
    _, headers, body = get(f"{server}/dilated", **{"Accept-Encoding": "gzip, br"})
    assert (headers["Content-Encoding"], headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(body) == get(f"{server}/dilated")[2]


@pytest.mark.parametrize(
    "path", ["/healthz/live", "/static/js/none.js", "/_stcore/metrics", "/_stcore/none", "/index.html"]
)
def test_no_other_address_has_a_document(server: str, path: str) -> None:
    status, headers, body = get(f"{server}{path}")
    assert (status, headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert body == b"There is nothing at this address."


@pytest.mark.parametrize("path", ["/favicon.png", "/_stcore/health", "/render/dilated.png"])
def test_other_addresses_have_their_own_answers(server: str, path: str) -> None:
    status, headers, body = get(f"{server}{path}")
    assert status == 200
    assert "text/html" not in headers["Content-Type"]
    assert b"<html" not in body


def test_the_fonts_of_the_style_sheet_are_there_for_good(server: str) -> None:
    addresses = re.findall(rf'"{FAMILY}"; font-weight: (\w+); .* url\("(\S+)"\)', linked_fonts(""))
    assert [weight for weight, _ in addresses] == ["normal", "bold"]
    for weight, address in addresses:
        status, headers, body = get(f"{server}{address}")
        assert (status, headers["Content-Type"]) == (200, "font/woff2")
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert body == font_path(weight == "bold", "woff2").read_bytes()
    assert get(f"{server}{address.replace('sans', 'serif')}")[0] == 404
    assert get(f"{server}/fonts/1/convviz-sans-bold.woff2")[0] == 404
