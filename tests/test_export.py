"""Every format of every recipe, through the one function behind all doors."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image

import convviz as cv
from convviz import SpecError
from convviz.address import read_address, read_export
from convviz.effort import estimate
from convviz.errors import UnknownNameError
from convviz.export import Export
from convviz.files import FORMATS, formats_of
from convviz.recipes import VARIANTS, Presentation
from convviz.recipes.comparison import Asked, Comparison
from convviz.recipes.presentation import OPTIONS

ROOT = Path(__file__).resolve().parent.parent
SMALL: dict[str, Asked] = {
    name: cv.recipe(
        name, **({"input_size": 4} if name not in ("along-a-line", "receptive-field", "checkerboard") else {})
    )
    for name in VARIANTS
    if name != "dilated"
}
SMALL["dilated"] = cv.recipe("dilated", kernel_size=2)
SMALL["backward"] = cv.recipe("backward", input_size=4, gradient="dx")  # exercises are of one gradient
SMALL["compare"] = Comparison.from_query("left=standard&right=pooling&input_size=4&left.kernel_size=2")
BEGINNINGS = {
    "gif": b"GIF89a", "webm": b"\x1a\x45\xdf\xa3", "webp": b"RIFF", "apng": b"\x89PNG", "png": b"\x89PNG",
    "svg": b"<svg", "tex": b"%", "pdf": b"%PDF-1.", "zip": b"PK\3\4", "book.zip": b"PK\3\4", "html": b"<!doctype html>",
    "pptx": b"PK\3\4", "steps.pptx": b"PK\3\4", "xlsx": b"PK\3\4", "worksheet.pdf": b"%PDF-1.", "key.pdf": b"%PDF-1.",
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_every_format_of_every_recipe_can_be_made(name: str) -> None:
    asked = SMALL[name]
    export = Export(asked, Presentation.from_values({"steps": "1-2", "width": 480}))
    source = f"/{asked.variant}?{asked.to_query()}".removesuffix("?")
    for each in formats_of(asked):
        if each.ending in ("webm", "book.zip", "pptx"):  # the video of these is that of the MP4
            continue
        if name == "backward" and each.ending in ("keras.py", "jax.py", "onnx.py"):
            with pytest.raises(SpecError, match=r"^Code for gradients is there in PyTorch and NumPy; got "):
                export.make(each.ending)
            continue
        data = export.make(each.ending)
        assert data.startswith(BEGINNINGS.get(each.ending, b"")), each.ending
        if each.ending in ("gif", "mp4", "webp", "apng", "png", "svg", "tex"):
            escaped = source.replace("&", "&amp;") if each.ending in ("svg", "webp") else source
            assert escaped.encode() in data, each.ending


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format, made in another process with another seed of hashes, another language and another time zone."""
    folder = tmp_path_factory.mktemp("elsewhere")
    code = f"""
import convviz as cv
from convviz.files import FORMATS
for ending in reversed(FORMATS):
    cv.animate(cv.recipe("pooling", input_size=4), theme="dark").save({str(folder)!r} + "/a." + ending)
"""
    environment = {"PYTHONHASHSEED": "77", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, check=True)
    return folder


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_bytes_in_another_process(ending: str, elsewhere: Path) -> None:
    export = Export(cv.recipe("pooling", input_size=4), Presentation(theme="dark"))
    assert (elsewhere / f"a.{ending}").read_bytes() == export.make(ending)


def test_methods_and_save_give_the_same(tmp_path: Path) -> None:
    picture = cv.animate(cv.recipe("dilated"), width=480, steps="1-2")
    made: dict[str, bytes | str] = {
        "gif": picture.gif(), "png": picture.png(), "zip": picture.png_zip(), "svg": picture.svg(),
        "tex": picture.tex(), "pdf": picture.pdf(),
        "steps.pptx": picture.pptx(steps=True), "xlsx": picture.xlsx(), "webp": picture.webp(),
        "apng": picture.apng(), "worksheet.pdf": picture.worksheet(), "key.pdf": picture.worksheet(is_key=True),
        "html": picture.html(), "mp4": picture.mp4(), "numpy.py": cv.recipe("dilated").to_code("numpy"),
    }  # fmt: skip
    for ending, data in made.items():
        path = picture.save(tmp_path / f"a.{ending}")
        assert path.read_bytes() == (data.encode() if isinstance(data, str) else data), ending
    assert picture.save(f"{tmp_path}/b.svg", frame=2).read_text() == picture.svg(2) != picture.svg()


