"""The player in a real browser: its size, its colors, fingers, and the whole window."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import rest
from tests.e2e.player_driver import CORNER, DENIED, NUMBERS, Play, PlayerDriver, pixel, typed

ON_TOP = """
([player, x, y]) => document.elementFromPoint(x, y) === player.getRootNode().host
"""


@pytest.mark.parametrize(("scripts", "scheme"), [("", "light"), (DENIED, "dark")], ids=["whole screen", "window only"])
def test_presenting_fills_the_window_and_comes_back_to_the_same_step(play: Play, scripts: str, scheme: str) -> None:
    driver = play("/standard?padding=1&step=7", scripts=scripts, color_scheme=scheme)
    before = driver.canvas.bounding_box()
    driver.button("Present").click()
    expect(driver.player).to_have_class(re.compile("is-presenting"))
    expect(driver.caption).to_be_hidden()
    assert driver.player.bounding_box() == {"x": 0, "y": 0, "width": 1280, "height": 900}
    fills = "canvas => canvas.getBoundingClientRect().width === 1280"
    driver.page.wait_for_function(fills, arg=driver.canvas.element_handle())
    assert pixel(driver) == driver.page.evaluate(
        "section => getComputedStyle(section).backgroundColor", driver.player.element_handle()
    )
    # Nothing of the page lies above it, once Streamlit has faded in what it has just drawn.
    for x, y in [(640, 30), (5, 5), (1275, 895), (1250, 28)]:
        driver.page.wait_for_function(ON_TOP, arg=[driver.player.element_handle(), x, y])
    driver.press("ArrowRight", "ArrowRight")
    driver.is_at(9, 25)
    for _ in range(8):
        driver.press("Tab")  # the page behind is out of reach
    assert driver.player.evaluate("player => player.getRootNode().activeElement?.closest('.player') === player")
    driver.press("Escape")
    expect(driver.player).not_to_have_class(re.compile("is-presenting"))
    driver.page.wait_for_function("() => document.fullscreenElement === null")
    driver.is_at(9, 25)
    same = "([canvas, width]) => canvas.getBoundingClientRect().width === width"
    driver.page.wait_for_function(same, arg=[driver.canvas.element_handle(), before["width"]])
    assert driver.canvas.bounding_box() == before
    driver.press("ArrowRight")
    driver.is_at(10, 25)


INSIDE = """
(player) => {
  const inner = player.getBoundingClientRect();
  const outer = player.closest(".playing").getBoundingClientRect();
  const parts = [...player.querySelectorAll(".bar button, select, .scrub, .count, .stage, canvas, .plane, .caption")];
  const isOut = (box, around) => box.left < around.left - 0.5 || box.right > around.right + 0.5;
  const scrolls = (each) => /auto|scroll/.test(getComputedStyle(each).overflowX + getComputedStyle(each).overflowY);
  return {
    page: document.documentElement.scrollWidth - window.innerWidth,
    out: parts.filter((each) => isOut(each.getBoundingClientRect(), inner)).map((each) => each.outerHTML.slice(0, 80)),
    isWhole: !isOut(inner, outer),
    scrolling: [player, ...player.querySelectorAll(":not(dialog)")].filter(scrolls).map((each) => each.className),
    cut: parts.filter((each) => each.tagName === "BUTTON" && each.scrollWidth > each.clientWidth).length,
  };
}
"""


def test_it_fits_its_column(play: Play) -> None:
    driver = play("/transposed?view=scatter&output_padding=1", color_scheme="light")
    for width in (2560, 1440, 768, 390, 360):
        driver.page.set_viewport_size({"width": width, "height": 900})
        rest(driver.page)
        assert driver.player.evaluate(INSIDE) == FITTING, width
        assert driver.canvas.bounding_box()["width"] == driver.canvas.evaluate("canvas => canvas.width")
    driver.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    driver.page.wait_for_function(
        f"canvas => ({CORNER})(canvas) === 'rgb(14, 19, 31)'", arg=driver.canvas.element_handle()
    )
    assert driver.player.evaluate(INSIDE) == FITTING


FITTING = {"page": 0, "out": [], "isWhole": True, "scrolling": [], "cut": 0}

FILLED = """
(player) => {
  const { width } = player.getBoundingClientRect();
  const across = player.querySelector("canvas").getBoundingClientRect().width;
  return across <= width && across > width - 4;
}
"""


def test_it_is_crisp_on_screens_with_many_pixels(play: Play) -> None:
    driver = play("/figure/standard?padding=1", device_scale_factor=2)
    for width in (1440, 390):
        driver.page.set_viewport_size({"width": width, "height": 900})
        driver.page.wait_for_function(FILLED, arg=driver.player.element_handle())
        measures = driver.canvas.evaluate("({ width, height, style }) => [width, height, style.width, style.height]")
        assert [2 * float(part.removesuffix("px")) for part in measures[2:]] == measures[:2]


def test_the_planes_lie_over_their_pictures(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}&padding=1")
    for width in (1440, 768, 390):
        driver.page.set_viewport_size({"width": width, "height": 900})
        driver.page.wait_for_function(FILLED, arg=driver.player.element_handle())
        rest(driver.page)  # below 560 pixels the server lays it out again
        driver.pages.settle(driver.page)
        driver.canvas.scroll_into_view_if_needed()
        driver.hover("input", 4, 4)
        driver.says("padding = 0 is read by 1 output: ×−1 in output[3, 3].")
        driver.hover("kernel", 0, 1)
        driver.says("kernel[0, 1] = 0 meets")
        driver.hover("output", 3, 0)
        driver.says("output row 3, column 0")


def test_it_follows_the_theme(play: Play) -> None:
    driver = play("/standard?padding=1", color_scheme="light")
    light = pixel(driver)
    assert light == "rgb(255, 255, 255)" == background(driver)
    driver.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    driver.page.wait_for_function(f"canvas => ({CORNER})(canvas) !== '{light}'", arg=driver.canvas.element_handle())
    assert [int(part) for part in re.findall(r"\d+", pixel(driver))] < [60, 60, 60]
    assert pixel(driver) == driver.player.locator(".stage").evaluate("stage => getComputedStyle(stage).backgroundColor")
    ink = driver.caption.evaluate("caption => getComputedStyle(caption).color")
    assert [int(part) for part in re.findall(r"\d+", ink)] > [200, 200, 200]


def background(driver: PlayerDriver) -> str:
    return str(driver.page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor"))


def test_a_theme_that_the_link_names_wins(play: Play) -> None:
    driver = play("/figure/standard?theme=dark", color_scheme="light")
    assert pixel(driver) == "rgb(14, 19, 31)"


def test_it_is_made_for_fingers(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}", width=390, height=844, has_touch=True, is_mobile=True)
    for part in driver.player.locator(".bar button, select, .scrub").all():
        box = part.bounding_box()
        assert min(box["width"], box["height"]) >= 44, part.evaluate("part => part.outerHTML")
    driver.canvas.scroll_into_view_if_needed()
    driver.page.touchscreen.tap(*driver.middle("input", 1, 1))
    driver.says("input[1, 1] = 5 is read by 4 outputs: ")
    driver.says("Pinned; a tap outside the cells releases.")
    box = driver.canvas.bounding_box()
    driver.page.touchscreen.tap(box["x"] + 3, box["y"] + 3)
    driver.says("Step 1 of 4")
    driver.page.touchscreen.tap(*driver.middle("input", 0, 0))
    driver.page.touchscreen.tap(*driver.middle("input", 0, 0))
    typed(driver, "-5")
    driver.press("Enter")
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('input=-5,2,3')")


@pytest.mark.parametrize("width", [390, 1440])
def test_words_do_not_move_the_page(play: Play, width: int) -> None:
    driver = play("/figure/standard?padding=1&input_size=7", width=width)
    bar = driver.player.locator(".bar")
    top = bar.bounding_box()["y"]
    for name, row, said in [("input", 3, "read by 9 outputs"), ("kernel", 1, "meets 49 input"), ("output", 1, "row 1")]:
        driver.hover(name, row, row)
        driver.says(said)
        assert bar.bounding_box()["y"] == top
