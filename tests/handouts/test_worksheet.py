"""Worksheets: pypdf and pdfium read what is printed, and find every number, the blanks, and nothing outside a page."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pypdfium2
import pytest

from convviz import arithmetic as cv
from convviz.errors import SpecError
from convviz.handouts.worksheet import worksheet
from convviz.origin import Origin
from convviz.recipes import CATALOG, VARIANTS, Recipe, recipe

WITH_NUMBERS = [name for name, variant in VARIANTS.items() if "input" in variant.fields]

Array = np.ndarray[Any, Any]
ORIGIN = Origin("Dilated convolution <b>&amp;", "Taps spread apart.", "/dilated?a=1&b=2", "convviz 1.2.3")
ROOT = Path(__file__).resolve().parents[2]
SIZES = {"a4": (210 / 25.4 * 72, 297 / 25.4 * 72), "letter": (8.5 * 72, 11 * 72)}

CASES = {
    "dilated": recipe("dilated", bias=1),
    "uneven": recipe("standard", input_size="5x7", kernel_size="3x2", stride="2x1", padding="1,2,0,1",
                     padding_mode="reflect"),
    "transposed": recipe("transposed", input_size="2x3", kernel_size="2x3", stride="2x1", output_padding="1x0"),
    "groups of stamps": recipe("transposed", input_size="2x3", kernel_size="3x2", stride="1x2", in_channels=4,
                               out_channels=2, groups=2),
    "max": recipe("pooling", input_size="5x6", kernel_size="3x2", stride="2x3", padding="1x1", ceil_mode=True),
    "average": recipe("pooling", input_size="4x6", mode="average"),
    "average of nothing": recipe("pooling", input_size="1x2", kernel_size=2, stride=1, dilation=2, padding=1,
                                 mode="average", count_include_pad=False),
    "channels": recipe("standard", input_size=4, in_channels=3, out_channels=2),
    "groups": CATALOG["two_groups"].recipe,
    "large": recipe("standard", input_size=16, padding=1),
    "decimals": recipe("standard", input=[[-1234.5, 0.25, 2.5, -7.125]] * 4, weight=[[0.5, -1], [3, 1e6]]),
    "two passes": recipe("spatial-separable", weight="sobel_x", padding="1,0,0,2"),
    "gradient of the input": recipe("backward", input_size="5x4", stride="2x1", gradient="dx"),
    "gradient of the weight": recipe("backward", input_size="5x4", stride="2x1", gradient="dw"),
    "depthwise": recipe("depthwise-separable", input_size=4, in_channels=2, out_channels=3),
}  # fmt: skip


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)


def tokens(data: bytes) -> Counter[str]:
    """What is in the tables: lines that are one number."""
    return Counter(line for line in text_of(data).splitlines() if re.fullmatch(r"−?[\d.e]+|−∞", line))


def spelled(numbers: Array) -> Counter[str]:
    """Numbers as they are printed where four digits are enough for them."""
    return Counter(f"{value:.10g}".replace("-", "−").replace("inf", "∞") for value in numbers.ravel().tolist())


@cache
def made(name: str, paper: Any = "a4", is_key: bool = False) -> bytes:
    return worksheet(CASES[name], ORIGIN, paper=paper, is_key=is_key)


@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("name", ["dilated", "average"])
def test_all_numbers_are_printed_and_the_answers_only_in_the_key(name: str, paper: Any) -> None:
    asked = CASES[name]
    weight = asked.weight
    output = np.array(cv.forward(asked.layer, asked.input, weight, asked.bias))
    printed = spelled(asked.input) + (Counter() if weight is None else spelled(weight))
    sheet, key = (made(name, paper, is_key) for is_key in (False, True))
    assert tokens(key) == printed + spelled(output)
    blanks = output.size - 1
    assert f"2. Fill in the {blanks} empty cells of the table" in text_of(sheet)
    example = tokens(sheet) - printed
    assert example == spelled(output) - (tokens(key) - tokens(sheet))
    (line,) = re.findall(r"Example: row 0, column 0: .+ = (.+)\.", text_of(sheet))
    assert example == Counter([line]) == spelled(output[0, 0, 0])


def test_a_large_output_has_24_scattered_blanks() -> None:
    sheet, key = (made("large", is_key=is_key) for is_key in (False, True))
    output = np.array(cv.forward(CASES["large"].layer, CASES["large"].input, CASES["large"].weight))
    answers = tokens(key) - tokens(sheet)
    assert answers.total() == 24
    assert answers <= spelled(output)
    assert tokens(key).total() == 18 * 18 + 3 * 3 + 16 * 16


@pytest.mark.parametrize("name", ["uneven", "transposed", "max", "channels", "groups"])
def test_padding_inserted_zeros_and_all_channels_are_printed(name: str) -> None:
    asked = CASES[name]
    output = asked.drawn_output
    weight = np.zeros(0) if asked.weight is None else asked.weight
    key = tokens(made(name, is_key=True))
    around = key - spelled(asked.input) - spelled(weight) - spelled(output)
    rows, columns = asked["input_size"]
    if name == "uneven":
        plane = np.pad(asked.input[0], ((1, 2), (0, 1)), mode="reflect")
        assert around == spelled(plane) - spelled(asked.input)
    elif name == "transposed":  # a row of zeros, one below, and a column on each side
        assert around == Counter({"0": (3 + 0 + 1) * (columns + 2) - rows * columns})
    elif name == "max":
        assert around == Counter({"−∞": 7 * 8 - rows * columns})
    else:
        assert around == Counter()


def test_a_size_formula_has_a_blank_for_each_number() -> None:
    sheet, key = (text_of(made("transposed", is_key=is_key)) for is_key in (False, True))
    assert "height: o = (i − 1)s − 2p + d(k − 1) + a + 1" in sheet
    assert "= (_____ − 1)·_____ − 2·_____ + _____·(_____ − 1) + _____ + 1 = _____" in sheet
    assert "= (2 − 1)·2 − 2·1 + 1·(2 − 1) + 1 + 1 = 3" in key
    assert "= (3 − 1)·1 − 2·1 + 1·(3 − 1) + 0 + 1 = 3" in key
    assert "_____ +" not in key


@pytest.mark.parametrize("name", CASES)
def test_every_formula_with_blanks_fits_its_numbers(name: str) -> None:
    sheet, key = (text_of(made(name, is_key=is_key)) for is_key in (False, True))
    blanks = [line for line in sheet.splitlines() if line.startswith("= ")]
    filled = [line for line in key.splitlines() if line.startswith("= ")]
    assert blanks
    for blank, full in zip(blanks, filled, strict=True):
        assert re.fullmatch(re.escape(blank).replace("_____", r"\d+"), full)


def test_several_kernels_are_turned() -> None:
    words = " ".join(text_of(made("groups of stamps")).split())
    assert "Each kernel, turned by 180 degrees, moves by 1 over the input with zeros between and around it." in words


def test_two_stages_are_two_questions() -> None:
    text = " ".join(text_of(made("two passes")).split())
    assert '2. Fill in the 24 empty cells of the table "After the column".' in text
    assert (
        '3. Fill in the 24 empty cells of the table "Output". The pass of the row reads the table "After the column", '
        "with 2 zeros on the right."
    ) in text
    text = " ".join(text_of(made("depthwise")).split())
    assert '3. Fill in the 11 empty cells of the tables "Output". The pointwise convolution reads the tables' in text
    key = tokens(made("depthwise", is_key=True))
    asked = CASES["depthwise"]
    middle = np.array(cv.forward(asked.layer, asked.input, asked.weight))
    output = np.array(cv.forward(cv.conv2d(1), middle, asked.pointwise))
    assert key == sum(map(spelled, (asked.input, asked.weight, middle, asked.pointwise, output)), Counter())


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (CASES["max"], "Example: row 1, column 1: the largest of 2, 4, 1, 6, 5, 9 is 9."),
        (CASES["average"], "Example: row 0, column 0: (5 + 0 + 3 + 5) / 4 = 3.25."),
        (CASES["transposed"], "Example: row 0, column 1: 3·(−1) + 0·1 + 5·(−2) = −13."),
        (CASES["groups"], "Example: row 0, column 0 of channel 0:"),
        (
            recipe("standard", input="1,2;3,-4", weight="1,0;-1,2", bias=-3, padding=1),
            "Example: row 1, column 1: 1·1 + 2·0 + 3·(−1) + (−4)·2 + (−3) = −13.",
        ),
    ],
)
def test_an_example_is_worked_out(asked: Recipe, words: str) -> None:
    assert words in " ".join(text_of(worksheet(asked, ORIGIN)).split())


def test_one_cell_and_very_long_sums_have_no_example() -> None:
    for asked in (recipe("standard", input_size=3), recipe("standard", input_size=9, kernel_size=4, in_channels=4)):
        assert "Example" not in text_of(worksheet(asked, ORIGIN))


def test_rounded_numbers_are_said_to_be_rounded() -> None:
    box = worksheet(recipe("standard", weight="box"), ORIGIN, is_key=True)
    assert "Long numbers are rounded." in text_of(box)
    assert tokens(box)["0.1111111"] == 9
    expected = np.array(cv.forward(cv.conv2d(3), recipe("standard").input, np.full((1, 1, 3, 3), 1 / 9)))
    results = [f"{value:.4g}" for value in expected.ravel()]
    assert Counter(results) <= tokens(box)
    assert "rounded" not in text_of(made("dilated"))


def test_long_numbers_are_shorter_where_there_is_no_room() -> None:
    numbers = np.random.default_rng(3).uniform(0, 1, (1, 12, 12))
    for columns, digits in ((4, 7), (12, 4)):
        some = numbers[..., :columns]
        data = worksheet(recipe("standard", input=some[0], kernel_size=1, weight=[[2]]), ORIGIN)
        assert Counter(f"{value:.{digits}g}" for value in some.ravel()) <= tokens(data)


def test_a_single_blank_is_not_counted() -> None:
    one = worksheet(recipe("standard", input_size=3), ORIGIN)
    assert "2. Fill in the empty cell of the table" in text_of(one)


@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("name", CASES)
def test_pages_have_their_size_and_nothing_is_outside_or_over_another(name: str, paper: Any) -> None:
    data = made(name, paper, is_key=True)
    document = pypdfium2.PdfDocument(data)
    assert 1 <= len(document) <= 4
    for page in document:
        np.testing.assert_allclose(page.get_size(), SIZES[paper], atol=0.01)
        width, height = page.get_size()
        for shape in page.get_objects():
            left, bottom, right, top = shape.get_bounds()
            assert 20 < left <= right < width - 20
            assert 20 < bottom <= top < height - 20
        words = page.get_textpage()
        boxes = [words.get_rect(n) for n in range(words.count_rects())]
        assert len(boxes) > 10
        lefts = np.array(boxes)
        for one, other in combinations(range(len(lefts)), 2):
            a, b = lefts[one], lefts[other]
            overlap = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            assert min(overlap) < 1, (words.get_text_bounded(*a), words.get_text_bounded(*b))


@pytest.mark.parametrize("name", ["uneven", "large", "depthwise"])
def test_a_copier_keeps_all_of_it(name: str) -> None:
    """Black alone, lines of at least 0.7 points, letters of at least 9 points, and every font in the file."""
    reader = pypdf.PdfReader(BytesIO(made(name, is_key=True)))
    for page in reader.pages:
        stream = page.get_contents().get_data().decode("latin-1")
        widths = [float(width) for width in re.findall(r"([\d.]+) w\b", stream)]
        assert set(widths) == {0.75, 1.75}
        fonts = [float(size) for size in re.findall(r"/F\S+ ([\d.]+) Tf", stream)]
        assert min(fonts) >= 9
        assert set(re.findall(r"([\d.]+ [\d.]+ [\d.]+) (?:rg|RG)\b", stream)) == {"0 0 0"}
        assert not re.search(r"[\d.]+ [gGkK]\b", stream)
        descriptors = [font.get_object()["/FontDescriptor"] for font in page["/Resources"]["/Font"].values()]
        assert {"/FontFile2" in descriptor for descriptor in descriptors} == {True}
        assert {str(each["/FontName"]).split("+")[1] for each in descriptors} <= {
            "convvizSans-Regular",
            "convvizSans-Bold",
        }


def pixels(data: bytes) -> Array:
    """The first page, a pixel for each point."""
    return np.asarray(pypdfium2.PdfDocument(data)[0].render(scale=1).to_pil())


def test_blank_cells_are_white_and_printed_cells_are_not() -> None:
    """The pixels of the worksheet are those of its key, less the answers."""
    sheet, key = (
        np.asarray(pypdfium2.PdfDocument(made("average", is_key=is_key))[0].render(scale=1).to_pil())
        for is_key in (False, True)
    )
    assert (sheet[..., 0] == sheet[..., 1]).all()
    assert (sheet[..., 0] == sheet[..., 2]).all()
    assert sheet.shape == key.shape
    assert (sheet != key).any()
    below = 400  # pixels from the top of a page of 842: below the tables
    np.testing.assert_array_equal(sheet[below:], key[below:])


def test_the_file_says_where_it_comes_from() -> None:
    about = pypdf.PdfReader(BytesIO(made("dilated"))).metadata
    assert about is not None
    assert (about.title, about.subject, about.author) == (ORIGIN.title, ORIGIN.description, ORIGIN.software)
    assert about.keywords == f"{ORIGIN.source}, CC0, no rights reserved"
    key = pypdf.PdfReader(BytesIO(made("dilated", is_key=True)))
    assert key.metadata is not None
    assert key.metadata.title == f"{ORIGIN.title}: key"
    text = key.pages[0].extract_text()
    assert f"{ORIGIN.title}: key" in text
    assert f"{ORIGIN.source}. CC0, no rights reserved." in text


def test_a_long_source_ends_before_the_number_of_the_page() -> None:
    data = worksheet(CASES["dilated"], Origin("T", "", "/dilated?input=" + "1,2;" * 400, "convviz"))
    (page,) = pypdfium2.PdfDocument(data)
    foot = page.get_textpage().get_text_bounded(0, 0, page.get_width(), 40)
    assert re.fullmatch(r"/dilated\?input=(1,2;)+1?,?2?… Page 1", foot)


def test_the_same_recipe_has_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; from tests.handouts.test_worksheet import *;"
        "sys.stdout.buffer.write(worksheet(CASES['depthwise'], ORIGIN, paper='letter'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60)
    worksheet(CASES["max"], ORIGIN)  # what was made before leaves no trace
    assert done.stdout == worksheet(CASES["depthwise"], ORIGIN, paper="letter")


@pytest.mark.parametrize(
    ("asked", "options", "sentence"),
    [
        (
            recipe("checkerboard"),
            {},
            f"A worksheet must be of {', '.join(WITH_NUMBERS[:-1])} or {WITH_NUMBERS[-1]}; got checkerboard.",
        ),
        (recipe("backward"), {}, "An exercise of backward must have the gradient dx or dw; got all."),
        (recipe("backward", mode="max"), {}, "An exercise of backward must have the mode convolution; got max."),
        (recipe("dilated"), {"paper": "a5"}, 'paper must be "a4" or "letter"; got \'a5\'.'),
        (
            recipe("transposed", input_size=10),
            {},
            "A table of a worksheet must fit into 499 x 596 points; got 534 x 433. Use a smaller input, stride or"
            " padding, or shorter numbers.",
        ),
        (
            recipe("standard", input_size=12, kernel_size=2, in_channels=16, out_channels=2),
            {},
            "A worksheet must have at most 4 pages; got 6. Use fewer channels or smaller sizes.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(asked: Recipe, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refusal:
        worksheet(asked, ORIGIN, **options)
    assert str(refusal.value) == sentence
