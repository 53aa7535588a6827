"""The player in a real browser: what the pointer finds. The modules by themselves: tests/player."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.player_driver import NUMBERS, SPY, Play, PlayerDriver


def test_what_a_cell_shows_that_is_pointed_at(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}", scripts=SPY)
    sentence = "Step {}: output {} is −4, the sum of 4 products over input {}."
    driver.says(sentence.format("1 of 4", "row 0, column 0", "rows 0 to 1, columns 0 to 1"))
    expect(driver.caption).to_have_text("The sum of 4 products over input rows 0 to 1, columns 0 to 1.")
    driver.hover("output", 1, 1)  # its products
    driver.says(sentence.format("4 of 4", "row 1, column 1", "rows 1 to 2, columns 1 to 2"))
    written = driver.page.evaluate("window.written")
    assert written[-6:] == ["Row 1, column 1 of the output: −4", "5·1", "+ 6·0", "+ 8·0", "+ 9·(−1)", "= −4"]
    driver.is_at(1, 4)
    driver.leave()
    driver.says("Step 1 of 4:")
    driver.hover("input", 1, 1)  # the outputs that read it
    driver.says(
        "input[1, 1] = 5 is read by 4 outputs: ×−1 in output[0, 0], ×0 in output[0, 1], ×0 in output[1, 0], "
        "×1 in output[1, 1]."
    )
    notes = [text for text in driver.page.evaluate("window.written") if text.startswith("×")]
    assert notes == ["×−1", "×0", "×0", "×1"]
    driver.hover("input", 0, 0)
    driver.says("input[0, 0] = 1 is read by 1 output: ×1 in output[0, 0].")
    driver.hover("kernel", 1, 1)  # the cells that it meets
    driver.says("kernel[1, 1] = −1 meets 4 input cells: input[1, 1] for output[0, 0], input[1, 2] for output[0, 1],")
    box = driver.canvas.bounding_box()
    driver.page.mouse.move(box["x"] + 2, box["y"] + 2)  # between the cells nothing is pointed at
    driver.says("Step 1 of 4")
    check_pins(driver)


def check_pins(driver: PlayerDriver) -> None:
    """A click pins a cell until it is released."""
    driver.click("input", 0, 0)
    driver.says("input[0, 0] = 1 is read by 1 output: ×1 in output[0, 0]. Pinned; Escape releases.")
    driver.hover("kernel", 0, 0)
    driver.leave()
    driver.says("input[0, 0] = 1 is read")
    driver.press("Escape")
    driver.says("Step 1 of 4")
    driver.click("output", 0, 1)
    driver.says("Step 2 of 4: output row 0, column 1 is −4, the sum of 4 products")
    driver.click("kernel", 0, 0)
    driver.says("kernel[0, 0] = 1 meets")
    driver.await_single_click()
    driver.click("kernel", 0, 0)
    driver.leave()
    driver.says("Step 1 of 4")


def test_playing_pauses_while_a_cell_is_pointed_at(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}&seconds_per_step=0.05", motion=True)
    expect(driver.button("Pause")).to_be_visible()
    driver.hover("input", 0, 0)
    driver.says("input[0, 0]")
    before = driver.count.text_content()
    driver.await_frames(20)  # six steps would have passed
    assert driver.count.text_content() == before
    driver.leave()
    expect(driver.count).not_to_have_text(before or "")
    driver.click("input", 0, 0)
    expect(driver.button("Play")).to_be_visible()
