"""Compare what outputs read with onnxruntime where places are tokens, windows, lists, or in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import convviz as cv

from .models import Node, Runtime, model, node

SHAPE = (1, 2, 6, 8)


def compare(
    nodes: Sequence[Node],
    at: dict[str, tuple[int, ...]],
    weights: dict[str, Any] | None = None,
    shape: Sequence[int] = SHAPE,
    opset: int = 18,
) -> cv.Network:
    """Compare the support of every output of some tensors with the cells that change it.

    `at` has the axes of each tensor that are its places, in the order of its size: one axis for all of them, in order.
    """
    data = model(nodes, shape, weights, opset, outputs=list(at))
    seen = Runtime(data, shape).influence()
    network = cv.Network.from_onnx(data)
    assert network.unknown == ()
    made = {tensor: name for name, (_, tensor) in network.origins.items()}
    for tensor, axes in at.items():
        size = network.output_size(made[tensor])
        assert size is not None
        found = np.moveaxis(seen[tensor], [axis + 2 for axis in axes], range(2, 2 + len(axes)))
        found = found.reshape(*found.shape[: 2 + len(axes)], -1).any(-1).reshape(*found.shape[:2], *size)
        for output in np.ndindex(size):
            expected = found[(slice(None), slice(None), *output)]
            assert (network.support(made[tensor], output) == expected).all(), (tensor, output)
    return network


TOKENS = [node("Reshape", "x to", "f"), node("Transpose", "f", "t", perm=[0, 2, 1])]
BACK = [node("Transpose", "o", "u", perm=[0, 2, 1]), node("Reshape", "u back", "y")]
WEIGHTS = {"to": [1, 2, -1], "back": [1, 2, 6, 8], "q": (2, 5), "k": (2, 5), "v": (2, 2)}
HEADS = [node("MatMul", f"t {name}", name.upper()) for name in "qkv"]


@pytest.mark.parametrize("is_swapped", [False, True])
def test_attention_keeps_the_places_of_the_queries(is_swapped: bool) -> None:
    """As scaled dot products write it, and with scores that are transposed before they meet the values."""
    scores = [
        *HEADS,
        node("Transpose", "K", "kt", perm=[0, 2, 1]),
        node("MatMul", "Q kt", "s"),
        node("Softmax", "s", "p", axis=-1),
    ]
    if is_swapped:
        scores += [
            node("Transpose", "p", "pt", perm=[0, 2, 1]),
            node("Transpose", "V", "vt", perm=[0, 2, 1]),
            node("MatMul", "vt pt", "u"),
            node("Reshape", "u back", "y"),
        ]
    else:
        scores += [node("MatMul", "p V", "o"), *BACK]
    network = compare([*TOKENS, *scores], {"s": (1,), "y": (2, 3)}, WEIGHTS)
    field = network.receptive_field()
    assert (field.status, field.size, field.local.size, field.local.jump) == ("whole input", (6, 8), (1, 1), (1, 1))


def test_attention_over_fewer_keys() -> None:
    """Pyramid vision transformers shrink the keys: https://arxiv.org/abs/2102.12122."""
    nodes = [
        *TOKENS,
        node("Conv", "x small", "c", strides=[2, 2]),
        node("Reshape", "c to", "cf"),
        node("MatMul", "t q", "Q"),
        node("MatMul", "Q cf", "s"),
        node("Softmax", "s", "p"),
        node("Transpose", "cf", "ct", perm=[0, 2, 1]),
        node("MatMul", "p ct", "o"),
        node("Transpose", "o", "u", perm=[0, 2, 1]),
    ]
    weights = {**WEIGHTS, "q": (2, 2), "small": (2, 2, 2, 2)}
    network = compare(nodes, {"s": (1,), "u": (2,)}, weights)
    assert network.receptive_field().local.jump == (1, 1)


WINDOWS = [
    node("Reshape", "x six", "a"),
    node("Transpose", "a", "b", perm=[0, 2, 4, 3, 5, 1]),
    node("Reshape", "b three", "t"),
]
GRID = [WINDOWS[0], node("Transpose", "a", "b", perm=[0, 3, 5, 2, 4, 1]), WINDOWS[2]]


