"""The player in a real browser: what axe finds."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.player_driver import CORNER, Play, pixel

LESSONS = ("standard", "dilated", "transposed")

KNOWN = frozenset({"scrollable-region-focusable"})
"""Rules that Streamlit's own markup breaks on these pages, of those that axe calls serious or critical."""


@pytest.mark.parametrize("lesson", LESSONS)
def test_accessibility(play: Play, lesson: str) -> None:
    driver = play(f"/{lesson}", color_scheme="light")
    light = pixel(driver)
    check_accessibility(driver.page)
    driver.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    driver.page.wait_for_function(f"canvas => ({CORNER})(canvas) !== '{light}'", arg=driver.canvas.element_handle())
    check_accessibility(driver.page)


def check_accessibility(page: Page) -> None:
    ours, theirs = [], set()
    for rule in Axe().run(page).response["violations"]:
        for node in rule["nodes"]:
            if is_ours(node):
                ours.append(f"{rule['impact']}: {rule['id']}: {node['html'][:200]}: {node['failureSummary']}")
            elif rule["impact"] in ("serious", "critical"):
                theirs.add(rule["id"])
    print("Streamlit's own:", sorted(theirs))
    assert ours == []
    assert theirs <= KNOWN


def is_ours(node: dict[str, Any]) -> bool:
    """Whether a finding is in the player's shadow root (its target is then a path of selectors) or in our HTML."""
    return any(isinstance(step, list) for step in node["target"]) or "cv-" in node["html"]
