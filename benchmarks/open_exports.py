"""Whether the programs that people have open our files, and see in them what the raster has.

    python benchmarks/open_exports.py [--keep FOLDER] [--only FORMAT ...]

Every picture is written in every format that `cv.animate` has a method for, in light and dark, opened with LibreOffice,
poppler, ffmpeg, pdflatex or Chromium, and compared with the PNG of the same frame. A line for each comparison; the exit
status is 1 if a limit is missed. What is not installed is named and left out.

Pictures are compared as averages of 8 x 8 pixels, so that another program's letters and hairlines do not count: the
figure is the percentage of these whose colors differ by more than an eighth of the range. LibreOffice draws the slides
in convviz Sans, as their font, Calibri, is not on most servers.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl
import pptx
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

import convviz as cv
from convviz.animation import Animation
from convviz.fonts import FAMILY, font_path
from convviz.origin import Origin
from convviz.render.slides import step_deck
from convviz.scene.primitives import Text
from tests import browser as browsers

SECONDS = 300
BLOCK, FAR, FINE = 8, 32, 4
PACKAGES = {
    "soffice": "libreoffice-impress and libreoffice-calc",
    "pdftoppm": "poppler-utils",
    "pdffonts": "poppler-utils",
    "pdftotext": "poppler-utils",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "pdflatex": "texlive-latex-extra",
}
FONTS = """<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
  <match target="pattern">
    <test name="family"><string>Calibri</string></test>
    <edit name="family" mode="assign" binding="strong"><string>{family}</string></edit>
  </match>
</fontconfig>
"""
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
  <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
    <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
  </item>
</oor:items>
"""
DECODE = """
async ([data, type]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const decoder = new ImageDecoder({ data: bytes, type });
  await decoder.completed;
  await decoder.tracks.ready;
  const count = decoder.tracks.selectedTrack.frameCount;
  const { image } = await decoder.decode({ frameIndex: count - 1 });
  const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const png = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return [count, btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(""))];
}
"""


class Row(NamedTuple):
    """One comparison with its limit."""

    name: str
    value: float
    relation: str
    limit: float

    def is_met(self) -> bool:
        return {"<=": self.value <= self.limit, ">=": self.value >= self.limit, "==": self.value == self.limit}[
            self.relation
        ]

    def print(self) -> None:
        verdict = "met" if self.is_met() else "MISSED"
        print(f"{self.name:52}{self.value:10.2f}  {self.relation} {self.limit:g} {verdict}", flush=True)


@dataclass(frozen=True)
class Picture:
    """An animation, and the frame of it that is compared."""

    name: str
    animation: Animation
    frame: int

    def raster(self, frame: int | None = None) -> Image.Image:
        return opened(self.animation.png(self.frame if frame is None else frame))


