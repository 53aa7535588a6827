"""Lessons with channels in a real browser: controls, numbers of one channel, stacks that are pointed at and edited."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
from playwright.sync_api import Locator, Page, expect

import convviz as cv
from convviz.recipes import Recipe
from tests.conftest import Pages
from tests.e2e.dials import dial, fold, is_over, pick
from tests.e2e.page import query, scroll_to, shown, wait_for_player


def type_into(box: Locator, text: str) -> None:
    box.fill(text)
    box.press("Enter")


def plane(page: Page, title: str) -> Locator:
    return page.locator(f'.player .plane[aria-label^="{title},"]')


def middle(page: Page, title: str, row: int, column: int, rows: int, columns: int) -> tuple[float, float]:
    box = plane(page, title).bounding_box()
    assert box is not None
    return box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows


def recipe_on(page: Page, variant: str) -> Recipe:
    texts = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    return Recipe.from_query(variant, {name: text for name, text in texts.items() if name not in ("step", "pin")})


def test_channels_are_unfolded_set_and_refused(open_page: Pages) -> None:
    page = open_page("/standard", height=1400)
    wait_for_player(page)
    fold(page, "Channels")
    type_into(dial(page, "In channels"), "3")
    type_into(dial(page, "Out channels"), "2")
    channels = {"in_channels": "3", "out_channels": "2"}
    is_over(page, "standard", channels)
    expect(page.locator(".count")).to_contain_text("/ 18")
    expect(page.locator(".player .plane")).to_have_count(3 + 6 + 2)
    type_into(dial(page, "Groups"), "2")  # which does not divide, is refused and stays
    expect(page.get_by_text("Groups must divide in_channels; got groups 2 and in_channels 3.")).to_be_visible()
    expect(dial(page, "Groups")).to_have_value("2")
    assert shown(page) == channels  # the picture before
    type_into(dial(page, "Groups"), "1")
    is_over(page, "standard", channels)
    expect(page.get_by_text("Groups must divide")).to_have_count(0)
    for typed in ("600", "-1", "2.5"):  # what is no number of channels stays in its box
        type_into(dial(page, "In channels"), typed)
        expect(page.get_by_text("In channels must be a whole number from 1 to 512; got")).to_contain_text(typed)
        expect(dial(page, "In channels")).to_have_value(typed)
    assert shown(page) == channels
    type_into(dial(page, "In channels"), "3")
    is_over(page, "standard", channels)
    dial(page, "In channels").press("ArrowUp")
    is_over(page, "standard", {"in_channels": "4", "out_channels": "2"})
    expect(page.get_by_text("In channels must be")).to_have_count(0)


def test_a_link_that_contradicts_itself_stays_in_the_controls(open_page: Pages) -> None:
    page = open_page("/standard?in_channels=3&groups=2&stride=2", height=1400)
    expect(page.get_by_text("Groups must divide in_channels; got groups 2 and in_channels 3.")).to_be_visible()
    assert shown(page) == {}
    for label, number in (("In channels", "3"), ("Out channels", "1"), ("Groups", "2")):
        expect(dial(page, label)).to_have_value(number)
    assert query(page.url) == {"in_channels": "3", "groups": "2", "stride": "2"}


def test_an_output_shows_its_window_through_all_channels_and_a_number_of_one_is_typed(open_page: Pages) -> None:
    page = open_page("/standard?in_channels=3&out_channels=2&step=1", height=1400)
    wait_for_player(page)
    recipe = cv.recipe("standard", in_channels=3, out_channels=2)
    output = cv.forward(recipe.layer, recipe.input, recipe.weight)
    page.mouse.move(*middle(page, "output, channel 1", 2, 0, 3, 3))
    text = f"output channel 1, row 2, column 0 is {output[1, 2, 0]:.0f}".replace("-", "−")
    expect(page.locator(".spoken")).to_contain_text(text)
    expect(page.locator(".caption")).to_contain_text("27 products over input channels 0 to 2")
    page.mouse.dblclick(*middle(page, "input, channel 2", 1, 3, 5, 5))
    page.locator(".editor").fill("42")
    page.keyboard.press("Enter")
    page.wait_for_url("**input=**")
    open_page.settle(page)
    after = recipe_on(page, "standard").input
    assert after[2, 1, 3] == 42
    after[2, 1, 3] = recipe.input[2, 1, 3]
    assert np.array_equal(recipe.input, after)


def test_acts_are_shown_by_themselves_weights_typed_and_an_example_chosen(open_page: Pages) -> None:
    page = open_page("/depthwise-separable?step=1", height=1600)
    wait_for_player(page)
    for act, steps in (("Pointwise", 36), ("Split", 3), ("Depthwise", 27), ("Standard", 36), ("All", 66)):
        pick(page, "Stage", act)
        expect(page.locator(".count")).to_contain_text(f"/ {steps}")
    scroll_to(page, page.locator(".player"))
    page.mouse.dblclick(*middle(page, "kernel 1, of input channel 1", 0, 2, 3, 3))
    page.locator(".editor").fill("7")
    page.keyboard.press("Enter")
    page.wait_for_url("**weight=**")
    open_page.settle(page)
    assert recipe_on(page, "depthwise-separable").weight[1, 0, 0, 2] == 7
    title = "1 by 1 kernel of output channel 2, a weight for each intermediate channel"
    page.mouse.dblclick(*middle(page, title, 1, 0, 3, 1))
    page.locator(".editor").fill("-9")
    page.keyboard.press("Enter")
    page.wait_for_url("**pointwise=**")
    open_page.settle(page)
    changed = recipe_on(page, "depthwise-separable")
    assert changed.pointwise[2, 1, 0, 0] == -9
    assert changed.weight[1, 0, 0, 2] == 7
    pick(page, "Example", "Five channels")
    is_over(page, "depthwise-separable", {"input_size": "4", "in_channels": "5", "out_channels": "2"})


def test_many_channels_are_three_that_are_drawn(open_page: Pages) -> None:
    page = open_page("/depthwise-separable?input_size=12&kernel_size=5&out_channels=256&step=387", height=1400)
    wait_for_player(page)
    expect(page.locator(".count")).to_have_text("387 / 387")
    expect(page.locator(".player .plane")).to_have_count(3 + 3 + 3 + 3 + 3)
    for text in ("1,228,800", "4,800", "49,152", "53,952"):
        expect(page.get_by_role("table").get_by_text(text, exact=True)).to_be_visible()


def test_the_walk_goes_from_station_to_station_by_keyboard_and_back(open_page: Pages) -> None:
    page = open_page("/depthwise-separable", height=1400)
    wait_for_player(page)
    stations = page.get_by_role("region", name="Try this").get_by_role("link")
    sizes = {"input_size": "12", "kernel_size": "5"}
    walk = [
        ({"out_channels": "1", "act": "standard"}, 64, "Multiplications4,800"),
        ({"out_channels": "256", "act": "standard"}, 192, "Multiplications1,228,800"),
        ({"out_channels": "256", "act": "depthwise"}, 192, "Multiplications in both steps53,952"),
        ({"out_channels": "1", "act": "pointwise"}, 64, "Multiplications in both steps4,992"),
        ({"out_channels": "256"}, 387, "Multiplications in both steps53,952"),
    ]
    expect(stations).to_have_count(len(walk))
    stations.first.focus()
    for at, (own, steps, cost) in enumerate(walk):
        page.keyboard.press("Enter")
        is_over(page, "depthwise-separable", sizes | own)
        expect(page.locator(".count")).to_contain_text(f"/ {steps}")
        expect(page.locator(".facts")).to_contain_text(cost)
        assert [link.get_attribute("aria-current") for link in stations.all()] == [
            "true" if k == at else None for k in range(len(walk))
        ]
        page.keyboard.press("Tab")
    page.go_back()
    is_over(page, "depthwise-separable", sizes | walk[-2][0])
