"""Random junk at every door of the library, the routes and the command line: a result, or one sentence on one line.

Longer runs of the same, with limits of time and memory, found what these keep; see the examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.analysis.onnx_import.convert import HANDLERS
from convviz.cli import main
from convviz.diagrams import KINDS as CHARTS
from convviz.files import FORMATS
from convviz.questions import TOPICS, read_answer
from convviz.questions.topics import item_of
from convviz.quizzes import QUIZ_FORMATS
from convviz.recipes import CATALOG, VARIANTS
from convviz.recipes.comparison import COMPARE
from convviz.recipes.fields import FIELDS
from convviz.recipes.presentation import OPTIONS
from convviz.web.app import jobs
from tests.analysis.onnx.models import model

from .doors import DOORS
from .make import FILES, saved

FOLDER_OF_A_TEST = settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

NUMBERS = st.sampled_from(
    ["0", "1", "2", "3", "3x5", "16", "-1", "0.5", "1e400", "nan", "9" * 50, "٣", "1_0", "", " 3"]
)
TABLES = st.sampled_from(
    ["1,2;3,4", "1,2|3,4", "1;2,3", ",,", "1e6,-0", "random", "ramp", "box", "=1+1", "[[1,2],[3,4]]"]
)
LAYERS = st.sampled_from(
    ["conv2d(3)", "conv2d(3);max_pool2d(2)", "conv2d(", "pad2d(1)", "conv2d(3)*99", "upsample2d(2)"]
)
JUNK = st.sampled_from(
    [
        "<script>",
        "![](//h/x.png)",
        "\0",
        "\r\nX: y",
        "\u202e",
        "%zz",
        "../../etc/passwd",
        "$x$",
        "'",
        "\\",
        "😀",
        "\ud800",
    ]
)
TEXTS = st.one_of(
    NUMBERS, TABLES, LAYERS, JUNK, st.sampled_from(["same", "true", "scatter", "tap"]), st.text(max_size=9)
)


def answered(ask: Callable[[], object]) -> None:
    """Expect a result, or a sentence that is one line and steers no terminal."""
    try:
        ask()
    except SpecError as error:
        for sentence in map(str, error.args):
            assert sentence.isprintable()
            assert len(sentence) < 3_000
            assert sentence.endswith((".", "?")), sentence


# Addresses ------------------------------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.sampled_from([*VARIANTS, COMPARE, *(f"preset/{name}" for name in [*CATALOG][::9])]),
    st.sampled_from([f"chart/{name}" for name in CHARTS]),
    st.sampled_from(["network/resnet18", "network/..", "quiz/all", "quiz/../x", "", "..", "\0", "preset/"]),
    st.sampled_from(["quiz/" + topic for topic in TOPICS]),
)
KEYS = st.sampled_from(
    [*FIELDS, *OPTIONS, "frame", "dials", "left", "right", "left.stride", "count", "topics", "edit", ""]
)
QUERIES = st.lists(st.tuples(KEYS, TEXTS), max_size=4).map(
    lambda pairs: "&".join(f"{key}={quote(text, errors='replace')}" for key, text in pairs)
)


@settings(max_examples=150)
@given(NAMES, st.sampled_from([*FORMATS, *QUIZ_FORMATS, "", "exe"]), QUERIES)
def test_an_address_of_a_picture(name: str, ending: str, query: str) -> None:
    answered(lambda: jobs.describe(lambda: None, f"{name}.{ending}", query))


@settings(max_examples=100)
@given(NAMES, QUERIES)
def test_an_address_of_a_figure(name: str, query: str) -> None:
    jobs.answer_figure(lambda: None, f"{name}.json", query)
    answered(lambda: jobs.answer_page(lambda: None, name, query, "http://localhost"))


# Python ---------------------------------------------------------------------------------------------------------------


class _Raises:
    """As a tensor without data does."""

    def __index__(self) -> int:
        raise RuntimeError("planted")


LAYER_CALLS = {
    cv.conv2d: "stride padding dilation groups padding_mode", cv.conv_transpose2d: "stride padding output_padding",
    cv.max_pool2d: "stride padding ceil_mode", cv.avg_pool2d: "stride divisor_override", cv.conv3d: "stride padding",
    cv.adaptive_avg_pool2d: "", cv.upsample2d: "mode", cv.pixel_shuffle: "mode", cv.pad2d: "value",
    cv.upsample3d: "mode", cv.max_pool3d: "stride", cv.conv_transpose3d: "output_padding",
}  # fmt: skip
VALUES = st.one_of(
    st.integers(-1, 5),
    st.sampled_from(
        [10**9, 10**40, 2**63, True, None, 0.5, float("nan"), "same", "\ud800", b"3", (3, 5), ((1, 0), (2, 3)), []]
    ),
    st.sampled_from([_Raises(), np.zeros((3, 3)), np.array(3), np.array([None]), object(), int, {}, range(3)]),
)
ARRAYS = st.one_of(
    VALUES,
    st.lists(st.integers(0, 4), max_size=5).map(lambda shape: np.zeros(shape)),
    st.sampled_from([np.full((1, 2, 3), np.nan), np.zeros((2, 2), complex), np.zeros((3, 3), object), [[1, 2], [3]]]),
)


@settings(max_examples=200)
@given(st.sampled_from([*LAYER_CALLS]), VALUES, st.data())
@example(cv.upsample3d, 3, None)
@example(cv.conv2d, _Raises(), None)
def test_a_layer_of_junk(make: Callable[..., Any], first: object, data: Any) -> None:
    if data is None:
        answered(lambda: make(first).output_size((8, 8)))
        return
    names = LAYER_CALLS[make].split()
    options = data.draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=2)) if names else {}
    size, planes, weight = data.draw(VALUES), data.draw(ARRAYS), data.draw(ARRAYS)
    answered(lambda: make(first, **options).output_size(size))
    answered(lambda: cv.forward(make(first, **options), planes, weight))
    answered(lambda: cv.backward(make(first, **options), planes, weight, planes))


@settings(max_examples=150)
@given(st.sampled_from([*VARIANTS]), st.sampled_from([*FIELDS]), ARRAYS)
@example("standard", "input", np.zeros((0, 1, 2)))
@example("backward", "upstream", np.ones((1, 5, 5, 5)))
def test_a_recipe_of_junk(variant: str, name: str, value: object) -> None:
    answered(lambda: cv.recipe(variant, **{name: value}))


@pytest.mark.parametrize("topics", [np.array("all"), 3, [_Raises()], {"\ud800": 1}, b"all"])
def test_topics_of_a_quiz(topics: Any) -> None:
    answered(lambda: cv.quiz(topics))


# Texts ----------------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [*",;\t\n|&\\[](){}\"'= ", "1", "2,5", "-3", "½", "tensor(", "\\frac{1}{2}", "|---|", "\ufeff", "\0"]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["utf-8", "utf-16", "utf-32", "latin-1"]))
def test_a_table(text: str, encoding: str) -> None:
    answered(lambda: DOORS["csv"](text.encode(encoding, "replace"), Path()))


QUESTIONS = [item_of(topic, 1) for topic in TOPICS]
WORDS = st.sampled_from(
    ["row", "columns", "channel", "1", "999", "1/0", "to", "and", ",", ";", "×", ":", "e99", "−", "٣", "none"]
)


@settings(max_examples=150)
@given(st.sampled_from(QUESTIONS), st.lists(WORDS, max_size=9), st.sampled_from(["", " "]))
def test_an_answer(question: Any, words: list[str], between: str) -> None:
    answered(lambda: read_answer(question, between.join(words)))


PROGRAM = re.findall(r"\w+|\s+|[^\w\s]", cv.recipe("transposed", stride=2, padding=1).to_code("numpy"))
TOKENS = st.sampled_from(
    ["None", "::2", "[", ")", "10**9", "lambda", "*", "0", "''", "x[()]", "-1", "for", "\n", "\0", "1e999"]
)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, len(PROGRAM) - 1), TOKENS), max_size=4))
def test_code(changes: list[tuple[int, str]]) -> None:
    program = [*PROGRAM]
    for place, token in changes:
        program[place] = token
    answered(lambda: cv.from_code("".join(program)))


# Files ----------------------------------------------------------------------------------------------------------------

CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4)), max_size=5)
IMAGES = [FILES["palette.png"](), FILES["deep.png"](), *(saved(form) for form in ("JPEG", "WEBP", "PNG"))]


def damaged(data: bytes, changes: list[tuple[float, bytes]]) -> bytes:
    for place, new in changes:
        at = int(place * len(data))
        data = data[:at] + new + data[at + len(new) :] if new else data[:at]
    return data


@settings(max_examples=100)
@given(st.sampled_from(IMAGES), CHANGES)
def test_a_damaged_image(image: bytes, changes: list[tuple[float, bytes]]) -> None:
    answered(lambda: DOORS["png"](damaged(image, changes), Path()))


KINDS = st.sampled_from([kind.rpartition(".")[2] for kind in HANDLERS] + ["Constant", "Shape", "If", "Own", "Where"])
ATTRIBUTES = st.sampled_from(
    [("kernel_shape", [2, 2]), ("kernel_shape", [0]), ("strides", [2, 2]), ("strides", [2**62, 1]), ("pads", [1] * 4),
     ("axis", -1), ("axis", 99), ("axes", [2, 3]), ("perm", [0, 2, 3, 1]), ("perm", [9]),
     ("scales", [1.0, 1.0, 2.0, 2.0]),
     ("scales", [float("nan")]), ("mode", "x"), ("group", 0), ("blocksize", -1), ("equation", "->"), ("split", [1, 1])]
)  # fmt: skip
INPUTS = st.sampled_from(["w", "to", "x", "none", "nan", "texts"])
WEIGHTS = {
    "w": (3, 2, 3, 3), "to": [1, -1], "none": np.zeros(0, np.int64), "nan": np.float32(np.nan),
    "texts": np.array(["a"], object),
}  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(KINDS, st.lists(INPUTS, max_size=3), st.lists(ATTRIBUTES, max_size=3), JUNK), min_size=1, max_size=4
    ),
    CHANGES.filter(lambda changes: len(changes) < 2),
)
def test_a_model(nodes: list[Any], changes: list[tuple[float, bytes]]) -> None:
    made, last = [], "x"
    for number, (kind, inputs, attributes, name) in enumerate(nodes):
        made.append(
            onnx.helper.make_node(kind, [last, *inputs], [f"t{number}"], name.replace("\ud800", ""), **dict(attributes))
        )
        last = f"t{number}"
    data = damaged(model(made, weights=WEIGHTS), changes)

    def ask() -> None:
        network = cv.Network.from_onnx(data)
        text = network.table().text()
        assert all(line.isprintable() for line in text.split("\n"))

    answered(ask)


TOML = st.sampled_from(
    ['"dilated"', '"compare"', "3", "inf", "[]", "{a = 1}", '["svg"]', "1979-05-27", '"\\u0000"', "true"]
)
FIGURES = st.tuples(
    st.sampled_from(["a", '"../a"', '"CON"', '"\\u202e"', "é", '"a.b"', '""']),
    st.lists(
        st.tuples(st.sampled_from(["recipe", "formats", "width", "dilation", "dials", "theme", "left"]), TOML),
        max_size=4,
    ),
)


@FOLDER_OF_A_TEST
@given(st.lists(FIGURES, max_size=3))
def test_a_batch(tmp_path: Path, figures: list[Any]) -> None:
    lines = [f"[figures.{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values) for name, values in figures]
    answered(lambda: DOORS["toml"]("".join(lines).encode(), tmp_path))


# The command line -----------------------------------------------------------------------------------------------------

COMMANDS = st.one_of(
    st.tuples(st.just("render"), NAMES, st.just("-o"), TEXTS.map(lambda text: f"{text[:9]}.svg")),
    st.tuples(st.just("render"), st.just("dilated"), KEYS.map(lambda key: f"--{key.replace('_', '-')}"), TEXTS),
    st.tuples(
        st.just("rf"), st.just("junk.onnx"), st.sampled_from(["--node", "--treat", "--input-size", "--input"]), TEXTS
    ),
    st.tuples(st.just("batch"), TEXTS, st.just("-o"), TEXTS),
    st.tuples(st.just("quiz"), st.sampled_from(["--topic", "--count", "--seed", "--paper", "-o"]), TEXTS),
    st.tuples(st.just("site"), st.just("-o"), st.sampled_from(["junk.onnx", "\0", "junk.onnx/x", "."])),
    st.tuples(TEXTS),
)


@FOLDER_OF_A_TEST
@given(COMMANDS)
def test_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("junk.onnx").write_bytes(model([onnx.helper.make_node("Own", ["x"], ["y"], "\x1b[2J\n")]))
    try:
        status: object = main(words)
    except SystemExit as end:  # of argparse
        status = end.code
    captured = capsys.readouterr()
    assert status in (0, 2)
    assert all(line.isprintable() for line in (captured.out + captured.err).split("\n"))
    assert captured.err.count("\n") == 1 or status == 0
