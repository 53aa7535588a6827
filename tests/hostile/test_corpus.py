"""The files of `make`: each is refused in one sentence, or all that is shown of it is harmless."""

from __future__ import annotations

from pathlib import Path

import pytest

from convviz import SpecError

from .doors import DOORS
from .make import FILES

NOT_IMAGE = "An image must be a PNG, JPEG or WebP file; this file is none of these."
DAMAGED = "An image must be complete to be read; this file is damaged or cut off."
NOT_TEXT = "input must be a text file of numbers, such as CSV; this file is not text."
NOT_IN_THE_TEXT = "kernel_size must be a number in the text; it is not known here."

REFUSED = {
    "empty.onnx": "the model must be an ONNX file, whole and undamaged; got an empty one.",
    "page.onnx": (
        "the model must be an ONNX file, whole and undamaged; got a text that begins with '<!doctype html><scri'."
    ),
    "pickle.onnx": (
        "the model must be an ONNX file, whole and undamaged; got a file of another format: export the "
        "model to ONNX first."
    ),
    "zeros.onnx": (
        "the model must be an ONNX file, whole and undamaged; got 1000 bytes that cannot be read, damaged "
        "or of another format."
    ),
    "cut.onnx": (
        "the model must be an ONNX file, whole and undamaged; got one that is cut off: 150 of at least 317 bytes."
    ),
    "cycle.onnx": 'the graph must have no cycle; got one at or before node "=one\\n".',
    "twice.onnx": "node \"Tanh_2\" must give its output a new name; got 'y'.",
    "from-nowhere.onnx": "node \"Relu_1\" must read tensors of the model; got '../x\\x1b[2J'.",
    "negative-weight.onnx": "tensor 'w' must have at most 8 dimensions, none below 0; got (-1, 2, 3, 3).",
    "many-axes.onnx": "tensor 'w' must have at most 8 dimensions, none below 0; got (3, 2, 3, 3, 1, 1, ...).",
    "huge-input.onnx": "the input height must be at most 16384; got 1099511627776.",
    "no-rows.onnx": "input 'x' has a dynamic height; give the input size (input_size).",
    "a-number-too-few.onnx": (
        "tensor 'w' must hold as many numbers as its shape says, of a type that ONNX has; got shape (3, 2, 3, 3)."
    ),
    "huge-stride.onnx": "stride must be at most 10^9; got (4611686018427387904, 1).",
    "no-kernel.onnx": "kernel_size must be at least 1; got (0, 1).",
    "scales.onnx": 'node "Upsample_1" must make at least 1 cell of 9; got the scale nan.',
    "many-nodes.onnx": "the model must have at most 50000 nodes; got 60001.",
    "many-fields.onnx": "the model must have at most 200000 attributes; got 250000.",
    "many-numbers.onnx": "the model must have at most 1000000 fields; got more.",
    "calls-itself.onnx": "the model must have at most 50000 nodes, and functions 4 deep; got more.",
    "doubles.onnx": "the model must have at most 50000 nodes, and functions 4 deep; got more.",
    "deep-branches.onnx": "the model must have at most 4 graphs inside one another.",
    "huge.png": "An image must have at most 25 megapixels; got 2,500. Make it smaller first.",
    "wide.png": "An image must be at most 32,768 pixels high and wide; got 40000 x 1.",
    "no-size.png": NOT_IMAGE,
    "text-bomb.png": DAMAGED,
    "profile-bomb.png": DAMAGED,
    "wrong-sum.png": NOT_IMAGE,
    "cut.jpeg": DAMAGED,
    "huge.jpeg": "An image must have at most 25 megapixels; got 4,290.25. Make it smaller first.",
    "huge.webp": "An image must have at most 25 megapixels; got 268.435456. Make it smaller first.",
    "gif.png": NOT_IMAGE,
    "tiff.png": NOT_IMAGE,
    "bmp.png": NOT_IMAGE,
    "ico.png": NOT_IMAGE,
    "ppm.png": NOT_IMAGE,
    "drawing.png": NOT_IMAGE,
    "formula.csv": "input must have nothing but commas or blanks between brackets; got ',4'.",
    "command.csv": "input plane 0 row 0, column 0 must be a number; got '=cmd'.",
    "unclosed.csv": "input must have rows of equal length; row 0 has 1 number, row 1 has 2.",
    "zero.csv": NOT_TEXT,
    "wide-characters.csv": NOT_TEXT,
    "latin.csv": NOT_TEXT,
    "blind.csv": "input row 0, column 0 must be a number; got '\\u200b'.",
    "spreadsheet.csv": NOT_TEXT,
    "digits.csv": "input row 0, column 0 must be a number; got '٣'.",
    "turned.csv": "input must have rows of equal length; row 0 has 2 numbers, row 2 has 1.",
    "brackets.csv": "input must be rows of numbers, or planes of rows, one per channel; got [[[[[[[...]]]]]]].",
    "fractions.csv": (
        "input row 0, column 0 must be a number; got '\\\\frac{\\\\frac{\\\\frac{\\\\frac{\\\\frac{\\\\fr…'."
    ),
    "calls.csv": "input must have nothing but commas or blanks between brackets; got 'a'.",
    "names.csv": "input row 0, column 0 must be a number; got 'a=a=a=a=a=a=a=a=a=a=a=a=a=a=a=a=a=a=a=a…'.",
    "one-line.csv": "input must be at most 20,000 characters long; got 800,000 bytes.",
    "infinite.csv": "input row 0, column 0 must be a finite number; got '1e400'.",
    "traversal.toml": (
        "batch.toml, figures.'../../etc/cron.d/x': the name of a figure must be that of a file on every "
        "system; got '/' in it.\nbatch.toml, figures.'../../etc/cron.d/x': the name of a figure must "
        "neither begin nor end with a dot or a blank, nor be empty."
    ),
    "backslash.toml": (
        "batch.toml, figures.'..\\\\x': the name of a figure must be that of a file on every system; got "
        "'\\\\' in it.\nbatch.toml, figures.'..\\\\x': the name of a figure must neither begin nor end "
        "with a dot or a blank, nor be empty."
    ),
    "device.toml": (
        "batch.toml, figures.CON: the name of a figure must not be one that Windows has for devices, such "
        "as CON, NUL or COM1."
    ),
    "zero.toml": (
        "batch.toml, figures.'a\\x00.svg': the name of a figure must be that of a file on every system; got "
        "'\\x00' in it."
    ),
    "half.toml": ("batch.toml must be TOML: Escaped character is not a Unicode scalar value (at line 1, column 17)."),
    "look-alikes.toml": (
        "batch.toml, figures.'é': its name must differ from 'é' in more than capital letters; some systems "
        "confuse them."
    ),
    "stream.toml": (
        "batch.toml, figures.'a:b': the name of a figure must be that of a file on every system; got ':' in it."
    ),
    "bytes.toml": "batch.toml must be a text in UTF-8; byte 22 is not.",
    "controls.toml": "batch.toml must be TOML: Illegal character '\\x1b' (at line 4, column 10).",
    "deep.toml": "batch.toml must be TOML; its arrays or tables are nested too deeply.",
    "deep-keys.toml": (
        "batch.toml, figures.a: recipe must be the name of a variant, compare, preset/NAME, chart/NAME or "
        "network/NAME; it is missing."
    ),
    "long-number.toml": "batch.toml must be TOML; a number in it has too many digits.",
    "infinite.toml": "batch.toml, figures.a: width must be a whole number from 240 to 3840; got inf.",
    "date.toml": (
        "batch.toml, figures.a: dilation must be a whole number from 1 to 8, or two as height x width such "
        "as 2x3; got a value of type datetime."
    ),
    "tables.toml": (
        "batch.toml, figures.a: dilation must be a whole number from 1 to 8, or two as height x width such "
        "as 2x3; got {'a': {'b': [[]]}}."
    ),
    "markup.toml": (
        "batch.toml, figures.a: theme must be one of light, dark, transparent, print; got '<script>alert(1)</script>'."
    ),
    "outside.toml": (
        "batch.toml, figures.a: The name of a preset must be one of 103 that `convviz list` and /render/ "
        "show; got '../../etc/passwd'."
    ),
    "format.toml": (
        "batch.toml, figures.a: formats must be among gif, mp4, webm, webp, apng, pptx, steps.pptx, png, "
        "svg, tex, pdf, zip, book.zip, html, xlsx, worksheet.pdf, key.pdf, pytorch.py, keras.py, jax.py, "
        "onnx.py, numpy.py; got '../svg'. Did you mean svg?"
    ),
    "command.py": f"Line 2: {NOT_IN_THE_TEXT}",
    "power.py": f"Line 1: {NOT_IN_THE_TEXT}",
    "list.py": f"Line 1: {NOT_IN_THE_TEXT}",
    "text.py": f"Line 1: {NOT_IN_THE_TEXT}",
    "format.py": f"Line 1: {NOT_IN_THE_TEXT}",
    "recursion.py": f"Line 2: {NOT_IN_THE_TEXT}",
    "layers.py": "The code must have a layer, such as nn.Conv2d(3, 16, 3, stride=2); got none.",
    "turned.py": "Line 1: kernel_size must be a number in the text; got '\\u202e\\x1b[31m'.",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_refused_in_its_sentence_or_shown_as_text(name: str, tmp_path: Path) -> None:
    take = DOORS[name.rpartition(".")[2]]
    if name in REFUSED:
        with pytest.raises(SpecError) as caught:
            take(FILES[name](), tmp_path)
        assert str(caught.value).replace(f"{tmp_path}/", "") == REFUSED[name]
    else:
        assert all(sign.isprintable() or sign in "\r\n" for sign in take(FILES[name](), tmp_path))


def test_each_sentence_is_that_of_a_file() -> None:
    assert {*REFUSED} - {*FILES} == set()
