"""What moves by itself on a page while it is opened."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.conftest import Pages, rest

MOST = 0.02
"""The largest sum of layout shifts while a page is opened."""

WATCH = """
window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value, sources }) => {
  const moved = sources.map(({ node, previousRect: before, currentRect: now }) =>
    `${node?.outerHTML?.slice(0, 120)} from ${before.x},${before.y} to ${now.x},${now.y}`);
  return { value, moved };
}))).observe({ type: "layout-shift", buffered: true });
"""

LOADED = """
async () => {
  await document.fonts.ready;
  const images = [...document.images].filter((image) => image.loading !== "lazy");
  await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
}
"""


def check_shifts(open_page: Pages, page: Page) -> None:
    open_page.settle(page)
    expect(page.get_by_test_id("stMainBlockContainer")).to_have_css(
        "opacity", "1"
    )  # else nothing could be seen to move
    page.evaluate(LOADED)
    expect(page.locator(".figure:not(.is-ready)")).to_have_count(0)
    rest(page, frames=5)
    shifts: list[dict[str, Any]] = page.evaluate("window.shifts")
    assert sum(shift["value"] for shift in shifts) <= MOST, shifts
