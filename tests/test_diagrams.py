"""Diagrams by name: their numbers against others' arithmetic, their links, their refusals, and the charts of pages."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from fractions import Fraction
from hashlib import sha256
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import convviz as cv
from convviz.address import read_address
from convviz.analysis import KNOWN, Network
from convviz.charts.network_drawing import draw_network
from convviz.charts.network_fold import fold_network
from convviz.diagrams import KINDS, Diagram
from convviz.diagrams.network import graph_title
from convviz.errors import SpecError
from convviz.scene.theme import theme_named
from tests.charts.reading import SVG, texts
from tests.web.app import checked, open_lesson
from tests.web.charts import charts, drawing
from tests.web.unit_image import page, picture

ROOT = Path(__file__).resolve().parent.parent

SMALL: dict[str, dict[str, Any]] = {
    "overlap-counts": {"input_size": (2, 3), "kernel_size": (3, 2), "stride": (2, 1), "padding": ((1, 0), (0, 1))},
    "overlap-stamps": {"input_size": 3, "kernel_size": 3, "stride": 2, "axis": "columns"},
    "spectrum": {"method": "subpixel", "scale": 3, "kernel_size": 4, "weights": "random", "seed": 3, "followed_by": 3},
    "coverage": {"rates": (1, 3), "kernel_size": 2},
    "coverage-by-layer": {"rates": (1, 3)},
    "paths": {"rates": (1, 2), "width": 400},
    "effective-profile": {"rates": (1, 2), "kernels": "random", "samples": 3, "seed": 4},
    "effective-field": {"rates": (2, 1), "kernels": "random", "samples": 3, "seed": 4},
    "growth": {"layers": "conv2d(3,stride=2);max_pool2d(2x3)", "input_size": (9, 12), "vertical": "log"},
    "resolution": {},
    "border-shares": {"layers": "conv2d(3x2,stride=2x1,padding=1x2);max_pool2d(2x3,padding=1)", "input_size": (9, 12)},
    "border-reads": {"layers": "conv2d(3x5,padding=1x2)", "input_size": (7, 9), "output": (0, 3)},
    "cost-ratio": {"out_channels": 64, "kernel_size": (3, 5), "channel_multiplier": 2},
    "kernel-and-product": {"weight": [[1, 2, 0], [3, 4, 5]]},
    "kernel-rank": {"weight": "random", "seed": 5, "kernel_size": (3, 4)},
    "what-a-unit-sees": {
        "network": "resnet18", "input_size": (64, 32), "node": "pool1", "units": [(3, 4), (0, 0)], "object": None,
        "image": "cat",
    },
    "network": {"network": "patchgan70", "input_size": (96, 80), "node": "conv2"},
}  # fmt: skip


def read(svg: str) -> tuple[str, str]:
    """Return title and description of a picture, as another program reads them."""
    root = ElementTree.fromstring(svg)
    return root.findtext(f"{SVG}title", ""), root.findtext(f"{SVG}desc", "")


def numbers(words: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+(?:\.\d+)?", words)]


def test_every_kind_has_a_case() -> None:
    assert {*SMALL} == {*KINDS}


@pytest.mark.parametrize("name", KINDS)
def test_every_diagram_is_a_picture_with_title_and_description(name: str) -> None:
    usual, made = cv.chart(name), cv.chart(name, **SMALL[name], theme="dark")
    for chart in (usual.chart, made.chart):
        assert read(chart.svg()) == (chart.title, chart.description)
        assert min(len(chart.title), len(chart.description)) > 10
    assert Image.open(BytesIO(made.png(scale=0.5))).size == (made.chart.width // 2, made.chart.height // 2)


@pytest.mark.parametrize("name", KINDS)
def test_queries_and_pickles_come_back_as_the_same_diagram(name: str) -> None:
    assert cv.chart(name).to_query() == ""
    made = cv.chart(name, **SMALL[name], theme="dark")
    query = made.to_query()
    assert "theme=dark" in query
    assert Diagram.from_query(name, query) == made
    assert Diagram.from_query(name, f"?{query}").to_query() == query
    assert {*re.findall(r"(?:^|&)(\w+)=", query)} <= {*SMALL[name], "theme"}, "what is at its default is left out"
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert hash(again) == hash(made)


def test_queries_are_spelled_as_those_of_recipes() -> None:
    made = {name: cv.chart(name, **SMALL[name]).to_query() for name in SMALL}
    assert made["overlap-counts"] == "input_size=2x3&kernel_size=3x2&stride=2x1&padding=1,0,0,1"
    assert made["kernel-and-product"] == "weight=1,2,0;3,4,5"
    assert made["coverage"] == "rates=1,3&kernel_size=2"
    assert made["growth"] == "input_size=9x12&layers=conv2d(3,stride=2);max_pool2d(2x3)&vertical=log"
    assert made["what-a-unit-sees"] == (
        "network=resnet18&input_size=64x32&node=pool1&units=3,4;0,0&object=none&image=cat"
    )


# Numbers --------------------------------------------------------------------------------------------------------------


def written(size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], pad: Any) -> np.ndarray:
    """How often a transposed convolution writes each cell, counted one product at a time."""
    shape = [(i - 1) * s + k - sum(p) for i, k, s, p in zip(size, kernel, stride, pad, strict=True)]
    counts = np.zeros(shape, int)
    for row, column, down, across in product(*map(range, (*size, *kernel))):
        cell = row * stride[0] + down - pad[0][0], column * stride[1] + across - pad[1][0]
        if all(0 <= at < side for at, side in zip(cell, shape, strict=True)):
            counts[cell] += 1
    return counts


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad"),
    [
        ((2, 3), (3, 2), (2, 1), ((1, 0), (0, 1))),
        ((3, 2), (4, 5), (3, 2), ((0, 0), (0, 0))),
        ((4, 4), (2, 2), (2, 2), ((0, 1), (1, 0))),
    ],
)
def test_overlap_counts_are_those_of_brute_force(size: Any, kernel: Any, stride: Any, pad: Any) -> None:
    chart = cv.chart("overlap-counts", input_size=size, kernel_size=kernel, stride=stride, padding=pad).chart
    counts = written(size, kernel, stride, pad)
    assert [int(text) for text in texts(chart)[1 : 1 + counts.size]] == counts.ravel().tolist()


def test_stamps_write_every_stride_cells() -> None:
    chart = cv.chart("overlap-stamps", input_size=3, kernel_size=3, stride=(1, 2)).chart
    assert chart.description.startswith("Input cell 0 writes 0, 1, 2; 1 writes 1, 2, 3; 2 writes 2, 3, 4. Counts: 1, ")
    chart = cv.chart("overlap-stamps", input_size=3, kernel_size=3, stride=(1, 2), axis="columns").chart
    counts = written((1, 3), (1, 3), (1, 2), ((0, 0), (0, 0)))[0]
    assert f"Counts: {', '.join(map(str, counts))}." in chart.description


@pytest.mark.parametrize(("scale", "kernel"), [(2, 3), (3, 4), (4, 6)])
def test_the_ringed_frequencies_are_those_of_the_fourier_transform(scale: int, kernel: int) -> None:
    """A constant input with equal weights shows the counts themselves: all of their energy is in the pattern."""
    words = cv.chart("spectrum", scale=scale, kernel_size=kernel).chart.description
    side = 12 * scale
    plane = written((40, 40), (kernel,) * 2, (scale,) * 2, ((0, 0), (0, 0)))[side : 2 * side, side : 2 * side]
    power = np.abs(np.fft.fft2(plane - plane.mean()))
    expected = {tuple(Fraction(int(n), side) for n in at) for at in np.argwhere(power > 1e-6 * power.max())}
    listed = re.findall(r"\(([^()]+), ([^()]+)\)", words.replace("−", "-"))
    ringed = {(Fraction(down) % 1, Fraction(across) % 1) for down, across in listed}
    assert expected
    assert expected <= ringed, "a pattern may be even at one of the frequencies of its period"
    assert len(ringed) == scale**2 - 1
    assert words.endswith("They hold 100% of the energy without the mean.")


@pytest.mark.parametrize(("rates", "kernel"), [((2, 2), 3), ((1, 3), 2), ((1, 2, 5), 3)])
def test_cells_and_paths_of_dilated_layers_are_those_of_products_of_polynomials(
    rates: tuple[int, ...], kernel: int
) -> None:
    line = np.ones(1, int)
    for rate in rates:
        taps = np.zeros(rate * (kernel - 1) + 1, int)
        taps[::rate] = 1
        line = np.convolve(line, taps)
    read_cells, cells = np.count_nonzero(line) ** 2, len(line) ** 2
    holes = cells - read_cells or "none"
    words = cv.chart("coverage", rates=rates, kernel_size=kernel).chart.description
    assert words.startswith(f"{read_cells} of {cells} cells are read, {holes} are holes.")
    last = cv.chart("coverage-by-layer", rates=rates, kernel_size=kernel).chart.description.split("back through ")[-1]
    assert f"{np.count_nonzero(line)} of {len(line)} cells read" in last
    counts = np.outer(line, line)
    said = cv.chart("paths", rates=rates, kernel_size=kernel).chart.description
    assert f"{len(line)} x {len(line)}" in said or numbers(said) == counts.ravel().tolist()
    profile = cv.chart("effective-profile", rates=rates, kernel_size=kernel).chart.description
    assert numbers(profile)[: len(line)] == pytest.approx(line / line.sum(), abs=5e-4)
    field = cv.chart("effective-field", rates=rates, kernel_size=kernel).chart.description
    assert f"the largest weight is {counts.max() / counts.sum():.3g}" in field


def test_growth_adds_what_every_layer_adds() -> None:
    words = cv.chart("growth", layers="conv2d(3,stride=2);conv2d(3,dilation=2);max_pool2d(2)").chart.description
    assert words.startswith(f"After 3 layers and 18 parameters a unit sees {1 + 2 + 4 * 2 + 1 * 2} × 13 cells;")


@pytest.mark.parametrize(
    ("layers", "sides"),
    [
        ("conv2d(3);conv2d(3,dilation=2);conv2d(3,dilation=4)", [3, 7, 15, 31, 63, 127]),
        ("conv2d(3,padding=1);conv2d(3,dilation=3,padding=3)", [3, 9, 27, 81, 243, 729]),
        ("max_pool2d(2)", [2, 4, 8, 16, 32, 64]),
        ("conv2d(3,dilation=4);conv2d(3,dilation=2)", [9, 13, 15]),
        ("conv2d(3);max_pool2d(2)", [3, 4]),
    ],
)
def test_growth_is_continued_where_there_is_a_pattern(layers: str, sides: list[int]) -> None:
    (axes,) = cv.chart("growth", layers=layers).chart.figure().axes
    assert sides in [np.asarray(line.get_ydata()).tolist() for line in axes.lines]


def test_dilation_keeps_resolution_and_coverage_and_others_do_not() -> None:
    """Each cell is changed in turn, and each output that changes has read it."""
    said = cv.chart("resolution").chart.description
    stacks = [[(1, d) for d in (1, 2, 4)], [(2, 1)] * 3, [(1, 2)] * 3, [(1, 1)] * 3]
    for stack in stacks:
        planes = np.eye(256).reshape(256, 16, 16)
        for stride, d in stack:
            layer = cv.conv2d(3, stride=stride, padding=d, dilation=d, groups=256)
            planes = cv.forward(layer, planes, np.ones((256, 1, 3, 3)))
        height, width = planes.shape[1:]
        rows, columns = np.unravel_index(np.flatnonzero(planes[:, height // 2, width // 2]), (16, 16))
        sides = np.ptp(rows) + 1, np.ptp(columns) + 1
        counted = f"sees {sides[0]} × {sides[1]} cells, reads {len(rows)} of these {sides[0] * sides[1]}; "
        assert f"{counted}{height} × {width} outputs." in said


@pytest.mark.parametrize(("channels", "kernel", "multiplier"), [(256, (5, 5), 1), (3, (3, 5), 4)])
def test_the_ratio_of_costs_is_that_of_the_formula(channels: int, kernel: tuple[int, int], multiplier: int) -> None:
    made = cv.chart("cost-ratio", out_channels=channels, kernel_size=kernel, channel_multiplier=multiplier)
    expected = multiplier * (1 / channels + 1 / (kernel[0] * kernel[1]))
    assert f"the ratio is {expected:.3g}. For" in made.chart.description


def test_kernels_separate_as_numpy_says() -> None:
    kernel = np.array([[1.0, 2, 0], [3, 4, 5], [0, 1, -2]])
    left, values, right = np.linalg.svd(kernel)
    best = values[0] * np.outer(left[:, 0], right[0])
    said = texts(cv.chart("kernel-and-product", weight=kernel).chart)
    product_at = said.index("column × row")
    cells = [float(text.replace("−", "-")) for text in said[product_at + 1 : product_at + 10]]
    assert cells == pytest.approx(best.ravel(), abs=0.05)
    errors = [np.sqrt((values[rank:] ** 2).sum() / (values**2).sum()) for rank in (1, 2)]
    words = cv.chart("kernel-rank", weight=kernel).chart.description
    assert words == (
        f"Relative error {errors[0]:.3g} at rank 1, {errors[1]:.3g} at rank 2, 0 at rank 3. The kernel has rank 3."
    )


def test_units_of_a_network_see_what_its_strides_say() -> None:
    """In ResNet a 7 x 7 window with stride 2 and a 3 x 3 one with stride 2 come first, padded by 3 and 1."""
    made = cv.chart(
        "what-a-unit-sees", network="resnet18", input_size=64, node="pool1", units="3,4", object="9,9,12,15"
    )
    first = [4 * unit - 3 - 2 for unit in (3, 4)]
    words = made.chart.description
    rows, columns = ((start, start + 6 + 2 * 2) for start in first)
    assert f"rows {rows[0]} to {rows[1]} and columns {columns[0]} to {columns[1]}" in words
    read_cells = (12 - 9 + 1) * (15 - 11 + 1)
    assert f"the unit reads {read_cells} of its 28 cells" in words


def test_the_graph_of_a_network_has_the_published_fields() -> None:
    graph = cv.chart("network", network="vgg16").chart
    assert {"output, field 212 × 212", "pool5"} <= set(texts(graph))  # type: ignore[arg-type]
    assert "Ringed: pool5, max pool 2×2, stride 2, output, field 212 × 212." in graph.description
    whole, folded = (cv.chart("network", network="resnet34", nodes=nodes).chart.height for nodes in ("all", "folded"))
    assert whole > 2 * folded


def test_every_known_network_can_be_a_diagram() -> None:
    for name in KNOWN:
        made = cv.chart("network", network=name)
        assert made.to_query() == ("" if name == "resnet50_v1" else f"network={name}")
        assert made.values["node"] == Network.known(name).nodes[-1].name


def test_a_painted_graph_has_its_boxes_where_the_drawing_has_them() -> None:
    """Inside its corners every box has the color of its face, and next to it there is nothing."""
    made = cv.chart("network", network="patchgan70", theme="dark")
    picture = np.asarray(Image.open(BytesIO(made.png(scale=1))))
    assert picture.shape == (made.chart.height, made.chart.width, 4)
    faces = [box for box in ElementTree.fromstring(made.chart.svg()).iter(f"{SVG}rect") if box.get("class") == "face"]
    assert len(faces) == 6
    for box in faces:
        left, top, width, height = (round(float(box.get(name, ""))) for name in ("x", "y", "width", "height"))
        assert (picture[top + 6 : top + height - 6, left + 4] == (14, 19, 31, 255)).all()
        assert (picture[top + 20, left + width + 6 :, 3] == 0).all()
        assert (picture[top : top + height, left : left + width, :3].max(axis=2) > 200).any(), "texts are written in it"


# Pages ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lesson", "parts", "query", "names"),
    [
        (
            "gridding",
            ("along", "how", "effective"),
            {"rates": "1,2", "kernels": "random", "samples": "3", "seed": "5"},
            ("coverage", "coverage-by-layer", "paths", "effective-profile", "effective-field"),
        ),
        ("checkerboard", ("counts",), {"input_size": "2x3", "layers": "2"}, ("overlap-counts", "overlap-stamps")),
        (
            "receptive-field",
            (),
            {"layers": "conv2d(3x5,stride=2x1);max_pool2d(2)", "vertical": "log"},
            ("growth", "resolution"),
        ),
        ("spatial-separable", ("rank",), {"weight": "laplacian"}, ("kernel-and-product", "kernel-rank")),
        ("depthwise-separable", ("ratio",), {"out_channels": "7", "kernel_size": "2x3"}, ("cost-ratio",)),
    ],
)
def test_pages_draw_the_same_bytes(lesson: str, parts: tuple[str, ...], query: dict[str, str], names: Any) -> None:
    app = open_lesson(lesson, **query)
    for part in parts:
        app.session_state[f"open:{lesson}.{part}"] = True
    images = [html[html.index("<img") :] for html in charts(checked(app.run()))]
    offered = {re.findall(r"/chart/\w+/([\w-]+)\.svg", image)[0]: drawing(image) for image in images}
    assert {*offered} == {*names}
    for name in names:
        own = {key: text for key, text in query.items() if key in KINDS[name].fields}
        assert cv.chart(name, **own).chart.svg() == offered[name]


def test_the_trial_of_upsampling_draws_the_same_bytes() -> None:
    link = {"eye_method": "icnr", "eye_weights": "random", "eye_scale": "3", "eye_kernel": "2", "eye_seed": "4"}
    app = open_lesson("checkerboard", **link)
    made = cv.chart("spectrum", method="icnr", weights="random", scale=3, kernel_size=2, seed=4)
    assert made.chart.svg() == drawing(charts(app)[-1])


def test_the_page_of_photographs_draws_the_same_bytes() -> None:
    link = {"network": "resnet18", "input_size": "32x64", "node": "pool1", "units": "3,4;0,0", "image": "cat"}
    made = Diagram.from_query("what-a-unit-sees", link)
    assert made.chart.svg() == picture(page(**link))


def test_the_page_of_networks_offers_the_files_of_its_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[str] = []
    monkeypatch.setattr("convviz.web.labs.network.page.st.html", pieces.append)
    open_lesson("network", network="patchgan70", node="conv2")
    links = [link for piece in pieces for link in re.findall(r'href="/render/(network/[^"]*)"', piece)]
    assert links == [f"network/patchgan70.{ending}?node=conv2" for ending in ("svg", "png", "pdf")]
    made = cv.chart("network", network="patchgan70", node="conv2")
    export, form = read_address(*links[0].split("?"))
    assert export.make(form.ending).decode() == made.svg()
    network = Network.known("patchgan70")
    folded = fold_network(network.nodes)
    assert made.chart.svg() == draw_network(
        network, folded, "conv2", theme_named("light"), title=graph_title("patchgan70")
    )


# Refusals -------------------------------------------------------------------------------------------------------------

ALL = ", ".join(KINDS)


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        (
            "overlap-count",
            {},
            f"A chart must be one of {ALL}; got 'overlap-count'. Did you mean overlap-counts?",
        ),
        ("zzz", {}, f"A chart must be one of {ALL}; got 'zzz'."),
        (["coverage"], {}, f"A chart must be one of {ALL}; got ['coverage']."),
        ("coverage", {"rate": 3}, "coverage takes rates, kernel_size, theme, width; got 'rate'."),
        ("network", {"width": 900}, "network takes network, input_size, node, nodes, theme; got 'width'."),
        ("coverage", {"width": 319}, "width must be a whole number from 320 to 3840; got 319."),
        ("coverage", {"theme": "blue"}, "theme must be one of light, dark; got 'blue'."),
        (
            "coverage",
            {"rates": 3},
            "rates must be 1 to 8 whole numbers from 1 to 127 with commas between them, such as 1,2,4; got 3.",
        ),
        (
            "paths",
            {"rates": (64,)},
            "rates must give a receptive field of at most 128 cells, for which the map has room; got "
            "1 + (k - 1) * (sum of rates) = 1 + 2 * 64 = 129.",
        ),
        ("effective-field", {"samples": 201}, "samples must be a whole number from 1 to 200; got 201."),
        (
            "overlap-counts",
            {"layers": 4},
            "The output of layer 3 must be at most 32 x 32 to be drawn; got 39 x 39. Use a smaller input, stride or "
            "dilation.",
        ),
        (
            "overlap-stamps",
            {"layers": "conv2d(3)", "stride": 2},
            "stride must not be given next to a stack of layers; got 2.",
        ),
        ("spectrum", {"scale": 5}, "scale must be a whole number from 2 to 4; got 5."),
        ("spectrum", {"followed_by": 4}, "followed_by must be one of none, 3, 5; got '4'."),
        (
            "kernel-rank",
            {"kernel_size": (1, 3)},
            "kernel_size must be at least 2 x 2 for a curve of ranks, as one row or column has rank 1; got 1 x 3.",
        ),
        (
            "kernel-and-product",
            {"kernel_size": 5, "weight": "sobel_x"},
            "kernel_size must be 3x3, the size of weight sobel_x; got 5x5.",
        ),
        ("growth", {"layers": ";".join(["conv2d(3,stride=1024)"] * 4)}, "What a unit sees is too large for a curve."),
        (
            "growth",
            {"layers": "upsample2d(3);conv2d(3,stride=2,padding=same_upper);max_pool2d(3)", "input_size": 1},
            "Some sizes depend on the input, and are not known without one that fits.",
        ),
        (
            "network",
            {"network": "resnet50"},
            'resnet50 must be named with its version, "resnet50_v1" or "resnet50_v1_5"; got \'resnet50\'.',
        ),
        ("network", {"node": "x"}, "node must be the name of a node of resnet50_v1; got 'x'."),
        (
            "network",
            {"network": "deeplab_v3", "input_size": "unknown"},
            "input_size must be known for deeplab_v3, which resizes to the size of an earlier node; got 'unknown'.",
        ),
        (
            "what-a-unit-sees",
            {"network": "tcn"},
            "network must take photographs of at least 32 x 32 cells; got tcn.",
        ),
        (
            "what-a-unit-sees",
            {"input_size": 641},
            "input_size must be from 32 to 640 along both axes, for a photograph; got 641.",
        ),
        ("what-a-unit-sees", {"units": 3}, "units must be rows and columns such as 3,4;0,0; got 3."),
        ("what-a-unit-sees", {"units": ""}, "units must have at least one row and column such as 3,4; got none."),
        ("what-a-unit-sees", {"units": "14,0"}, "units must lie inside conv4_6 of size 14 × 14; got 14,0."),
        (
            "what-a-unit-sees",
            {"object": (1, 2)},
            "object must be top,left,bottom,right such as 60,80,139,179, or none; got (1, 2).",
        ),
        ("what-a-unit-sees", {"object": "9,9,3,3"}, "top of the object must be at most bottom; got 9 and 3."),
        (
            "what-a-unit-sees",
            {"network": "unet", "kernels": "random", "samples": 50},
            "samples must be at most 40 for unet at 572, whose planes are large; got 50.",
        ),
    ],
)
def test_refusals_name_the_rule_and_the_numbers(name: Any, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.chart(name, **parameters)
    assert str(caught.value) == sentence


def test_too_many_pixels_are_refused_before_they_are_drawn() -> None:
    graph = cv.chart("network", network="inception_resnet_v2", nodes="all")
    with pytest.raises(SpecError) as caught:
        graph.png()
    assert str(caught.value) == ("The PNG of a chart must have at most 40 megapixels; got 116.0 (2,516 x 46,092).")
    for scale in (0, -1, float("nan"), float("inf")):
        with pytest.raises(SpecError, match=r"^scale must be a positive number; got "):
            cv.chart("growth").png(scale=scale)


# Processes ------------------------------------------------------------------------------------------------------------

_NAMES = ("overlap-stamps", "effective-field", "kernel-rank", "network")

_CODE = f"""
import sys
from hashlib import sha256
import convviz as cv
small = { ({name: SMALL[name] for name in _NAMES})!r}
made = [cv.chart(name, **parameters) for name, parameters in small.items()]
print(sorted({{"matplotlib", "PIL", "streamlit"}} & {{*sys.modules}}))
for each in made:
    print(each.to_query(), sha256(each.chart.svg().encode()).hexdigest(), sha256(each.png(scale=1)).hexdigest())
"""


def test_another_process_draws_the_same_bytes_and_loads_what_draws_late() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _CODE],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded, *lines = run.stdout.splitlines()
    assert loaded == "[]"
    made = [cv.chart(name, **SMALL[name]) for name in _NAMES]
    assert lines == [
        f"{each.to_query()} {sha256(each.chart.svg().encode()).hexdigest()} {sha256(each.png(scale=1)).hexdigest()}"
        for each in made
    ]
