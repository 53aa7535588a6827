"""The player that fills the window, without Streamlit: remote controls, controls that come and go, ways out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.player_driver import DENIED
from tests.player.bare import middle, says, show

ON, AWAKE, BLANK = (re.compile(rf"(^| ){name}( |$)") for name in ("is-presenting", "has-controls", "is-blank"))


def is_at(page: Page, step: int, steps: int = 9) -> None:
    expect(page.locator(".count")).to_have_text(f"{step} / {steps}")


def is_presenting(page: Page) -> None:
    expect(page.locator(".player")).to_have_class(ON)


def is_left(page: Page) -> None:
    expect(page.locator(".player")).not_to_have_class(ON)
    page.wait_for_function("() => document.fullscreenElement === null")


def asked(page: Page) -> list[Any]:
    """What was asked for: a layout for a room, or the page's own."""
    found: list[Any] = page.evaluate("window.rooms")
    return found


@pytest.fixture
def presenting(bare: Callable[..., Page]) -> Callable[..., tuple[Page, dict[str, Any]]]:
    def opened(name: str = "standard", scripts: str = "", **options: Any) -> tuple[Page, dict[str, Any]]:
        page = bare(**options)
        page.evaluate(f"() => {{ {scripts} }}")
        data = show(page, name, step=4)
        page.evaluate(
            """() => {
              window.rooms = [];
              document.querySelector("main").player.hooks.present = (on, room) => window.rooms.push([on, room]);
            }"""
        )
        page.get_by_role("button", name="Present", exact=True).click()
        is_presenting(page)
        return page, data

    return opened


Presenting = Callable[..., tuple[Page, dict[str, Any]]]


def test_keys_of_a_remote_control(presenting: Presenting) -> None:
    page, _ = presenting()
    for key, step in (
        ("PageDown", 5), ("PageUp", 4), ("Space", 5), ("Enter", 6), ("ArrowRight", 7), ("ArrowDown", 8), ("ArrowUp", 7),
        ("ArrowLeft", 6), ("Home", 1), ("End", 9),
    ):  # fmt: skip
        page.keyboard.press(key)
        is_at(page, step)
    expect(page.get_by_role("button", name="Play")).to_be_attached()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys and gestures")
    expect(dialog).to_be_visible()
    page.keyboard.press("PageUp")
    page.keyboard.press("b")
    is_at(page, 9)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    is_presenting(page)
    page.keyboard.press("PageUp")
    is_at(page, 8)


@pytest.mark.parametrize("key", ["b", "."])
def test_a_black_screen_until_the_next_key(presenting: Presenting, key: str) -> None:
    page, _ = presenting()
    player = page.locator(".player")
    for back in (key, "PageDown", "Escape"):
        page.keyboard.press(key)
        expect(player).to_have_class(BLANK)
        color = player.evaluate("player => getComputedStyle(player, '::after').backgroundColor")
        assert color == "rgb(0, 0, 0)"
        assert page.evaluate("document.elementFromPoint(600, 600).className").startswith("player")
        expect(page.locator(".spoken")).to_have_text("The screen is black. B shows the picture again.")
        page.keyboard.press(back)
        expect(player).not_to_have_class(BLANK)
        is_presenting(page)
        is_at(page, 4)
    page.keyboard.press(key)
    page.mouse.click(600, 600)
    expect(player).not_to_have_class(BLANK)
    expect(page.locator(".spoken")).to_have_text(re.compile("^Step 4 of 9: "))


def test_controls_come_with_the_pointer_and_go_at_rest(presenting: Presenting) -> None:
    page, _ = presenting()
    player, bar = page.locator(".player"), page.locator(".bar")
    page.mouse.move(5, 5)
    expect(player).to_have_class(AWAKE)
    expect(bar).to_have_css("opacity", "1")
    leave = page.get_by_role("button", name="Leave", exact=True)
    expect(leave).to_be_in_viewport()
    expect(player).not_to_have_class(AWAKE)
    expect(bar).to_have_css("opacity", "0")
    expect(bar).to_have_css("pointer-events", "none")
    page.keyboard.press("PageDown")  # the people see the picture alone
    is_at(page, 5)
    expect(player).not_to_have_class(AWAKE)
    expect(bar).to_have_css("opacity", "0")
    for _ in range(4):  # through the planes
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="First step")).to_be_focused()
    expect(bar).to_have_css("opacity", "1")  # as long as the keyboard is there
    page.mouse.move(9, 9)
    page.get_by_role("button", name="Next step").click()
    is_at(page, 6)
    page.mouse.move(5, 5)
    expect(player).not_to_have_class(AWAKE)  # a click leaves nothing behind
    expect(bar).to_have_css("opacity", "0")
    page.keyboard.press("Space")
    is_at(page, 7)
    page.mouse.move(9, 9)
    leave.click()
    is_left(page)
    expect(page.get_by_role("button", name="Present", exact=True)).to_be_visible()


