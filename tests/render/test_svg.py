"""SVG files drawn by a browser, and read by a parser of XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from convviz.fonts import embedded_font
from convviz.origin import RIGHTS
from convviz.render.svg import svg
from convviz.scene.primitives import Scene
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

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
DC = "{http://purl.org/dc/elements/1.1/}"
FONTS = f"<style>body {{margin: 0}} svg {{display: block}} {embedded_font(False)} {embedded_font(True)}</style>"
WIDTHS = """() => [...document.querySelectorAll("text[textLength]")].map((text) =>
  [text.getBBox().width, text.textLength.baseVal.value])"""
NATURAL = """() => [...document.querySelectorAll("text[textLength]")].map((text) => {
  const length = text.textLength.baseVal.value;
  text.removeAttribute("textLength");
  return [text.getComputedTextLength(), length];
})"""
READY = "() => Promise.all(['12px', 'bold 12px'].map((size) => document.fonts.load(`${size} 'convviz Sans'`)))"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def in_page(page: Page, index: int, see_through: bool = False) -> Callable[[Scene], Image.Image]:
    """Draw frames in a page that has the font."""

    def drawn(scene: Scene) -> Image.Image:
        page.set_viewport_size({"width": scene.width, "height": scene.height})
        page.goto("about:blank")
        page.set_content(FONTS + svg(scene, index, ORIGIN))
        page.evaluate(READY)
        return Image.open(BytesIO(page.screenshot(omit_background=see_through)))

    return drawn


@pytest.mark.parametrize("name", PICTURES)
def test_a_browser_draws_what_the_raster_has(page: Page, name: str) -> None:
    scene = scene_of(name, theme_of(name))
    middle = len(scene) // 2
    check_picture(in_page(page, middle), scene, middle)


def test_marks_are_in_the_pixels_of_the_raster(page: Page) -> None:
    check_marks(in_page(page, 0))


def test_texts_are_where_their_anchors_say(page: Page) -> None:
    check_anchors(in_page(page, 0))


@pytest.mark.parametrize("name", PICTURES)
def test_a_file_alone_has_the_picture_and_every_text_in_its_room(page: Page, tmp_path: Path, name: str) -> None:
    """Whatever the font is that the browser takes: the length of each text is that of convviz Sans."""
    scene = scene_of(name)
    path = tmp_path / "frame.svg"
    path.write_text(svg(scene, -1, ORIGIN), encoding="utf-8")
    page.set_viewport_size({"width": scene.width, "height": scene.height})
    page.goto(path.as_uri())
    picture = pixels(Image.open(BytesIO(page.screenshot())))
    assert abs(picture - raster(scene, -1)).mean() < 6
    widths = page.evaluate(WIDTHS)
    assert widths
    assert max(abs(drawn - length) for drawn, length in widths) < 1


def test_with_its_own_font_no_letter_moves(page: Page) -> None:
    in_page(page, 0)(scene_of("comparison"))
    widths = page.evaluate(NATURAL)
    assert len(widths) > 50
    assert max(abs(natural - length) for natural, length in widths) < 0.1


def painted(root: ElementTree.Element) -> Iterator[str]:
    """The texts of a file in the order in which they are painted."""
    looks = {f"#{group.get('id')}": group for group in root.find(f"{SVG}defs") or ()}
    for element in root:
        if element.tag in (f"{SVG}use", f"{SVG}g"):
            look = looks[element.attrib[HREF]] if element.tag == f"{SVG}use" else element
            yield from (text.text or "" for text in look.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", PICTURES)
def test_texts_are_those_of_the_scene_and_looks_are_written_once(name: str) -> None:
    scene = scene_of(name)
    for index in (0, len(scene) - 1):
        root = ElementTree.fromstring(svg(scene, index, ORIGIN))
        assert [*painted(root)] == [*texts(scene, index)]
        written = [ElementTree.tostring(look)[50:] for look in [*root.find(f"{SVG}defs"), *root.findall(f"{SVG}g")]]
        looks = {item.look for item in (*scene.backdrop, *scene.frame(index).items)}
        assert len(written) == len(looks)


def test_the_file_says_what_it_is() -> None:
    scene = scene_of("dilated")
    root = ElementTree.fromstring(svg(scene, 2, ORIGIN))
    assert (root.attrib["role"], root.attrib["viewBox"]) == ("img", f"0 0 {scene.width} {scene.height}")
    assert root.findtext(f"{SVG}title") == f"{ORIGIN.title}. Step 3 of 9"
    assert root.findtext(f"{SVG}desc") == scene.frame(2).description
    (work,) = root.iter("{http://creativecommons.org/ns#}Work")
    said = {name: "".join(work.find(DC + name).itertext()) for name in ("title", "source", "creator", "rights")}
    assert said == {
        "title": ORIGIN.title, "source": ORIGIN.source, "creator": ORIGIN.software, "rights": RIGHTS
    }  # fmt: skip
    (license_,) = work.iter("{http://creativecommons.org/ns#}license")
    assert [*license_.attrib.values()] == ["https://creativecommons.org/publicdomain/zero/1.0/"]


def test_transparent_files_have_nothing_behind(page: Page) -> None:
    scene = scene_of("dilated", "dark")
    picture = in_page(page, 3, see_through=True)(transparent(scene))
    alpha = picture.getchannel("A")
    assert alpha.getpixel((0, 0)) == 0
    assert alpha.histogram()[0] > 0.3 * picture.width * picture.height
    paper = Image.new("RGBA", picture.size, scene.background)
    paper.alpha_composite(picture)
    assert abs(pixels(paper) - raster(scene, 3)).mean() < 3


def test_any_text_is_text() -> None:
    """What XML cannot have is left out, and nothing becomes markup."""
    origin = replace(ORIGIN, title=HOSTILE, description=HOSTILE, source=HOSTILE, software=HOSTILE)
    root = ElementTree.fromstring(svg(hostile(), 0, origin))
    kept = HOSTILE.replace("\x00", "").replace("\x1b", "").replace("\ufffe", "")
    assert len(kept) == len(HOSTILE) - 3
    assert [*painted(root)] == [kept]
    assert root.findtext(f"{SVG}title") == f"{kept}. {kept}"
    assert root.findtext(f"{SVG}desc") == kept
    assert [element.text for element in root.iter(f"{DC}source")] == [kept]
    assert not list(root.iter(f"{SVG}script"))


def test_a_frame_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError, match=r"^frame must be from -9 to 8; got 9\.$"):
        svg(scene_of("dilated"), 9, ORIGIN)
