"""The page of all formats over HTTP, and what it says of each file before that is made."""

from __future__ import annotations

import gzip
import json
import re
import shlex
from pathlib import Path
from urllib.parse import quote

import pytest

import convviz as cv
from convviz.address import read_address
from convviz.cli import main
from convviz.errors import SpecError
from convviz.export import Export
from convviz.files import FORMATS
from convviz.recipes import Presentation
from convviz.recipes.presentation import OPTIONS, PURPOSES
from convviz.web.app import offer as offers
from convviz.web.app.offer import offer
from tests.web.app import get

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
NUMBERS = "input=1,-2,3;4,5,6;7,8,9.5&weight=-1,2;3,4&bias=-1"
SEVERAL = {
    "width": "700", "height": "500", "theme": "dark", "steps": "1-2", "hold": "2", "loop": "false", "motion": "true",
    "dpi": "300", "megabytes": "9", "megapixels": "90", "paper": "letter", "title": "false", "labels": "false",
    "terms": "false", "formula": "false", "fill": "value", "seconds_per_step": "0.5",
}  # fmt: skip


# What is said ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_a_format_has_the_options_that_matter_to_it_and_its_address_says_no_others(ending: str) -> None:
    query = "&".join(f"{name}={text}" for name, text in SEVERAL.items())
    found = offer("standard", f"{query}&step=2&format={ending}")
    names = FORMATS[ending].options
    assert [field["name"] for field in found["fields"]] == ["step" if name == "frame" else name for name in names]
    assert {*names} <= {*OPTIONS, "frame"}
    export, form = read_address(*found["address"].partition("?")[::2])
    expected = {name: text for name, text in SEVERAL.items() if name in names}
    assert (form.ending, export.asked, export.show.to_texts()) == (ending, cv.recipe("standard"), expected)
    assert export.frame == (1 if "frame" in names else None)
    assert found["file_name"].endswith(f".{ending}")
    assert found["refusals"] == {}


