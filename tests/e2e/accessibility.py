"""What axe finds on a page, what the Tab key reaches, and what a narrow window cuts off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js")

SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
"""The spacing of texts that a reader may choose (WCAG 2.2, 1.4.12)."""


def violations(page: Page) -> list[str]:
    """What axe finds on a page without Streamlit."""
    return [f"{rule['id']}: {rule['help']}: {rule['nodes']}" for rule in Axe().run(page).response["violations"]]


def check_accessibility(page: Page) -> None:
    """Check that axe finds nothing in what is ours, and nothing serious in what is Streamlit's."""
    found = [
        f"{rule['impact']}: {rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"]
        if is_ours(node) or rule["impact"] in ("serious", "critical")
    ]
    assert found == []


def is_ours(node: dict[str, Any]) -> bool:
    """Whether a finding is in the player's shadow root (its target is then a path of selectors) or in our HTML."""
    return any(isinstance(step, list) for step in node["target"]) or "cv-" in node["html"]


@dataclass(frozen=True, slots=True)
class Walk:
    """What a key reaches on a page from its beginning on, until it leaves the page.

    ``is_round`` is false where it never leaves. ``unseen`` are stops out of sight, or which look as without the focus.
    """

    stops: tuple[str, ...]
    unseen: tuple[str, ...]
    is_round: bool


def walk(page: Page, key: str = "Tab", most: int = 500) -> Walk:
    """Press a key until the focus leaves the page, or is back at the first stop."""
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    page.evaluate("access.begin()")
    stops, unseen = list[str](), list[str]()
    for _ in range(most):
        page.keyboard.press(key)
        at = page.evaluate("access.stop()")
        if not at["wasShown"]:
            unseen.append(f"{stops[-1]} looks as without the focus")
        if at["mark"] < 0 and not stops:
            continue  # backward, the browser's own controls come first
        if at["mark"] < 0 or (at["mark"] == 0 and len({*stops}) > 1):
            return Walk(tuple(stops), tuple(unseen), is_round=True)
        stops.append(at["name"])
        if not at["isIn"]:
            unseen.append(f"{at['name']} is out of sight")
    return Walk(tuple(stops), tuple(unseen), is_round=False)


def cut_off(page: Page) -> list[str]:
    """What is wider than the window, so that the page itself scrolls to the side."""
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate("access.cutOff()")
    return found


def small_targets(page: Page) -> list[str]:
    """Controls that are smaller than 24 CSS pixels and near another one."""
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate("access.smallTargets()")
    return found
