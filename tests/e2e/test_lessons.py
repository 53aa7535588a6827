"""The lessons in a real browser: what a person sees, clicks, types and downloads."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from convviz.recipes import VARIANTS
from tests.conftest import Pages, rest
from tests.e2e.dials import is_over, pick
from tests.e2e.page import check_order_on_a_phone, choose, files, query, shown, wait_for_player
from tests.e2e.player_driver import SLOW, Play
from tests.e2e.shifts import WATCH, check_shifts

LESSONS = {name: variant.title for name, variant in VARIANTS.items() if name not in ("checkerboard", "receptive-field")}
"""The title of each lesson; the pages of the other two variants are labs, which have tests of their own."""


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_opens_without_a_move_and_fits_its_window_in_both_themes(open_page: Pages, name: str) -> None:
    """Every other lesson is opened on a phone in the dark; then each has the other width and the other theme."""
    is_dark = [*LESSONS].index(name) % 2 == 0
    widths = (390, 1440) if is_dark else (1440, 390)
    page = open_page.new_page(WATCH, color_scheme="dark" if is_dark else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": widths[0], "height": 900})
    page.goto(f"{open_page.server}/{name}")
    check_shifts(open_page, page)
    expect(page.get_by_role("heading", name=LESSONS[name], exact=True)).to_be_visible()
    assert shown(page).get("theme", "light") == ("dark" if is_dark else "light")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if width == 390 else "light")
        rest(page)
        open_page.settle(page)
        wait_for_player(page)
        box = page.locator(".stage canvas").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        if width == 390:
            check_order_on_a_phone(page)


def test_the_first_visitor_of_a_deep_link_sees_what_it_says_and_downloads_it(open_page: Pages) -> None:
    page = open_page("/dilated?dilation=3&input_size=9&padding=1x2")
    assert shown(page) == {"dilation": "3", "input_size": "9", "padding": "1x2"}
    assert query(page.url) == {"dilation": "3", "input_size": "9", "padding": "1x2"}
    name = "dilated_i9_k3_p1x2_d3"
    files(page).click()
    panel = page.frame_locator("iframe[title=Download]")
    for what, label, ending in (("Moving picture", "GIF", "gif"), ("One step", "PNG", "png")):
        panel.get_by_role("radio", name=what, exact=True).check()
        with page.expect_download() as download:
            panel.get_by_role("button", name=f"Download {label}", exact=True).click()
        step = "_step1" if ending == "png" else ""  # where the figure is
        assert download.value.suggested_filename == f"{name}{step}.{ending}"
        picture = Image.open(io.BytesIO(download.value.path().read_bytes()))
        assert (picture.format, getattr(picture, "n_frames", 1)) == (label, 5 * 7 if ending == "gif" else 1)


def test_a_page_outlives_the_quickest_of_keys(open_page: Pages) -> None:
    """Streamlit's cache of messages used to lose one in a quick burst of keys, and with it the connection, for good."""
    page = open_page("/transposed")
    wait_for_player(page)
    stride = page.get_by_role("slider", name="Stride s")
    stride.focus()
    draw = random.Random(3)
    for _ in range(80):
        page.keyboard.press(draw.choice(["ArrowRight", "ArrowLeft"]), delay=draw.choice([0, 0, 5, 20]))
    stride.press("Home")
    is_over(page, "transposed", {"stride": "1"})


def test_all_quick_keys_on_a_slider_count_and_the_picture_follows(open_page: Pages) -> None:
    page = open_page("/standard?input_size=6")
    slider = page.get_by_role("slider", name="Input size i")
    slider.focus()
    for key in ["ArrowRight"] * 5 + ["ArrowLeft"] * 2:
        page.keyboard.press(key, delay=30)
    is_over(page, "standard", {"input_size": "9"})
    page.get_by_role("slider", name="Stride s").press("ArrowRight")
    is_over(page, "standard", {"input_size": "9", "stride": "2"})
    link = files(page)
    expect(link).to_have_attribute("href", "/download/standard?input_size=9&stride=2&theme=light")
    expect(page.locator(".count")).to_contain_text("/ 16")


def test_a_refusal_is_in_sight_and_moves_neither_the_picture_nor_the_controls(open_page: Pages) -> None:
    page = open_page("/standard")
    wait_for_player(page)
    slider = page.get_by_role("slider", name="Kernel size k")
    places = [page.locator(".player .stage"), slider]
    slider.press("End")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("The kernel (7 rows) is larger than the input (")
    slider.press("Home")
    expect(refusal).to_have_count(0)
    is_over(page, "standard", {"kernel_size": "1"})
    before = [place.bounding_box() for place in places]
    slider.press("End")
    expect(refusal).to_be_in_viewport(ratio=1)
    expect(refusal).to_contain_text("The picture shows the last settings that worked.")
    assert [place.bounding_box() for place in places] == before
    assert query(page.url) == {"kernel_size": "7"}


def type_into_grid(open_page: Pages, page: Page, text: str) -> None:
    """Type over the number in the first row and the first column; an empty text clears it."""
    open_page.settle(page)
    page.get_by_role("textbox", name="Input numbers, row 0, column 0").fill(text)


