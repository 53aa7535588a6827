"""The page "On an image" in a real browser: the frame by mouse, keys and numbers, a kernel that is typed, a phone."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from convviz.analysis.image_convolution import ImageConvolution, convolve_image
from convviz.assets import SAMPLES
from convviz.recipes.images import gray_of, read_color, shrink
from convviz.recipes.named_arrays import named_weight
from tests.conftest import Pages
from tests.e2e.accessibility import check_accessibility
from tests.e2e.page import query

IMAGE = gray_of(shrink(read_color(SAMPLES["cat"].read_bytes()), 128))


def result(kernel: str) -> ImageConvolution:
    return convolve_image(IMAGE[None], named_weight(kernel, (1, 1, 3, 3), 0)[0], "none")


def photo(page: Page) -> Locator:
    return page.get_by_role("application", name="Photograph")


def over(page: Page, surface: Locator, row: float, column: float) -> tuple[float, float]:
    """Where in the window a part of an image is, from 0 to 1 on each axis."""
    box = surface.bounding_box()
    assert box is not None
    return box["x"] + column * box["width"], box["y"] + row * box["height"]


def check_place(page: Page, kernel: str, row: int, col: int) -> None:
    """Wait until sum, fields and link are those of a pixel of the result."""
    number = f"{result(kernel).output[row, col]:g}".replace("-", "−")
    expect(page.locator(".sum")).to_have_text(f"Result pixel ({row}, {col})Sum of the products = {number}")
    expect(page.get_by_role("spinbutton", name="Row")).to_have_value(str(row))
    expect(page.get_by_role("spinbutton", name="Column")).to_have_value(str(col))
    page.wait_for_url(lambda url: (query(url).get("row"), query(url).get("col")) == (str(row), str(col)))


def test_the_frame_is_moved_and_the_kernel_is_typed(open_page: Pages) -> None:
    page = open_page("/on-an-image?row=20&col=30", width=1440)
    check_place(page, "sobel_x", 20, 30)
    check_accessibility(page)
    page.mouse.move(*over(page, photo(page), 21.5 / 85, 31.5 / 128))
    page.mouse.down()
    page.mouse.move(*over(page, photo(page), 51.5 / 85, 71.5 / 128), steps=5)
    expect(page.locator(".sum")).to_contain_text("Result pixel (50, 70)")  # before the page hears of it
    assert "row=20" in page.url
    page.mouse.up()
    check_place(page, "sobel_x", 50, 70)
    photo(page).focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowDown")
    check_place(page, "sobel_x", 51, 60)
    page.get_by_role("spinbutton", name="Row").fill("3")
    check_place(page, "sobel_x", 3, 60)
    page.mouse.click(*over(page, page.locator(".surface.result"), 40.5 / 83, 10.5 / 126))
    check_place(page, "sobel_x", 40, 10)
    products = [
        f"{number:g}".replace("-", "−")
        for number in (IMAGE[40:43, 10:13] * [[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]] + 0.0).ravel()
    ]
    expect(page.locator(".product")).to_have_text(products)
    middle = page.get_by_role("textbox", name="Kernel, row 1, column 1")
    middle.fill("-1,5")
    middle.press("Enter")
    page.wait_for_url(lambda url: query(url).get("kernel") == "-1,0,1;-2,-1.5,2;-1,0,1")
    middle.fill("abc")
    middle.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Kernel row 1, column 1 must be a number; got 'abc'.")
    expect(page.locator(".weight[aria-invalid=true]")).to_have_count(1)
    expect(middle).to_have_attribute("aria-invalid", "true")
    page.get_by_role("link", name="Sharpen").click()
    page.wait_for_url(lambda url: query(url) == {"kernel": "sharpen"})
    expect(middle).to_have_value("5")
    page.go_back()
    page.wait_for_url(lambda url: query(url).get("col") == "10")
    expect(middle).to_have_value("−1.5")


def test_three_channels_add_up_on_a_phone(open_page: Pages) -> None:
    page = open_page("/on-an-image?channels=rgb&row=30&col=52", width=390, dark=True)
    expect(page.locator(".sum")).to_have_text("Result pixel (30, 52)Red 145 + Green 85 + Blue −20 = 210")
    expect(page.get_by_role("img", name=re.compile("pixels under the kernel"))).to_have_count(3)
    assert page.get_by_test_id("stMain").evaluate("(main) => main.scrollWidth - main.clientWidth") == 0
