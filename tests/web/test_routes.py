"""Pictures over HTTP, asked of a running app as a cache or a slide editor would."""

import io
import json
import zipfile
from html import unescape
from xml.etree import ElementTree

import pytest
from PIL import Image

import convviz as cv
from convviz.export import Export
from convviz.files import FORMATS, endings
from convviz.questions import TOPICS
from convviz.quizzes import QUIZ_FORMATS
from convviz.recipes import CATALOG, VARIANTS, Presentation
from convviz.recipes.catalog import PAIRS
from convviz.recipes.presentation import OPTIONS, PURPOSES
from tests.web.app import get


def test_a_gif_has_the_same_bytes_as_python_makes(server: str) -> None:
    status, headers, data = get(f"{server}/render/dilated.gif?kernel_size=3&dilation=3&input_size=9&theme=dark")
    assert status == 200
    assert headers["content-type"] == "image/gif"
    assert "max-age" in headers["cache-control"]
    assert headers["content-disposition"] == 'inline; filename="dilated_i9_k3_d3_dark.gif"'
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
            "The kernel (7 rows) is larger than the input (5 rows).",
        ),
        ("standard.png?frame=9", "frame must be a whole number from 0 to 8; got '9'."),
        ("standard.gif?width=99999", "width must be a whole number from 240 to 3840; got '99999'."),
        ("standard.gif?theme=%3Cscript%3E", "theme must be one of light, dark, transparent, print; got '<script>'."),
        ("standard.gif?input=1,2;3", "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_with_one_sentence(server: str, path: str, sentence: str) -> None:
    status, headers, data = get(f"{server}/render/{path}")
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(data) == {"error": sentence}


def test_addresses_that_mean_the_same_are_one() -> None:
    assert cv.recipe("standard", stride="2x2", padding="1,1,1,1", seed="0").render_query() == "stride=2&padding=1"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nothing.gif", f"The name of a picture must be one of {', '.join(VARIANTS)}, compare; got 'nothing'."),
        (
            "dilatd.gif",
            f"The name of a picture must be one of {', '.join(VARIANTS)}, compare; got 'dilatd'. Did you mean dilated?",
        ),
        (
            "preset/dilatio.gif",
            f"The name of a preset must be one of {len(CATALOG) + len(PAIRS)} that `convviz list` and /render/ show; "
            "got 'dilatio'. Did you mean dilation?",
        ),
        ("standard.bmp", f"The name of a picture must end in one of {endings()}; got 'standard.bmp'."),
        ("standard", f"The name of a picture must end in one of {endings()}; got 'standard'."),
    ],
)
def test_a_name_that_there_is_not_is_answered_with_those_that_there_are(server: str, path: str, sentence: str) -> None:
    status, headers, data = get(f"{server}/render/{path}")
    assert (status, headers["content-type"]) == (404, "application/json")
    assert json.loads(data) == {"error": sentence}


@pytest.mark.parametrize("path", ["standard.gif?stride=0", "nothing.gif", "standard.bmp", "compare.gif?left=<b>"])
def test_a_page_that_asks_for_an_image_gets_the_sentence_as_one(server: str, path: str) -> None:
    status, headers, data = get(f"{server}/render/{path}", **{"Sec-Fetch-Dest": "image"})
    again, _, plain = get(f"{server}/render/{path}")
    assert status == again in (400, 404)
    assert headers["content-type"] == "image/svg+xml"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    lines = [text.text or "" for text in ElementTree.fromstring(data).iter("{http://www.w3.org/2000/svg}text")]
    assert " ".join(lines) == json.loads(plain)["error"]


def test_a_download_is_named_after_what_is_inside(server: str) -> None:
    address = f"{server}/render/dilated.svg?input_size=9&theme=dark&width=1280"
    shown, downloaded = get(address), get(f"{address}&download=1")
    name = 'filename="dilated_i9_k3_d2_dark_1280.svg"'
    assert shown[1]["content-disposition"] == f"inline; {name}"
    assert downloaded[1]["content-disposition"] == f"attachment; {name}"
    assert shown[2] == downloaded[2]
    assert shown[1]["etag"] == downloaded[1]["etag"]
    assert shown[1]["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; font-src data:"


@pytest.mark.parametrize("ending", [each for each in FORMATS if each not in ("html", "zip")])
def test_every_format_has_an_address_with_the_bytes_of_python(server: str, ending: str) -> None:
    status, headers, data = get(f"{server}/render/dilated.{ending}?input_size=6&theme=dark&purpose=column")
    assert (status, headers["content-type"].partition(";")[0]) == (200, FORMATS[ending].media_type)
    asked, show = cv.recipe("dilated", input_size=6), Presentation.from_values({"theme": "dark", "purpose": "column"})
    assert data == Export(asked, show).make(ending)


def test_a_preset_has_an_address(server: str) -> None:
    status, _, data = get(f"{server}/render/preset/padding_strides_transposed.png?theme=dark&frame=2")
    assert (status, data) == (200, cv.animate(cv.presets["padding_strides_transposed"], theme="dark").png(2))
    assert get(f"{server}/render/preset/nothing.png")[0] == 404
    assert (
        get(f"{server}/render/preset/dilation.png?dilation=3")[2] == cv.animate(cv.recipe("dilated", dilation=3)).png()
    )


def test_the_guide_names_every_format_option_and_example(server: str) -> None:
    status, headers, data = get(f"{server}/render/")
    page = data.decode()
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    for name in (*FORMATS, *OPTIONS, *PURPOSES, *VARIANTS, *CATALOG, *TOPICS, *QUIZ_FORMATS):
        assert name in page
    assert f"{server}/render/dilated.gif?input_size=9&dilation=2&theme=dark)" in unescape(page)
    assert "<script" not in page
