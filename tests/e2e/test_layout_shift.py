"""Nothing moves while a page is opened, in a browser that has never seen it and in one that has.

The window is new for each page; the phone has the app's scripts and fonts from the page before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from convviz.recipes import VARIANTS
from convviz.web.components.page_table import FIRST, HOME, LABS, MORE, title_of
from tests.conftest import Pages, rest

MOST = 0.02
"""The largest sum of layout shifts while a page is opened."""

WATCH = """
window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value, sources }) => {
  const moved = sources.map(({ node, previousRect: before, currentRect: now }) =>
    `${node?.outerHTML?.slice(0, 120)} from ${before.x},${before.y} to ${now.x},${now.y}`);
  return { value, moved };
}))).observe({ type: "layout-shift", buffered: true });
"""

LOADED = """
async () => {
  await document.fonts.ready;
  const images = [...document.images].filter((image) => image.loading !== "lazy");
  await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
}
"""

PAGES = (*FIRST, *VARIANTS, *LABS, *MORE)
AGAIN = (HOME, "dilated", "gridding")
"""A page without dials at its side, a lesson and a lab, whose window is loaded again."""

WINDOW = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "user_agent": "Mobile"}


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(reduced_motion="reduce", **PHONE)
    context.add_init_script(WATCH)
    yield context
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_while_a_page_is_opened(browser: Browser, open_page: Pages, path: str) -> None:
    context = browser.new_context(reduced_motion="reduce", **WINDOW)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(f"{open_page.server}/{'' if path == HOME else path}")
    check_shifts(open_page, page)
    expect(page).to_have_title(f"{title_of(path)} - convviz")
    if path != HOME:
        expect(page.get_by_role("heading", level=1)).to_have_text(title_of(path))
    if path in AGAIN:
        page.reload()  # now the browser has all scripts and fonts
        check_shifts(open_page, page)
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_on_a_phone(phone: BrowserContext, open_page: Pages, path: str) -> None:
    page = phone.new_page()
    page.goto(f"{open_page.server}/{'' if path == HOME else path}")
    check_shifts(open_page, page)
    page.close()


def check_shifts(open_page: Pages, page: Page) -> None:
    open_page.settle(page)
    expect(page.get_by_test_id("stMainBlockContainer")).to_have_css(
        "opacity", "1"
    )  # else nothing could be seen to move
    page.evaluate(LOADED)
    expect(page.locator(".figure:not(.is-ready)")).to_have_count(0)
    rest(page, frames=5)
    shifts: list[dict[str, Any]] = page.evaluate("window.shifts")
    assert sum(shift["value"] for shift in shifts) <= MOST, shifts
