"""What nodes cost that are made here: against `cost` of single layers, and known networks against published totals."""

from __future__ import annotations

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import KNOWN, NodeCost
from convviz.arithmetic import Layer

# Weights of all convolutions before the classifier, in models that are made by torchvision 0.29 and timm 1.0.31
WEIGHTS = {
    "alexnet": 60965224 - 58631144 - 1376,  # the total of Caffe's model, without the dense layers and without biases
    "vgg11": 9217728,
    "vgg16": 14710464,
    "vgg19": 20018880,
    "mobilenet_v1": 3185088,
    "mobilenet_v2": 2189760,
    "resnet18": 11166912,
    "resnet34": 21267648,
    **{f"resnet50_{version}": 23454912 for version in ("v1", "v1_5")},
    **{f"resnet101_{version}": 42394816 for version in ("v1", "v1_5")},
    **{f"resnet152_{version}": 57992384 for version in ("v1", "v1_5")},
    "resnet_v1_50": 23454912,
    "resnet_v1_101": 42394816,
    "resnet_v1_152": 57992384,
    "resnet_v1_200": 62448832,
    "inception_v3": 21751136,
    "inception_v4": 41079648,
    "inception_resnet_v2": 54200160,
    "inception_resnet_v2_same": 54200160,
    "deeplab_v3": 57926848,
    "unet": 31030593 - 6849 + 64,  # of an implementation with biases for one class; here are two
    "patchgan70": 2768705 - 65 - 2 * (128 + 256 + 512),  # as the authors' code prints, with biases and normalization
    "context_module": 64 * 21**2,  # 64 C^2 in section 4 of the paper
}

# Products of convolutions by fvcore 0.1.5
PRODUCTS = {
    "resnet18": 1813561344,
    "resnet50_v1_5": 4087136256,
    "mobilenet_v2": 300774272 - 1280 * 1000,
    "vgg16": 15470264320 - 512 * 49 * 4096 - 4096 * 4096 - 4096 * 1000,
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_known_networks_have_the_published_weights(name: str) -> None:
    total = cv.Network.known(name).total()
    assert total.parameters == WEIGHTS[name]
    assert PRODUCTS.get(name, total.multiplications) == total.multiplications


@pytest.mark.parametrize(("name", "published"), [("inception_v2", 10173112), ("inception_v3", 21802784)])
def test_inceptions_have_the_totals_of_tf_slim(name: str, published: int) -> None:
    """As inception_v2_test.py and inception_v3_test.py there say: weights, and three numbers of each channel.

    The first convolution of v2 is separable there: 24 kernels 7 x 7, then 24 x 64 weights, and one bias a channel.
    """
    network = cv.Network.known(name)
    costs = [network.cost(node.name) for node in network.nodes[1:]]
    numbers = sum(cost.parameters + 3 * (cost.channels or 0) for cost in costs if cost is not None and cost.parameters)
    separable = 24 * 49 + 24 * 64 - 3 * 64 * 49 - 2 * 64
    assert numbers + (separable if name == "inception_v2" else 0) == published


def test_every_known_network_but_one_has_all_costs() -> None:
    """The paper of WaveNet does not give channels."""
    for name in KNOWN:
        network = cv.Network.known(name)
        missing = [node.name for node in network.nodes[1:] if network.cost(node.name) is None]
        assert bool(missing) == (name == "wavenet_stack"), name
        assert len(missing) in (0, len(network.nodes) - 1)


def test_layers_cost_what_cost_says() -> None:
    generator = np.random.default_rng(5)
    for _ in range(60):
        groups, inputs, outputs = (int(number) for number in generator.integers(1, 4, 3))
        kernel, stride, padding, size = (tuple(generator.integers(low, low + 3, 2).tolist()) for low in (2, 1, 0, 9))
        make = (cv.conv2d, cv.conv_transpose2d)[int(generator.integers(2))]
        layer = make(kernel, stride=stride, padding=padding, groups=groups)
        network = cv.Network(size, channels=inputs * groups)
        network.add("layer", layer, channels=outputs * groups)
        expected = cv.cost(layer, inputs * groups, outputs * groups, size)
        height, width = layer.output_size(size)
        memory = outputs * groups * height * width
        assert network.cost() == NodeCost(outputs * groups, expected.parameters, expected.multiplications, memory)


def test_channels_are_passed_on() -> None:
    network = cv.Network((6, 8), channels=4)
    network.add("pool", cv.max_pool2d(2))
    network.add("shuffled", cv.pixel_shuffle(2), "pool")
    network.add("single", cv.conv2d(1), channels=1)
    network.add("gated", "multiply", ["single", "input"])
    network.add("both", "concat", ["gated", "single"])
    network.add("all", "global_pool")
    network.add("classes", "dense", channels=10)
    costs = {node.name: network.cost(node.name) for node in network.nodes[1:]}
    assert [cost and cost.channels for cost in costs.values()] == [4, 1, 1, 4, 5, 5, 10]
    assert costs["classes"] == NodeCost(10, 50, 50, 10)
    assert network.total() == NodeCost(None, 51, 98, 48 + 48 + 48 + 192 + 240 + 5 + 10)


def test_without_channels_nothing_is_known() -> None:
    network = cv.Network(6)
    network.add("a", cv.conv2d(3))
    assert (network.cost(), network.total()) == (None, NodeCost(None, 0, 0, 0))
    open_size = cv.Network(channels=2)
    open_size.add("a", cv.conv2d(3), channels=5)
    assert open_size.cost() == NodeCost(5, 90, None, None)


@pytest.mark.parametrize(
    ("start", "operation", "channels", "sentence"),
    [
        (
            3,
            cv.max_pool2d(2),
            4,
            'channels of "node" must be given to convolutions and "dense" alone, others have those of what they read; '
            "got 4.",
        ),
        (
            None,
            cv.conv2d(3),
            4,
            'channels of "node" must come with those of all before it, from Network(input_size, channels=) on; got 4 '
            "after a node without.",
        ),
        (3, cv.conv2d(3, groups=3), 4, 'node "node": out_channels must be divisible by groups; got 4 and groups 3.'),
        (
            3,
            cv.pixel_shuffle(2),
            None,
            'node "node": in_channels must be out_channels x factor^2 for PixelShuffle; got 3 (out_channels 1, factor '
            "2).",
        ),
        (3, cv.conv2d(3), 0, "channels must be at least 1; got 0."),
    ],
)
def test_channels_that_do_not_fit(start: int | None, operation: Layer, channels: int | None, sentence: str) -> None:
    network = cv.Network(9, channels=start)
    with pytest.raises(cv.SpecError) as caught:
        network.add("node", operation, channels=channels)
    assert str(caught.value) == sentence
    assert len(network.nodes) == 1


def test_paths_meet_with_equal_channels() -> None:
    network = cv.Network(9, channels=3)
    network.add("a", cv.conv2d(1), channels=4)
    with pytest.raises(cv.SpecError) as caught:
        network.add("sum", "add", ["a", "input"])
    assert str(caught.value) == 'the inputs of add "sum" must have the same channels, or 1; got 4 and 3.'
