"""The rows that Araujo, Norris & Sim have published for inputs of 224, of 321 and of no known size.

https://github.com/google-research/receptive_field, receptive_field/RECEPTIVE_FIELD_TABLE.md
"""

from __future__ import annotations

from typing import Any

import pytest

import convviz as cv
from convviz.analysis.receptive.known import plan
from convviz.analysis.receptive.plans import grow

from .test_known import DISTILL

Rows = dict[str, tuple[int, int, int, int]]
"""Size, jump, and the padding for 224 and for 321."""


def with_paddings(name: str, *paddings: int) -> Rows:
    """Return the rows for 224, with the paddings for 321."""
    rows = DISTILL[name].items()
    return {node: (*numbers, more) for (node, numbers), more in zip(rows, paddings, strict=True)}


def of_blocks(sizes: tuple[int, ...], paddings: tuple[int, ...]) -> Rows:
    """Return the four blocks of a ResNet, by the names of its end points."""
    rows = enumerate(zip(sizes, (8, 16, 32, 32), paddings, strict=True), start=1)
    return {f"block{n}": (size, jump, padding, padding + 2) for n, (size, jump, padding) in rows}


# What the paddings hang on the input size of
SAME = {
    "inception_v2": with_paddings("inception_v2", 3, 5, 5, 9, 13, 29, 45, 61, 93, 125, 157, 189, 221, 285, 349),
    "mobilenet_v1": with_paddings("mobilenet_v1", 1, 3, 5, 9, 13, 21, 29, 45, 61, 77, 93, 109, 125, 157),
    "inception_resnet_v2_same": {
        "Conv2d_1a_3x3": (3, 2, 0, 1),
        "Conv2d_2a_3x3": (7, 2, 2, 3),
        "Conv2d_2b_3x3": (11, 2, 4, 5),
        "MaxPool_3a_3x3": (15, 4, 4, 7),
        "Conv2d_3b_1x1": (15, 4, 4, 7),
        "Conv2d_4a_3x3": (23, 4, 8, 11),
        "MaxPool_5a_3x3": (31, 8, 8, 15),
        "Mixed_5b": (63, 8, 24, 31),
        "Mixed_6a": (415, 16, 192, 207),
        "PreAuxLogits": (2335, 16, 1152, 1167),
        "Mixed_7a": (2399, 32, 1168, 1199),
        "Conv2d_7b_1x1": (3039, 32, 1488, 1519),
    },
    "resnet_v1_50": of_blocks((35, 99, 291, 483), (15, 47, 143, 239)),
    "resnet_v1_101": of_blocks((35, 99, 835, 1027), (15, 47, 415, 511)),
    "resnet_v1_152": of_blocks((35, 163, 1315, 1507), (15, 79, 655, 751)),
    "resnet_v1_200": of_blocks((35, 419, 1571, 1763), (15, 207, 783, 879)),
}

VGG_A = {
    "conv1_1": (3, 1, 1),
    "pool1": (4, 2, 1),
    "conv2_1": (8, 2, 3),
    "pool2": (10, 4, 3),
    "conv3_1": (18, 4, 7),
    "conv3_2": (26, 4, 11),
    "pool3": (30, 8, 11),
    "conv4_1": (46, 8, 19),
    "conv4_2": (62, 8, 27),
    "pool4": (70, 16, 27),
    "conv5_1": (102, 16, 43),
    "conv5_2": (134, 16, 59),
    "pool5": (150, 32, 59),
}

# The same for all sizes
FIXED = {name: DISTILL[name] for name in ("alexnet_v2", "vgg16", "inception_v3", "inception_v4", "inception_resnet_v2")}
FIXED["vgg11"] = VGG_A


def numbers(network: cv.Network, node: str) -> Any:
    """Size, jump and padding, for both axes, of what is aligned."""
    field = network.receptive_field(node)
    assert field.is_aligned is True, node
    return field.size, field.jump, field.padding


def without_size(name: str) -> cv.Network:
    network = cv.Network()
    grow(network.graph, plan(name).steps, "input")
    return network


@pytest.mark.parametrize("name", SAME)
def test_paddings_that_depend_on_the_input_size(name: str) -> None:
    networks = cv.Network.known(name, 224), cv.Network.known(name, 321), without_size(name)
    for node, (size, jump, *paddings) in SAME[name].items():
        for network, padding in zip(networks, (*paddings, None), strict=True):
            assert numbers(network, node) == ((size, size), (jump, jump), (padding, padding)), node


@pytest.mark.parametrize("name", FIXED)
def test_paddings_that_do_not(name: str) -> None:
    for network in (cv.Network.known(name, 224), cv.Network.known(name, 321), without_size(name)):
        for node, row in FIXED[name].items():
            assert numbers(network, node) == tuple((number, number) for number in row), node
