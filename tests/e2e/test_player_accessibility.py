"""The player in a real browser: what axe finds."""

from __future__ import annotations

import pytest

from tests.e2e.accessibility import check_accessibility
from tests.e2e.player_driver import CORNER, Play, pixel


@pytest.mark.parametrize(
    ("lesson", "schemes"), [("standard", ("light", "dark")), ("dilated", ("dark",)), ("transposed", ("light",))]
)
def test_accessibility(play: Play, lesson: str, schemes: tuple[str, ...]) -> None:
    driver = play(f"/{lesson}", color_scheme=schemes[0])
    first = pixel(driver)
    check_accessibility(driver.page)
    for scheme in schemes[1:]:
        driver.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        driver.page.wait_for_function(f"canvas => ({CORNER})(canvas) !== '{first}'", arg=driver.canvas.element_handle())
        check_accessibility(driver.page)
