"""LaTeX files: what they say, and where pdflatex is installed, what it makes of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image

from convviz.render.pdf import POINTS
from convviz.render.tikz import latex, tikz
from convviz.scene.primitives import Rect, Scene, Text
from convviz.scene.theme import COLORS
from convviz.scene.typography import CHARACTERS
from tests.render.frames import (
    HOSTILE,
    ORIGIN,
    PICTURES,
    check_anchors,
    check_marks,
    hostile,
    pixels,
    raster,
    scene_of,
    texts,
    theme_of,
    transparent,
    without_text,
)

TEXT = re.compile(r"\\cvtext\{[\d.]+\}\{[\d.]+\}\{(?:\\bfseries\\boldmath )?(.*)\}\};$", re.MULTILINE)
PIC = re.compile(r"\\tikzset\{(\w+)/\.pic=\{\n(.*?)\n\}\}", re.DOTALL)
ROLES = {theme: {color: role for role, color in colors.items()} for theme, colors in COLORS.items()}


def painted(text: str) -> str:
    """Return what the picture of a file draws, with the looks that recur at every place."""
    pics = dict(PIC.findall(text))
    (drawing,) = re.findall(r"\\begin{tikzpicture}.*?\n(.*)\n\\end{tikzpicture}", text, re.DOTALL)
    return re.sub(r"\\pic at \(.*?\) \{(\w+)\};", lambda use: pics[use[1]], drawing)


@pytest.mark.parametrize("name", PICTURES)
def test_the_file_has_every_mark_and_text_of_the_frame(name: str) -> None:
    scene = scene_of(name, theme_of(name))
    text = tikz(scene, -1, ORIGIN, ROLES[theme_of(name)])
    assert "\n".join(text.splitlines()[2:]).isascii()
    drawing = painted(text)
    assert TEXT.findall(drawing) == [latex(written) for written in texts(scene, -1)]
    marks = [mark for item in (*scene.backdrop, *scene.frame(-1).items) for mark in item.look.marks]
    filled = sum(isinstance(mark, Rect) and mark.fill is not None for mark in marks)
    edged = sum(isinstance(mark, Rect) and mark.stroke is not None for mark in marks)
    lines = sum(not isinstance(mark, Rect | Text) for mark in marks)
    assert len(re.findall(r"\\fill(?:draw)?\[", drawing)) == filled + 1
    assert len(re.findall(r"\\(?:fill)?draw\[", drawing)) == edged + lines
    used = set(re.findall(r"(?:\\fill\[|\\draw\[|text=|fill=|draw=)(\w+)", drawing))
    assert {*re.findall(r"\\definecolor\{(\w+)\}", text)} == used
    assert {name.removeprefix("cv") for name in used} <= COLORS["light"].keys()


def test_colors_have_the_names_of_their_roles_or_numbers() -> None:
    scene = scene_of("dilated", "dark")
    named, numbered = tikz(scene, 0, ORIGIN, ROLES["dark"]), tikz(scene, 0, ORIGIN)
    assert rf"\definecolor{{cvinput}}{{HTML}}{{{COLORS['dark']['input'][1:].upper()}}}" in named
    defined = re.findall(r"\\definecolor\{cv(\d+)\}\{HTML\}\{[0-9A-F]{6}\}", numbered)
    assert defined == [str(k + 1) for k in range(len(defined))]
    assert len(defined) > 5


def test_the_file_begins_with_where_it_is_from() -> None:
    text = tikz(scene_of("dilated"), 0, replace(ORIGIN, title="A\nB\u2028C\rD"))
    first, second, third = text.splitlines()[:3]
    assert first == f"% A B C D. {ORIGIN.source}. {ORIGIN.software}. CC0, no rights reserved."
    assert second == f"% {scene_of('dilated').frame(0).description}"
    assert third.startswith(r"\documentclass")


def test_transparent_files_have_nothing_behind() -> None:
    scene = scene_of("dilated")
    behind = f"(0, 0) rectangle ++({scene.width}, {scene.height});"
    assert tikz(scene, 0, ORIGIN).count(behind) == 1
    assert behind not in tikz(transparent(scene), 0, ORIGIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o = ⌊(i − 1)⌋ → 3", r"o = $\lfloor$(i $-$ 1)$\rfloor$ $\rightarrow$ 3"),
        ("100 % of #1 & $x_2$", r"100 \% of \#1 \& \$x\_2\$"),
        ("\\end{document}", r"$\backslash$end$\{$document$\}$"),
        ("a--b ?`", r"a-{}-{}b ?\textasciigrave{}"),
        ("e\u0301é", "ee"),
        ("½ 雪 \x00\n", "? ? ??"),
    ],
)
def test_texts_are_escaped(text: str, expected: str) -> None:
    assert latex(text) == expected


def test_no_character_of_pictures_is_unknown() -> None:
    assert [character for character in sorted(CHARACTERS - {"?"}) if "?" in latex(character)] == []


def test_a_frame_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError, match=r"^frame must be from -9 to 8; got 9\.$"):
        tikz(scene_of("dilated"), 9, ORIGIN)


def compiled(scene: Scene, folder: Path, index: int = 0) -> Path:
    """Return the PDF that pdflatex makes of a frame, without a warning."""
    (folder / "frame.tex").write_text(tikz(scene, index, ORIGIN), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "frame.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:]
    assert not re.search("Warning|Overfull|Missing character", (folder / "frame.log").read_text(errors="replace"))
    return folder / "frame.pdf"


def drawn(path: Path) -> Image.Image:
    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 1
        return document[0].render(scale=1 / POINTS).to_pil()


if shutil.which("pdflatex"):  # there is no need to have a TeX to work on the rest

    @pytest.mark.parametrize("name", ["transposed", "comparison"])
    def test_the_compiled_picture_is_that_of_the_raster(name: str, tmp_path: Path) -> None:
        """Its letters are others, so they differ more than those of other formats."""
        scene = scene_of(name, theme_of(name))
        picture, expected = pixels(drawn(compiled(scene, tmp_path, -1))), raster(scene, -1)
        assert abs(picture - expected).mean() < 6

    def test_compiled_marks_are_in_the_pixels_of_the_raster(tmp_path: Path) -> None:
        # TeX rounds, and a pale filling that reaches a little into a pixel takes all of it in pdfium.
        check_marks(lambda scene: drawn(compiled(scene, tmp_path)), 40)

    def test_compiled_texts_are_where_their_anchors_say(tmp_path: Path) -> None:
        check_anchors(lambda scene: drawn(compiled(scene, tmp_path)))

    def test_compiled_curves_are_those_of_the_raster(tmp_path: Path) -> None:
        scene = without_text(scene_of("standard"))
        assert abs(pixels(drawn(compiled(scene, tmp_path, 4))) - raster(scene, 4)).mean() < 0.3

    def test_any_text_compiles(tmp_path: Path) -> None:
        text = pypdf.PdfReader(compiled(hostile(), tmp_path)).pages[0].extract_text()
        assert "/text" in text
        assert "enddocument" in re.sub("[^a-z]", "", text)
        assert len(HOSTILE) > 40
