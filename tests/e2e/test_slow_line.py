"""Pages under hands that do not wait, on a line of 200 ms, and after the server or the line was gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Pages, Server
from tests.e2e.page import shown, wait_for_player
from tests.line import Line

SECONDS = 0.2


@pytest.fixture
def line(server: str) -> Iterator[Line]:
    with Line(server, seconds=0) as near:  # until a page is loaded
        yield near


Open = Callable[[str], Page]


@pytest.fixture
def opened(open_page: Pages) -> Iterator[Open]:
    """Open an address of a server that the test may stop: what a page complains about meanwhile is no fault."""
    contexts = []

    def open_address(address: str) -> Page:
        contexts.append(open_page.browser.new_context(reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.goto(address)
        open_page.settle(page)
        return page

    yield open_address
    for context in contexts:
        context.close()


def stays_well(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)


def count(page: Page) -> str:
    return page.locator(".player .count").text_content() or ""


@pytest.mark.parametrize("lesson", ["transposed", "depthwise-separable"])
def test_a_kernel_of_one_size_and_then_another_size(open_page: Pages, lesson: str) -> None:
    page = open_page(f"/{lesson}?weight=sobel_y")
    wait_for_player(page)
    slider = page.get_by_role("slider", name="Kernel size k")
    for size in ("4", "5"):
        slider.press("ArrowRight")
        expect(page.get_by_text(re.compile(f"Kernel size must be 3x3.*got {size}x{size}"))).to_be_visible()
        stays_well(page)
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    expect(page.get_by_text("Kernel size must be 3x3")).to_have_count(0)
    expect(slider).to_have_value("3")


def press_slider(page: Page) -> None:
    page.get_by_role("slider", name="Stride s").press("ArrowRight")


def press_button(page: Page) -> None:
    page.get_by_role("button", name="New", exact=True).click()


def choose_kernel(page: Page) -> None:
    page.get_by_role("combobox", name="Kernel", exact=True).press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_control_that_is_touched_before_the_page_has_answered(open_page: Pages, opened: Open, line: Line) -> None:
    page = opened(f"{line.url}/dilated")
    for touch in (press_slider, press_button, choose_kernel):
        wait_for_player(page)
        line.seconds = SECONDS
        page.get_by_role("combobox", name="Example").focus()
        page.keyboard.type("causal")
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        touch(page)
        page.wait_for_url("**padding=**")
        open_page.settle(page)
        stays_well(page)
        texts, frames = shown(page), count(page)
        line.seconds = 0
        page.goto(page.url)
        open_page.settle(page)
        assert (shown(page), count(page)) == (texts, frames)
        page.goto(f"{line.url}/dilated")


def test_a_row_that_is_removed_again_and_again(open_page: Pages, opened: Open, line: Line) -> None:
    page = opened(f"{line.url}/receptive-field")
    wait_for_player(page)
    line.seconds = SECONDS
    page.get_by_role("button", name="Remove layer 2").evaluate("(button) => [1, 2, 3, 4].forEach(() => button.click())")
    page.wait_for_url("**layers=**")
    open_page.settle(page)
    stays_well(page)
    expect(page.get_by_role("button", name=re.compile("Remove layer"))).to_have_count(2)


@pytest.mark.parametrize("is_far", [False, True], ids=["near", "far"])
def test_a_step_back_at_once_counts(open_page: Pages, opened: Open, server: str, line: Line, is_far: bool) -> None:
    page = opened(f"{line.url if is_far else server}/dilated")
    wait_for_player(page)
    line.seconds = SECONDS
    slider = page.get_by_role("slider", name="Stride s")
    for size in (2, 3):
        slider.press("ArrowRight")
        page.wait_for_url(f"**stride={size}")
        open_page.settle(page)
    slider.press("ArrowRight")
    page.wait_for_url("**stride=4")
    page.evaluate("history.back()")  # Playwright's own would wait for more than the address
    page.wait_for_url("**stride=3")
    expect(slider.first).to_have_value("3")
    page.evaluate("history.back()")
    page.wait_for_url("**stride=2")
    page.evaluate("history.forward()")
    page.wait_for_url("**stride=3")
    expect(slider.first).to_have_value("3")
    open_page.settle(page)
    expect(slider).to_have_value("3")
    assert page.url.endswith("stride=3")


def test_the_first_change_after_the_server_was_away_counts(open_page: Pages, opened: Open, tmp_path: Path) -> None:
    own = Server(tmp_path / "log.txt")
    with own, Line(own.url, seconds=0) as line:
        page = opened(f"{line.url}/dilated?input_size=9")
        wait_for_player(page)
        slider = page.get_by_role("slider", name="Stride s")
        away = page.locator("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])")
        line.cut()
        away.wait_for()
        line.mend()
        open_page.settle(page)
        slider.press("ArrowRight")
        page.wait_for_url("**stride=2")
        own.stop()
        away.wait_for()
        own.__enter__()
        open_page.settle(page)
        slider.press("ArrowRight")
        page.wait_for_url("**stride=3")
        open_page.settle(page)
        expect(slider).to_have_value("3")
        assert shown(page) == {"input_size": "9", "stride": "3"}
        stays_well(page)


def test_a_player_that_could_not_be_fetched_is_fetched_again(open_page: Pages, opened: Open) -> None:
    page = opened(f"{open_page.server}/network")  # without a player
    missed = []
    page.route("**/modules/*-0/paint.js", lambda route: (missed.append(route), route.abort()))
    page.goto(f"{open_page.server}/dilated")
    wait_for_player(page)
    assert len(missed) == 1
