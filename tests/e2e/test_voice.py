"""The words of a page in a real browser: settings to try, pitfalls, the glossary, and ways to other pages."""

import re

from playwright.sync_api import Page, expect

from tests.conftest import Pages
from tests.e2e.page import shown, wait_for_player

_IS_TAKEN = """(href) => {
  const link = Object.assign(document.createElement("a"), { className: "cv-to", href });
  document.body.append(link);
  let isTaken = false;
  const end = (event) => { isTaken = event.defaultPrevented; event.preventDefault(); };
  window.addEventListener("click", end, { once: true });
  link.click();
  link.remove();
  return isTaken;
}"""
"""Whether a link is opened without a reload; no address is left for the browser to open."""


def test_links_set_the_figure_and_lead_to_other_pages_without_a_reload(open_page: Pages) -> None:
    page = open_page("/dilated")
    wait_for_player(page)
    page.evaluate("window.isSamePage = true")
    tries = page.get_by_role("region", name="Try this")

    def is_marked(label: str) -> None:
        expect(tries.locator("[aria-current=true]")).to_have_text(label)

    is_marked("Set dilation 2")
    tries.get_by_role("link", name="Set dilation 3").press("Enter")
    is_marked("Set dilation 3")
    assert shown(page) == {"input_size": "9", "dilation": "3"}
    assert page.url.endswith("/dilated?input_size=9&dilation=3")
    page.go_back()
    is_marked("Set dilation 2")
    assert page.url.endswith("/dilated")

    tries.get_by_role("link", name="Set dilation 1").click()
    is_marked("Set dilation 1")
    tries.get_by_role("link", name="Set dilation 2").click()
    is_marked("Set dilation 2")
    assert page.url.endswith("/dilated")
    for address in ("//example.org/dilated", "http://example.org/", "javascript:0", "data:text/html,x", "mailto:a@b"):
        assert not page.evaluate(_IS_TAKEN, address), address
    assert page.evaluate(_IS_TAKEN, "?dilation=2")

    pitfall = page.get_by_role("link", name="Dilation 3, no padding")
    pitfall.click()
    expect(page.locator(".facts")).to_contain_text("1 × 1")
    expect(page.locator(".stage canvas")).to_be_in_viewport(ratio=0.9)
    expect(tries.locator("[aria-current]")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 500})  # from the last one, the picture is out of sight
    tries.get_by_role("listitem").last.get_by_role("link").click()
    expect(page.locator(".stage canvas")).to_be_in_viewport(ratio=0.5)

    term = page.get_by_role("button", name="taps", exact=True)
    term.press("Enter")
    meaning = page.locator("#cv-term-tap")
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text("the weight on it")
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()

    _follow(page, "See the holes", "Gridding", "/gridding")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dilated convolution")
    _follow(page, "Compare the two", "Compare two layers", "right.padding=2")
    assert page.evaluate("window.isSamePage")


def _follow(page: Page, link: str, title: str, end: str) -> None:
    page.get_by_role("link", name=link).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page).to_have_url(re.compile(f"{re.escape(end)}$"))