@pytest.mark.parametrize("is_grid", [False, True])
def test_attention_in_windows_and_over_a_grid(is_grid: bool) -> None:
    """Swin: https://arxiv.org/abs/2103.14030; MaxViT, whose grids have cells apart: https://arxiv.org/abs/2204.01697."""
    tail = [
        node("Transpose", "K", "kt", perm=[0, 2, 1]),
        node("MatMul", "Q kt", "s"),
        node("Softmax", "s", "p"),
        node("MatMul", "p V", "o"),
        node("Reshape", "o parts", "r"),
        node("Transpose", "r", "u", perm=[0, 5, 3, 1, 4, 2] if is_grid else [0, 5, 1, 3, 2, 4]),
        node("Reshape", "u back", "y"),
    ]
    high, wide = (3, 2), (2, 4)  # windows, cells of each
    shape = (high[1], wide[1]) if is_grid else (high[0], wide[0])
    inner = (high[0], wide[0]) if is_grid else (high[1], wide[1])
    weights = {
        **WEIGHTS,
        "six": [1, 2, high[0], high[1], wide[0], wide[1]],
        "three": [-1, inner[0] * inner[1], 2],
        "parts": [1, *shape, *inner, 2],
    }
    network = compare([*(GRID if is_grid else WINDOWS), *HEADS, *tail], {"y": (2, 3)}, weights)
    sizes = network.receptive_field().size
    assert sizes == ((5, 5) if is_grid else (2, 4))


def test_windows_that_are_rolled() -> None:
    rows = [
        node("Slice", "x one end two", "a"),
        node("Slice", "x zero one two", "b"),
        node("Concat", "a b", "r", axis=2),
    ]
    columns = [
        node("Slice", "r three end four", "c"),
        node("Slice", "r zero three four", "d"),
        node("Concat", "c d", "s", axis=3),
    ]
    weights = {"one": [1], "end": [9999], "two": [2], "zero": [0], "three": [3], "four": [3], "w": (2, 2, 3, 3)}
    network = compare([*rows, *columns, node("Conv", "s w", "y")], {"r": (2, 3), "s": (2, 3), "y": (2, 3)}, weights)
    assert network.receptive_field().size == (3, 3)


def test_circular_padding_as_slices() -> None:
    nodes = [
        node("Slice", "x last end two", "a"),
        node("Slice", "x zero one two", "b"),
        node("Concat", "a x b", "p", axis=2),
        node("Conv", "p w", "y"),
    ]
    weights = {"last": [-2], "end": [9999], "two": [2], "zero": [0], "one": [1], "w": (2, 2, 4, 1)}
    compare(nodes, {"p": (2, 3), "y": (2, 3)}, weights)


def test_flips() -> None:
    nodes = [
        node("Conv", "x w", "c", strides=[2, 1]),
        node("Slice", "c start stop axes steps", "f"),
        node("Conv", "f v", "y"),
        node("Gather", "x turned", "g", axis=3),
    ]
    weights = {"w": (2, 2, 3, 2), "v": (2, 2, 1, 3), "start": [-1, -1], "stop": [-9999, -9999], "axes": [2, 3]}
    weights |= {"steps": [-1, -1], "turned": np.arange(7, -1, -1)}
    network = compare(nodes, {"f": (2, 3), "y": (2, 3), "g": (2, 3)}, weights)
    assert network.receptive_field("Conv_3").jump == (-2, -1)


def test_planes_next_to_each_other() -> None:
    nodes = [
        node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
        node("Conv", "x v", "b", pads=[0, 1, 0, 1]),
        node("Concat", "a b", "c", axis=2),
        node("Concat", "x zeros", "z", axis=3),
        node("Conv", "c w", "y"),
        node("Conv", "z w", "q"),
    ]
    weights = {"w": (2, 2, 3, 3), "v": (2, 2, 1, 3), "zeros": (1, 2, 6, 3)}
    network = compare(nodes, {"c": (2, 3), "z": (2, 3), "y": (2, 3), "q": (2, 3)}, weights)
    assert network.receptive_field("Conv_5").status == "upper bound"
    assert (network.receptive_field().status, network.receptive_field().size) == ("exact", (3, 3))


