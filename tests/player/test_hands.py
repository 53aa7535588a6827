"""What is announced to a person, and keys that are pressed where nothing has the focus, without Streamlit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations
from tests.player.bare import SHOW, focused, middle, show, text_of

GENERAL = (
    "Drag the window. Point at a cell to see what it belongs to, click to pin, double-click to edit. ? shows the keys."
)


def is_at(page: Page, step: int, steps: int = 9) -> None:
    expect(page.locator(".count")).to_have_text(f"{step} / {steps}")


def test_keys_work_where_nothing_has_the_focus(page: Page) -> None:
    show(page, "standard", step=1)
    for key, step in (("ArrowRight", 2), ("End", 9), ("ArrowLeft", 8), ("Home", 1)):
        page.keyboard.press(key)
        is_at(page, step)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_letters_work_in_the_player_alone(page: Page) -> None:
    show(page, "standard", step=1)
    help_list = page.locator(".help")
    page.keyboard.press("?")
    expect(help_list).to_be_hidden()
    page.locator(".player").focus()
    page.keyboard.press("?")
    expect(help_list).to_be_visible()


KEEPERS = {
    "a field": "<input id=keeper>",
    "a menu": "<select id=keeper><option>a<option>b</select>",
    "another figure": "<section id=keeper tabindex=0></section>",
    "a dialog of the page": "<dialog id=keeper open tabindex=0>Wait</dialog>",
    "a dialog of Streamlit": "<div role=dialog id=keeper tabindex=0>Wait</div>",
}


@pytest.mark.parametrize("keeper", KEEPERS.values(), ids=KEEPERS)
def test_keys_of_others_are_left_to_them(page: Page, keeper: str) -> None:
    show(page, "standard", step=4)
    page.evaluate("html => document.body.insertAdjacentHTML('afterbegin', html)", keeper)
    page.locator("#keeper").focus()
    for key in ("ArrowRight", "Home", "f", "?"):
        page.keyboard.press(key)
    if "ialog" in keeper:  # it waits for an answer, wherever the focus is
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Home")
    is_at(page, 4)
    expect(page.locator(".help")).to_be_hidden()
    page.evaluate("document.querySelector('#keeper').remove()")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Alt+Home")
    is_at(page, 4)
    page.keyboard.press("ArrowRight")
    is_at(page, 5)


def test_a_picture_out_of_sight_takes_no_keys(page: Page) -> None:
    show(page, "standard", step=4)
    page.evaluate("document.body.style.paddingBottom = '5000px'")
    page.evaluate("scrollTo(0, 3000)")
    page.keyboard.press("Home")
    page.wait_for_function("scrollY === 0")
    is_at(page, 4)
    page.keyboard.press("Home")
    is_at(page, 1)


def test_of_two_figures_the_one_that_was_used_last_gets_the_keys(page: Page) -> None:
    show(page, "standard", step=1)
    page.evaluate(
        """() => {
          const other = document.querySelector("main").cloneNode(true);
          document.querySelector("main").after(other);
          other.id = "other";
          for (const plane of other.querySelectorAll(".plane")) plane.remove();
        }"""
    )
    page.evaluate(SHOW.replace('("main")', '("#other")'), text_of("standard", step=1))
    counts = page.locator(".count")
    for figure, expected in ((None, ["2 / 9", "1 / 9"]), (1, ["2 / 9", "2 / 9"]), (0, ["3 / 9", "2 / 9"])):
        if figure is not None:
            page.locator("canvas").nth(figure).hover(position={"x": 3, "y": 3})
        page.keyboard.press("ArrowRight")
        expect(counts).to_have_text(expected)


def test_the_hint_goes_when_all_was_done_once(page: Page) -> None:
    data = show(page, "standard", step=1)
    hint = page.locator(".hint")
    expect(hint).to_have_text(GENERAL)
    page.mouse.move(*middle(page, data, 0, 6))
    expect(hint).to_have_text("Click pins this cell, a double click edits it.")
    page.mouse.move(*middle(page, data, 2, 0))
    expect(hint).to_have_text(GENERAL)
    page.mouse.down()
    page.mouse.move(*middle(page, data, 2, 4), steps=4)
    page.mouse.up()
    expect(hint).to_have_text(GENERAL)
    bar = page.locator(".bar").bounding_box()
    page.mouse.click(*middle(page, data, 1, 1))
    expect(hint).to_have_text("")
    assert page.locator(".bar").bounding_box() == bar  # nothing has moved
    page.reload()
    show(page, "standard", step=1)
    expect(hint).to_be_hidden()


def test_the_hint_says_only_what_can_be_done(bare: Callable[..., Page]) -> None:
    page = bare(has_touch=True, is_mobile=True)
    show(page, "standard")
    expect(page.locator(".hint")).to_have_text("Drag the window. Tap a cell to pin it, twice to edit it.")
    show(page, "receptive-field")
    expect(page.locator(".hint")).to_have_text("Tap a cell to pin it.")


@pytest.mark.parametrize("way", ["key", "button"])
def test_the_list_of_keys_is_a_dialog(page: Page, way: str) -> None:
    show(page, "standard", step=4)
    opener = page.get_by_role("button", name="Keys and gestures")
    opener.focus()
    page.keyboard.press("?" if way == "key" else "Enter")
    dialog = page.get_by_role("dialog", name="Keys and gestures")
    close = dialog.get_by_role("button", name="Close")
    expect(close).to_be_focused()
    for key in ("Tab", "Shift+Tab", "ArrowRight", "Home", "f"):
        page.keyboard.press(key)
        expect(close).to_be_focused()
    is_at(page, 4)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    close.click()
    expect(dialog).to_be_hidden()
    opener.click()
    page.mouse.click(5, 5)
    expect(dialog).to_be_hidden()
    page.keyboard.press("ArrowRight")
    is_at(page, 5)
    assert focused(page) == -1