def pictures() -> list[Picture]:
    recipes = {
        "dilated": cv.recipe("dilated"),
        "transposed": cv.recipe("transposed"),
        "depthwise": cv.recipe("depthwise-separable", input_size=4),
        "checkerboard": cv.recipe("checkerboard"),
        "receptive field": cv.recipe("receptive-field"),
    }
    made = []
    for theme in ("light", "dark"):
        for name, recipe in recipes.items():
            made.append((f"{name}, {theme}", cv.animate(recipe, theme=theme, width=900)))
        pair = cv.compare(cv.recipe("standard", input_size=7), cv.recipe("dilated"), theme=theme, width=900)
        made.append((f"comparison, {theme}", pair))
    return [Picture(name, animation, len(animation) // 2) for name, animation in made]


def main() -> int:
    """Print the comparisons; 1 if a limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--keep", type=Path, help="folder for the files, which are removed without it")
    options.add_argument("--only", action="extend", nargs="+", choices=[*FORMATS], help="formats to compare")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        are_met = [
            row_is_met
            for name, check in FORMATS.items()
            if name in (chosen.only or FORMATS)
            for row_is_met in run(name, check, folder / name)
        ]
    return int(not all(are_met))


def run(name: str, check: "Check", folder: Path) -> Iterator[bool]:
    """Print the rows of a format, and yield whether their limits are met."""
    missing = [program for program in check.programs if shutil.which(program) is None]
    if "chromium" in missing and browsers.find():
        missing.remove("chromium")
    if missing:
        packages = sorted({PACKAGES.get(program, browsers.MISSING) for program in missing})
        print(f"{name}: not installed: {', '.join(missing)} ({'; '.join(packages)})")
        return
    if check.method and not hasattr(Animation, check.method):
        print(f"{name}: there is no method {check.method} yet")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for row in check.rows(folder):
        row.print()
        yield row.is_met()


# Comparing ------------------------------------------------------------------------------------------------------------


def opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        return image.convert("RGB")


def difference(image: Image.Image, expected: Image.Image) -> float:
    """Return the percentage of blocks of pixels whose average colors differ visibly."""
    size = (expected.width // BLOCK, expected.height // BLOCK)
    blocks = [np.asarray(each.resize(size, Image.Resampling.BOX), dtype=int) for each in (image, expected)]
    return float(100 * (abs(blocks[0] - blocks[1]).max(axis=2) > FAR).mean())


def words_of(picture: Picture) -> set[str]:
    """Return the words that a frame adds to its backdrop."""
    marks = [mark for item in picture.animation.scene[picture.frame].items for mark in item.look.marks]
    return {word for mark in marks if isinstance(mark, Text) for word in mark.text.split()}


def missing_words(picture: Picture, text: str) -> int:
    return len(words_of(picture) - set(text.split()))


# Programs -------------------------------------------------------------------------------------------------------------


def output(*command: object, **environment: str) -> str:
    """Return what a program prints; an error if it fails or takes too long."""
    done = subprocess.run(
        [str(each) for each in command],
        env=os.environ | environment,
        capture_output=True,
        check=True,
        text=True,
        timeout=SECONDS,
    )
    return done.stdout


def convert(files: Sequence[Path], suffix: str) -> list[Path]:
    """Return the files that LibreOffice makes of files; formulas are computed from nothing."""
    folder = files[0].parent
    fonts, settings = folder / "fonts.conf", folder / "profile" / "user" / "registrymodifications.xcu"
    fonts.write_text(FONTS.format(folder=font_path(bold=False).parent, family=FAMILY))
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(ALWAYS_RECALCULATE)
    made = folder / "converted"
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    command = ("soffice", profile, "--headless", "--convert-to", suffix, "--outdir", made, *files)
    output(*command, FONTCONFIG_FILE=str(fonts))
    return [made / file.with_suffix(f".{suffix}").name for file in files]


def page_of(file: Path, page: int, width: int, height: int) -> Image.Image:
    """Return a page of a PDF as poppler draws it, in pixels."""
    target = file.with_name(f"{file.stem}-{page}")
    size = ("-scale-to-x", width, "-scale-to-y", height)
    output("pdftoppm", "-png", "-singlefile", "-f", page, "-l", page, *size, file, target)
    return opened(target.with_suffix(".png").read_bytes())


def unembedded(file: Path) -> int:
    """Return how many fonts of a PDF are not inside it."""
    fonts = output("pdffonts", file).splitlines()[2:]
    return sum(line.split()[-5] != "yes" for line in fonts)


def in_browser(use: Callable[[Browser], list[Row]]) -> list[Row]:
    path = browsers.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.FLAGS)
        try:
            return use(browser)
        finally:
            browser.close()


# Formats --------------------------------------------------------------------------------------------------------------


def steps(folder: Path) -> Iterator[Row]:
    """Compare a slide for each step, whose shapes LibreOffice draws."""
    every = pictures()
    files = [folder / f"{picture.name}.pptx" for picture in every]
    for picture, file in zip(every, files, strict=True):
        origin = Origin(picture.name, picture.animation.scene.description, "/", f"convviz {cv.__version__}")
        file.write_bytes(step_deck(picture.animation.scene, origin))
    for picture, file in zip(every, convert(files, "pdf"), strict=True):
        yield Row(f"steps, {picture.name}: % unlike", difference(slide_of(file, picture), picture.raster()), "<=", 0.5)
        text = output("pdftotext", "-f", picture.frame + 1, "-l", picture.frame + 1, file, "-")
        yield Row(f"steps, {picture.name}: words missing", missing_words(picture, text), "==", 0)


def slide_of(file: Path, picture: Picture, slide: int | None = None) -> Image.Image:
    """Return the part of a slide where the picture is, in pixels of the picture."""
    scene = picture.animation.scene
    longest = max(scene.width, scene.height * 16 / 9)
    width, height = round(FINE * longest), round(FINE * longest * 9 / 16)
    page = page_of(file, picture.frame + 1 if slide is None else slide, width, height)
    left, top = (width - FINE * scene.width) // 2, (height - FINE * scene.height) // 2
    box = (left, top, left + FINE * scene.width, top + FINE * scene.height)
    return page.resize((scene.width, scene.height), Image.Resampling.BOX, box)


def movie_slide(folder: Path) -> Iterator[Row]:
    """Compare the poster of the slide with the movie, which is the first frame or the last, as LibreOffice draws it."""
    every = pictures()
    files = [folder / f"{picture.name}.pptx" for picture in every]
    for picture, file in zip(every, files, strict=True):
        file.write_bytes(picture.animation.pptx())  # type: ignore[attr-defined]
    for picture, file, page in zip(every, files, convert(files, "pdf"), strict=True):
        yield Row(f"pptx, {picture.name}: slides", len(pptx.Presentation(str(file)).slides), "==", 1)
        image = slide_of(page, picture, slide=1)
        nearest = min(difference(image, picture.raster(frame)) for frame in (0, -1))
        yield Row(f"pptx, {picture.name}: % unlike", nearest, "<=", 0.5)


def pdf(folder: Path) -> Iterator[Row]:
    """Compare a page for each step, as poppler draws and reads it."""
    for picture in pictures():
        file = folder / f"{picture.name}.pdf"
        file.write_bytes(picture.animation.pdf())  # type: ignore[attr-defined]
        raster, page = picture.raster(), picture.frame + 1
        image = page_of(file, page, raster.width, raster.height)
        yield Row(f"pdf, {picture.name}: % unlike", difference(image, raster), "<=", 0.5)
        yield Row(f"pdf, {picture.name}: fonts not inside", unembedded(file), "==", 0)
        text = output("pdftotext", "-f", page, "-l", page, file, "-")
        yield Row(f"pdf, {picture.name}: words missing", missing_words(picture, text), "==", 0)


def tex(folder: Path) -> Iterator[Row]:
    """Compare a frame as TikZ, which has letters of LaTeX."""
    for number, picture in enumerate(pictures()):
        file = folder / f"frame{number}.tex"
        text = picture.animation.tex(picture.frame)  # type: ignore[attr-defined]
        if "\\documentclass" not in text:
            text = f"\\documentclass{{standalone}}\\usepackage{{tikz}}\\begin{{document}}\n{text}\n\\end{{document}}\n"
        file.write_text(text, encoding="utf-8")
        log = output("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-output-directory", folder, file)
        raster = picture.raster()
        image = page_of(file.with_suffix(".pdf"), 1, raster.width, raster.height)
        yield Row(f"tex, {picture.name}: % unlike", difference(image, raster), "<=", 1)
        yield Row(f"tex, {picture.name}: characters missing", log.count("Missing character"), "==", 0)


def svg(folder: Path) -> Iterable[Row]:
    """Compare a frame as SVG in Chromium, as an image, which may load nothing."""

    def rows(browser: Browser) -> list[Row]:
        made = []
        for picture in pictures():
            file, raster = folder / f"{picture.name}.svg", picture.raster()
            file.write_text(picture.animation.svg(picture.frame), encoding="utf-8")  # type: ignore[attr-defined]
            page = browser.new_page(viewport={"width": raster.width, "height": raster.height})
            holder = folder / f"{picture.name}.html"
            holder.write_text(f'<body style="margin: 0"><img width="{raster.width}" src="{file.name}">')
            page.goto(holder.resolve().as_uri())
            page.evaluate("document.images[0].decode()")
            made.append(Row(f"svg, {picture.name}: % unlike", difference(opened(page.screenshot()), raster), "<=", 0.5))
            page.close()
        return made

    return in_browser(rows)


def html(folder: Path) -> Iterable[Row]:
    """Open the figure as one file in Chromium: nothing goes wrong, and nothing is fetched."""

    def rows(browser: Browser) -> list[Row]:
        made = []
        for picture in pictures():
            file = folder / f"{picture.name}.html"
            file.write_text(picture.animation.html(), encoding="utf-8")
            page = browser.new_page()
            errors, requests = list[Any](), list[str]()
            page.on("pageerror", lambda error, seen=errors: seen.append(error))
            page.on("request", lambda request, seen=requests: seen.append(request.url))
            page.goto(file.resolve().as_uri())
            page.locator("canvas").first.wait_for()
            made.append(Row(f"html, {picture.name}: errors", len(errors), "==", 0))
            fetched = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
            made.append(Row(f"html, {picture.name}: requests", len(fetched), "==", 0))
            page.close()
        return made

    return in_browser(rows)


def images(method: str, mime: str) -> Callable[[Path], Iterable[Row]]:
    """Return the comparison of a moving image that Chromium decodes: its last frame."""

    def compare(folder: Path) -> Iterable[Row]:
        def rows(browser: Browser) -> list[Row]:
            page = browser.new_page()
            page.route("http://localhost/", lambda route: route.fulfill(body=""))
            page.goto("http://localhost/")  # ImageDecoder is there for trusted origins only
            made = []
            for picture in pictures():
                data = getattr(picture.animation, method)()
                (folder / f"{picture.name}.{method}").write_bytes(data)
                count, last = page.evaluate(DECODE, [base64.b64encode(data).decode(), mime])
                image = opened(base64.b64decode(last))
                made.append(Row(f"{method}, {picture.name}: frames", count, "==", len(picture.animation)))
                unlike = difference(image, picture.raster(-1))
                made.append(Row(f"{method}, {picture.name}: % unlike", unlike, "<=", 0))
            return made

        return in_browser(rows)

    return compare


def movies(method: str, codecs: Sequence[str]) -> Callable[[Path], Iterator[Row]]:
    """Return the comparison of a movie that ffmpeg decodes."""

    def compare(folder: Path) -> Iterator[Row]:
        for picture in pictures():
            file, label = folder / f"{picture.name}.{method}", f"{method}, {picture.name}"
            data = getattr(picture.animation, method)()
            file.write_bytes(data)
            about = json.loads(
                output("ffprobe", "-v", "error", "-show_streams", "-show_format", "-print_format", "json", file)
            )
            (stream,) = about["streams"]
            is_usual = stream["codec_name"] in codecs and stream["pix_fmt"] == "yuv420p"
            yield Row(f"{label}: one of the usual codecs", is_usual, "==", 1)
            step = picture.animation.presentation.seconds_per_step
            expected = step * sum(frame.beats for frame in picture.animation.scene)
            late = abs(float(about["format"]["duration"]) - expected)
            yield Row(f"{label}: seconds off", late, "<=", step)
            if method == "mp4":
                is_first = 0 < data.find(b"moov") < data.find(b"mdat")
                yield Row(f"{label}: plays while it loads", is_first, "==", 1)
            last = file.with_suffix(".png")
            output("ffmpeg", "-v", "error", "-y", "-i", file, "-update", 1, last)  # each frame replaces the one before
            image, raster = opened(last.read_bytes()), picture.raster(-1)
            even = image.crop((0, 0, raster.width, raster.height))  # a codec may add a row or a column
            yield Row(f"{label}: % unlike", difference(even, raster), "<=", 0.5)

    return compare


def xlsx(folder: Path) -> Iterator[Row]:
    """Compare the numbers of a workbook with those that LibreOffice computes from its formulas."""
    made: dict[str, Path] = {}
    for picture in pictures():
        if isinstance(picture.animation.recipe, cv.Recipe) and picture.name.endswith("light"):
            file = folder / f"{picture.name}.xlsx"
            try:
                file.write_bytes(picture.animation.xlsx())  # type: ignore[attr-defined]
            except cv.SpecError as error:
                print(f"xlsx, {picture.name}: {error}")
                continue
            made[picture.name] = file
    for name, file, computed in zip(made, made.values(), convert([*made.values()], "xlsx"), strict=True):
        formulas, kept, again = (
            openpyxl.load_workbook(path, data_only=values)
            for path, values in ((file, False), (file, True), (computed, True))
        )
        cells = [
            (sheet.title, cell.coordinate)
            for sheet in formulas
            for line in sheet.iter_rows()
            for cell in line
            if cell.data_type == "f"
        ]
        unlike = sum(not is_equal(kept[sheet][at].value, again[sheet][at].value) for sheet, at in cells)
        yield Row(f"xlsx, {name}: formulas", len(cells), ">=", 1)
        yield Row(f"xlsx, {name}: formulas computed differently", unlike, "==", 0)


def is_equal(kept: object, computed: object) -> bool:
    if isinstance(kept, int | float) and isinstance(computed, int | float):
        return abs(kept - computed) <= 1e-9 * max(1, abs(kept))
    return (kept or "") == (computed or "")


@dataclass(frozen=True)
class Check:
    """The comparisons of one format, the programs that they need, and the method that writes the file."""

    rows: Callable[[Path], Iterable[Row]]
    programs: Sequence[str]
    method: str = ""


FORMATS = {
    "steps": Check(steps, ("soffice", "pdftoppm", "pdftotext")),
    "pptx": Check(movie_slide, ("soffice", "pdftoppm"), "pptx"),
    "pdf": Check(pdf, ("pdftoppm", "pdffonts", "pdftotext"), "pdf"),
    "tex": Check(tex, ("pdflatex", "pdftoppm"), "tex"),
    "svg": Check(svg, ("chromium",), "svg"),
    "html": Check(html, ("chromium",), "html"),
    "gif": Check(images("gif", "image/gif"), ("chromium",), "gif"),
    "webp": Check(images("webp", "image/webp"), ("chromium",), "webp"),
    "apng": Check(images("apng", "image/png"), ("chromium",), "apng"),
    "mp4": Check(movies("mp4", ("h264",)), ("ffmpeg", "ffprobe"), "mp4"),
    "webm": Check(movies("webm", ("vp9", "vp8", "av1")), ("ffmpeg", "ffprobe"), "webm"),
    "xlsx": Check(xlsx, ("soffice",), "xlsx"),
}


if __name__ == "__main__":
    sys.exit(main())
