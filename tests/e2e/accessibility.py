"""What axe finds on a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

KNOWN = frozenset({"scrollable-region-focusable"})
"""Rules that Streamlit's own markup breaks on these pages, of those that axe calls serious or critical."""


def violations(page: Page) -> list[str]:
    """What axe finds on a page without Streamlit."""
    return [f"{rule['id']}: {rule['help']}: {rule['nodes']}" for rule in Axe().run(page).response["violations"]]


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
