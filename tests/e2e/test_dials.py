"""The dials of the figure in a real browser: the picture follows them, and each change is one step in the history."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.dials import answer_of, dial, entries, fold, go, grab, held_clock, is_over, thumb
from tests.e2e.player_driver import Play, PlayerDriver

CHANGES = {
    "standard": ("Input size i", "input_size", (6, 9, 7), "Padding p", "padding", {}),
    "dilated": ("Dilation d", "dilation", (3, 1), "Padding p", "padding", {}),
    "transposed": ("Stride s", "stride", (1, 3), "Output padding a", "output_padding", {}),
    "pooling": ("Kernel size k", "kernel_size", (3, 4), "Padding p", "padding", {}),
    "compare": (
        "Input size i",
        "input_size",
        (9, 8),
        "Padding p",
        "left.padding",
        {"left": "standard", "right": "dilated", "input_size": "7"},
    ),
}
"""Of each page whose script has nothing to do for its figure: a dial to drag and what it passes; a dial for two keys,
with its parameter; and what the address has from the first change on."""


def describes(driver: PlayerDriver, name: str, texts: dict[str, str]) -> None:
    expect(driver.player).to_have_attribute("aria-label", answer_of(name, texts)["scene"]["description"])


def sent(page: Page) -> int:
    """How many messages the page has sent to its script."""
    return int(page.evaluate("window.sent"))


@pytest.mark.parametrize("name", CHANGES)
def test_the_picture_follows_a_dial_and_each_change_is_one_entry(play: Play, name: str) -> None:
    label, field, values, other, after, start = CHANGES[name]
    driver = play(f"/{name}")
    page = driver.page
    before, messages = entries(page), sent(page)
    slider = dial(page, label)
    grab(page, slider)
    for value in values:
        page.mouse.move(*thumb(slider, value), steps=4)
        describes(driver, name, {**start, field: str(value)})
    page.mouse.up()
    first = {**start, field: str(values[-1])}
    is_over(page, name, first)
    with held_clock(page):  # keys that follow one another without rest are one change, however slow the machine is
        for _ in range(2):
            dial(page, other).first.press("ArrowRight")
    second = {**first, after: "2"}
    is_over(page, name, second)
    fold(page, "Picture")
    page.get_by_role("checkbox", name="Show the formula").uncheck()
    third = {**second, "formula": "false"}
    is_over(page, name, third)
    assert entries(page) == before + 3
    for steps, texts in (((-1,), second), ((-1, -1), start), ((1, 1), second), ((1, -1, -1), first), ((1, 1), third)):
        go(page, *steps)
        is_over(page, name, texts)
    assert (entries(page), sent(page)) == (before + 3, messages)
