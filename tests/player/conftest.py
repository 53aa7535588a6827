"""Pages with a player of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.conftest import Contexts
from tests.player.bare import bare_context, bare_site


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    with bare_site() as address:
        yield address


@pytest.fixture
def bare(browser: Browser, contexts: Contexts, site: str) -> Iterator[Callable[..., Page]]:
    """Open an empty player, in a context with these options; at the end there must be no error in it."""
    pages: dict[Page, str] = {}
    problems: list[str] = []

    def note(error: Error) -> None:
        problems.append(str(error))

    def opened(**options: Any) -> Page:
        wanted = {"reduced_motion": "reduce", "viewport": {"width": 1200, "height": 1200}, **options}
        name = f"bare {wanted}"
        if name not in contexts:
            contexts[name] = bare_context(browser, **wanted)
            contexts[name].new_page().goto(f"{site}/")  # it keeps the process between tests
        page = contexts.take(name)
        pages[page] = name
        page.on("pageerror", note)
        page.set_viewport_size(wanted["viewport"])
        page.goto(f"{site}/")
        return page

    yield opened
    for page, name in pages.items():
        page.remove_listener("pageerror", note)
        contexts.keep(page, name)
    assert problems == []


@pytest.fixture
def page(bare: Callable[..., Page]) -> Page:
    """An empty player that does not play."""
    return bare()
