"""The figure over HTTP as other sites use it: pages, scripts, files, oEmbed, and the way from a lesson to it."""

from __future__ import annotations

import gzip
import json
import re
from html import unescape
from urllib.parse import quote

import pytest

from convviz import html
from convviz.html import bundle
from convviz.recipes import VARIANTS
from tests.web.app import get

PACKED = {"Accept-Encoding": "gzip"}
FIRST_LOAD = 60_000
"""Bytes of a page, its script and its first scene, packed."""


@pytest.mark.parametrize("name", [*VARIANTS, "compare"])
def test_a_page_comes_at_once_and_is_small(server: str, name: str) -> None:
    status, headers, body = get(f"{server}/figure/{name}", **PACKED)
    assert (status, headers["Content-Type"], headers["Content-Encoding"]) == (200, "text/html; charset=utf-8", "gzip")
    text = gzip.decompress(body).decode()
    assert text == html.page(name, "", server).text
    (script,) = re.findall(r'<script src="([^"]*)"', text)
    status, headers, packed = get(f"{server}{script}", **PACKED)
    assert (status, headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert gzip.decompress(packed).decode() == bundle.page_script()
    assert len(body) + len(packed) < FIRST_LOAD


def test_what_few_readers_use_is_fetched_when_they_do(server: str) -> None:
    _, headers, body = get(f"{server}/modules/{bundle.version()}/later.js", **PACKED)
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert gzip.decompress(body).decode() == bundle.later_script()
    assert bundle.later_script().endswith("export const { Embed, Quiz, showTables } = figure.later;\n")
    for part in ("class Quiz", "class Embed", "class Tables"):
        assert part in bundle.later_script()
        assert part in bundle.file_script()
        assert part not in bundle.page_script()
        assert part not in bundle.component_script()


def test_each_host_has_its_own_links(server: str) -> None:
    for host in ("one.example", "two.example:81"):
        _, _, body = get(f"{server}/figure/dilated?seed=3", Host=host)
        assert f'href="http://{host}/oembed?' in body.decode()


def test_a_page_may_be_embedded_anywhere_and_loads_nothing_from_elsewhere(server: str) -> None:
    _, headers, _ = get(f"{server}/figure/dilated?dilation=3")
    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == "* file:"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert "X-Frame-Options" not in headers
    status, _, _ = get(f"{server}/figure/dilated?dilation=3", **{"If-None-Match": headers["ETag"]})
    assert status == 304


@pytest.mark.parametrize("name", ["nothing", "dilated.json", ""])
def test_pages_that_there_are_not(server: str, name: str) -> None:
    status, _, body = get(f"{server}/figure/{name}")
    assert status == 400
    assert "The name of a figure must be one of along-a-line, standard, dilated," in body.decode()


@pytest.mark.parametrize("path", ["/modules/0/page.js", f"/modules/{bundle.version()}/paint.js"])
def test_scripts_that_there_are_not(server: str, path: str) -> None:
    assert get(f"{server}{path}")[0] == 404


def test_a_file_may_run_its_own_script_alone(server: str) -> None:
    status, headers, body = get(f"{server}/render/dilated.html?dials=dilation:1,2&theme=dark")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert headers["Content-Security-Policy"] == html.file_policy()
    assert headers["Content-Disposition"] == 'inline; filename="dilated_i7_k3_d2_dark.html"'
    assert f'content="{html.file_policy()}"' in body.decode()
    status, _, body = get(f"{server}/render/dilated.html?dials=dilation:9")
    assert status == 400
    assert json.loads(body) == {"error": "The dial dilation of a file must have values from 1 to 8; got '9'."}
    status, _, body = get(f"{server}/render/standard.html?input_size=16&dials=seed:1,2;kernel_size:1,2,3,4,5,6,7")
    assert status == 400
    assert json.loads(body) == {
        "error": "A file over HTTP must have at most 4,000 steps in all its combinations; got 4,116 (21 combinations "
        "of 196 steps). Use fewer values of its dials, or Animation.html in Python."
    }


# oEmbed and lessons ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/dilated?dilation=3", "/figure/dilated?dilation=3", "/dilated?embed=true&dilation=3"]
)
def test_oembed_gives_the_frame_of_a_lesson_and_of_a_figure(server: str, path: str) -> None:
    status, headers, body = get(f"{server}/oembed?maxwidth=640&url={quote(server + path, '')}")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    found = json.loads(body)
    frame = found.pop("html")
    assert found == {
        "version": "1.0", "type": "rich", "provider_name": "convviz", "provider_url": server,
        "title": "Dilated convolution", "width": 640, "height": found["height"],
    }  # fmt: skip
    assert 400 < found["height"] < 700
    match = re.match(r'<iframe src="([^"]*)" title="Dilated convolution" width="640" height="(\d+)"', frame)
    assert match
    assert unescape(match[1]) == f"{server}/figure/dilated?dilation=3&dials=0"
    assert int(match[2]) == found["height"]
    assert get(unescape(match[1]))[0] == 200


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("url={server}/network", 404, "There is no figure at that address."),
        ("url=https://example.org/dilated", 404, "There is no figure at that address."),
        ("", 404, "There is no figure at that address."),
        ("url=http://[", 404, "There is no figure at that address."),
        ("url={server}/dilated%3Fdials=7", 400, "dials must be 0 (the picture alone) or 1; got '7'."),
        ("url={server}/dilated&format=xml", 501, "Only format=json is answered."),
        ("url={server}/dilated&maxwidth=0", 400, "maxwidth must be a whole number from 1 to 99999; got '0'."),
        ("url={server}/dilated%3Fstride=9", 400, "stride must be a whole number from 1 to 8, or two as height x width "
         "such as 2x3; got '9'."),
    ],
)  # fmt: skip
def test_what_oembed_does_not_answer(server: str, query: str, status: int, sentence: str) -> None:
    found, _, body = get(f"{server}/oembed?{query.format(server=server)}")
    assert (found, json.loads(body)) == (status, {"error": sentence})


@pytest.mark.parametrize("path", ["/dilated?dilation=3", "/figure/dilated?dilation=3"])
def test_lessons_and_figures_say_where_their_oembed_answer_is(server: str, path: str) -> None:
    (link,) = re.findall('<link rel="alternate" type="application/json.oembed" href="([^"]*)"',
                         get(f"{server}{path}")[2].decode())  # fmt: skip
    assert json.loads(get(unescape(link))[2])["title"] == "Dilated convolution"


def test_a_link_is_no_place_for_markup(server: str) -> None:
    _, _, body = get(f"{server}/dilated?%22%3E%3Cscript%3E", Host='x"><script>.org')
    assert b'"><script>' not in body


def test_an_embedded_lesson_is_its_figure(server: str) -> None:
    status, _, body = get(f"{server}/dilated?embed=true&dilation=3&image=cat&embed_options=dark_theme")  # it follows
    assert status == 200
    assert body == get(f"{server}/figure/dilated?dilation=3")[2]
    for lab in ("network", "checkerboard", "compare"):  # they are more than a figure
        assert b'<div id="root">' in get(f"{server}/{lab}?embed=true")[2]
