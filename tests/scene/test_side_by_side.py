"""Two scenes in one picture: each side is the scene that it is by itself, moved; steps, relations and words of both."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError, limits
from convviz.recipes import Presentation, presets
from convviz.recipes.comparison import Comparison
from convviz.scene import Frame, Placed, Scene, compose
from convviz.scene.side_by_side import difference_words
from tests.scene.reading import boxes, color_pairs, texts

SHOW = Presentation(width=1280)
PAIRS = {
    "dilated": "left=standard&right=dilated&input_size=7&seed=3",
    "transposed": "left=standard&right=transposed&stride=2&padding=1&left.input_size=5&right.input_size=3",
    "stamps": "left=transposed&right=transposed&right.view=scatter",
    "depthwise": "left=standard&right=depthwise-separable&in_channels=3&out_channels=2&input_size=5",
    "pooling": "left=pooling&right=pooling&right.mode=average",
    "separable": "left=standard&right=spatial-separable&input_size=5&weight=sobel_x",
    "products": "left=standard&right=standard&input_size=4&storyboard=tap&right.kernel_size=2&right.stride=2",
}
Item = tuple[int, int, object]


def asked(name: str) -> Comparison:
    return Comparison.from_query(PAIRS[name])


def alone(recipe: cv.Recipe, width: int = (1280 - 1) // 2) -> Scene:
    return compose(recipe, Presentation(width=width))


def moved(items: tuple[Placed, ...], x: int, y: int) -> list[Item]:
    return [(item.x + x, item.y + y, item.look) for item in items]


def offsets(name: str, scene: Scene) -> list[tuple[int, int]]:
    """How far each side is moved, found by the first cells of their inputs."""
    grids = scene.link().grids
    found = []
    for side, recipe in zip(("left", "right"), asked(name).sides, strict=True):
        own = alone(recipe).link().grids[0]
        both = next(grid for grid in grids if (grid.side, grid.name) == (side, own.name))
        found.append((both.x - own.x, both.y - own.y))
    return found


@pytest.mark.parametrize("name", PAIRS)
def test_each_side_is_its_own_scene_moved(name: str) -> None:
    scene = compose(asked(name), SHOW)
    singles = [alone(recipe) for recipe in asked(name).drawn]
    (x, y), (right, also) = offsets(name, scene)
    assert (x, right, y) == (0, 1280 - 639, also)
    shown = moved(scene.backdrop, 0, 0)
    for single, place in zip(singles, ((x, y), (right, y)), strict=True):
        assert set(moved(single.backdrop, *place)) <= set(shown)
    assert len(scene) == max(map(len, singles))
    for k in range(0, len(scene), 5):
        halves: list[list[Item]] = [[], []]
        for item in moved(scene.frame(k).items, 0, 0):
            halves[item[0] >= right].append(item)
        for half, single, place in zip(halves, singles, ((x, y), (right, y)), strict=True):
            frame = single.frame(min(k, len(single) - 1))
            if k < len(single):
                assert half == in_order(frame, place)
            else:
                untitled = Frame(frame.items[: len(frame.items) - frame.terms - frame.title], "", "")
                assert set(in_order(untitled, place)) <= set(half)


def in_order(frame: Frame, place: tuple[int, int]) -> list[Item]:
    return moved(frame.items, *place)


def test_the_side_that_is_done_stays_and_says_so() -> None:
    scene = compose(asked("dilated"), SHOW)
    last = scene.frame(-1)
    assert "Done after 9 steps" in [text for item in last.items for text in texts(item)]
    assert last.caption == "Step 25 of 25"
    assert last.description == (
        "Step 25 of 25. Left, step 25 of 25: output row 4, column 4 is −4, the sum of 9 products over input rows 4 to "
        "6, columns 4 to 6. Right, done, 9 of 9: output row 2, column 2 is −2, the sum of 9 products over input rows 2 "
        "to 6, columns 2 to 6."
    )
    assert last.details == (
        "Left: the sum of 9 products over input rows 4 to 6, columns 4 to 6. Right: the sum of 9 products over input "
        "rows 2 to 6, columns 2 to 6."
    )
    assert [scene.frame(k).beats for k in (8, 23, 24)] == [1, 1, 3]


def text_of(item: Placed) -> str:
    return " ".join(texts(item))


@pytest.mark.parametrize("name", PAIRS)
def test_the_title_and_terms_come_last(name: str) -> None:
    scene = compose(asked(name), SHOW)
    for k in (0, len(scene) - 1):
        frame = scene.frame(k)
        first = len(frame.items) - frame.terms - frame.title
        words = [text_of(item) for item in frame.items[first : len(frame.items) - frame.terms]]
        assert words[0].startswith(("Row", "One unit", "Input channel", "Done"))
        singles = [alone(recipe) for recipe in asked(name).drawn]
        running = [single.frame(k % len(single)) for single in singles if k < len(single) or k == 0]
        assert frame.title == sum(one.title for one in running)
        assert frame.terms == sum(one.terms for one in running)


@pytest.mark.parametrize("name", PAIRS)
def test_relations_are_those_of_both_sides_counted_through(name: str) -> None:
    scene = compose(asked(name), SHOW)
    links, singles = scene.link(), [alone(recipe).link() for recipe in asked(name).drawn]
    lengths = [len(alone(recipe)) for recipe in asked(name).drawn]
    assert [grid.texts for grid in links.grids] == [grid.texts for one in singles for grid in one.grids]
    assert [grid.names for grid in links.grids] == [grid.names for one in singles for grid in one.grids]
    start = sum(len(grid.texts) for grid in singles[0].grids)
    for k in range(0, len(scene), 7):
        taps = [*singles[0].relate(k).taps] if k < lengths[0] else []
        if k < lengths[1]:
            right = singles[1].relate(k).taps
            taps += [(i + start, kernel + start if kernel >= 0 else -1, o + start) for i, kernel, o in right]
        relation = links.relate(k)
        assert list(relation.taps) == taps
        assert len(relation.sums) in (0, len(taps))
        assert len(relation.undone) in (0, len(taps))


def test_sheets_have_names_of_their_own_that_a_link_can_carry() -> None:
    grids = compose(asked("depthwise"), SHOW).link().grids
    names = [(f"{grid.side}{grid.name}", place) for grid in grids for place in grid.names if isinstance(place, tuple)]
    assert len(names) == len(set(names))
    assert all(name.isalpha() and name.islower() and len(name) <= 20 for name, _ in names)
    assert {grid.title for grid in grids} >= {"left input, channel 2", "right intermediate, channel 0"}


def test_products_one_by_one_where_both_sides_count_alike() -> None:
    sums = compose(asked("dilated"), SHOW).link().relate(0).sums
    assert (len(sums), len(compose(asked("depthwise"), SHOW).link().relate(0).sums)) == (18, 0)
    assert compose(asked("stamps"), SHOW).link().step_side == "output"


@pytest.mark.parametrize(
    ("width", "is_side_by_side"), [(None, True), (1280, True), (640, True), (639, False), (430, False), (240, False)]
)
def test_side_by_side_unless_it_is_narrow(width: int | None, is_side_by_side: bool) -> None:
    scene = compose(asked("dilated"), Presentation(width=width))
    left, right = (
        next(s for s in scene.link().grids if (s.side, s.name) == (side, "input")) for side in ("left", "right")
    )
    assert (left.y == right.y, right.x > left.x + 7 * left.cell) == (is_side_by_side, is_side_by_side)
    assert (right.y > left.y + 7 * left.cell) is not is_side_by_side


def test_below_one_another_where_halves_would_be_too_small_to_read() -> None:
    large = Comparison.from_query("left=standard&right=dilated&input_size=16")
    scene = compose(large, Presentation(width=640))
    left, right = (grid for grid in scene.link().grids if grid.name == "input")
    assert right.y > left.y + 16 * left.cell


def test_next_to_one_another_where_both_below_would_be_too_high_for_a_slide() -> None:
    comparison = Comparison.from_query("left=depthwise-separable&right=standard")
    show = Presentation(width=1280, height=720)
    assert compose(comparison, Presentation(width=1280)).height > 720
    scene = compose(comparison, show)
    left, right = (min(grid.x for grid in scene.link().grids if grid.side == side) for side in ("left", "right"))
    assert left < 640 < right
    assert (scene.width, scene.height) == (1280, 720)


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(presets)),
    st.sampled_from(sorted(presets)),
    st.sampled_from([None, 240, 500, 700, 1000, 1920]),
    st.sampled_from(["light", "dark"]),
)
def test_no_text_leaves_the_picture(left: str, right: str, width: int | None, theme: str) -> None:
    scene = compose(Comparison(presets[left], presets[right]), Presentation(theme, width), frames_drawn=0)
    assert width in (None, scene.width)
    for k in {0, len(scene) - 1}:
        for text, x, y, beyond, below in boxes(scene, scene.frame(k)):
            assert x >= -1, text
            assert y >= -1, text
            assert beyond <= scene.width + 1, text
            assert below <= scene.height + 1, text


def test_a_stack_of_layers_in_a_narrow_heading_breaks_after_its_layers() -> None:
    both = Comparison(presets["arbitrary_padding_no_strides"], presets["field_strides"])
    scene = compose(both, Presentation(width=240), frames_drawn=0)
    assert max(beyond for _, _, _, beyond, _ in boxes(scene, scene.frame(0))) <= 240


def test_headings_name_the_variants_and_what_differs() -> None:
    words = [text_of(item) for item in compose(asked("dilated"), SHOW).backdrop if text_of(item)]
    assert words[:4] == ["Standard convolution", "dilation 1", "Dilated convolution", "dilation 2"]
    both = Comparison.from_query("left=standard&right=standard&right.stride=2x1&right.kernel_size=2x3&right.flip=true")
    words = [text_of(item) for item in compose(both, SHOW).backdrop if text_of(item)]
    assert words[1] == "kernel 3 × 3, stride 1, flip off"
    assert words[3] == "kernel 2 × 3, stride 2 × 1, flip on"


@pytest.mark.parametrize(
    ("parameters", "name", "words"),
    [
        ({"input": [[1, 2], [3, 4]], "kernel_size": 1}, "input", "own input"),
        ({"weight": "sobel_x"}, "weight", "weights sobel x"),
        ({"weight": [[1]]}, "weight", "own weights"),
        ({"input_size": "5x6"}, "input_size", "input 5 × 6"),
        ({"padding": "0,1,2,3"}, "padding", "padding 0,1,2,3"),
        ({"storyboard": "tap"}, "storyboard", "a frame per product"),
    ],
)
def test_words_for_what_differs(parameters: dict[str, object], name: str, words: str) -> None:
    assert difference_words(cv.recipe("standard", **parameters), name) == words


@settings(max_examples=20)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.sampled_from([0, "0,1,2,0", "1,0,0,2"]),
    st.integers(0, 1),
)
def test_a_recipe_drawn_as_two_is_the_comparison_of_these(
    input_size: tuple[int, int], kernel_size: tuple[int, int], stride: tuple[int, int], padding: object, more: int
) -> None:
    given = {"input_size": input_size, "kernel_size": kernel_size, "stride": stride, "padding": padding}
    try:
        both = cv.recipe("transposed", **given, output_padding=min(more, *(side - 1 for side in stride)), view="both")
    except SpecError:
        return  # the padding crops everything
    gathered, stamped = both.replace(view="gather"), both.replace(view="scatter")
    scene, compared = compose(both, SHOW), compose(Comparison(gathered, stamped), SHOW)
    assert both.frames == len(scene) == max(gathered.frames, stamped.frames)
    assert [*scene] == [*compared]
    assert scene.link().grids == compared.link().grids
    outputs = [dict(zip(g.names, g.texts, strict=True)) for g in scene.link().grids if g.name == "output"]
    assert len(outputs) == 2
    assert {at: text for at, text in outputs[1].items() if isinstance(at, tuple)} == outputs[0]
    assert [float(text.replace("−", "-")) for text in outputs[0].values()] == both.drawn_output.ravel().tolist()
    words = [text_of(item) for item in scene.backdrop if text_of(item)]
    assert words[:4] == ["Gather", "per output cell", "Stamp", "per input cell"]


def test_a_side_of_a_comparison_is_one_picture() -> None:
    both = cv.recipe("transposed", view="both")
    for sides in ((both, presets["dilation"]), (presets["dilation"], both)):
        with pytest.raises(SpecError) as caught:
            cv.compare(*sides)
        side = "left" if sides[0] is both else "right"
        assert str(caught.value) == (
            f'{side}: view must be "gather" or "scatter" in a comparison, where each side is one picture; got \'both\'.'
        )


def test_colors_keep_to_the_theme() -> None:
    light, dark = (compose(asked("dilated"), Presentation(theme)) for theme in ("light", "dark"))
    assert set(color_pairs(light)) & set(color_pairs(dark)) == set()


def test_all_exports_show_both() -> None:
    picture = cv.compare(presets["dilation"], presets["padding_strides"], width=640, theme="dark")
    assert len(picture) == 9
    assert picture.gif()[:6] == b"GIF89a"
    assert picture.png()[:8] == b"\x89PNG\r\n\x1a\n"
    assert b"compare-009.png" in picture.png_zip()
    assert 'title="Left: Dilated convolution: a 3 by 3' in picture._repr_mimebundle_()["text/html"]


def test_limits_are_those_of_the_longer_side() -> None:
    long = Comparison.from_query("left=standard&right=dilated&input_size=16&padding=3")
    scene = compose(long, Presentation())
    assert len(scene) == 400
    assert scene.width * scene.height * len(scene) <= limits.ANIMATION_MEGAPIXELS * 1e6
    longer = Comparison.from_query("left=standard&right=dilated&input_size=16&padding=4")
    with pytest.raises(SpecError, match=r"^An animation must have at most 2,400 megapixels in all its frames; got "):
        compose(longer, Presentation(width=3840))
    with pytest.raises(SpecError, match=r"^right: An animation must have at most 512 frames; got 900 steps\."):
        Comparison.from_query("left=pooling&right=standard&input_size=16&right.padding=8")


@pytest.mark.parametrize("thing", ["dilated", None, 3])
def test_what_is_no_recipe(thing: object) -> None:
    with pytest.raises(SpecError) as caught:
        cv.compare(presets["dilation"], thing)  # type: ignore[arg-type]
    assert str(caught.value) == f"compare must be given two recipes, such as cv.recipe('dilated'); got {thing!r}."