CLASS_TOKEN = [
    *TOKENS,
    node("Concat", "token t", "l", axis=1),
    node("Add", "l positions", "e"),
    *[node("MatMul", f"e {name}", name.upper()) for name in "qkv"],
    node("Transpose", "K", "kt", perm=[0, 2, 1]),
    node("MatMul", "Q kt", "s"),
    node("Softmax", "s", "p"),
    node("MatMul", "p V", "o"),
    node("Add", "o e", "n"),
    node("Slice", "n one end one", "g"),
    node("Gather", "n zero", "first", axis=1),
]


def test_a_class_token_is_a_place_that_reads_everything() -> None:
    """Vision transformer: https://arxiv.org/abs/2010.11929."""
    weights = {**WEIGHTS, "token": (1, 1, 2), "positions": (1, 49, 2), "one": [1], "end": [9999], "zero": np.array(0)}
    network = compare(CLASS_TOKEN, {"g": (1,), "first": ()}, weights)
    before, after = network.receptive_field("Add_4"), network.receptive_field("Add_12")
    assert (before.status, before.size, after.status, after.local.size) == ("exact", (1, 1), "whole input", (1, 1))
    assert network.output_size("Gather_14") == (1, 1)
    assert network.provenance.remark("Add_4") == "its tensor has 1 more place, constant"
    assert network.provenance.remark("Add_12") == "the largest part of a list of places, with Add_12 (part 1)"
    assert [network.graph.costs[name].channels for name in ("Add_4", "Add_12")] == [2, 2]
    assert network.receptive_field("Gather_14").is_global
    mains = {each.name: each.inputs for each in network.main_nodes}
    assert [*mains][1:] == [name for name in (each.name for each in network.nodes) if name in network.origins]
    assert len(mains) < len(network.nodes)
    assert mains["MatMul_11"] == ("Softmax_10", "MatMul_7")
    assert mains["Gather_14"] == ("Add_12",)
    assert [row.name for row in network.table()] == [*mains][1:]


def test_heads_of_a_detector_in_one_list() -> None:
    nodes = [
        node("Conv", "x w", "a", strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Conv", "a w", "b", strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Reshape", "a to", "af"),
        node("Reshape", "b to", "bf"),
        node("Concat", "af bf", "c", axis=2),
        node("Sigmoid", "c", "s"),
        node("Slice", "s twelve end two", "y"),
        node("Slice", "s zero twelve two", "z"),
    ]
    weights = {"w": (2, 2, 3, 3), "to": [1, 2, -1], "twelve": [12], "end": [9999], "two": [2], "zero": [0]}
    network = compare(nodes, {"y": (2,), "z": (2,)}, weights)
    assert [network.output_size(name) for name in ("Sigmoid_6", "Slice_7", "Slice_8")] == [(3, 4), (2, 2), (3, 4)]
    assert network.receptive_field("Slice_7").jump == (4, 4)


def test_transposed_planes_have_the_size_of_the_tensor() -> None:
    nodes = [node("Transpose", "x", "t", perm=[0, 1, 3, 2]), node("Conv", "t w", "y", strides=[2, 1])]
    network = compare(nodes, {"t": (2, 3), "y": (2, 3)}, {"w": (3, 2, 3, 2)})
    assert [network.output_size(name) for name in ("Transpose_1", "Conv_2")] == [(8, 6), (3, 5)]
    assert network.describe("Conv_2", (2, 0)) == (
        'Output (2, 0) of "Conv_2" reads 6 cells of the input, in rows 0 to 1 and columns 4 to 6.'
    )
    compare([node("Transpose", "x", "t", perm=[0, 3, 2, 1])], {"t": (1, 2)})


