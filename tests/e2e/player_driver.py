"""A person before a lesson's player, and what their tests share. Their fixtures are in conftest.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.conftest import Pages

NUMBERS = "input=1,2,3;4,5,6;7,8,9&weight=1,0;0,-1"
"""A lesson of four steps with numbers that are easily followed: each output is −4."""


SPY = """
// What is written on a canvas since the picture was last begun.
window.written = [];
const { drawImage, fillText } = CanvasRenderingContext2D.prototype;
const isPicture = (pen) => pen.canvas.closest(".player"); // not the grids of the page
CanvasRenderingContext2D.prototype.drawImage = function (...all) {
  if (isPicture(this)) window.written = [];
  drawImage.apply(this, all);
};
CanvasRenderingContext2D.prototype.fillText = function (text, ...all) {
  if (isPicture(this)) window.written.push(text);
  fillText.call(this, text, ...all);
};
"""

COUNT = """
// How many messages the page has sent to the server.
window.sent = 0;
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (...all) {
  window.sent += 1;
  return send.apply(this, all);
};
"""

SLOW = """
// The figure waits longer for an answer than the page runs.
const { fetch: quick } = window;
window.fetch = async (address, ...all) => {
  if (String(address).includes("/scene/")) await new Promise((go) => setTimeout(go, 700));
  return quick(address, ...all);
};
"""

DENIED = "Element.prototype.requestFullscreen = () => Promise.reject(new Error('not allowed'));"
INSECURE = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"

NOTE = """
(count) => {
  window.counts = [];
  const noting = new MutationObserver(() => window.counts.push(count.textContent));
  noting.observe(count, { childList: true, characterData: true, subtree: true });
}
"""
"""Notes what the count says from now on."""

SEEN = """
([...wanted]) => {
  for (const text of window.counts) if (text === wanted[0]) wanted.shift();
  return !wanted.length;
}
"""

CORNER = """
(canvas) => {
  const [red, green, blue] = canvas.getContext("2d").getImageData(2, 2, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}
"""


@dataclass
class PlayerDriver:
    """A person before a lesson's player."""

    pages: Pages
    page: Page

    def __post_init__(self) -> None:
        self.player = self.page.locator(".player")
        self.caption, self.spoken = self.player.locator(".caption"), self.player.locator(".spoken")
        self.count, self.canvas = self.player.locator(".count"), self.player.locator("canvas")
        self.field = self.player.locator(".editor")

    def plane(self, name: str) -> Any:
        return self.player.locator(".plane").nth(["input", "kernel", "output"].index(name))

    def button(self, name: str) -> Any:
        return self.player.get_by_role("button", name=name, exact=True)

    def middle(self, name: str, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell of a plane, counted from its first cell, padding or not."""
        box = self.plane(name).bounding_box()
        size = re.match(r"\w+, (\d+) by (\d+)", self.plane(name).get_attribute("aria-label"))
        assert size
        return (
            box["x"] + (column + 0.5) * box["width"] / int(size[2]),
            box["y"] + (row + 0.5) * box["height"] / int(size[1]),
        )

    def hover(self, name: str, row: int, column: int) -> None:
        self.page.mouse.move(*self.middle(name, row, column))

    def click(self, name: str, row: int, column: int) -> None:
        self.page.mouse.click(*self.middle(name, row, column))

    def await_single_click(self) -> None:
        """Wait until a second click on the same cell is no double click any more (`DOUBLE` in input_events.js)."""
        self.page.wait_for_function(
            "([from]) => performance.now() > from + 400", arg=[self.page.evaluate("performance.now()")]
        )

    def await_frames(self, frames: int) -> None:
        """Wait until the screen has been painted a number of times."""
        self.page.evaluate("async (frames) => { while (frames--) await new Promise(requestAnimationFrame); }", frames)

    def double(self, name: str, row: int, column: int) -> None:
        self.page.mouse.dblclick(*self.middle(name, row, column))

    def leave(self) -> None:
        self.page.mouse.move(1, 1)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def says(self, text: str) -> None:
        """Wait for what screen readers hear: the line below the picture says only what the picture does not."""
        expect(self.spoken).to_contain_text(text)

    def sees(self, *counts: str, after: str) -> None:
        """Press a button, and wait until the count has said all this since then, one after another."""
        self.count.evaluate(NOTE)
        self.button(after).click()
        self.page.wait_for_function(SEEN, arg=counts)

    def is_at(self, step: int, steps: int) -> None:
        expect(self.count).to_have_text(f"{step} / {steps}")

    def focus(self) -> None:
        """The keys go to the player, but to none of its parts."""
        self.player.evaluate("player => player.focus()")

    def query(self) -> dict[str, str]:
        return {name: texts[0] for name, texts in parse_qs(urlsplit(self.page.url).query).items()}

    def slide(self, label: str, *keys: str) -> None:
        self.page.get_by_role("slider", name=label).focus()
        self.press(*keys)


Play = Callable[..., PlayerDriver]
"""Opens a lesson, as the fixture `play` says."""


def pixel(driver: PlayerDriver) -> str:
    """The color in the corner of the picture."""
    return str(driver.canvas.evaluate(CORNER))


def typed(driver: PlayerDriver, text: str) -> None:
    expect(driver.field).to_be_focused()
    driver.field.fill(text)
