"""Numbers that are typed into cells one after another, and pasted, without Streamlit; the test plays the server."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from convviz.recipes import recipe
from tests.player.bare import SHOW, focused, middle, says
from tests.player.cases import json_of, scene_of

SERVE = """
() => {
  // Each request is answered when the test says so.
  window.sent = [];
  const { player } = document.querySelector("main");
  player.hooks.edit = (plane, cells) => {
    window.sent.push(cells.map(([cell, text]) => `${plane}:${cell}=${text}`).join(" "));
    return new Promise((go) => (window.answer = go));
  };
}
"""
INPUT = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def text_of(rows: list[list[float]], **more: object) -> str:
    return json_of(scene_of(recipe("standard", input=rows, weight=[[1, 0], [0, -1]], **more)))  # type: ignore[arg-type]


@pytest.fixture
def sheet(page: Page) -> Page:
    """An input of 3 by 3 cells and a kernel of 2 by 2."""
    page.evaluate(SHOW, text_of(INPUT))
    page.evaluate(SERVE)
    return page


def answer(page: Page, rows: list[list[float]]) -> None:
    page.evaluate(SHOW, text_of(rows))
    page.evaluate("async () => { window.answer(); await new Promise((go) => setTimeout(go)); }")


def edits(page: Page, name: str) -> None:
    """Wait until the field is over a cell."""
    field = page.locator(".editor")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_name(f"New number for {name}")


def begin(page: Page, plane: int, *keys: str) -> None:
    page.locator(".plane").nth(plane).focus()
    for key in (*keys, "Enter"):
        page.keyboard.press(key)


def sent(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.sent")
    return found


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text", text);
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def test_tab_goes_through_the_rows_and_leaves_at_the_end(sheet: Page) -> None:
    begin(sheet, 1)
    for name in ("kernel[0, 1]", "kernel[1, 0]", "kernel[1, 1]"):
        sheet.keyboard.press("Tab")
        edits(sheet, name)
    sheet.keyboard.press("Shift+Tab")
    edits(sheet, "kernel[1, 0]")
    sheet.keyboard.press("Tab")
    sheet.keyboard.press("Tab")
    expect(sheet.locator(".editor")).to_be_hidden()
    expect(sheet.get_by_role("button", name="First step")).to_be_focused()
    begin(sheet, 1, "ArrowUp", "ArrowLeft", "ArrowUp", "ArrowLeft")
    sheet.keyboard.press("Shift+Tab")
    expect(sheet.locator(".editor")).to_be_hidden()
    assert focused(sheet) == 2
    assert sent(sheet) == []


def test_enter_goes_down_and_closes_at_the_bottom(sheet: Page) -> None:
    begin(sheet, 0, "ArrowRight")
    for name in ("input[1, 1]", "input[2, 1]"):
        sheet.keyboard.press("Enter")
        edits(sheet, name)
    sheet.keyboard.press("Shift+Enter")
    edits(sheet, "input[1, 1]")
    sheet.keyboard.press("Enter")
    sheet.keyboard.press("Enter")
    expect(sheet.locator(".editor")).to_be_hidden()
    assert focused(sheet) == 0
    says(sheet, "input[2, 1] = 8")


def test_arrows_walk_from_the_ends_of_the_text(sheet: Page) -> None:
    begin(sheet, 0)
    for key, name in (
        ("ArrowRight", "input[0, 1]"), ("ArrowDown", "input[1, 1]"), ("ArrowLeft", "input[1, 0]"),
        ("ArrowLeft", "input[1, 0]"), ("ArrowUp", "input[0, 0]"), ("ArrowUp", "input[0, 0]"),
        ("ArrowRight", "input[0, 1]"), ("ArrowRight", "input[0, 2]"), ("ArrowRight", "input[0, 2]"),
    ):  # fmt: skip
        sheet.keyboard.press(key)
        edits(sheet, name)
    sheet.keyboard.type("12")
    sheet.keyboard.press("ArrowLeft")  # within the number
    sheet.keyboard.type("0")
    expect(sheet.locator(".editor")).to_have_value("102")
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.press("ArrowDown")
    edits(sheet, "input[1, 2]")
    assert sent(sheet) == ["input:0,2=102"]


def test_padding_is_passed_over(sheet: Page) -> None:
    sheet.evaluate(SHOW, text_of(INPUT, padding=1))
    begin(sheet, 0, *["ArrowDown", "ArrowRight"] * 3)
    edits(sheet, "input[2, 2]")
    sheet.keyboard.press("Shift+Tab")
    sheet.keyboard.press("Shift+Tab")
    sheet.keyboard.press("Shift+Tab")
    edits(sheet, "input[1, 2]")
    for key in ("ArrowRight", "ArrowUp", "ArrowUp"):
        sheet.keyboard.press(key)
    edits(sheet, "input[0, 2]")
    sheet.keyboard.press("Tab")
    edits(sheet, "input[1, 0]")


def test_what_is_refused_keeps_its_cell(sheet: Page) -> None:
    begin(sheet, 0)
    for key in ("Tab", "Enter", "ArrowDown"):
        sheet.locator(".editor").fill("x")
        sheet.keyboard.press(key)
        edits(sheet, "input[0, 0]")
        expect(sheet.locator(".caption")).to_have_text('A cell must hold a number; got "x".')
    sheet.evaluate(SHOW, text_of([[1, 2, 3], [4, 5, 6], [7, 8, 0]]))
    expect(sheet.locator(".caption")).to_have_text('A cell must hold a number; got "x".')
    expect(sheet.locator(".editor")).to_have_value("x")
    sheet.keyboard.press("Escape")
    expect(sheet.locator(".editor")).to_be_hidden()
    assert focused(sheet) == 0
    assert sent(sheet) == []


def test_typing_goes_on_while_the_server_answers(sheet: Page) -> None:
    """One request at a time; what is typed meanwhile is not lost, and goes together with the next."""
    begin(sheet, 0)
    for digits in ("10", "20", "30"):
        sheet.keyboard.type(digits)
        sheet.keyboard.press("Tab")
    edits(sheet, "input[1, 0]")
    assert sent(sheet) == ["input:0,0=10"]
    sheet.keyboard.type("4")
    answer(sheet, [[10, 2, 3], [4, 5, 6], [7, 8, 9]])
    edits(sheet, "input[1, 0]")
    expect(sheet.locator(".editor")).to_have_value("4")
    sheet.keyboard.type("0")
    assert sent(sheet) == ["input:0,0=10", "input:0,1=20 input:0,2=30"]
    sheet.keyboard.press("Shift+Tab")
    edits(sheet, "input[0, 2]")
    expect(sheet.locator(".editor")).to_have_value("30")  # the picture does not have it yet
    answer(sheet, [[10, 20, 30], [4, 5, 6], [7, 8, 9]])
    expect(sheet.locator(".editor")).to_have_value("30")
    assert sent(sheet)[2:] == ["input:1,0=40"]
    answer(sheet, [[10, 20, 31], [40, 5, 6], [7, 8, 9]])
    expect(sheet.locator(".editor")).to_have_value("31")  # nothing was typed: the number is the picture's
    sheet.keyboard.press("Escape")
    expect(sheet.locator(".editor")).to_be_hidden()
    assert len(sent(sheet)) == 3


def test_a_cell_that_goes_takes_the_field_with_it(sheet: Page) -> None:
    begin(sheet, 0, "ArrowDown", "ArrowDown")
    edits(sheet, "input[2, 0]")
    sheet.evaluate(SHOW, text_of([[1, 2, 3], [4, 5, 6]]))
    expect(sheet.locator(".editor")).to_be_hidden()
    assert sent(sheet) == []


BLOCKS: dict[str, tuple[int, str, str]] = {
    "of a spreadsheet": (4, "-1\t2,5\n3\t4\n", "input:1,1=-1 input:1,2=2.5 input:2,1=3 input:2,2=4"),
    "with empty cells": (0, "1\t\t−3\n\t5\t", "input:0,0=1 input:0,2=-3 input:1,1=5"),
    "that goes beyond": (7, "1 2 3\n4 5 6", "input:2,1=1 input:2,2=2"),
    "with semicolons": (0, "1;2\r3;4", "input:0,0=1 input:0,1=2 input:1,0=3 input:1,1=4"),
}


@pytest.mark.parametrize(("cell", "text", "expected"), BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("is_editing", [True, False], ids=["editing", "in the grid"])
def test_a_block_is_pasted(sheet: Page, cell: int, text: str, expected: str, is_editing: bool) -> None:
    sheet.locator(".plane").nth(0).focus()
    for key in ["ArrowDown"] * (cell // 3) + ["ArrowRight"] * (cell % 3) + ["Enter"] * is_editing:
        sheet.keyboard.press(key)
    paste(sheet, text)
    assert sent(sheet) == [expected]
    if is_editing:
        name = expected.partition("=")[0].removeprefix("input:")
        edits(sheet, f"input[{name.replace(',', ', ')}]")
        expect(sheet.locator(".editor")).to_have_value(expected.split(" ")[0].partition("=")[2])
    else:
        assert focused(sheet) == 0


def test_a_block_with_a_word_in_it_changes_nothing(sheet: Page) -> None:
    begin(sheet, 1)
    paste(sheet, "1\tx\n3\t4")
    expect(sheet.locator(".caption")).to_have_text('A cell must hold a number; got "x".')
    expect(sheet.locator(".editor")).to_have_value("1")
    sheet.keyboard.press("Escape")
    paste(sheet, "1e9")
    says(sheet, 'A cell must hold a number from −1,000,000 to 1,000,000; got "1e9".')
    sheet.locator(".plane").nth(2).focus()
    paste(sheet, "1\t2")  # the output is not the reader's to change
    assert sent(sheet) == []


def test_a_click_elsewhere_passes_the_number_on(sheet: Page) -> None:
    data: dict[str, Any] = sheet.evaluate("document.querySelector('main').player.data")
    sheet.mouse.dblclick(*middle(sheet, data, 0, 4))
    edits(sheet, "input[1, 1]")
    sheet.keyboard.type("-7")
    sheet.mouse.click(*middle(sheet, data, 1, 0))
    expect(sheet.locator(".editor")).to_be_hidden()
    assert sent(sheet) == ["input:1,1=-7"]
