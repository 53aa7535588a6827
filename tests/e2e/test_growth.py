"""The lab of growing receptive fields in a real browser: it fits its window, and the stack is edited by driver."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.conftest import Pages, rest
from tests.e2e.page import query, wait_for_player
from tests.e2e.player_driver import PlayerDriver


def test_it_fits_its_window_in_both_themes(open_page: Pages) -> None:
    page = open_page("/receptive-field?step=3", width=390, dark=True)
    for width, scheme in ((390, "dark"), (1440, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        rest(page)
        open_page.settle(page)
        wait_for_player(page)
        expect(page.locator(".spoken")).to_contain_text("F3: one unit sees 15 × 15 cells, 225 of 225 read")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        if width == 390:
            table = page.get_by_role("region", name="Receptive field after each layer")
            table.press("ArrowRight")  # wider than the page, it is scrolled by keys
            page.wait_for_function("table => table.scrollLeft > 0", arg=table.element_handle())


def test_a_layer_is_added_and_a_button_takes_what_is_still_being_typed(open_page: Pages) -> None:
    page = open_page("/receptive-field?layers=conv2d(3);conv2d(3,dilation=2)", width=1440, height=1000)
    wait_for_player(page)
    kernel = page.get_by_role("textbox", name="Kernel of layer 1", exact=True)
    kernel.fill("5")
    page.get_by_role("button", name="Duplicate layer 1", exact=True).click(delay=150)  # the answer comes meanwhile
    page.wait_for_url(lambda url: query(url).get("layers") == "conv2d(5);conv2d(5);conv2d(3,dilation=2)")
    open_page.settle(page)
    expect(page.get_by_role("textbox", name="Kernel of layer 2", exact=True)).to_have_value("5")
    expect(page.get_by_role("heading", name="13 × 13 cells after 3 layers")).to_be_visible()
    page.get_by_role("button", name="Add a layer").click()
    page.wait_for_url(lambda url: len(query(url)["layers"].split(";")) == 4)
    open_page.settle(page)
    expect(page.locator(".player .plane").first).to_be_attached()
    expect(page.locator(".count")).to_contain_text("/ 4")


def test_a_long_stack_shows_its_first_layers_and_its_own_numbers(open_page: Pages) -> None:
    page = open_page(f"/receptive-field?layers={';'.join(['conv2d(3)'] * 8)}", width=1440, reduced_motion=False)
    wait_for_player(page)
    expect(page.get_by_text("The first 6 of 8 layers are drawn: a picture has room for 6.")).to_be_visible()
    expect(page.locator(".caption")).to_contain_text("of layer 6 sees rows")
    expect(page.get_by_role("heading", name="17 × 17 cells after 8 layers")).to_be_visible()


def test_a_cell_of_the_input_names_the_units_that_read_it(play: Callable[..., PlayerDriver]) -> None:
    driver = play("/receptive-field?layers=conv2d(3);conv2d(3)&input_size=5")
    driver.hover("input", 0, 0)
    driver.says("input[0, 0] is read by 2 units: layer[1, 0, 0], layer[2, 0, 0].")
    driver.hover("input", 2, 2)
    driver.says("input[2, 2] is read by 10 units")
    expect(driver.page.get_by_role("button", name="Cells")).to_have_count(0)  # there are no products to come one by one
