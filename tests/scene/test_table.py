"""Where many planes stand: apart from one another and from all words, inside the picture, at every width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, cycle
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import limits
from convviz.recipes import Presentation, Recipe
from convviz.scene import Frame, Scene, compose
from convviz.scene.box_layout import Box, Layout, Lines, Part, plan
from convviz.scene.panels import Panel
from convviz.scene.typography import Line, Prose, Term, text_width
from tests.scene.reading import boxes

WIDTHS = [None, 240, 300, 430, 640, 900, 1920, 3840]
PHONE = 630
"""Narrower pictures may have larger cells where numbers need them."""

Area = tuple[str, float, float, float, float]
"""What it is; left, top, right, bottom."""


# Random boxes within boxes --------------------------------------------------------------------------------------------

SIDES = st.one_of(st.integers(1, 7), st.sampled_from([1, 12, 16, 20]))
NAMES = st.one_of(
    st.just(""),
    st.sampled_from(
        ["input", "output 3 × 3, 3 of 256 channels", "kernel 255 of 256, 7 × 7, 3 of 512 channels", "W" * 12]
    ),
)
SIGNS = st.sampled_from(["", "∗", "="])
WAYS: st.SearchStrategy[Literal["right", "down"]] = st.sampled_from(["right", "down"])


@st.composite
def stacks(draw: st.DrawFn, planes: Sequence[int]) -> Box | int:
    if len(planes) == 1 and draw(st.booleans()):
        return planes[0]
    return Box(draw(WAYS), planes, is_stack=draw(st.booleans()))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Panel], list[Box]]:
    """Panels in stacks of 1 to 8, some of them in aligned lines, and one or two arrangements of them."""
    panels: list[Panel] = []

    def add(count: int) -> range:
        rows, columns = draw(SIDES), draw(SIDES)
        first = len(panels)
        start = draw(st.sampled_from([0, 0, -2]))
        need = draw(st.sampled_from([22, 22, 40, 60]))
        tags = draw(st.sampled_from([(), ("7",), ("0, group 0", "0"), ("511",)]))
        panels.extend([Panel("input", range(start, start + rows), range(columns), need=need, tags=tags)] * count)
        return range(first, len(panels))

    groups = [add(draw(st.integers(1, 8))) for _ in range(draw(st.integers(1, 3)))]
    count = draw(st.integers(0, 4))
    aligned = [[add(draw(st.integers(1, 3))), add(1)] for _ in range(count)]
    arrangements: list[Box] = []
    for _ in range(draw(st.integers(1, 2))):
        parts: list[Part] = [Box(draw(WAYS), [draw(stacks(group))], draw(NAMES), draw(SIGNS)) for group in groups]
        if aligned:
            rows = [[draw(stacks(part)) for part in line] for line in aligned]
            if draw(st.booleans()):
                rows = [[Box("right", line[0], draw(NAMES)), draw(stacks(line[1]))] for line in aligned]
            parts.append(Lines(draw(WAYS), rows, [draw(NAMES), draw(NAMES)], [draw(SIGNS), draw(SIGNS)]))
        arrangements.append(Box(draw(WAYS), parts, is_flush=draw(st.booleans())))
    return panels, arrangements


PROSE = st.builds(
    Prose,
    st.just([Term("Step 10 of 256, depthwise:", bold=True), Term("intermediate[99, 3, 3] = −1234", bold=True)]),
    st.lists(st.just(Term("+ (−1234) (channel 7)")), max_size=9),
    st.lists(st.just([Term("o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1"), Term("= 3")]), max_size=2),
    st.lists(st.just(Term("padding (zeros)")), max_size=1),
)


@settings(max_examples=50, deadline=None)
@given(tables(), PROSE, st.sampled_from(WIDTHS))
def test_everything_is_apart_and_inside(table: tuple[list[Panel], list[Box]], prose: Prose, width: int | None) -> None:
    panels, arrangements = table
    layout = plan(panels, arrangements, prose, width, 8e8)
    assert width in (None, layout.width)
    cells = {(panel.need, grid.cell) for panel, grid in zip(panels, layout.grids, strict=True)}
    assert len(cells) == len({panel.need for panel in panels})
    assert len({cell for _, cell in cells}) == 1 or layout.width < PHONE
    # Each width may have another arrangement, with labels of its own.
    assert sorted(text for _, text in layout.labels) in [sorted(all_labels(box)) for box in arrangements]
    for panel, grid in zip(panels, layout.grids, strict=True):
        assert (grid.rows, grid.columns) == (panel.rows, panel.columns)
    areas = [*grid_areas(layout), *label_areas(layout), *sign_areas(layout)]
    check([*areas, *(text_area(line, text) for line, text in layout.tags)], layout)
    assert len(layout.tags) <= sum(bool(panel.tags) for panel in panels)
    top = max(grid.y + grid.height for grid in layout.grids)
    below = [*layout.terms, *chain.from_iterable(layout.formulas), *layout.legend]
    assert all(line.y - 0.76 * line.size >= top for line in below)
    assert layout.title[-1].y < min(area[2] for area in [*grid_areas(layout), *label_areas(layout)])


def grid_areas(layout: Layout) -> Iterator[Area]:
    for k, grid in enumerate(layout.grids):
        yield f"plane {k}", grid.x, grid.y, grid.x + grid.width, grid.y + grid.height


def all_labels(part: Part) -> list[str]:
    """Return all labels of a part and of those within."""
    if isinstance(part, int):
        return []
    own, inner = ([part.label], part.parts) if isinstance(part, Box) else (part.labels, [*chain(*part.lines)])
    return [*filter(None, own), *(label for each in inner for label in all_labels(each))]


def label_areas(layout: Layout) -> Iterator[Area]:
    for line, label in layout.labels:
        yield text_area(line, label)


def text_area(line: Line, text: str) -> Area:
    return text, line.x, line.y - 0.76 * line.size, line.x + text_width(text, line.size), line.y + 0.24 * line.size


def sign_areas(layout: Layout) -> Iterator[Area]:
    """The ink of a sign is smaller than its line of text."""
    size = round(22 * layout.unit)
    for sign, x, y in layout.signs:
        half = text_width(sign, size) / 2
        yield sign, x - half, y - 0.4 * size, x + half, y + 0.4 * size


def check(areas: Sequence[Area], layout: Layout | Scene) -> None:
    for name, left, top, right, bottom in areas:
        assert left >= 0, name
        assert top >= 0, name
        assert right <= layout.width, name
        assert bottom <= layout.height, name
    for (one, *a), (other, *b) in combinations(areas, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)


def test_a_plane_that_has_no_room_gets_smaller_cells_than_any_that_can_be_read() -> None:
    layout = plan([Panel("input", range(64), range(64))] * 2, [Box("right", [0, 1], "input")], Prose(), 240, 1e9)
    assert [grid.cell for grid in layout.grids] == [3, 3]
    check([*grid_areas(layout)], layout)


def test_what_is_next_to_aligned_lines_is_clear_of_their_labels() -> None:
    panels = [Panel("input", range(2), range(2))] * 3
    lines = Lines("down", [[0, 1]], ["a label that is wider than its plane", "another label, wider still"], ["", "="])
    layout = plan(panels, [Box("right", [lines, 2])], Prose(), 900, 1e9)
    check([*grid_areas(layout), *label_areas(layout)], layout)
    line, label = layout.labels[1]
    assert layout.grids[2].x > layout.grids[0].x + text_width(label, line.size)


def test_labels_are_those_of_the_width_that_is_chosen() -> None:
    """The narrowest picture that is tried here has its planes in a column, the one that is taken in a row."""
    panels = [Panel("input", range(11), range(6))] * 3
    ways = [Box("right", range(3), "in a row"), Box("down", range(3), "in a column")]
    assert [text for _, text in plan(panels, ways, Prose(), 240, 3e5).labels] == ["in a column"]
    layout = plan(panels, ways, Prose(), None, 3e5)
    assert layout.width > 240
    assert len({grid.y for grid in layout.grids}) == 1
    assert [text for _, text in layout.labels] == ["in a row"]


# The scenes there are -------------------------------------------------------------------------------------------------

SCENES = {
    "1 to 8": cv.recipe("standard", out_channels=8),
    "8 to 1": cv.recipe("standard", in_channels=8),
    "8 to 8": cv.recipe("standard", in_channels=8, out_channels=8, input_size=8),
    "512 to 512": cv.recipe("standard", in_channels=512, out_channels=512, bias=-2),
    "1x7": cv.recipe("standard", in_channels=3, out_channels=2, kernel_size="1x7", input_size="5x9", padding="0x3"),
    "16x16": cv.recipe("standard", in_channels=4, input_size=16, padding=1),
    "pixels": cv.recipe("standard", in_channels=2, out_channels=3, kernel_size=1),
    "fractions": cv.recipe("standard", in_channels=3, out_channels=2, weight="box", input="edge", bias=0.5),
    "millions": cv.recipe("standard", input=[[[1e6, -1e6, 3], [4, 5, 999999]]] * 2, weight=[[[[-1e6, 9]] * 2] * 2] * 2),
    "groups": cv.recipe("standard", in_channels=4, out_channels=4, groups=2, padding=1, padding_mode="reflect"),
    "taps": cv.recipe("standard", in_channels=2, input_size=4, storyboard="tap"),
    "separable": cv.recipe("depthwise-separable"),
    "separable, 8": cv.recipe("depthwise-separable", in_channels=8, out_channels=8),
    "separable, 256": cv.recipe("depthwise-separable", in_channels=3, out_channels=256, input_size=12, kernel_size=5),
    "separable, two each": cv.recipe("depthwise-separable", in_channels=2, channel_multiplier=2, padding=1),
    "split": cv.recipe("depthwise-separable", channel_multiplier=3, in_channels=2, act="split"),
    "depthwise": cv.recipe("depthwise-separable", in_channels=5, act="depthwise", kernel_size="3x1", storyboard="tap"),
    "pointwise": cv.recipe("depthwise-separable", in_channels=64, out_channels=1, act="pointwise"),
    "pointwise, millions": cv.recipe(
        "depthwise-separable", input=[[[1e6, -1e6]]] * 2, weight=[[[1e6]]] * 2, pointwise=[[1e6, -9]], kernel_size=1
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "other"), [*zip(SCENES, cycle([300, 640, 900, 1920, 3840]))])
def test_nothing_is_cut_off_or_overlaps(name: str, other: int) -> None:
    for width in (None, 240, 430, other):
        check_scene(scene_of(SCENES[name], width))


def check_scene(scene: Scene) -> None:
    for frame in (scene[1], scene[-1]):
        grids = [
            (grid.title, grid.x, grid.y, grid.x + len(grid.columns) * grid.cell + 1,
             grid.y + len(grid.rows) * grid.cell + 1)
            for grid in scene.link().grids
        ]  # fmt: skip
        free = [*free_texts(scene, frame)]
        # An asterisk and an equals sign fill less than half of their lines: the ink counts.
        free = [(text, left, top + 5, right, bottom - 3) if text in "∗=" else (text, left, top, right, bottom)
                for text, left, top, right, bottom in free]  # fmt: skip
        check([*grids, *free], scene)
        for item in (*scene.backdrop, *frame.items):
            assert item.x >= 0, item
            assert item.y >= 0, item
            assert item.x + item.look.width <= scene.width + 1, item
            assert item.y + item.look.height <= scene.height + 1, item


def scene_of(recipe: Recipe, width: int | None) -> Scene:
    return compose(recipe, Presentation(width=width), frames_drawn=0)


def free_texts(scene: Scene, frame: Frame) -> Iterator[Area]:
    in_cells = {
        id(mark) for item in (*scene.backdrop, *frame.items) if len(item.look.marks) > 1 for mark in item.look.marks
    }
    for mark, left, top, right, bottom in boxes(scene, frame):
        if id(mark) not in in_cells:
            yield mark.text, left, top, right, bottom


def test_the_width_that_is_chosen_is_within_the_limit_of_pixels() -> None:
    for recipe in SCENES.values():
        scene = cv.animate(recipe).scene
        assert scene.width * scene.height * len(scene) <= limits.ANIMATION_MEGAPIXELS * 1e6


@pytest.mark.parametrize("name", ["8 to 8", "512 to 512", "pointwise, millions"])
def test_a_still_can_be_drawn_for_a_phone(name: str) -> None:
    assert cv.animate(SCENES[name], width=240).png(-1)[:4] == b"\x89PNG"
