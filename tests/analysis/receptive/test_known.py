"""Known networks against the numbers that their papers, and others who computed them, have published."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import KNOWN

# Araujo, Norris & Sim 2019, https://distill.pub/2019/computing-receptive-fields, with the rows for an input of 224 of
# https://github.com/google-research/receptive_field, receptive_field/RECEPTIVE_FIELD_TABLE.md: size, jump, padding
DISTILL = {
    "alexnet_v2": {
        "conv1": (11, 4, 0),
        "pool1": (19, 8, 0),
        "conv2": (51, 8, 16),
        "conv3": (99, 16, 32),
        "conv4": (131, 16, 48),
        "conv5": (163, 16, 64),
        "pool5": (195, 32, 64),
    },
    "vgg16": {
        "conv1_1": (3, 1, 1),
        "pool1": (6, 2, 2),
        "conv2_1": (10, 2, 4),
        "pool2": (16, 4, 6),
        "conv3_1": (24, 4, 10),
        "conv3_2": (32, 4, 14),
        "pool3": (44, 8, 18),
        "conv4_1": (60, 8, 26),
        "conv4_2": (76, 8, 34),
        "pool4": (100, 16, 42),
        "conv5_1": (132, 16, 58),
        "conv5_2": (164, 16, 74),
        "pool5": (212, 32, 90),
    },
    "inception_v3": {
        "Conv2d_1a_3x3": (3, 2, 0),
        "Conv2d_2a_3x3": (7, 2, 0),
        "Conv2d_2b_3x3": (11, 2, 2),
        "MaxPool_3a_3x3": (15, 4, 2),
        "Conv2d_3b_1x1": (15, 4, 2),
        "Conv2d_4a_3x3": (23, 4, 2),
        "MaxPool_5a_3x3": (31, 8, 2),
        "Mixed_5b": (63, 8, 18),
        "Mixed_5c": (95, 8, 34),
        "Mixed_5d": (127, 8, 50),
        "Mixed_6a": (159, 16, 58),
        "Mixed_6b": (351, 16, 154),
        "Mixed_6c": (543, 16, 250),
        "Mixed_6d": (735, 16, 346),
        "Mixed_6e": (927, 16, 442),
        "Mixed_7a": (1055, 32, 490),
        "Mixed_7b": (1183, 32, 554),
        "Mixed_7c": (1311, 32, 618),
    },
    "inception_v2": {
        "Conv2d_1a_7x7": (7, 2, 2),
        "MaxPool_2a_3x3": (11, 4, 2),
        "Conv2d_2b_1x1": (11, 4, 2),
        "Conv2d_2c_3x3": (19, 4, 6),
        "MaxPool_3a_3x3": (27, 8, 6),
        "Mixed_3b": (59, 8, 22),
        "Mixed_3c": (91, 8, 38),
        "Mixed_4a": (123, 16, 46),
        "Mixed_4b": (187, 16, 78),
        "Mixed_4c": (251, 16, 110),
        "Mixed_4d": (315, 16, 142),
        "Mixed_4e": (379, 16, 174),
        "Mixed_5a": (443, 32, 190),
        "Mixed_5b": (571, 32, 254),
        "Mixed_5c": (699, 32, 318),
    },
    "inception_v4": {
        "Conv2d_1a_3x3": (3, 2, 0),
        "Conv2d_2a_3x3": (7, 2, 0),
        "Conv2d_2b_3x3": (11, 2, 2),
        "Mixed_3a": (15, 4, 2),
        "Mixed_4a": (47, 4, 14),
        "Mixed_5a": (55, 8, 14),
        "Mixed_5b": (87, 8, 30),
        "Mixed_5c": (119, 8, 46),
        "Mixed_5d": (151, 8, 62),
        "Mixed_5e": (183, 8, 78),
        "Mixed_6a": (215, 16, 86),
        "Mixed_6b": (407, 16, 182),
        "Mixed_6c": (599, 16, 278),
        "Mixed_6d": (791, 16, 374),
        "Mixed_6e": (983, 16, 470),
        "Mixed_6f": (1175, 16, 566),
        "Mixed_6g": (1367, 16, 662),
        "Mixed_6h": (1559, 16, 758),
        "Mixed_7a": (1687, 32, 806),
        "Mixed_7b": (1815, 32, 870),
        "Mixed_7c": (1943, 32, 934),
        "Mixed_7d": (2071, 32, 998),
    },
    "inception_resnet_v2": {
        "MaxPool_5a_3x3": (31, 8, 2),
        "Mixed_5b": (63, 8, 18),
        "Mixed_6a": (415, 16, 186),
        "PreAuxLogits": (2335, 16, 1146),
        "Mixed_7a": (2399, 32, 1162),
        "Conv2d_7b_1x1": (3039, 32, 1482),
    },
    "mobilenet_v1": {
        "Conv2d_0": (3, 2, 0),
        "Conv2d_1_pointwise": (7, 2, 2),
        "Conv2d_2_pointwise": (11, 4, 2),
        "Conv2d_3_pointwise": (19, 4, 6),
        "Conv2d_4_pointwise": (27, 8, 6),
        "Conv2d_5_pointwise": (43, 8, 14),
        "Conv2d_6_pointwise": (59, 16, 14),
        "Conv2d_7_pointwise": (91, 16, 30),
        "Conv2d_8_pointwise": (123, 16, 46),
        "Conv2d_9_pointwise": (155, 16, 62),
        "Conv2d_10_pointwise": (187, 16, 78),
        "Conv2d_11_pointwise": (219, 16, 94),
        "Conv2d_12_pointwise": (251, 32, 94),
        "Conv2d_13_pointwise": (315, 32, 126),
    },
    # The table has TF-Slim's, which are resnet_v1_50 and so on; those of the paper have half the jump but for the last
    "resnet50_v1": {
        "conv2_3": (35, 4, 15),
        "conv3_4": (99, 8, 47),
        "conv4_6": (291, 16, 143),
        "conv5_3": (483, 32, 239),
    },
    "resnet101_v1": {
        "conv2_3": (35, 4, 15),
        "conv3_4": (99, 8, 47),
        "conv4_23": (835, 16, 415),
        "conv5_3": (1027, 32, 511),
    },
    "resnet152_v1": {
        "conv2_3": (35, 4, 15),
        "conv3_8": (163, 8, 79),
        "conv4_36": (1315, 16, 655),
        "conv5_3": (1507, 32, 751),
    },
}

# https://gist.github.com/samson-wang/a6073c18f2adf16e0ab5fb95b53db3e6: conv1, pool1 and the ends of the four stages, of
# ResNets with the stride in the 3 x 3
STRIDE_IN_3X3 = {
    "resnet18": {"conv1": 7, "pool1": 11, "conv2_2": 43, "conv3_2": 99, "conv4_2": 211, "conv5_2": 435},
    "resnet34": {"conv1": 7, "pool1": 11, "conv2_3": 59, "conv3_4": 179, "conv4_6": 547, "conv5_3": 899},
    "resnet50_v1_5": {"conv1": 7, "pool1": 11, "conv2_3": 35, "conv3_4": 91, "conv4_6": 267, "conv5_3": 427},
    "resnet101_v1_5": {"conv1": 7, "pool1": 11, "conv2_3": 35, "conv3_4": 91, "conv4_23": 811, "conv5_3": 971},
}

# Yu & Koltun 2015, Table 1
CONTEXT = [3, 5, 9, 17, 33, 65, 67, 67]

# The last map of each network as its source has it, and for those without a published field the size by arithmetic
LAST = {
    "alexnet": ((6, 6), 195),
    "alexnet_v2": ((5, 5), 195),
    "vgg11": ((7, 7), 150),
    "vgg16": ((7, 7), 212),
    "vgg19": ((7, 7), 268),
    "mobilenet_v1": ((7, 7), 315),
    "mobilenet_v2": ((7, 7), 491),
    "resnet18": ((7, 7), 435),
    "resnet34": ((7, 7), 899),
    "resnet50_v1": ((7, 7), 483),
    "resnet101_v1": ((7, 7), 1027),
    "resnet152_v1": ((7, 7), 1507),
    "resnet50_v1_5": ((7, 7), 427),
    "resnet101_v1_5": ((7, 7), 971),
    "resnet152_v1_5": ((7, 7), 1451),
    "resnet_v1_50": ((7, 7), 483),
    "resnet_v1_101": ((7, 7), 1027),
    "resnet_v1_152": ((7, 7), 1507),
    "resnet_v1_200": ((7, 7), 1763),
    "inception_v2": ((7, 7), 699),
    "inception_v3": ((8, 8), 1311),
    "inception_v4": ((8, 8), 2071),
    "inception_resnet_v2": ((8, 8), 3039),
    "inception_resnet_v2_same": ((10, 10), 3039),
    "context_module": ((64, 64), 67),
    "unet": ((388, 388), 204),
    "patchgan70": ((30, 30), 70),
    "dcgan_generator": ((64, 64), 6),
}


def both(number: Any) -> tuple[Any, Any]:
    return number, number


@pytest.mark.parametrize("name", DISTILL)
def test_the_table_of_the_distill_article(name: str) -> None:
    network = cv.Network.known(name, input_size=224)
    for node, numbers in DISTILL[name].items():
        field = network.receptive_field(node)
        assert (field.size, field.jump, field.padding) == tuple(map(both, numbers)), node
        assert field.is_aligned is True


@pytest.mark.parametrize("name", STRIDE_IN_3X3)
def test_resnets_with_the_stride_in_the_3x3(name: str) -> None:
    network = cv.Network.known(name)
    assert {node: network.receptive_field(node).size[0] for node in STRIDE_IN_3X3[name]} == STRIDE_IN_3X3[name]
    assert network.receptive_field().center == (0, 0)


def test_the_table_of_the_context_module() -> None:
    network = cv.Network.known("context_module")
    assert [row.receptive_field for row in network.table()] == [both(size) for size in CONTEXT]


@pytest.mark.parametrize("name", LAST)
def test_last_maps(name: str) -> None:
    network = cv.Network.known(name)
    assert (network.output_size(), network.receptive_field().size) == (LAST[name][0], both(LAST[name][1]))
    assert network.receptive_field().is_aligned is True


def test_every_network_has_a_source() -> None:
    assert {*KNOWN} == {*LAST, "deeplab_v3", "wavenet_stack", "tcn"}
    assert all("https://" in plan.source for plan in KNOWN.values())


def test_a_block_of_wavenet_sees_1024_samples() -> None:
    """Section 2.1 of https://arxiv.org/abs/1609.03499; causal paths are not centered, so residuals are misaligned."""
    network = cv.Network.known("wavenet_stack")
    field = network.receptive_field()
    assert (field.size, field.padding, field.misaligned_at) == ((1, 1024), (0, 1023), "dilation1")
    assert field.misaligned_paths == (
        ("input", "dilation1/0/gated/0/filter", "dilation1/0/gated", "dilation1/0/conv", "dilation1"),
        ("input", "dilation1"),
    )
    assert np.flatnonzero(network.support(None, (0, 1500))).tolist() == list(range(1500 - 1023, 1501))


