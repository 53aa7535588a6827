"""The page "What a unit sees" in a real browser: the driver, a finger and the keys choose units and mark the object."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

import convviz as cv
from convviz.charts.photo import MARGIN, frame_of, places_of
from tests.conftest import ROOT, Pages, rest
from tests.e2e.accessibility import check_accessibility
from tests.e2e.page import query
from tests.e2e.player_driver import COUNT

LAB = "/on-your-image"
PHONE = {"width": 390, "height": 844}
NETWORK = cv.Network.known("resnet50_v1")
PLACES = places_of(NETWORK, "conv4_6")
FRAME = frame_of((224, 224), PLACES.reach, 620)
"""Of the page as it opens; a narrow window shows the same, smaller."""


def surface(page: Page) -> Locator:
    return page.locator(".photograph .surface")


def caption(page: Page) -> Locator:
    return page.locator(".photograph .caption")


def ready(open_page: Pages, page: Page) -> Page:
    expect(caption(page)).not_to_be_empty()
    expect(page.get_by_role("link", name="PNG")).to_be_visible()  # the last of the page
    open_page.settle(page)
    surface(page).scroll_into_view_if_needed()
    return page


def spot(page: Page, row: float, column: float) -> tuple[float, float]:
    """Where in the window a cell of the photograph is."""
    box = surface(page).bounding_box()
    assert box is not None
    (top, bottom), (left, right) = FRAME.view
    x = MARGIN + (column - left) / (right - left) * (FRAME.width - 2 * MARGIN)
    y = MARGIN + (row - top) / (bottom - top) * (FRAME.height - 2 * MARGIN)
    return box["x"] + x * box["width"] / FRAME.width, box["y"] + y * box["height"] / FRAME.height


def center(page: Page, row: int, column: int) -> tuple[float, float]:
    """Where in the window the center of a unit is."""
    return spot(page, PLACES.at[0][row], PLACES.at[1][column])


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*spot(page, *start))
    page.mouse.down()
    page.mouse.move(*spot(page, *end), steps=4)
    page.mouse.up()


def has(page: Page, **wanted: str) -> None:
    """Wait until the link says just this."""
    page.wait_for_url(lambda url: query(url) == wanted)


def holds(page: Page, **numbers: str) -> None:
    """Wait until the numbers next to the photograph are these."""
    for label, number in numbers.items():
        expect(page.get_by_role("spinbutton", name=label.replace("_", " "))).to_have_value(number)


def mode(page: Page, label: str) -> None:
    page.get_by_role("radio", name=label).check()


def test_the_photograph_by_mouse_and_the_numbers_next_to_it(open_page: Pages) -> None:
    page = ready(open_page, open_page(LAB, width=1440))
    script = (ROOT / "assets/unit_image/places.js").read_text(encoding="utf-8")
    nearest = page.evaluate(
        f"() => {{{script}; return [-9, 0.9, 1.1, 3, 3.4, 4, 99].map((at) => nearest([1, 1, 5, 5], at))}}"
    )
    assert nearest == [0, 0, 1, 1, 2, 2, 3], "of units with one center both can be chosen"
    check_pointing(page)
    x, y = center(page, 3, 5)
    page.mouse.click(x + 6, y - 6)  # the unit whose center is nearest
    has(page, units="3,5")
    holds(page, Unit_row="3", Unit_column="5")
    expect(page.get_by_text("Unit (3, 5) of")).to_be_visible()
    expect(page.locator(".photograph img")).to_have_attribute("alt", re.compile(r"^Unit \(3, 5\) of conv4_6 can see"))
    open_page.settle(page)
    row = page.get_by_role("spinbutton", name="Unit row")
    row.fill("9")
    row.press("Enter")
    has(page, units="9,5")
    open_page.settle(page)
    surface(page).focus()
    page.keyboard.press("ArrowUp")
    has(page, units="8,5")
    holds(page, Unit_row="8", Unit_column="5")
    check_further_units(page)
    check_escape(page)
    page.mouse.click(*spot(page, -20, 240))  # beyond the photograph: the nearest is in its corner
    has(page, units="0,13;11,12")
    page.reload()
    ready(open_page, page)
    holds(page, Unit_row="0", Unit_column="13")


def check_pointing(page: Page) -> None:
    """Pointing says what would be chosen, and sends nothing."""
    page.evaluate(f"() => {{{COUNT}}}")
    hint = caption(page).inner_text()
    for row, column, words in ((0, 0, "(0, 0), center (2, 2)"), (10, 4, "(10, 4), center (162, 66)")):
        page.mouse.move(*center(page, row, column))
        expect(caption(page)).to_have_text(f"Unit {words}")
        expect(page.locator(".photograph svg .field")).to_have_count(1)
    page.mouse.move(2, 2)
    expect(caption(page)).to_have_text(hint)
    expect(page.locator(".photograph svg g")).to_have_count(0)
    assert page.evaluate("window.sent") == 0
    assert surface(page).evaluate("one => getComputedStyle(one).cursor") == "pointer"


def check_further_units(page: Page) -> None:
    """Further units are added and taken away; the first one is (8, 5)."""
    page.keyboard.down("Shift")
    page.mouse.click(*center(page, 2, 3))
    page.keyboard.up("Shift")
    has(page, units="8,5;2,3")
    mode(page, "Add units")
    page.mouse.click(*center(page, 11, 12))
    has(page, units="8,5;2,3;11,12")
    expect(page.get_by_role("textbox", name="Further units")).to_have_value("2,3; 11,12")
    page.mouse.click(*center(page, 2, 3))
    has(page, units="8,5;11,12")
    mode(page, "Choose a unit")
    page.mouse.click(*center(page, 0, 0))
    has(page, units="0,0;11,12")
    expect(page.get_by_text("thin numbered boxes")).to_be_visible()


def check_escape(page: Page) -> None:
    """A drag is given up by Escape."""
    surface(page).focus()
    page.mouse.move(*spot(page, 30, 40))
    page.mouse.down()
    page.mouse.move(*spot(page, 80, 80), steps=3)
    expect(caption(page)).to_have_text("Object: rows 30 to 80, columns 40 to 80")
    page.keyboard.press("Escape")
    expect(page.locator(".photograph svg .object")).to_have_count(0)
    page.mouse.up()
    page.mouse.click(*center(page, 3, 5))
    has(page, units="3,5;11,12")


def test_units_without_centers_share_the_picture_out(open_page: Pages) -> None:
    """Behind global pooling all of them read the whole, and the photograph is hatched nowhere."""
    page = ready(open_page, open_page(f"{LAB}?network=deeplab_v3&input_size=129", width=1440))
    box = surface(page).bounding_box()
    assert box is not None
    units = places_of(cv.Network.known("deeplab_v3", 129), "head").at[0]
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + box["height"] / 2)
    expect(caption(page)).to_have_text(f"Unit ({len(units) // 2}, {len(units) - 1})")
    page.mouse.click(box["x"] + box["width"] * 0.01, box["y"] + box["height"] * 0.01)
    has(page, network="deeplab_v3", input_size="129", units="0,0")


def test_units_do_not_get_too_many(open_page: Pages) -> None:
    units = ";".join(f"0,{column}" for column in range(8))
    page = ready(open_page, open_page(f"{LAB}?units={units}", width=1440))
    page.keyboard.down("Shift")
    page.mouse.click(*center(page, 9, 9))
    page.keyboard.up("Shift")
    expect(caption(page)).to_have_text("Unit (9, 9), center (146, 146): There are 8 units at most.")
    assert query(page.url) == {"units": units}


def test_the_object_by_mouse_and_keyboard(open_page: Pages) -> None:
    page = ready(open_page, open_page(f"{LAB}?object=none", width=1440))
    expect(page.get_by_role("spinbutton", name="Top")).to_have_count(0)
    drag(page, (30, 40), (110, 90))
    has(page, object="30,40,110,90")
    holds(page, Top="30", Left="40", Bottom="110", Right="90")
    expect(page.get_by_text("The object of 81 × 51 cells, rows 30 to 110 and columns 40 to 90")).to_be_visible()
    drag(page, (200, 190), (120, 20))  # from the lower right corner
    has(page, object="120,20,200,190")
    drag(page, (100, 100), (240, 236))  # beyond the photograph
    has(page, object="100,100,223,223")
    drag(page, (0, 80), (9, 100))
    has(page, object="0,80,9,100")
    assert "units" not in query(page.url)
    open_page.settle(page)
    mode(page, "Mark object")
    surface(page).focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowDown", "Shift+ArrowDown", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    has(page, object="1,81,11,100")
    holds(page, Top="1", Left="81", Bottom="11", Right="100")


def test_units_by_keyboard(open_page: Pages) -> None:
    page = ready(open_page, open_page(LAB, width=1440))
    surface(page).focus()
    above = page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop")
    for key in ["ArrowRight"] * 4 + ["ArrowDown"] * 3 + ["ArrowLeft"]:
        page.keyboard.press(key)
    has(page, units="10,10")
    expect(page.locator(".photograph .spoken")).to_have_text("Unit (10, 10), center (162, 162)")
    for key in ["Enter", "Space"] + ["ArrowDown"] * 9:
        page.keyboard.press(key)
    has(page, units="13,10")
    expect(surface(page)).to_be_focused()
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == above
    open_page.settle(page)
    page.get_by_role("radio", name="Choose a unit").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Add units")).to_be_checked()
    page.keyboard.press("Tab")
    expect(surface(page)).to_be_focused()
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    assert query(page.url) == {"units": "13,10"}
    page.keyboard.press("Enter")
    has(page, units="13,10;11,9")
    expect(page.locator(".photograph .spoken")).to_have_text("Unit (11, 9), center (178, 146): Added.")


def test_of_quick_clicks_the_last_one_counts(open_page: Pages) -> None:
    page = ready(open_page, open_page(LAB, width=1440))
    for turn in range(2):
        for unit in range(0, 14, 2):
            page.mouse.click(*center(page, unit, 13 - unit))
        drag(page, (10 + turn, 20), (60, 70))
        page.mouse.click(*center(page, 4 + turn, 9))
        has(page, units=f"{4 + turn},9", object=f"{10 + turn},20,60,70")
        holds(page, Unit_row=f"{4 + turn}", Unit_column="9", Top=f"{10 + turn}")
        open_page.settle(page)
        expect(page.locator(".photograph img")).to_have_attribute("alt", re.compile(rf"^Unit \({4 + turn}, 9\) "))


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("units=99,0", "Units must lie inside conv4_6 of size 14 × 14; got 99,0."),
        ("object=90,10,20,40", "Top of the object must be at most bottom; got 90 and 20."),
    ],
)
def test_a_bad_link_is_mended_by_hand(open_page: Pages, link: str, sentence: str) -> None:
    page = ready(open_page, open_page(f"{LAB}?{link}", width=1440))
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    page.mouse.click(*center(page, 3, 5))
    has(page, units="3,5")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_photograph_fits_and_does_not_move(open_page: Pages) -> None:
    page = ready(open_page, open_page(LAB, width=390, dark=True, reduced_motion=True))
    for width, units in ((390, ((0, 0), (13, 6))), (1440, ((2, 2), (12, 7)))):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if width == 390 else "light", reduced_motion="reduce")
        rest(page)
        open_page.settle(page)
        mode(page, "Choose a unit")
        surface(page).scroll_into_view_if_needed()
        before = surface(page).bounding_box()
        assert before is not None
        assert 0 <= before["x"] <= before["x"] + before["width"] <= width
        for row, column in units:
            page.mouse.click(*center(page, row, column))
            has(page, units=f"{row},{column}")
            open_page.settle(page)
            assert surface(page).bounding_box() == before
        for label in ("Add units", "Mark object"):
            mode(page, label)
            assert surface(page).bounding_box() == before
        assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth") == 0
    check_accessibility(page)  # not in a narrow window, where Streamlit's own menu is a broken list


@pytest.fixture
def phone(open_page: Pages) -> Page:
    """A window of a phone, with fingers."""
    page = open_page.new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(open_page.server + LAB)
    return ready(open_page, page)


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """One finger from a point of the window to another one."""
    driver = page.context.new_cdp_session(page)
    driver.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": start[0], "y": start[1]}]})
    for step in range(1, 9):
        x, y = (one + (other - one) * step / 8 for one, other in zip(start, end, strict=True))
        driver.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    driver.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_chooses_units_scrolls_and_marks(open_page: Pages, phone: Page) -> None:
    page = phone
    page.touchscreen.tap(*center(page, 3, 5))
    has(page, units="3,5")
    mode(page, "Add units")
    page.touchscreen.tap(*center(page, 9, 10))
    has(page, units="3,5;9,10")
    open_page.settle(page)
    above = page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop")
    swipe(page, spot(page, 200, 100), spot(page, 20, 100))
    page.wait_for_function("above => document.querySelector('[data-testid=stMain]').scrollTop > above + 40", arg=above)
    assert query(page.url) == {"units": "3,5;9,10"}
    surface(page).scroll_into_view_if_needed()
    mode(page, "Mark object")
    rest(page)
    above = page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop")
    swipe(page, spot(page, 40, 60), spot(page, 120, 150))
    page.wait_for_url(lambda url: "object" in query(url))
    top, left, bottom, right = (int(number) for number in query(page.url)["object"].split(","))
    for number, wanted in ((top, 40), (left, 60), (bottom, 120), (right, 150)):
        assert abs(number - wanted) <= 1  # fingers point at whole pixels, and a cell is less than one
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == above
