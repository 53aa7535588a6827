"""Charts: what they say, that they are the same every time, and that nothing leaves the picture."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from PIL import Image

from convviz import SpecError
from convviz.charts import Chart, cost_ratio, number_maps, rank_curve
from convviz.charts.canvas import short
from convviz.charts.heatmap import SIGNED, Scale, contrast, luminance
from convviz.scene.theme import THEMES
from tests.charts.gallery import CHARTS, LAPLACE, NOISE
from tests.charts.reading import SVG, check_texts, texts

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("name", CHARTS)
def test_every_text_is_whole_large_enough_and_apart_from_others(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a phone and on a wide screen; every other chart is dark where the next one is light."""
    themes = list(THEMES)[:: 1 if list(CHARTS).index(name) % 2 else -1]
    for theme, width in zip(themes, (320, 960), strict=True):
        check_texts(CHARTS[name](theme=theme, width=width), monkeypatch)


@pytest.mark.parametrize("name", CHARTS)
def test_an_svg_is_complete_alone(name: str) -> None:
    chart = CHARTS[name]()
    svg = chart.svg()
    root = ElementTree.fromstring(svg)
    assert svg.startswith("<svg ")
    size = f"0 0 {chart.width} {chart.height}"
    assert (root.tag, root.attrib["role"], root.attrib["viewBox"]) == (f"{SVG}svg", "img", size)
    title, description = root[:2]
    assert (title.tag, title.text) == (f"{SVG}title", chart.title)
    assert (description.tag, description.text) == (f"{SVG}desc", chart.description)
    # Nothing that reaches beyond it: no style but its fonts, no date, nothing to fetch.
    assert not list(root.iter(f"{SVG}metadata"))
    (style,) = root.iter(f"{SVG}style")
    fonts = re.findall(r'@font-face {font-family: "convviz Sans"; font-weight: (\w+); [^{}]*}', style.text)
    assert "".join(re.split(r"@font-face {[^{}]*}", style.text)) == ""
    assert fonts == ["normal", "bold"][: 1 + ("font-weight: 700" in svg)]
    assert not re.search(r"20\d\d-\d\d-\d\d", svg)
    links = re.findall(r'(?:href="|url\()(#|[a-z]+:|.)', svg)
    assert {*links} <= {"#", "data:"}
    assert len(svg) < 350_000


@pytest.mark.parametrize("name", list(CHARTS)[::4])
def test_a_png_is_transparent_and_a_copy_draws_the_same(name: str) -> None:
    chart, again = CHARTS[name](), pickle.loads(pickle.dumps(CHARTS[name]()))
    assert again.svg() == chart.svg()
    picture = Image.open(BytesIO(chart.png(scale=1)))
    assert (picture.size, picture.mode, picture.info.get("Software")) == ((chart.width, chart.height), "RGBA", None)
    corners = [(x, y) for x in (0, picture.width - 1) for y in (0, picture.height - 1)]
    assert {picture.getpixel(corner)[3] for corner in corners} == {0}, "the background is transparent"


def test_themes_and_scales_differ() -> None:
    for name in ("rank", "counts", "weights"):
        light, dark = CHARTS[name](theme="light"), CHARTS[name](theme="dark")
        assert light.svg() != dark.svg()
        assert Image.open(BytesIO(dark.png())).size == (2 * dark.width, 2 * dark.height)


def test_another_process_draws_the_same_bytes_without_pyplot() -> None:
    code = "import sys; from convviz.charts import cost_ratio; chart = cost_ratio(256, 5); chart.png()"
    code = f"{code}; print('matplotlib.pyplot' in sys.modules); print(chart.svg())"
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    loaded, svg = run.stdout.split("\n", 1)
    assert loaded == "False", run.stderr
    assert svg.rstrip() == cost_ratio(256, 5).svg().rstrip()


def test_threads_do_not_disturb_each_other() -> None:
    charts = [CHARTS["rank"], CHARTS["ratio"]]
    expected = [(chart().svg(), chart(theme="dark").png()) for chart in charts]
    start = threading.Barrier(3)

    def draw(_: int) -> list[tuple[str, bytes]]:
        start.wait()
        return [(chart().svg(), chart(theme="dark").png()) for chart in charts]

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(draw, range(3))) == [expected] * 3


def test_the_process_wide_settings() -> None:
    assert (matplotlib.rcParams["svg.hashsalt"], matplotlib.rcParams["svg.fonttype"]) == ("convviz", "none")


def test_a_rank_curve_says_its_values_and_the_rank() -> None:
    chart = rank_curve([0.5, 0.000412, 0])
    assert {"0.5", "4.12e−4", "0", "the kernel has rank 3"} <= set(texts(chart))
    assert chart.title == "Error of the best approximation by rank"
    expected = "Relative error 0.5 at rank 1, 4.12e−4 at rank 2, 0 at rank 3. The kernel has rank 3."
    assert chart.description == expected
    assert rank_curve([0.5]).description == "Relative error 0.5 at rank 1."
    assert not any("the kernel" in text for text in texts(rank_curve([0.5])))


def test_maps_have_every_number_and_their_titles() -> None:
    chart = number_maps([("kernel", LAPLACE), ("difference", [[0.204, 0, -0.25], [0, 0, 0], [0, 0, 0.5]])])
    written = texts(chart)
    assert {"kernel", "difference", "0", "1", "−4", "0.204", "−0.25", "0.5"} <= set(written)
    assert chart.title == "kernel, difference"
    assert chart.description == ("kernel: 0, 1, 0; 1, −4, 1; 0, 1, 0. difference: 0.204, 0, −0.25; 0, 0, 0; 0, 0, 0.5.")
    assert {"4", "2", "−2"} <= set(written), "the scale runs as far on both sides of 0"


