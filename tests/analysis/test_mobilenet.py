"""MobileNet v1 against the numbers of its paper, https://arxiv.org/abs/1704.04861."""

from __future__ import annotations

from itertools import pairwise

import pytest

import convviz as cv
from convviz.analysis.receptive.known import KINDS, mobilenet, standard_total, total
from convviz.analysis.receptive.plans import MOBILENET_V1


def test_totals_are_those_of_tables_4_and_8() -> None:
    whole = total(mobilenet())
    assert round(whole.multiplications / 1e6) == 569
    assert round(whole.parameters / 1e6, 1) == 4.2


def test_standard_convolutions_cost_what_table_4_says() -> None:
    """4866 million mult-adds there: without the dense layer, which is in its 29.3 million parameters all the same."""
    rows = mobilenet()
    whole = standard_total(rows)
    assert round(whole.parameters / 1e6, 1) == 29.3
    assert round((whole.parameters - total(rows, "dense").parameters) / 1e6, 1) == 28.3
    assert round(whole.multiplications / 1e6) == 4867
    assert round((whole.multiplications - total(rows, "dense").multiplications) / 1e6) == 4866


@pytest.mark.parametrize(
    ("kind", "multiplications", "parameters"),
    [
        ("pointwise", 94.86, 74.59),
        ("depthwise", 3.06, 1.06),
        ("standard", 1.91, 0.02),  # the paper prints 1.19, with which its column would add up to 99.29
        ("dense", 0.18, 24.33),
        ("pool", 0, 0),
    ],
)
def test_shares_are_those_of_table_2(kind: str, multiplications: float, parameters: float) -> None:
    rows = [row for row in mobilenet() if row.kind == kind]
    assert round(100 * float(sum(row.share for row in rows)), 2) == multiplications
    assert round(100 * total(mobilenet(), kind).parameters / total(mobilenet()).parameters, 2) == parameters


def test_layers_are_those_of_table_1() -> None:
    rows = mobilenet()
    assert len(rows) == 1 + 2 * 13 + 2
    assert {row.kind for row in rows} == set(KINDS)
    assert [row.input_size[0] for row in rows if row.kind == "pointwise"] == [112, 56, 56, 28, 28] + [14] * 6 + [7, 7]
    assert [row.out_channels for row in rows if row.kind == "pointwise"] == [channels for _, channels in MOBILENET_V1]
    assert rows[0].layer == cv.conv2d(3, stride=2, padding=1)
    assert (rows[0].input_size, rows[0].output_size) == ((224, 224), (112, 112))
    assert (rows[-2].name, rows[-2].input_size, rows[-2].output_size) == ("average pooling", (7, 7), (1, 1))
    assert (rows[-1].name, rows[-1].in_channels, rows[-1].out_channels) == ("classes", 1024, 1000)


def test_every_layer_takes_what_the_one_before_gives() -> None:
    rows = mobilenet()
    for row, after in pairwise(rows):
        assert (row.out_channels, row.output_size) == (after.in_channels, after.input_size)
    for row in rows:
        assert row.cost == cv.cost(row.layer, row.in_channels, row.out_channels, row.input_size)
        assert (row.standard is None) == (row.kind == "pointwise")
    assert sum(row.share for row in rows) == 1


def test_a_pair_is_compared_with_the_standard_convolution_in_its_place() -> None:
    row = next(row for row in mobilenet() if row.name == "depthwise 12")
    assert row.standard == cv.cost(cv.conv2d(3, stride=2, padding=1), 512, 1024, 14)


def test_names_are_unique_and_the_table_is_made_once() -> None:
    rows = mobilenet()
    assert len({row.name for row in rows}) == len(rows)
    assert mobilenet() is rows
