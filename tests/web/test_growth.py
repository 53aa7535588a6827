"""The lab of growing receptive fields without a browser: rows that move, what is refused, numbers and tables."""

from __future__ import annotations

import csv
import io

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.recipes.stacks import read_stack, spell_stack
from convviz.web.growth import closed_forms
from convviz.web.growth_rows import row_of
from convviz.web.growth_table import as_csv, as_html, as_markdown, steps_of
from tests.web.test_lessons import address, checked, errors, open_lesson

NAME = "receptive-field"
CLASSIC = (cv.conv2d(3), cv.conv2d(3, dilation=2), cv.conv2d(3, dilation=4))


def layers(app: AppTest) -> str:
    return address(app).get("layers", spell_stack(CLASSIC))


def press(app: AppTest, key: str) -> None:
    app.button(key=f"{NAME}.{key}").click()
    checked(app.run())


def write(app: AppTest, row: int, field: str, text: str, kind: str = "conv2d") -> None:
    app.text_input(key=f"{NAME}.row.{row}.{kind}.{field}").input(text)
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
    app.selectbox(key=f"{NAME}.row.1.kind").select("max_pool2d")
    checked(app.run())
    assert layers(app) == "conv2d(3);max_pool2d(1x5,stride=1x2,dilation=2);conv2d(3,padding=1,0,0,1)"


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("first", "abc", "kernel_size must be an integer or a pair (height, width) of integers; got 'abc'."),
        ("stride", "0", "stride must be at least 1; got 0."),
        ("dilation", "2.5", "must have whole numbers in its layers; got '2.5'."),
        ("padding", "1;conv2d(3)", "must have from 1 to 1 layers; got 2."),
    ],
)
def test_a_row_that_is_no_layer_says_so_and_keeps_what_was_typed(field: str, text: str, sentence: str) -> None:
    app = open_lesson(NAME)
    write(app, 1, field, text)
    assert errors(app) == [f"Layer 2: {sentence} The stack before stays."]
    assert app.text_input(key=f"{NAME}.row.1.conv2d.{field}").value == text
    assert layers(app) == spell_stack(CLASSIC)


def test_numbers_are_told_for_stacks_that_cannot_be_drawn() -> None:
    app = open_lesson(NAME, layers=";".join(f"conv2d(1x2,dilation=1x{2**n})" for n in range(10)))
    assert errors(app) == ["A stack must have at most 6 layers to be drawn; got 10. The picture shows the defaults."]
    assert any("1 × 1024 after 10 layers" in one.value for one in app.markdown)
    app = open_lesson(NAME, layers=";".join(["conv2d(3)"] * 200))
    assert any("401 after 200 layers" in one.value for one in app.markdown)
    assert str(app.text_area(key=f"{NAME}.stack").value).count(";") == 199
    app = open_lesson(NAME, layers=";".join(["conv2d(3,stride=2)"] * 40))
    assert [one.value for one in app.caption if "curve" in one.value] == ["What a unit sees is too large for a curve."]


def test_the_unit_and_the_input_are_in_the_address() -> None:
    app = open_lesson(NAME, unit="2,0,8", input_size="16")
    assert address(app) == {"unit": "2,0,8", "input_size": "16"}
    app.number_input(key=f"{NAME}.unit.row").set_value(9)
    checked(app.run())
    assert address(app) == {"unit": "2,9,8", "input_size": "16"}
    app.toggle(key=f"{NAME}.fits").set_value(True)
    checked(app.run())
    assert address(app) == {"unit": "2,9,8"}
    assert errors(app) == [
        "unit must be in the 9 x 9 cells of layer 2; got row 9, column 8. The picture shows the settings before."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "conv2d(3x5,stride=2,padding=1,0,2,0,padding_mode=reflect)", "max_pool2d(2)", "avg_pool2d(3,stride=1)",
        "upsample2d(2,mode=bilinear)", "pixel_shuffle(2)", "pad2d(-1,0,2,0)", "conv_transpose2d(4,stride=2,padding=1)",
        "conv_transpose2d(3,stride=2,output_padding=1)", "max_pool2d(3,stride=2,ceil_mode=true)",
    ],
)  # fmt: skip
def test_a_row_has_all_of_its_layer(text: str) -> None:
    stack = read_stack("layers", text, 1, 16)
    assert read_stack("layers", row_of(0, stack[0]).spell(), 1, 16) == stack


def test_the_table_agrees_with_the_network() -> None:
    stack = read_stack("layers", "conv2d(3x5,stride=2x1);max_pool2d(2);conv_transpose2d(3,stride=2,padding=1)", 9, 99)
    network = cv.Network(input_size=(20, 24)).sequential(stack)
    steps = steps_of(stack, (20, 24))
    for step, row in zip(steps, network.table(), strict=True):
        assert (step.output, step.size, step.jump) == (row.output_size, row.receptive_field, row.jump)
        assert (step.center, step.padding) == (row.center, row.padding)
    assert [(step.parameters, step.total) for step in steps] == [(15, 15), (0, 15), (9, 24)]
    assert [step.standard for step in steps] == [(3, 5), (4, 6), (6, 8)]
    rows = list(csv.DictReader(io.StringIO(as_csv(steps))))
    assert (rows[0]["receptive field height"], rows[0]["receptive field width"]) == ("3", "5")
    assert as_markdown(steps).splitlines()[2] == (
        "| F1 | conv2d(3x5,stride=2x1) | 9 × 20 | 3 × 5 | 3 × 5 | 2 × 1 | 1 × 2 | 0 | 15 | 15 |"
    )
    assert as_html(steps).count("<tr>") == 4


def test_the_closed_form_stands_where_it_holds() -> None:
    def forms(text: str) -> list[str]:
        stack = read_stack("layers", text, 20, 1024)
        return closed_forms(stack, steps_of(stack, (33, 33)))

    assert forms("conv2d(3);conv2d(3,dilation=2)")[0] == r"r_{i+1} = 2^{\,i+2} - 1:\quad 3,\ 7"
    assert forms("conv2d(1x2);conv2d(1x2,dilation=1x2)")[0] == r"r_{i+1} = 2^{\,i+1}:\quad 2,\ 4"
    assert forms("conv2d(5);conv2d(5,dilation=2)")[0] == r"r_{i+1} = 1 + 4\,(2^{\,i+1} - 1):\quad 5,\ 13"
    assert [one[:5] for one in forms("conv2d(3);conv2d(3,dilation=3)")] == ["r = 1"]
    assert forms("conv2d(3,stride=2);max_pool2d(2)")[0].endswith("= 1 + 2 + 2 = 5")
    assert forms("upsample2d(2);conv2d(3)") == []
