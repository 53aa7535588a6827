"""The checkerboard lab in a real browser: the map by mouse and keys, in both themes, and pictures cell by cell."""

from __future__ import annotations

import random
import re

from playwright.sync_api import Locator, Page, expect

from convviz.recipes import Recipe
from tests.conftest import Pages, rest
from tests.e2e.accessibility import check_accessibility
from tests.e2e.page import check_order_on_a_phone, choose, query, wait_for_player

LAB = "/checkerboard"
WAYS = ".cv-ways:not(.cv-large) .cv-way"
FITS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CONTRAST = """
(cell) => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  const lightness = (color) => {
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const { color, backgroundColor } = getComputedStyle(cell);
  const [dark, light] = [lightness(color), lightness(backgroundColor)].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}
"""


def table(page: Page) -> Locator:
    return page.locator(".overlap-map table")


def cell(page: Page, kernel: int, stride: int) -> Locator:
    return table(page).locator(f'button[aria-label^="Kernel {kernel}, stride {stride}:"]')


def marked(page: Page) -> Locator:
    return table(page).locator('td[aria-selected="true"] button')


def unfold(open_page: Pages, page: Page, label: str) -> None:
    fold = page.get_by_test_id("stExpander").get_by_text(label)
    fold.scroll_into_view_if_needed()
    open_page.after(page, fold.click)


def tap(open_page: Pages, page: Page, label: str, option: str) -> None:
    group = page.get_by_test_id("stButtonGroup").filter(has_text=label)
    open_page.after(page, group.get_by_text(option, exact=True).click)


def pair_in(url: str) -> tuple[int, int]:
    recipe = Recipe.from_query("checkerboard", query(url))
    return recipe["kernel_size"][0], recipe["stride"][0]


def test_the_map_by_mouse(open_page: Pages) -> None:
    """A click sets kernel and stride, of quick clicks the last one counts, and the map follows the controls."""
    page = open_page(LAB)
    wait_for_player(page)
    expect(marked(page)).to_have_attribute("aria-label", "Kernel 3, stride 2: uneven, 4 to 1")
    cell(page, 6, 3).click()
    page.wait_for_url("**/checkerboard?kernel_size=6&stride=3")
    expect(marked(page)).to_have_attribute("aria-label", "Kernel 6, stride 3: even")
    expect(page.get_by_role("slider", name="Kernel size k")).to_have_value("6")
    expect(page.get_by_role("slider", name="Stride s")).to_have_value("3")
    expect(page.get_by_text("Far from the border all cells are written 4 times.")).to_be_visible()
    expect(page.get_by_text("Here 3 divides 6.")).to_be_visible()
    draw = random.Random(5)
    for kernel, stride in ((4, 2), (3, 2)):
        pairs = [(draw.randint(1, 7), draw.randint(1, 4)) for _ in range(3)]
        for pair in (*pairs, (kernel, stride)):
            cell(page, *pair).evaluate("button => button.click()")  # whatever moves under the pointer
        expect(marked(page)).to_have_attribute("aria-label", re.compile(f"^Kernel {kernel}, stride {stride}:"))
        page.wait_for_url(lambda url, pair=(kernel, stride): pair_in(url) == pair)
    open_page.settle(page)
    page.get_by_role("slider", name="Kernel size k").focus()
    page.keyboard.press("ArrowRight")
    expect(marked(page)).to_have_attribute("aria-label", "Kernel 4, stride 2: even")
    page.get_by_role("slider", name="Dilation d").focus()
    page.keyboard.press("ArrowRight")
    expect(marked(page)).to_have_attribute("aria-label", "Kernel 4, stride 2: some cells get nothing")
    expect(table(page).locator("caption")).to_have_text("Ratio of most to least paths, at dilation 2")


def test_the_map_by_keyboard(open_page: Pages) -> None:
    page = open_page(LAB)
    wait_for_player(page)
    tab_stops = table(page).locator("button:not([tabindex='-1'])")
    expect(tab_stops).to_have_count(1)  # the marked cell: the tab key passes the map in one step
    tab_stops.focus()
    moves = {"ArrowRight": (4, 2), "ArrowDown": (4, 3), "ArrowLeft": (3, 3), "ArrowUp": (3, 2), "End": (7, 2)}
    for move, (kernel, stride) in {**moves, "Home": (1, 2)}.items():
        page.keyboard.press(move)
        expect(cell(page, kernel, stride)).to_be_focused()
    page.keyboard.press("ArrowLeft")  # there is none: it stays
    expect(cell(page, 1, 2)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tab_stops).to_have_count(1)
    expect(marked(page)).to_have_attribute("aria-label", "Kernel 3, stride 2: uneven, 4 to 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkerboard?kernel_size=2")
    expect(marked(page)).to_have_attribute("aria-label", "Kernel 2, stride 2: even")
    expect(cell(page, 2, 2)).to_be_focused()  # so that the next arrow goes on from there
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.wait_for_url("**/checkerboard?kernel_size=4")
    expect(cell(page, 4, 2)).to_be_focused()


