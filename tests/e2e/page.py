"""Pages in a real browser: wait for the player, read what it shows, choose from a menu."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.conftest import Pages, rest


def wait_for_player(page: Page) -> None:
    """Until the picture is there, and its arrival no longer moves what is below."""
    expect(page.locator(".count")).not_to_be_empty()


def shown(page: Page) -> dict[str, str]:
    """The recipe that the page shows, as its downloads spell it; its theme if that is dark."""
    wait_for_player(page)
    found = query(str(files(page).get_attribute("href")))
    return {name: text for name, text in found.items() if (name, text) != ("theme", "light")}


def files(page: Page) -> Locator:
    """The link to the page of all formats of what the figure shows."""
    return page.get_by_role("link", name="Download", exact=True)


def query(url: str) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(urlsplit(url).query).items()}


def scroll_to(page: Page, target: Locator) -> None:
    target.scroll_into_view_if_needed()
    rest(page)  # menus and cell editors close when the page still scrolls


def choose(open_page: Pages, page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label, exact=True)
    scroll_to(page, box)
    box.click()
    open_page.after(page, page.get_by_role("option", name=option, exact=True).click)


def check_order_on_a_phone(page: Page) -> None:
    """Check that the controls follow the picture, then come the numbers, and then the sections that a page may have."""
    order = [
        page.locator(".player"),
        page.get_by_role("slider", name=re.compile("^Input (size|length) i$")),
        page.locator(".facts"),
    ]
    order += page.get_by_role("heading", level=3).all()[:1]
    boxes = [place.bounding_box() for place in order]
    tops = [box["y"] for box in boxes if box]
    assert (len(tops), tops) == (len(order), sorted(tops))
