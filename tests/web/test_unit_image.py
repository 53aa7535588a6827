"""The page "What a unit sees" without a browser: fields, weights and objects are those of the engine."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import convviz as cv
from convviz import SpecError
from convviz.analysis import KNOWN, effective_field
from convviz.analysis.tiling import covering_unit, covers, first_covering
from convviz.charts.photo import Overlay, field_photo, fit, fit_words
from convviz.diagrams.units import NETWORKS
from convviz.web.components.refusals import as_sentence
from convviz.web.labs.unit_image.controls import PARAMS
from tests.web.app import REST, address, checked, errors, named
from tests.web.unit_image import page, picture, words


def test_it_opens_without_a_query_and_leaves_the_address_clean() -> None:
    app = page()
    assert (errors(app), address(app)) == ([], {})
    assert "**Unit (7, 7) of `conv4_6`** can see 291 × 291 cells, rows −31 to 259 and columns −31 to 259" in words(app)
    assert "In the picture lie 224 × 224 of them" in words(app)
    assert "Unit (7, 7) of conv4_6 can see 291 × 291 cells" in picture(app)


@pytest.mark.parametrize(
    "name", ["alexnet", "vgg16", "mobilenet_v2", "resnet18", "inception_v3", "unet", "deeplab_v3", "patchgan70"]
)
def test_networks_that_take_photographs_open(name: str) -> None:
    app = page(network=name)
    assert errors(app) == []
    assert "sigma" in words(app)


def test_the_numbers_are_those_of_the_engine() -> None:
    query = {"network": "vgg16", "input_size": "96x128", "node": "conv3_2", "units": "5,9;0,0",
             "object": "10,20,40,70", "kernels": "random", "samples": "10", "seed": "3", "image": "cat"}  # fmt: skip
    app = page(**query)
    assert (errors(app), address(app)) == ([], query)
    network = cv.Network.known("vgg16", (96, 128))
    found = effective_field(network, "conv3_2", (5, 9), "random", samples=10, seed=3)
    said = words(app)
    assert "mean squared gradient** (mean of 10 draws, seed 3)" in said
    assert f"sigma {found.sigma[0]:.3g} × {found.sigma[1]:.3g}" in said
    cut = np.s_[10:41, 20:71]
    read = int(network.support("conv3_2", (5, 9))[cut].sum())
    share = 100 * float(found.weights[cut].sum())
    assert f"reads {read:,} of its {31 * 51:,} cells, and {share:.3g}% of the weight" in said
    assert "Photograph: 192 × 288, cut to 192 × 256 and reduced to 96 × 128, in grey levels." in said


def test_4_sigma_are_divided_by_what_is_said() -> None:
    found = effective_field(cv.Network.known("resnet50_v1"), "conv4_6", (7, 7))
    four = 4 * found.sigma[0]
    said = words(page())
    assert f"4 sigma, {four:.3g} × {four:.3g}, are {four / 291:.3g} × {four / 291:.3g} of the field's 291 × 291" in said
    assert f"and {four / 224:.3g} × {four / 224:.3g} of the 224 × 224 that lie in the picture." in said
    inside = words(page(network="vgg16", node="conv1_2"))
    assert "of the field's 5 × 5 cells." in inside


def test_the_legend_names_the_box_only_where_one_is_drawn() -> None:
    assert "**yellow box**: the field, with a cross in its center" in words(page())
    large = words(page(network="resnet152_v1", node="conv5_3"))
    assert "**yellow box**" not in large
    assert "no box, as the field is larger than this view on all sides; **yellow cross**: its center" in large
    assert "of the field's 1507 × 1507 cells and" in large


def test_a_mistake_in_further_units_is_quoted_without_the_first() -> None:
    app = page()
    next(one for one in app.text_input if one.label == "Further units").input("a")
    assert errors(checked(app.run())) == [
        "Units must be rows and columns such as 3,4;0,0; got 'a'. The page shows the first unit alone."
    ]


def test_uniform_weights_are_said_to_be_exact() -> None:
    found = effective_field(cv.Network.known("resnet50_v1"), "conv4_6", (7, 7))
    assert f"**share of paths** (exact, for kernels of ones): sigma {found.sigma[0]:.3g}" in words(page())


def test_a_bad_link_gets_one_sentence() -> None:
    for query, sentence in (
        ({"network": "tcn"}, "network must take photographs of at least 32 x 32 cells; got tcn."),
        ({"units": "14,0"}, "units must lie inside conv4_6 of size 14 × 14; got 14,0."),
        ({"object": "9,0,8,5"}, "top of the object must be at most bottom; got 9 and 8."),
        ({"object": "0,0,8,224"}, "right of the object must be at most 223; got 224."),
        ({"node": "nowhere"}, "node must be the name of a node of resnet50_v1; got 'nowhere'."),
    ):
        app = page(**query)
        assert errors(app) == [as_sentence(sentence) + REST]
        assert address(app) == query
        assert "Unit (7, 7)" in words(app)


def test_texts_of_a_link_that_cannot_be_read_are_refused() -> None:
    size = "input_size must be from 32 to 640 along both axes, for a photograph; got "
    for name, text, sentence in (
        ("input_size", "999", f"{size}'999'."),
        ("input_size", "31x64", f"{size}'31x64'."),
        ("units", "a", "units must be rows and columns such as 3,4;0,0; got 'a'."),
        ("object", "1,2", "object must be top,left,bottom,right such as 60,80,139,179, or none; got '1,2'."),
    ):
        with pytest.raises(SpecError) as refusal:
            PARAMS[name].read(text)
        assert str(refusal.value) == sentence


def test_controls_write_the_link_and_wrong_ones_say_why() -> None:
    app = page()
    named(app.number_input, "on-your-image.conv4_6.14x14.row").set_value(3)
    assert address(checked(app.run())) == {"units": "3,7"}
    named(app.text_input, "on-your-image.conv4_6.14x14.further").set_value("0, 0; 20,1")
    assert errors(checked(app.run())) == [
        "Units must lie inside conv4_6 of size 14 × 14; got 20,1. The page shows the first unit alone."
    ]
    named(app.text_input, "on-your-image.conv4_6.14x14.further").set_value("0, 0")
    assert address(checked(app.run())) == {"units": "3,7;0,0"}
    named(app.toggle, "on-your-image.marks").set_value(False)
    assert address(checked(app.run())) == {"units": "3,7;0,0", "object": "none"}
    assert "The object of" not in words(app)


def test_large_planes_get_fewer_draws_and_it_is_said() -> None:
    app = page(network="unet", kernels="random", samples="200")
    assert app.caption[0].value == "The planes of this network are large: 40 draws are taken."
    assert "(mean of 40 draws, seed 0)" in words(app)


def test_from_which_node_on_an_object_is_covered() -> None:
    said = words(page(network="vgg16", object="100,100,105,105"))
    found = first_covering(cv.Network.known("vgg16").graph, ((100, 105), (100, 105)))
    assert f"Large enough from **`{found.large}`** on" in said
    assert "No node of this network has a field as large" in words(page(network="patchgan70", object="0,0,99,99"))


@pytest.mark.parametrize("marked", [((0, 3), (0, 3)), ((30, 41), (50, 57)), ((10, 60), (0, 63)), ((5, 11), (20, 26))])
@pytest.mark.parametrize("name", ["resnet18", "alexnet", "vgg16", "unet"])
def test_covering_against_all_units_one_by_one(name: str, marked: tuple[tuple[int, int], tuple[int, int]]) -> None:
    network = cv.Network.known(name, {"unet": 572, "alexnet": 99}.get(name, 64))
    found = first_covering(network.graph, marked)
    for node in network.nodes:
        size = network.output_size(node.name)
        assert size is not None
        rows = [n for n in range(size[0]) if covers_along(network, node.name, 0, n, marked)]
        columns = [n for n in range(size[1]) if covers_along(network, node.name, 1, n, marked)]
        unit = covering_unit(network.graph, node.name, marked)
        assert (unit is not None) == bool(rows and columns)
        if unit is not None:
            assert unit[0] in rows
            assert unit[1] in columns
            box = network.box(node.name, unit)
            assert box is not None
            assert covers(box, marked)
            assert (node.name, unit) == (found.covering, found.unit)
            break
    else:
        assert found.covering is None


def covers_along(network: cv.Network, node: str, axis: int, n: int, marked: tuple[tuple[int, int], ...]) -> bool:
    box = network.box(node, (n, 0) if axis == 0 else (0, n))
    return box is not None and box[axis][0] <= marked[axis][0] and marked[axis][1] <= box[axis][1]


def test_a_field_may_be_large_enough_and_no_unit_in_the_right_place() -> None:
    """Windows of 11 that begin every 4 cells, at 0, 4, 8: none holds 11 cells that begin at 2."""
    found = first_covering(cv.Network.known("alexnet").graph, ((2, 12), (0, 10)))
    assert (found.large, found.covering) == ("conv1", "pool1")
    said = words(page(network="alexnet", object="2,0,12,10"))
    assert (
        "Large enough from **`conv1`** on (11 × 11), but none of its units is in a position to cover the object" in said
    )


@pytest.mark.parametrize(
    ("given", "size", "sentence"),
    [
        ((256, 256), (224, 224), "256 × 256, reduced to 224 × 224"),
        ((256, 256), (299, 299), "256 × 256, enlarged to 299 × 299"),
        ((192, 288), (96, 128), "192 × 288, cut to 192 × 256 and reduced to 96 × 128"),
        ((224, 224), (224, 224), "224 × 224"),
    ],
)
def test_photographs_are_fitted_and_it_is_said(given: tuple[int, int], size: tuple[int, int], sentence: str) -> None:
    assert fit(np.zeros(given, np.uint8), size).shape == size
    assert fit_words(given, size) == sentence


def test_the_photograph_is_seen_through_the_weights() -> None:
    network = cv.Network.known("vgg16", 64)
    found = effective_field(network, "conv2_1", (16, 16))
    seen = Overlay(np.full((64, 64), 200, np.uint8), found, [network.box("conv2_1", (16, 16))], [None], None, None)
    data = field_photo(seen, "title", "words", theme="light", width=400).png(scale=1)
    with Image.open(BytesIO(data)) as file:
        pixels = np.asarray(file)
    assert tuple(pixels[20, 20, :3]) == (200, 200, 200)
    middle = pixels[pixels.shape[0] // 2 + 6, pixels.shape[1] // 2 + 6, :3].tolist()
    assert middle[0] > middle[2] + 40
    assert {*KNOWN} > {*NETWORKS}
