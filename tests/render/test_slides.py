"""Decks opened again with python-pptx: the same pictures as shapes, a slide for each step, and a movie that plays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from lxml import etree
from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn

import convviz as cv
from convviz.errors import SpecError
from convviz.fonts import font_path
from convviz.limits import SLIDE_SHAPES
from convviz.origin import RIGHTS, Origin
from convviz.render.png import png
from convviz.render.slides import movie_deck, step_deck
from convviz.scene.primitives import Curve, Frame, Line, Look, Placed, Rect, Scene, Text

ORIGIN = Origin("Dilated convolution", "A 3 by 3 kernel", "/dilated?dilation=2", "convviz 0.1.0")
WIDTH, HEIGHT = 12_192_000, 6_858_000

PICTURES = {
    "dilated": cv.animate(cv.recipe("dilated"), width=900),
    "dashes": cv.animate(cv.recipe("transposed", input_size=2), width=500, theme="dark"),
    "channels": cv.animate(cv.recipe("depthwise-separable", input_size=3), width=900, theme="dark"),
    "sums": cv.animate(cv.recipe("checkerboard"), width=700),
    "layers": cv.animate(cv.recipe("receptive-field"), width=800),
    "two sides": cv.compare(cv.recipe("standard", input_size=5), cv.recipe("dilated"), width=1000),
}
HOSTILE = "</a:t> <&\"'> ]]> \x00\x1b\ud800 _x0041_ &amp; é漢😀"
READ = "</a:t> <&\"'> ]]> \ufffd\ufffd\ufffd _x0041_ &amp; é漢😀"


@pytest.fixture(scope="module", params=PICTURES)
def scene_and_deck(request: pytest.FixtureRequest) -> tuple[Scene, Any]:
    scene = PICTURES[request.param].scene
    return scene, opened(step_deck(scene, ORIGIN))


def opened(data: bytes) -> Any:
    return Presentation(BytesIO(data))


def few(deck: Any) -> list[Any]:
    """The first, the middle and the last slide."""
    slides = list(deck.slides)
    return [slides[0], slides[len(slides) // 2], slides[-1]]


def leaves(shapes: Any) -> Iterator[Any]:
    """Yield all shapes, those in groups too, in the order in which they are painted."""
    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from leaves(shape.shapes)
        else:
            yield shape


def texts_of(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in leaves(slide.shapes) if shape.has_text_frame]


def single(marks: tuple[Rect | Line | Curve | Text, ...], **changes: Any) -> Scene:
    """A scene of one frame of 100 x 50 pixels with one look, as large as the frame."""
    item = Placed(0, 0, Look(100, 50, marks))
    return replace(Scene(100, 50, "#ffffff", (), "", 1, lambda index: Frame((item,), "Step 1 of 1", "")), **changes)


def test_each_frame_is_a_slide_with_its_sentence_in_the_notes(scene_and_deck: tuple[Scene, Any]) -> None:
    scene, deck = scene_and_deck
    assert (deck.slide_width, deck.slide_height) == (WIDTH, HEIGHT)
    assert [slide.name for slide in deck.slides] == [frame.caption for frame in scene]
    assert [slide.notes_slide.notes_text_frame.text for slide in deck.slides] == [each.description for each in scene]


def test_the_title_of_a_slide_is_the_first_line_of_the_frames_title(scene_and_deck: tuple[Scene, Any]) -> None:
    scene, deck = scene_and_deck
    for frame, slide in zip(scene, deck.slides, strict=True):
        word = frame.items[len(frame.items) - frame.terms - frame.title].look.marks[0]
        assert isinstance(word, Text)
        assert slide.shapes.title.text_frame.text.startswith(word.text)
        assert slide.shapes[0].shape_id == slide.shapes.title.shape_id, "it is read first"


def test_every_text_is_on_its_slide_and_that_of_a_covered_cell_is_not(scene_and_deck: tuple[Scene, Any]) -> None:
    scene, deck = scene_and_deck
    for frame, slide in zip(scene, deck.slides, strict=True):
        covered = {(item.x, item.y, *item.look[:2]) for item in frame.items if isinstance(item.look.marks[0], Rect)}
        left = [item for item in scene.backdrop if (item.x, item.y, *item.look[:2]) not in covered]
        marks = [mark for item in (*left, *frame.items) for mark in item.look.marks]
        expected = Counter(word for mark in marks if isinstance(mark, Text) for word in mark.text.split())
        assert Counter(word for text in texts_of(slide) for word in text.split()) == expected


def test_rectangles_paint_the_picture_that_the_raster_has(scene_and_deck: tuple[Scene, Any]) -> None:
    scene, deck = scene_and_deck
    bare = replace(
        scene,
        backdrop=tuple(map(rectangles_only, scene.backdrop)),
        draw=lambda index: replace(scene[index], items=tuple(map(rectangles_only, scene[index].items))),
    )
    for index in {0, 1, len(scene) // 2, len(scene) - 1}:
        with Image.open(BytesIO(png(bare, index, ORIGIN))) as image:
            np.testing.assert_array_equal(repainted(scene, deck.slides[index]), np.asarray(image.convert("RGB")))


def rectangles_only(item: Placed) -> Placed:
    """Return an item without what this file's own painter does not draw: text, lines and dashes."""
    marks = tuple(mark._replace(dash=0) for mark in item.look.marks if isinstance(mark, Rect))
    return item._replace(look=item.look._replace(marks=marks))


