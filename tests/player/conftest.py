"""Pages with a player of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.player.bare import open_bare


@pytest.fixture
def bare(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an empty player, in a context with these options; at the end there must be no error in it."""
    problems: list[str] = []
    with ExitStack() as contexts:

        def opened(**options: Any) -> Page:
            wanted = {"reduced_motion": "reduce", "viewport": {"width": 1200, "height": 1200}, **options}
            return open_bare(contexts.enter_context(browser.new_context(**wanted)), problems)

        yield opened
    assert problems == []


@pytest.fixture
def page(bare: Callable[..., Page]) -> Page:
    """An empty player that does not play."""
    return bare()
