"""The driver of the player that its tests share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.conftest import Pages
from tests.e2e.player_driver import COUNT, PlayerDriver


@pytest.fixture
def play(open_page: Pages) -> Callable[..., PlayerDriver]:
    """Open a lesson or a figure alone; it does not play, as for people who want no motion, unless ``motion`` is set."""

    def opened(path: str, *, motion: bool = False, scripts: str = "", **options: Any) -> PlayerDriver:
        size = {"width": options.pop("width", 1280), "height": options.pop("height", 900)}
        reduced = "no-preference" if motion else "reduce"
        page = open_page.new_page(COUNT + scripts, reduced_motion=reduced, **options)
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(open_page.server + path)
        if not path.startswith("/figure/"):
            open_page.settle(page)
        expect(page.locator(".figure.is-ready")).to_be_visible()  # before that its layout may not be the window's
        driver = PlayerDriver(open_page, page)
        expect(driver.count).to_have_text(re.compile(r"^\d+ / \d+$"))
        return driver

    return opened
