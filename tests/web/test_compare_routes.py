"""Pictures of comparisons over HTTP."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from PIL import Image

import convviz as cv
from convviz.recipes import Presentation
from convviz.recipes.comparison import Comparison
from tests.web.app import get

QUERY = "left=standard&right=dilated&input_size=7&right.dilation=3"


def test_a_gif_has_the_same_bytes_as_python_makes(server: str) -> None:
    status, headers, data = get(f"{server}/render/compare.gif?{QUERY}&theme=dark&width=900")
    assert (status, headers["content-type"]) == (200, "image/gif")
    assert headers["content-disposition"] == 'inline; filename="compare_standard_dilated_i7_dark_900.gif"'
    pair = cv.recipe("standard", input_size=7), cv.recipe("dilated", dilation=3)
    assert data == cv.compare(*pair, theme="dark", width=900).gif()


def test_a_zip_and_a_png(server: str) -> None:
    status, _, data = get(f"{server}/render/compare.zip?{QUERY}&width=640")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == [f"compare-{number:03}.png" for number in range(1, 26)]
    status, _, data = get(f"{server}/render/compare.png?{QUERY}&width=640&frame=24")
    assert status == 200
    assert Image.open(io.BytesIO(data)).width == 640


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            f"{QUERY}&left.stride=0",
            "left: stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '0'.",
        ),
        (f"{QUERY}&frame=25", "frame must be a whole number from 0 to 24; got '25'."),
        (f"{QUERY}&width=9", "width must be a whole number from 240 to 3840; got '9'."),
        (f"{QUERY}&stride=1&stride=2", "stride must be given once; got it 2 times."),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_with_one_sentence(server: str, query: str, sentence: str) -> None:
    status, headers, data = get(f"{server}/render/compare.gif?{query}")
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(data) == {"error": sentence}


def test_addresses_that_mean_the_same_are_one() -> None:
    texts = {"right": "dilated", "left": "standard", "left.stride": "2", "right.stride": "2x2"}
    query = Comparison.from_values(texts).render_query(Presentation(theme="light"))
    assert query == "left=standard&right=dilated&stride=2"
