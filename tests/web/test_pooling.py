"""The lesson on pooling: its switches, and what it does without that others have."""

from __future__ import annotations

import json

import pytest
from convviz.web.components.summary import as_csv, as_latex, as_numpy
from streamlit.testing.v1 import AppTest

import convviz as cv
from tests.web.app import address, checked, downloads, errors, get, named, open_lesson


def labels(app: AppTest) -> set[str]:
    return {control.label for control in (*app.slider, *app.selectbox, *app.toggle, *app.number_input)}


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def test_a_lesson_without_a_kernel() -> None:
    app = open_lesson("pooling")
    assert errors(app) == []
    assert address(app) == {}
    assert labels(app).isdisjoint({"Kernel", "Bias", "Flip kernel (true convolution)"})
    assert {"Input", "Kernel size k", "Dilation d", "Round up (ceil_mode)"} <= labels(app)
    assert named(app.selectbox, "pooling.preset").placeholder == "Max 2 × 2: half the size"
    app.session_state["open:pooling.more"] = True
    checked(app.run())
    assert "Padding rule" in labels(app)
    assert labels(app).isdisjoint({"Padding holds", "Bias"})
    assert named(app.segmented_control, "pooling.storyboard").options == ["Step", "Cell"]
    assert address(app) == {}


def test_what_only_an_average_has_and_what_it_has_not() -> None:
    app = open_lesson("pooling")
    assert "Count padding (count_include_pad)" not in labels(app)
    named(app.segmented_control, "pooling.mode").set_value("average")
    checked(app.run())
    assert address(app) == {"mode": "average"}
    assert "Dilation d" not in labels(app)
    assert "Dilation is for max pooling only, as in PyTorch." in captions(app)
    named(app.toggle, "pooling.count_include_pad").set_value(False)
    named(app.slider, "pooling.padding").set_value(1)
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {"mode": "average", "padding": "1", "count_include_pad": "false"}


def test_going_over_to_the_average_takes_the_dilation_away() -> None:
    app = open_lesson("pooling", dilation="2", ceil_mode="true")
    assert named(app.slider, "pooling.dilation").value == 2
    assert named(app.toggle, "pooling.ceil_mode").value is True
    named(app.segmented_control, "pooling.mode").set_value("average")
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {"mode": "average", "ceil_mode": "true"}
    named(app.segmented_control, "pooling.mode").set_value("max")
    checked(app.run())
    assert named(app.slider, "pooling.dilation").value == 1


def test_a_link_to_a_dilated_average_is_refused_and_can_be_mended() -> None:
    app = open_lesson("pooling", mode="average", dilation="2")
    assert errors(app) == ["Dilation must be 1 where mode is average; got 2. The picture shows the defaults."]
    named(app.slider, "pooling.dilation").set_value(1)
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {"mode": "average"}


@pytest.mark.parametrize("kernel", ["3", "2x3"])
def test_where_no_stride_is_given_it_is_the_size_of_the_window(kernel: str) -> None:
    app = open_lesson("pooling", kernel_size=kernel)
    assert address(app) == {"kernel_size": kernel}
    strides = [slider.value for slider in app.slider if slider.label.startswith("Stride")]
    assert strides == [int(side) for side in kernel.split("x")]


def test_a_stride_of_two_under_a_larger_window_is_part_of_the_link() -> None:
    app = open_lesson("pooling")
    named(app.slider, "pooling.kernel_size").set_value(3)
    checked(app.run())
    assert address(app) == {"kernel_size": "3", "stride": "2"}
    named(app.slider, "pooling.stride").set_value(3)
    checked(app.run())
    assert address(app) == {"kernel_size": "3"}


def test_own_numbers_and_images_are_pooled() -> None:
    app = open_lesson("pooling", input="1,2;3,4", storyboard="tap")
    assert errors(app) == []
    assert address(app) == {"input": "1,2;3,4", "storyboard": "tap"}
    app = open_lesson("pooling", image="brick", mode="average")
    assert errors(app) == []
    assert len(address(app)["input"].split(";")) == 6
    assert any(text.startswith("Output ") for text in image_captions(app))


def image_captions(app: AppTest) -> list[str]:
    return [image.caption for element in app.get("image") for image in element.proto.imgs]


def test_minus_infinity_can_be_shown_and_copied() -> None:
    link = {"input_size": "2", "stride": "1", "dilation": "3", "padding": "same"}
    app = open_lesson("pooling", **link)
    assert errors(app) == []
    assert address(app) == link
    app.session_state["open:pooling.copy"] = True
    checked(app.run())
    assert [code.value for code in app.code] == ["-inf,-inf\n-inf,5"]
    table = [[float("-inf"), 1.5]]
    assert as_csv(table) == "-inf,1.5"
    assert as_numpy(table) == "np.array([[-np.inf, 1.5]])"
    assert as_latex(table) == "\\begin{bmatrix}\n  -\\infty & 1.5\n\\end{bmatrix}"


def test_pictures_of_pooling_over_http(server: str) -> None:
    query = "mode=average&kernel_size=3&padding=1&count_include_pad=false&theme=dark"
    status, headers, data = get(f"{server}/render/pooling.gif?{query}")
    assert (status, headers["content-type"]) == (200, "image/gif")
    recipe = cv.recipe("pooling", mode="average", kernel_size=3, padding=1, count_include_pad=False)
    assert data == cv.animate(recipe, theme="dark").gif()
    status, headers, data = get(f"{server}/render/pooling.png?mode=average&dilation=2")
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(data) == {"error": "dilation must be 1 where mode is average; got 2."}
    assert "/render/pooling.gif" in downloads(open_lesson("pooling"))
