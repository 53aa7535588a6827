"""Nothing moves while a page is opened, in a browser that has never seen it and in one that has.

The window is new for each page; the phone has the app's scripts and fonts from the page before.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from convviz.web.components.page_table import FIRST, HOME, LABS, MORE, title_of
from tests.conftest import Pages
from tests.e2e.shifts import WATCH, check_shifts

PAGES = (*FIRST, "dilated", "depthwise-separable", "checkerboard", "receptive-field", *LABS, *MORE)
"""Of the lessons two: all of them are watched while they open in `test_lessons`."""

AGAIN = (HOME, "dilated", "gridding")
"""A page without dials at its side, a lesson and a lab, whose window is loaded again."""

WINDOW = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "user_agent": "Mobile"}


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", **PHONE)
    context.add_init_script(WATCH)
    yield context.new_page()
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


@pytest.mark.parametrize("path", PAGES[::-1])  # the home page, whose figure comes late, not before all others
def test_nothing_moves_on_a_phone(phone: Page, open_page: Pages, path: str) -> None:
    phone.goto(f"{open_page.server}/{'' if path == HOME else path}")
    check_shifts(open_page, phone)
