"""The lab of growing receptive fields without a browser: rows of layers, numbers of any stack, and tables."""

from __future__ import annotations

import csv
import io
import re

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz import SpecError
from convviz.analysis.receptive.field import growth_steps
from convviz.arithmetic.layer_kinds import read_stack, spell_stack
from convviz.recipes.stack_form import LayerFields, edited_stack
from convviz.web.labs.growth.page import closed_forms
from tests.web.app import checked, errors, named, open_lesson
from tests.web.charts import charts
from tests.web.figure import asked, drawn, figure, query, refusal, send

NAME = "receptive-field"
CLASSIC = (cv.conv2d(3), cv.conv2d(3, dilation=2), cv.conv2d(3, dilation=4))


def outputs(app: AppTest) -> list[str]:
    """The column of the table."""
    html = next(one.proto.body for one in app.get("html") if "receptive field</th>" in one.proto.body)
    return re.findall(r'<tr><th scope="row">F\d+</th><td>[^<]*</td><td>([^<]*)</td>', html)


# Rows -----------------------------------------------------------------------------------------------------------------


def after(*edits: str) -> str:
    """Return the classic stack after these changes."""
    layers = CLASSIC
    for edit in edits:
        layers = edited_stack(layers, edit)
    return spell_stack(layers)


def test_rows_are_added_moved_doubled_and_removed() -> None:
    assert after("3:up") == "conv2d(3);conv2d(3,dilation=4);conv2d(3,dilation=2)"
    assert after("3:up", "1:down") == "conv2d(3,dilation=4);conv2d(3);conv2d(3,dilation=2)"
    assert after("1:copy") == "conv2d(3);conv2d(3);conv2d(3,dilation=2);conv2d(3,dilation=4)"
    assert after("3:remove", "2:remove", "add") == "conv2d(3);conv2d(3)"
    assert after("add") == "conv2d(3);conv2d(3,dilation=2);conv2d(3,dilation=4);conv2d(3,dilation=4)"
    assert after("3:kind=max_pool2d", "add").endswith(";conv2d(3)")
    assert after("1:up") == after("3:down") == spell_stack(CLASSIC)
    assert spell_stack(edited_stack(CLASSIC[:1], "1:remove")) == "conv2d(3)"


