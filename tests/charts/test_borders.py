"""Maps of reached outputs and bars of padding: what they show, say and refuse."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from convviz.charts.borders import padding_shares, reached_map, reached_words
from convviz.charts.gridding import READ
from convviz.errors import SpecError


def dark_pixels(reached: np.ndarray) -> tuple[int, int, int, int]:
    """Return the box of the pixels in the color of reached cells: left, top, right, bottom."""
    picture = np.asarray(Image.open(BytesIO(reached_map(reached, title="").png(scale=1))).convert("RGB")).astype(int)
    color = [int(READ["light"][n : n + 2], 16) for n in (1, 3, 5)]
    rows, columns = np.nonzero(np.abs(picture - color).sum(2) < 10)
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_reached_cells_are_dark_and_where_they_are() -> None:
    reached = np.zeros((4, 9), bool)
    reached[1:3, 5:8] = True
    left, top, right, bottom = dark_pixels(reached)
    assert (right - left) / (bottom - top) == pytest.approx(3 / 2, rel=0.05)
    whole = dark_pixels(np.ones((4, 9), bool))
    cell = (whole[2] - whole[0]) / 9
    assert (left - whole[0]) / cell == pytest.approx(5, abs=0.1)
    assert (top - whole[1]) / cell == pytest.approx(1, abs=0.1)


def test_of_a_large_table_several_outputs_share_a_cell() -> None:
    reached = np.zeros((300, 200), bool)
    reached[299, 199] = True
    chart = reached_map(reached, title="Outputs")
    assert chart.description == "Reached: 1 of 300 × 200 outputs, in row 299 and column 199."
    assert "A cell is 3 × 3 outputs, dark if any of them is" in chart.svg()
    left, top, right, bottom = dark_pixels(reached)
    assert 1 <= right - left + 1 <= 4
    assert 1 <= bottom - top + 1 <= 4


def test_words_have_an_axis_each() -> None:
    assert reached_words(np.zeros((2, 3), bool)) == "Reached: none of 2 × 3 outputs."
    volume = np.zeros((4, 5, 6), bool)
    volume[1:3, 2, 0:5] = True
    assert reached_words(volume, ["slice", "row", "column"]) == (
        "Reached: 10 of 4 × 5 × 6 outputs, in slices 1 to 2, row 2 and columns 0 to 4."
    )


@pytest.mark.parametrize("table", [np.zeros((2, 3)), np.zeros(3, bool), np.zeros((0, 3), bool)])
def test_no_table_of_flags_is_refused(table: np.ndarray) -> None:
    with pytest.raises(SpecError, match=r"^reached must be a table of True and False; got the shape \(.*\)\.$"):
        reached_map(table, title="")


def test_shares_are_said_and_have_a_panel_an_axis() -> None:
    one = padding_shares([[0.75, 0, 0, 0, 0.5]], ["time"])
    assert one.description == (
        "Along the time: 75 % of the paths of output 0, 50 % of those of output 4; 3 of 5 outputs have no such path."
    )
    three = padding_shares([[0.75, 0], [0.0, 0.0, 0.0], [1.0]], ["depth", "height", "width"], theme="dark")
    assert three.height == 3 * one.height
    assert "Along the width: 100 % of the paths of output 0, 100 % of those of output 0" in three.description
    for name in ("depth", "height", "width"):
        assert f"output along the {name}" in three.svg()


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ([], "shares must have a line of numbers for each axis; got 0 for 1."),
        ([[]], "shares must have a line of numbers for each axis; got 1 for 1."),
        ([[0.5, 1.5]], "shares must be numbers from 0 to 1; got others."),
    ],
)
def test_other_shares_are_refused(shares: list[list[float]], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        padding_shares(shares, ["width"])
    assert str(refused.value) == sentence
