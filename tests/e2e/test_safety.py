"""What links and files bring along, in a real browser: shown as it is, and nothing is loaded for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.conftest import ROOT, Pages, Server
from tests.e2e.texts import TEXTS
from tests.web.markup import MARKUP, model

APP = """
import streamlit as st
from starlette.middleware import Middleware
from convviz.web.components.uploads import UploadLimit
app = st.App("main.py", middleware=[Middleware(UploadLimit)])
"""
MAIN = """
import streamlit as st
from convviz.web.components.refusals import as_code, as_text
from tests.e2e.texts import TEXTS
for number, text in enumerate(TEXTS):
    with st.container(key=f"t{number}"):
        st.error(as_text(text))
        st.error(as_text(f"Got {text}."))
        st.caption(as_text(text))
        st.toggle(as_text(text), key=number)
        st.markdown(f"is {as_code(text)}.")
st.file_uploader("File")
"""


@pytest.fixture(scope="module")
def texts(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pages, Page]]:
    """A page that shows all the texts in several elements, and has an uploader, of a server of its own."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "app.py").write_text(APP)
    (folder / "main.py").write_text(MAIN)
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("PYTHONPATH", str(ROOT))
            environment.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "1")
            server = stack.enter_context(Server(folder / "log.txt", folder=folder))
        pages = Pages(browser, server.url, {})
        yield pages, pages()
        pages.close()
        for context in pages.contexts.values():
            context.close()
    assert [one for one in pages.problems if "HTTP 503" not in one] == []  # which uploads at the same time may get


def plain(text: str) -> str:
    return " ".join(text.replace("\u2060", "").split())


def test_texts_are_shown_as_they_are(texts: tuple[Pages, Page]) -> None:
    _, page = texts
    for number, text in enumerate(TEXTS):
        place = page.locator(f".st-key-t{number}")
        shown = [plain(one) for one in place.locator("[data-testid=stAlert]").all_inner_texts()]
        assert shown == [plain(text), plain(f"Got {text}.")]
        assert plain(place.locator("[data-testid=stCaptionContainer]").inner_text()) == plain(text)
        assert plain(place.locator("[data-testid=stCheckbox]").inner_text()) == plain(text)
        assert plain(place.locator("code").inner_text()) == plain(text.replace("`", "'"))
    markup = page.locator("[data-testid=stMain] :is(a, img, em, strong, del, h1, li, table, .katex, [role=img])")
    assert markup.count() == 0


def test_a_session_cannot_fill_the_memory(texts: tuple[Pages, Page]) -> None:
    pages, page = texts
    with page.expect_request(re.compile("upload_file")) as sent:
        page.locator("input[type=file]").set_input_files([FilePayload(name="a", mimeType="", buffer=b"1")])
    pages.settle(page)
    one_by_one, at_once = page.evaluate(
        """async address => {
            const cookie = document.cookie.match(/_streamlit_xsrf=([^;]*)/);
            const headers = cookie ? { "X-Xsrftoken": cookie[1] } : {};
            const put = async (name) => {
                const body = new FormData();
                body.append("file", new Blob([new Uint8Array(1000000)]), "x");
                return (await fetch(address + name, { method: "PUT", body, headers })).status;
            };
            const statuses = [];
            for (let number = 0; number < 12; number++) statuses.push(await put(number));
            return [statuses, await Promise.all([..."abcdefgh"].map(put))];
        }""",
        sent.value.url,
    )
    assert one_by_one == [204] * 12
    assert set(at_once) <= {204, 503}
    metrics = page.request.get(f"{pages.server}/_stcore/metrics").text()
    (held,) = re.findall(r'cache_memory_bytes\{cache_type="UploadedFileManager".*?\} (\d+)', metrics)
    assert 1_000_000 <= int(held) <= 3_000_000


@pytest.mark.parametrize("name", ["depthwise-separable", "network"])  # all refuse in one way
def test_links_with_markup_load_nothing(open_page: Pages, name: str) -> None:
    markup = "![](//e.ee)[a](//e.ee)$x$`z`"
    page = open_page(f"/{name}?{quote(markup)}=1")
    alert = page.locator("[data-testid=stAlert], .refusal:visible")
    expect(alert).to_be_visible()
    assert f"'{markup}'" in plain(alert.inner_text())
    assert alert.locator("a, code, .katex, [class*=Colored]").count() == 0
    assert page.locator("[src*='e.ee'], [href*='e.ee']:not([rel=alternate])").count() == 0


def test_names_of_a_model_load_nothing(open_page: Pages) -> None:
    markup = MARKUP[0] + MARKUP[4]
    page = open_page("/network?source=file")
    page.locator("input[type=file]").set_input_files(
        [FilePayload(name=f"{markup}.onnx", mimeType="", buffer=model(markup))]
    )
    expect(page.get_by_text(f"Ringed: {markup} first")).to_be_visible()
    page.locator("[data-node$=last]").first.click()
    expect(page.get_by_text(f"Ringed: {markup} last")).to_be_visible()
    open_page.settle(page)
    assert page.locator("[src*='evil'], [href*='evil'], [onerror]").count() == 0


def test_a_browser_may_load_no_foreign_image_and_run_no_foreign_script(open_page: Pages) -> None:
    page = open_page("/dilated")
    for path in ("/", "/_stcore/health", "/static/none.js", "/render/dilated.png", "/render/dilated.gif?stride=x"):
        headers = page.request.get(open_page.server + path).headers
        assert "server" not in headers, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert "img-src 'self' data:;" in headers["content-security-policy"], path
    blocked = page.evaluate(
        """async () => {
            const kinds = [];
            const seen = new Promise((resolve) =>
                document.addEventListener("securitypolicyviolation", (event) => {
                    kinds.push(event.effectiveDirective);
                    if (kinds.length === 3) resolve();
                }));
            document.body.insertAdjacentHTML("beforeend",
                '<img src="http://evil.example/x.png"><button onclick="throw 1">x</button>');
            document.body.lastElementChild.click();
            const script = document.createElement("script");
            script.src = "http://evil.example/x.js";
            document.body.append(script);
            await seen;
            return kinds.sort();
        }"""
    )
    assert blocked == ["img-src", "script-src-attr", "script-src-elem"]
    assert open_page.problems != []
    assert all("Content Security Policy" in one or "evil.example" in one for one in open_page.problems)
    open_page.problems.clear()
