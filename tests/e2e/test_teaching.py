"""The page for lecturers in a real browser: what is printed, and where the links of a plan lead."""

from tests.conftest import Pages


def test_a_printed_plan_is_the_plan_alone_and_its_links_open_the_settings(open_page: Pages) -> None:
    page = open_page("/teaching?lesson=gridding")
    link = page.get_by_role("link", name="rates 1, 2, 5")
    link.wait_for()
    page.emulate_media(media="print")
    shown = page.locator(":is(h1, h2, h3, label)").filter(visible=True)
    parts = ["Before class", "Minute by minute", "What students get wrong", "Homework"]
    assert shown.all_inner_texts() == ["Gridding", *parts]
    page.emulate_media(media="screen")
    with page.expect_popup() as opened:
        link.click()
    opened.value.get_by_text("289 of 289 cells").wait_for()
