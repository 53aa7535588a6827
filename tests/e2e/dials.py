"""A person at the dials of a figure, and what must hold when a change is over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, WebSocketRoute, expect

from convviz.figure import answer
from tests.e2e.page import query, wait_for_player

HALF_A_THUMB = 8

PLACE = ("step", "pin", "theme")
"""Parameters of an address that are no part of a recipe, and that every link may have."""

OWN = """(name) => !/^(step|pin|theme|image|eye_.*)$/.test(name)"""
"""Whether a parameter of the address is one of the recipe, or of its picture as a file."""

IS_OVER = f"""
([figure, wanted]) => {{
  const isOwn = {OWN};
  const own = (pairs) => JSON.stringify(pairs.filter(([name]) => isOwn(name)).sort());
  const read = (address) => own([...new URL(address, location.href).searchParams]);
  const link = figure.querySelector(".files a");
  const addresses = [location.href, ...(link ? [link.href] : [])];
  return addresses.every((address) => read(address) === own(Object.entries(wanted)))
    && figure.querySelector(".stage").style.minHeight === "";
}}
"""
"""Whether address and files are those of a recipe, and no dial is being moved: the picture's place is not held."""

OTHERS = ("own", "image")
"""What a table's menu says that no link does."""

READ = """
(figure) => Object.fromEntries([...figure.querySelectorAll(".dial[data-name]:not(.rule)")].flatMap((dial) => {
  const fields = [...dial.querySelectorAll("input:not(.follows), select")].filter(({ disabled }) => !disabled);
  const [first] = fields;
  const { name } = dial.dataset;
  if (dial.hidden || !first || dial.matches(".layers, .unit")) return [];
  if (first.type === "radio") return [[name, fields.find(({ checked }) => checked)?.value]];
  if (first.type === "checkbox") return [[name, String(first.checked)]];
  return fields.length === 1 ? [[name, first.value]] : [];
}))
"""
"""What the dials say, of those that say it in one field."""


GO = """
async (steps) => {
  for (const step of steps) {
    const { index } = navigation.currentEntry;
    history.go(step);
    while (navigation.currentEntry.index !== index + step) await new Promise((look) => setTimeout(look));
  }
}
"""


RESTS = """
async (rest) => {
  const begin = performance.now();
  let [count, since] = [window.sent, begin];
  for (let now = begin; now < since + rest; now = performance.now()) {
    if (now > begin + 5 * rest) return false;
    await new Promise((look) => setTimeout(look, 20));
    if (window.sent !== count) [count, since] = [window.sent, performance.now()];
  }
  return true;
}
"""
"""Whether the page sends no message for a number of milliseconds, after at most four times as many."""


def figure(page: Page) -> Locator:
    return page.locator(".figure")


def dial(page: Page, label: str) -> Locator:
    """A dial of a number: a range, or a field."""
    role: Any = "slider"
    return page.get_by_role(role, name=label, exact=True).or_(page.get_by_role("spinbutton", name=label, exact=True))


def pick(page: Page, label: str, option: str) -> None:
    """Choose from a menu, or from words side by side."""
    menu = page.get_by_role("combobox", name=label, exact=True)
    if menu.count():
        menu.select_option(label=option)
    else:
        page.get_by_role("radiogroup", name=label, exact=True).get_by_text(option, exact=True).click()


def fold(page: Page, title: str) -> None:
    """Open a group of dials."""
    figure(page).locator("summary").get_by_text(title, exact=True).first.click()


def unfold(page: Page) -> None:
    """Open all groups of dials."""
    figure(page).evaluate(
        "figure => figure.querySelectorAll('.dials details').forEach((fold) => { fold.open = true; })"
    )


def thumb(slider: Locator, value: int) -> tuple[float, float]:
    """Where the thumb of a range is when it has a value."""
    box = slider.bounding_box()
    assert box
    low, high = (int(slider.get_attribute(end) or 0) for end in ("min", "max"))
    part = (value - low) / (high - low)
    return box["x"] + HALF_A_THUMB + (box["width"] - 2 * HALF_A_THUMB) * part, box["y"] + box["height"] / 2


def grab(page: Page, slider: Locator) -> None:
    """Press the pointer down on the thumb of a range."""
    slider.scroll_into_view_if_needed()
    page.mouse.move(*thumb(slider, int(slider.input_value())))
    page.mouse.down()


def drag(page: Page, slider: Locator, *values: int) -> None:
    """Drag a range through values, as fast as it goes, and let it go at the last one."""
    grab(page, slider)
    for value in values:
        page.mouse.move(*thumb(slider, value), steps=3)
    page.mouse.up()


@contextmanager
def held_clock(page: Page) -> Iterator[None]:
    """Let no time pass on a page."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    yield
    page.clock.resume()


def entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


def go(page: Page, *steps: int) -> None:
    """Take steps in the history; wait for the browser alone in between, not for what the page makes of them."""
    page.evaluate(GO, list(steps))


def comes_to_rest(page: Page) -> None:
    """Wait until the page has sent no message for a second; it counts them, by `COUNT`."""
    assert page.evaluate(RESTS, 1000), "page and figure go on sending messages"


@cache
def _answer(name: str, texts: tuple[tuple[str, str], ...]) -> Any:
    return json.loads(answer(name, dict(texts)).text)


def answer_of(name: str, texts: Mapping[str, str]) -> Any:
    """What the server says of a recipe."""
    return _answer(name, tuple(texts.items()))


def is_over(page: Page, name: str, texts: Mapping[str, str]) -> None:
    """Wait until a change is over; address, files, dials and picture are those of a recipe then."""
    shown = answer_of(name, {key: text for key, text in texts.items() if key != "image" and not key.startswith("eye_")})
    # First, for on another page there is another figure.
    expect(page.locator(".player")).to_have_attribute("aria-label", shown["scene"]["description"])
    try:
        page.wait_for_function(IS_OVER, arg=[figure(page).element_handle(), texts], timeout=20_000)
    except TimeoutError:
        raise AssertionError(f"The address is {page.url}, and should have {texts}") from None
    own = {key: text for key, text in query(page.url).items() if key not in PLACE or key in texts}
    assert own == texts, (own, texts)
    names = figure(page).evaluate("figure => [...figure.querySelectorAll('.dial[data-name]')].map(d => d.dataset.name)")
    assert {*names} == {field["name"] for field in shown["dials"]}
    said = figure(page).evaluate(READ)
    values = {key: (text, said[key]) for key, text in shown["values"].items() if said.get(key, "own") not in OTHERS}
    wrong = {key: pair for key, pair in values.items() if pair[0] != pair[1]}
    assert not wrong, wrong


@dataclass
class Line:
    """The line from the server to a page, on which messages can be kept. The page is loaded again for it."""

    page: Page
    is_held: bool = False
    kept: list[tuple[WebSocketRoute, str | bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route_web_socket("**/_stcore/stream", self._relay)
        self.page.reload()
        wait_for_player(self.page)

    def _relay(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(
            lambda message: self.kept.append((browser, message)) if self.is_held else browser.send(message)
        )

    def wait_for(self, words: str) -> None:
        """Wait until a message with these words is kept; what JSON and Python write before quotes does not count."""
        for _ in range(400):
            if words in str(self.kept).replace("\\", ""):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(words)

    def release(self) -> None:
        self.is_held = False
        for browser, message in self.kept:
            browser.send(message)