def test_maps_are_stacked_where_numbers_need_the_room_and_bare_where_there_is_none() -> None:
    side_by_side = number_maps([("a", np.eye(3)), ("b", np.eye(3))])
    stacked = number_maps([("a", NOISE), ("b", NOISE), ("c", NOISE)])
    wide = number_maps([("a", NOISE), ("b", NOISE), ("c", NOISE)], width=960)
    assert side_by_side.height < wide.height < 320 < stacked.height
    assert texts(stacked).count("0.13") == texts(wide).count("0.13") == 3
    bare = number_maps([("kernel", np.full((3, 40), 0.13))])
    assert texts(bare) == ["kernel", "−0.13", "0", "0.13"], "the title and the scale"
    assert bare.description == "kernel: 3 x 40 numbers."


def test_zero_everywhere_is_in_the_middle_of_the_scale() -> None:
    chart = number_maps([("difference", np.zeros((2, 2)))])
    assert texts(chart).count("0") == 5
    picture = Image.open(BytesIO(chart.png(scale=1)))
    assert picture.getpixel((40, 40))[:3] == (246, 247, 249)


@pytest.mark.parametrize("theme", THEMES)
def test_numbers_are_legible_on_every_color(theme: str) -> None:
    """Contrast of at least 4.5 to 1, as WCAG 2.2 asks for text."""
    scale = Scale(SIGNED[theme], -1, 1)
    for number in np.linspace(-1, 1, 201):
        assert contrast(scale.ink_on(number), scale.colors(float(scale.norm(number)))) >= 4.5, number


@pytest.mark.parametrize("theme", THEMES)
def test_lightness_runs_one_way_on_either_side_of_0(theme: str) -> None:
    """So sizes can be compared without any hue."""
    levels = np.array([luminance(SIGNED[theme](level)) for level in np.linspace(0, 1, 101)])
    outwards = 1 if theme == "dark" else -1
    assert (outwards * np.diff(levels[:51]) < 0).all()
    assert (outwards * np.diff(levels[50:]) > 0).all()


def test_a_ratio_chart_marks_the_point_and_the_asymptotes() -> None:
    chart = cost_ratio(256, 5)
    assert {"N = 256, k = 5: 0.0439", "1/k² = 1/9", "1/k² = 1/25", "1/k² = 1/49", "1024", "0.1"} <= set(texts(chart))
    assert "1/k² = 1/16" in texts(cost_ratio(256, 4)), "the kernel that is spoken of always has its curve"
    written = texts(cost_ratio(256, (3, 5), channel_multiplier=2))
    assert {"N = 256, k = 3×5: 0.141", "2/(3·5)", "2/k² = 2/9", "2/k² = 2/49"} <= set(written)
    assert "1/k² = 1/25" not in texts(cost_ratio(256, (4, 6))), "24 cells and 25 have all but one curve"
    assert chart.title == "Cost of a depthwise separable convolution by that of a standard one"
    assert chart.description == "At N = 256 and k = 5 the ratio is 0.0439. For many channels it nears 0.04."


def test_curves_go_through_the_formula() -> None:
    axes = cost_ratio(256, 5).figure().axes[0]
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    for side, curve in zip((3, 5, 7), curves, strict=True):
        counts, ratios = np.asarray(curve.get_xdata()), np.asarray(curve.get_ydata())
        np.testing.assert_allclose(ratios, 1 / counts + 1 / side**2)
    assert (53_952 / 1_228_800) in [line.get_ydata()[0] for line in axes.lines if len(line.get_xdata()) == 1]


def test_titles_are_escaped() -> None:
    chart = number_maps([("a < b & $c$", [[1]])])
    assert ElementTree.fromstring(chart.svg())[0].text == "a < b & $c$"
    assert "a < b & $c$" in texts(chart)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (-0.0, "0"), (1, "1"), (-12.345, "−12.3"), (99999, "99999"), (1e5, "1e5"), (-2.5e-7, "−2.5e−7")],
)
def test_numbers_in_three_digits(number: float, text: str) -> None:
    assert short(number) == text


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: rank_curve([]), "errors must be numbers from 0 to 1, at least one of them; got []."),
        (lambda: rank_curve([1.5]), "errors must be numbers from 0 to 1, at least one of them; got [1.5]."),
        (lambda: rank_curve([0], theme="blue"), "theme must be one of light, dark; got 'blue'."),
        (lambda: rank_curve([0], theme="roles"), "theme must be one of light, dark; got 'roles'."),
        (lambda: rank_curve([0], width=100), "width must be at least 320; got 100."),
        (lambda: cost_ratio(0, 3), "out_channels must be at least 1; got 0."),
        (lambda: cost_ratio(1, 0), "kernel_size must be at least 1; got 0."),
        (lambda: cost_ratio(1, 3, channel_multiplier=0), "channel_multiplier must be at least 1; got 0."),
        (lambda: cost_ratio(1, 3, kernel_sizes=[0]), "kernel_sizes must be at least 1; got 0."),
        (lambda: cost_ratio(1, 3, width=4000), "width must be at most 3840; got 4000."),
        (lambda: number_maps([]), "maps must be tables of one shape; got []."),
        (lambda: number_maps([("a", [1])]), "maps must be tables of one shape; got [(1,)]."),
        (
            lambda: number_maps([("a", [[1]]), ("b", [[1, 2]])]),
            "maps must be tables of one shape; got [(1, 1), (1, 2)].",
        ),
        (lambda: number_maps([("a", [[np.nan]])]), "maps must hold finite numbers; got others."),
        (lambda: number_maps([("a", [["b"]])]), "maps must hold finite numbers; got others."),
    ],
)
def test_mistakes(mistake: Callable[[], Chart], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
