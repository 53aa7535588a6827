"""The page "On an image" without a browser: its numbers are those of the engine, and all of it is in its link."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.assets import SAMPLES
from convviz.recipes import Recipe
from convviz.recipes.images import gray_of, read_color, shrink
from convviz.web.components.scales import SIGNS
from tests.web.app import REST, address, checked, errors, follow, named, open_lesson
from tests.web.figure import components, data_of, report

SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
OWN = "1,0,-2.5;0,3,0|0,0,1;0,0,0|4,0,0;0,0,-1"
"""A kernel with a plane of 2 rows and 3 columns for each color."""


def page(**query: str) -> AppTest:
    return open_lesson("on-an-image", **query)


def picture(app: AppTest) -> dict[str, Any]:
    (found,) = components(app, "on_image")
    return data_of(found)


def say(app: AppTest, **said: Any) -> AppTest:
    """Run the page as after its picture has said something, of the revision that it has."""
    (found,) = components(app, "on_image")
    data = data_of(found)
    latest = {"revision": data["revision"], "row": data["row"], "col": data["col"], "kernel": ""}
    return report(app, found, said=latest | said)


def array(packed: dict[str, Any], kind: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(b64decode(packed["bytes"]), kind).reshape(packed["shape"])


def png(width: int, height: int) -> tuple[str, bytes, str]:
    """Return a file of one color, as an uploader takes it."""
    file = BytesIO()
    Image.new("RGB", (width, height), (200, 100, 0)).save(file, "PNG")
    return f"{width}.png", file.getvalue(), "image/png"


def sample(name: str) -> np.ndarray[Any, Any]:
    return shrink(read_color(SAMPLES[name].read_bytes()), 128)


def test_the_page_begins_with_edges_by_their_sign() -> None:
    app = page()
    data = picture(app)
    edges = correlate2d(gray_of(sample("cat")).astype(float), SOBEL_X, "valid")
    np.testing.assert_array_equal(array(data["output"], "<f4"), edges)
    assert (data["row"], data["col"], address(app)) == (41, 63, {})
    (below, low), (_, middle), (above, high) = data["legend"]
    assert (low, middle, high) == (-485, 0, 485)
    assert (below, above) == SIGNS["light"]
    with Image.open(BytesIO(b64decode(data["result"].partition(",")[2]))) as shown:
        colors = np.asarray(shown.convert("RGB")).astype(int)
    red, blue = colors[..., 0], colors[..., 2]
    assert ((edges < -2) <= (red < blue)).all()
    assert ((edges > 2) <= (red > blue)).all()
    assert (colors[edges == 0] == 255).all()


@pytest.mark.parametrize("border", ["none", "reflect"])
def test_the_pixel_of_the_result_is_what_the_lesson_makes_of_the_pixels_in_the_frame(border: str) -> None:
    app = page(image="cat", channels="rgb", kernel=OWN, border=border, row="50", col="31", size="11")
    data = picture(app)
    (link,) = [element.proto.body for element in app.get("html") if "cv-button" in element.proto.body]
    query = link.partition("standard?")[2].partition('"')[0].replace("&amp;", "&")
    recipe = Recipe.from_query("standard", query)
    output = cv.forward(recipe.layer, recipe.input, recipe.weight)
    top, left = 50 + (2 - 11) // 2, 31 + (3 - 11) // 2
    pixel = output[0, 50 - top, 31 - left]
    assert pixel == pytest.approx(array(data["output"], "<f4")[50, 31])
    assert pixel == pytest.approx(array(data["parts"], "<f4")[:, 50, 31].sum())
    levels = array(data["padded"], "u1")[:, 50:52, 31:34]
    channel, rows, columns = np.ogrid[:3, :2, :3]
    assert pixel == pytest.approx(array(data["products"], "<f4")[channel, rows, columns, levels].sum())


def test_the_link_holds_all_that_the_picture_and_the_controls_say() -> None:
    query = {
        "image": "shapes",
        "channels": "rgb",
        "kernel": OWN,
        "border": "zeros",
        "scale": "clip",
        "row": "3",
        "col": "120",
        "size": "7",
    }
    app = page(**query)
    assert address(app) == query
    data = picture(app)
    assert data["kernel"][0] == [["1", "0", "-2.5"], ["0", "3", "0"]]
    say(app, row=127, col=0)
    assert address(app) == query | {"row": "127", "col": "0"}
    assert picture(app)["revision"] == data["revision"], "the picture is there already"
    named(app.selectbox, "on-an-image.border").select("none")
    checked(app.run())
    assert (picture(app)["row"], picture(app)["revision"]) == (126, data["revision"] + 1)
    say(app, revision=data["revision"], row=5)  # it comes too late
    assert address(app)["row"] == "126"


def test_numbers_typed_into_the_kernel_take_the_place_of_the_chosen_one() -> None:
    app = page()
    say(app, kernel="-1,0,1;-2,0,2;-1,0,5")
    assert address(app) == {"kernel": "-1,0,1;-2,0,2;-1,0,5"}
    assert named(app.selectbox, "on-an-image.kernel").value == "own"
    say(app, kernel="-1,0,1;-2,0,2;-1,0,x")
    assert errors(app) == ["Kernel row 2, column 2 must be a number; got 'x'. The picture keeps the previous numbers."]
    assert picture(app)["kernel"][0][2][2] == "5"
    for said in ({"kernel": "1|2|3"}, {"kernel": [1]}, {"row": None}, {"row": "1e9"}, {"revision": "0", "row": 1}):
        say(app, **said)
        assert address(app) == {"kernel": "-1,0,1;-2,0,2;-1,0,5"}, "the page itself has no such messages"
    named(app.segmented_control, "on-an-image.channels").set_value("rgb")
    assert len(picture(checked(app.run()))["kernel"]) == 3
    named(app.selectbox, "on-an-image.kernel").select("box")
    checked(app.run())
    assert address(app) == {"channels": "rgb", "kernel": "box"}
    assert picture(app)["sentence"].startswith("Values below 0 are shown black")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            {"kernel": "sobel"},
            "Kernel must be one of identity, box, binomial, gaussian, sharpen, sobel_x, sobel_y, laplacian, emboss, or "
            "rows of numbers such as 1,2;3,4; got 'sobel'.",
        ),
        ({"kernel": "1|2"}, "Kernel must have 1 plane, or 3 where channels is rgb; got 2."),
        ({"kernel": "1,2;3"}, "Kernel must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
        ({"kernel_size": "5"}, "Kernel size must be 3x3, the size of weight sobel_x; got 5x5."),
        ({"kernel": "1,2", "kernel_size": "2"}, "Kernel size must be left out where kernel has numbers; got 2."),
        ({"row": "83"}, "Row must be at most 82 in this result; got 83."),
        ({"row": "128"}, "Row must be a whole number from 0 to 127; got '128'."),
    ],
)
def test_what_does_not_suit_is_refused_and_the_rest_is_shown(query: dict[str, str], sentence: str) -> None:
    app = page(col="7", **query)
    assert errors(app) == [sentence + REST]
    assert picture(app)["col"] == 7
    follow(app, col="8")
    assert (errors(app), picture(app)["col"]) == ([], 8)


def test_an_image_of_ones_own_is_reduced_and_stays_out_of_the_link() -> None:
    app = page()
    named(app.selectbox, "on-an-image.sample").select("upload")
    checked(app.run())
    assert not components(app, "on_image")
    app.file_uploader[0].set_value(png(2, 2))
    assert errors(checked(app.run())) == [
        "The kernel (3 rows) is larger than the input (2 rows). Choose a smaller kernel, a border, or a larger image."
    ]
    app.file_uploader[0].set_value(png(40, 256))
    named(app.segmented_control, "on-an-image.channels").set_value("rgb")
    data = picture(checked(app.run()))
    assert data["photo"] == [128, 20]
    assert array(data["padded"], "u1")[:, 0, 0].tolist() == [200, 100, 0]
    assert address(app) == {"channels": "rgb"}
