"""The pages without a browser: what the address says, what the controls hold, what is refused."""

from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from convviz.recipes import CATALOG, VARIANTS, presets_of
from convviz.web.app.pages import LABS
from convviz.web.components.page_frame import as_sentence
from tests.web.app import REST, ROOT, address, checked, downloads, errors, follow, named, open_lesson, unfold


@pytest.mark.parametrize("name", VARIANTS)
def test_a_lesson_opens_without_a_query_and_leaves_the_address_clean(name: str) -> None:
    app = open_lesson(name)
    assert errors(app) == []
    assert address(app) == {}
    assert f"/render/{name}.gif" in downloads(app)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_preset_opens_by_its_link_and_is_named_in_the_menu(variant: str) -> None:
    app = open_lesson(variant)
    presets = sorted(presets_of(variant), key=lambda preset: bool(preset.recipe.to_texts()))  # without a query first
    for preset in presets:
        link = preset.recipe.to_texts()
        assert errors(follow(app, **link)) == []
        assert address(app) == link
        same = [other.name for other in presets_of(variant) if other.recipe == preset.recipe]
        menu = named(app.selectbox, f"{variant}.preset")
        assert (menu.value, menu.placeholder) == (None, CATALOG[same[0]].title)


def test_a_link_sets_the_controls() -> None:
    app = open_lesson("standard", stride="2x3", padding="0,1,2,3", seed="7", theme="dark", width="900")
    assert named(app.toggle, "standard.apart").value is True
    assert [named(app.slider, f"standard.stride.{axis}").value for axis in "hw"] == [2, 3]
    sides = ("top", "bottom", "left", "right")
    assert [named(app.number_input, f"standard.padding.{side}").value for side in sides] == [0, 1, 2, 3]
    assert named(app.number_input, "standard.seed").value == 7
    assert "theme=dark" in downloads(app)


def test_what_is_folded_away_is_as_the_link_says_and_as_it_was_left() -> None:
    link = {"padding": "same", "padding_mode": "reflect", "flip": "true", "bias": "2", "theme": "dark"}
    app = open_lesson("standard", **link)
    assert address(app) == link
    unfold(app, "more")
    unfold(app, "picture")
    assert named(app.selectbox, "standard.rule").value == "same"
    assert named(app.number_input, "standard.bias").value == 2
    named(app.selectbox, "standard.rule").select("numbers")
    named(app.number_input, "standard.bias").set_value(3.5)
    checked(app.run())
    changed = {"padding_mode": "reflect", "flip": "true", "bias": "3.5", "theme": "dark"}
    assert address(app) == changed
    app.session_state["open:standard.more"] = False
    checked(app.run())
    assert address(app) == changed


def test_a_control_changes_the_address_and_the_picture() -> None:
    app = open_lesson("dilated")
    named(app.slider, "dilated.dilation").set_value(3)
    checked(app.run())
    assert address(app) == {"dilation": "3"}
    assert "dilation=3" in downloads(app)


def test_the_menu_names_what_the_controls_show_now() -> None:
    app = open_lesson("standard", padding="1")
    for stride, title in ((2, "Padding 1, stride 2"), (3, "Choose an example"), (1, "Half (same) padding")):
        named(app.slider, "standard.stride").set_value(stride)
        checked(app.run())
        assert named(app.selectbox, "standard.preset").placeholder == title


def test_an_example_sets_everything_and_keeps_the_look() -> None:
    app = open_lesson("transposed", kernel_size="2", theme="dark")
    named(app.selectbox, "transposed.preset").select("padding_strides_odd_transposed")
    checked(app.run())
    assert address(app) == {**CATALOG["padding_strides_odd_transposed"].recipe.to_texts(), "theme": "dark"}


BAD_LINKS: tuple[tuple[dict[str, str], str], ...] = (
    (
        {"stride": "9"},
        "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'.",
    ),
    (
        {"input": "1,2;3"},
        "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1.",
    ),
    ({"theme": "sepia"}, "theme must be one of light, dark; got 'sepia'."),
    ({"image": "../x"}, "image must be one of camera, cat, brick, shapes; got '../x'."),
    ({"step": "0"}, "step must be a whole number from 1 to 512; got '0'."),
    ({"pin": "nose"}, "pin must be a plane and a cell such as output:0,2; got 'nose'."),
    (
        {"color": "red"},
        "standard takes input_size, kernel_size, stride, padding, dilation, padding_mode, in_channels, "
        "out_channels, groups, flip, input, weight, bias, seed, storyboard; got 'color'.",
    ),
    (
        {"input": "1,2;3,4", "input_size": "3", "kernel_size": "1"},
        "input_size must be 2x2, the size of the table input; got 3x3.",
    ),
)


def test_a_bad_link_is_refused_in_one_sentence_and_stays_in_the_address() -> None:
    app = open_lesson("standard")
    for query, sentence in BAD_LINKS:
        assert errors(follow(app, **query)) == [as_sentence(sentence) + REST]
        assert address(app) == query


def test_the_good_part_of_a_bad_link_is_shown_and_the_first_change_mends_the_address() -> None:
    app = open_lesson("standard", stride="9", padding="1")
    assert named(app.slider, "standard.padding").value == 1
    named(app.slider, "standard.kernel_size").set_value(2)
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {"kernel_size": "2", "padding": "1"}


def test_what_does_not_fit_is_refused_and_the_controls_stay() -> None:
    app = open_lesson("standard")
    named(app.slider, "standard.kernel_size").set_value(7)
    checked(app.run())
    assert errors(app) == [
        "Effective kernel height must be at most the padded input height; got 7 (kernel 7, dilation 1) on 5 (input 5, "
        "padding 0 + 0). The picture shows the previous settings."
    ]
    assert "/render/standard.gif" in downloads(app)
    assert named(app.slider, "standard.kernel_size").value == 7
    assert address(app) == {"kernel_size": "7"}


