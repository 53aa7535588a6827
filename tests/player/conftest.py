"""Pages with a player of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import Contexts
from tests.player.bare import bare_context, bare_site, open_bare


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    with bare_site() as address:
        yield address


@pytest.fixture
def bare(browser: Browser, contexts: Contexts, site: str) -> Iterator[Callable[..., Page]]:
    """Open an empty player, in a context with these options; at the end there must be no error in it."""
    pages: list[Page] = []
    problems: list[str] = []

    def opened(**options: Any) -> Page:
        wanted = {"reduced_motion": "reduce", "viewport": {"width": 1200, "height": 1200}, **options}
        key = f"bare {wanted}"
        if key not in contexts:
            contexts[key] = bare_context(browser, **wanted)
            open_bare(contexts[key], site, problems)  # it keeps the process between tests
        pages.append(open_bare(contexts[key], site, problems))
        return pages[-1]

    yield opened
    for page in pages:
        page.evaluate("localStorage.clear()")  # such as what the hint has been shown for
        page.close()
    assert problems == []


@pytest.fixture
def page(bare: Callable[..., Page]) -> Page:
    """An empty player that does not play."""
    return bare()