def test_tcn_sees_more_than_its_sequence() -> None:
    """1 + 2 (k - 1) (2^levels - 1), two convolutions per level: more than the 784 pixels it was used for."""
    network = cv.Network.known("tcn")
    assert network.receptive_field().size == (1, 1 + 2 * 6 * 255)
    assert network.support(None, (0, 783)).all()


def test_unet_reads_what_its_field_says() -> None:
    network = cv.Network.known("unet")
    field = network.receptive_field()
    assert field.size_range == both((188, 204))
    boxes = [np.flatnonzero(network.support(None, (180, 180 + phase)).any(axis=0)) for phase in range(16)]
    sizes = [int(box[-1] - box[0]) + 1 for box in boxes]
    assert (min(sizes), max(sizes)) == (188, 204)


def test_unet_names_its_levels() -> None:
    nodes = {node.name: node.inputs for node in cv.Network.known("unet").nodes}
    down = [f"down{n}/{what}" for n in (1, 2, 3, 4) for what in ("conv1", "conv2", "crop", "pool")]
    down = [name.replace("down", "up") if name.endswith("crop") else name for name in down]
    up = [f"up{n}/{what}" for n in (4, 3, 2, 1) for what in ("upconv", "concat", "conv1", "conv2")]
    assert [*nodes] == ["input", *down, "bottom/conv1", "bottom/conv2", *up, "classes"]
    assert nodes["up2/concat"] == ("up2/crop", "up2/upconv")
    assert nodes["up2/upconv"] == ("up3/conv2",)
    assert nodes["up2/crop"] == nodes["down2/pool"] == ("down2/conv2",)


