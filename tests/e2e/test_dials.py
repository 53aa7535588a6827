"""The dials of the figure in a real browser: the picture follows them, and each change is one step in the history."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from convviz.assets import SAMPLES
from convviz.recipes import Presentation, Recipe
from convviz.recipes.images import image_grid, read_image
from convviz.recipes.tables import rows_to_text
from convviz.scene import compose
from tests.conftest import Pages
from tests.e2e.dials import (
    Line,
    answer_of,
    comes_to_rest,
    dial,
    entries,
    figure,
    fold,
    go,
    grab,
    held_clock,
    is_over,
    pick,
    thumb,
    unfold,
)  # fmt: skip
from tests.e2e.page import files, query, shown, wait_for_player
from tests.e2e.player_driver import NUMBERS, SLOW, Play, PlayerDriver

CHANGES = {
    "standard": ("Input size i", "input_size", (6, 9, 7), "Padding p", "padding", {}),
    "transposed": ("Stride s", "stride", (1, 3), "Output padding a", "output_padding", {}),
    "compare": (
        "Input size i",
        "input_size",
        (9, 8),
        "Padding p",
        "left.padding",
        {"left": "standard", "right": "dilated", "input_size": "7"},
    ),
}
"""Of pages whose script has nothing to do for their figure: a dial to drag and what it passes; a dial for two keys,
with its parameter; and what the address has from the first change on."""


def describes(driver: PlayerDriver, name: str, texts: dict[str, str]) -> None:
    expect(driver.player).to_have_attribute("aria-label", answer_of(name, texts)["scene"]["description"])


def sent(page: Page) -> int:
    """How many messages the page has sent to its script."""
    return int(page.evaluate("window.sent"))


@pytest.mark.parametrize("name", CHANGES)
def test_the_picture_follows_a_dial_and_each_change_is_one_entry(play: Play, name: str) -> None:
    label, field, values, other, after, start = CHANGES[name]
    driver = play(f"/{name}")
    page = driver.page
    before, messages = entries(page), sent(page)
    slider = dial(page, label)
    grab(page, slider)
    for value in values:
        page.mouse.move(*thumb(slider, value), steps=4)
        describes(driver, name, {**start, field: str(value)})
    page.mouse.up()
    first = {**start, field: str(values[-1])}
    is_over(page, name, first)
    with held_clock(page):  # keys that follow one another without rest are one change, however slow the machine is
        for _ in range(2):
            dial(page, other).first.press("ArrowRight")
    second = {**first, after: "2"}
    is_over(page, name, second)
    fold(page, "Picture")
    page.get_by_role("checkbox", name="Show the formula").uncheck()
    third = {**second, "formula": "false"}
    is_over(page, name, third)
    assert entries(page) == before + 3
    for steps, texts in (((-1,), second), ((-1, -1), start), ((1, 1), second), ((1, -1, -1), first), ((1, 1), third)):
        go(page, *steps)
        is_over(page, name, texts)
    assert (entries(page), sent(page)) == (before + 3, messages)


@pytest.mark.parametrize("scripts", ["", SLOW], ids=["quick", "slow"])
def test_an_image_is_the_input_until_another_is_chosen(play: Play, scripts: str) -> None:
    page = play("/standard?kernel_size=2", scripts=scripts).page
    pick(page, "Input", "Image")
    expect(page.get_by_text("Input from an image")).to_be_visible()
    page.wait_for_url(lambda url: query(url).get("image") == "camera" and "input" in query(url))
    rows = query(page.url)["input"]
    assert len(rows.split(";")) == 5
    if not scripts:  # else the next change comes before the answer
        is_over(page, "standard", {"kernel_size": "2", "input": rows, "image": "camera"})
    dial(page, "Input size i").press("ArrowRight")
    page.wait_for_url(lambda url: len(query(url)["input"].split(";")) == 6)
    expect(page.get_by_role("combobox", name="Input", exact=True)).to_have_value("image")
    pick(page, "Input", "Ramp 0, 1, 2, …")
    page.wait_for_url(lambda url: "image" not in query(url) and query(url).get("input") == "ramp")
    expect(page.get_by_text("Input from an image")).to_have_count(0)


def test_another_input_wins_over_the_numbers_of_an_image_that_come_late(open_page: Pages) -> None:
    page = open_page("/standard?kernel_size=2")
    line = Line(page)
    pick(page, "Input", "Image")
    page.wait_for_url(lambda url: len(query(url).get("input", "").split(";")) == 5)
    is_over(page, "standard", query(page.url))
    line.is_held = True
    dial(page, "Input size i").press("ArrowRight")
    line.wait_for('"changes": {"input"')  # the page has the numbers of the new size
    pick(page, "Input", "Ramp 0, 1, 2, …")
    page.wait_for_url(lambda url: query(url).get("input") == "ramp")
    line.release()
    expect(page.get_by_text("Input from an image")).to_have_count(0)
    is_over(page, "standard", {"kernel_size": "2", "input": "ramp", "input_size": "6"})


def gray_levels(sample: str, size: int = 5) -> str:
    """The numbers that a sample image gives a square input."""
    return rows_to_text(image_grid(read_image(SAMPLES[sample].read_bytes()), (size, size)))


@pytest.mark.parametrize(
    ("name", "link", "recipe"),
    [
        ("standard", "in_channels=2&image=cat", {"input": "|".join([gray_levels("cat")] * 2)}),
        ("pooling", "image=brick&stride=1&input_size=6&step=3", {"input": gray_levels("brick", 6), "stride": "1"}),
    ],
)
def test_a_link_that_names_an_image_shows_its_numbers(play: Play, name: str, link: str, recipe: dict[str, str]) -> None:
    driver = play(f"/{name}?{link}")
    page = driver.page
    expect(page.get_by_text("Input from an image")).to_be_visible()
    comes_to_rest(page)
    assert shown(page) == recipe
    step = int(driver.count.inner_text().split(" / ")[0])
    driver.says(compose(Recipe.from_query(name, recipe), Presentation())[step - 1].description)
    assert query(page.url) == query(f"?{link}")
    expect(page.get_by_role("combobox", name="Input", exact=True)).to_have_value("image")


@pytest.mark.parametrize("scripts", ["", SLOW], ids=["quick", "slow"])
def test_a_step_back_to_the_name_of_an_image_shows_its_numbers_and_leads_forward_again(
    play: Play, scripts: str
) -> None:
    page = play("/dilated?image=camera&input_size=6", scripts=scripts).page
    before = {"input": gray_levels("camera", 6), "image": "camera"}
    after = {**before, "padding": "1"}
    dial(page, "Padding p").press("ArrowRight")
    is_over(page, "dilated", after)
    page.reload()  # the figure has not seen the link
    wait_for_player(page)
    length = entries(page)
    for step, texts in ((-1, before), (1, after), (-1, before)):
        go(page, step)
        is_over(page, "dilated", texts)
    comes_to_rest(page)
    is_over(page, "dilated", before)
    assert entries(page) == length


def test_an_image_left_for_another_lesson_is_there_again(play: Play) -> None:
    page = play("/standard?image=camera&kernel_size=2").page
    page.get_by_text("Lessons", exact=True).click()
    page.get_by_role("menuitem", name="Dilated").click()
    page.wait_for_url("**/dilated")
    is_over(page, "dilated", {})
    page.evaluate("history.back()")
    expect(page.get_by_text("Input from an image")).to_be_visible()
    comes_to_rest(page)
    assert shown(page) == {"input": gray_levels("camera"), "kernel_size": "2"}


def test_an_image_and_its_new_size_are_one_step_in_the_history_each(play: Play) -> None:
    page = play("/standard").page
    first = {"input": gray_levels("camera"), "image": "camera"}
    second = {"input": gray_levels("camera", 6), "image": "camera"}
    length = entries(page)
    pick(page, "Input", "Image")
    is_over(page, "standard", first)
    dial(page, "Input size i").press("ArrowRight")
    is_over(page, "standard", second)
    assert entries(page) == length + 2
    for step, texts in ((-1, first), (-1, {}), (1, first), (1, second)):
        go(page, step)
        is_over(page, "standard", texts)
    comes_to_rest(page)
    is_over(page, "standard", second)


@pytest.mark.parametrize(
    "link", [f"/standard?{NUMBERS}&nothing=1&seconds_per_step=0.60", "/checkerboard?trial_seed=03"]
)
def test_a_step_back_to_what_the_page_spells_in_another_way_is_one_message(play: Play, link: str) -> None:
    driver = play(link)
    page = driver.page
    dial(page, "Stride s").first.press("ArrowRight")
    page.wait_for_url(lambda url: "stride" in query(url))
    page.reload()
    wait_for_player(page)
    driver.pages.settle(page)
    before = sent(page)
    go(page, -1)
    expect(files(page)).not_to_have_attribute("href", re.compile("stride"))
    comes_to_rest(page)
    assert (sent(page), query(page.url)) == (before + 1, query(link))


def test_the_last_value_wins_however_late_the_answers_come(play: Play) -> None:
    driver = play("/standard")
    page = driver.page
    held: list[Route] = []
    is_held = True
    page.route("**/scene/**", lambda route: held.append(route) if is_held else route.continue_())
    slider = dial(page, "Input size i")
    grab(page, slider)
    for value in (6, 7, 12, 8):
        page.mouse.move(*thumb(slider, value), steps=3)
    page.wait_for_function("location.search !== ''")
    page.mouse.up()
    wanted = "input_size=8"
    while not any(wanted in route.request.url for route in held):
        driver.await_frames(1)
    expect(slider).to_have_value("8")
    is_held = False
    for route in reversed(held):  # the newest first; what was dropped comes last, if at all
        route.continue_()
    is_over(page, "standard", {"input_size": "8"})
    driver.await_frames(5)
    is_over(page, "standard", {"input_size": "8"})


def test_a_refusal_is_at_its_dial_and_its_buttons_mend_it(play: Play) -> None:
    driver = play("/standard?step=3")
    page = driver.page
    slider, refusal = dial(page, "Kernel size k"), page.get_by_role("alert")
    grab(page, slider)
    for size in (5, 6, 7):  # over what is refused the thumb is not lost
        page.mouse.move(*thumb(slider, size), steps=2)
        expect(slider).to_have_value(str(size))
        if size == 6:
            expect(refusal).to_contain_text("The kernel (6 rows)")
    page.mouse.up()
    expect(refusal).to_contain_text("The kernel (7 rows) is larger than the input (")
    expect(refusal).to_contain_text("The picture shows the last settings that worked.")
    assert figure(page).locator(".is-refused").get_attribute("data-name") == "kernel_size"
    assert query(page.url)["kernel_size"] == "7"
    describes(driver, "standard", {"kernel_size": "5"})
    first = refusal.get_by_role("button").first
    label = first.inner_text()
    first.focus()  # by keys alone
    page.keyboard.press("Enter")
    expect(refusal).to_have_count(0)
    field, value = label.split()
    assert field in ("kernel", "padding", "input")
    is_over(page, "standard", {"kernel": {"kernel_size": value}, "padding": {"kernel_size": "7", "padding": value},
                               "input": {"kernel_size": "7", "input_size": value}}[field])  # fmt: skip
    assert figure(page).evaluate("figure => figure.contains(figure.getRootNode().activeElement)")


def test_own_numbers_are_edited_below_and_follow_their_sizes(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}", height=1400)
    page = driver.page
    cell = page.get_by_role("textbox", name="Input numbers, row 0, column 0", exact=True)
    cell.fill("7")
    is_over(page, "standard", {"input": "7,2,3;4,5,6;7,8,9", "weight": "1,0;0,-1"})
    slider = dial(page, "Input size i")
    grab(page, slider)
    page.mouse.move(*thumb(slider, 2), steps=4)
    page.wait_for_url(lambda url: query(url)["input"] == "7,2;4,5")
    page.mouse.move(*thumb(slider, 4), steps=4)  # what was cut off comes back, the rest is filled up
    page.mouse.up()
    rows = "7,2,3,0;4,5,6,0;7,8,9,0;0,0,0,0"
    is_over(page, "standard", {"input": rows, "weight": "1,0;0,-1"})
    expect(page.get_by_role("textbox", name="Input numbers, row 3, column 3", exact=True)).to_have_value("0")
    expect(cell).to_have_value("7")
    pick(page, "Kernel", "Box blur")
    is_over(page, "standard", {"input": rows, "weight": "box", "kernel_size": "2"})
    expect(page.get_by_text("Kernel numbers")).to_have_count(0)
    kernel = dial(page, "Kernel size k")
    kernel.press("End")  # what is refused stays
    expect(page.get_by_role("alert")).to_contain_text("The kernel (7 rows) is larger")
    expect(kernel).to_have_value("7")
    kernel.press("Home")
    is_over(page, "standard", {"input": rows, "weight": "box", "kernel_size": "1"})
    pick(page, "Kernel", "Own numbers")
    cell = page.get_by_role("textbox", name="Kernel numbers, row 0, column 0", exact=True)
    expect(cell).to_be_focused()
    expect(cell).to_be_in_viewport(ratio=1)
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    page.wait_for_function("() => location.search.includes('weight=7')")
    pick(page, "Input", "Image")
    menu = page.get_by_role("combobox", name="Image", exact=True)
    expect(menu).to_be_focused()
    expect(menu).to_be_in_viewport(ratio=1)


KEPT = """
(figure) => {
  const canvas = figure.querySelector("canvas");
  window.kept ??= canvas;
  const { x, y, width, height } = canvas.getBoundingClientRect();
  return [window.kept === canvas, x + scrollX, y, width, height, figure.querySelector(".count").textContent];
}
"""


def test_a_run_of_the_page_moves_nothing_in_the_figure(play: Play) -> None:
    driver = play("/depthwise-separable?in_channels=2&step=7", height=1300)
    page = driver.page
    expect(driver.count).to_contain_text("7 / ")
    before = figure(page).evaluate(KEPT)
    assert before[0]
    folds = page.get_by_test_id("stExpander").locator("summary")
    for number in range(folds.count()):
        driver.pages.after(page, folds.nth(number).click) if number == 0 else folds.nth(number).click()
        driver.pages.settle(page)
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        assert figure(page).evaluate(KEPT) == before
    driver.button("Next step").click()
    expect(driver.count).to_contain_text("8 / ")


def test_step_pin_and_settings_outlive_a_reload_and_another_page(play: Play) -> None:
    driver = play("/standard?padding=1")
    page = driver.page
    dial(page, "Stride s").press("ArrowRight")
    is_over(page, "standard", {"padding": "1", "stride": "2"})
    driver.focus()
    driver.press("ArrowRight", "ArrowRight")
    driver.click("kernel", 1, 2)
    page.wait_for_url(lambda url: query(url).get("pin") == "kernel:1,2" and query(url).get("step") == "3")
    page.reload()
    wait_for_player(page)
    driver.is_at(3, 9)
    driver.says("Pinned")
    is_over(page, "standard", {"padding": "1", "stride": "2"})
    fold(page, "Picture")
    pick(page, "Theme", "Dark")
    page.wait_for_url(lambda url: query(url).get("theme") == "dark")
    expect(files(page)).to_have_attribute("href", re.compile("theme=dark"))
    for lesson, name, texts in (("Dilated", "dilated", {}), ("Standard", "standard", {"padding": "1", "stride": "2"})):
        page.get_by_text("Lessons", exact=True).click()
        page.get_by_role("menuitem", name=lesson).click()
        page.wait_for_url(f"**/{name}*")
        expect(page.locator(".player")).to_have_attribute("aria-label", re.compile(f"^{lesson}"))
        expect(files(page)).to_have_attribute("href", re.compile("theme=dark"))
        is_over(page, name, texts)
    page.evaluate("history.go(-1)")
    page.wait_for_url("**/dilated*")
    is_over(page, "dilated", {})


def test_every_dial_is_reached_by_keys_and_has_a_name(play: Play) -> None:
    driver = play("/standard")
    page = driver.page
    unfold(page)
    page.get_by_role("combobox", name="Example", exact=True).focus()
    reached = []
    while True:
        focused = figure(page).evaluate_handle("figure => figure.getRootNode().activeElement")
        if not focused.evaluate("element => !!element?.closest('.dials')"):
            break
        reached.append(focused.evaluate("element => element.closest('.dial')?.dataset.name ?? ''"))
        page.keyboard.press("Tab")
    wanted = [field["name"] for field in answer_of("standard", {})["dials"]]
    assert set(wanted) < set(reached)
