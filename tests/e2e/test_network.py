"""The pages of networks in a real browser: the graph answers mouse and keys, links carry all, nothing is cut off."""

from urllib.parse import parse_qs, urlsplit

import pytest
from onnx import helper
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.conftest import Pages, rest


def query(page: Page) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(urlsplit(page.url).query).items()}


def graph(page: Page) -> Locator:
    return page.locator(".graph")


def box(page: Page, node: str) -> Locator:
    return graph(page).locator(f'[data-node="{node}"]')


def fits(open_page: Pages, page: Page, drawing: Locator, width: int) -> None:
    """The page fits a window of this width, and so does what it draws."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if width == 390 else "light")
    rest(page)
    open_page.settle(page)
    expect(drawing).to_be_visible()
    place = drawing.bounding_box()
    assert place is not None
    assert 0 <= place["x"] <= place["x"] + place["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth") == 0


def no_box_is_cut(page: Page) -> None:
    """The graph has been scrolled to the selected box, and its upper edge cuts through none."""
    expect(graph(page).locator('[aria-pressed="true"]')).to_be_visible()
    cut = graph(page).evaluate(
        """pane => [...pane.querySelectorAll(".face")].filter(face => {
            const [place, edge] = [face.getBoundingClientRect(), pane.getBoundingClientRect().top];
            return place.top < edge && edge < place.bottom;
        }).length"""
    )
    assert cut == 0


def test_the_graph_fits_its_window_in_both_themes(open_page: Pages) -> None:
    page = open_page("/network", width=1440)
    expect(page.get_by_role("heading", name="Receptive fields of a network")).to_be_visible()
    no_box_is_cut(page)
    for width in (1440, 390):
        fits(open_page, page, graph(page), width)


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


@pytest.mark.parametrize("network", ["inception_v3", "wavenet_stack"])
def test_on_opening_no_box_is_cut_by_the_upper_edge(open_page: Pages, network: str) -> None:
    no_box_is_cut(open_page(f"/network?network={network}", width=1440))


def test_the_table_selects_by_hand_and_keys_the_graph_is_walked_by_keys_and_all_are_files(open_page: Pages) -> None:
    page = open_page("/network?network=vgg16", width=1440)
    table = page.get_by_role("region", name="Table of all nodes")
    table.get_by_role("row", name="conv1_2").get_by_role("cell").first.click()
    page.wait_for_url("**node=conv1_2")
    expect(table.get_by_role("button", name="conv1_2")).to_be_focused()
    expect(box(page, "conv1_2")).to_have_attribute("aria-pressed", "true")
    open_page.settle(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**node=pool1")
    expect(box(page, "pool1")).to_have_attribute("aria-pressed", "true")
    open_page.settle(page)
    box(page, "pool5").focus()
    for key in ("ArrowUp", "ArrowUp", "Home", "ArrowDown"):
        page.keyboard.press(key)
    expect(box(page, "conv1_1")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**node=conv1_1")
    open_page.settle(page)
    expect(box(page, "conv1_1")).to_have_attribute("aria-pressed", "true")
    expect(box(page, "conv1_1")).to_be_focused()
    for role, label, start in (
        ("link", "SVG", b"<svg"),
        ("link", "PNG", b"\x89PNG"),
        ("link", "PDF", b"%PDF-1."),
        ("button", "CSV, all 18 nodes", b"node,operation"),
        ("button", "Markdown, all 18 nodes", b"| node |"),
    ):
        with page.expect_download() as download:
            page.get_by_role(role, name=label, exact=True).click()
        assert download.value.path().read_bytes().startswith(start)


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


def test_long_names_of_a_file_have_two_lines_in_rows_that_stay_equally_high(open_page: Pages) -> None:
    page = open_page("/network?source=file", width=1366)
    long = "model.backbone.features.stage_3.block_11.depthwise_separable.convolution"
    weight = helper.make_tensor("w", 1, (1, 1, 3, 3), [1.0] * 9)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], name=f"{long}/Conv"),
        helper.make_node("Conv", ["a", "w"], ["y"], name="head"),
        helper.make_node("Relu", ["a"], ["z"], name="side"),
    ]
    image = helper.make_tensor_value_info("x", 1, [1, 1, 32, 48])
    outputs = [helper.make_tensor_value_info(name, 1, None) for name in "yz"]
    data = helper.make_model(helper.make_graph(nodes, "graph", [image], outputs, [weight])).SerializeToString()
    page.locator("input[type=file]").set_input_files([FilePayload(name="a.onnx", mimeType="", buffer=bytes(data))])
    table = page.get_by_role("region", name="Table of all nodes")
    button = table.get_by_role("button", name=f"{long}/Conv")
    expect(button).to_have_class("is-long")
    heights = table.locator("tbody tr").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert len(set(heights)) == 1
    hidden = button.evaluate("name => [name.scrollWidth - name.clientWidth, name.scrollHeight - name.clientHeight]")
    assert max(hidden) <= 0
    expect(graph(page).locator("text.field", has_text="output, ")).to_have_count(2)
    expect(table.get_by_role("button", name="head")).to_have_attribute("aria-current", "true")
    button.press("Enter")
    expect(button).to_have_attribute("aria-current", "true")
    expect(table.locator("[aria-current]")).to_have_count(1)


def test_the_sections_of_a_node_fit_their_window(open_page: Pages) -> None:
    page = open_page("/network?network=patchgan70&node=conv3", width=390, dark=True)
    for label in ("Tiles of a large picture", "Borders", "Between two nodes"):
        page.get_by_text(label, exact=True).first.click()
        open_page.settle(page)
    shares = page.get_by_alt_text("Share of paths that begin in padding.")
    reached = page.get_by_alt_text("Outputs that cell (128, 128) reaches.")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if width == 390 else "light")
        rest(page)
        open_page.settle(page)
        for picture in (shares, reached):
            expect(picture).to_be_visible()
            place = picture.bounding_box()
            assert place is not None
            assert 0 <= place["x"] <= place["x"] + place["width"] <= width
        assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth") == 0


def test_the_photograph_follows_the_controls_and_fits_its_window(open_page: Pages) -> None:
    page = open_page("/on-your-image", width=1440)
    expect(page.get_by_role("heading", name="What a unit sees")).to_be_visible()
    image = page.locator(".photograph img")
    before = image.get_attribute("src")
    row = page.get_by_role("spinbutton", name="Unit row")
    row.fill("2")
    row.press("Enter")
    page.wait_for_url("**units=2%2C7")
    open_page.settle(page)
    assert image.get_attribute("src") != before
    expect(page.get_by_text("Unit (2, 7) of")).to_be_visible()
    assert "Unit (2, 7) of conv4_6" in str(image.get_attribute("alt"))
    for width in (1440, 390):
        fits(open_page, page, image, width)


def test_a_bad_link_gets_its_sentence(open_page: Pages) -> None:
    page = open_page("/network?network=resnet50")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("resnet50 must be named with its version")
    expect(alert).to_be_in_viewport(ratio=1)
    page = open_page("/on-your-image?units=99,99")
    expect(page.get_by_role("alert")).to_contain_text("Units must lie inside conv4_6 of size 14 × 14; got 99,99.")
