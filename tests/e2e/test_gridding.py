"""The page about gridding in a real browser: it fits, rates can be typed and taken over, charts can be downloaded."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from playwright.sync_api import Page, expect

from tests.conftest import Pages, rest


def query(page: Page) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(urlsplit(page.url).query).items()}


def test_the_page_fits_its_window_in_both_themes_with_numbers_next_to_the_map(open_page: Pages) -> None:
    page = open_page("/gridding", width=390, dark=True)
    expect(page.get_by_role("heading", name="Gridding", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="49 of 169 cells: holes")).to_be_visible()
    image = page.get_by_role("img", name="Cells that the output reads")
    for width, scheme, natural in ((390, "dark", 340), (1440, "light", 640)):  # a phone gets a chart of its own
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(
            "([image, natural]) => image.naturalWidth === natural", arg=[image.element_handle(), natural]
        )
        rest(page)
        chart, numbers = image.bounding_box(), page.locator("dl", has_text="Cells read").bounding_box()
        assert chart is not None
        assert numbers is not None
        assert 0 <= chart["x"] <= chart["x"] + chart["width"] <= width
        assert chart["width"] >= natural, "with letters of full size"
        assert (numbers["x"] >= chart["x"] + chart["width"]) is (width == 1440)
        assert (numbers["y"] >= chart["y"] + chart["height"]) is (width == 390)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_rates_are_typed_mended_and_kept_in_the_address(open_page: Pages) -> None:
    page = open_page("/gridding?rates=1,2,4", width=1440)
    expect(page.get_by_role("heading", name="225 of 225 cells, no holes")).to_be_visible()
    rates = page.get_by_role("textbox", name="Dilation rates")
    rates.fill("2,4,x")
    rates.press("Enter")
    expect(page.get_by_text("got '2,4,x'. Showing the previous settings.")).to_be_visible()
    expect(rates).to_have_value("2,4,x")
    rates.fill("2,2,2")
    rates.press("Enter")
    expect(page.get_by_role("heading", name="49 of 169 cells: holes")).to_be_visible()
    page.get_by_role("button", name="Use 1, 2, 3").click()
    expect(page.get_by_role("heading", name="169 of 169 cells, no holes")).to_be_visible()
    expect(rates).to_have_value("1,2,3")
    expect(page.get_by_role("spinbutton", name="Layer 3")).to_have_value("3")
    open_page.settle(page)
    assert query(page) == {"rates": "1,2,3"}
    page.reload()
    open_page.settle(page)
    expect(page.get_by_role("heading", name="169 of 169 cells, no holes")).to_be_visible()
    rates.fill("1 2 4")
    page.get_by_role("button", name="Add a layer").click()  # it takes what is still being typed
    expect(page.get_by_role("spinbutton", name="Layer 4")).to_have_value("4")
    open_page.settle(page)
    assert query(page) == {"rates": "1,2,4,4"}
    page.get_by_role("link", name="6, 12, 18 in a chain").click()  # far below the map, which comes into view
    expect(page.get_by_role("heading", name="169 of 5,329 cells: holes")).to_be_in_viewport()


def test_steps_back_and_forth_in_history(open_page: Pages) -> None:
    page = open_page("/gridding", width=1440)
    rates = page.get_by_role("textbox", name="Dilation rates")
    for text in ("1,2,4", "1,2,5"):
        expect(rates).to_be_visible()
        rates.fill(text)
        rates.press("Enter")
        page.wait_for_url(f"**/gridding?rates={text.replace(',', '%2C')}")
        open_page.settle(page)
    for way, text in (("back", "1,2,4"), ("back", "2,2,2"), ("forward", "1,2,4")):
        page.evaluate(f"history.{way}()")
        expect(rates.first).to_have_value(text)  # the one before is there until the run is over
        open_page.settle(page)
        expect(rates).to_have_value(text)
        assert query(page) == ({} if text == "2,2,2" else {"rates": text})


def test_all_parts_unfold_and_charts_are_files(open_page: Pages, tmp_path: Path) -> None:
    page = open_page("/gridding", width=1440)
    for label, chart in (
        ("Along one axis, layer by layer", "Cells read along one axis"),
        ("How many paths lead to each cell", "Paths from the output"),
        ("Effective receptive field", "Share of the weight"),
    ):
        page.get_by_text(label, exact=True).click()
        expect(page.get_by_role("img", name=chart)).to_be_visible(timeout=20_000)
        open_page.settle(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="SVG").first.click()
    assert download.value.suggested_filename == "coverage.svg"
    download.value.save_as(tmp_path / "coverage.svg")
    assert ElementTree.parse(tmp_path / "coverage.svg").getroot().tag.endswith("svg")