@pytest.mark.parametrize("ending", ["png", "svg", "tex", "pdf", "xlsx"])
def test_options_that_a_format_has_not_do_not_change_its_bytes(ending: str) -> None:
    others = {
        name: text for name, text in SEVERAL.items() if name not in FORMATS[ending].options and name != "megapixels"
    }
    asked = cv.recipe("standard", input_size=3, kernel_size=2)
    plain, same = (Export(asked, Presentation.from_values(options)).make(ending) for options in ({}, others))
    assert plain == same


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("standard", f"{NUMBERS}&width=500&theme=dark&format=svg"),
        ("dilated", "kernel_size=2x3&padding=1,0,2,1&flip=true&step=2&terms=false&format=svg"),
        ("compare", "left=standard&right=dilated&input_size=6&right.dilation=2&format=svg&step=1"),
        ("checkerboard", "layers=conv_transpose2d(3,stride=2)&format=svg&labels=false"),
        ("standard", "steps=2-9:3&input_size=4&format=pdf"),
        ("pooling", "format=numpy.py"),
    ],
)
def test_address_command_and_python_make_the_same_file(
    name: str, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = offer(name, query)
    export, form = read_address(*found["address"].partition("?")[::2])
    data = export.make(form.ending)
    monkeypatch.chdir(tmp_path)
    command = shlex.split(found["command"])
    assert command[:2] == ["convviz", "render"]
    assert main(command[1:]) == 0
    path = tmp_path / found["file_name"]
    assert path.read_bytes() == data
    path.unlink()
    exec(found["python"], {})  # as a reader would run it
    assert path.read_bytes() == data


def test_refused_options_are_answered_each_at_its_field_and_stay_as_typed() -> None:
    found = offer("dilated", "width=12&seconds_per_step=zero&fill=role&format=gif")
    assert found["refusals"] == {
        "width": "width must be a whole number from 240 to 3840; got '12'.",
        "seconds_per_step": "seconds_per_step must be a number; got 'zero'.",
    }
    assert "file_name" not in found
    texts = {field["name"]: field["text"] for field in found["fields"]}
    assert (texts["width"], texts["seconds_per_step"], texts["fill"]) == ("12", "zero", "role")
    assert offer("dilated", "step=10&format=png")["refusals"] == {
        "step": "step must be a whole number from 1 to 9; got '10'."
    }
    assert offer("dilated", "steps=12-14")["refusals"] == {"steps": "steps must begin at one of the 9 frames; got 12."}
    for other in ("step=10&format=gif", "width=12&format=numpy.py"):
        assert offer("dilated", other)["refusals"] == {}, "the format does not have it"


def test_a_figure_is_light_where_a_picture_would_be_transparent() -> None:
    assert offer("dilated", "theme=transparent&format=html")["address"] == "dilated.html"
    assert offer("dilated", "theme=transparent&format=gif")["address"] == "dilated.gif?theme=transparent"
    assert offer("dilated", "theme=pink&format=html")["refusals"] == {
        "theme": "theme must be one of light, dark, transparent, print; got 'pink'."
    }


def test_what_takes_too_long_for_http_is_said_before() -> None:
    found = offer("standard", "input_size=16&kernel_size=7&padding=6&format=zip")
    assert found["refusal"].startswith("A file over HTTP must take at most 3 seconds to draw; got about ")
    assert (found["frames"], found["preview"]) == (484, found["still"])


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        (
            "standard", "stride=9",
            "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'.",
        ),
        (
            "checkerboard", "format=xlsx",
            "checkerboard has the formats gif, mp4, webm, webp, apng, pptx, steps.pptx, png, svg, tex, pdf, zip, "
            "book.zip, html; got 'xlsx'.",
        ),
        (
            "dilated", "format=gfi",
            f"dilated has the formats {', '.join(FORMATS)}; got 'gfi'. Did you mean gif?",
        ),
        ("standard", "purpose=poster", f"purpose must be one of {', '.join(PURPOSES)}; got 'poster'."),
        ("chart/spectrum", "", "There are no steps of a chart, and no page of their formats; got 'chart/spectrum'."),
        ("standard", f"input={'1,' * 20_000}", "A query must be at most 30,000 characters long; got 40,006."),
    ],
)  # fmt: skip
def test_a_recipe_or_a_format_that_is_none_is_refused(name: str, query: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        offer(name, query)
    assert str(refused.value) == sentence


def test_a_missing_library_is_said_of_its_formats_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    offers._missing.cache_clear()
    monkeypatch.setattr(offers, "find_spec", lambda module: None if module == "imageio_ffmpeg" else module)
    try:
        found = offer("dilated", "format=mp4")
    finally:
        offers._missing.cache_clear()
    sentence = "imageio-ffmpeg must be installed (pip install 'convviz[video]'); got no module \"imageio_ffmpeg\"."
    refused = {each["ending"]: each["refusal"] for each in found["formats"] if each["refusal"]}
    assert refused == dict.fromkeys(("mp4", "webm", "pptx"), sentence)
    assert found["refusal"] == sentence


def test_the_frame_of_an_address_is_a_step_and_where_a_figure_is_does_not_matter() -> None:
    assert offer("dilated", "frame=3&format=png") == offer("dilated", "step=4&pin=output:0,0&dials=0&format=png")


def test_purposes_are_read_as_their_options() -> None:
    found = offer("dilated", "purpose=slide&theme=dark")
    assert found["address"] == "dilated.gif?theme=dark&width=1280&terms=false&formula=false&height=720&title=false"
    assert (found["width"], found["height"]) == (1280, 720)


def test_code_comes_with_its_text_and_its_notes() -> None:
    found = offer("pooling", "format=pytorch.py&width=900")
    assert found["code"] == cv.recipe("pooling").to_code("pytorch")
    assert found["notes"] == ["Without stride, a window of PyTorch moves by its own size."]


@pytest.mark.parametrize("ending", ["gif", "png", "svg", "tex", "pdf", "zip", "xlsx", "html", "steps.pptx", "webp"])
def test_the_size_of_a_file_is_about_what_is_said(ending: str) -> None:
    found = offer("dilated", f"format={ending}")
    export, _ = read_address(*found["address"].partition("?")[::2])
    megabytes = len(export.make(ending)) / 1e6
    assert megabytes / 2.5 < found["megabytes"] < 2.5 * megabytes


# Over HTTP ------------------------------------------------------------------------------------------------------------


def test_the_page_loads_nothing_from_elsewhere_and_runs_its_own_script_alone(server: str) -> None:
    status, headers, body = get(f"{server}/download/dilated?dilation=3&theme=dark")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "* file:"
    (script,) = re.findall(r'<script src="([^"]*)"', body.decode())
    assert not re.search(r"<script>|\son\w+=", body.decode())
    status, headers, _ = get(f"{server}{script}")
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert get(f"{server}/download/page-0.js")[0] == 404


def test_nothing_of_a_query_is_in_the_page(server: str) -> None:
    plain = get(f"{server}/download/dilated")[2]
    assert plain == get(f"{server}/download/dilated?theme={quote(HOSTILE)}&step={quote(HOSTILE)}&{quote(HOSTILE)}=1")[2]
    for theme in ("page", "dark"):
        page = get(f"{server}/download/dilated?theme={theme}")[2].decode()
        assert f'<html lang="en" data-theme="{theme}"' in page


def test_hostile_texts_are_json_and_no_markup(server: str) -> None:
    status, headers, body = get(f"{server}/download/dilated.json?width={quote(HOSTILE)}&step={quote(HOSTILE)}")
    assert (status, headers["Content-Type"], headers["X-Content-Type-Options"]) == (200, "application/json", "nosniff")
    assert json.loads(body)["refusals"]["width"].startswith("width must be a whole number from 240 to 3840; got")
    status, _, body = get(f"{server}/download/dilated.json?{quote(HOSTILE)}=1")
    assert status == 400
    assert json.loads(body)["error"].partition(",")[0].endswith(" is no setting of dilated")


@pytest.mark.parametrize("path", ["nothing", "nothing.json", "", "dilated/x", "preset/nothing"])
def test_names_that_there_are_not(server: str, path: str) -> None:
    status, headers, body = get(f"{server}/download/{path}")
    assert (status, headers["Content-Type"]) == (404, "application/json")
    assert set(json.loads(body)) == {"error"}


def test_the_json_is_the_offer_packed_or_not(server: str) -> None:
    address = f"{server}/download/preset/dilation.json?format=pdf&step=2"
    expected = offer("preset/dilation", "format=pdf&step=2")
    status, _, body = get(address)
    assert (status, json.loads(body)) == (200, expected)
    assert json.loads(gzip.decompress(get(address, **{"Accept-Encoding": "gzip"})[2])) == expected


def test_what_is_refused_before_is_refused_by_the_server_in_the_same_words(server: str) -> None:
    found = offer("standard", "input_size=16&kernel_size=7&padding=6")
    status, _, body = get(f"{server}/render/{found['address']}")
    assert (status, json.loads(body)) == (413, {"error": found["refusal"]})
