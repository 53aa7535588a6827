"""The table of a network, and what it looks like."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

import convviz as cv
from convviz.analysis.receptive.graph import spelled

NETWORK = cv.Network(input_size=(9, 12))
NETWORK.add("a|b", cv.conv2d((3, 5), stride=(1, 2), padding=((1, 1), (0, 2))))
NETWORK.add("up", cv.conv_transpose2d(3, stride=2, padding=1, dilation=2), "a|b")
NETWORK.add("all", "global_pool")

UNEVEN = "height 0 to 5, depending on the output; width 0 to 9, depending on the output; some outputs read nothing"


def test_rows_are_exact_numbers() -> None:
    table = NETWORK.table()
    assert [row.name for row in table] == ["a|b", "up", "all"]
    assert len(table) == 3
    up = table.rows[1]
    assert (up.output_size, up.receptive_field, up.is_aligned) == ((19, 11), (5, 9), True)
    assert up.remark == UNEVEN
    assert (table.rows[2].is_global, table.rows[2].receptive_field, table.rows[2].remark) == (True, (5, 9), UNEVEN)
    assert (table.rows[2].status, table.rows[0].status) == ("whole input", "exact")


def test_text_says_what_the_rows_say() -> None:
    lines = NETWORK.table().text().splitlines()
    assert [line.split("  ")[0] for line in lines] == ["node", "a|b", "up", "all"]
    assert [cell.strip() for cell in lines[2].split("  ") if cell] == [
        "up",
        "conv_transpose2d(3, stride=2, padding=1, dilation=2)",
        "19 × 11",
        "5 × 9",
        "1/2 × 1",
        "-1/2 × 1",
        "5/2 × 3",
        "yes",
        UNEVEN,
    ]
    assert (
        len({line.index(cell) for line, cell in zip(lines, ["output", "9 × 5", "19 × 11", "1 × 1"], strict=True)}) == 1
    )
    assert str(NETWORK.table()) == NETWORK.table().text()


def test_csv_is_read_back() -> None:
    rows = list(csv.DictReader(io.StringIO(NETWORK.table().csv())))
    assert [row["node"] for row in rows] == ["a|b", "up", "all"]
    assert (rows[1]["jump height"], rows[1]["output width"], rows[1]["center height"]) == ("0.5", "11", "-0.5")
    assert [(row["whole input"], row["status"]) for row in rows[1:]] == [("no", "exact"), ("yes", "whole input")]
    assert rows[0]["operation"] == "conv2d((3, 5), stride=(1, 2), padding=((1, 1), (0, 2)))"
    open_size = cv.Network.sequential([cv.conv2d(3, stride=2, padding="same_upper")])
    unknown = next(csv.DictReader(io.StringIO(open_size.table().csv())))
    assert [unknown[name] for name in ("jump height", "center width", "output height")] == ["2", "", ""]


def test_markdown_has_one_cell_per_heading() -> None:
    lines = NETWORK.table().markdown().splitlines()
    assert lines[0] == ("| node | operation | output | receptive field | jump | center | padding | aligned | remark |")
    assert lines[1] == "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    assert lines[2].startswith("| a\\|b | conv2d(")
    assert {line.replace("\\|", "").count("|") for line in lines} == {10}


def test_costs_have_columns_and_sums_where_they_are_known() -> None:
    network = cv.Network((9, 12), channels=3)
    network.add("wide", cv.conv2d((3, 5)), channels=100)
    network.add("pool", cv.max_pool2d(2))
    network.add("gate", "global_pool")
    network.add("scaled", "multiply", ["pool", "gate"])
    headings, wide, _, _, scaled, total = network.table().lines()
    assert headings[-5:] == ("channels", "parameters", "multiplications", "memory (bytes)", "remark")
    assert wide[-5:-1] == ("100", "4,500", "252,000", "22,400")
    assert scaled[2:5] == ("3 × 4", "4 × 6 + whole", "2 × 2")
    assert total == ("total", *[""] * 8, "4,500", "252,000", "32,400", "")
    rows = list(csv.DictReader(io.StringIO(network.table().csv())))
    assert [row["memory (bytes)"] for row in rows] == ["22400", "4800", "400", "4800"]
    assert [row["node"] for row in rows][-1] == "scaled"
    assert network.table().markdown().splitlines()[-1].startswith("| total |")


def test_names_break_no_row_of_markdown() -> None:
    network = cv.Network(input_size=9)
    for name in ("a\nb", "c\r\n\nd", "e\u2028f"):
        network.add(name, cv.conv2d(1))
    lines = network.table().markdown().split("\n")
    assert [line.split(" | ")[0] for line in lines[2:]] == [r"| a\\nb", r"| c\\r\\n\\nd", r"| e\\u2028f"]


def test_names_are_no_formulas_in_csv() -> None:
    network = cv.Network(input_size=9)
    for name in ("=1+1", "+1", "-1", "@a", "\tb", "\rc", "a=1"):
        network.add(name, cv.conv2d(1, padding=1))
    rows = list(csv.DictReader(io.StringIO(network.table().csv(), newline="")))
    assert [row["node"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@a", "\\tb", "\\rc", "a=1"]
    assert rows[0]["center height"] == "-1"


def test_layers_are_spelled_as_they_are_made() -> None:
    calls = [
        "conv2d(3)",
        'conv2d((1, 3), stride=2, padding="same_upper", dilation=(2, 1), groups=8, padding_mode="reflect")',
        "conv_transpose2d(4, stride=2, padding=1, output_padding=(0, 1))",
        "max_pool2d(3, stride=2, padding=1, ceil_mode=True)",
        "avg_pool2d(2, stride=1, count_include_pad=False)",
        "pixel_shuffle(3)",
        "pad2d(((-1, 2), (0, 3)))",
        'upsample2d(2, mode="bilinear")',
    ]
    for call in calls:
        assert spelled(eval(f"cv.{call}", {"cv": cv})) == call


def test_a_notebook_gets_html_whatever_names_have_in_them() -> None:
    network = cv.Network(5)
    network.add('<b>"&', cv.conv2d(3))
    html = network._repr_html_()
    assert html == network.table()._repr_html_() == network.table().html()
    assert html.startswith('<table style="white-space: nowrap"><tr><th>node</th><th>operation</th>')
    assert html.endswith(
        "</tr><tr><td>&lt;b&gt;&quot;&amp;</td><td>conv2d(3)</td><td>3 × 3</td><td>3 × 3</td><td>1 × 1</td>"
        "<td>1 × 1</td><td>0 × 0</td><td>yes</td><td></td></tr></table>"
    )
    assert repr(network.table()) == "Table(1 rows)"


def test_nominal_centers_are_those_of_the_boxes_on_the_average() -> None:
    """As the docstring of `ReceptiveField` says: counted on supports, far from the borders."""
    for layer in (cv.conv_transpose2d(4, stride=3), cv.conv_transpose2d(3, 2, 1), cv.upsample2d(2), cv.upsample2d(3)):
        network = cv.Network(input_size=24).sequential([cv.conv2d(3, padding=1), layer])
        field = network.receptive_field()
        period = int(1 / field.jump[0])
        outputs = range(10 * period, 11 * period)
        rows = [network.support(None, (output, 30)).any(axis=1).nonzero()[0].tolist() for output in outputs]
        centers = [Fraction(row[0] + row[-1], 2) for row in rows]
        nominal = [field.center[0] + output * field.jump[0] for output in outputs]
        assert sum(centers) == sum(nominal)
        assert centers != nominal or layer == cv.conv_transpose2d(3, 2, 1)


def test_volumes_and_signals_have_the_columns_of_their_axes() -> None:
    volume = cv.Network((5, 9, 12), channels=2)
    volume.add("conv", cv.conv3d((2, 3, 5), stride=(1, 2, 3), padding=(0, 1, 2)), channels=7)
    (row,) = csv.DictReader(io.StringIO(volume.table().csv()))
    assert [row[f"output {axis}"] for axis in ("depth", "height", "width")] == ["4", "5", "4"]
    assert [row["parameters"], row["multiplications"]] == [str(7 * 2 * 30), str(7 * 2 * 30 * 80)]
    assert volume.table().lines()[1][2:5] == ("4 × 5 × 4", "2 × 3 × 5", "1 × 2 × 3")
    signal = cv.Network((20,))
    signal.add("up", cv.conv_transpose2d((1, 4), stride=(1, 2)))
    (row,) = csv.DictReader(io.StringIO(signal.table().csv()))
    assert (row["output time"], row["jump time"], "output height" in row) == ("42", "0.5", False)
    assert signal.table().lines()[1][2:5] == ("42", "2", "1/2")