def test_single_digits_of_places() -> None:
    """Picking a phase is a stride, picking a block is a crop, and a mean over blocks is pooling."""
    nodes = [
        node("Reshape", "x six", "a"),
        node("Gather", "a one", "b", axis=3),
        node("Gather", "b zero", "c", axis=4),
        node("Conv", "c w", "y"),
        node("Gather", "a two", "d", axis=2),
        node("Reshape", "d back", "e"),
        node("ReduceMean", "a blocks", "m", keepdims=0),
        node("ReduceMax", "a outer", "o", keepdims=0),
    ]
    weights = {"six": [1, 2, 3, 2, 4, 2], "one": np.array(1), "zero": np.array(0), "two": np.array(2)}
    weights |= {"w": (2, 2, 2, 3), "back": [1, 2, 2, 8], "blocks": [3, 5], "outer": [2, 4]}
    at = {"c": (2, 3), "y": (2, 3), "e": (2, 3), "m": (2, 3), "o": (2, 3)}
    network = compare(nodes, at, weights)
    field = network.receptive_field("Conv_4")
    assert (network.output_size("Conv_4"), field.size, field.jump, field.center) == ((2, 2), (3, 5), (2, 2), (2, 2))
    assert [network.output_size(name) for name in ("ReduceMean_7", "ReduceMax_8")] == [(3, 4), (2, 2)]


@pytest.mark.parametrize("place", [0, 1])
def test_zeros_between_cells(place: int) -> None:
    """As StyleGAN2 enlarges: https://arxiv.org/abs/1912.04958."""
    nodes = [
        node("Reshape", "x six", "a"),
        node("Pad", "a pads", "b"),
        node("Reshape", "b back", "c"),
        node("Conv", "c w", "y", pads=[1, 1, 1, 1]),
    ]
    pads = [0, 0, 0, place, 0, place, 0, 0, 0, 1 - place, 0, 1 - place]
    weights = {"six": [1, 2, 6, 1, 8, 1], "pads": pads, "back": [1, 2, 12, 16], "w": (2, 2, 4, 4)}
    network = compare(nodes, {"c": (2, 3), "y": (2, 3)}, weights)
    assert network.receptive_field().size == (2, 2)


def test_dilation_as_space_to_batch() -> None:
    nodes = [
        node("Reshape", "x six", "a"),
        node("Transpose", "a", "b", perm=[3, 5, 0, 1, 2, 4]),
        node("Reshape", "b four", "c"),
        node("Conv", "c w", "d", pads=[1, 0, 1, 0]),
        node("Reshape", "d apart", "e"),
        node("Transpose", "e", "f", perm=[2, 3, 4, 0, 5, 1]),
        node("Reshape", "f back", "y"),
    ]
    weights = {"six": [1, 2, 3, 2, 4, 2], "four": [4, 2, 3, 4], "w": (2, 2, 3, 2)}
    weights |= {"apart": [2, 2, 1, 2, 3, 3], "back": [1, 2, 6, 6]}
    network = compare(nodes, {"y": (2, 3)}, weights)
    assert network.receptive_field().size == (5, 3)


def test_unfolded_windows() -> None:
    index = np.arange(3)[:, None] * 2 + np.arange(3)
    nodes = [node("Gather", "x index", "g", axis=3), node("ReduceSum", "g taps", "y", keepdims=0)]
    network = compare(nodes, {"y": (2, 3)}, {"index": index.T, "taps": [3]})
    assert (network.output_size(), network.receptive_field().jump) == ((6, 3), (1, 2))


