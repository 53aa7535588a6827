"""The lesson along a line in a real browser: its dials, a wave that answers when it is pointed at, and one to try."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.dials import dial
from tests.e2e.page import query
from tests.e2e.player_driver import PlayerDriver


def test_a_wave_is_made_by_dials_pointed_at_and_made_short_again(play: Callable[..., PlayerDriver]) -> None:
    driver = play("/along-a-line?input_size=399&kernel_size=8&stride=4&input=speech")
    page = driver.page
    length = dial(page, "Input length i")
    expect(length).to_have_value("399")
    length.press("ArrowRight")
    page.wait_for_url(lambda url: query(url).get("input_size") == "400")
    expect(page.locator(".facts")).to_contain_text("3.5 samples, about 0.2188 ms")
    driver.hover("input", 0, 166)
    driver.says("input[0, 166] = −5 is read by 2 outputs: ×0.125 in output[0, 40], ×0.125 in output[0, 41].")
    driver.hover("output", 0, 41)
    driver.says("the sum of 8 products over input samples 164 to 171")
    padding = dial(page, "Padding p")
    expect(padding).to_be_visible()
    expect(page.get_by_role("checkbox", name="Height and width apart")).to_have_count(0)
    page.get_by_role("checkbox", name="Causal").check()
    page.wait_for_url(lambda url: query(url).get("causal") == "true")
    expect(padding).to_be_hidden()  # which follows from the kernel
    expect(page.locator(".facts")).to_contain_text("7 samples, 0.4375 ms")
    page.get_by_role("link", name="Find a step").or_(page.get_by_role("button", name="Find a step")).click()
    page.wait_for_url(lambda url: query(url) == {"kernel_size": "3", "input": "edge", "weight": "difference"})
    expect(page.locator(".facts")).to_contain_text("10 samples")