def repainted(scene: Scene, slide: Any) -> np.ndarray:
    """Paint the rectangles of a slide, in pixels of the scene."""
    scale = min(WIDTH // scene.width, HEIGHT // scene.height)
    left, top = (WIDTH - scale * scene.width) // 2, (HEIGHT - scale * scene.height) // 2
    image = Image.new("RGB", (scene.width, scene.height), f"#{slide.background.fill.fore_color.rgb}")
    draw = ImageDraw.Draw(image)
    for shape in leaves(slide.shapes):
        if not re.search('prst="rect"', etree.tostring(shape._element).decode()):
            continue
        fill, line = (each and f"#{each.rgb}" for each in (solid(shape.fill), solid(shape.line.fill)))
        width = round(shape.line.width / scale) if line else 0
        x, y = ((shape.left - left) / scale - width / 2, (shape.top - top) / scale - width / 2)
        if fill or line:
            far = (x + shape.width / scale + width - 1, y + shape.height / scale + width - 1)
            draw.rectangle((round(x), round(y), *map(round, far)), fill, line, width)
    return np.asarray(image)


def solid(fill: Any) -> Any:
    return fill.fore_color if fill.type == 1 else None


def test_shapes_are_inside_the_slide_and_numbered_once(scene_and_deck: tuple[Scene, Any]) -> None:
    _, deck = scene_and_deck
    for slide in few(deck):
        numbers = [int(each.get("id")) for each in slide._element.iter(qn("p:cNvPr"))]
        assert len(numbers) == len(set(numbers))
        for shape in (*slide.shapes, *leaves(slide.shapes)):
            assert 0 <= shape.left <= shape.left + shape.width <= WIDTH
            assert 0 <= shape.top <= shape.top + shape.height <= HEIGHT


def test_text_fits_its_box_without_wrapping(scene_and_deck: tuple[Scene, Any]) -> None:
    _, deck = scene_and_deck
    for slide in few(deck):
        for shape in leaves(slide.shapes):
            if not (shape.has_text_frame and shape.text_frame.text):
                continue
            assert shape.text_frame.word_wrap is False
            runs = shape.text_frame.paragraphs[0].runs
            assert {run.font.name for run in runs} == {"Calibri"}
            width = sum(
                ImageFont.truetype(font_path(run.font.bold), run.font.size / 12_700).getlength(run.text) for run in runs
            )
            assert width <= shape.width / 12_700 + 1, shape.text_frame.text


def test_a_cell_is_one_rectangle_with_its_number_in_the_group_of_its_table() -> None:
    scene = PICTURES["dilated"].scene
    groups = {shape.name: shape for shape in opened(step_deck(scene, ORIGIN)).slides[2].shapes if shape.shape_type == 6}
    assert {grid.name: len(grid.names) for grid in scene.link().grids} == {
        name: len(group.shapes) for name, group in groups.items()
    }
    kernel = groups["kernel"]
    assert kernel._element.find(f".//{qn('p:cNvPr')}").get("descr") == "kernel"
    assert [shape.name for shape in kernel.shapes][:2] == ["kernel (0, 0)", "kernel (0, 1)"]
    assert [shape.text_frame.text for shape in kernel.shapes] == list(scene.link().grids[1].texts)


def test_words_on_a_line_are_one_text_with_their_own_weights() -> None:
    frame, slide = PICTURES["dilated"].scene[2], opened(step_deck(PICTURES["dilated"].scene, ORIGIN)).slides[2]
    words = [mark for item in frame.items[-frame.terms :] for mark in item.look.marks if isinstance(mark, Text)]
    written = " ".join(word.text for word in words)
    (sentence,) = [shape for shape in slide.shapes if shape.has_text_frame and shape.text == written]
    runs = sentence.text_frame.paragraphs[0].runs
    assert [run.font.bold for run in runs] == [word.bold for word in words]
    assert [f"#{run.font.color.rgb}".lower() for run in runs] == [word.color for word in words]


def test_the_titles_of_two_sides_are_two_texts_and_the_first_ends_where_the_other_begins() -> None:
    scene = PICTURES["two sides"].scene
    slide = opened(step_deck(scene, ORIGIN)).slides[0]
    left, right = scene[0].items[-scene[0].terms - 2 : -scene[0].terms]
    written = [mark.text for item in (left, right) for mark in item.look.marks if isinstance(mark, Text)]
    assert slide.shapes.title.text_frame.text == written[0]
    (other,) = [shape for shape in slide.shapes if shape.has_text_frame and shape.text == written[1]]
    assert WIDTH * 0.4 < slide.shapes.title.left + slide.shapes.title.width <= other.left


def test_a_text_has_its_anchor_and_its_middle_above_the_baseline() -> None:
    texts = [
        Text(20, 40, "start", 20, "#123456"),
        Text(40, 40, "middle", 20, "#123456", "middle"),
        Text(90, 40, "end", 20, "#123456", "end", bold=True),
    ]
    scale, top = 121_920, (HEIGHT - 50 * 121_920) // 2
    _, start, middle, end = leaves(opened(step_deck(single(tuple(texts)), ORIGIN)).slides[0].shapes)
    sides = [shape.text_frame.paragraphs[0].alignment for shape in (start, middle, end)]
    assert sides == [PP_ALIGN.LEFT, PP_ALIGN.CENTER, PP_ALIGN.RIGHT]
    anchors = (start.left, middle.left + middle.width / 2, end.left + end.width)
    assert anchors == (20 * scale, 40 * scale, 90 * scale)
    ascent, descent = 1950 / 2048, 550 / 2048  # usWinAscent and usWinDescent of Calibri
    for shape in (start, middle, end):
        top_of_line = (shape.top + shape.height / 2 - top) / scale - 20 * (ascent + descent) / 2
        assert top_of_line + 20 * ascent == pytest.approx(40, abs=0.05), "the baseline of a line in the box's middle"
        assert shape.text_frame.paragraphs[0].runs[0].font.size == pytest.approx(20 * scale, abs=127)


def test_curves_lines_and_dashes_are_native() -> None:
    marks = (
        Rect(0, 0, 40, 20, None, "#ff0000", 2, 6),
        Line(10, 40, 30, 20, "#00ff00", 3),
        Curve(50, 10, 60, 10, 60, 40, 90, 40, "#0000ff", 1),
    )
    _, rect, line, curve = leaves(opened(step_deck(single(marks), ORIGIN)).slides[0].shapes)
    scale, top = 121_920, (HEIGHT - 50 * 121_920) // 2
    assert rect._element.find(f".//{qn('a:ds')}").attrib == {"d": "300000", "sp": "300000"}, "in 1/1000 % of the width"
    assert (rect.line.width, line.line.width, curve.line.width) == (2 * scale, 3 * scale, scale)
    assert rect.fill.type == 5, "there is nothing in it"
    ends = (line.begin_x, line.begin_y - top, line.end_x, line.end_y - top)
    assert {ends[:2], ends[2:]} == {(int(10.5 * scale), int(40.5 * scale)), (int(30.5 * scale), int(20.5 * scale))}
    points = [(int(point.get("x")), int(point.get("y"))) for point in curve._element.iter(qn("a:pt"))]
    path = curve._element.find(f".//{qn('a:path')}")
    assert (int(path.get("w")), int(path.get("h"))) == (curve.width, curve.height), "points are in EMU"
    assert [((curve.left + x) / scale, (curve.top - top + y) / scale) for x, y in points] == [
        (50.5, 10.5), (60.5, 10.5), (60.5, 40.5), (90.5, 40.5)
    ]  # fmt: skip


@pytest.mark.parametrize("background", ["#11131f", "#11131f00"])
def test_slides_have_the_color_of_the_page_even_if_the_scene_is_transparent(background: str) -> None:
    for data in (step_deck(single((), background=background), ORIGIN), a_movie_deck(background=background)):
        (slide,) = opened(data).slides
        assert str(slide.background.fill.fore_color.rgb) == "11131F"


def test_a_frame_without_words_has_its_caption_as_a_hidden_title() -> None:
    slide = opened(step_deck(single((Rect(0, 0, 9, 9, "#ff0000"),)), ORIGIN)).slides[0]
    assert slide.shapes.title.text_frame.text == "Step 1 of 1"
    assert slide.shapes.title._element.find(f".//{qn('p:cNvPr')}").get("hidden") == "1"


def test_hostile_texts_are_read_back() -> None:
    item = Placed(0, 0, Look(100, 50, (Rect(0, 0, 100, 50, "#ffffff"), Text(50, 30, HOSTILE, 9, "#000000", "middle"))))
    frame = Frame((item._replace(key=HOSTILE),), HOSTILE, HOSTILE)
    origin = Origin(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    deck = opened(step_deck(single((), draw=lambda index: frame), origin))
    (slide,) = deck.slides
    assert [shape.text_frame.text for shape in slide.shapes] == [READ, READ]
    assert (slide.name, slide.shapes[1].name, slide.notes_slide.notes_text_frame.text) == (READ, READ, READ)
    assert (deck.core_properties.title, deck.core_properties.subject) == (READ, READ)


def decks() -> dict[str, bytes]:
    return {"movie": a_movie_deck(), "steps": step_deck(PICTURES["dilated"].scene, ORIGIN)}


def test_a_deck_says_what_it_is_and_nothing_of_the_day_or_the_library() -> None:
    for data in decks().values():
        about = opened(data).core_properties
        assert (about.title, about.subject, about.comments) == (ORIGIN.title, ORIGIN.source, ORIGIN.comment)
        assert (about.keywords, about.author, about.last_modified_by) == (RIGHTS, ORIGIN.software, ORIGIN.software)
        assert {about.created.year, about.modified.year} == {1980}
        with zipfile.ZipFile(BytesIO(data)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert not [name for name in archive.namelist() if "thumbnail" in name]
            assert b"Macintosh" not in archive.read("docProps/app.xml")
            assert len([name for name in archive.namelist() if "slideLayouts/slideLayout" in name]) == 1


def test_a_long_source_is_cut_where_the_format_has_no_room() -> None:
    origin = replace(ORIGIN, source="/dilated?input=" + "1," * 300)
    subject = opened(step_deck(PICTURES["dilated"].scene, origin)).core_properties.subject
    assert subject == origin.source[:254] + "…"


def test_the_same_recipe_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import sys, hashlib; from tests.render.test_slides import decks;"
        "print([hashlib.sha256(data).hexdigest() for data in decks().values()])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(printed) == 1


def test_too_many_shapes_are_refused() -> None:
    backdrop = (Placed(0, 0, Look(9, 9, (Rect(0, 0, 9, 9, "#ff0000"),))),) * 999
    scene = single((), backdrop=backdrop, length=300)
    with pytest.raises(SpecError) as caught:
        step_deck(scene, ORIGIN)
    assert SLIDE_SHAPES == 200_000
    assert str(caught.value) == (
        "a deck must have at most 200,000 shapes; 300 slides would have 300,000. Use a smaller input or fewer channels."
    )


def a_movie(size: tuple[int, int]) -> bytes:
    """Two gray frames in an MP4 that imageio-ffmpeg's program makes; the codec is one that it always has."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray"]
    command += ["-s", f"{size[0]}x{size[1]}", "-i", "-", "-c:v", "mpeg4", "-fflags", "+bitexact", "-f", "mp4"]
    command += ["-movflags", "frag_keyframe+empty_moov", "-"]
    return subprocess.run(command, input=bytes(2 * size[0] * size[1]), capture_output=True, check=True).stdout


def a_poster(size: tuple[int, int]) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "#d9e8fb").save(file, "PNG")
    return file.getvalue()


def a_movie_deck(size: tuple[int, int] = (160, 60), **changes: Any) -> bytes:
    options = {"description": "A window moves", "origin": ORIGIN, "background": "#11131f"} | changes
    return movie_deck(a_movie(size), a_poster(size), size, **options)


def test_a_movie_deck_holds_the_movie_and_its_poster_as_they_are() -> None:
    size = (160, 60)
    deck = opened(a_movie_deck(size))
    (slide,) = deck.slides
    _, movie = slide.shapes
    assert movie.media_format
    assert movie.media_type == 3, "a movie"
    assert movie.poster_frame.blob == a_poster(size)
    parts = [rel.target_part for rel in slide.part.rels.values() if "media" in rel.reltype or "video" in rel.reltype]
    assert {part.content_type for part in parts} == {"video/mp4"}
    assert {part.blob for part in parts} == {a_movie(size)}
    assert movie._element.find(f".//{qn('p:cNvPr')}").get("descr") == "A window moves"
    assert slide.notes_slide.notes_text_frame.text == "A window moves"
    assert slide.shapes.title.text_frame.text == ORIGIN.title
    assert str(slide.background.fill.fore_color.rgb) == "11131F"


@pytest.mark.parametrize(("size", "expected"), [
    ((160, 60), (0, 1_143_000, WIDTH, 4_572_000)),
    ((60, 80), (3_524_250, 0, 5_143_500, HEIGHT)),
])  # fmt: skip
def test_a_movie_is_centered_and_as_large_as_fits(size: tuple[int, int], expected: tuple[int, ...]) -> None:
    movie = opened(a_movie_deck(size)).slides[0].shapes[1]
    assert (movie.left, movie.top, movie.width, movie.height) == expected


def test_a_movie_starts_by_itself_and_repeats() -> None:
    slide = opened(a_movie_deck()).slides[0]
    movie = str(slide.shapes[1].shape_id)
    (timing,) = slide._element.iter(qn("p:timing"))
    steps = list(timing.iter(qn("p:cTn")))
    numbers = [step.get("id") for step in steps]
    assert len(numbers) == len(set(numbers))
    assert {target.get("spid") for target in timing.iter(qn("p:spTgt"))} == {movie}
    main, clicks = timing.iter(qn("p:seq"))
    assert main[0].get("nodeType") == "mainSeq"
    (command,) = main.iter(qn("p:cmd"))
    assert (command.get("type"), command.get("cmd")) == ("call", "playFrom(0.0)")
    starts = [each.attrib for each in main.iter(qn("p:cond")) if each.get("evt") == "onBegin"]
    assert starts == [{"evt": "onBegin", "delay": "0"}], "with the slide, not with a click"
    assert [step.get("nodeType") for step in main.iter(qn("p:cTn")) if step.get("presetClass")] == ["afterEffect"]
    assert [each.get("cmd") for each in clicks.iter(qn("p:cmd"))] == ["togglePause"]
    (node,) = timing.iter(qn("p:cMediaNode"))
    assert node.getparent().tag == qn("p:video")
    assert node[0].get("repeatCount") == "indefinite"


def test_hostile_words_are_in_a_movie_deck_as_they_are() -> None:
    slide = opened(a_movie_deck(description=HOSTILE, origin=Origin(HOSTILE, HOSTILE, HOSTILE, HOSTILE))).slides[0]
    assert slide.shapes.title.text_frame.text == READ
    assert slide.shapes[1]._element.find(f".//{qn('p:cNvPr')}").get("descr") == READ
