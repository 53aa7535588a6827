"""Teaching plans: each page has one with the same parts, its links open pages with settings, its numbers are true."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import gridding, hybrid_rule, im2col, uniform_variance
from convviz.assets import PLANS
from convviz.figure import answer
from convviz.recipes import VARIANTS
from convviz.web.lessons.teaching import TITLES
from convviz.web.state.params import PLACE
from tests.web.app import ROOT, address, errors, named, open_lesson

PARTS = ["Before class", "Minute by minute", "What students get wrong", "Homework"]
APP_LINK = re.compile(r"\]\(([a-z-]+)(?:\?([^)]*))?\)")
OTHERS = [path for path in (ROOT / "docs").rglob("*.md") if path.name != "design.md"]


def plan(name: str) -> str:
    return " ".join((PLANS / f"{name}.md").read_text(encoding="utf-8").split())


def test_every_lesson_and_lab_has_a_plan_in_the_index() -> None:
    rows = re.findall(r"^\| \[(.+)\]\((.+)\.md\) \|", (PLANS / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted((page, title) for title, page in rows) == sorted(TITLES.items())
    assert sorted(TITLES) == sorted(path.stem for path in PLANS.iterdir() if path.stem != "index")


@pytest.mark.parametrize("name", TITLES)
def test_a_plan_has_all_parts_and_asks_before_it_shows(name: str) -> None:
    text = (PLANS / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {TITLES[name]}\n\n**Goal.** ")
    assert re.findall("^## (.+)", text, re.MULTILINE) == PARTS
    minutes = [(int(first), int(last)) for first, last in re.findall(r"^### (\d+) to (\d+): ", text, re.MULTILINE)]
    assert [first for first, _ in minutes] == [0, *(last for _, last in minutes[:-1])]
    assert minutes[-1][1] == 10
    for part in re.split("^### ", text, flags=re.MULTILINE)[1:]:
        acts = re.findall(r"^\* \*\*(Ask|Show|Answer):\*\* ", part, re.MULTILINE)
        assert acts in (["Ask", "Show", "Answer"], ["Ask", "Answer"])
    assert text.count("**Answer:**") == len(minutes) + 1, "the homework has an answer, too"


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_links_into_the_app_are_pages_with_settings(path: object) -> None:
    for page, query in APP_LINK.findall(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
        texts = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
        if page in VARIANTS:
            for name in PLACE:
                PLACE[name].read(texts.pop(name, "1" if name == "step" else "output:0,0"))
            assert answer(page, texts).refusal == ""
        else:
            app = open_lesson(page, **texts)
            assert errors(app) == []
            assert address(app).items() <= texts.items(), "an address names no defaults"


def sizes(name: str, query: str = "") -> str:
    """Return the size of the output of a recipe, as plans say it."""
    return "{} × {}".format(*cv.Recipe.from_query(name, query).output_size)


def first(name: str, query: str = "") -> int:
    """Return the first number of the output of a recipe."""
    return int(cv.Recipe.from_query(name, query).drawn_output[0, 0, 0])


def line(query: str = "") -> list[float]:
    return [round(float(number), 9) for number in cv.Recipe.from_query("along-a-line", query).drawn_output.ravel()]


def positive(kernel: str) -> float:
    """Return the sum of the weights above 0 of a named kernel."""
    return float(cv.recipe("standard", weight=kernel).weight.clip(min=0).sum())


def sides(*dilations: int) -> str:
    """Return how far the first, the first two, ... of layers with these dilations see."""
    layers = [cv.conv2d(3, dilation=dilation) for dilation in dilations]
    seen = [cv.Network.sequential(layers[: n + 1]).receptive_field().size[0] for n in range(len(layers))]
    return f"{', '.join(map(str, seen[:-1]))} and {seen[-1]}"


def holes(*rates: int) -> tuple[int, int, int]:
    """Return side, cells and cells that are read of the field of layers with these rates."""
    found = gridding(tuple(cv.conv2d(3, dilation=rate) for rate in rates))
    return found.size[0], found.read + found.holes, found.read


def field(network: str, node: str | None = None) -> int:
    return cv.Network.known(network).receptive_field(node).size[0]


BASIC = cv.recipe("matrix")
PIXELS = BASIC.input.ravel()
W = cv.matrix(BASIC.layer, BASIC.weight, BASIC["input_size"])
WINDOWS = im2col(BASIC.layer, BASIC.input)


def stamps(kernel: int, stride: int, layers: int = 1) -> object:
    return cv.overlap([cv.conv_transpose2d(kernel, stride=stride)] * layers, 4).ratio


def sigmas(layers: int) -> str:
    variance, side = uniform_variance([cv.conv2d(3)] * layers)[0], 2 * layers + 1
    return f"{4 * variance**0.5:.1f} of {side} cells, {4 * variance**0.5 / side:.0%}"


NORMAL = cv.cost(cv.conv2d(5), 3, 256, 12)
DEPTHWISE = cv.cost(cv.conv2d(5, groups=3), 3, 3, 12)
POINTWISE = cv.cost(cv.conv2d(1), 3, 256, 8)
BOTH = DEPTHWISE.multiplications + POINTWISE.multiplications
PASSES = [3 * 24, 3 * 16]


def gradient(name: str) -> list[float]:
    """Return the first row of a gradient of the homework."""
    recipe = cv.recipe("backward", stride=1, padding=0, upstream="ones", gradient=name)
    return [float(number) for number in recipe.drawn_output[0, 0]]


NUMBERS: Mapping[str, Callable[[], list[str]]] = {
    "along-a-line": lambda: [
        "{:g}, {:g}, {:g}, {:g}, {:g}, {:g}, {:g}, {:g}.".format(*line()),
        "{:g}, then {:g}: the sum".format(*line()[:2]),
        f"give {len(line())} averages",
        "No: {:g}, {:g}, then {:g}".format(*line("padding=2&input=ones")[:3]),
        f"the first output is {line('causal=true')[0]:g}, a fifth",
        f"0 where it is flat, {max(line('kernel_size=3&input=edge&weight=difference')):g} at the two",
        f"{cv.conv2d((1, 3), dilation=(1, 4)).effective_kernel_size[1] - 1} samples: 4·(3 − 1)",
    ],
    "on-an-image": lambda: [
        "from −{0:,} to {0:,}".format(int(255 * positive("sobel_x"))),
        "row of the output is {:g}, {:g}, {:g}, {:g}".format(
            *cv.Recipe.from_query("standard", "input_size=6&input=edge&weight=sobel_x").drawn_output[0, 0]
        ),
    ],
    "standard": lambda: [
        f"= {first('standard')}.".replace("-", "−"),
        f"so {sizes('standard')} outputs",
        f"With stride 2 there are {sizes('standard', 'stride=2')}, on 5 cells and on 6",
        f"The first output is {first('standard', 'padding=1')}, from 4",
        f"has {sizes('standard', 'input_size=6&stride=2&padding=1')} cells",
        f"{cv.cost(cv.conv2d(3), 3, 1, 5).parameters} weights, and one",
        f"have {cv.cost(cv.conv2d(3), 3, 2, 5).parameters} weights",
    ],
    "dilated": lambda: [
        "{} × {} cells, with the same 9".format(*cv.conv2d(3, dilation=2).effective_kernel_size),
        f"first number is {first('dilated')}".replace("-", "−"),
        f"so it fits in {sizes('dilated', 'input_size=9&dilation=3')} places",
        f"{sizes('dilated', 'padding=2')} out",
        sides(1, 2, 4).replace(", 7 and ", ", then 7, then "),
        sides(1, 1, 1).replace(" and ", ", "),
        "{2} of {1}".format(*holes(2, 2, 2)),
        f"see? {holes(1, 2, 4, 8)[0]} cells",
    ],
    "transposed": lambda: [
        f"{sizes('transposed', 'padding=0')}: the last stamp",
        f"shrinks to {sizes('transposed')}",
        f"gives {sizes('transposed', 'output_padding=1')}",
        f"so {sizes('transposed', 'input_size=2&padding=0')} cells",
        f"= {cv.Recipe.from_query('transposed', '').drawn_output[0, 1, 1]:.0f}. So people",
    ],
    "matrix": lambda: [
        "numbers do not: {:g}, {:g}, {:g} became {:g}, {:g}, {:g}.".format(*BASIC.input[0, 0], *(W.T @ W @ PIXELS)[:3]),
        "The output is {:g}, {:g}, {:g}, {:g}.".format(*W @ PIXELS),
        "row by row: {:g}, {:g}, {:g}, {:g}. The sum is 5 + 0 − 3 + 7 = {:g}.".format(*WINDOWS[0], W[0] @ PIXELS),
        f"has {PIXELS.size} numbers, im2col has {WINDOWS.size}.",
        f"The middle one, {PIXELS[4]:g}: it is in all 4 windows",
        "are {} rows of {}".format(*WINDOWS.shape),
        f"Of {W.size} cells {np.count_nonzero(W)} hold a weight",
        f"of which {np.count_nonzero(cv.matrix(cv.conv2d(3, padding=1), np.ones((1, 1, 3, 3)), 8))} hold a weight",
    ],
    "pooling": lambda: [
        f"{first('pooling')}, and {sizes('pooling')} cells",
        f"{sizes('pooling', 'kernel_size=3&stride=2')}; the last row",
        f"the border: {sizes('pooling', 'kernel_size=3&stride=2&ceil_mode=true')}",
        "first row is {:g}, {:g}, {:g}".format(*cv.Recipe.from_query("pooling", "mode=average").drawn_output[0, 0]),
    ],
    "pooling-channels": lambda: [
        f"channels of {sizes('pooling-channels')}. The first output of channel 0 is {first('pooling-channels')}",
        "channel 0 is {:g}, {:g} and {:g}, {:g}".format(*cv.recipe("pooling-channels").drawn_output[0].ravel()),
    ],
    "spatial-separable": lambda: [
        f"is {9 * 16} against {sum(PASSES)} in total",
        f"miss {cv.separate([[0, 1, 0], [1, -4, 1], [0, 1, 0]]).residual:.0%} of it",
        f"first output is {first('spatial-separable')}",
    ],
    "depthwise-separable": lambda: [
        f"= {NORMAL.multiplications:,} for 8 × 8 × 256. The layer has {NORMAL.parameters:,} weights",
        f"= {DEPTHWISE.multiplications:,} multiplications",
        f"= {POINTWISE.multiplications:,}.",
        f"= {BOTH:,}, or {BOTH / NORMAL.multiplications:.1%}",
        f"There are {DEPTHWISE.parameters + POINTWISE.parameters} weights in place of {NORMAL.parameters:,}",
        f"is {first('depthwise-separable', 'input_size=4&out_channels=2')}".replace("-", "−"),
    ],
    "backward": lambda: [
        f"together {cv.recipe('backward').drawn_output[0, 3, 1]:g}",
        f"{sizes('standard')} outputs; the first row of dX is "
        + "{:g}, {:g}, {:g}, {:g}, {:g}".format(*gradient("dx")).replace("-", "−"),
        "first row of dW is {:g}, {:g}, {:g}".format(*gradient("dw")),
    ],
    "checkerboard": lambda: [
        f"is {stamps(3, 2, 2)} times the smallest; after three layers it is {stamps(3, 2, 3)} times",
        f"1, 2 and {stamps(5, 3)}.",
    ],
    "receptive-field": lambda: [
        f"{sides(1, 2, 4)} cells across. All {holes(1, 2, 4)[2]} cells",
        "{0} × {0}, of which {2} cells".format(*holes(2, 2, 2)),
        f"{holes(1, 2, 4, 8)[0]}, with 36 weights. The same layers without dilation see {holes(1, 1, 1, 1)[0]}",
        f"6 layers see {holes(1, 2, 4, 8, 16, 32)[0]} cells (5 layers see {holes(1, 2, 4, 8, 16)[0]})",
    ],
    "compare": lambda: [
        f"{sizes('dilated')} outputs, against {sizes('standard', 'input_size=7')}",
        f"both give {sizes('standard', 'input_size=7&kernel_size=5')}",
    ],
    "network": lambda: [
        f"{field('vgg16', 'conv1_1')}, {field('vgg16', 'conv1_2')} and {field('vgg16', 'pool1')} cells",
        f"from {field('vgg16', 'pool1')} to {field('vgg16', 'conv2_1')}",
        f"the field {field('vgg16', 'conv3_1')}.",
        f"{field('vgg16')} < 224",
        f"gives {field('resnet50_v1')} for ResNet-50, one program computes {field('resnet50_v1_5')}",
        "conv4_1, with {0} × {0}; pool3 before it has {1} × {1}".format(
            *(field("vgg16", n) for n in ("conv4_1", "pool3"))
        ),
    ],
    "on-your-image": lambda: [
        "{0} × {0} of 224 × 224 pixels".format(field("vgg16", "conv3_3")),
        "with a field of {0} × {0}".format(field("vgg16", "conv4_2")),
        f"{sigmas(10)}; and {sigmas(40)}",
    ],
    "gridding": lambda: [
        "{0} × {0}. How many of its {1} cells".format(*holes(2, 2, 2)),
        "{0} × {0} as well, and reads all {2} cells".format(*holes(1, 2, 3)),
        "reaches {0} × {0} without".format(*holes(1, 2, 5)),
        "{} × {}, with {} holes".format(*[holes(1, 2, 9)[0]] * 2, holes(1, 2, 9)[1] - holes(1, 2, 9)[2]),
        "{2} of {0} × {0} = {1}".format(*holes(2, 4, 8)),
        "holds for 2, 2, 2, which has holes" if hybrid_rule((2, 2, 2), 3).holds else "",
    ],
}
"""Parts of sentences whose numbers come from the engine, by plan."""


@pytest.mark.parametrize("name", TITLES)
def test_the_numbers_of_a_plan_are_those_of_the_engine(name: str) -> None:
    text = plan(name)
    assert [sentence for sentence in NUMBERS[name]() if sentence not in text] == []


def test_the_page_shows_the_plan_that_its_address_names() -> None:
    app = open_lesson("teaching", lesson="dilated")
    assert any(element.value.startswith("## Dilated convolution\n") for element in app.markdown)
    named(app.selectbox, "teaching.lesson").set_value("pooling")
    assert address(app.run()) == {"lesson": "pooling"}
    assert any(element.value.startswith("## Pooling\n") for element in app.markdown)
    (refusal,) = errors(open_lesson("teaching", lesson="../design"))
    assert refusal.startswith("Lesson must be one of ")
