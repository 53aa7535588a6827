"""The page that compares, in a real browser: both sides in step, links that carry both, edits, downloads."""

from __future__ import annotations

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from convviz.recipes.catalog import PAIRS
from tests.conftest import Pages, rest
from tests.e2e.dials import dial, drag, go, is_over, pick
from tests.e2e.page import files, query, shown, wait_for_player
from tests.e2e.player_driver import Play, PlayerDriver, typed

START = {"left": "standard", "right": "dilated", "input_size": "7"}
LINK = "/compare?left=standard&right=standard&input=1,2,3;4,5,6;7,8,9&weight=1,0;0,-1&right.stride=2"
"""Four steps on the left, each −4; one on the right."""

BOXES = "facts => [facts.querySelector('table'), facts].map((each) => each.getBoundingClientRect().toJSON())"

SIDES = ["leftinput", "leftkernel", "leftoutput", "rightinput", "rightkernel", "rightoutput"]


class Both(PlayerDriver):
    """A person before the player of both sides."""

    def plane(self, name: str) -> object:
        return self.player.locator(".plane").nth(SIDES.index(name))

    def middle(self, name: str, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell; the grid's name aloud has two words."""
        box = self.plane(name).bounding_box()  # type: ignore[attr-defined]
        size = re.search(r", (\d+) by (\d+)", self.plane(name).get_attribute("aria-label"))  # type: ignore[attr-defined]
        assert size
        return (
            box["x"] + (column + 0.5) * box["width"] / int(size[2]),
            box["y"] + (row + 0.5) * box["height"] / int(size[1]),
        )


def opened(play: Play, path: str = LINK, **options: object) -> Both:
    driver = play(path, **options)
    return Both(driver.pages, driver.page)


def test_the_page_fits_its_window_in_both_themes(open_page: Pages) -> None:
    page = open_page("/compare", width=390, dark=True)
    expect(page.get_by_role("heading", name="Compare two layers")).to_be_visible()
    assert shown(page) == {**START, "theme": "dark"}
    for width, scheme in ((390, "dark"), (1440, "light")):
        resize(open_page, page, width)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        box = page.locator(".stage canvas").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] < 700  # in sight before anybody scrolls
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def resize(open_page: Pages, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    rest(page)
    open_page.settle(page)
    wait_for_player(page)


def test_the_table_takes_its_column_and_long_stacks_go_on_below(open_page: Pages) -> None:
    stack = ";".join(["conv2d(3)"] * 6)
    link = f"/compare?left=receptive-field&right=receptive-field&layers={stack}&right.unit=1,0,0"
    page = open_page(link, width=1440)
    for width in (1440, 390):
        resize(open_page, page, width)
        expect(page.locator(".facts table")).to_be_visible()
        box, column = page.locator(".facts").evaluate(BOXES)  # at once: another layout brings another table
        assert column["x"] <= box["x"] < box["x"] + box["width"] <= column["x"] + column["width"]
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_both_sides_go_step_by_step_and_product_by_product(play: Play) -> None:
    driver = opened(play)
    driver.is_at(1, 4)
    driver.says("Step 1 of 4. Left, step 1 of 4: output row 0, column 0 is −4")
    driver.says("Right, step 1 of 1: output row 0, column 0 is −4")
    driver.focus()
    driver.press("ArrowRight")
    driver.is_at(2, 4)
    driver.says("Left, step 2 of 4: output row 0, column 1 is −4")
    driver.says("Right, done, 1 of 1: output row 0, column 0 is −4")  # the first to end stays
    driver.press("End")
    driver.says("Step 4 of 4. Left, step 4 of 4: output row 1, column 1 is −4")
    driver.press("Home")
    driver.button("Products").click()
    driver.focus()
    driver.press("ArrowRight", "ArrowLeft", "ArrowLeft")
    driver.press("Home")
    driver.is_at(1, 4)
    driver.press("ArrowRight")
    driver.says("Step 2 of 4, product 1 of 4: 2 so far")


def test_a_link_from_elsewhere_sets_both_sides_and_the_page_keeps_it(open_page: Pages) -> None:
    page = open_page("/compare?left=dilated&right=transposed&kernel_size=2&left.dilation=3&right.view=scatter")
    asked = {"left": "dilated", "right": "transposed", "kernel_size": "2", "left.dilation": "3"}
    assert shown(page) == {**asked, "view": "scatter"}
    assert query(page.url) == {**asked, "right.view": "scatter"}


def test_dials_of_one_side_and_of_both_and_the_input_that_both_share(open_page: Pages) -> None:
    page = open_page("/compare")
    wait_for_player(page)
    dial(page, "Dilation d").nth(1).press("ArrowRight")
    is_over(page, "compare", {**START, "right.dilation": "3"})
    drag(page, dial(page, "Input size i"), 9, 12)
    both = {**START, "input_size": "12", "right.dilation": "3"}
    is_over(page, "compare", both)
    shared = page.get_by_role("checkbox", name="Same input on both sides")
    shared.uncheck()
    drag(page, dial(page, "Input size i").nth(1), 10)
    apart = {"left": "standard", "right": "dilated", "left.input_size": "12", "right.input_size": "10"}
    is_over(page, "compare", {**apart, "right.dilation": "3"})
    shared.check()  # what the left side has is for both
    is_over(page, "compare", both)


def test_examples_variants_and_swapping(open_page: Pages) -> None:
    page = open_page("/compare")
    wait_for_player(page)
    pick(page, "Example", "Max and average pooling")
    is_over(page, "compare", PAIRS["pooling"].comparison.to_texts())
    pick(page, "Right", "Transposed")
    page.wait_for_url(lambda url: (query(url)["left"], query(url)["right"]) == ("pooling", "transposed"))
    is_over(page, "compare", query(page.url))
    page.get_by_role("button", name="Swap sides").click()
    page.wait_for_url(lambda url: (query(url)["left"], query(url)["right"]) == ("transposed", "pooling"))
    is_over(page, "compare", query(page.url))
    go(page, -1, -1)
    is_over(page, "compare", PAIRS["pooling"].comparison.to_texts())


def test_an_edit_of_a_shared_input_changes_both_sides_and_of_a_kernel_its_own(play: Play) -> None:
    driver = opened(play)
    driver.double("rightinput", 1, 1)
    typed(driver, "9")
    driver.press("Enter")
    driver.page.wait_for_url(lambda url: query(url)["input"] == "1,2,3;4,9,6;7,8,9")
    driver.press("Escape")  # out of the next cell, to which Enter leads
    driver.hover("rightinput", 1, 1)
    driver.says("right input[1, 1] = 9")
    driver.leave()
    driver.says("Left, step 1 of 4: output row 0, column 0 is −8")
    driver.says("Right, step 1 of 1: output row 0, column 0 is −8")
    driver.double("rightkernel", 0, 0)
    typed(driver, "2")
    driver.press("Enter")
    driver.page.wait_for_url(lambda url: query(url).get("right.weight") == "2,0;0,-1")
    assert query(driver.page.url)["left.weight"] == "1,0;0,-1"
    driver.double("leftkernel", 0, 0)
    typed(driver, "many")
    driver.press("Enter")
    expect(driver.field).to_be_visible()  # what is no number is refused where it was typed


def test_a_pin_tells_the_sides_apart(play: Play) -> None:
    driver = opened(play, f"{LINK}&pin=rightoutput:0,0")
    driver.says("Right, step 1 of 1")
    driver.says("Pinned")
    driver.click("leftinput", 1, 1)
    driver.says("left input[1, 1] = 5 is read by 4 outputs")
    driver.says("left output[0, 0]")
    driver.says("Pinned")


def test_downloads_are_one_picture_of_both(open_page: Pages) -> None:
    page = open_page(LINK)
    wait_for_player(page)
    files(page).click()
    panel = page.frame_locator("iframe[title=Download]")
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="Download GIF", exact=True).click()
    assert waiting.value.suggested_filename.startswith("compare_standard_standard")
    picture = Image.open(io.BytesIO(waiting.value.path().read_bytes()))
    assert (picture.width, getattr(picture, "n_frames", 1)) == (1080, 4)


def test_the_menu_and_the_home_page_lead_here(open_page: Pages) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Compare two layers").click()
    expect(page.get_by_role("heading", name="Compare two layers")).to_be_visible()
    open_page.settle(page)
    expect(page.locator(".count")).not_to_be_empty(timeout=20_000)  # the first player of a visit loads its parts
    assert shown(page) == START
