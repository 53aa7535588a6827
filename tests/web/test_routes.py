"""Pictures over HTTP, asked of a running app as a cache or a slide editor would."""

import io
import json
import zipfile

import pytest
from PIL import Image

import convviz as cv
from convviz.files import file_name
from convviz.recipes import VARIANTS
from tests.web.app import get


def test_a_gif_has_the_same_bytes_as_python_makes(server: str) -> None:
    status, headers, data = get(f"{server}/render/dilated.gif?kernel_size=3&dilation=3&input_size=9&theme=dark")
    assert status == 200
    assert headers["content-type"] == "image/gif"
    assert "max-age" in headers["cache-control"]
    assert headers["content-disposition"] == 'inline; filename="dilated-i9-d3.gif"'
    assert data == cv.animate(cv.recipe("dilated", input_size=9, dilation=3), theme="dark").gif()


def test_a_zip_holds_every_frame_as_a_png(server: str) -> None:
    status, headers, data = get(f"{server}/render/standard.zip?width=400")
    assert (status, headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == [f"standard-{number:03}.png" for number in range(1, 10)]
        pictures = [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    assert {picture.width for picture in pictures} == {400}


def test_one_frame_is_a_png(server: str) -> None:
    status, headers, data = get(f"{server}/render/transposed.png?frame=3")
    assert (status, headers["content-type"]) == (200, "image/png")
    assert data == cv.animate(cv.recipe("transposed")).png(3)


def test_what_a_cache_still_holds_is_not_sent_again(server: str) -> None:
    url = f"{server}/render/standard.gif?stride=2"
    _, headers, _ = get(url)
    status, again, data = get(url, **{"If-None-Match": headers["etag"]})
    assert (status, again["etag"], data) == (304, headers["etag"], b"")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "standard.gif?stride=0",
            "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '0'.",
        ),
        ("standard.gif?stride=1&stride=2", "stride must be given once; got it 2 times."),
        (
            "standard.gif?kernel_size=7",
            "effective kernel height must be at most the padded input height; got 7 (kernel 7, dilation 1) on 5 "
            "(input 5, padding 0 + 0).",
        ),
        ("standard.png?frame=9", "frame must be a whole number from 0 to 8; got '9'."),
        ("standard.gif?width=99999", "width must be a whole number from 240 to 3840; got '99999'."),
        ("standard.gif?theme=%3Cscript%3E", "theme must be one of light, dark, transparent, print; got '<script>'."),
        (
            "nothing.gif",
            f"The name of a picture must begin with one of {', '.join(VARIANTS)}, compare; got 'nothing'.",
        ),
        ("standard.bmp", "The name of a picture must end in one of .gif, .png, .zip, .html; got 'standard.bmp'."),
        ("standard.gif?input=1,2;3", "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_with_one_sentence(server: str, path: str, sentence: str) -> None:
    status, headers, data = get(f"{server}/render/{path}")
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(data) == {"error": sentence}


def test_addresses_that_mean_the_same_are_one() -> None:
    assert cv.recipe("standard", stride="2x2", padding="1,1,1,1", seed="0").render_query() == "stride=2&padding=1"


def test_a_file_name_tells_what_is_inside() -> None:
    assert file_name("standard", "stride=2&weight=1,2;3,4&theme=dark", "gif") == "standard-s2.gif"
    channels = cv.recipe("standard", in_channels=4, out_channels=2, groups=2).render_query()
    assert file_name("standard", channels, "zip") == "standard-in4-out2-g2-frames.zip"
    pooled = cv.recipe("pooling", mode="average", kernel_size=3).render_query()
    assert file_name("pooling", pooled, "png") == "pooling-k3-average.png"
