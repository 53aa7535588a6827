"""The window under the pointer, without Streamlit: mouse and fingers move it, and what that leaves alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.player.bare import middle, says, show


def is_at(page: Page, step: int, steps: int) -> None:
    expect(page.locator(".count")).to_have_text(f"{step} / {steps}")


def cursor(page: Page, name: str) -> None:
    expect(page.locator("canvas")).to_have_css("cursor", name)


@pytest.fixture
def standard(page: Page) -> tuple[Page, dict[str, Any]]:
    """A 3 by 3 kernel on a 5 by 5 input, 9 steps."""
    return page, show(page, "standard", step=1)


def test_the_window_over_the_input_is_dragged(standard: tuple[Page, dict[str, Any]]) -> None:
    page, data = standard
    page.mouse.move(*middle(page, data, 0, 0))  # at the edge of the window, not in its middle
    cursor(page, "grab")
    page.mouse.down()
    cursor(page, "grabbing")
    for cell, step in ((1, 2), (2, 3), (7, 6), (12, 9), (24, 9), (10, 7), (0, 1), (6, 5)):
        page.mouse.move(*middle(page, data, 0, cell), steps=3)
        is_at(page, step, 9)
        says(page, f"Step {step} of 9: ")
    page.mouse.up()
    cursor(page, "grab")
    says(page, "Step 5 of 9: ")
    expect(page.locator(".caption")).not_to_contain_text("Pinned")
    page.mouse.move(*middle(page, data, 0, 7), steps=2)  # pointing begins with the next cell
    says(page, "input[1, 2] = ")
    is_at(page, 5, 9)


def test_the_window_jumps_to_where_it_is_wanted(standard: tuple[Page, dict[str, Any]]) -> None:
    page, data = standard
    x, y = middle(page, data, 0, 18)
    page.mouse.move(x, y)
    cursor(page, "pointer")
    page.mouse.down()
    page.mouse.move(x + 6, y)
    is_at(page, 9, 9)
    page.mouse.move(*middle(page, data, 0, 12))
    is_at(page, 5, 9)
    page.mouse.move(5, 5)  # beyond the picture the nearest is kept
    is_at(page, 1, 9)
    page.mouse.up()
    page.mouse.move(*middle(page, data, 2, 4))
    says(page, "Step 5 of 9")
    page.mouse.down()
    page.mouse.move(*middle(page, data, 2, 5), steps=4)
    is_at(page, 6, 9)
    page.mouse.move(*middle(page, data, 2, 7), steps=4)
    is_at(page, 8, 9)
    page.mouse.up()


def test_a_press_without_a_drag_pins_and_a_double_click_edits(standard: tuple[Page, dict[str, Any]]) -> None:
    page, data = standard
    x, y = middle(page, data, 0, 6)
    page.mouse.move(x, y)
    page.mouse.down()
    says(page, "Step 1 of 9")
    page.mouse.move(x + 1, y + 1)
    page.mouse.up()
    says(page, "input[1, 1] = ")
    says(page, "Pinned")
    page.mouse.down()
    page.mouse.move(*middle(page, data, 0, 7), steps=4)  # a drag releases the pinned cell
    page.mouse.up()
    is_at(page, 2, 9)
    says(page, "Step 2 of 9")
    page.mouse.dblclick(*middle(page, data, 0, 12))
    expect(page.locator(".editor")).to_be_visible()


def test_a_kernel_is_not_dragged(standard: tuple[Page, dict[str, Any]]) -> None:
    page, data = standard
    page.mouse.move(*middle(page, data, 1, 0))
    cursor(page, "pointer")
    page.mouse.down()
    page.mouse.move(*middle(page, data, 1, 4), steps=4)
    page.mouse.up()
    is_at(page, 1, 9)
    says(page, "kernel[1, 1] = ")
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    cursor(page, "default")


@pytest.mark.parametrize("name", ["channels", "two outputs", "pooling"])
def test_every_plane_of_windows_can_be_dragged(page: Page, name: str) -> None:
    """From the first window to the last and back, wherever a plane has several."""
    data = show(page, name, step=1)
    steps = len(data["beats"])
    movable = [plane for plane, each in enumerate(data["planes"]) if each["name"] in ("input", "output")]
    assert len(movable) >= 2
    for plane in movable:
        page.mouse.move(*middle(page, data, plane, 0))
        page.mouse.down()
        page.mouse.move(*middle(page, data, plane, len(data["planes"][plane]["texts"]) - 1), steps=5)
        is_at(page, steps, steps)
        page.mouse.move(*middle(page, data, plane, 0), steps=5)
        is_at(page, 1, steps)
        page.mouse.up()
        page.mouse.move(1, 1)


def test_dragging_pauses(bare: Callable[..., Page]) -> None:
    page = bare(reduced_motion="no-preference")
    data = show(page, "standard")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.mouse.move(*middle(page, data, 2, 8))
    page.mouse.down()
    page.mouse.move(*middle(page, data, 2, 7), steps=4)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.mouse.up()
    is_at(page, 8, 9)


class Finger:
    """A finger on the page; Playwright's own only taps."""

    def __init__(self, page: Page) -> None:
        self.client = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._send("touchStart", start)
        for part in range(1, 9):
            self._send("touchMove", tuple(a + (b - a) * part / 8 for a, b in zip(start, end, strict=True)))
        self._send("touchEnd")


def scrolled(page: Page) -> int:
    return int(page.evaluate("Math.round(scrollY)"))


def test_a_finger_drags_the_window_and_scrolls_the_page_elsewhere(bare: Callable[..., Page]) -> None:
    page = bare(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    data = show(page, "standard", step=1)
    page.evaluate("document.body.style.paddingBottom = '2000px'")
    finger = Finger(page)
    finger.drag(middle(page, data, 0, 6), middle(page, data, 0, 16))
    is_at(page, 7, 9)
    assert scrolled(page) == 0
    expect(page.locator(".spoken")).to_have_text(re.compile("^Step 7 of 9"))
    finger.drag(middle(page, data, 2, 6), middle(page, data, 2, 2))  # a cell is small, a finger is not
    is_at(page, 3, 9)
    assert scrolled(page) == 0
    page.touchscreen.tap(*middle(page, data, 0, 8))
    says(page, "Pinned; a tap outside the cells releases.")
    is_at(page, 3, 9)
    finger.drag(middle(page, data, 0, 20), middle(page, data, 0, 5))  # not on the window
    page.wait_for_function("scrollY > 20")
    is_at(page, 3, 9)
