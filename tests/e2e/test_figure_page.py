"""The figure outside the app, in a real browser: as a page, in frames of other sites, from a file, in a notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Frame, Page, Route, expect

import convviz as cv
from convviz.cli import main
from convviz.figure import answer
from convviz.recipes.catalog import CATALOG
from tests.conftest import Contexts, rest
from tests.e2e.accessibility import violations
from tests.web.app import get

COUNT = re.compile(r"^\d+ / \d+$")


@pytest.fixture
def alone(browser: Browser, contexts: Contexts) -> Iterator[Any]:
    """Open pages without the app's own watch; they must not complain."""
    pages: list[Page] = []
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(message.text)

    def opened(
        address: str, *, width: int = 1366, height: int = 900, is_dark: bool = False, is_offline: bool = False
    ) -> Page:
        key = f"alone {is_offline}"
        if key not in contexts:
            contexts[key] = browser.new_context()
            contexts[key].set_offline(is_offline)
        page = contexts[key].new_page()
        pages.append(page)
        page.emulate_media(color_scheme="dark" if is_dark else "light", reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", note)
        page.goto(address)
        return page

    yield opened
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
    assert problems == []


@pytest.fixture
def site() -> Iterator[Callable[[str], str]]:
    """Publish pages on another host than the app's; gives their address."""
    pages: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, format: str, *given: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as host:
        Thread(target=host.serve_forever, daemon=True).start()

        def publish(html: str) -> str:
            path = f"/{len(pages)}"
            pages[path] = f"<!doctype html><title>Course</title><body>{html}"
            return f"http://127.0.0.1:{host.server_port}{path}"

        yield publish
        host.shutdown()


def framed(page: Page) -> Frame:
    """The figure in the frame of a page, once it is there."""
    (frame,) = page.main_frame.child_frames
    expect(frame.locator(".figure.is-ready")).to_be_visible()
    return frame


@pytest.mark.parametrize(("width", "is_dark"), [(390, True), (1366, False)])
def test_a_page_of_its_own_answers_its_dials_and_keeps_the_address(
    alone: Any, server: str, is_dark: bool, width: int
) -> None:
    page = alone(f"{server}/figure/dilated?step=2", width=width, height=844, is_dark=is_dark)
    expect(page.locator(".count")).to_have_text("2 / 9")
    assert violations(page) == []
    page.get_by_role("slider", name="Dilation d").press("ArrowRight")
    expect(page.locator(".count")).to_have_text("1 / 1")
    page.wait_for_url("**/figure/dilated?dilation=3*")
    page.go_back()
    expect(page.locator(".count")).to_have_text(re.compile("/ 9$"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_picture_alone_fits_its_frame_and_says_how_high_it_must_be(alone: Any, server: str, site: Any) -> None:
    page = alone(site(f"""
        <iframe src="{server}/figure/dilated?dials=0" width="720" height="300"></iframe>
        <script>addEventListener("message", ({{ data, source }}) => {{
          const frame = document.querySelector("iframe");
          if (source !== frame.contentWindow || data.type !== "convviz:height") return;
          frame.height = data.height;
          (window.heights ??= []).push(data.height);
        }})</script>"""))  # fmt: skip
    frame = framed(page)
    expect(frame.locator(".dials")).to_be_hidden()
    page.wait_for_function("window.heights")
    fits = "document.documentElement.scrollHeight <= window.innerHeight"
    frame.wait_for_function(f"{fits} && document.querySelector('.stage').clientWidth > 650")
    rest(page, 10)  # a figure that kept asking for more would do so now
    assert len(page.evaluate("heights")) <= 3


@pytest.mark.parametrize("width", [430, 800])
def test_an_oembed_frame_is_as_high_as_its_figure(alone: Any, server: str, site: Any, width: int) -> None:
    asked = f"{server}/oembed?maxwidth={width}&url={quote(f'{server}/transposed?padding=1', safe='')}"
    found = json.loads(get(asked)[2])
    page = alone(
        site(f"""{found["html"]}
        <script>addEventListener("message", ({{ data }}) => {{ window.height = data.height }})</script>""")
    )
    framed(page)
    page.wait_for_function("window.height")
    rest(page)
    assert page.evaluate("window.height") == pytest.approx(found["height"], abs=5)


def test_a_frame_adds_nothing_to_the_history_of_its_page(alone: Any, server: str, site: Any) -> None:
    """Nor does the address of a lesson, which leads to its figure."""
    page = alone(site(f'<iframe src="{server}/dilated?embed=true" width="900" height="900"></iframe>'))
    frame, before = framed(page), page.evaluate("history.length")
    frame.get_by_role("slider", name="Dilation d").press("ArrowRight")
    frame.wait_for_url("**dilation=3*")
    assert page.evaluate("history.length") == before


def test_a_slide_starts_and_stops_its_figure(alone: Any, server: str, site: Any) -> None:
    page = alone(site(f'<iframe src="{server}/figure/dilated?step=3" width="900" height="700"></iframe>'))
    frame = framed(page)
    expect(frame.locator(".count")).to_have_text("3 / 9")
    tell = "what => document.querySelector('iframe').contentWindow.postMessage(what, '*')"
    page.evaluate(tell, "slide:start")
    expect(frame.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate(tell, "slide:stop")
    expect(frame.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.evaluate(tell, {"type": "anything"})
    expect(frame.locator(".count")).to_have_text(COUNT)


@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-same-origin"])
def test_a_frame_that_may_do_little_works(alone: Any, server: str, site: Any, sandbox: str) -> None:
    """Course systems often allow scripts alone: then the browser keeps nothing, and has no address to write."""
    frame = f'<iframe sandbox="{sandbox}" src="{server}/figure/dilated" width="900" height="900"></iframe>'
    figure = framed(alone(site(frame)))
    figure.get_by_role("slider", name="Dilation d").press("ArrowRight")
    expect(figure.locator(".count")).to_have_text("1 / 1")
    figure.get_by_role("button", name="Present").click()
    expect(figure.locator(".player.is-presenting")).to_be_visible()
    figure.get_by_role("button", name="Leave").click()
    expect(figure.locator(".player.is-presenting")).to_have_count(0)


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_file_works_from_disk_without_a_network(alone: Any, tmp_path: Path) -> None:
    path = tmp_path / "dilated.html"
    path.write_text(cv.animate(cv.recipe("dilated")).html(dials={"dilation": (1, 2, 3, 4), "flip": ()}), "utf-8")
    page = alone(path.as_uri(), is_offline=True)
    expect(page.locator(".count")).to_have_text(re.compile("/ 9$"))
    slider = page.get_by_role("slider", name="Dilation d")
    slider.press("ArrowRight")
    expect(page.locator(".count")).to_have_text("1 / 1")
    expect(page.locator(".facts")).to_contain_text("7 × 7")
    slider.press("ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("kernel")  # a kernel of 9 x 9 does not fit
    slider.press("Home")
    expect(page.locator(".count")).to_have_text(re.compile("/ 25$"))
    page.get_by_role("button", name="Last step").click()
    expect(page.locator(".count")).to_have_text("25 / 25")
    for name in ("Copy link", "Embed"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("link", name="Download", exact=True)).to_have_count(0)
    tables = page.locator(".tables")
    tables.locator("summary").press("Enter")
    expect(tables.locator("caption").first).to_contain_text("Step 25 of 25: output row 4, column 4")
    expect(tables.locator(".scrolls")).to_have_css("display", "flex")
    assert violations(page) == []
    page.locator("canvas").dblclick(position={"x": 100, "y": 150})
    expect(page.locator(".editor")).to_be_hidden()
    page.get_by_role("button", name="Predict").click()
    question = page.get_by_role("form", name="Question")
    question.get_by_role("textbox").fill("5 x 5")
    question.get_by_role("button", name="Check").click()
    expect(question.get_by_role("status")).to_contain_text("Right: 5 × 5.")


def test_a_file_has_a_layout_for_phones(alone: Any, tmp_path: Path) -> None:
    path = tmp_path / "channels.html"
    path.write_text(cv.animate(cv.recipe("standard", in_channels=3)).html(), "utf-8")
    page = alone(path.as_uri(), width=390, height=844)
    expect(page.locator(".figure.is-ready")).to_be_visible()
    height, width = page.locator("canvas").evaluate("({ clientHeight, clientWidth }) => [clientHeight, clientWidth]")
    scene = json.loads(answer("standard", "in_channels=3&width=430").text)["scene"]
    assert height / width == pytest.approx(scene["height"] / scene["width"], rel=0.01)
    stage = page.locator(".stage")
    light = stage.evaluate("stage => stage.style.background")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(stage).not_to_have_css("background-color", light)  # the picture goes with the page


def test_a_notebook_shows_the_figure_as_high_as_it_is(alone: Any, site: Any) -> None:
    output = cv.animate(cv.recipe("standard"))._repr_mimebundle_()["text/html"]
    page = alone(site(output))
    frame = framed(page)
    page.wait_for_function("document.querySelector('iframe').clientHeight !== 620")
    shown = page.locator("iframe").evaluate("frame => frame.clientHeight")
    needed = frame.locator("body").evaluate("body => body.getBoundingClientRect().height")
    assert needed == pytest.approx(shown, abs=2)
    frame.get_by_role("button", name="Next step").click()
    expect(frame.locator(".count")).to_have_text("2 / 9")
    frame.locator(".tables summary").press("Enter")  # out of sight until then
    page.wait_for_function("before => document.querySelector('iframe').clientHeight > before + 100", arg=shown)


def test_a_site_is_a_folder_for_any_host(alone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, names = tmp_path / "out", ["dilated", "padding_strides"]
    monkeypatch.setattr("convviz.cli.site.VARIANTS", {"dilated": cv.recipe("dilated").kind})
    monkeypatch.setattr("convviz.cli.site.CATALOG", {names[1]: CATALOG[names[1]]})
    assert main(["site", "-o", str(folder)]) == 0
    page = alone((folder / "index.html").as_uri(), is_offline=True)
    assert violations(page) == []
    assert page.evaluate("[...document.images].every(({ naturalWidth }) => naturalWidth > 0)")
    page.get_by_role("link", name="Dilated convolution").click()
    page.get_by_role("slider", name="Dilation d").press("ArrowRight")
    expect(page.locator(".count")).to_have_text("1 / 1")
    page.go_back()
    page.get_by_role("link", name="Padding 1, stride 2").click()
    expect(page.locator(".count")).to_have_text(COUNT)
    assert {path.stem for path in folder.glob("*.html")} == {"index", *names}


# Embed ----------------------------------------------------------------------------------------------------------------


def test_embed_gives_a_frame_with_its_true_height(alone: Any, server: str, site: Any) -> None:
    page = alone(f"{server}/dilated?dilation=3")
    page.get_by_role("button", name="Embed").click()
    dialog = page.get_by_role("dialog", name="Embed")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("checkbox").uncheck()
    expect(dialog.get_by_role("status")).to_contain_text("pixels, it is")
    text = dialog.get_by_role("textbox").input_value()
    match = re.match(r'<iframe src="([^"]*)" title="Dilated convolution" width="100%" height="(\d+)"', text)
    assert match
    assert match[1] == f"{server}/figure/dilated?dilation=3&amp;dials=0"
    width = dialog.locator("iframe").evaluate("frame => frame.clientWidth")
    host = alone(site(f'<div style="width: {width}px">{text}</div>'))
    fits = "document.documentElement.scrollHeight <= window.innerHeight"
    assert framed(host).evaluate(fits)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_text_of_a_link_is_never_markup(alone: Any, server: str) -> None:
    page = alone(f"{server}/figure/dilated?pin={quote('<img src=x onerror=alert(1)>')}")
    expect(page.locator(".count")).to_have_text(COUNT)
    assert page.locator("img").count() == 0


def test_a_figure_without_a_first_answer_begins_where_the_link_says(alone: Any, server: str) -> None:
    page = alone("about:blank")

    def take_answer(route: Route) -> None:
        text = route.fetch().text()
        start = text.index('"answer":{')
        route.fulfill(
            content_type="text/html", body=f'{text[:start]}"answer":null}}{text[text.index("</script>", start) :]}'
        )

    page.route("**/figure/receptive-field?*", take_answer)
    page.goto(f"{server}/figure/receptive-field?step=3")
    expect(page.get_by_role("status")).to_contain_text("F3: one unit sees 15 × 15 cells, 225 of 225 read")


def test_a_figure_begins_again_in_markup_that_was_used_before(alone: Callable[..., Page], server: str) -> None:
    """The app does so where a component is taken away and put back at once."""
    page = alone(f"{server}/figure/dilated")
    expect(page.locator(".is-ready").first).to_be_visible()
    again = page.evaluate(
        """async () => {
          const { mount } = await import(document.querySelector("script[src]").src.replace("page.js", "figure.js"));
          const data = document.getElementById("data").textContent;
          const component = { parentElement: document.body, data, setStateValue: () => {} };
          mount(component)();
          mount(component);
          return document.querySelectorAll(".facts .files").length;
        }"""
    )
    assert again == 1
    page.get_by_role("button", name="Embed", exact=True).click()
    expect(page.get_by_role("dialog", name="Embed")).to_be_visible()
