"""A server that is away: what the page says, what remains, and that it goes on by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from convviz.assets import ASSETS
from tests.conftest import Pages

AWAY = "The server does not answer. The page goes on by itself when it does."
LOST = "The server does not answer; the figure keeps trying."
WAITS = "The server does not answer; this keeps trying."
HTML = "<html><body>Bad Gateway</body></html>"

FAULTS: dict[str, Callable[[Route], object]] = {
    "refused": lambda route: route.abort("connectionrefused"),
    "a proxy's page": lambda route: route.fulfill(status=502, content_type="text/html", body=HTML),
    "a page in place of an answer": lambda route: route.fulfill(content_type="text/html", body=HTML),
    "half an answer": lambda route: route.fulfill(content_type="application/json", body='{"query": "stri'),
    "a full queue": lambda route: route.fulfill(status=503, headers={"Retry-After": "2"}, json={"error": "Full."}),
    "no answer at all": lambda route: None,
    "a slow one": lambda route: route.fulfill(status=504, body=""),
}


@pytest.fixture
def page(open_page: Pages) -> Iterator[Page]:
    """Give an empty page whose failed requests are no faults."""
    pages = Pages(open_page.browser, open_page.server, open_page.contexts)
    yield pages.new_page(reduced_motion="reduce")
    pages.close()


def passes(page: Page, is_reached: Callable[[], bool]) -> None:
    """Let seconds pass on the page until something is reached."""
    for _ in range(200):
        if is_reached():
            return
        page.clock.run_for(1000)
    pytest.fail("the page has not tried again", pytrace=False)


def test_a_figure_tries_again_whatever_comes_in_place_of_an_answer(page: Page, server: str) -> None:
    page.clock.install()
    page.goto(f"{server}/figure/dilated")
    expect(page.locator(".figure.is-ready")).to_be_visible()
    faults, asked = [*FAULTS.values()], list[str]()

    def spoil(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) <= len(faults):
            faults[len(asked) - 1](route)
        else:
            route.continue_()

    page.route("**/scene/**", spoil)
    slider, note = page.get_by_role("slider", name="Stride s"), page.locator(".lost")
    slider.press("ArrowRight")
    expect(note).to_have_text(LOST)
    expect(note).to_be_in_viewport()
    passes(page, lambda: note.is_hidden())
    assert asked == [f"{server}/scene/dilated.json?stride=2"] * (len(faults) + 1)
    assert (page.url, slider.input_value()) == (f"{server}/figure/dilated?stride=2", "2")
    assert page.locator(".files a").get_attribute("href") == "/download/dilated?stride=2&theme=light"


def test_a_figure_asks_again_at_once_when_the_line_is_up(page: Page, server: str) -> None:
    page.clock.install()
    page.goto(f"{server}/figure/dilated")
    expect(page.locator(".figure.is-ready")).to_be_visible()
    page.route("**/scene/**", lambda route: route.abort())
    page.get_by_role("slider", name="Stride s").press("ArrowRight")
    expect(page.locator(".lost")).to_be_visible()
    check_telephone(page)
    page.clock.pause_at(page.evaluate("Date.now() + 1"))
    page.unroute("**/scene/**")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".lost")).to_be_hidden()


def check_telephone(page: Page) -> None:
    """The line is at the lower edge of a narrow window, too, and moves no other part aside."""
    page.set_viewport_size({"width": 390, "height": 700})
    note, hint = page.locator(".lost"), page.locator(".hint")
    expect(page.locator(".parts")).to_have_css("row-gap", "0px")
    boxes = [part.bounding_box() for part in (note, hint)]
    assert all(boxes)
    (line, other) = [(box["x"], box["width"]) for box in boxes if box]
    assert line == other
    below = note.evaluate("note => innerHeight - note.getBoundingClientRect().bottom")
    assert (below, note.evaluate("note => note.offsetHeight < 80")) == (0, True)


def test_what_a_figure_fetches_later_is_fetched_again(page: Page, server: str) -> None:
    page.clock.install()
    page.goto(f"{server}/figure/dilated")
    expect(page.locator(".figure.is-ready")).to_be_visible()
    page.route("**/later.js", lambda route: route.abort())
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator(".lost")).to_have_text(LOST)
    page.unroute("**/later.js")
    passes(page, lambda: page.locator(".question .text").is_visible())
    expect(page.locator(".lost")).to_be_hidden()
    page.get_by_role("button", name="Predict", exact=True).click()

    frame = page.frame_locator("dialog[open] iframe")
    page.route("**/download/dilated?*", lambda route: route.fulfill(status=502, content_type="text/html", body=HTML))
    page.get_by_role("link", name="Download").click()
    expect(page.get_by_text(WAITS)).to_be_visible()
    expect(page.locator("dialog[open] iframe")).to_be_hidden()
    page.unroute("**/download/dilated?*")
    page.route("**/download/dilated.json?*", lambda route: route.abort())
    page.clock.run_for(4000)
    expect(frame.locator("#problem")).to_have_text("The server does not answer; this page keeps trying.")
    page.unroute("**/download/dilated.json?*")
    passes(page, lambda: frame.locator("#save").is_visible())
    expect(frame.locator("#problem")).to_be_hidden()
    expect(page.get_by_text(WAITS)).to_have_count(0)


def test_a_page_says_that_its_server_is_away_and_closes_the_dialog_about_it(page: Page, server: str) -> None:
    page.clock.install()
    script = (ASSETS / "away.js").read_text(encoding="utf-8")
    body = (
        f"<main data-testid=stApp data-test-connection-state=CONNECTED><img src=/a.svg></main><script>{script}</script>"
    )
    page.route("**/fault", lambda route: route.fulfill(content_type="text/html", body=f"<!doctype html><body>{body}"))
    page.goto(f"{server}/fault")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    line, loaded = page.get_by_role("status"), "document.images[0].naturalWidth > 0"
    page.evaluate("window.addEventListener('online', () => (window.times = (window.times ?? 0) + 1))")
    page.evaluate("document.querySelector('main').dataset.testConnectionState = 'PINGING_SERVER'")
    page.evaluate(
        """() => {
          const dialog = document.createElement("div");
          dialog.dataset.testid = "stDialog";
          dialog.innerHTML = "<button aria-label=Close></button>";
          dialog.firstChild.onclick = () => dialog.remove();
          document.body.append(dialog);
        }"""
    )
    expect(page.get_by_test_id("stDialog")).to_have_count(0)
    page.clock.run_for(2000)
    expect(line).to_be_empty()
    page.evaluate("document.images[0].src = '/b.svg'")  # there is none
    page.clock.run_for(1000)
    expect(line).to_have_text(AWAY)
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    page.route("**/b.svg", lambda route: route.fulfill(content_type="image/svg+xml", body=picture))
    page.evaluate("document.querySelector('main').dataset.testConnectionState = 'CONNECTED'")
    page.clock.run_for(1000)
    expect(line).to_be_empty()
    assert page.evaluate("window.times") == 1
    page.wait_for_function(loaded)
