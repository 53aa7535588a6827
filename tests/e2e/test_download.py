"""The page of all formats in a browser: opened by the figure, by itself, by keys, on a phone, in dark."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, Route, expect
from pypdf import PdfReader

import convviz as cv
from tests.conftest import Pages
from tests.e2e.accessibility import violations
from tests.e2e.page import files

LINK = "/download/dilated?dilation=3&input_size=8&theme=light&step=2"


def opened(open_page: Pages, path: str = LINK, *, width: int = 1366, height: int = 900, **options: str) -> Page:
    """Open the page by itself, and wait until its picture is there."""
    page = open_page.new_page(**options)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(open_page.server + path)
    settled(page)
    return page


def settled(page: Page | FrameLocator) -> None:
    expect(page.locator("#stage:not([aria-busy])")).to_be_visible(timeout=20_000)  # the first one starts a worker


def choose(page: Page | FrameLocator, what: str, label: str) -> None:
    page.get_by_role("radio", name=what, exact=True).check()
    page.get_by_role("radio", name=label, exact=True).check()
    expect(page.get_by_role("button", name=f"Download {label}", exact=True)).to_be_enabled()


def saved(page: Page, panel: Page | FrameLocator) -> tuple[str, bytes]:
    """Press the button, and return the file with its name."""
    with page.expect_download() as download:
        panel.locator("#save").click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_the_figure_opens_it_and_escape_and_close_return_to_the_button(open_page: Pages) -> None:
    page = open_page.new_page(reduced_motion="reduce")
    page.goto(f"{open_page.server}/figure/dilated?dilation=3&input_size=8&terms=false&width=700&theme=dark&step=2")
    link, dialog = files(page), page.get_by_role("dialog", name="Download")
    expect(link).to_have_attribute("target", "_blank")
    link.click()
    panel = page.frame_locator("iframe[title=Download]")
    settled(panel)
    expect(panel.locator("#back")).to_be_hidden()
    choose(panel, "Each step", "PDF")
    asked = cv.recipe("dilated", dilation=3, input_size=8)
    name, data = saved(page, panel)
    assert name == "dilated_i8_k3_d3_dark_700.pdf"
    assert data == cv.animate(asked, theme="dark", width=700, terms=False).pdf()
    assert len(PdfReader(BytesIO(data)).pages) == 4
    panel.locator("#save").press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    link.press("Enter")
    settled(page.frame_locator("iframe[title=Download]"))
    choose(page.frame_locator("iframe[title=Download]"), "One step", "PNG")
    name, data = saved(page, page.frame_locator("iframe[title=Download]"))
    assert (name, data) == (
        "dilated_i8_k3_d3_dark_700_step2.png", cv.animate(asked, theme="dark", width=700, terms=False).png(1)
    )  # fmt: skip
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    with page.context.expect_page() as other:
        link.click(modifiers=["ControlOrMeta"])
    expect(other.value.get_by_role("link", name="Back to the lesson")).to_have_attribute(
        "href", "/dilated?input_size=8&dilation=3"
    )
    other.value.close()
    expect(dialog).to_be_hidden()


def test_the_preview_and_the_address_are_those_of_the_file(open_page: Pages) -> None:
    page = opened(open_page, reduced_motion="no-preference")
    picture = page.locator("#picture")
    expect(picture).to_have_attribute("src", "/render/dilated.gif?input_size=8&dilation=3")
    page.get_by_role("button", name="Pause").click()
    expect(picture).to_have_attribute("src", "/render/dilated.png?input_size=8&dilation=3")
    choose(page, "One step", "SVG")
    page.get_by_label("Theme").select_option(label="Print")
    page.get_by_label("Step, of 4").fill("3")
    page.locator("summary").get_by_text("More options").click()
    page.get_by_label("Width in pixels").fill("640")
    address = "/render/dilated.svg?input_size=8&dilation=3&theme=print&width=640&frame=2"
    expect(picture).to_have_attribute("src", address)
    expect(picture).to_have_attribute("alt", re.compile(r"^Step 3 of 4: "))
    page.locator("summary").get_by_text("Address, command line, Python").click()
    expect(page.get_by_role("region", name="Address")).to_have_text(open_page.server + address)
    name, data = saved(page, page)
    animation = cv.animate(cv.recipe("dilated", dilation=3, input_size=8), theme="print", width=640)
    assert (name, data.decode()) == ("dilated_i8_k3_d3_print_640_step3.svg", animation.svg(2))
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"^Saved {re.escape(name)}, \d+\skB\.$"))
    assert parse_qs(urlsplit(page.url).query) == {
        "dilation": ["3"], "input_size": ["8"], "theme": ["print"], "step": ["3"], "format": ["svg"], "width": ["640"],
    }  # fmt: skip


def test_a_range_of_steps_and_a_purpose(open_page: Pages) -> None:
    page = opened(open_page)
    page.get_by_label("Steps").select_option(label="A range")
    page.get_by_label("to", exact=True).fill("3")
    page.get_by_label("For", exact=True).select_option(label="Column of a page, 600 pixels")
    expect(page.locator("#facts")).to_contain_text("600 × ")
    expect(page.locator("#facts")).to_contain_text("3 frames")
    name, data = saved(page, page)
    asked = cv.recipe("dilated", dilation=3, input_size=8)
    assert (name, data) == ("dilated_i8_k3_d3_600_steps1-3.gif", cv.animate(asked, width=600, steps="1-3").gif())
    page.get_by_label("For", exact=True).select_option(label="Any place")
    page.get_by_label("Steps").select_option(label="This one, step 2")
    expect(page.locator("#file strong")).to_have_text("dilated_i8_k3_d3_steps2.gif")


def test_a_refusal_is_at_its_field_and_what_was_typed_stays(open_page: Pages) -> None:
    page = opened(open_page)
    page.locator("summary").get_by_text("More options").click()
    field = page.get_by_label("Width in pixels")
    field.fill("99")
    note = page.locator("#option-width-refusal")
    expect(note).to_have_text("width must be a whole number from 240 to 3840; got '99'.")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("99")
    expect(page.locator("#save")).to_be_disabled()
    field.fill("")
    expect(note).to_be_hidden()
    expect(page.locator("#save")).to_be_enabled()
    page.get_by_label("Seconds per step").fill("slow")
    expect(page.locator("#option-seconds_per_step-refusal")).to_have_text(
        "seconds_per_step must be a number; got 'slow'."
    )


def test_a_refusal_of_the_server_comes_to_its_field_and_a_wait_can_be_stopped(open_page: Pages) -> None:
    page = opened(open_page)
    sentence = "megabytes must be at least 0.21 for this GIF; got 0.05."
    held: list[Route] = []
    page.route("**/render/dilated.gif*", lambda route: route.fulfill(status=400, json={"error": sentence}))
    page.locator("#save").click()
    expect(page.locator("#option-megabytes-refusal")).to_have_text(sentence)
    expect(page.get_by_label("Fit in megabytes")).to_be_focused()
    page.unroute("**/render/dilated.gif*")
    page.route("**/render/dilated.gif*", lambda route: held.append(route))
    page.locator("#save").click()
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    stop.click()
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    expect(stop).to_be_hidden()
    page.unroute("**/render/dilated.gif*")
    assert saved(page, page)[0] == "dilated_i8_k3_d3.gif"
    open_page.problems[:] = [each for each in open_page.problems if "HTTP 400" not in each]


def test_on_a_phone_a_refusal_is_above_the_button_which_says_what_to_change(open_page: Pages) -> None:
    page = opened(open_page, width=390, height=700)
    page.get_by_text("More options").click()
    width = page.get_by_label("Width in pixels")
    width.evaluate("input => window.scrollBy(0, input.getBoundingClientRect().top - 500)")
    width.fill("9")
    expect(page.locator("#file")).to_have_text("Change first: Width in pixels.")
    note = page.locator("#option-width-refusal").evaluate("note => note.getBoundingClientRect().bottom")
    assert note <= page.locator("#go").evaluate("bar => bar.getBoundingClientRect().top")
    width.fill("700")
    expect(page.locator("#file strong")).to_have_text("dilated_i8_k3_d3_700.gif")


def test_code_can_be_copied_with_what_it_says_besides(open_page: Pages) -> None:
    page = opened(open_page, "/download/pooling?theme=light&format=pytorch.py")
    expect(page.get_by_role("region", name="Program")).to_have_text(cv.recipe("pooling").to_code("pytorch"))
    expect(page.get_by_role("listitem")).to_have_text("Without stride, a window of PyTorch moves by its own size.")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.locator("#picture")).to_be_hidden()


def test_keys_alone_choose_a_format_and_save_it(open_page: Pages) -> None:
    page = opened(open_page)
    page.get_by_role("radio", name="Moving picture", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="One step", exact=True)).to_be_focused()
    expect(page.locator("#save")).to_have_text("Download PNG")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#save")).to_have_text("Download SVG")
    for _ in range(12):
        if page.locator("#save").evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "dilated_i8_k3_d3_step2.svg"


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_it_fits_is_accessible_and_has_the_theme_of_the_figure(open_page: Pages, width: int, theme: str) -> None:
    page = opened(open_page, LINK.replace("light", theme), width=width)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 20, 32)"}[theme]
    assert violations(page) == []


def test_text_of_a_link_is_never_markup(open_page: Pages) -> None:
    page = opened(open_page, f"{LINK}&width=%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(page.locator("#option-width")).to_have_value("<img src=x onerror=alert(1)>")
    assert page.locator("img").count() == 1


def test_a_recipe_that_is_refused_says_why(open_page: Pages) -> None:
    page = open_page.new_page()
    page.goto(f"{open_page.server}/download/dilated?stride=<b>9")
    expect(page.get_by_role("alert")).to_have_text(
        "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '<b>9'."
    )
    expect(page.locator("#all")).to_be_hidden()
    open_page.problems[:] = [each for each in open_page.problems if "HTTP 400" not in each]
