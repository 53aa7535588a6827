"""Channels that are not drawn are sheets behind the last one that is; weights that could not be read are left out."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.recipes.comparison import Asked, Comparison
from convviz.scene import Line, Placed, Rect, Scene, Text, compose
from convviz.scene.typography import MORE
from tests.scene.reading import boxes, texts
from tests.scene.test_layout import check_cells, check_texts

WIDTHS = [None, 360, 640, 900, 1280]


def scene_of(asked: Asked, width: int | None = None) -> Scene:
    return compose(asked, Presentation(width=width, fill="role"), frames_drawn=0)


def blocks(scene: Scene) -> list[Placed]:
    """What is drawn of channels that are not: the sheets behind a panel, the panel as the last of them, and lines."""
    return [item for item in scene.backdrop if isinstance(item.look.marks[-1], Line) and len(item.look.marks) > 1]


def sheets(block: Placed) -> Iterator[tuple[int, int, int, int]]:
    """The boxes of the sheets, without the one that the panel covers."""
    rects = [mark for mark in block.look.marks if isinstance(mark, Rect)]
    yield from (
        (block.x + x, block.y + y, block.x + x + width, block.y + y + height) for x, y, width, height, *_ in rects[:-1]
    )


def words(scene: Scene) -> set[str]:
    return {text for item in scene.backdrop for text in texts(item)}


BLOCKS: dict[str, tuple[str, str, dict[str, int]]] = {
    "256 kernels": ("standard", "input_size=12&kernel_size=5&in_channels=3&out_channels=256", {"8 × 8 × 256": 4}),
    "64 channels": ("standard", "in_channels=64&input_size=7x6", {"7 × 6 × 64": 4, "3 × 3 × 64": 4}),
    "one hidden": ("standard", "in_channels=4&out_channels=4&input_size=14", {"12 × 12 × 4": 1}),
    "both": ("standard", "in_channels=9&out_channels=10&padding=1", {"5 × 5 × 9": 4, "5 × 5 × 10": 4}),
    "depthwise": (
        "depthwise-separable", "input_size=12&kernel_size=5&out_channels=256", {"× 256": 4, "8 × 8 × 256": 4}
    ),
    "depthwise of many": (
        "depthwise-separable", "in_channels=16&input_size=6&act=depthwise", {"6 × 6 × 16": 4, "4 × 4 × 16": 4}
    ),
    "pooling": ("pooling-channels", "in_channels=10&input_size=6", {"6 × 6 × 10": 4, "3 × 3 × 10": 4}),
}  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", BLOCKS)
def test_hidden_channels_are_sheets_with_the_size_of_the_block(name: str, width: int | None) -> None:
    variant, query, expected = BLOCKS[name]
    scene = scene_of(Recipe.from_query(variant, query), width)
    counts = [len([*sheets(block)]) for block in blocks(scene)]
    assert {*counts} == {*expected.values()}
    assert len(counts) >= len(expected)
    shown = words(scene)
    for label in expected:  # where that is too long, only the number of channels
        assert label in shown or label.split()[-1] in shown


def test_of_two_hidden_channels_two_sheets_are_drawn_and_of_none_none() -> None:
    hidden = {4: 1, 5: 2, 6: 3, 7: 4, 8: 5}
    for channels, more in hidden.items():
        scene = scene_of(cv.recipe("standard", input_size=14, out_channels=channels))
        assert [len([*sheets(block)]) for block in blocks(scene)] == [min(more, 4)]
    for preset in ("rgb_two_kernels", "two_groups", "textbook_one_kernel", "pooling_channels_max", "padding_strides"):
        assert not blocks(scene_of(cv.presets[preset]))


def some_recipes() -> list[Recipe]:
    """Recipes of several channels, most of them with some that are not drawn."""
    rng, recipes = random.Random(3), list[Recipe]()
    while len(recipes) < 24:
        variant = rng.choice(["standard", "standard", "depthwise-separable", "pooling-channels"])
        values = {
            "input_size": f"{rng.randint(2, 13)}x{rng.randint(2, 13)}", "kernel_size": rng.randint(1, 5),
            "in_channels": rng.choice([2, 3, 9, 64, 512]), "padding": rng.randint(0, 2), "seed": rng.randint(0, 9),
        }  # fmt: skip
        if variant != "pooling-channels":
            values["out_channels"] = rng.choice([1, 2, 9, 512])
        try:
            recipes.append(cv.recipe(variant, **values))
        except SpecError:
            continue
    return recipes


@pytest.mark.parametrize("recipe", some_recipes(), ids=repr)
def test_nothing_lies_over_the_sheets_of_random_recipes(recipe: Recipe) -> None:
    for width in (None, 240, 500, 1000):
        check(scene_of(recipe, width))


def test_nothing_lies_over_the_sheets_of_comparisons() -> None:
    left, right = (cv.presets[name] for name in ("textbook_256_kernels", "depthwise_textbook"))
    for width in (None, 600):
        scene = scene_of(Comparison(left, right), width)
        assert len(blocks(scene)) == 3  # two outputs, and 1x1 kernels
        check(scene)


def check(scene: Scene) -> None:
    check_texts(scene, scene[-1])
    check_cells(scene, scene[-1])
    grids = scene.link().grids
    corners = {(grid.x, grid.y) for grid in grids}
    free = [(mark, *box) for mark, *box in boxes(scene, scene[-1]) if isinstance(mark, Text)]
    for block in blocks(scene):
        own = next(mark for mark in reversed(block.look.marks) if isinstance(mark, Rect))
        assert (at := (block.x + own.x, block.y + own.y)) in corners
        for left, top, right, bottom in sheets(block):
            assert 0 <= left < right <= scene.width
            assert 0 <= top < bottom <= scene.height
            for grid in grids:
                is_apart = grid.x + grid.width <= left or right <= grid.x
                is_apart = is_apart or grid.y + grid.height <= top or bottom <= grid.y
                assert is_apart or (grid.x, grid.y) == at
            for mark, *box in free:
                is_apart = box[2] <= left or right <= box[0] or box[3] <= top or bottom <= box[1]
                inside = own.x + block.x <= box[0] and box[2] <= own.x + block.x + own.width
                assert is_apart or inside, mark


def test_the_block_of_256_channels_fits_the_window_of_a_laptop() -> None:
    scene = scene_of(cv.presets["textbook_256_kernels"])
    assert scene.width / scene.height > 860 / 490
    assert MORE not in words(scene) | {text for item in scene[-1].items for text in texts(item)}


# Weights in cells -----------------------------------------------------------------------------------------------------


def notes(scene: Scene) -> list[Text]:
    marks = (mark for item in scene[0].items for mark in item.look.marks)
    return [mark for mark in marks if isinstance(mark, Text) and mark.text.startswith("×")]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "name",
    ["textbook_one_kernel", "textbook_256_kernels", "rgb_one_kernel", "rgb_two_kernels", "two_groups", "pointwise_1x1",
     "depthwise_only", "pointwise_only"],
)  # fmt: skip
def test_no_weight_in_a_cell_is_smaller_on_a_page_than_six_pixels(name: str, width: int | None) -> None:
    scene = scene_of(cv.presets[name], width)
    scale = min(1, 860 / scene.width, 490 / scene.height)
    sizes = [mark.size for mark in notes(scene)]
    grids = scene.link().grids
    assert not sizes if grids[0].is_bare else min(sizes, default=6) * scale >= 6
    assert len({grid.is_bare for grid in grids}) == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_cells_of_the_textbook_have_a_large_number_and_no_weight(width: int | None) -> None:
    scene = scene_of(cv.presets["textbook_one_kernel"], width)
    first = scene.link().grids[0]
    sizes = {
        mark.size
        for item in (*scene.backdrop, *scene[0].items)
        for mark in item.look.marks
        if isinstance(mark, Text) and first.x <= item.x < first.x + first.width
        if first.y <= item.y < first.y + first.height
    }
    assert not notes(scene)
    assert sizes == {round(0.58 * first.cell)}


def test_the_cells_of_one_channel_keep_their_weights() -> None:
    for name in ("not_separable_random", "separable_box", "dilation_same"):
        scene = scene_of(cv.presets[name])
        assert notes(scene)
        assert not any(grid.is_bare for grid in scene.link().grids)
    assert notes(scene_of(cv.presets["rgb_one_kernel"]))
