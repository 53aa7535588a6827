"""The player in a real browser: how the steps and their products go by."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.player_driver import NUMBERS, SPY, Play
from tests.scene.reading import terms, value


def test_it_plays_by_itself_and_goes_round(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}&seconds_per_step=0.05", motion=True)
    driver.button("Pause").click()
    driver.sees("4 / 4", "1 / 4", "2 / 4", after="Play")


def test_steps_without_motion_and_without_the_loop(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}&seconds_per_step=0.15")
    expect(driver.button("Play")).to_be_visible()
    for name, step in (("Next step", 2), ("Last step", 4), ("Previous step", 3), ("First step", 1)):
        driver.button(name).click()
        driver.is_at(step, 4)
    driver.button("Loop").click()
    expect(driver.button("Loop")).to_have_attribute("aria-pressed", "false")
    driver.button("Play").click()
    expect(driver.button("Play")).to_be_visible()  # it stops at the end
    driver.is_at(4, 4)
    driver.sees("1 / 4", "4 / 4", after="Play")  # and begins again
    expect(driver.button("Play")).to_be_visible()
    driver.button("First step").click()
    driver.button("Loop").click()
    expect(driver.spoken).to_have_text(re.compile("^Step 1 of 4"))
    for live in driver.player.locator("[aria-live], output, [role=status], [role=alert]").all():
        assert {"spoken", "lost"} & {*(live.get_attribute("class") or "").split()}
    driver.sees("2 / 4", "4 / 4", "1 / 4", "3 / 4", after="Play")
    assert (driver.spoken.text_content() or "").startswith("Step 1 of 4")  # screen readers are spared while it plays
    driver.button("Pause").click()
    driver.button("Last step").click()
    expect(driver.spoken).to_have_text(re.compile("^Step 4 of 4"))


PACE = """
(count) => new Promise((done) => {
  const seen = [];
  const watcher = new MutationObserver(() => {
    seen.push([parseInt(count.textContent), performance.now()]);
    if (seen.length < 4) return;
    watcher.disconnect();
    const [[first, begun], [last, ended]] = [seen[0], seen.at(-1)];
    done((ended - begun) / (last - first));
  });
  watcher.observe(count, { childList: true, characterData: true, subtree: true });
})
"""


def test_speeds_and_the_bar_that_scrubs(play: Play) -> None:
    driver = play("/figure/standard?padding=1&input_size=9&seconds_per_step=0.1")
    driver.button("Play").click()
    for speed, milliseconds in [("0.25×", 400), ("1×", 100), ("4×", 25)]:
        driver.player.get_by_role("combobox", name="Speed").select_option(speed)
        expected = pytest.approx(milliseconds, rel=0.3, abs=20)
        # A busy machine may be late in one try, and is never early.
        paces: list[float] = []
        while len(paces) < 4 and (not paces or paces[-1] != expected):
            paces.append(driver.count.evaluate(PACE))
        assert min(paces) == expected, paces
    driver.button("Pause").click()
    scrub = driver.player.get_by_role("slider", name="Step")
    box = scrub.bounding_box()
    driver.page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    driver.page.mouse.down()
    driver.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    driver.is_at(41, 81)
    driver.says("Step 41 of 81")
    expect(scrub).to_have_attribute("aria-valuetext", "Step 41 of 81")
    driver.page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 3, steps=4)
    driver.page.mouse.up()
    driver.is_at(81, 81)


def test_products_come_one_after_another(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}", scripts=SPY)
    driver.button("Products").click()
    expect(driver.button("Products")).to_have_attribute("aria-pressed", "true")
    driver.says("Step 1 of 4: output row 0, column 0 is −4")
    driver.button("Next step").click()
    for count, (term, sum_) in enumerate([("2·1", "2"), ("+ 3·0", "2"), ("+ 5·0", "2")], 1):
        driver.says(f"Step 2 of 4, product {count} of 4: {sum_} so far")
        written = driver.page.evaluate("window.written")
        assert f"Row 0, column 1 of the output so far: {sum_}" in written
        assert [text for text in written if "·" in text][-1] == term
        driver.button("Next step").click()
    driver.says("Step 2 of 4: output row 0, column 1 is −4")
    driver.button("Previous step").click()
    driver.says("Step 2 of 4, product 3 of 4: 2 so far")
    driver.hover("input", 0, 0)
    driver.says("input[0, 0]")
    driver.leave()
    driver.says("Step 2 of 4, product 3 of 4: 2 so far")
    driver.button("Products").click()
    driver.says("Step 2 of 4: output row 0, column 1 is −4")


@pytest.mark.parametrize(
    "path",
    [
        "/dilated?padding=1&seed=5&bias=2",
        "/transposed?view=gather",
        "/standard?input_size=4&flip=true&kernel_size=2x3&padding=1,0,2,1&padding_mode=reflect",
    ],
)
def test_the_terms_add_up_to_the_cell_at_every_step(play: Play, path: str) -> None:
    driver = play(path, scripts=SPY)
    steps = int((driver.count.text_content() or "").split(" / ")[1])
    assert steps >= 9
    driver.focus()
    for step in range(1, steps + 1):
        driver.says(f"Step {step} of {steps}: output row")
        written = driver.page.evaluate("window.written")
        start = next(at for at, text in enumerate(written) if text.startswith("Row "))
        first = next(at for at, text in enumerate(written) if at > start and "·" in text)
        products, sign, total = terms(written[first:])
        assert sign == "="
        assert sum(products) == total
        title = " ".join(written[start:first])
        assert value(title.rpartition(": ")[2]) == total
        described = re.search(r" is (−?\d+), the sum of", driver.spoken.text_content() or "")
        assert described
        assert value(described[1]) == total
        assert written[start - 1] == described[1]  # the last that is written before the title is the step's own cell
        driver.press("ArrowRight")
