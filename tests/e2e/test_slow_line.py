"""Pages under hands that do not wait, on a line of 200 ms, and after the server or the line was gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import Pages, Server
from tests.e2e.dials import dial, drag, go, is_over, pick
from tests.e2e.page import wait_for_player
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
    pages = Pages(open_page.browser, open_page.server, open_page.contexts)

    def open_address(address: str) -> Page:
        page = pages.new_page(reduced_motion="reduce")
        page.goto(address)
        pages.settle(page)
        return page

    yield open_address
    pages.close()


STATES = """() => Object.fromEntries(
    [...document.fonts].filter(({ family }) => family.includes("convviz")).map(({ weight, status }) => [weight, status])
)"""


def stays_well(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_kernel_of_one_size_and_then_another_size(open_page: Pages) -> None:
    page = open_page("/depthwise-separable?weight=sobel_y")
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
    pick(page, "Kernel", "Box blur")


def test_a_dial_that_is_touched_before_the_server_has_answered(opened: Open, line: Line) -> None:
    page = opened(f"{line.url}/dilated")
    example = {"input_size": "1x12", "kernel_size": "1x3", "dilation": "1x4", "padding": "0,0,8,0"}
    touches = ((press_slider, {"stride": "2"}), (press_button, {"seed": "1"}), (choose_kernel, {"weight": "box"}))
    for touch, change in touches:
        wait_for_player(page)
        line.seconds = SECONDS
        pick(page, "Example", "Causal 1-D, dilation 4")
        touch(page)
        is_over(page, "dilated", {**example, **change})
        stays_well(page)
        line.seconds = 0
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


def test_a_step_back_at_once_counts(opened: Open, line: Line) -> None:
    page = opened(f"{line.url}/dilated")
    wait_for_player(page)
    line.seconds = SECONDS
    slider = page.get_by_role("slider", name="Stride s")
    for size in "23":
        slider.press("ArrowRight")
        is_over(page, "dilated", {"stride": size})
    slider.press("ArrowRight")
    go(page, -1)  # while the last change is still under way
    go(page, -1, 1)
    is_over(page, "dilated", {"stride": "3"})


def test_a_dial_that_is_held_on_a_thin_line_ends_at_its_last_value(opened: Open, line: Line) -> None:
    page = opened(f"{line.url}/standard")
    wait_for_player(page)
    line.seconds, line.rate = SECONDS, 50_000
    slider = dial(page, "Input size i")
    drag(page, slider, *(10, 16, 4, 12, 6, 15, 7))
    is_over(page, "standard", {"input_size": "7"})


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
        is_over(page, "dilated", {"input_size": "9", "stride": "3"})
        stays_well(page)


def test_a_player_that_could_not_be_fetched_is_fetched_again(open_page: Pages, opened: Open) -> None:
    page = opened(f"{open_page.server}/network")  # without a player
    missed = []
    page.route("**/modules/*-0/figure.js", lambda route: (missed.append(route), route.abort()))
    page.goto(f"{open_page.server}/dilated")
    wait_for_player(page)
    assert missed


def test_a_picture_does_not_wait_for_its_font_and_is_painted_again_with_it(open_page: Pages, opened: Open) -> None:
    page = opened(f"{open_page.server}/network")  # without a player
    held: list[Route] = []
    page.route("**/fonts/**", lambda route: held.append(route))
    page.goto(f"{open_page.server}/dilated?step=2")
    wait_for_player(page)
    assert page.evaluate(STATES) == {"normal": "loading", "bold": "loading"}
    canvas = page.locator(".stage canvas").element_handle()
    before = canvas.evaluate("(canvas) => canvas.toDataURL()")
    for route in held:
        route.continue_()
    page.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas, before])
    assert page.evaluate(STATES) == {"normal": "loaded", "bold": "loaded"}