def test_a_pair_that_does_not_fit_is_refused_next_to_the_map(open_page: Pages) -> None:
    page = open_page(f"{LAB}?layers=2&input_size=2")
    wait_for_player(page)
    cell(page, 7, 8).click()
    expect(page.get_by_text("The output of layer 2 must be at most 32 x 32 to be drawn")).to_be_visible()
    assert query(page.url) == {"layers": "2", "input_size": "2"}
    cell(page, 4, 2).click()
    page.wait_for_url(lambda url: query(url) == {"layers": "2", "input_size": "2", "kernel_size": "4"})
    expect(page.get_by_text("The output of layer 2 must be")).to_have_count(0)


def test_the_map_fits_can_be_read_and_is_a_grid_for_screen_readers(open_page: Pages) -> None:
    page = open_page(LAB, width=390, dark=True, reduced_motion=True)
    for width, scheme in ((390, "dark"), (1440, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        rest(page)
        open_page.settle(page)
        wait_for_player(page)
        check_map(page, width)
        if width == 390:
            check_order_on_a_phone(page)
    grid = page.get_by_role("grid", name="Ratio of most to least paths")
    expect(grid.get_by_role("columnheader")).to_have_count(7)
    expect(grid.get_by_role("rowheader")).to_have_count(8)
    expect(grid.get_by_role("gridcell", selected=True)).to_have_count(1)
    expect(grid.get_by_role("button", name="Kernel 4, stride 2: even")).to_be_visible()
    unfold(open_page, page, "All six ways")
    expect(page.locator(WAYS)).to_have_count(6)
    open_page.settle(page)
    rest(page)  # what waits for a run is faint
    check_accessibility(page)


def check_map(page: Page, width: int) -> None:
    """The map lies within the window, and its letters can be read on their colors."""
    box = table(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate(FITS) == 0
    expect(table(page).locator("td button")).to_have_count(7 * 8)
    for kernel, stride, text in ((4, 2, "1"), (3, 2, "4"), (7, 2, "1.78"), (1, 2, "∞")):
        one = cell(page, kernel, stride)
        expect(one).to_have_text(text)
        assert one.evaluate(CONTRAST) >= 4.5 or text == "∞"  # that one is on hatching, not on a color
        assert one.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    lines = [cell(page, kernel, 2).evaluate("cell => getComputedStyle(cell).textDecorationLine") for kernel in (4, 3)]
    assert lines == ["underline", "none"]


def test_everything_unfolded_fits(open_page: Pages) -> None:
    page = open_page(f"{LAB}?layers=2&input_size=3", width=390)
    wait_for_player(page)
    unfold(open_page, page, "Counts as a map")
    unfold(open_page, page, "All six ways")
    expect(page.locator(WAYS)).to_have_count(6)
    tap(open_page, page, "Weights", "Random")  # the longest numbers
    expect(page.get_by_text("< 0.01%").first).to_be_visible()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        rest(page)
        open_page.settle(page)
        assert page.evaluate(FITS) == 0
        boxes = page.locator(".cv-scroll")
        assert boxes.evaluate_all("boxes => boxes.every((box) => box.scrollWidth <= box.clientWidth)")
        for image in page.locator(".cv-way img").all():
            box = image.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        # Each of 128 cells is a whole number of pixels, never squeezed.
        for look, side in ((WAYS, 256), (".cv-large", 256 if width == 390 else 512)):
            for picture in page.locator(f"{look} .cv-pixels").all():
                box = picture.bounding_box()
                assert box is not None
                assert (box["width"], box["height"]) == (side, side)
                assert picture.evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"


def test_the_opening_sets_the_figure_and_follows_it(open_page: Pages) -> None:
    """Two photographs, large and at once in sight; kernel and stride are those of the figure and of its counts."""
    page = open_page(LAB)
    wait_for_player(page)
    shown = page.locator(".cv-large .cv-pixels")
    expect(shown).to_have_count(2)
    for picture in shown.all():
        box = picture.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (512, 512)
        assert box["y"] + box["height"] <= 900
    stamps = page.locator(".cv-large p").first
    expect(stamps).to_contain_text("overlap unevenly, as 2 does not divide 3")
    tap(open_page, page, "Kernel size k", "4")
    page.wait_for_url("**/checkerboard?kernel_size=4")
    expect(page.get_by_role("slider", name="Kernel size k")).to_have_value("4")
    expect(page.get_by_text("Far from the border all cells are written 4 times.")).to_be_visible()
    expect(stamps).to_contain_text("overlap evenly")
    page.get_by_role("slider", name="Stride s").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/checkerboard?kernel_size=4&stride=3")
    expect(
        page.get_by_test_id("stButtonGroup").filter(has_text="Stride s").get_by_role("radio", name="3")
    ).to_be_checked()
    expect(stamps).to_contain_text("the stamps are 3 cells apart and overlap unevenly")
    page.get_by_role("link", name="Even, random weights").click()
    page.wait_for_url(lambda url: query(url) == {"kernel_size": "4", "eye_signal": "image", "eye_weights": "random"})
    expect(stamps).to_contain_text("the stamps are 2 cells apart and overlap evenly")
    expect(page.get_by_label("Seed").first).to_be_visible()


def test_all_ways_follow_the_controls(open_page: Pages) -> None:
    page = open_page(f"{LAB}?kernel_size=4&eye_signal=constant")
    wait_for_player(page)
    expect(page.get_by_text("No method prints a pattern here.")).to_be_visible()
    tap(open_page, page, "Weights", "Random")
    expect(page.get_by_text("With random weights the even overlap prints a pattern, too")).to_be_visible()
    open_page.settle(page)
    tap(open_page, page, "Signal", "Image")
    expect(page.get_by_text("The image, reduced from 256 × 256, is upsampled from 128 × 128 cells.")).to_be_visible()
    open_page.settle(page)
    choose(open_page, page, "Image", "Cat")
    expect(page.get_by_text("The middle square of the image, reduced from 192 × 192")).to_be_visible()
    choose(open_page, page, "Spectrum in full", "Nearest resize, then convolution")
    expect(page.get_by_alt_text(re.compile("^Nearest resize, then convolution: Power spectrum"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="SVG").click()
    assert download.value.suggested_filename == "spectrum-nearest.svg"
    seen = {"eye_weights": "random", "eye_signal": "image", "eye_image": "cat", "eye_method": "nearest"}
    page.wait_for_url(lambda url: query(url) == {"kernel_size": "4", **seen})
    page.reload()
    wait_for_player(page)
    expect(page.get_by_text("The middle square of the image, reduced from 192 × 192")).to_be_visible()
    expect(page.get_by_alt_text(re.compile("^Nearest resize, then convolution: Power spectrum"))).to_be_visible()
    assert query(page.url) == {"kernel_size": "4", **seen}


def test_quick_changes_of_the_trial_and_steps_back(open_page: Pages) -> None:
    page = open_page(f"{LAB}?eye_zoom=1&eye_seed=x")
    refusal = page.get_by_text("Eye seed must be a whole number from 0 to 4294967295; got 'x'.")
    expect(refusal).to_be_visible()
    expect(page.locator(WAYS)).to_have_count(6)
    wait_for_player(page)
    open_page.settle(page)
    tap(open_page, page, "Weights", "Random")
    seen = {"eye_zoom": "1", "eye_weights": "random"}
    page.wait_for_url(lambda url: query(url) == seen)
    expect(refusal).to_have_count(0)
    open_page.settle(page)
    kernel = page.get_by_test_id("stButtonGroup").filter(has_text="Kernel size k")
    for size in ("4", "5", "6"):
        kernel.get_by_text(size, exact=True).click()
    page.wait_for_url(lambda url: query(url) == {"kernel_size": "6", **seen})
    page.get_by_role("slider", name="Stride s").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: query(url) == {"kernel_size": "6", "stride": "3", **seen})
    page.evaluate("history.back()")  # quick changes may share an entry of the history
    page.wait_for_url(lambda url: "stride" not in query(url))
    open_page.settle(page)
    size = query(page.url).get("kernel_size", "3")
    assert query(page.url).items() >= seen.items()
    expect(page.locator(".cv-large p").first).to_contain_text(re.compile(f"kernel of {size}.*2 cells apart"))
    expect(kernel.get_by_role("radio", name=size)).to_be_checked()