def test_a_format_that_there_is_not_is_refused(tmp_path: Path) -> None:
    for ending in ("xlsx", "worksheet.pdf", "keras.py"):
        with pytest.raises(SpecError) as caught:
            cv.animate(cv.recipe("checkerboard")).save(tmp_path / f"a.{ending}")
        assert str(caught.value) == (
            "checkerboard has the formats gif, mp4, webm, webp, apng, pptx, steps.pptx, png, svg, tex, pdf, zip, "
            f"book.zip, html; got '{ending}'."
        )
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("ending", ["gif", "png", "apng", "zip"])
def test_a_file_fits_in_its_megabytes(ending: str) -> None:
    recipe = cv.recipe("standard", input_size=7)
    usual = len(Export(recipe, Presentation()).make(ending))
    most = round(0.5 * usual / 1e6, 2)
    data = Export(recipe, Presentation(megabytes=most)).make(ending)
    assert 0.5 * 1e6 * most <= len(data) <= 1e6 * most
    assert Export(recipe, Presentation(megabytes=100)).make(ending) == Export(recipe, Presentation()).make(ending)


def test_a_size_that_cannot_be_reached_is_refused() -> None:
    recipe = cv.recipe("standard", input_size=16, kernel_size=5)
    sentence = r"^megabytes must be at least \d\.\d\d for this .*; got 0\.05\. Use fewer steps or smaller sizes\.$"
    for ending in ("gif", "pdf"):
        with pytest.raises(SpecError, match=sentence):
            Export(recipe, Presentation(megabytes=0.05, width=480)).make(ending)


def test_a_book_has_one_name_in_every_format() -> None:
    recipe = cv.recipe("dilated")
    book = zipfile.ZipFile(io.BytesIO(cv.animate(recipe, width=480).book()))
    stem = "dilated_i7_k3_d2_480"
    endings = ("gif", "png", "svg", "pdf", "mp4", "webm", "txt", "tex")
    assert book.namelist() == [f"{stem}.{ending}" for ending in endings]
    assert Image.open(io.BytesIO(book.read(f"{stem}.gif"))).n_frames == 9
    assert len(pypdf.PdfReader(io.BytesIO(book.read(f"{stem}.pdf"))).pages) == 9
    words, latex = (book.read(f"{stem}.{ending}").decode() for ending in ("txt", "tex"))
    assert "Alternative text: Dilated convolution: a 3 by 3 kernel on a 7 by 7 input" in words
    assert "CC0, no rights reserved" in words
    assert f"\\animategraphics[autoplay,loop,controls,width=\\linewidth]{{1.667}}{{{stem}}}{{}}{{}}" in latex
    assert [f"\\includegraphics<{k}>[page={k},width=\\linewidth]{{{stem}.pdf}}%" in latex for k in range(1, 11)] == (
        [True] * 9 + [False]
    )


