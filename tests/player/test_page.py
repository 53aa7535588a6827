"""The whole player in a browser, without Streamlit: scenes with any number of planes, followed by keys and pointer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from convviz.recipes import Recipe, recipe
from tests.player.bare import SHOW, focused, middle, point, says, show
from tests.player.cases import json_of, scene_of
from tests.player.made import MADE

ABOUT = re.compile(r"^Step \d+ of \d+: (\d+ taps\.|.* the sum of \d+ products over )")
"""What is said of a cell that a step is about, in made scenes and in those of a lesson."""


@pytest.mark.parametrize("name", [*MADE, "standard", "transposed"])
def test_every_plane_is_a_stop_of_the_keyboard_lies_over_its_picture_and_answers(page: Page, name: str) -> None:
    data = show(page, name)
    labels = [
        f"{plane['title']}, {plane['rows']} by {plane['columns']} cells. Arrow keys move, P pins"
        f"{', Enter edits' if plane['editable'] else ''}."
        for plane in data["planes"]
    ]
    found = page.locator(".plane").evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    assert found == labels
    for plane in range(len(labels)):
        page.keyboard.press("Tab")
        assert focused(page) == plane
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="First step")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert focused(page) == len(labels) - 1
    for plane, sheet in enumerate(data["planes"]):
        box = page.locator(".plane").nth(plane).bounding_box()
        assert box
        x, y = middle(page, data, plane, 0)
        cell = box["width"] / sheet["columns"]
        assert (box["x"] + cell / 2, box["y"] + cell / 2) == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))
        point(page, data, plane, 0)
        first = sheet["names"][0]
        own = f"{sheet['name']}[{', '.join(map(str, first))}]" if isinstance(first, list) else first
        is_about = sheet["name"] == ("input" if data["step_side"] == "input" else "output")
        says(page, ABOUT if is_about else f"{own} = ")


def test_a_cell_between_two_passes_shows_its_frame_and_tells_both(page: Page) -> None:
    data = show(page, "two passes")
    point(page, data, 2, 1)
    says(page, "intermediate[0, 1] = ")
    says(page, "is made of 3 products: input[0, 1]×")
    says(page, "; it is read by 2 outputs: ×")
    assert "Step 3 of 18: shown" in page.evaluate("window.written")
    expect(page.locator(".count")).to_have_text("1 / 18")


def test_the_count_is_that_of_the_pinned_cell(page: Page) -> None:
    data = show(page, "standard", step=2, pin="output:1,0")
    count = page.locator(".count")
    expect(count).to_have_text("4 / 9")
    for cell in (7, 4):
        page.mouse.click(*middle(page, data, 2, cell))
        expect(count).to_have_text(f"{cell + 1} / 9")
        says(page, f"Step {cell + 1} of 9")
        row, column = divmod(cell, 3)
        head = f"Row {row}, column {column} of the output: "
        assert any(text.startswith(head) for text in page.evaluate("window.written"))
        expect(page.locator(".caption")).to_have_text(re.compile(r"^The sum of 9 products over input [^;]*\. Pinned; "))
    page.keyboard.press("Escape")
    expect(count).to_have_text("2 / 9")
    page.mouse.click(*middle(page, data, 2, 7))
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text("7 / 9")


def test_words_of_any_length_leave_the_buttons_where_they_are(bare: Callable[..., Page]) -> None:
    page = bare(viewport={"width": 390, "height": 1200})
    steps = len(show(page, "spatial-separable")["frames"])
    tops = set()
    for step in range(1, steps + 1):
        says(page, f"Step {step} of {steps}")
        tops.add(page.locator(".bar").evaluate("bar => bar.getBoundingClientRect().top"))
        page.keyboard.press("ArrowRight")
    assert len(tops) == 1


def test_frames_without_taps_are_steps_like_others(page: Page) -> None:
    show(page, "two passes")
    page.get_by_role("button", name="Products").click()
    says(page, "Step 1 of 18: 0 taps.")
    for caption in ("Step 2 of 18, product 1 of 3", "Step 2 of 18, product 2 of 3", "Step 2 of 18: 3 taps"):
        page.get_by_role("button", name="Next step").click()
        says(page, caption)
    page.get_by_role("button", name="Last step").click()
    says(page, "Step 18 of 18: 0 taps.")
    page.get_by_role("button", name="Previous step").click()
    says(page, "Step 17 of 18: 3 taps.")


def test_of_channels_each_product_is_written_out(page: Page) -> None:
    data = show(page, "channels", step=2)
    sums = data["sums"][1].split(" ")
    page.get_by_role("button", name="Products").click()
    for count in range(11, 0, -1):
        page.get_by_role("button", name="Previous step").click()
        says(page, f"Step 2 of 4, product {count} of 12")
        written = page.evaluate("window.written")
        assert not [text for text in written if text.startswith("term")]
        title, lead, total = written[-3:]
        assert title == f"Row 0, column 1 of the output so far: {sums[count - 1]}"
        expect(page.locator(".caption")).to_have_text(f"Product {count} of 12.")
        assert lead.startswith(f"{sums[count - 2]} + " if count > 1 else "")
        assert lead.endswith(f" (in channel {(count - 1) // 4}) ")
        assert total == f"= {sums[count - 1]}"


@pytest.mark.parametrize(
    ("query", "width"),
    [("", 900), ("", 360), ("bias=-7&kernel_size=4", 300), ("in_channels=2&kernel_size=1", 240),
     ("in_channels=3&groups=3&out_channels=3", 240)],
)  # fmt: skip
def test_the_sum_so_far_keeps_within_the_picture(page: Page, query: str, width: int) -> None:
    """It follows the terms, on the next line where it must, and covers nothing."""
    text = json_of(scene_of(Recipe.from_query("standard", query), width=width))
    page.evaluate(SHOW, text)
    page.get_by_role("button", name="Products").click()
    count = len(json.loads(text)["sums"][1].split(" "))
    for product in range(1, count):
        page.get_by_role("button", name="Next step").click()
        says(page, f"product {product} of {count}: ")
        edges = page.evaluate("window.edges")
        left, top, right, bottom = edges[-1]
        assert left >= 0
        canvas = page.locator("canvas").evaluate("canvas => [canvas.width, canvas.height]")
        assert right <= canvas[0]
        assert bottom <= canvas[1]
        assert not any(
            left < other[2] - 1 and other[0] < right - 1 and top < other[3] and other[1] < bottom
            for other in edges[:-2]
        )


@pytest.mark.parametrize("width", [900, 300])
def test_the_frame_of_a_lit_cell_leaves_its_note_whole(page: Page, width: int) -> None:
    text = json_of(scene_of(recipe("standard"), width=width))
    page.evaluate(SHOW, text)
    page.get_by_role("button", name="Products").click()
    page.get_by_role("button", name="Next step").click()
    says(page, "Step 2 of 9, product 1 of 9")
    data = json.loads(text)
    sheet, (first, *_) = data["planes"][0], data["taps"]["steps"][1]
    scale = page.locator("canvas").evaluate("canvas => canvas.width") / data["width"]
    row, column = divmod(first, sheet["columns"])
    edge = round(max(2, min(sheet["cell"] / 8, 3)) * scale)
    right = (sheet["x"] + (column + 1) * sheet["cell"]) * scale
    bottom = (sheet["y"] + (row + 1) * sheet["cell"]) * scale
    written = page.evaluate("window.written")
    last = len(written) - 1 - next(k for k, each in enumerate(reversed(written)) if each.startswith("×"))
    left, top, note_right, note_bottom = page.evaluate("window.edges")[last]
    assert note_right <= right - edge + 1
    assert note_bottom <= bottom - edge + 1
    assert top > bottom - sheet["cell"] * scale + edge
    assert left > right - sheet["cell"] * scale + edge


def test_without_a_kernel_nothing_is_multiplied(page: Page) -> None:
    data = show(page, "pooling")
    point(page, data, 0, 0)
    says(page, "is read by 1 output: output[0, 0].")
    assert not any("×" in text for text in page.evaluate("window.written"))
    page.mouse.move(1, 1)
    page.get_by_role("button", name="Cells").click()
    page.get_by_role("button", name="Next step").click()
    says(page, "Step 2 of 4, cell 1 of 4: ")
    assert not any("×" in text for text in page.evaluate("window.written"))


def test_a_pin_finds_its_channel_and_edits_name_their_cell(page: Page) -> None:
    data = show(page, "depthwise", pin="input:1,2,0")
    says(page, "input[1, 2, 0] = ")
    says(page, "Pinned")
    page.keyboard.press("Tab")
    page.mouse.dblclick(*middle(page, data, 7, 1))
    field = page.locator(".editor")
    expect(field).to_have_accessible_name("New number for pointwise[1, 1, 0, 0]")
    field.fill("-2,5")
    page.keyboard.press("Enter")
    assert focused(page) == 7
    assert page.evaluate("window.edits") == [["pointwise", [[[1, 1, 0, 0], "-2.5"]]]]
    page.mouse.dblclick(*middle(page, data, 0, 0))  # padding
    expect(field).to_be_hidden()


def test_planes_come_and_go_with_the_scene(page: Page) -> None:
    """What has the focus keeps it; if it goes, the player gets the keys."""
    show(page, "two passes")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    says(page, "column[1, 0] = ")
    show(page, "depthwise")
    assert focused(page) == 1
    page.keyboard.press("ArrowRight")
    says(page, "input[1, 0, 1] = ")
    for _ in range(8):
        page.keyboard.press("Tab")
    assert focused(page) == 9
    data = show(page, "pooling")
    expect(page.locator(".player")).to_be_focused()
    says(page, "Step 1 of 4: 4 taps.")
    page.keyboard.press("End")
    says(page, "Step 4 of 4: 4 taps.")
    point(page, data, 1, 1)
    says(page, "Step 2 of 4: 4 taps.")
