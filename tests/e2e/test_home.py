"""The home page and the gallery in a browser: a figure to try, cards that move when they are pointed at, a search."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from convviz.recipes.catalog import PAIRS
from tests.conftest import Pages
from tests.e2e.accessibility import check_accessibility
from tests.e2e.page import query, wait_for_player


def moving_pictures(page: Page) -> list[str]:
    return page.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('.gif'))"
    )


def test_the_figure_of_the_home_page_can_be_tried_and_opens_as_a_lesson(open_page: Pages) -> None:
    page = open_page("/")
    wait_for_player(page)
    check_accessibility(page)
    page.get_by_role("button", name="Last step").click()
    expect(page.locator(".count")).to_have_text("9 / 9")
    page.locator(".plane").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("88")
    page.keyboard.press("Enter")
    opens = page.get_by_role("link", name="Open as a lesson")
    expect(opens).to_have_attribute("href", re.compile(r"/standard\?input=88,"))
    assert query(page.url) == {}  # the address of the page stays as it is
    opens.click()
    page.wait_for_url("**/standard?input=88,*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Standard convolution")
    wait_for_player(page)
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    open_page.after(page, page.get_by_role("button", name="Navigate to home page").click)
    expect(opens).to_have_attribute("href", re.compile("/standard$"))
    page.get_by_test_id("stMainMenu").click()
    page.get_by_test_id("stMainMenuItem-theme-Dark").click()
    expect(page.locator(".cv-thumb img").first).to_have_attribute("src", re.compile("theme=dark"))


def test_a_card_is_one_link_and_moves_only_where_it_may(open_page: Pages) -> None:
    page = open_page("/gallery?topic=pooling", reduced_motion=False)
    card = page.locator("a.cv-card", has_text="max_2x2")
    assert moving_pictures(page) == []
    check_accessibility(page)
    with page.expect_response("**/pooling.gif?*"):
        card.hover()
    page.get_by_role("searchbox", name="Find").fill("ceil")
    expect(page.locator("span[role=status]")).to_have_text("1 of 10 examples")
    expect(page.locator("a.cv-card:visible")).to_have_count(1)
    page.keyboard.press("Tab")
    card = page.locator("a.cv-card:focus")
    expect(card).to_have_css("outline-style", "solid")
    still = open_page("/gallery?topic=pooling", reduced_motion=True)
    still.locator("a.cv-card").first.hover()
    still.get_by_role("link", name="Comparisons").click()
    still.wait_for_url("**/gallery?topic=comparisons")
    expect(still.locator("a.cv-card")).to_have_count(len(PAIRS))
    assert moving_pictures(still) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/pooling?*ceil_mode=true*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
