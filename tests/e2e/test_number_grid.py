"""The grid of a visitor's own numbers under quick hands, on a line near and far."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.conftest import Pages
from tests.e2e.dials import Line, held_clock, is_over
from tests.e2e.page import files, wait_for_player

LINK = "/standard?input=1,1,1,1,1;1,1,1,1,1;1,1,1,1,1;1,1,1,1,1;1,1,1,1,1"
ROWS = "2,2,2,0,9;0,7,-3,1,1;10,2,-35,4,0;5,-6.5,7,88,9;1,2,3,4,-2"


def field(page: Page, row: int, column: int) -> object:
    return page.get_by_role("textbox", name=f"Input numbers, row {row}, column {column}", exact=True)


def test_no_digit_is_lost_however_fast_the_typing(open_page: Pages) -> None:
    page = open_page(LINK)
    wait_for_player(page)
    for delay, rows in ((0, ROWS), (60, ROWS.replace("2,2,2,0,9", "31,-4,5,2.5,0"))):  # all at once, then quick
        field(page, 0, 0).click()
        for number in rows.replace(";", ",").split(",")[: None if delay == 0 else 5]:
            page.keyboard.press("ControlOrMeta+A")
            page.keyboard.type(number, delay=delay)
            page.keyboard.press("Tab", delay=delay)
        page.wait_for_url(lambda url, rows=rows: f"input={rows}" in url.replace("%2C", ",").replace("%3B", ";"))
        open_page.settle(page)
        expect(files(page)).to_have_attribute("href", re.compile(f"input={rows}"))
    field(page, 0, 2).fill("7")  # what is typed just before the size changes is kept
    page.get_by_role("slider", name="Input size i").press("ArrowRight")
    page.wait_for_url(lambda url: "input=31,-4,7,2.5,0,0;" in url.replace("%2C", ",").replace("%3B", ";"))
    expect(field(page, 0, 2)).to_have_value("7")


def test_a_size_chosen_while_the_page_is_late_with_a_number_stays(open_page: Pages) -> None:
    page = open_page("/standard?input=1,2;3,4&kernel_size=1")
    line = Line(page)
    line.is_held = True
    field(page, 0, 1).fill("7")
    line.wait_for("1,7;3,4")
    with held_clock(page):  # the figure waits for rest until it says what it shows
        page.get_by_role("slider", name="Input size i").press("ArrowRight")
        expect(page.locator(".player")).to_have_attribute("aria-label", re.compile("3 by 3 input"))
        line.release()
    is_over(page, "standard", {"input": "1,7,0;3,4,0;0,0,0", "kernel_size": "1"})


def test_keys_walk_and_what_is_no_number_is_marked(open_page: Pages) -> None:
    page = open_page(LINK)
    field(page, 1, 1).click()
    for key, row, column in (
        ("ArrowDown", 2, 1), ("ArrowRight", 2, 2), ("ArrowUp", 1, 2), ("ArrowLeft", 1, 1), ("Enter", 2, 1),
        ("Shift+Enter", 1, 1), ("Tab", 1, 2), ("Shift+Tab", 1, 1),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(field(page, row, column)).to_be_focused()
    page.keyboard.type("a")
    expect(field(page, 1, 1)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Input row 1, column 1 must be")).to_contain_text("The picture keeps the previous numbers.")
    page.keyboard.press("Backspace")
    page.keyboard.type("12")
    page.keyboard.press("ArrowLeft")  # within the number
    page.keyboard.type("0")
    expect(field(page, 1, 1)).to_have_value("102")
    expect(page.get_by_text("Input row 1, column 1 must be")).to_have_count(0)


BLOCKS = {
    "8\t-9\t7\n6\t5\t4\n3\t2\t1": "1,1,1,8,-9;1,1,1,6,5",
    "7 8\r\n2,5 −3\r\n": "1,1,1,7,8;1,1,1,2.5,-3",
    "4;5\r6;7": "1,1,1,4,5;1,1,1,6,7",
    "1,2,3\n4,5,6": "1,1,1,1,2;1,1,1,4,5",
}


def test_a_block_of_numbers_is_pasted_where_the_cursor_is(open_page: Pages) -> None:
    page = open_page(LINK)
    for text, rows in BLOCKS.items():
        field(page, 3, 3).click()
        paste(page, text)
        page.wait_for_url(lambda url, rows=rows: url.replace("%2C", ",").replace("%3B", ";").endswith(rows))
        open_page.settle(page)
        expect(files(page)).to_have_attribute("href", re.compile(f"input=[^&]*{rows}"))
    field(page, 0, 0).click()  # empty cells stay in their place
    paste(page, "\t2\t\n4\t5\t6")
    values = [[field(page, row, column).input_value() for column in range(3)] for row in range(2)]
    assert values == [["", "2", ""], ["4", "5", "6"]]
    expect(page.get_by_text("Input row 0, column 0 must be a number; got an empty cell.")).to_be_visible()


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text", text);
          let target = document.activeElement;
          while (target.shadowRoot) target = target.shadowRoot.activeElement;
          target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_numbers_stay_while_their_grid_is_out_of_sight(open_page: Pages) -> None:
    page = open_page("/standard?in_channels=2&kernel_size=1&input=1,2;3,4|5,6;7,8", height=1500)
    wait_for_player(page)
    plane = page.get_by_role("combobox", name="Plane", exact=True).first

    def choose(label: str) -> None:
        plane.click()
        page.get_by_role("option", name=label, exact=True).click()
        expect(page.get_by_role("textbox", name=f"Input numbers, {label}, row 0, column 0")).to_be_visible()
        open_page.settle(page)

    numbers = {"kernel_size": "1", "input": "9,2;3,4|5,6;7,-8"}
    page.get_by_role("textbox", name="Input numbers, Channel 0, row 0, column 0").fill("9")
    choose("Channel 1")
    page.get_by_role("textbox", name="Input numbers, Channel 1, row 1, column 1").fill("-8")
    choose("Channel 0")
    expect(page.get_by_role("textbox", name="Input numbers, Channel 0, row 0, column 0")).to_have_value("9")
    is_over(page, "standard", numbers)
    for lesson in ("Dilated", "Standard"):
        page.get_by_text("Lessons", exact=True).click()
        page.get_by_role("menuitem", name=lesson).click()
        expect(page.get_by_role("heading", name=f"{lesson} convolution")).to_be_visible()
        open_page.settle(page)
    expect(page.get_by_role("textbox", name="Input numbers, Channel 0, row 0, column 0")).to_have_value("9")
    is_over(page, "standard", numbers)
