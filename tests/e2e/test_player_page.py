"""The player in a real browser, and the page around it: sliders, links, other pages."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.conftest import Pages
from tests.e2e.player_driver import CORNER, INSECURE, NUMBERS, Play


def test_step_and_pinned_cell_survive_a_slider_where_they_exist(play: Play) -> None:
    driver = play("/standard?padding=1&step=6")
    driver.is_at(6, 25)
    driver.slide("Stride s", "ArrowRight")
    driver.is_at(4, 9)
    driver.says("Step 4 of 9: output row 1, column 0")
    driver.focus()
    driver.press("End")
    driver.slide("Stride s", "ArrowRight")
    driver.is_at(4, 4)
    driver.says("Step 4 of 4: output row 1, column 1")
    driver.slide("Stride s", "ArrowLeft", "ArrowLeft")
    driver.is_at(7, 25)
    driver.click("input", 1, 1)
    driver.leave()
    driver.says("input[0, 0]")
    driver.slide("Stride s", "ArrowRight")
    driver.is_at(5, 9)
    driver.says("input[0, 0]")
    driver.says("Pinned")


def test_the_picture_never_flashes(play: Play) -> None:
    """At no moment that the screen shows is the canvas black, which is what a canvas of a new size is."""
    driver = play("/standard?padding=1")
    driver.canvas.evaluate(
        f"""(canvas) => {{
          window.corners = new Set();
          const look = () => {{
            window.corners.add(({CORNER})(canvas));
            const after = new MessageChannel();
            after.port1.onmessage = () => window.corners.add(({CORNER})(canvas)); // when the frame has been painted
            after.port2.postMessage(0);
            requestAnimationFrame(look);
          }};
          look();
        }}"""
    )
    driver.slide("Stride s", "ArrowRight")
    driver.is_at(1, 9)
    driver.page.set_viewport_size({"width": 500, "height": 700})
    driver.page.wait_for_function("canvas => canvas.clientWidth < 600", arg=driver.canvas.element_handle())
    driver.page.set_viewport_size({"width": 1300, "height": 1000})
    driver.page.wait_for_function("canvas => canvas.clientWidth > 600", arg=driver.canvas.element_handle())
    assert driver.page.evaluate("[...window.corners]") == ["rgb(255, 255, 255)"]


def test_a_link_brings_back_step_and_pin(play: Play, open_page: Pages) -> None:
    driver = play("/standard?padding=1&stride=2", permissions=["clipboard-read", "clipboard-write"])
    driver.focus()
    driver.press("ArrowRight", "ArrowRight")
    driver.is_at(3, 9)
    driver.click("kernel", 1, 2)
    driver.says("kernel[1, 2]")
    driver.button("Copy link").click()
    expect(driver.button("Copied")).to_be_visible()
    link = str(driver.page.evaluate("navigator.clipboard.readText()"))
    asked = {name: texts[0] for name, texts in parse_qs(urlsplit(link).query).items()}
    assert asked == {"padding": "1", "stride": "2", "step": "3", "pin": "kernel:1,2"}
    expect(driver.button("Copy link")).to_be_visible()
    other = play(link.removeprefix(open_page.server), motion=True)
    other.is_at(3, 9)
    other.says("kernel[1, 2]")
    other.says("Pinned; Escape releases.")
    expect(other.button("Play")).to_be_visible()


def test_a_link_that_cannot_be_copied_is_shown(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}", scripts=INSECURE)
    driver.button("Copy link").click()
    driver.says("/standard?input=1%2C2%2C3")
    driver.says("&step=1")


def test_pointing_and_scrubbing_ask_nothing_of_the_server(play: Play) -> None:
    driver = play("/standard?padding=1")
    sent = driver.page.evaluate("window.sent")
    for name, row, column in [("input", 3, 3), ("kernel", 1, 1), ("output", 2, 2), ("output", 4, 4)]:
        driver.hover(name, row, column)
    driver.click("input", 2, 2)
    driver.press("Escape", "ArrowRight", "End", "Home")
    for name in ("Play", "Pause", "Loop", "Products", "Next step"):
        driver.button(name).click()
    driver.player.get_by_role("slider", name="Step").fill("20")
    driver.is_at(20, 25)
    driver.player.get_by_role("combobox", name="Speed").select_option("2×")
    for leave in (lambda: driver.press("Escape"), driver.page.go_back):
        driver.button("Present").click()
        driver.page.wait_for_function("() => history.state?.presenting")
        leave()
        driver.page.wait_for_function("() => !history.state?.presenting")
        expect(driver.button("Present")).to_be_visible()
    assert driver.page.evaluate("window.sent") == sent


def test_two_quick_changes_end_with_the_last(play: Play) -> None:
    driver = play("/standard?padding=1", motion=True)
    driver.slide("Stride s", "ArrowRight", "ArrowRight")
    driver.page.wait_for_url(re.compile("stride=3"))
    expect(driver.count).to_have_text(re.compile(r"/ 4$"))
    expect(driver.player).to_have_attribute(
        "aria-label", "Standard convolution: a 3 by 3 kernel on a 5 by 5 input gives a 2 by 2 output."
    )
    expect(driver.player).to_have_count(1)


def test_it_is_there_again_after_another_page(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}")
    page = driver.page
    page.get_by_text("Lessons", exact=True).click()
    page.get_by_role("menuitem", name="Dilated").click()
    expect(page.get_by_role("heading", name="Dilated convolution")).to_be_visible()
    driver.pages.settle(page)
    expect(driver.player).to_have_attribute("aria-label", re.compile("^Dilated"))
    driver.says("Step 1 of 9")
    page.get_by_text("Lessons", exact=True).click()
    page.get_by_role("menuitem", name="Standard").click()
    expect(driver.player).to_have_attribute("aria-label", re.compile("^Standard"))
    driver.pages.settle(page)
    driver.is_at(1, 4)
    driver.button("Next step").click()
    driver.is_at(2, 4)
    driver.hover("input", 1, 1)
    driver.says("input[1, 1] = 5")
