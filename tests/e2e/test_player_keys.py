"""The player in a real browser: what the keys do."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.hand import NUMBERS, Play


def test_keys_of_the_player(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=10")
    hand.focus()
    right, left = "ArrowRight", "ArrowLeft"
    for key, step in [(right, 2), ("End", 4), (right, 4), (left, 3), ("Home", 1), (left, 1)]:
        hand.press(key)
        hand.stands_at(step, 4)
    hand.press("Space")
    expect(hand.button("Pause")).to_be_visible()
    hand.press("Space")
    expect(hand.button("Play")).to_be_visible()
    hand.press("f")
    expect(hand.player).to_have_class(re.compile("is-presenting"))
    hand.press("f")
    expect(hand.player).not_to_have_class(re.compile("is-presenting"))


def test_keys_in_a_grid(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.plane("input").focus()
    hand.says("input[0, 0]")
    hand.press("ArrowLeft", "ArrowUp")
    hand.says("input[0, 0]")
    hand.press("ArrowRight", "ArrowDown", "ArrowDown")
    hand.says("input[2, 1] = 8")
    expect(hand.spoken).to_contain_text("input[2, 1] = 8 is read by")
    hand.press("p")
    hand.says("Pinned")
    hand.press("p")
    expect(hand.caption).not_to_contain_text("Pinned")
    hand.press("P", "Escape")
    expect(hand.caption).not_to_contain_text("Pinned")
    hand.press("End")
    hand.stands_at(4, 4)
    hand.press("Tab")
    hand.says("kernel[0, 0] = 1 meets")
    hand.press("Tab", "ArrowRight")
    hand.says("output row 0, column 1")
    hand.press("Tab")
    expect(hand.button("First step")).to_be_focused()
    hand.says("Step 4 of 4")


def test_a_button_is_pressed_by_the_space_bar(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.button("Next step").focus()
    hand.press("Space")
    hand.stands_at(2, 4)
    expect(hand.button("Play")).to_be_visible()


def test_keys_pressed_elsewhere_are_not_taken(play: Play) -> None:
    hand = play("/standard")
    hand.slide("Stride s", "ArrowRight")
    hand.page.wait_for_url("**/standard?stride=2")
    hand.pages.settle(hand.page)
    hand.player.get_by_role("combobox", name="Speed").focus()
    hand.press("ArrowDown", "End")
    hand.stands_at(1, 4)
