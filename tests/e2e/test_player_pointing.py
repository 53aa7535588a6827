"""The player in a real browser: what the pointer finds. The modules by themselves: tests/player."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.hand import NUMBERS, SPY, Play


def test_an_output_cell_shows_its_products(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}", scripts=SPY)
    sentence = "Step {}: output {} is −4, the sum of 4 products over input {}."
    hand.says(sentence.format("1 of 4", "row 0, column 0", "rows 0 to 1, columns 0 to 1"))
    hand.hover("output", 1, 1)
    hand.says(sentence.format("4 of 4", "row 1, column 1", "rows 1 to 2, columns 1 to 2"))
    written = hand.page.evaluate("window.written")
    assert written[-6:] == ["Step 4 of 4: output[1, 1] = −4", "5·1", "+ 6·0", "+ 8·0", "+ 9·(−1)", "= −4"]
    hand.stands_at(1, 4)
    hand.leave()
    hand.says("Step 1 of 4:")


def test_an_input_cell_shows_who_reads_it(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}", scripts=SPY)
    hand.hover("input", 1, 1)
    hand.says(
        "input[1, 1] = 5 is read by 4 outputs: ×−1 in output[0, 0], ×0 in output[0, 1], ×0 in output[1, 0], "
        "×1 in output[1, 1]."
    )
    notes = [text for text in hand.page.evaluate("window.written") if text.startswith("×")]
    assert notes == ["×−1", "×0", "×0", "×1"]
    hand.hover("input", 0, 0)
    hand.says("input[0, 0] = 1 is read by 1 output: ×1 in output[0, 0].")


def test_a_weight_shows_its_pairs(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.hover("kernel", 1, 1)
    hand.says("kernel[1, 1] = −1 meets 4 input cells: input[1, 1] for output[0, 0], input[1, 2] for output[0, 1],")


def test_between_the_cells_nothing_is_pointed_at(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.hover("input", 0, 0)
    hand.says("input[0, 0]")
    box = hand.canvas.bounding_box()
    hand.page.mouse.move(box["x"] + 2, box["y"] + 2)
    hand.says("Step 1 of 4")


def test_a_click_pins_until_it_is_released(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.click("input", 0, 0)
    hand.says("input[0, 0] = 1 is read by 1 output: ×1 in output[0, 0]. Pinned; Escape releases.")
    hand.hover("kernel", 0, 0)
    hand.leave()
    hand.says("input[0, 0] = 1 is read")
    hand.press("Escape")
    hand.says("Step 1 of 4")
    hand.click("output", 0, 1)
    hand.says("Step 2 of 4: output row 0, column 1 is −4, the sum of 4 products")
    hand.click("kernel", 0, 0)
    hand.says("kernel[0, 0] = 1 meets")
    hand.page.wait_for_timeout(450)  # a second click at once would be a double click
    hand.click("kernel", 0, 0)
    hand.leave()
    hand.says("Step 1 of 4")


def test_what_is_pointed_at_stands_still(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=0.05", motion=True)
    expect(hand.button("Pause")).to_be_visible()
    hand.hover("input", 0, 0)
    hand.says("input[0, 0]")
    before = hand.count.text_content()
    hand.page.wait_for_timeout(300)  # six steps would have passed
    assert hand.count.text_content() == before
    hand.leave()
    expect(hand.count).not_to_have_text(before or "")
    hand.click("input", 0, 0)
    expect(hand.button("Play")).to_be_visible()
