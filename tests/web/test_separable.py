"""The lesson of spatially separable convolution without a browser: its numbers are those of NumPy."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.assets import SAMPLES
from convviz.recipes import presets_of
from convviz.web.lessons.separability import _compare
from tests.web.app import checked, get, open_lesson
from tests.web.charts import charts, downloads, drawing

LESSON = "spatial-separable"
NEAR = "0.075,0.124,0.075;0.124,0.204,0.124;0.075,0.124,0.075"


def page(**query: str) -> AppTest:
    return open_lesson(LESSON, **query)


def unfold(app: AppTest, part: str) -> AppTest:
    app.session_state[f"open:spatial-separable.{part}"] = True
    return checked(app.run())


def words(app: AppTest) -> str:
    """All that the page says, with plain minus signs, on one line."""
    return " ".join(" ".join(element.value for element in app.markdown).replace("−", "-").split())


def html(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def costs(app: AppTest) -> list[list[str]]:
    """The rows of the table, each with its name."""
    table = next(body for body in html(app) if ">per cell<" in body)
    rows = re.findall(r"<tr.*?</tr>", table)[1:]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_the_table_counts_multiplications() -> None:
    assert costs(page(weight="sobel_x")) == [
        ["One pass", "9", "144", "2,340,900"],
        ["Column", "3", "72", "783,360"],
        ["Row", "3", "48", "780,300"],
        ["Both passes", "6", "120", "1,563,660"],
        ["Two passes / one", "67%", "83%", "67%"],
    ]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"weight": "sobel_x"}, "fills 4 × 6 cells on the way to an output of 4 × 4. Two passes save 17% of"),
        ({"weight": "laplacian"}, "save 17% of the multiplications here, but they only approximate the output: the "
                                  "rank of this kernel is 2."),
        ({"weight": "1,1;1,1", "input_size": "2x16"}, "cost more than one here, for 2 + 2 = 2 · 2, and the border"),
        ({"weight": "1,2,3"}, "cost more than one here, for 1 + 3 > 1 · 3."),
        ({"weight": "sobel_x", "input_size": "3"}, "cost more than one here: the column computes many cells more than"),
        ({"weight": "1,1;1,1", "stride": "1x2", "input_size": "2x2"}, "cost more than one here, for 2 + 2 = 2 · 2"),
    ],
)  # fmt: skip
def test_two_passes_are_said_to_cost_more_where_they_do(query: dict[str, str], sentence: str) -> None:
    assert sentence in words(page(**query))


@pytest.mark.parametrize(
    ("weight", "sentence"),
    [
        ("sobel_x", "**Yes**, its rank is 1"),
        ("laplacian", "**No**, its rank is 2. The best column and row miss 10.1% of it"),
        ("emboss", "**No**, its rank is 3."),
        ("0,0;0,0", "**Yes**, as anything times zero"),
        (NEAR, "**Nearly.** Its rank is 2, but a column times a row misses only 0."),
    ],
)
def test_the_verdict(weight: str, sentence: str) -> None:
    assert sentence in words(page(weight=weight))


@pytest.mark.parametrize("weight", ["laplacian", "emboss", "sobel_x", NEAR])
def test_rank_singular_values_and_error_are_those_of_numpy(weight: str) -> None:
    app = unfold(page(weight=weight), "rank")
    kernel = cv.recipe("spatial-separable", weight=weight).weight[0, 0]
    singular = np.linalg.svd(kernel, compute_uv=False)
    said = words(app)
    assert f"**Rank {np.linalg.matrix_rank(kernel)}.**" in said
    shown = re.search(r"Singular values: (.*?)\. At most", said)
    assert shown
    numbers = [float(text) for text in shown[1].split(", ")]
    assert numbers == pytest.approx(singular.tolist(), rel=5e-3, abs=1e-14)
    missing = np.sqrt((singular[1:] ** 2).sum() / (singular**2).sum())
    percent = re.search(r"the first alone misses (.*?)%", said)
    assert percent
    assert float(percent[1]) == pytest.approx(100 * missing, rel=1e-2, abs=1e-9)
    pair = re.search(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\} \\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", said)
    assert pair
    column = [float(text) for text in pair[1].split(r"\\")]
    row = [float(text) for text in pair[2].split("&")]
    left, _, right = np.linalg.svd(kernel)
    best = singular[0] * np.outer(left[:, 0], right[0])
    np.testing.assert_allclose(np.outer(column, row), best, atol=2e-3)


def test_charts_are_images_with_words_and_downloads_in_the_page() -> None:
    app = unfold(page(weight="laplacian"), "rank")
    maps, curve = charts(app)
    assert all(drawing(chart).startswith("<svg") for chart in (maps, curve))
    assert "Relative error 0.101 at rank 1, 0 at rank 2, 0 at rank 3." in curve
    assert downloads(maps) == ["kernel-and-product.svg", "kernel-and-product.png", "kernel-and-product.pdf"]
    assert downloads(curve) == ["kernel-rank.svg", "kernel-rank.png", "kernel-rank.pdf"]
    assert "Szegedy et al. 2015" in words(app)
    assert "such a kernel has 5 free numbers instead of 9" in words(app)


def test_what_is_folded_away_is_not_computed() -> None:
    app = page(weight="laplacian")
    assert "Singular values" not in words(app)
    assert charts(app) == []
    assert "ifference" not in words(app)


def said_difference(app: AppTest) -> tuple[float, float]:
    found = re.search(r"Largest difference (\S+)\*\*.*relative difference (\S+)%\*\*", words(app))
    assert found, words(app)
    return float(found[1]), float(found[2]) / 100


@pytest.mark.parametrize("weight", ["laplacian", NEAR])
def test_the_difference_on_an_image_is_that_of_scipy(weight: str) -> None:
    app = unfold(page(weight=weight, padding="1"), "both")
    kernel = cv.recipe("spatial-separable", weight=weight).weight[0, 0]
    left, singular, right = np.linalg.svd(kernel)
    with Image.open(next(iter(SAMPLES.values()))) as file:
        cells = np.pad(np.asarray(file.convert("L"), dtype=float), 1)
    one = correlate2d(cells, kernel, "valid")
    apart = one - correlate2d(cells, singular[0] * np.outer(left[:, 0], right[0]), "valid")
    largest, relative = said_difference(app)
    assert largest == pytest.approx(abs(apart).max(), rel=1e-3)
    assert relative == pytest.approx(np.linalg.norm(apart) / np.linalg.norm(one), rel=1e-2)


@pytest.mark.parametrize("weight", ["sobel_x", "box", "gaussian"])
def test_a_kernel_that_separates_makes_no_difference(weight: str) -> None:
    app = unfold(page(weight=weight), "both")
    assert "**No difference** beyond rounding: largest 0, relative 0%." in words(app)


def test_pictures_of_an_image_are_grey_levels_of_one_range() -> None:
    recipe = cv.recipe("spatial-separable", weight="1,0;0,1", stride="1x2")
    image = np.arange(60, dtype=np.uint8).reshape(6, 10)
    found = _compare("digest", recipe.variant, recipe.to_query(), image, recipe)
    pictures = [Image.open(BytesIO(data)) for data in (found.single, found.double, found.difference)]
    assert {picture.size for picture in pictures} == {(5, 5)}
    single, double, apart = (np.asarray(picture) for picture in pictures)
    assert min(single.min(), double.min()) == 0
    assert max(single.max(), double.max()) == 255
    assert (found.sums, found.largest > 0) == ((2.0, 1.0), True)
    assert {int(apart.min()), int(apart.max())} & {0, 255}


@pytest.mark.parametrize("name", [preset.name for preset in presets_of("spatial-separable")])
def test_every_example_opens_with_everything_unfolded(name: str) -> None:
    app = page(**cv.presets[name].to_texts())
    unfold(unfold(app, "rank"), "both")
    assert not app.error


def test_the_route_gives_the_gif_of_both_ways(server: str) -> None:
    status, headers, data = get(f"{server}/render/spatial-separable.gif?weight=laplacian&input_size=4&theme=dark")
    assert (status, headers["content-type"]) == (200, "image/gif")
    animation = cv.animate(cv.recipe("spatial-separable", weight="laplacian", input_size=4), theme="dark")
    assert data == animation.gif()
    with Image.open(BytesIO(data)) as picture:
        assert getattr(picture, "n_frames", 1) == 2 * 4 + 2 * 2
