"""What pictures of channels look like to a reader: numbers that can be read, planes that say which they are."""

from __future__ import annotations

import pytest

import convviz as cv
from convviz.recipes import Presentation, Recipe
from convviz.scene import Line, Scene, Text, compose
from convviz.scene.typography import MORE
from tests.scene.reading import boxes, lines, texts

MANY = "input_size=12&in_channels=3&out_channels=256&kernel_size=5"


def scene_of(query: str, width: int | None = None, variant: str = "standard") -> Scene:
    return cv.animate(Recipe.from_query(variant, query), width=width).scene


def free_texts(scene: Scene) -> list[Text]:
    """Texts of the backdrop that are in no cell."""
    looks = [item.look for item in scene.backdrop]
    return [look.marks[0] for look in looks if len(look.marks) == 1 and isinstance(look.marks[0], Text)]


def number_sizes(scene: Scene) -> list[float]:
    """The font sizes of numbers in cells."""
    looks = [item.look for item in (*scene.backdrop, *scene[-1].items) if len(item.look.marks) == 2]
    return [look.marks[1].size for look in looks if isinstance(look.marks[1], Text)]


@pytest.mark.parametrize("width", [320, 360, 430])
@pytest.mark.parametrize(
    "query", ["in_channels=3&out_channels=9", "in_channels=8&input_size=6", "in_channels=4&out_channels=4&groups=2"]
)
def test_on_a_phone_numbers_can_be_read_without_weights_in_their_cells(query: str, width: int) -> None:
    scene = scene_of(query, width)
    assert MORE not in [text for item in (*scene.backdrop, *scene[-1].items) for text in texts(item)]
    assert min(number_sizes(scene)) >= 8
    assert not any(text.startswith("×") for item in scene[0].items for text in texts(item))


@pytest.mark.parametrize("width", [320, 360, 430])
@pytest.mark.parametrize("query", [MANY, "in_channels=3&input_size=9", "in_channels=3&input_size=12&kernel_size=5"])
def test_a_phone_shows_channels_that_are_colored_by_value_as_a_whole(query: str, width: int) -> None:
    scene = scene_of(query, width)
    assert scene.height < 2.3 * width
    assert min(grid.cell for grid in scene.link().grids) >= 7


def test_planes_of_one_table_have_cells_of_one_size() -> None:
    sides: dict[str, set[int]] = {}
    for grid in scene_of("in_channels=3&out_channels=256&input_size=8", 360).link().grids:
        sides.setdefault(grid.name, set()).add(grid.cell)
    assert {name: len(cells) for name, cells in sides.items()} == {"input": 1, "kernel": 1, "output": 1}
    assert max(sides["output"]) > max(sides["input"])  # its numbers have more digits


@pytest.mark.parametrize("width", [None, 360, 640, 1280])
@pytest.mark.parametrize(
    ("query", "labels"),
    [
        (MANY, {"input 12 × 12, 3 channels", "3 of 256 kernels 5 × 5, 3 channels each", "kernel 0", "kernel 1",
                "kernel 2", "output 8 × 8, 3 of 256 channels"}),
        ("in_channels=2&input_size=4", {"input 4 × 4, 2 channels", "1 kernel 3 × 3, 2 channels",
                                        "output 2 × 2, 1 channel"}),
        ("in_channels=2&out_channels=2&groups=2", {"input 5 × 5, 2 channels", "2 kernels 3 × 3, 1 channel each",
                                                   "kernel 0", "kernel 1", "output 3 × 3, 2 channels"}),
        ("in_channels=8&out_channels=8&input_size=12", {"3 of 8 kernels 3 × 3, 8 channels each",
                                                        "output 10 × 10, 3 of 8 channels"}),
    ],
)  # fmt: skip
def test_labels_count_kernels_and_channels_in_every_arrangement(
    query: str, labels: set[str], width: int | None
) -> None:
    assert labels <= {mark.text for mark in free_texts(scene_of(query, width))}