@pytest.mark.parametrize("is_inner_first", [False, True])
def test_unfolded_windows_side_by_side_divide_the_axis(is_inner_first: bool) -> None:
    """As patches are cut; what is read of each is known, place by place."""
    index = np.arange(8).reshape(2, 4) if not is_inner_first else np.arange(8).reshape(2, 4).T
    nodes = [node("Gather", "x index", "g", axis=3), node("ReduceSum", "g taps", "y", keepdims=0)]
    network = compare(nodes, {"y": (2, 3)}, {"index": index, "taps": [3 if is_inner_first else 4]})
    assert (network.output_size(), network.receptive_field().jump) == ((6, 2), (1, 4))


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_recurrent_layers_read_the_sequence(direction: str) -> None:
    number = 2 if direction == "bidirectional" else 1
    nodes = [
        node("Transpose", "x", "t", perm=[3, 0, 1, 2]),
        node("Reshape", "t sequence", "s"),
        node("LSTM", "s w r", "h", hidden_size=3, direction=direction),
    ]
    weights = {"sequence": [8, 1, 12], "w": (number, 12, 12), "r": (number, 12, 3)}
    data = model(nodes, SHAPE, weights, 18)
    seen = Runtime(data, SHAPE).influence()["h"].any(axis=(3, 4, 5))
    network = cv.Network.from_onnx(data)
    status = "whole input" if number == 2 else "upper bound"
    assert (network.output_size(), network.receptive_field().status) == ((1, 8), status)
    for output in range(8):
        support = network.support(None, (0, output))
        assert not (seen[:, :, output] & ~support).any()
        assert number == 1 or (support == seen[:, :, output]).all()


@pytest.mark.parametrize(
    ("equation", "shape", "at"),
    [
        ("nchw,oc->nohw", (3, 2), (2, 3)),
        ("nchw,wk->nchk", (8, 5), (2, 3)),
        ("nchw,co->nhwo", (2, 3), (1, 2)),
        ("nchw,ahc->nahw", (4, 6, 2), (2, 3)),
    ],
)
def test_einsum_with_weights(equation: str, shape: tuple[int, ...], at: tuple[int, ...]) -> None:
    compare([node("Einsum", "x w", "y", equation=equation)], {"y": at}, {"w": shape})


def test_linear_layers_over_an_axis_make_places() -> None:
    network = compare([node("MatMul", "x w", "y")], {"y": (2, 3)}, {"w": (8, 5)})
    assert (network.output_size(), network.receptive_field().size) == ((6, 5), (1, 8))
    network = compare([node("MatMul", "x w", "y")], {"y": (2, 3)}, {"w": (1, 2, 8, 3)})
    assert network.output_size() == (6, 3)


def test_sides_that_do_not_fit() -> None:
    nodes = [
        node("MaxPool", "x", "p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Resize", "p - scales", "u", mode="nearest"),
        node("Concat", "x u", "y", axis=1),
    ]
    data = model(nodes, (1, 2, "h", "w"), {"scales": np.array([1, 1, 2, 2], np.float32)})
    assert cv.Network.from_onnx(data, (6, 8)).output_size() == (6, 8)
    for size, words in [((6, 9), "8 and 9 columns"), ((7, 8), "6 and 7 rows")]:
        with pytest.raises(cv.SpecError) as caught:
            cv.Network.from_onnx(data, size)
        got = max(size) if "columns" in words else min(size)
        assert str(caught.value) == (
            f'{words} do not fit at "Concat_3": sides must be multiples of 2; got an input of {got}.'
        )


LISTED = [TOKENS[0], node("Concat", "token f", "l", axis=2)]
LISTS = {"to": [1, 2, -1], "token": (1, 2, 1), "first": np.array(0), "many": np.zeros(49, int), "six": np.array(6)}
LISTS |= {"sevens": [7, 7]}


@pytest.mark.parametrize(
    "nodes",
    [
        [node("Softmax", "l", "s", axis=2), node("Gather", "s first", "y", axis=2)],
        [node("Cast", "l", "b", to=9), node("Where", "b l l", "w"), node("Gather", "w six", "y", axis=2)],
        [node("Gather", "l many", "g", axis=1), node("Gather", "g six", "p", axis=2), node("Reshape", "p sevens", "y")],
    ],
    ids=["a token divided by the sum of all", "a token that is chosen by a condition", "as many channels as places"],
)
def test_single_places_of_a_list(nodes: list[Node]) -> None:
    compare([*LISTED, *nodes], {"y": ()}, LISTS)


