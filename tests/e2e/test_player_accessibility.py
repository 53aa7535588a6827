"""A lesson in a real browser: what axe finds, what the Tab key reaches, what a narrow window cuts off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import SPACING, check_accessibility, cut_off, small_targets, walk
from tests.e2e.player_driver import CORNER, Play, PlayerDriver, pixel


@pytest.mark.parametrize(
    ("lesson", "schemes"), [("standard", ("light", "dark")), ("dilated", ("dark",)), ("transposed", ("light",))]
)
def test_accessibility(play: Play, lesson: str, schemes: tuple[str, ...]) -> None:
    driver = play(f"/{lesson}?step=2", color_scheme=schemes[0])
    first = pixel(driver)
    open_tables(driver)
    check_accessibility(driver.page)
    for scheme in schemes[1:]:
        driver.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        driver.page.wait_for_function(f"canvas => ({CORNER})(canvas) !== '{first}'", arg=driver.canvas.element_handle())
        check_accessibility(driver.page)
    if lesson == "standard":
        check_walks(driver)
        check_narrow(driver)
    if lesson == "dilated":
        check_forced_colors(driver)


def open_tables(driver: PlayerDriver) -> None:
    """The numbers of the step follow it."""
    tables = driver.player.page.locator(".tables")
    tables.locator("summary").press("Enter")
    caption, result = tables.locator("caption").first, tables.locator("tfoot td").last
    expect(caption).to_contain_text("Step 2 of ")
    before = result.text_content()
    driver.button("Next step").press("Enter")
    expect(caption).to_contain_text("Step 3 of ")
    assert before
    expect(result).not_to_have_text(before)
    expect(tables.locator("[aria-current=step]")).to_have_text(str(result.text_content()))


def check_walks(driver: PlayerDriver) -> None:
    """Tab and Shift+Tab reach the same, all of it in sight and marked; the first is the way to the content."""
    forth, back = walk(driver.page), walk(driver.page, "Shift+Tab")
    assert (forth.is_round, back.is_round, forth.unseen) == (True, True, ())
    assert sorted(forth.stops) == sorted(back.stops)
    assert forth.stops[0] == "a Skip to the content"
    driver.page.evaluate("access.begin()")
    driver.press("Tab", "Enter")
    expect(driver.page.locator("#stMain")).to_be_focused()


def check_narrow(driver: PlayerDriver) -> None:
    """320 pixels wide, with the spacing that a reader may choose, nothing is cut off and all targets can be hit."""
    driver.page.set_viewport_size({"width": 320, "height": 640})
    driver.page.add_style_tag(content=SPACING)
    expect(driver.page.locator("[data-testid=stSidebarNavItems]")).to_have_attribute("role", "none")
    driver.await_frames(2)
    assert cut_off(driver.page) == []
    assert small_targets(driver.page) == []
    check_accessibility(driver.page)


def check_forced_colors(driver: PlayerDriver) -> None:
    """Where the system chooses all colors, the picture goes with the page, and what is pressed differs."""
    driver.page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
    looks = [
        driver.button(name).evaluate("button => getComputedStyle(button).backgroundColor")
        for name in ("Loop", "Products")
    ]
    assert looks[0] != looks[1]
    given = driver.player.evaluate("player => getComputedStyle(player).getPropertyValue('--st-background-color')")
    assert given == "Canvas"