@pytest.mark.parametrize("width", [None, 360, 1280])
def test_every_plane_has_the_number_of_its_channel(width: int | None) -> None:
    scene = scene_of("in_channels=4&out_channels=4&groups=2", width)
    tags = [mark.text for mark in free_texts(scene) if mark.text[0].isdecimal() and "kernel" not in mark.text]
    found = sorted(text.split(",")[0] for text in tags)
    assert found == sorted([*"0123", *"01012323", *"0123"])
    grids = scene.link().grids
    assert len(tags) == len(grids)
    for text in tags:
        channel, _, group = text.partition(", ")
        assert group in ("", f"group {int(channel) // 2}")


def test_groups_are_marked_where_there_is_room() -> None:
    words = {mark.text for mark in free_texts(scene_of("in_channels=4&out_channels=4&groups=2", 900))}
    assert {"0, group 0", "1, group 0", "2, group 1", "3, group 1"} <= words


def test_a_plane_that_is_the_only_one_has_no_number() -> None:
    words = [mark.text for mark in free_texts(scene_of("out_channels=2"))]
    assert sorted(text for text in words if text.isdecimal()) == ["0", "1"]  # those of the outputs


def test_the_words_say_that_few_of_many_are_stepped() -> None:
    assert "output channel 2 (of 256, 3 of which are stepped), row 7" in scene_of(MANY)[-1].description
    assert "stepped" not in scene_of("out_channels=3")[-1].description


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("in_channels=4&out_channels=4&groups=2&input_size=4", "channel 2: 10, channel 3: 1; sum = 11"),
        ("in_channels=2&input_size=4&bias=-3", "channel 0: −19, channel 1: 45, bias: −3; sum = 23"),
    ],
)
def test_the_sums_of_channels_do_not_read_like_products(query: str, words: str) -> None:
    scene = scene_of(query)
    found = [" ".join(lines(scene, frame)[1:]) for frame in scene]
    assert all("(channel" not in text and "·" not in text for text in found)
    pattern = [part.split(":")[0] for part in words.split(", ")]
    assert any([part.split(":")[0] for part in text.split(", ")] == pattern for text in found)
    assert all(text.count("; sum = ") == 1 for text in found)


@pytest.mark.parametrize("query", ["in_channels=3&out_channels=2&input_size=6", MANY])
@pytest.mark.parametrize("width", [360, 900])
def test_lines_that_join_windows_strike_through_no_number(query: str, width: int) -> None:
    scene = scene_of(query, width)
    for frame in (scene[0], scene[len(scene) // 2], scene[-1]):
        numbers = [area for _, *area in boxes(scene, frame)]
        joined = 0
        for item in frame.items:
            mark = item.look.marks[0]
            if len(item.look.marks) == 1 and isinstance(mark, Line):
                joined += 1
                xs, ys = sorted((item.x + mark.x1, item.x + mark.x2)), sorted((item.y + mark.y1, item.y + mark.y2))
                assert not any(
                    left < xs[1] and xs[0] < right and top < ys[1] and ys[0] < bottom
                    for left, top, right, bottom in numbers
                )
        assert joined == 4  # two between each pair of channels


@pytest.mark.parametrize(
    ("variant", "query", "least"),
    [("standard", MANY.replace("256", "3"), 10), ("spatial-separable", "kernel_size=5&input_size=16&padding=2", 7),
     ("standard", "in_channels=8&out_channels=4&input_size=6&seed=3", 10)],
)  # fmt: skip
def test_a_picture_is_wider_where_its_numbers_would_be_too_small(variant: str, query: str, least: int) -> None:
    recipe = Recipe.from_query(variant, query)
    scene, narrow = (compose(recipe, Presentation(width=width, fill="role"), frames_drawn=0) for width in (None, 900))
    assert scene.width > 900
    assert min(number_sizes(scene)) >= least > min(number_sizes(narrow))
    assert scene.width * scene.height * len(scene) <= 800e6