WAYS_OUT: dict[str, Callable[[Page], object]] = {
    "Escape": lambda page: page.keyboard.press("Escape"),
    "F": lambda page: page.keyboard.press("f"),
    "the button": lambda page: page.get_by_role("button", name="Leave", exact=True).click(),
    "Back": lambda page: page.evaluate("history.back()"),
    "the browser's own": lambda page: page.evaluate("document.exitFullscreen()"),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_leads_to_the_entry_before(bare: Callable[..., Page], site: str, way: str) -> None:
    """The page hears of no step in the history, and the next Back leads to the page before."""
    page = bare()
    page.goto(f"{site}/?before")
    page.goto(f"{site}/?now")
    page.evaluate("() => { window.steps = 0; }")
    show(page, "standard", step=4)
    page.evaluate("addEventListener('popstate', () => { window.steps += 1; })")
    length = page.evaluate("history.length")
    page.locator(".player").focus()
    for _ in range(2):
        page.keyboard.press("f")
        is_presenting(page)
        page.wait_for_function("() => history.state?.presenting && document.fullscreenElement")
        WAYS_OUT[way](page)
        is_left(page)
        page.wait_for_function("() => !history.state?.presenting")
        is_at(page, 4)
        assert page.evaluate("[history.length, location.search, window.steps]") == [length + 1, "?now", 0]
    page.evaluate("history.back()")
    page.wait_for_url("**/?before")


def test_a_change_while_presenting_is_a_step_of_its_own(presenting: Presenting) -> None:
    page, _ = presenting()
    page.evaluate("addEventListener('popstate', () => { window.steps = (window.steps ?? 0) + 1; })")
    page.evaluate("history.pushState({}, '', '?stride=2')")
    page.evaluate("history.back()")
    page.wait_for_function("window.steps === 1")
    is_presenting(page)
    page.evaluate("history.pushState({}, '', '?stride=2')")
    page.keyboard.press("Escape")
    is_left(page)
    assert page.evaluate("location.search") == "?stride=2"


def test_quick_hands_do_not_get_lost_in_the_history(presenting: Presenting) -> None:
    page, _ = presenting()
    length = page.evaluate("history.length")
    page.evaluate(
        """() => {
          const { player } = document.querySelector("main");
          for (const on of [false, true, false]) player.present(on);
        }"""
    )
    is_left(page)
    page.wait_for_function("() => !history.state?.presenting")
    assert page.evaluate("history.length") == length


@pytest.mark.parametrize(
    ("width", "height", "scripts"), [(1024, 768, ""), (1920, 1080, DENIED), (390, 844, DENIED), (844, 390, "")]
)
def test_the_picture_the_words_and_the_controls_have_their_places(
    presenting: Presenting, width: int, height: int, scripts: str
) -> None:
    page, data = presenting(scripts=scripts, viewport={"width": width, "height": height})
    page.keyboard.press("ArrowRight")
    page.mouse.move(5, 5)
    boxes = {name: page.locator(name).bounding_box() for name in (".player", ".stage", ".caption", ".bar")}
    assert boxes[".player"] == {"x": 0, "y": 0, "width": width, "height": height}
    stage, caption, bar = (boxes[name] for name in (".stage", ".caption", ".bar"))
    assert stage
    assert caption
    assert bar
    assert stage["y"] >= 0
    assert stage["y"] + stage["height"] <= caption["y"]
    assert bar["y"] + bar["height"] == height
    assert height < 480 or caption["y"] + caption["height"] <= bar["y"] + 1
    room = asked(page)[-1]
    assert room == [True, {"width": width, "height": int(caption["y"])}]
    scale = min(width / data["width"], caption["y"] / data["height"])
    assert stage["width"] == pytest.approx(data["width"] * scale, abs=2)
    page.set_viewport_size({"width": height, "height": width})
    page.wait_for_function("width => window.rooms.at(-1)[1].width === width", arg=height)
    page.keyboard.press("Escape")
    is_left(page)
    assert asked(page)[-1][0] is False


def test_the_words_about_a_pinned_cell_stay(presenting: Presenting) -> None:
    page, data = presenting()
    caption = page.locator(".caption")
    expect(caption).to_be_hidden()
    stage = page.locator(".stage").bounding_box()
    page.mouse.click(*middle(page, data, 0, 6))
    says(page, "input[1, 1] = ")
    says(page, "Pinned; a click outside the cells releases.")
    expect(caption).to_be_visible()
    page.mouse.move(3, 3)
    expect(caption).to_be_visible()
    assert page.locator(".stage").bounding_box() == stage
    page.keyboard.press("PageDown")
    is_at(page, 5)
    expect(caption).to_be_hidden()


@pytest.mark.parametrize("state", ["controls", "pinned", "list"])
def test_presenting_is_accessible(presenting: Presenting, state: str) -> None:
    page, data = presenting()
    page.mouse.move(3, 3)
    if state == "pinned":
        page.mouse.click(*middle(page, data, 1, 1))
    if state == "list":
        page.keyboard.press("?")
    assert violations(page) == []


def test_fingers_present(presenting: Presenting) -> None:
    page, data = presenting(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    player = page.locator(".player")
    expect(player).not_to_have_class(AWAKE)
    page.touchscreen.tap(200, 60)
    expect(player).to_have_class(AWAKE)
    page.touchscreen.tap(*middle(page, data, 0, 6))
    says(page, "Pinned; a tap outside the cells releases.")
    expect(page.locator(".caption")).to_be_visible()
    for button in page.locator(".bar button:visible").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    page.get_by_role("button", name="Next step").tap()
    is_at(page, 5)
    page.get_by_role("button", name="Leave", exact=True).tap()
    is_left(page)