def test_names_of_known_networks_are_short() -> None:
    assert max(len(node.name) for name in KNOWN for node in cv.Network.known(name).nodes) <= 32


def test_deeplab_reads_everything_and_says_what_is_local() -> None:
    network = cv.Network.known("deeplab_v3")
    field = network.receptive_field()
    assert network.output_size() == (33, 33)
    assert (field.is_global, field.size, field.local.size) == (True, both(513), both(1835))
    trunk = network.receptive_field("conv5_3")
    assert [network.receptive_field(f"aspp/{n}/rate{6 * n}").size[0] - trunk.size[0] for n in (1, 2, 3)] == [
        16 * 12 * n for n in (1, 2, 3)
    ]
    assert network.support(None, (0, 0)).all()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "resnet50",
            'resnet50 must be named with its version, "resnet50_v1" or "resnet50_v1_5"; got \'resnet50\'.',
        ),
        (
            "mobilenet",
            'mobilenet must be named with its version, "mobilenet_v1" or "mobilenet_v2"; got \'mobilenet\'.',
        ),
        ("vgg", 'vgg must be named with its version, "vgg11", "vgg16" or "vgg19"; got \'vgg\'.'),
    ],
)
def test_versions_that_differ_have_to_be_named(name: str, message: str) -> None:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.known(name)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["lenet", "", 3, None, "resnet1"])
def test_unknown_names(name: Any) -> None:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.known(name)
    names = [f'"{known}"' for known in KNOWN]
    listed = f"{', '.join(names[:-1])} or {names[-1]}"
    assert str(caught.value) == f"name must be that of a known network, {listed}; got {name!r}."


def test_tables_and_maps_are_quick() -> None:
    """Generous bounds: on one core it is 20 ms for the network of 207 nodes with its table, and 30 ms for the map."""
    started = time.perf_counter()
    network = cv.Network.known("resnet152_v1")
    assert len(network.table().text().splitlines()) == len(network.nodes) + 1  # the sums
    assert time.perf_counter() - started < 2
    started = time.perf_counter()
    assert network.path_counts(None, (3, 3)).dtype == object
    assert time.perf_counter() - started < 4
