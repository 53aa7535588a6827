"""A layer of a network in its lesson: the same layer, and with its kernel the same numbers as in onnxruntime."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

import convviz as cv
from convviz import SpecError
from convviz.analysis import KNOWN
from convviz.analysis.onnx_import.stored_weights import stored_weight
from convviz.recipes.of_layer import recipe_of_layer
from tests.analysis.onnx.models import model, node

LESSONS = ("standard", "dilated", "transposed", "pooling", "along-a-line")


def test_the_layers_of_known_networks_are_shown_as_they_are() -> None:
    shown, refused = set(), set()
    for name in KNOWN:
        network = cv.Network.known(name)
        for each in network.nodes[1:]:
            if hasattr(each.operation, "effective_kernel_size"):
                layer, size = each.operation, network.node(each.inputs[0]).size
                try:
                    recipe = recipe_of_layer(layer, size)
                except SpecError as error:
                    refused.add(str(error).split()[0])
                    continue
                shown.add(recipe.variant)
                groups = {"groups": min(layer.groups, 512)} if hasattr(layer, "groups") else {}
                assert recipe.layer == replace(layer, **groups), (name, each.name)
                assert all(a <= b for a, b in zip(recipe["input_size"], size or (), strict=True))
                assert cv.Recipe.from_query(recipe.variant, recipe.to_query()) == recipe
    assert (shown, refused) == (set(LESSONS), {"kernel_size", "dilation", "padding"})


def test_the_window_moves_twice_where_the_network_has_room() -> None:
    for layer in (cv.conv2d((5, 2), (3, 2)), cv.conv2d(3, dilation=(3, 4)), cv.max_pool2d((7, 4), (4, 5))):
        assert min(recipe_of_layer(layer).output_size) >= 3
    assert recipe_of_layer(cv.conv2d(7, 2, 3), (4, 9))["input_size"] == (4, 5)


@pytest.mark.parametrize("seed", range(4))
def test_a_stored_kernel_gives_the_output_of_onnxruntime(seed: int) -> None:
    generator = np.random.default_rng(seed)
    inputs, stride, dilation = 1 + seed % 3, [1 + seed % 2, 2], [1, 1 + seed // 2]
    pads, channel = [1, 0, 2, 1], int(generator.integers(5))
    conv = node("Conv", "x w b", "y", strides=stride, dilations=dilation, pads=pads)
    data = model([conv], shape=(1, inputs, 9, 11), weights={"w": (5, inputs, 3, 2), "b": (5,)})
    image = generator.normal(size=(1, inputs, 9, 11)).astype(np.float32)
    (expected,) = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": image})
    network = cv.Network.from_onnx(data)
    kernel, bias = stored_weight(data, "w"), stored_weight(data, "b")
    recipe = recipe_of_layer(network.nodes[-1].operation, (9, 11), kernel[channel], float(bias[channel]))
    numbers = image[0].tolist() if inputs > 1 else image[0, 0].tolist()
    recipe = recipe.replace(input=numbers)
    np.testing.assert_allclose(recipe.drawn_output[0], expected[0, channel], rtol=1e-5, atol=1e-5)


def test_a_stored_kernel_of_a_transposed_layer_gives_the_output_of_onnxruntime() -> None:
    conv = node("ConvTranspose", "x w", "y", strides=[2, 3], pads=[1, 0, 0, 1])
    data = model([conv], shape=(1, 1, 3, 4), weights={"w": (1, 2, 3, 4)})
    image = np.random.default_rng(5).normal(size=(1, 1, 3, 4)).astype(np.float32)
    (expected,) = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": image})
    layer = cv.Network.from_onnx(data).nodes[-1].operation
    recipe = recipe_of_layer(layer, (3, 4), stored_weight(data, "w")[:, 1]).replace(input=image[0, 0].tolist())
    np.testing.assert_allclose(recipe.drawn_output[0], expected[0, 1], rtol=1e-5, atol=1e-5)


def test_all_input_channels_of_a_transposed_layer_are_shown_together() -> None:
    weight = np.random.default_rng(6).integers(-3, 4, (3, 2, 4)).astype(float)
    recipe = recipe_of_layer(cv.conv_transpose2d((2, 4), stride=(2, 3), groups=8), (3, 4), weight, 0.5)
    assert (recipe["in_channels"], recipe["out_channels"], recipe["groups"]) == (3, 1, 1)
    assert (recipe.weight[:, 0] == weight).all()
    assert recipe_of_layer(cv.conv_transpose2d(3, groups=8)).channels == (8, 8)


def test_what_no_lesson_shows_is_refused() -> None:
    for layer in (cv.conv2d(9), cv.conv2d(3, dilation=9), cv.upsample2d(2)):
        with pytest.raises(SpecError):
            recipe_of_layer(layer)
    with pytest.raises(SpecError, match=r"weight plane 0 row 0, column 0 must be from -1,000,000"):
        recipe_of_layer(cv.conv2d(1), weight=np.array([[1e7]]))