def test_numbers_are_edited_in_the_grid_as_people_write_them(open_page: Pages) -> None:
    page = open_page("/standard?input=1,2,3;4,5,6;7,8,9&kernel_size=2", height=1500)
    wait_for_player(page)
    for typed, read in (("77", "77"), ("2,5", "2.5"), ("6/-2", "-3")):
        type_into_grid(open_page, page, typed)
        is_over(page, "standard", {"input": f"{read},2,3;4,5,6;7,8,9", "kernel_size": "2"})
    refusal = page.get_by_text("Input row 0, column 0 must be")
    for typed, got in (("", "an empty cell"), ("1/0", "'1/0'"), ("12345678", "12345678")):
        type_into_grid(open_page, page, typed)
        expect(refusal).to_contain_text("The picture keeps the previous numbers.")
        expect(refusal).to_contain_text(got)
        assert shown(page)["input"] == "-3,2,3;4,5,6;7,8,9"
    type_into_grid(open_page, page, "8")
    page.wait_for_function("() => decodeURIComponent(location.search).includes('input=8,2,3')")
    expect(refusal).to_have_count(0)


def test_numbers_are_pasted_refused_with_a_sentence_and_uploaded(open_page: Pages) -> None:
    page = open_page("/standard?input=1,2;3,4&kernel_size=1")
    page.get_by_role("tab", name="Paste").first.click()
    box = page.get_by_role("textbox", name="Numbers, a row per line").first
    box.fill("1;2;3\n4;5")
    box.press("Control+Enter")
    expect(page.get_by_text("Input must have rows of equal length; row 0 has 3 numbers, row 1 has 2.")).to_be_visible()
    expect(box).to_have_value("1;2;3\n4;5")
    box.fill("1;2;3\n4;5;6,5")
    page.get_by_role("button", name="Use these numbers").first.click()
    page.wait_for_function("() => decodeURIComponent(location.search).includes('input=1,2,3;4,5,6.5')")
    open_page.settle(page)
    page.get_by_role("tab", name="CSV file").first.click()
    page.locator("input[type=file]").first.set_input_files(
        [FilePayload(name="numbers.csv", mimeType="text/csv", buffer=b"\xef\xbb\xbf9,8\r\n7,6\r\n")]
    )
    page.wait_for_function("() => decodeURIComponent(location.search).includes('input=9,8;7,6')")
    open_page.settle(page)
    is_over(page, "standard", {"input": "9,8;7,6", "kernel_size": "1"})


def upload(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file]").last.set_input_files(list(files))


def huge_png() -> bytes:
    """A valid PNG of 6000 x 5000 black pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 6000, 5000, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (751 * 5000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def small_png() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).save(file, "PNG")
    return file.getvalue()


NOT_IMAGES = {
    b"these are words": "An image must be a PNG, JPEG or WebP file; this file is none of these.",
    huge_png(): "An image must have at most 25 megapixels; got 30 (6000 x 5000). Make it smaller first.",
    small_png()[:-40]: "An image must be complete to be read; this file is damaged or cut off.",
}


def test_an_image_becomes_a_grid_and_is_convolved_whole_unless_it_is_refused(open_page: Pages, play: Play) -> None:
    page = play("/standard?weight=sobel_y", scripts=SLOW).page
    pick(page, "Input", "Image")
    choose(open_page, page, "Image", "Own image")
    for data, sentence in NOT_IMAGES.items():
        upload(page, FilePayload(name="picture.png", mimeType="image/png", buffer=data))
        expect(page.get_by_text(sentence)).to_be_visible()
    upload(page, FilePayload(name="picture.png", mimeType="image/png", buffer=small_png()))
    expect(page.get_by_text("Input 48 × 64")).to_be_visible()
    expect(page.get_by_text("Output 46 × 62")).to_be_visible()
    expect(page.get_by_text("Blue is negative, orange positive")).to_be_visible()
    assert "image" not in query(page.url)
    assert len(query(page.url)["input"].split(";")) == 5


def test_a_bad_link_says_so_and_shows_a_picture(open_page: Pages) -> None:
    page = open_page("/standard?stride=99&padding=1")
    expect(page.get_by_text("stride must be a whole number from 1 to 8")).to_be_visible()
    assert shown(page) == {"padding": "1"}
    assert query(page.url) == {"stride": "99", "padding": "1"}


def test_text_from_a_link_is_never_markup(open_page: Pages) -> None:
    markup = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    page = open_page(f"/standard?theme={markup}&input=%3Cb%3E1%3C/b%3E&pin={markup}&step=%3Cb%3E")
    alert = page.get_by_text("must be")  # the first mistake is named, not all of them
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("[data-testid=stMain] b").count() == 0
    assert page.locator("img[src='x']").count() == 0


def test_the_choice_of_a_theme_is_kept_on_other_pages(open_page: Pages) -> None:
    page = open_page("/standard")
    wait_for_player(page)
    page.get_by_test_id("stMainMenu").click()
    page.get_by_test_id("stMainMenuItem-theme-Dark").click()
    for path in ("/standard", "/transposed"):
        page.goto(f"{open_page.server}{path}")
        wait_for_player(page)
        expect(files(page)).to_have_attribute("href", f"/download{path}?theme=dark")
