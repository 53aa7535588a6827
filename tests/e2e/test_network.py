"""The pages of networks in a real browser: the graph answers mouse and keys, links carry all, nothing is cut off."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Pages

PAGES = {"network": "Receptive fields of a network", "on-your-image": "What a unit sees"}


def query(page: Page) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(urlsplit(page.url).query).items()}


def graph(page: Page) -> Locator:
    return page.locator(".graph")


def box(page: Page, node: str) -> Locator:
    return graph(page).locator(f'[data-node="{node}"]')


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)], ids=["390-dark", "1440-light"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window_in_both_themes(open_page: Pages, name: str, width: int, dark: bool) -> None:
    page = open_page(f"/{name}", width=width, dark=dark)
    expect(page.get_by_role("heading", name=PAGES[name])).to_be_visible()
    drawing = graph(page) if name == "network" else page.locator('img[src^="data:image/svg"]')
    expect(drawing).to_be_visible()
    place = drawing.bounding_box()
    assert place is not None
    assert 0 <= place["x"] <= place["x"] + place["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth") == 0


def test_a_folded_box_opens_by_hand_and_folds_again_by_keys(open_page: Pages) -> None:
    page = open_page("/network", width=1440)
    expect(box(page, "conv5_3")).to_have_attribute("aria-pressed", "true")
    handle = graph(page).get_by_role("button", name="Fold 5 equal blocks again")
    expect(handle).to_have_count(0)
    box(page, "conv4_6").click()
    page.wait_for_url("**node=conv4_6")
    expect(handle).to_be_focused()
    expect(box(page, "conv4_2/0/conv1")).to_be_visible()
    box(page, "conv4_6/0/conv2").click()
    page.wait_for_url("**node=conv4_6%2F0%2Fconv2")
    open_page.settle(page)
    expect(box(page, "conv4_6/0/conv2").locator(".ring")).to_have_count(1)
    expect(graph(page).locator(".ring")).to_have_count(1)
    expect(page.locator("dl.cv-facts")).to_contain_text("291 × 291")
    assert query(page) == {"node": "conv4_6/0/conv2"}
    handle.focus()
    page.keyboard.press("Enter")
    expect(handle).to_have_count(0)
    expect(box(page, "conv4_6")).to_be_focused()
    expect(box(page, "conv4_6")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(handle).to_be_focused()


def test_the_graph_is_made_smaller_and_larger(open_page: Pages) -> None:
    page = open_page("/network?network=inception_v3&node=Mixed_5c", width=390)
    hint, drawing = page.get_by_text("wider than its frame"), graph(page).locator("svg")
    expect(hint).to_be_visible()
    page.get_by_role("button", name="Fit", exact=True).click()
    expect(hint).to_be_hidden()
    pane, shown = graph(page).bounding_box(), drawing.bounding_box()
    assert pane is not None
    assert shown is not None
    assert shown["width"] <= pane["width"]
    page.get_by_role("button", name="Larger").click()
    expect(hint).to_be_visible()


@pytest.mark.parametrize("query", ["", "?network=inception_v3", "?network=wavenet_stack"])
def test_on_opening_no_box_is_cut_by_the_upper_edge(open_page: Pages, query: str) -> None:
    page = open_page(f"/network{query}", width=1440)
    expect(graph(page).locator('[aria-pressed="true"]')).to_be_visible()
    cut = graph(page).evaluate(
        """pane => [...pane.querySelectorAll(".face")].filter(face => {
            const [place, edge] = [face.getBoundingClientRect(), pane.getBoundingClientRect().top];
            return place.top < edge && edge < place.bottom;
        }).length"""
    )
    assert cut == 0


def test_a_row_of_the_table_selects_its_node_by_hand_and_by_keys(open_page: Pages) -> None:
    page = open_page("/network?network=vgg16", width=1440)
    table = page.get_by_role("region", name="Table of all nodes")
    table.get_by_role("row", name="conv1_2").get_by_role("cell").first.click()
    page.wait_for_url("**node=conv1_2")
    expect(table.get_by_role("button", name="conv1_2")).to_be_focused()
    expect(box(page, "conv1_2")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**node=pool1")
    expect(box(page, "pool1")).to_have_attribute("aria-pressed", "true")


def test_the_graph_is_walked_by_keys(open_page: Pages) -> None:
    page = open_page("/network?network=vgg16")
    box(page, "pool5").focus()
    for key in ("ArrowUp", "ArrowUp", "Home", "ArrowDown"):
        page.keyboard.press(key)
    expect(box(page, "conv1_1")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**node=conv1_1")
    open_page.settle(page)
    expect(box(page, "conv1_1")).to_have_attribute("aria-pressed", "true")
    expect(box(page, "conv1_1")).to_be_focused()


def test_the_selected_box_is_in_sight(open_page: Pages) -> None:
    page = open_page("/network?network=resnet152_v1&node=conv4_7&nodes=all", width=1440)
    selected = box(page, "conv4_7")
    expect(selected).to_have_attribute("aria-pressed", "true")
    frame, place = graph(page).bounding_box(), selected.bounding_box()
    assert frame is not None
    assert place is not None
    assert frame["y"] <= place["y"] <= place["y"] + place["height"] <= frame["y"] + frame["height"]
    expect(graph(page).locator(".box")).to_have_count(207)


def test_misaligned_merges_are_marked_without_color(open_page: Pages) -> None:
    page = open_page("/network?network=tcn")
    expect(graph(page).locator(".mark")).to_have_count(8)
    dashes = box(page, "level3").locator(".face").evaluate("face => getComputedStyle(face).strokeDasharray")
    assert dashes != "none"


def test_files_of_a_network(open_page: Pages) -> None:
    page = open_page("/network?network=vgg16")
    for label, start in (
        ("SVG", b"<svg"),
        ("CSV, all 18 nodes", b"node,operation"),
        ("Markdown, all 18 nodes", b"| node |"),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=label, exact=True).click()
        assert download.value.path().read_bytes().startswith(start)


def test_the_photograph_follows_the_controls(open_page: Pages) -> None:
    page = open_page("/on-your-image", width=1440)
    image = page.locator('img[src^="data:image/svg"]')
    before = image.get_attribute("src")
    row = page.get_by_role("spinbutton", name="Unit row")
    row.fill("2")
    row.press("Enter")
    page.wait_for_url("**units=2%2C7")
    open_page.settle(page)
    assert image.get_attribute("src") != before
    expect(page.get_by_text("Unit (2, 7) of")).to_be_visible()
    assert "Unit (2, 7) of conv4_6" in str(image.get_attribute("alt"))


def test_a_bad_link_gets_its_sentence(open_page: Pages) -> None:
    page = open_page("/network?network=resnet50")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("resnet50 must be named with its version")
    expect(alert).to_be_in_viewport(ratio=1)
    page = open_page("/on-your-image?units=99,99")
    expect(page.get_by_role("alert")).to_contain_text("Units must lie inside conv4_6 of size 14 × 14; got 99,99.")
