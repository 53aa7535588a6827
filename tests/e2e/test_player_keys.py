"""The player in a real browser: what the keys do."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.player_driver import NUMBERS, Play


def test_keys_of_the_player(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}&seconds_per_step=10")
    driver.focus()
    right, left = "ArrowRight", "ArrowLeft"
    for key, step in [(right, 2), ("End", 4), (right, 4), (left, 3), ("Home", 1), (left, 1)]:
        driver.press(key)
        driver.is_at(step, 4)
    driver.press("Space")
    expect(driver.button("Pause")).to_be_visible()
    driver.press("Space")
    expect(driver.button("Play")).to_be_visible()
    driver.press("f")
    expect(driver.player).to_have_class(re.compile("is-presenting"))
    driver.press("f")
    expect(driver.player).not_to_have_class(re.compile("is-presenting"))


def test_keys_in_a_grid_and_of_a_button(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}")
    driver.button("Next step").focus()
    driver.press("Space")
    driver.is_at(2, 4)
    expect(driver.button("Play")).to_be_visible()
    driver.plane("input").focus()
    driver.says("input[0, 0]")
    driver.press("ArrowLeft", "ArrowUp")
    driver.says("input[0, 0]")
    driver.press("ArrowRight", "ArrowDown", "ArrowDown")
    driver.says("input[2, 1] = 8")
    expect(driver.spoken).to_contain_text("input[2, 1] = 8 is read by")
    driver.press("p")
    driver.says("Pinned")
    driver.press("p")
    expect(driver.caption).not_to_contain_text("Pinned")
    driver.press("P", "Escape")
    expect(driver.caption).not_to_contain_text("Pinned")
    driver.press("End")
    driver.is_at(4, 4)
    driver.press("Tab")
    driver.says("kernel[0, 0] = 1 meets")
    driver.press("Tab", "ArrowRight")
    driver.says("output row 0, column 1")
    driver.press("Tab")
    expect(driver.button("First step")).to_be_focused()
    driver.says("Step 4 of 4")


def test_keys_pressed_elsewhere_are_not_taken(play: Play) -> None:
    driver = play("/standard")
    driver.slide("Stride s", "ArrowRight")
    driver.page.wait_for_url("**/standard?stride=2")
    driver.pages.settle(driver.page)
    driver.player.get_by_role("combobox", name="Speed").focus()
    driver.press("ArrowDown", "End")
    driver.is_at(1, 4)
