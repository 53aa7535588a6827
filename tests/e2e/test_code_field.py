"""Code to picture in a real browser: code of another layer leads to its page, with one step back in the history."""

from playwright.sync_api import expect

from tests.conftest import Pages
from tests.e2e.page import query, wait_for_player


def test_code_leads_to_its_lesson_and_back_leads_to_what_was_before(open_page: Pages) -> None:
    page = open_page("/standard?stride=2", width=1440)
    wait_for_player(page)
    page.get_by_text("Code to picture, picture to code").click()
    open_page.settle(page)
    field = page.get_by_role("textbox", name="Code of a layer or a stack")
    field.fill("nn.Conv2d(1, 1, 3, dilation=3)  # <b>")
    field.press("Control+Enter")
    expect(page.get_by_role("heading", name="Dilated convolution", exact=True)).to_be_visible()
    open_page.settle(page)
    wait_for_player(page)
    assert query(page.url) == {"input_size": "9", "dilation": "3", "code": "nn.Conv2d(1, 1, 3, dilation=3)  # <b>"}
    expect(field).to_have_value("nn.Conv2d(1, 1, 3, dilation=3)  # <b>")
    expect(page.get_by_role("region", name="The layers of the code")).to_contain_text("dilation 3")
    page.go_back()
    expect(page.get_by_role("heading", name="Standard convolution", exact=True)).to_be_visible()
    page.wait_for_url(lambda url: query(url) == {"stride": "2"})