def test_without_the_extra_a_book_says_what_it_lacks() -> None:
    code = """
import io, sys, zipfile
sys.modules["imageio_ffmpeg"] = None
import convviz as cv
picture = cv.animate(cv.recipe("dilated", kernel_size=2), width=480)
book = zipfile.ZipFile(io.BytesIO(picture.book()))
print(*[name.partition(".")[2] for name in book.namelist()])
print(*[line for line in book.read(book.namelist()[-2]).decode().splitlines() if "missing" in line], sep="\\n")
for make in (picture.mp4, picture.webm, picture.pptx):
    try:
        make()
    except ImportError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    sentence = "imageio-ffmpeg must be installed (pip install 'convviz[video]'); got no module \"imageio_ffmpeg\"."
    stem = "dilated_i7_k2_d2_480"
    assert done.stdout.splitlines() == [
        "gif png svg pdf txt tex", f"{stem}.mp4 is missing: {sentence}", f"{stem}.webm is missing: {sentence}",
        *[sentence] * 3,
    ]  # fmt: skip


def test_an_address_is_read_as_python_would_write_it() -> None:
    export, form = read_address("preset/dilation.steps.pptx", "theme=print&steps=2-3")
    assert (export.asked, export.show, form.ending) == (
        cv.presets["dilation"], Presentation(theme="print", steps=(2, 3, 1)), "steps.pptx",
    )  # fmt: skip
    assert read_export("dilated", {"input_size": 8, "frame": 2}).number == 2
    with pytest.raises(UnknownNameError, match=r"Did you mean dilation\?$"):
        read_export("preset/dilatio", {})
    with pytest.raises(SpecError, match=r"^frame must be a whole number from 0 to 8; got '9'\.$"):
        read_export("dilated", {"frame": "9"})


def test_unknown_presets_are_keys_and_sentences() -> None:
    with pytest.raises(KeyError) as caught:
        cv.presets["dilatoin"]
    count = len(cv.presets)
    assert str(caught.value) == f"A preset must be one of {count} names; got 'dilatoin'. Did you mean dilation?"
    assert cv.presets.get("nothing") is None
    assert "nothing" not in cv.presets
    assert [*cv.presets][:1] == ["no_padding_no_strides"]


def test_variants_list_parameters_with_bounds_and_defaults() -> None:
    for name, each in cv.variants.items():
        assert each.title == VARIANTS[name].title
        assert [*each.parameters] == [*VARIANTS[name].fields]
        assert cv.recipe(name, **{key: each.parameters[key].default for key in each.parameters if "size" in key}) == (
            cv.recipe(name)
        )
        assert f"    {name}: {each.title}" in (cv.recipe.__doc__ or "")
    stride = cv.variants["transposed"].parameters["stride"]
    assert (stride.default, stride.low, stride.high) == ("2", 1, 8)
    with pytest.raises(TypeError):
        cv.variants["mine"] = stride  # type: ignore[index]


def test_a_notebook_is_json() -> None:
    assert json.dumps(cv.animate(cv.recipe("dilated"), width=480)._repr_mimebundle_()).startswith('{"text/plain"')


class Hostile:
    """Raises an error instead of a text."""

    def __repr__(self) -> str:
        raise RuntimeError("planted")

    __str__ = __repr__


JUNK: list[Any] = [True, 1.5, 10**5000, -(10**5000), Hostile(), [], {}, "\ud800", "9" * 5000]


@pytest.mark.parametrize("option", [*OPTIONS, "purpose", "frame", "dials"])
def test_junk_for_an_option_gets_a_value_or_a_sentence(option: str) -> None:
    for value in JUNK:
        with suppress(SpecError):
            read_export("standard", {option: value})


def test_junk_for_dials_gets_a_sentence() -> None:
    picture = cv.animate(cv.recipe("standard", input_size=3))
    for value in JUNK:
        for dials in ({"dilation": value}, {"dilation": [value]}, [value], value):
            with suppress(SpecError):
                picture.html(dials=dials)
    for dials in (3, {"dilation": 3}, [[3]]):
        with pytest.raises(SpecError) as caught:
            picture.html(dials=dials)  # type: ignore[arg-type]  # the mistake
        assert str(caught.value) == (
            f'dials must be names, or lists of values by names such as {{"dilation": [1, 2]}}; got {dials}.'
        )


@pytest.mark.parametrize("ending", ["xlsx", "key.pdf", "numpy.py", "html"])
def test_what_has_no_picture_of_a_size_ignores_the_size(ending: str) -> None:
    asked = cv.recipe("standard", input_size=7)
    plain, options = (Presentation.from_values(each) for each in ({}, {"height": 135, "steps": "500-512"}))
    assert Export(asked, options).make(ending) == Export(asked, plain).make(ending)
    if ending != "numpy.py":
        assert estimate(Export(asked, options), ending) == estimate(Export(asked, plain), ending)
