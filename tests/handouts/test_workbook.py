"""Workbooks: the formulas compute what onnxruntime computes, whatever numbers are put into the cells."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from datetime import datetime
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import formulas
import numpy as np
import openpyxl
import pytest

from convviz import arithmetic as cv
from convviz.errors import SpecError
from convviz.handouts.workbook import workbook
from convviz.origin import Origin
from convviz.recipes import CATALOG, VARIANTS, Recipe, recipe
from convviz.recipes.comparison import Comparison
from convviz.scene.theme import DARK, LIGHT
from tests.arithmetic import oracles
from tests.handouts import sheets

Array = np.ndarray[Any, Any]
ORIGIN = Origin("Standard convolution", "A kernel slides over the input.", "/standard?stride=2", "convviz 1.2.3")
ROOT = Path(__file__).resolve().parents[2]

CONVOLUTIONS = {
    "line": recipe("along-a-line", input_size=9, kernel_size=2, dilation=3, stride=2, causal=True, weight="random"),
    "zeros": recipe("standard", input_size="5x7", kernel_size="2x3", stride="2x1", padding="0,2,1,0", bias=3),
    "reflect": recipe("standard", input_size="6x4", kernel_size="3x2", stride="1x2", padding="2,1,3,0",
                      padding_mode="reflect", flip=True),
    "replicate": recipe("standard", input_size="4x5", kernel_size="1x3", padding="3,0,0,2", padding_mode="replicate"),
    "symmetric": recipe("standard", input_size="3x2", kernel_size="2x3", padding="3,4,5,0", padding_mode="symmetric"),
    "circular": recipe("dilated", input_size="7x5", kernel_size="3x2", dilation="2x3", padding="1,0,2,1",
                       padding_mode="circular", bias=-1.5),
    "holes": recipe("dilated", input_size="8x9", kernel_size="2x3", dilation="3x2", stride="1x3", padding="0,1,2,0"),
    "groups": recipe("standard", input_size="3x4", kernel_size="2x1", padding="1,0,0,2", in_channels=4,
                     out_channels=6, groups=2, bias=1),
    "many": recipe("standard", input_size="4x3", kernel_size=2, in_channels=12, out_channels=40),
    "pointwise": recipe("standard", input_size="2x3", kernel_size=1, in_channels=3, out_channels=2),
}  # fmt: skip
TRANSPOSED = {
    "stamps": recipe("transposed", input_size="3x2", kernel_size="2x3", stride="2x3", padding="0,1,1,0", bias=2),
    "more": recipe("transposed", input_size="2x4", kernel_size="4x2", stride="3x2", padding="1,2,0,1",
                   output_padding="1x0", dilation="1x2"),
    "groups of stamps": recipe("transposed", input_size="2x3", kernel_size="3x2", stride="1x2", padding="1,0,0,1",
                               in_channels=4, out_channels=6, groups=2, bias=1),
    "many stamps": recipe("transposed", input_size="3x2", kernel_size="2x3", in_channels=12, out_channels=40),
    "gaps": recipe("transposed", input_size="2x3", kernel_size=1, stride="2x3", padding=0, output_padding="1x2"),
}  # fmt: skip
POOLINGS = {
    "max": recipe("pooling", input_size="7x6", kernel_size="3x2", stride="2x3", padding="1x1", ceil_mode=True),
    "max with holes": recipe("pooling", input_size="7x8", kernel_size="2x3", stride="1x2", dilation="3x2",
                             padding="1,0,1,1"),
    "average": recipe("pooling", input_size="5x6", kernel_size="3x2", stride="2x1", padding="1,0,1,0", mode="average"),
    "counted less": recipe("pooling-channels", input_size="6x5", kernel_size="2x3", stride="3x2", padding="1,1,0,1",
                           mode="average", count_include_pad=False, ceil_mode=True, in_channels=2),
    "average with holes": recipe("pooling", input_size="6x7", kernel_size="2x3", stride="1x2", dilation="3x2",
                                 padding="1,0,1,1", mode="average", count_include_pad=False),
    "channels": recipe("pooling-channels", input_size="4x5", kernel_size="2x3", in_channels=3),
}  # fmt: skip


def onnx(layer: Any, *arrays: Array | None) -> Array:
    """What onnxruntime gives; padding that is no zeros is put around the input by NumPy."""
    single = [None if array is None else array.astype(np.float32) for array in arrays]
    if isinstance(layer, cv.Conv2d) and layer.padding_mode != "zeros":
        single[0] = oracles.padded(layer, single[0])
        layer = cv.conv2d(layer.kernel_size, layer.stride, 0, layer.dilation, layer.groups)
    return oracles.onnx_forward(layer, *single)


def changed(sheet: Any, name: str, shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """Put other numbers into the tables of some name, and return them."""
    numbers = random.integers(-9, 10, shape).astype(float)
    for heading, plane in zip(sheets.names(name, shape[0]), numbers, strict=True):
        sheets.put(sheets.cells(sheet, heading, LIGHT.input, LIGHT.inserted), plane)
    return numbers


def changed_kernels(sheet: Any, name: str, shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """Put other numbers into the kernels of some name, shape (output channels, input channels, kH, kW)."""
    numbers = random.integers(-9, 10, shape).astype(float)
    for o, planes in enumerate(numbers):
        head = name if shape[0] == 1 else f"{name} {o}"
        for heading, plane in zip(sheets.names(head, shape[1]), planes, strict=True):
            sheets.put(sheets.cells(sheet, heading, LIGHT.kernel), plane)
    return numbers


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_a_convolution_follows_its_cells(name: str, tmp_path: Path) -> None:
    asked, random = CONVOLUTIONS[name], np.random.default_rng(5)
    sheet = sheets.opened(workbook(asked, ORIGIN))
    shape = asked.drawn_output.shape
    depth = asked.get("in_channels", 1) // asked.layer.groups
    cells = changed(sheet, "Input", asked.input.shape, random)
    kernel = "Kernel, turned" if asked["flip"] else "Kernel"
    weight = changed_kernels(sheet, kernel, (shape[0], depth, *asked["kernel_size"]), random)
    (bias,) = sheets.cells(sheet, "Bias", LIGHT.kernel)
    assert bias.value == asked["bias"]
    bias.value = 7
    expected = onnx(asked.layer, cells, weight, np.full(shape[0], 7.0))
    result = sheets.output(sheet, sheets.computed(sheet, tmp_path), "Output", shape)
    np.testing.assert_allclose(result, expected, atol=1e-9)


@pytest.mark.parametrize("name", TRANSPOSED)
def test_a_transposed_convolution_follows_its_cells(name: str, tmp_path: Path) -> None:
    asked, random = TRANSPOSED[name], np.random.default_rng(6)
    sheet = sheets.opened(workbook(asked, ORIGIN))
    shape, groups = asked.drawn_output.shape, asked["groups"]
    cells = random.integers(-9, 10, asked.input.shape).astype(float)
    for heading, plane in zip(sheets.names("Input", len(cells)), cells, strict=True):
        sheets.put(sheets.inputs(sheet, heading), plane)
    depth, width = len(cells) // groups, shape[0] // groups
    turned = changed_kernels(sheet, "Kernel, turned", (shape[0], depth, *asked["kernel_size"]), random)
    weight = np.concatenate([
        turned[first : first + width, :, ::-1, ::-1].swapaxes(0, 1) for first in range(0, shape[0], width)
    ])  # fmt: skip
    expected = onnx(asked.layer, cells, weight, np.full(shape[0], asked["bias"]))
    result = sheets.output(sheet, sheets.computed(sheet, tmp_path), "Output", shape)
    np.testing.assert_allclose(result, expected, atol=1e-9)


@pytest.mark.parametrize("name", POOLINGS)
def test_a_pooling_follows_its_cells(name: str, tmp_path: Path) -> None:
    asked, random = POOLINGS[name], np.random.default_rng(7)
    sheet = sheets.opened(workbook(asked, ORIGIN))
    cells = changed(sheet, "Input", asked.input.shape, random)
    expected = onnx(asked.layer, cells)
    result = sheets.output(sheet, sheets.computed(sheet, tmp_path), "Output", expected.shape)
    np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_two_passes_follow_their_cells(tmp_path: Path) -> None:
    asked, random = recipe("spatial-separable", input_size="5x6", kernel_size="3x2", stride="2x1", padding="1,0,0,2",
                           bias=4), np.random.default_rng(8)  # fmt: skip
    sheet = sheets.opened(workbook(asked, ORIGIN))
    cells = changed(sheet, "Input", (1, 5, 6), random)
    column = changed_kernels(sheet, "Column", (1, 1, 3, 1), random)
    row = changed_kernels(sheet, "Row", (1, 1, 1, 2), random)
    values = sheets.computed(sheet, tmp_path)
    expected = onnx(asked.layer, cells, column * row, np.array([4.0]))
    np.testing.assert_allclose(sheets.output(sheet, values, "Output", expected.shape), expected)
    middle = onnx(cv.conv2d((3, 1), (2, 1), ((1, 0), (0, 0))), cells, column)
    np.testing.assert_allclose(sheets.output(sheet, values, "After the column", middle.shape), middle)


def test_both_parts_of_a_depthwise_separable_convolution_follow_their_cells(tmp_path: Path) -> None:
    asked, random = recipe("depthwise-separable", input_size="4x5", kernel_size="2x3", stride="1x2", padding="1,0,2,0",
                           in_channels=2, channel_multiplier=2, out_channels=3), np.random.default_rng(9)  # fmt: skip
    sheet = sheets.opened(workbook(asked, ORIGIN))
    cells = changed(sheet, "Input", (2, 4, 5), random)
    weight = changed_kernels(sheet, "Kernel", (4, 1, 2, 3), random)
    mixers = changed_kernels(sheet, "1 × 1 kernel", (3, 4, 1, 1), random)
    values = sheets.computed(sheet, tmp_path)
    middle = onnx(asked.layer, cells, weight)
    np.testing.assert_allclose(sheets.output(sheet, values, "Depthwise output", middle.shape), middle)
    expected = onnx(cv.conv2d(1), middle, mixers)
    np.testing.assert_allclose(sheets.output(sheet, values, "Output", expected.shape), expected)


@pytest.mark.parametrize("gradient", ["dx", "dw"])
def test_gradients_follow_their_cells(gradient: str, tmp_path: Path) -> None:
    asked, random = recipe("backward", input_size="6x5", kernel_size="2x3", stride="3x1", padding="1,0,0,2",
                           dilation="1x2", gradient=gradient), np.random.default_rng(10)  # fmt: skip
    sheet = sheets.opened(workbook(asked, ORIGIN))
    cells, weight, upstream = asked.input, asked.numbers("weight"), asked.upstream
    if gradient == "dx":
        upstream = random.integers(-9, 10, upstream.shape).astype(float)
        sheets.put(sheets.inputs(sheet, "dY"), upstream)
        weight = changed_kernels(sheet, "Kernel, turned", weight.shape, random)[:, :, ::-1, ::-1]
    else:
        cells = changed(sheet, "Input", cells.shape, random)
        upstream = changed_kernels(sheet, "dY, dilated by 3 × 1", (1, *upstream.shape), random)[0]
    made = cv.backward(asked.layer, cells, weight, upstream)
    expected = made.input if gradient == "dx" else made.weight[0]  # type: ignore[index]
    name = {"dx": "dX", "dw": "dW"}[gradient]
    result = sheets.output(sheet, sheets.computed(sheet, tmp_path), name, expected.shape)
    np.testing.assert_allclose(result, expected, atol=1e-9)


STORED = {
    **CONVOLUTIONS,
    **TRANSPOSED,
    **POOLINGS,
    "textbook": CATALOG["textbook_256_kernels"].recipe,
    "depthwise": CATALOG["depthwise_textbook"].recipe,
    "nearest": CATALOG["not_separable_emboss"].recipe,
    "thirds": CATALOG["box_blur"].recipe,
}


@pytest.mark.parametrize("name", STORED)
def test_stored_values_are_those_of_the_picture(name: str) -> None:
    asked = STORED[name]
    sheet = sheets.opened(workbook(asked, ORIGIN), values=True)
    expected = asked.drawn_output
    if asked.variant == "spatial-separable":  # whose picture has the sums of both ways; here they differ
        layer, (column, row) = asked.layer, (sheets.table(sheet, f"{name}, nearest") for name in ("Column", "Row"))
        kernel = np.outer([line[0].value for line in column], [cell.value for cell in row[0]])
        expected = np.array(cv.forward(layer, asked.input, kernel[None, None]))
    values = {cell.coordinate: cell.value for line in sheet.iter_rows() for cell in line}
    result = sheets.output(sheet, values, "Output", expected.shape)
    np.testing.assert_allclose(result, expected, rtol=1e-15, atol=1e-12)


def test_a_window_is_one_range_and_a_window_with_holes_is_not() -> None:
    window = sheets.opened(workbook(recipe("standard", input_size=4, bias=2), ORIGIN))
    assert [cell.value for cell in sheets.table(window, "Output")[1]] == [
        "=SUMPRODUCT(A7:C9,$F$6:$H$8)+$F$11",
        "=SUMPRODUCT(B7:D9,$F$6:$H$8)+$F$11",
    ]
    holes = sheets.opened(workbook(recipe("dilated", input_size=4, kernel_size=2), ORIGIN))
    assert sheets.table(holes, "Output")[0][0].value == "=A6*$F$6+C6*$G$6+A8*$F$7+C8*$G$7+$F$10"
    pooled = sheets.opened(workbook(recipe("pooling", input_size=4), ORIGIN))
    assert sheets.table(pooled, "Output")[1][0].value == "=MAX(A8:B9)"
    mean = sheets.opened(workbook(recipe("pooling", input_size=4, mode="average"), ORIGIN))
    assert sheets.table(mean, "Output")[0][1].value == "=SUM(C6:D7)/4"


def test_a_window_of_padding_alone_keeps_minus_infinity() -> None:
    asked = recipe("pooling", input_size="2x5", kernel_size=2, stride=2, dilation=3, padding=1)
    assert np.isneginf(asked.drawn_output).any()
    sheet = sheets.opened(workbook(asked, ORIGIN))
    output = [cell.value for row in sheets.table(sheet, "Output") for cell in row]
    assert [value == "−∞" for value in output] == np.isneginf(asked.drawn_output).ravel().tolist()


def marked(sheet: Any, step: str, number: int) -> set[tuple[str, str]]:
    """The cells that conditional formats mark when a cell holds the number of a step, and their new colors."""
    result = set()
    for area in sheet.conditional_formatting:
        (rule,) = area.rules
        text = rule.formula[0].replace("ROW()", "YY1").replace("COLUMN()", "YY2")
        text = text.replace(f"${step[0]}${step[1:]}", "YY3")
        condition = formulas.Parser().ast("=" + text)[1].compile()
        (span,) = area.sqref.ranges
        first_column, first_row, last_column, last_row = span.bounds
        for row, column in product(range(first_row, last_row + 1), range(first_column, last_column + 1)):
            values = {"YY1": row, "YY2": column, "YY3": number}
            if condition(*(values[name] for name in condition.inputs)):
                result.add((sheet.cell(row, column).coordinate, f"#{rule.dxf.fill.bgColor.rgb[2:].lower()}"))
    return result


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (recipe("standard", input_size="4x5", kernel_size="2x3", stride="1x2", padding="1,0,0,2"), 5),
        (recipe("dilated", input_size="5x6", kernel_size="2x3", dilation="3x2", padding=1), 7),
        (recipe("transposed", input_size="2x3", stride="2x3", kernel_size="3x2", padding="1,0,0,1"), 8),
    ],
)
def test_the_number_of_a_step_marks_its_window(asked: Recipe, number: int) -> None:
    sheet = sheets.opened(workbook(asked, ORIGIN))
    step = cv.trace(asked.layer, asked.input, asked.weight)[number - 1]
    plane, output = sheets.table(sheet, "Input"), sheets.table(sheet, "Output")
    first = sheets.inputs(sheet)[0]
    top, left = first.row, first.column
    window = {sheet.cell(top + tap.position[0], left + tap.position[1]).coordinate for tap in step.taps}
    assert window < {cell.coordinate for row in plane for cell in row}
    assert step.output is not None
    _, i, j = step.output
    assert marked(sheet, "A3", number) == {
        *((cell, LIGHT.window) for cell in window),
        (output[i][j].coordinate, LIGHT.current),
    }


def test_a_step_marks_the_channels_of_its_group_and_its_kernels() -> None:
    asked = recipe("standard", input_size=2, kernel_size=1, in_channels=4, out_channels=2, groups=2)
    sheet = sheets.opened(workbook(asked, ORIGIN))
    marks = {cell for cell, _ in marked(sheet, "A3", 6)}
    expected = {sheets.table(sheet, f"Input, channel {c}")[0][1].coordinate for c in (2, 3)}
    expected |= {sheets.table(sheet, f"Kernel 1, channel {c}")[0][0].coordinate for c in (0, 1)}
    assert marks == expected | {sheets.table(sheet, "Output, channel 1")[0][1].coordinate}


def test_a_step_is_a_whole_number_of_those_there_are() -> None:
    sheet = sheets.opened(workbook(recipe("dilated"), ORIGIN))
    (rule,) = sheet.data_validations.dataValidation
    assert (str(rule.sqref), rule.type, rule.formula1, rule.formula2) == ("A3", "whole", "1", "9")
    stored = sheets.opened(workbook(recipe("dilated"), ORIGIN), values=True)
    assert stored["B3"].value == "is the step, from 1 to 9: the convolution computes row 0, column 0"


def test_the_words_of_a_step_follow_its_number(tmp_path: Path) -> None:
    sheet = sheets.opened(workbook(recipe("depthwise-separable", input_size="4x5"), ORIGIN))
    sheet["A3"].value = 10
    values = sheets.computed(sheet, tmp_path)
    assert values["B3"] == ("is the step, from 1 to 18: the depthwise convolution computes row 1, column 0, channel 1")
    assert values["B4"] == ("is the step, from 1 to 24: the pointwise convolution computes row 0, column 0, channel 0")


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_cells_have_the_colors_of_the_picture(theme: Any) -> None:
    asked = recipe("transposed", output_padding=1)
    sheet = sheets.opened(workbook(asked, ORIGIN, theme.name))
    assert len(sheets.inputs(sheet, theme=theme)) == 9
    colors = {sheets.fill(cell) for row in sheets.table(sheet, "Input") for cell in row}
    assert colors == {theme.input, theme.inserted, theme.padding, theme.extra}
    assert {sheets.fill(cell) for row in sheets.table(sheet, "Kernel, turned") for cell in row} == {theme.kernel}
    assert {sheets.fill(cell) for row in sheets.table(sheet, "Output") for cell in row} == {theme.output}
    inks = {f"#{cell.font.color.rgb[2:].lower()}" for row in sheets.table(sheet, "Output") for cell in row}
    assert (inks, sheets.fill(sheet["A2"])) == ({theme.ink}, theme.page)


def test_of_many_channels_there_are_those_that_a_picture_draws() -> None:
    sheet = sheets.opened(workbook(recipe("standard", in_channels=12, out_channels=40, kernel_size=1), ORIGIN))
    heads = sheets.headings(sheet)
    assert heads == [*dict.fromkeys(heads)]
    assert len([head for head in heads if head.startswith("Input")]) == 12
    assert len([head for head in heads if head.startswith("Kernel")]) == 36
    assert [head for head in heads if head.startswith("Output")] == sheets.names("Output", 3)


def test_the_file_says_where_it_comes_from() -> None:
    book = openpyxl.load_workbook(BytesIO(workbook(recipe("standard", stride=2), ORIGIN)))
    about = book.properties
    assert (about.title, about.subject, about.creator) == (ORIGIN.title, ORIGIN.description, ORIGIN.software)
    assert (about.description, about.keywords, about.created) == (ORIGIN.comment, ORIGIN.source, datetime(2000, 1, 1))
    rows = dict(book["Parameters"].iter_rows(min_row=3, values_only=True))
    assert rows["Stride s"] == "2"
    assert "One frame per" not in rows
    assert rows["Output"] == "2 × 2 (height × width)"
    assert rows["Output size"].endswith("⌊(5 + 2·0 − 1·(3 − 1) − 1) / 2⌋ + 1 = 2")
    assert rows["Source"] == ORIGIN.source
    numbers = book[sheets.SHEET]
    assert (numbers.freeze_panes, numbers.page_setup.orientation, numbers.page_setup.fitToHeight) == (
        "A4",
        "landscape",
        0,
    )
    assert numbers.oddFooter.left.text == f"{ORIGIN.source}. CC0, no rights reserved."


def test_excel_does_not_mark_the_parameters_as_numbers_stored_as_text() -> None:
    archive = zipfile.ZipFile(BytesIO(workbook(recipe("standard"), ORIGIN)))
    names = [name for name in archive.namelist() if b"numberStoredAsText" in archive.read(name)]
    assert names == ["xl/worksheets/sheet2.xml"]
    assert b'<ignoredError sqref="B1:B1048576" numberStoredAsText="1"/>' in archive.read(*names)


def test_no_text_is_a_formula_or_markup() -> None:
    evil = '=HYPERLINK("http://x","y")'
    origin = Origin(evil, f"<b>&{evil}", "/standard?a=1&b=<2>", "+1")
    data = workbook(recipe("standard"), origin)
    for sheet in openpyxl.load_workbook(BytesIO(data)):
        texts = [cell for row in sheet.iter_rows() for cell in row if evil in str(cell.value)]
        assert texts
        assert {cell.data_type for cell in texts} == {"s"}
        assert not sheet._hyperlinks
    stored = zipfile.ZipFile(BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert re.findall("<f>[^<]*HYPERLINK", stored) == []


def test_a_very_long_source_is_cut_where_a_cell_ends() -> None:
    origin = Origin("T", "", "/standard?input=" + "1," * 20_000, "convviz")
    book = openpyxl.load_workbook(BytesIO(workbook(recipe("standard"), origin)))
    rows = dict(book["Parameters"].iter_rows(min_row=3, values_only=True))
    assert rows["Source"] == origin.source[:32_767]
    assert book.properties.keywords == origin.source


def test_the_same_recipe_has_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; from tests.handouts.test_workbook import *;"
        "sys.stdout.buffer.write(workbook(CATALOG['depthwise_multiplier'].recipe, ORIGIN, 'dark'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert done.stdout == workbook(CATALOG["depthwise_multiplier"].recipe, ORIGIN, "dark")


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (recipe("checkerboard"), "checkerboard"),
        (recipe("receptive-field"), "receptive-field"),
        (Comparison.from_query("left=standard&right=dilated"), "compare"),
    ],
)
def test_what_has_no_numbers_has_no_workbook(asked: Any, got: str) -> None:
    *names, last = (name for name, variant in VARIANTS.items() if "input" in variant.fields)
    with pytest.raises(SpecError, match=f"^A workbook must be of {', '.join(names)} or {last}; got {got}.$"):
        workbook(asked, ORIGIN)


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(SpecError, match=r"^theme must be one of light, dark, transparent, print; got 'sepia'\.$"):
        workbook(recipe("standard"), ORIGIN, "sepia")


def test_what_is_too_large_is_refused_in_a_sentence() -> None:
    many = recipe("standard", input_size=12, in_channels=512, out_channels=3)
    products = 3 * 100 * 9 * 512
    sentence = f"A workbook must have at most 40,000 products; got {products:,}. Use fewer channels or smaller sizes."
    with pytest.raises(SpecError, match=f"^{re.escape(sentence)}$"):
        workbook(many, ORIGIN)
    longer = recipe("standard", input_size=3, kernel_size=2, dilation=2, in_channels=512)
    sentence = (
        r"A formula of a workbook must have at most 8,192 characters; got [\d,]+\. Use fewer channels or a smaller"
    )
    with pytest.raises(SpecError, match=f"^{sentence} kernel\\.$"):
        workbook(longer, ORIGIN)
