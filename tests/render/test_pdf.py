"""PDF files read by two other libraries: their pages, words and fonts, and what they look like."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from PIL import Image

from convviz.origin import RIGHTS
from convviz.render.pdf import POINTS, pdf
from convviz.scene.primitives import Scene
from convviz.scene.typography import CHARACTERS
from tests.render.frames import (
    HOSTILE,
    ORIGIN,
    PICTURES,
    check_anchors,
    check_marks,
    check_picture,
    hostile,
    pixels,
    raster,
    scene_of,
    texts,
    theme_of,
    transparent,
)

ROOT = Path(__file__).resolve().parent.parent.parent


def read(scene: Scene) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(pdf(scene, ORIGIN)))


def page(index: int, fill: tuple[int, int, int, int] = (255, 255, 255, 255)) -> Callable[[Scene], Image.Image]:
    def drawn(scene: Scene) -> Image.Image:
        with pypdfium2.PdfDocument(pdf(scene, ORIGIN)) as document:
            return document[index].render(scale=1 / POINTS, fill_color=fill, maybe_alpha=fill[3] < 255).to_pil()

    return drawn


@pytest.mark.parametrize("name", PICTURES)
def test_every_page_is_the_picture_of_its_frame(name: str) -> None:
    scene = scene_of(name, theme_of(name))
    middle = len(scene) // 2
    check_picture(page(middle), scene, middle)
    reader = read(scene)
    assert len(reader.pages) == len(scene)
    box = reader.pages[0].mediabox
    assert (box.width, box.height) == (POINTS * scene.width, POINTS * scene.height)


def test_marks_are_in_the_pixels_of_the_raster() -> None:
    check_marks(page(0))


def test_texts_are_where_their_anchors_say() -> None:
    check_anchors(page(0))


@pytest.mark.parametrize("name", PICTURES)
def test_words_can_be_searched(name: str) -> None:
    scene, index = scene_of(name), 1
    written = Counter(word for text in texts(scene, index) for word in text.split())
    assert Counter(read(scene).pages[index].extract_text().split()) == written


def test_pages_are_the_frames_in_order() -> None:
    scene = scene_of("pooling")
    for index in range(len(scene)):
        assert abs(pixels(page(index)(scene)) - raster(scene, index)).mean() < 3


def test_transparent_pages_are_not_painted() -> None:
    scene = scene_of("dilated")
    picture = page(3, (0, 0, 0, 0))(transparent(scene))
    alpha = picture.getchannel("A")
    assert alpha.getpixel((0, 0)) == 0
    assert alpha.histogram()[0] > 0.3 * picture.width * picture.height
    paper = Image.new("RGBA", picture.size, scene.background)
    paper.alpha_composite(picture)
    assert abs(pixels(paper) - raster(scene, 3)).mean() < 3


def test_the_file_says_what_it_is() -> None:
    info = read(scene_of("standard")).metadata
    assert info is not None
    assert (info.title, info.subject, info["/Keywords"]) == (ORIGIN.title, ORIGIN.source, RIGHTS)
    assert info.creator == ORIGIN.software


def fonts(resources: Any) -> Iterator[Any]:
    """The fonts of a page and of the objects that it draws."""
    yield from (font.get_object() for font in resources.get("/Font", {}).get_object().values())
    for drawn in resources.get("/XObject", {}).values():
        yield from fonts(drawn.get_object().get("/Resources", {}))


def test_fonts_are_inside_and_hold_only_letters_that_are_used() -> None:
    scene = scene_of("standard")
    inside = {font["/BaseFont"]: font for sheet in read(scene).pages for font in fonts(sheet["/Resources"])}
    assert {name.split("+")[1] for name in inside} == {"convvizSans-Regular", "convvizSans-Bold"}
    for font in inside.values():
        assert "/ToUnicode" in font
        assert len(font["/FontDescriptor"]["/FontFile2"].get_data()) > 1000
    assert len(pdf(scene, ORIGIN)) < 60_000


def test_any_text_is_written() -> None:
    (line,) = read(hostile()).pages[0].extract_text().splitlines()
    assert len(line) == len(HOSTILE)
    # What the font has no letter for is an empty box.
    assert line.replace("\0", "") == "".join(letter for letter in HOSTILE if letter in CHARACTERS)


DIGESTS = """
from hashlib import sha256
from tests.render.frames import ORIGIN, scene_of
from convviz.render.pdf import pdf
from convviz.render.svg import svg
from convviz.render.tikz import tikz
for name, theme in (("standard", "light"), ("comparison", "dark")):
    scene = scene_of(name, theme)
    for data in (pdf(scene, ORIGIN), svg(scene, 3, ORIGIN).encode(), tikz(scene, 3, ORIGIN).encode()):
        print(len(data), sha256(data).hexdigest())
"""


def test_every_process_writes_the_same_bytes_of_every_format() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", DIGESTS],
            cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True,
        )
        for seed in ("1", "2")
    ]  # fmt: skip
    first, second = (process.communicate(timeout=60)[0] for process in running)
    assert first == second
    assert len({*first.splitlines()}) == 6
