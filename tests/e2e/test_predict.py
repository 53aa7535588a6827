"""Questions in the figure: answered by keyboard and pointer, with the reason of a mistake and the right answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from convviz.figure import answer
from tests.e2e.accessibility import violations
from tests.e2e.player_driver import PlayerDriver


def asked(number: int) -> Any:
    return json.loads(answer("dilated", f"predict={number}").text)["question"]


def test_a_wrong_answer_gets_its_reason_and_the_picture_the_right_one(play: Callable[..., PlayerDriver]) -> None:
    driver = play("/figure/dilated")
    driver.focus()
    driver.press("q")
    form, facts = driver.page.get_by_role("form", name="Question"), driver.page.locator(".facts")
    verdict, size = form.get_by_role("status"), asked(0)
    expect(form).to_contain_text(size["text"])
    expect(driver.spoken).to_have_text(f"Question: {size['text']}")
    expect(driver.button("Predict")).to_have_attribute("aria-pressed", "true")
    expect(facts).not_to_contain_text("3 × 3")
    expect(facts.locator(".copying")).to_be_hidden()
    assert violations(driver.page) == []
    driver.plane("input").focus()
    driver.press("Shift+Tab", "Shift+Tab", "Shift+Tab", *"5x5", "Enter")
    (reason,) = (reason for wrong, reason in size["mistakes"] if wrong == [5, 5])
    expect(verdict).to_have_text(f"Not 5x5. {reason}The answer is 3 × 3. {size['because']}")
    driver.says("3 × 3")
    expect(form.get_by_role("button", name="Next question")).to_be_focused()
    driver.press("Enter")
    value = asked(1)
    expect(form).to_contain_text(value["text"])
    expect(form.get_by_role("textbox")).to_be_focused()
    assert driver.query()["predict"] == "1"
    driver.press(*value["spelled"].replace("−", "-"), "Enter")
    expect(verdict).to_have_text(f"Right: {value['spelled']}. {value['because']}")
    form.get_by_role("button", name="Show all steps").click()
    expect(form).to_be_hidden()
    driver.is_at(value["step"], 9)
    expect(facts).to_contain_text("3 × 3")


def test_cells_are_marked_by_keys_and_clicks_and_a_lecturer_goes_on_with_a_clicker(
    play: Callable[..., PlayerDriver],
) -> None:
    driver = play("/figure/dilated?predict=2")
    form, reads = driver.page.get_by_role("form", name="Question"), asked(2)
    expect(form).to_contain_text(reads["text"])
    first, *others = [tuple(map(int, pin.removeprefix("input:").split(","))) for pin in reads["answer"]]
    driver.plane("input").focus()
    driver.press(*["ArrowDown"] * first[0], *["ArrowRight"] * first[1], "Space")
    expect(form.get_by_role("status")).to_have_text(f"input[{first[0]}, {first[1]}] is marked. Marked: 1.")
    for row, column in others:
        driver.click("input", row, column)
    driver.click("output", 0, 0)  # is not asked for
    form.get_by_role("button", name="Check").click()
    expect(form.get_by_role("status")).to_contain_text(f"Right: {reads['spelled']}.")
    driver.focus()
    driver.press("f", "PageDown")
    expect(form).to_contain_text(asked(3)["text"])
    expect(form.get_by_role("status")).to_be_empty()
    driver.press("PageDown")
    expect(form.get_by_role("status")).to_contain_text(f"The answer is {asked(3)['spelled']}.")
