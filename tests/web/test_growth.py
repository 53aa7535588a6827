"""The lab of growing receptive fields without a browser: rows that move, what is refused, numbers and tables."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from urllib.parse import unquote

from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.analysis.receptive.field import growth_steps
from convviz.arithmetic.layer_kinds import read_stack, spell_stack
from convviz.recipes.stack_form import LayerFields
from convviz.web.labs.growth.page import closed_forms
from tests.web.app import address, checked, downloads, errors, named, open_lesson

NAME = "receptive-field"
CLASSIC = (cv.conv2d(3), cv.conv2d(3, dilation=2), cv.conv2d(3, dilation=4))


def layers(app: AppTest) -> str:
    return address(app).get("layers", spell_stack(CLASSIC))


def outputs(app: AppTest) -> list[str]:
    """The column of the table."""
    html = next(one.proto.body for one in app.get("html") if "receptive field</th>" in one.proto.body)
    return re.findall(r'<tr><th scope="row">F\d+</th><td>[^<]*</td><td>([^<]*)</td>', html)


def press(app: AppTest, key: str) -> None:
    named(app.button, f"{NAME}.{key}").click()
    checked(app.run())


def write(app: AppTest, row: int, field: str, text: str, kind: str = "conv2d") -> None:
    named(app.text_input, f"{NAME}.row.{row}.{kind}.{field}").input(text)
    checked(app.run())


def test_rows_are_added_moved_doubled_and_removed() -> None:
    app = open_lesson(NAME)
    press(app, "row.2.up")
    assert layers(app) == "conv2d(3);conv2d(3,dilation=4);conv2d(3,dilation=2)"
    press(app, "row.0.down")
    assert layers(app) == "conv2d(3,dilation=4);conv2d(3);conv2d(3,dilation=2)"
    press(app, "row.0.duplicate")
    assert layers(app) == "conv2d(3,dilation=4);conv2d(3);conv2d(3);conv2d(3,dilation=2)"
    press(app, "row.2.remove")
    press(app, "row.1.remove")
    press(app, "add")
    assert layers(app) == "conv2d(3);conv2d(3);conv2d(3)"
    assert errors(app) == []


def test_what_is_typed_becomes_the_stack() -> None:
    app = open_lesson(NAME)
    write(app, 1, "first", "1x5")
    write(app, 1, "stride", "1x2")
    write(app, 2, "dilation", "1")
    write(app, 2, "padding", "1,0,0,1")
    assert layers(app) == "conv2d(3);conv2d(1x5,stride=1x2,dilation=2);conv2d(3,padding=1,0,0,1)"
    named(app.selectbox, f"{NAME}.row.1.kind").select("max_pool2d")
    checked(app.run())
    assert layers(app) == "conv2d(3);max_pool2d(1x5,stride=1x2,dilation=2);conv2d(3,padding=1,0,0,1)"


def test_a_button_takes_over_what_was_typed_just_before() -> None:
    """The browser sends the text of a field that is left by a click together with that click."""
    app = open_lesson(NAME, layers="conv2d(3);conv2d(3,dilation=2)")
    named(app.text_input, f"{NAME}.row.0.conv2d.first").input("5")
    press(app, "row.0.duplicate")
    assert layers(app) == "conv2d(5);conv2d(5);conv2d(3,dilation=2)"
    named(app.text_input, f"{NAME}.row.1.conv2d.dilation").input("4")
    press(app, "add")
    assert layers(app) == "conv2d(5);conv2d(5);conv2d(3,dilation=4);conv2d(3,dilation=4)"
    named(app.text_input, f"{NAME}.row.0.conv2d.first").input("7")
    press(app, "row.1.up")
    assert layers(app) == "conv2d(7);conv2d(3,dilation=4);conv2d(5);conv2d(3,dilation=4)"
    named(app.text_input, f"{NAME}.row.0.conv2d.first").input("2")
    press(app, "row.1.remove")
    assert layers(app) == "conv2d(2);conv2d(5);conv2d(3,dilation=4)"
    named(app.selectbox, f"{NAME}.row.0.kind").select("avg_pool2d")
    press(app, "row.0.duplicate")
    assert layers(app) == "avg_pool2d(2,stride=1);avg_pool2d(2,stride=1);conv2d(5);conv2d(3,dilation=4)"


def test_fields_and_buttons_are_called_by_their_layer() -> None:
    app = open_lesson(NAME, layers="conv2d(3);max_pool2d(2);upsample2d(2)")
    labels = [one.label for one in app.text_input]
    assert labels[:4] == [f"{word} of layer 1" for word in ("Kernel", "Stride", "Dilation", "Padding")]
    assert labels[-1] == "Factor of layer 3"
    wanted = ["Move layer 2 up", "Move layer 2 down", "Duplicate layer 2", "Remove layer 2"]
    assert [one.label for one in app.button if "layer 2" in one.label] == wanted


def test_a_row_that_is_no_layer_says_so_and_keeps_what_was_typed() -> None:
    cases = [
        ("first", "abc", "Kernel of layer 2 must be a number such as 3 or 2x3; got 'abc'."),
        ("first", "3,5", "Kernel of layer 2 must be a number such as 3 or 2x3; got '3,5'."),
        ("first", "", "Kernel of layer 2 must be a number such as 3 or 2x3; got ''."),
        ("stride", "0", "Stride of layer 2 must be from 1 to 1024; got 0."),
        ("stride", "2)", "Stride of layer 2 must be a number such as 2 or 1x2; got '2)'."),
        ("dilation", "2.5", "Dilation of layer 2 must be a number such as 2 or 1x2; got '2.5'."),
        ("dilation", "9999", "Dilation of layer 2 must be from 1 to 1024; got 9999."),
        (
            "padding",
            "1;conv2d(3)",
            "Padding of layer 2 must be a number such as 1, height x width such as 1x2, or top,bottom,left,right such "
            "as 0,1,0,1, or same; got '1;conv2d(3)'.",
        ),
    ]
    app = open_lesson(NAME)
    for field, text, sentence in cases:
        before = named(app.text_input, f"{NAME}.row.1.conv2d.{field}").value
        write(app, 1, field, text)
        assert errors(app) == [f"{sentence} The previous stack stays."]
        assert named(app.text_input, f"{NAME}.row.1.conv2d.{field}").value == text
        assert layers(app) == spell_stack(CLASSIC)
        write(app, 1, field, str(before))
        assert errors(app) == []


def test_what_does_not_go_together_in_a_row_is_said_in_the_words_of_the_layer() -> None:
    app = open_lesson(NAME)
    named(app.text_input, f"{NAME}.row.1.conv2d.stride").input("2")
    write(app, 1, "padding", "same")
    (sentence,) = errors(app)
    assert sentence.startswith('Layer 2: padding "same" must have stride 1')


def test_numbers_are_listed_for_stacks_that_cannot_be_drawn() -> None:
    app = open_lesson(NAME, layers=";".join(f"conv2d(1x2,dilation=1x{2**n})" for n in range(10)))
    assert errors(app) == []
    assert [one.value for one in app.info] == [
        "The first 5 of 10 layers are drawn: from layer 6 on a unit sees 1 × 64 cells, and a picture has room for "
        "33 × 33."
    ]
    assert any("1 × 1024 after 10 layers" in one.value for one in app.markdown)
    app = open_lesson(NAME, layers=";".join(["conv2d(3)"] * 200))
    assert any("401 after 200 layers" in one.value for one in app.markdown)
    assert str(named(app.text_area, f"{NAME}.stack").value).count(";") == 199
    app = open_lesson(NAME, layers=";".join(["conv2d(3,stride=2)"] * 40))
    assert [one.value for one in app.caption if "curve" in one.value] == ["What a unit sees is too large for a curve."]


def test_of_a_long_stack_the_first_layers_are_drawn_and_the_table_has_the_input_that_fits_it() -> None:
    app = open_lesson(NAME, layers=";".join(["conv2d(3)"] * 8))
    assert errors(app) == []
    assert [one.value for one in app.info] == ["The first 6 of 8 layers are drawn: a picture has room for 6."]
    links = re.findall(r'layers=([^"&]*)["&]', unescape(unquote(downloads(app))))
    assert links == [";".join(["conv2d(3)"] * 6)] * 3
    assert outputs(app) == ["15", "13", "11", "9", "7", "5", "3", "1"]
    assert layers(app) == ";".join(["conv2d(3)"] * 8)


def test_what_no_picture_has_room_for_has_none_and_no_downloads() -> None:
    app = open_lesson(NAME, layers="conv2d(99);conv2d(3)")
    assert [one.value for one in app.info] == [
        "There is no picture: from layer 1 on a unit sees 99 × 99 cells, and a picture has room for 33 × 33."
    ]
    assert errors(app) == []
    assert not any('class="cv-buttons"' in one.proto.body for one in app.get("html"))
    assert outputs(app) == ["3", "1"]
    write(app, 0, "first", "3")
    assert downloads(app)
    write(app, 1, "first", "99")
    assert [one.value for one in app.info] == [
        "The first layer of 2 is drawn: from layer 2 on a unit sees 101 × 101 cells, and a picture has room for "
        "33 × 33."
    ]


def test_an_input_that_was_asked_for_and_is_too_small_has_no_picture_of_something_else() -> None:
    app = open_lesson(NAME, layers="conv2d(5);conv2d(5)", input_size="6")
    assert len(errors(app)) == 1
    assert [one.value for one in app.info] == ["There is no picture of this stack and this input."]
    assert not any('class="cv-buttons"' in one.proto.body for one in app.get("html"))
    assert outputs(app) == ["2", "–"]


def test_layers_are_added_beyond_the_rows_up_to_the_limit() -> None:
    app = open_lesson(NAME, layers=";".join(["conv2d(3)"] * 16))
    press(app, "add")
    assert layers(app) == ";".join(["conv2d(3)"] * 17)
    press(app, "add")
    assert layers(app) == ";".join(["conv2d(3)"] * 18)
    assert str(named(app.text_area, f"{NAME}.stack").value).count(";") == 17
    named(app.text_area, f"{NAME}.stack").input("conv2d(3);max_pool2d(2)")
    press(app, "add")
    assert layers(app) == "conv2d(3);max_pool2d(2);conv2d(3)"
    checked(app.run())
    press(app, "row.0.duplicate")
    assert layers(app) == "conv2d(3);conv2d(3);max_pool2d(2);conv2d(3)"
    app = open_lesson(NAME, layers=";".join(["conv2d(3)"] * 200))
    assert named(app.button, f"{NAME}.add").disabled


def test_the_unit_and_the_input_are_in_the_address() -> None:
    app = open_lesson(NAME, unit="2,0,8", input_size="16")
    assert address(app) == {"unit": "2,0,8", "input_size": "16"}
    named(app.number_input, f"{NAME}.unit.row").set_value(9)
    checked(app.run())
    assert address(app) == {"unit": "2,9,8", "input_size": "16"}
    named(app.toggle, f"{NAME}.fits").set_value(True)
    checked(app.run())
    assert address(app) == {"unit": "2,9,8"}
    assert errors(app) == [
        "Unit must be in the 9 x 9 cells of layer 2; got row 9, column 8. The picture shows the previous settings."
    ]


def test_a_row_has_all_of_its_layer() -> None:
    texts = (
        "conv2d(3x5,stride=2,padding=1,0,2,0,padding_mode=reflect)",
        "max_pool2d(2)",
        "avg_pool2d(3,stride=1)",
        "upsample2d(2,mode=bilinear)",
        "pixel_shuffle(2)",
        "pad2d(-1,0,2,0)",
        "conv_transpose2d(4,stride=2,padding=1)",
        "conv_transpose2d(3,stride=2,output_padding=1)",
        "max_pool2d(3,stride=2,ceil_mode=true)",
    )
    for text in texts:
        stack = read_stack("layers", text, 1, 16)
        assert read_stack("layers", LayerFields.of(stack[0]).spell(), 1, 16) == stack


def test_the_table_can_be_copied() -> None:
    app = open_lesson(NAME, layers="conv2d(3x5,stride=2x1);max_pool2d(2)", input_size="20x24")
    app.session_state[f"open:{NAME}.table"] = True
    (text,) = [code.value for code in checked(app.run()).code]
    first = next(csv.DictReader(io.StringIO(text)))
    assert (first["layer"], first["operation"]) == ("1", "conv2d(3x5,stride=2x1)")
    assert (first["receptive field height"], first["receptive field width"]) == ("3", "5")
    app.session_state[f"{NAME}.written"] = "Markdown"
    assert [code.value.splitlines()[2] for code in checked(app.run()).code] == [
        "| F1 | conv2d(3x5,stride=2x1) | 9 × 20 | 3 × 5 | 3 × 5 | 2 × 1 | 1 × 2 | 0 | 15 | 15 |"
    ]
    assert outputs(app) == ["9 × 20", "4 × 10"]


def test_the_closed_form_is_given_where_it_holds() -> None:
    def forms(text: str) -> list[str]:
        stack = read_stack("layers", text, 20, 1024)
        return list(closed_forms(growth_steps(stack, (33, 33))))

    assert forms("conv2d(3);conv2d(3,dilation=2)")[0] == r"r_i = 2^{\,i+1} - 1:\quad 3,\ 7"
    assert forms("conv2d(1x2);conv2d(1x2,dilation=1x2)")[0] == r"r_i = 2^{\,i}:\quad 2,\ 4"
    assert forms("conv2d(5);conv2d(5,dilation=2)")[0] == r"r_i = 1 + 4\,(2^{\,i} - 1):\quad 5,\ 13"
    assert [form[:24] for form in forms("conv2d(3);conv2d(3,dilation=3)")] == [r"\begin{aligned} r &= 1 +"]
    assert forms("conv2d(3,stride=2);max_pool2d(2)")[0].endswith(r"&= 1 + 2 + 2 = 5 \end{aligned}")
    assert forms("upsample2d(2);conv2d(3)") == []
