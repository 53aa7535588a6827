"""Charts as files: PDF, and what each format says of its origin."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pypdf
import pypdfium2
import pytest
from PIL import Image

from convviz.charts import Chart
from convviz.origin import RIGHTS, Origin
from tests.charts.gallery import CHARTS
from tests.charts.reading import texts

ROOT = Path(__file__).resolve().parent.parent.parent
ORIGIN = Origin("Cost <of> a & b", "Not said", "/separable?kernel_size=3&x=4", "convviz 0.1.0")
NAMES = ("rank", "maps", "ratio", "counts", "spectrum", "growth, classic")


def read(chart: Chart, origin: Origin | None = None) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(chart.pdf(origin=origin)))


@pytest.mark.parametrize("name", NAMES)
def test_a_pdf_has_the_texts_and_the_picture_of_the_chart(name: str) -> None:
    chart = CHARTS[name]()
    (page,) = read(chart).pages
    assert (page.mediabox.width, page.mediabox.height) == (chart.width, chart.height)
    written = sorted("".join(texts(chart)).replace(" ", ""))
    assert sorted(re.sub(r"\s", "", page.extract_text())) == written
    with pypdfium2.PdfDocument(chart.pdf()) as document:
        picture = np.asarray(document[0].render(scale=1).to_pil().convert("L")).astype(int)
    drawn = Image.open(BytesIO(chart.png(scale=1)))
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    expected = np.asarray(paper.convert("L")).astype(int)
    # Thin lines and letters have other shades, but the picture is nearer than one that is moved by three pixels.
    moved = [np.roll(expected, 3 * step, axis) for axis in (0, 1) for step in (-1, 1)]
    assert abs(picture - expected).mean() < 0.7 * min(abs(picture - other).mean() for other in moved)


@pytest.mark.parametrize("name", NAMES)
def test_the_fonts_of_a_pdf_are_inside_as_truetype(name: str) -> None:
    (page,) = read(CHARTS[name]()).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        (inner,) = font["/DescendantFonts"]
        assert inner.get_object()["/Subtype"] == "/CIDFontType2"
        assert len(inner.get_object()["/FontDescriptor"]["/FontFile2"].get_data()) > 500
    assert matplotlib.rcParams["pdf.fonttype"] == 42


def test_every_process_writes_the_same_pdf_without_a_date() -> None:
    code = (
        "from tests.charts.gallery import CHARTS; from hashlib import sha256;"
        "print(*(sha256(CHARTS[name]().pdf()).hexdigest() for name in ('ratio', 'maps')))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (process.communicate(timeout=60)[0] for process in running)
    assert first == second
    assert len(first.split()) == 2
    assert dict(read(CHARTS["ratio"]()).metadata or {}) == {"/Title": CHARTS["ratio"]().title}


def test_each_format_says_its_origin_and_nothing_else_changes() -> None:
    chart = CHARTS["ratio"]()
    svg = chart.svg(origin=ORIGIN)
    (metadata,) = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}metadata")
    said = {
        element.tag.split("}")[1]: "".join(element.itertext()).strip()
        for element in metadata.iter()
        if element.tag.startswith("{http://purl.org/dc/elements/1.1/}") and element.tag[-5:] != "title"
    }
    assert said == {"creator": ORIGIN.software, "source": ORIGIN.source, "rights": RIGHTS}
    assert re.sub(r"\s*<metadata>.*</metadata>", "", svg, flags=re.DOTALL) == chart.svg()

    picture, plain = Image.open(BytesIO(chart.png(origin=ORIGIN))), Image.open(BytesIO(chart.png()))
    assert picture.tobytes() == plain.tobytes()
    words = {key: text for key, text in picture.info.items() if isinstance(text, str)}
    assert words == {
        "Title": chart.title,
        "Description": chart.description,
        "Source": ORIGIN.source,
        "Software": ORIGIN.software,
        "Copyright": RIGHTS,
    }
    assert not [text for text in plain.info.values() if isinstance(text, str)]

    info = read(chart, ORIGIN).metadata
    assert dict(info or {}) == {
        "/Title": chart.title,
        "/Subject": ORIGIN.source,
        "/Keywords": RIGHTS,
        "/Creator": ORIGIN.software,
    }