def test_what_is_typed_becomes_the_stack() -> None:
    changed = after("2:first=1x5", "2:stride=1x2", "3:dilation=1", "3:padding=1,0,0,1")
    assert changed == "conv2d(3);conv2d(1x5,stride=1x2,dilation=2);conv2d(3,padding=1,0,0,1)"
    assert after("2:first=1x5", "2:stride=1x2", "2:kind=max_pool2d").split(";")[1] == (
        "max_pool2d(1x5,stride=1x2,dilation=2)"
    )
    assert after("1:kind=upsample2d").startswith("upsample2d(2);")


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ("2:first=abc", "Kernel of layer 2 must be a number such as 3 or 2x3; got 'abc'."),
        ("2:first=3,5", "Kernel of layer 2 must be a number such as 3 or 2x3; got '3,5'."),
        ("2:first=", "Kernel of layer 2 must be a number such as 3 or 2x3; got ''."),
        ("2:stride=0", "Stride of layer 2 must be from 1 to 1024; got 0."),
        ("2:stride=2)", "Stride of layer 2 must be a number such as 2 or 1x2; got '2)'."),
        ("2:dilation=2.5", "Dilation of layer 2 must be a number such as 2 or 1x2; got '2.5'."),
        ("2:dilation=9999", "Dilation of layer 2 must be from 1 to 1024; got 9999."),
        (
            "2:padding=1;conv2d(3)",
            "Padding of layer 2 must be a number such as 1, height x width such as 1x2, or top,bottom,left,right such "
            "as 0,1,0,1, or same; got '1;conv2d(3)'.",
        ),
        ("4:up", "A layer must be from 1 to 3; got '4'."),
        ("2:nose=1", "A change of layer 2 must be one of kind, first, stride, dilation, padding; got 'nose'."),
    ],
)
def test_what_is_no_layer_is_refused_in_the_words_of_the_row(edit: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        edited_stack(CLASSIC, edit)
    assert str(refused.value) == sentence


def test_what_does_not_go_together_in_a_row_is_said_in_the_words_of_the_layer() -> None:
    with pytest.raises(SpecError, match=r'^Layer 2: padding "same" must have stride 1'):
        edited_stack(edited_stack(CLASSIC, "2:stride=2"), "2:padding=same")


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


# The page -------------------------------------------------------------------------------------------------------------


def test_numbers_are_listed_for_stacks_that_cannot_be_drawn() -> None:
    app = open_lesson(NAME, layers=";".join(f"conv2d(1x2,dilation=1x{2**n})" for n in range(10)))
    assert (errors(app), refusal(app)) == ([], "")
    assert figure(app)["answer"]["note"] == (
        "The first 5 of 10 layers are drawn: from layer 6 on a unit sees 1 × 64 cells, and a picture has room for "
        "33 × 33."
    )
    assert any("1 × 1,024 cells after 10 layers" in one.value for one in app.markdown)
    send(app, layers=";".join(["conv2d(3)"] * 200))
    assert any("401 × 401 cells after 200 layers" in one.value for one in app.markdown)
    assert figure(app)["answer"]["rows"] is None, "200 layers are edited as a text"
    send(app, layers=";".join(["conv2d(3,stride=2)"] * 40))
    assert [one.value for one in app.caption if "curve" in one.value] == ["What a unit sees is too large for a curve."]


def test_the_vertical_axis_is_part_of_the_address() -> None:
    app = open_lesson(NAME, vertical="log")
    assert figure(app)["rest"] == {"vertical": "log"}
    (axis,) = [control for control in app.segmented_control if control.label == "Vertical axis"]
    assert figure(checked(axis.set_value("linear").run()))["rest"] == {}
    assert refusal(open_lesson(NAME, vertical="up")).startswith("vertical must be one of linear, log; got 'up'.")


def test_of_a_long_stack_the_first_layers_are_drawn_and_the_table_has_the_input_that_fits_it() -> None:
    link = {"layers": ";".join(["conv2d(3)"] * 8)}
    app = open_lesson(NAME, **link)
    answer = figure(app)["answer"]
    assert answer["note"] == "The first 6 of 8 layers are drawn: a picture has room for 6."
    assert (asked(app), drawn(app), len(answer["rows"])) == (link, link, 8)
    assert answer["files"]["query"] == "layers=" + ";".join(["conv2d(3)"] * 6)
    assert outputs(app) == ["15", "13", "11", "9", "7", "5", "3", "1"]


def test_what_no_picture_has_room_for_keeps_the_last_picture_and_has_its_numbers() -> None:
    app = open_lesson(NAME, layers="conv2d(99);conv2d(3)")
    assert refusal(app) == (
        "There is no picture: from layer 1 on a unit sees 99 × 99 cells, and a picture has room for 33 × 33."
    )
    assert (asked(app), drawn(app), errors(app)) == ({"layers": "conv2d(99);conv2d(3)"}, {}, [])
    assert outputs(app) == ["3", "1"]
    send(app, layers="conv2d(3);conv2d(3)")
    send(app, layers="conv2d(3);conv2d(99)")
    assert (refusal(app), figure(app)["answer"]["note"]) == (
        "",
        "The first layer of 2 is drawn: from layer 2 on a unit sees 101 × 101 cells, and a picture has room for "
        "33 × 33.",
    )


def test_an_input_that_was_asked_for_and_is_too_small_is_refused_and_has_its_numbers() -> None:
    app = open_lesson(NAME, layers="conv2d(5);conv2d(5)", input_size="6")
    assert refusal(app).startswith("The kernel (5 rows) is larger than the input (")
    assert outputs(app) == ["2", "–"]


def test_a_unit_that_is_not_there_is_refused() -> None:
    link = {"unit": "2,9,8", "input_size": "16"}
    app = open_lesson(NAME, **{**link, "unit": "2,0,8"})
    assert (refusal(app), asked(app)) == ("", {**link, "unit": "2,0,8"})
    del link["input_size"]
    send(app, **link)
    assert refusal(app) == "unit must be in the 9 x 9 cells of layer 2; got row 9, column 8."
    assert asked(app) == link


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


# Borders --------------------------------------------------------------------------------------------------------------


def test_borders_are_opened_by_a_link_and_compare_padding_modes() -> None:
    layers = "conv2d(3x5,padding=1x2);conv2d(3,padding=1)"
    app = open_lesson(NAME, layers=layers, borders="0,3")
    drawn_now = [html for html in charts(app) if "border-" in html]
    assert [name for name in ("border-shares", "border-reads") if any(name in html for html in drawn_now)] == [
        "border-shares",
        "border-reads",
    ]
    said = "\n".join(each.value for each in app.markdown)
    assert "On an input of 5 × 7 cells:" in said
    assert "Along the height, only output **2** of 0 to 4 reads no padding: it lies at cell 2 of the input." in said
    rows = next(each.proto.body for each in app.get("html") if "beyond the border" in each.proto.body)
    assert '<th scope="row" class=cv-text>reflect</th>' in rows
    assert "<td class=cv-text>2, 1 | 5, 4</td><td>5 × 7</td><td>1</td>" in rows
    assert "<td class=cv-text>–</td><td>1 × 1</td><td>1</td>" in rows
    named(app.number_input, "growth.column").set_value(6)
    assert figure(checked(app.run()))["rest"] == {"borders": "0,6"}
    named(app.number_input, "growth.column").set_value(7)
    assert errors(checked(app.run())) == ["Output must be one of 5 x 7 outputs, counted from 0; got 0,7."]


def test_borders_without_padding_and_closed_ones() -> None:
    app = open_lesson(NAME)
    assert not [each for each in app.number_input if "growth." in str(each.key)]
    app.session_state[f"open:{NAME}.borders"] = True
    said = "\n".join(each.value for each in checked(app.run()).markdown)
    assert "These layers have no padding" in said
    assert figure(app)["rest"] == {}
    assert refusal(open_lesson(NAME, borders="middle")) == (
        "borders must be the row and the column of an output, from 0, such as 0,3; got 'middle'."
        " The page shows the rest of the link."
    )


def test_the_numbers_wait_until_the_question_of_the_figure_is_left() -> None:
    app = open_lesson("receptive-field", predict="1", vertical="log", borders="1,2")
    assert not charts(app)
    send(app, vertical="log", borders="1,2")
    assert charts(app)
    send(app, predict="1", vertical="log", borders="1,2")
    assert not charts(app)
    assert query(app) == {"predict": "1", "vertical": "log", "borders": "1,2"}
