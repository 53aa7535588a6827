"""What moves from step to step and from scene to scene, seen on the canvas while time passes slowly."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.player_driver import Play, PlayerDriver

SLOW = """
// Time in which everything takes longer, so that there are many pictures of a motion on any machine.
const real = performance.now.bind(performance);
performance.now = () => real() / 4;

// The edges of each picture since `pictures` was emptied: left, top, width, height, color.
window.pictures = [];
const { drawImage, strokeRect } = CanvasRenderingContext2D.prototype;
const isPicture = (pen) => pen.canvas.closest(".player");
CanvasRenderingContext2D.prototype.drawImage = function (...all) {
  if (isPicture(this)) window.pictures.push([]);
  drawImage.apply(this, all);
};
CanvasRenderingContext2D.prototype.strokeRect = function (...all) {
  if (isPicture(this)) window.pictures.at(-1)?.push([...all, this.strokeStyle]);
  strokeRect.apply(this, all);
};
"""

Edge = tuple[float, float, float, float, str]
IS_MOVING = re.compile("is-moving")


def area(edge: Edge) -> float:
    return edge[2] * edge[3]


def moved(driver: PlayerDriver) -> list[list[Edge]]:
    """The edges of each picture, once the motion is over."""
    expect(driver.player).not_to_have_class(IS_MOVING)
    pictures: list[list[Edge]] = driver.page.evaluate("window.pictures")
    return [picture for picture in pictures if picture]


def windows(pictures: list[list[Edge]]) -> list[Edge]:
    """The largest edge of each picture: that of the window."""
    return [max(picture, key=area) for picture in pictures]


def taps(picture: list[Edge]) -> list[float]:
    """The left sides of what has the color of the window and is within it."""
    window = max(picture, key=area)
    return sorted({
        round(edge[0]) for edge in picture
        if edge[4] == window[4] and edge is not window and edge[0] < window[0] + window[2] - 5
    })  # fmt: skip


def is_rising(numbers: list[float]) -> bool:
    return all(one <= other + 0.01 for one, other in pairwise(numbers))


def opened(play: Play, path: str, **options: Any) -> PlayerDriver:
    driver = play(path, scripts=SLOW, **options)
    driver.focus()
    driver.await_frames(3)
    driver.page.evaluate("window.pictures = []")
    return driver


def test_the_window_glides_to_its_next_place(play: Play) -> None:
    driver = opened(play, "/standard?step=2", motion=True)
    driver.press("ArrowRight")
    driver.is_at(3, 9)
    lefts = [window[0] for window in windows(moved(driver))]
    assert is_rising(lefts)
    assert len({round(left) for left in lefts}) > 3
    driver.page.evaluate("window.pictures = []")
    driver.press("ArrowLeft")
    driver.is_at(2, 9)
    back = [window[0] for window in windows(moved(driver))]
    assert is_rising(back[::-1])
    assert back[0] == pytest.approx(lefts[-1], abs=4)
    assert back[-1] < lefts[-1] - 10


def test_taps_move_apart_when_the_dilation_changes(play: Play) -> None:
    driver = opened(play, "/dilated?input_size=7&dilation=1&step=1", motion=True)
    driver.slide("dilation", "ArrowRight")
    expect(driver.player).to_have_attribute("aria-label", re.compile("gives a 3 by 3 output"))
    pictures = moved(driver)
    sizes = [window[2] for window in windows(pictures)]
    assert is_rising(sizes)
    assert len({round(size) for size in sizes}) > 3
    apart = [sides[1] - sides[0] for sides in map(taps, pictures[1:]) if len(sides) == 3]
    assert is_rising(apart)
    assert apart[-1] > 1.5 * apart[0]


def test_a_second_step_begins_where_the_first_one_is(play: Play) -> None:
    driver = opened(play, "/standard?input_size=8&step=1", motion=True)
    driver.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    driver.is_at(5, 36)
    lefts = [window[0] for window in windows(moved(driver))]
    assert is_rising(lefts)
    driver.press("ArrowRight")
    driver.is_at(6, 36)
    whole = [window[0] for window in windows(moved(driver))]
    step = whole[-1] - lefts[-1]
    assert max(other - one for one, other in pairwise(lefts)) < 3 * step


def test_nothing_moves_for_people_who_want_no_motion(play: Play) -> None:
    driver = opened(play, "/standard?step=1")
    driver.press("ArrowRight")
    driver.is_at(2, 9)
    lefts = {round(window[0]) for window in windows(moved(driver))}
    assert len(lefts) == 1
    driver.page.emulate_media(reduced_motion="no-preference")
    driver.page.evaluate("window.pictures = []")
    driver.press("ArrowRight")
    driver.is_at(3, 9)
    assert len({round(window[0]) for window in windows(moved(driver))}) > 3
    driver.page.emulate_media(reduced_motion="reduce")
    driver.page.evaluate("window.pictures = []")
    driver.press("ArrowLeft")
    driver.is_at(2, 9)
    assert {round(window[0]) for window in windows(moved(driver))} == lefts


def test_products_fly_and_then_the_result_lands(play: Play) -> None:
    driver = opened(play, "/standard?step=1", motion=True)
    driver.press("ArrowRight")
    driver.is_at(2, 9)
    pictures = moved(driver)
    rest, most = len(pictures[-1]), max(map(len, pictures))
    assert most == rest + 9
    assert len(pictures[0]) <= rest + 1
