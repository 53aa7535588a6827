"""What axe finds on a page, what the Tab key reaches, and what a narrow window cuts off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

KNOWN = frozenset({"scrollable-region-focusable"})
"""Rules that Streamlit's own markup breaks on these pages, of those that axe calls serious or critical."""

SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
"""The spacing of texts that a reader may choose (WCAG 2.2, 1.4.12)."""

ALL = """
// All elements of the page, those in shadow roots, too.
const within = (root) => [...root.querySelectorAll("*")].flatMap((each) => [each, ...(each.shadowRoot ? within(each.shadowRoot) : [])]);
const nameOf = (element) => element.getAttribute("aria-label") || element.title || element.textContent.trim().slice(0, 40);
const says = (element) => `${element.tagName.toLowerCase()}${element.className && typeof element.className === "string" ? "." + element.className.split(" ")[0] : ""} ${nameOf(element)}`;
"""

BEGIN = """
() => {
  Object.assign(window, { stops: [], lastStop: null });
  document.body.tabIndex = -1;
  document.body.focus(); // wherever the pointer was last
  document.body.removeAttribute("tabindex");
}
"""

FOCUSED = (
    "() => {"
    + ALL
    + """
  const looks = (element) => [element, element.parentElement, element.parentElement?.parentElement,
      element.parentElement?.parentElement?.parentElement, element.nextElementSibling, element.closest("[role=radiogroup] label, label"),
      ...element.querySelectorAll("*")].slice(0, 16).filter(Boolean).map((each) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor, color, stroke, strokeWidth, textDecoration } = getComputedStyle(each);
    return [outlineStyle === "none" ? "" : outlineStyle + outlineWidth + outlineColor, boxShadow, borderColor, backgroundColor, color, stroke, strokeWidth, textDecoration].join();
  }).join(";");
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const before = window.lastStop;
  const was = before ? { isShown: looks(before.element) !== before.looks } : null;
  if (!element || element === document.body) return { was, name: "", mark: -1 };
  window.lastStop = { element, looks: looks(element) };
  window.stops ??= [];
  if (!window.stops.includes(element)) window.stops.push(element);
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const isIn = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && right > left && bottom > top;
  return { was, name: says(element), mark: window.stops.indexOf(element), isIn };
}"""
)

WIDE = (
    "() => {"
    + ALL
    + """
  const root = document.scrollingElement;
  const main = document.querySelector("[data-testid=stMain]");
  const found = [root, main].filter((each) => each && each.scrollWidth > each.clientWidth + 1);
  if (!found.length) return [];
  const scrolls = (element) => {
    for (let at = element.parentElement ?? element.getRootNode().host; at && !found.includes(at); at = at.parentElement ?? at.getRootNode().host) {
      if (getComputedStyle(at).overflowX !== "visible") return true;
    }
    return false;
  };
  return within(document).filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !scrolls(each)).map(says).slice(0, 5);
}"""
)

SMALL = (
    "() => {"
    + ALL
    + """
  // Targets below 24 by 24 pixels whose circle of 24 pixels meets another target; links in sentences are exempt (2.5.8).
  const targets = within(document).filter((each) => each.matches("button, a[href], input, select, summary, [role=button], [role=tab], [role=checkbox], [role=radio]")
      && each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !each.closest("[inert], [aria-hidden=true]"))
    .map((element) => ({ element, box: (element.matches("input[type=radio], input[type=checkbox]") ? element.closest("label") ?? element : element).getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && box.height > 1);
  const isInText = ({ element }) => element.tagName === "A" && getComputedStyle(element).display === "inline";
  const middle = ({ box }) => [box.x + box.width / 2, box.y + box.height / 2];
  const isNear = (one, other) => {
    if (one.element.contains(other.element) || other.element.contains(one.element)) return false;
    const [x, y] = middle(one);
    const away = Math.hypot(Math.max(other.box.left - x, 0, x - other.box.right), Math.max(other.box.top - y, 0, y - other.box.bottom));
    return away < 12;
  };
  return targets.filter((each) => (each.box.width < 23.5 || each.box.height < 23.5) && !isInText(each)
      && targets.some((other) => other !== each && isNear(each, other)))
    .map(({ element, box }) => `${says(element)} ${Math.round(box.width)}x${Math.round(box.height)}`).slice(0, 5);
}"""
)


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


@dataclass(frozen=True, slots=True)
class Walk:
    """What the Tab key reaches on a page from its beginning on, until it leaves the page.

    ``is_round`` is false where it never leaves; ``unseen`` are stops whose look does not change with the focus or that
    are out of sight.
    """

    stops: tuple[str, ...]
    unseen: tuple[str, ...]
    is_round: bool


def walk(page: Page, key: str = "Tab", most: int = 500) -> Walk:
    """Press a key until the focus is back where it began."""
    page.evaluate(BEGIN)
    stops, unseen = list[str](), list[str]()
    marks = set[int]()
    for _ in range(most):
        page.keyboard.press(key)
        at = page.evaluate(FOCUSED)
        if at["was"] and not at["was"]["isShown"] and at["mark"] >= 0 and stops[-1] != at["name"]:
            unseen.append(f"no look: {stops[-1]}")
        if at["mark"] < 0 or (at["mark"] in marks and at["mark"] == 0):
            return Walk(tuple(stops), tuple(unseen), is_round=True)
        marks.add(at["mark"])
        stops.append(at["name"])
        if not at["isIn"]:
            unseen.append(f"out of sight: {at['name']}")
    return Walk(tuple(stops), tuple(unseen), is_round=False)


def cut_off(page: Page) -> list[str]:
    """What is wider than the window, so that the page itself scrolls to the side."""
    found: list[str] = page.evaluate(WIDE)
    return found


def small_targets(page: Page) -> list[str]:
    """Controls that are smaller than 24 CSS pixels and near another one."""
    found: list[str] = page.evaluate(SMALL)
    return found