def test_places_of_constants_are_constant() -> None:
    nodes = [
        TOKENS[0],
        node("Concat", "token token f", "l", axis=2),
        node("Slice", "l zero two two", "s"),
        node("ReduceMean", "s", "m", keepdims=0),
        node("Mul", "x m", "y"),
    ]
    compare(nodes, {"y": (2, 3)}, {**LISTS, "zero": [0], "two": [2]})


def test_an_axis_is_dropped_from_a_list_whose_parts_are_as_long_as_another_axis() -> None:
    nodes = [
        node("Transpose", "x", "t", perm=[0, 2, 3, 1]),
        node("Unsqueeze", "t zero", "u"),
        node("Slice", "u zero three three", "a"),
        node("Slice", "u three six three", "b"),
        node("Sigmoid", "b", "c"),
        node("Concat", "c a", "l", axis=3),
        node("Squeeze", "l zero", "s"),
        node("Gather", "s four", "y", axis=2),
    ]
    weights = {"zero": [0], "three": [3], "six": [6], "four": np.array(4)}
    compare(nodes, {"y": (1,)}, weights, shape=(1, 3, 8, 6))


def test_a_recurrent_layer_fills_a_padded_sequence() -> None:
    nodes = [
        TOKENS[0],
        node("Pad", "f pads", "p"),
        node("GRU", "p gates again", "g", hidden_size=2),
        node("Gather", "g last", "y"),
    ]
    weights = {**WEIGHTS, "pads": [0, 0, 0, 2, 0, 0], "gates": (1, 6, 48), "again": (1, 6, 2), "last": np.array(2)}
    compare(nodes, {"y": ()}, weights)


@pytest.mark.parametrize("kind", ["LRN", "GroupNormalization"])
def test_neighbors_among_channels_that_are_rows(kind: str) -> None:
    attributes = {"size": 11} if kind == "LRN" else {"num_groups": 1}
    nodes = [
        node("Conv", "x mixing", "c"),
        node("Transpose", "c", "t", perm=[0, 2, 1, 3]),
        node(kind, "t" if kind == "LRN" else "t one one", "n", **attributes),
        node("Transpose", "n", "y", perm=[0, 2, 1, 3]),
    ]
    compare(nodes, {"y": (2, 3)}, {"one": (1,), "mixing": (2, 2, 1, 1)})


@pytest.mark.parametrize(
    "last",
    [
        node("Conv", "c mixing m", "y"),
        node("BatchNormalization", "c m m one one", "y"),
        node("Conv", "c kernels", "y", pads=[1, 1, 1, 1]),
    ],
    ids=["bias", "scale", "kernels"],
)
def test_numbers_that_depend_on_the_image(last: Node) -> None:
    """As in CondConv: https://arxiv.org/abs/1904.04971."""
    nodes = [
        node("Conv", "x mixing", "c"),
        node("ReduceMean", "x axes", "m", keepdims=0),
        node("Reshape", "m column", "o"),
        node("Mul", "o many", "kernels"),
        last,
    ]
    weights = {"mixing": (2, 2, 1, 1), "axes": [0, 2, 3], "one": np.ones(2, np.float32), "column": [2, 1, 1, 1]}
    network = compare(nodes, {"y": (2, 3)}, weights | {"many": (2, 2, 3, 3)})
    assert network.receptive_field().status == "whole input"


def test_windows_that_meet_the_mean_of_all_windows() -> None:
    nodes = [node("Reshape", "x six", "r"), node("ReduceMean", "r", "m", axes=[2]), node("Mul", "r m", "y")]
    network = cv.Network.from_onnx(model(nodes, SHAPE, {"six": [1, 2, 3, 2, 8]}, 17))
    assert network.output_size() == (6, 8)
    assert network.receptive_field().status == "upper bound"
    assert network.support(None, (0, 0)).all()


def test_more_axes_than_an_image_has() -> None:
    nodes = [node("Unsqueeze", "x one", "u"), node("InstanceNormalization", "u scale scale", "y")]
    data = model(nodes, (1, 2, 3, 4, 5), {"one": [1], "scale": (1,)}, 18)
    assert cv.Network.from_onnx(data).input_size == (3, 4, 5)
