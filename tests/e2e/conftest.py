"""The browser's contexts and the hand that the tests of the player share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Pages
from tests.e2e.hand import COUNT, Hand


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Contexts by their options, kept because in a new one nothing of Streamlit is in the browser's cache."""
    kept: dict[str, BrowserContext] = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def play(open_page: Pages, contexts: dict[str, BrowserContext]) -> Iterator[Callable[..., Hand]]:
    """Open a lesson; it stands still, as for those who want no motion, unless told otherwise."""
    pages: list[Page] = []

    def opened(path: str, *, motion: bool = False, scripts: str = "", **options: Any) -> Hand:
        size = {"width": options.pop("width", 1280), "height": options.pop("height", 900)}
        key = f"{motion} {scripts} {options}"
        if key not in contexts:
            reduced = "no-preference" if motion else "reduce"
            contexts[key] = open_page.browser.new_context(viewport=size, reduced_motion=reduced, **options)
            contexts[key].add_init_script(COUNT + scripts)
        page = contexts[key].new_page()
        pages.append(page)
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.on("console", open_page.on_console)
        page.on("pageerror", lambda error: open_page.complaints.append(f"uncaught error: {error}"))
        page.on("request", open_page.on_request)
        page.on("response", open_page.on_response)
        page.goto(open_page.server + path)
        open_page.settle(page)
        hand = Hand(open_page, page)
        expect(hand.count).to_have_text(re.compile(r"^\d+ / \d+$"))
        return hand

    yield opened
    for page in pages:
        page.close()
