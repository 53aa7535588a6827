"""The lab of growing receptive fields in a real browser: it fits its window, and the stack is edited by hand."""

import pytest
from playwright.sync_api import expect

from tests.conftest import Pages
from tests.e2e.test_lessons import query, wait_for_player


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_its_window_in_both_themes(open_page: Pages, width: int, dark: bool) -> None:
    page = open_page("/receptive-field?step=3", width=width, dark=dark)
    wait_for_player(page)
    expect(page.locator(".told")).to_contain_text("F3: one unit sees 15 × 15 cells, 225 of 225 read")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_a_layer_is_added_and_the_address_carries_the_stack(open_page: Pages) -> None:
    page = open_page("/receptive-field", height=1400)
    wait_for_player(page)
    page.get_by_role("button", name="Add a layer").click()
    page.wait_for_url(lambda url: len(query(url).get("layers", "").split(";")) == 4)
    open_page.settle(page)
    expect(page.locator(".player .plane").first).to_be_attached()
    expect(page.locator(".count")).to_contain_text("/ 4")