def test_own_numbers_travel_in_the_address() -> None:
    app = open_lesson("standard")
    named(app.selectbox, "standard.weight").select("own")
    checked(app.run())
    named(app.text_area, "standard.weight.table.paste").set_value("0,5\t1\n-2\t3")
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {"weight": "0.5,1;-2,3"}
    assert named(app.slider, "standard.kernel_size").value == 2


def test_bad_numbers_are_refused_and_stay_where_they_were_typed() -> None:
    app = open_lesson("standard", weight="1,2;3,4")
    for text, sentence in (
        ("1 2\n3", "Weight must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
        ("1 two", "Weight row 0, column 1 must be a number; got 'two'."),
        ("1 nan", "Weight row 0, column 1 must be a finite number; got 'nan'."),
        ("1 2 3 4 5 6 7 8", "Weight must be at most 7 x 7; got 1 x 8."),
    ):
        named(app.text_area, "standard.weight.table.paste").set_value(text)
        checked(app.run())
        assert errors(app) == [sentence]
        assert named(app.text_area, "standard.weight.table.paste").value == text
        assert address(app) == {"weight": "1,2;3,4"}


def test_a_kernel_that_exists_as_3x3_only_sets_the_size() -> None:
    app = open_lesson("standard", kernel_size="2")
    named(app.selectbox, "standard.weight").select("sobel_x")
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {"weight": "sobel_x"}


def test_an_image_gives_the_numbers_and_is_convolved_whole() -> None:
    app = open_lesson("dilated")
    named(app.selectbox, "dilated.input").select("image")
    checked(app.run())
    link = address(app)
    assert link["image"] == "camera"
    assert len(link["input"].split(";")) == 7
    again = open_lesson("dilated", **link)
    assert errors(again) == []
    assert address(again) == link
    assert named(again.selectbox, "dilated.input").value == "image"


def test_size_sliders_cut_own_numbers_or_fill_them_up_and_nothing_is_lost() -> None:
    app = open_lesson("standard", input="1,2;3,4", kernel_size="1")
    for side, numbers in ((3, "1,2,0;3,4,0;0,0,0"), (1, "1"), (2, "1,2;3,4")):
        named(app.slider, "standard.input_size").set_value(side)
        checked(app.run())
        assert address(app)["input"] == numbers


@pytest.mark.parametrize("query", [{"kernel_size": "3", "stride": "0"}, {"input_size": "5", "input": "1,2;3,x"}])
def test_a_default_next_to_a_mistake_does_not_hide_the_mistake(query: dict[str, str]) -> None:
    app = open_lesson("standard", **query)
    assert len(errors(app)) == 1
    assert address(app) == query
    checked(app.run())
    assert len(errors(app)) == 1


def test_an_image_in_the_link_is_enough() -> None:
    app = open_lesson("standard", image="brick")
    assert named(app.selectbox, "standard.input").value == "image"
    assert len(address(app)["input"].split(";")) == 5


def test_an_old_address_that_comes_late_does_not_undo_the_latest_change() -> None:
    app = open_lesson("standard", stride="2")
    named(app.slider, "standard.stride").set_value(3)
    checked(app.run())
    named(app.slider, "standard.stride").set_value(4)
    app.query_params["stride"] = "2"  # what the browser knew when the second key was pressed
    checked(app.run())
    assert named(app.slider, "standard.stride").value == 4
    assert address(app) == {"stride": "4"}


def test_an_address_that_the_page_never_wrote_is_taken_over_at_once() -> None:
    app = open_lesson("standard", stride="2")
    app.query_params["stride"] = "5"
    checked(app.run())
    assert named(app.slider, "standard.stride").value == 5


def test_a_lesson_is_as_it_was_left_after_a_visit_elsewhere() -> None:
    app = open_lesson("standard")
    named(app.slider, "standard.stride").set_value(2)
    checked(app.run())
    app.switch_page(str(ROOT / "pages" / "dilated.py"))
    checked(app.run())
    app.switch_page(str(ROOT / "pages" / "standard.py"))
    checked(app.run())
    assert named(app.slider, "standard.stride").value == 2


def test_the_output_can_be_copied() -> None:
    app = open_lesson("standard", input="1,2;3,4", kernel_size="1", weight="0.5")
    unfold(app, "copy")
    for name, text in (
        ("CSV", "0.5,1\n1.5,2"),
        ("NumPy", "np.array([[0.5, 1],\n          [1.5, 2]])"),
        ("LaTeX", "\\begin{bmatrix}\n  0.5 & 1 \\\\\n  1.5 & 2\n\\end{bmatrix}"),
    ):
        named(app.segmented_control, "standard.format").set_value(name)
        checked(app.run())
        assert [code.value for code in app.code] == [text]


def test_the_home_page_shows_every_lesson() -> None:
    app = AppTest.from_file(str(ROOT / "convviz" / "web" / "app" / "main.py"), default_timeout=60).run()
    checked(app)
    bodies = " ".join(element.proto.body for element in app.get("html"))
    for name in VARIANTS:
        assert f"/render/{name}.gif?" in bodies
    assert bodies.count('class="cv-preview"') == len(VARIANTS) + len(LABS)
    words = " ".join(element.value for element in app.markdown)
    assert "## Lessons" in words
    assert "costs of MobileNet" in words
    assert all(parse_qs(urlsplit(part).query) for part in bodies.split('"') if part.startswith("/render/"))
