"""Compare what real exporters write with onnxruntime, each as the smallest graph that shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import convviz as cv

from .models import Runtime, check, model, node

CONV = node("Conv", "t w", "y", strides=[2, 1], pads=[1, 1, 1, 1])
IMAGES: list[tuple[tuple[int, ...], tuple[int, int], list[Any], list[int]]] = [
    ((2, 7, 9), (1, 2), [node("Unsqueeze", "x at", "t")], [0]),
    ((1, 7, 9), (1, 2), [node("Unsqueeze", "x at", "t")], [1]),
    ((7, 9, 2), (0, 1), [node("Transpose", "x", "c", perm=[2, 0, 1]), node("Unsqueeze", "c at", "t")], [0]),
    ((2, 7, 9), (1, 2), [node("Mul", "x x", "c"), node("Reshape", "c at", "t")], [1, 2, 7, 9]),
    ((1, 7, 9), (1, 2), [node("Reshape", "x at", "t")], [-1, 1, 7, 9]),
]


@pytest.mark.parametrize(("shape", "places", "before", "at"), IMAGES)
def test_images_of_three_dimensions(
    shape: tuple[int, ...], places: tuple[int, int], before: list[Any], at: list[int]
) -> None:
    """An image without its batch, or a grey one without its channel, is no signal of one axis."""
    channels = 1 if shape[0] == 1 else 2
    data = model([*before, CONV], shape, {"at": at, "w": (2, channels, 3, 2)})
    network = cv.Network.from_onnx(data)
    assert (network.input_size, network.unknown) == ((7, 9), ())
    seen = Runtime(data, shape).influence(*places)["y"].any(axis=(2, 3))
    name = network.nodes[-1].name
    assert network.output_size(name) == seen.shape[2:]
    for output in np.ndindex(seen.shape[2:]):
        assert (network.support(name, output) == seen[(slice(None), slice(None), *output)]).all()
    assert network.receptive_field(name).size == (3, 2)


@pytest.mark.parametrize(("at", "size", "field"), [(2, (1, 9), (1, 3)), (3, (9, 1), (3, 1))])
def test_signals_that_are_given_a_second_axis(at: int, size: tuple[int, int], field: tuple[int, int]) -> None:
    kernel = (2, 2, 1, 3) if at == 2 else (2, 2, 3, 1)
    nodes = [node("Unsqueeze", "x at", "t"), node("Conv", "t w", "y"), node("Squeeze", "y at", "z")]
    data = model(nodes, (1, 2, 9), {"at": [at], "w": kernel})
    network = cv.Network.from_onnx(data)
    assert (network.input_size, network.receptive_field("Conv_2").size) == (size, field)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(data, 9)
    name = "height" if at == 2 else "width"
    assert str(caught.value) == f"input_size must have the {name} 1 for a model of one axis; got (9, 9)."


def test_signals_with_their_channels_last() -> None:
    """tf2onnx writes Conv1D between Transposes."""
    nodes = [node("Transpose", "x", "t", perm=[0, 2, 1]), node("Conv", "t w", "y", strides=[2])]
    data = model(nodes, (1, 9, 2), {"w": (2, 2, 3)})
    network = cv.Network.from_onnx(data)
    assert (network.input_size, network.output_size("Conv_2")) == ((1, 9), (1, 4))
    assert network.receptive_field("Conv_2").size == (1, 3)


@pytest.mark.parametrize("opset", [13, 17])
def test_batch_normalisation_while_training_reads_the_batch(opset: int) -> None:
    nodes = [node("Conv", "x w", "a", pads=[1, 1, 1, 1])]
    if opset == 17:
        nodes.append(node("BatchNormalization", "a s s s s", "y m v", training_mode=1))
    else:
        nodes.append(node("BatchNormalization", "a s s s s", "y m v k l"))
    data = model(nodes, (1, 2, 4, 5), {"w": (2, 2, 3, 3), "s": np.ones(2, np.float32)}, opset)
    network = cv.Network.from_onnx(data)
    field = network.receptive_field("BatchNormalization_2")
    assert (field.is_global, field.size, field.local.size) == (True, (4, 5), (3, 3))
    mean = network.receptive_field("BatchNormalization_2:1")
    assert (mean.is_global, network.output_size("BatchNormalization_2:1")) == (True, (1, 1))
    if opset == 17:  # the other one is no longer run
        seen = Runtime(data, (1, 2, 4, 5)).influence()
        assert seen["y"].any(axis=2).all()
        assert seen["m"].any(axis=-1).all()


def test_weights_that_the_file_computes() -> None:
    """Standardised weights, too large for their numbers to be looked into."""
    weights = {"w": (40, 2, 9), "by": np.float32(2), "to": [-1, 2, 3, 3]}
    nodes = [
        node("ReduceMean", "w", "mean", axes=[2]),
        node("Sub", "w mean", "rest"),
        node("Transpose", "rest", "turned", perm=[1, 0, 2]),
        node("Transpose", "turned", "back", perm=[1, 0, 2]),
        node("Concat", "back back back back back back", "many", axis=0),
        node("Reshape", "many to", "square"),
        node("Conv", "x square", "y"),
        node("Flatten", "y", "flat"),
    ]
    data = model(nodes, (1, 2, 4, 5), weights, outputs=["y", "flat"])
    network = cv.Network.from_onnx(data)
    assert network.unknown == ()
    assert Runtime(data, (1, 2, 4, 5)).run(np.zeros((1, 2, 4, 5)))["y"].shape[2:] == network.output_size("Conv_7")
    assert network.receptive_field("Conv_7").size == (3, 3)


def test_weights_that_are_inputs() -> None:
    """A model without its weights still has their shapes, and they are not read as the image."""
    made = onnx.load_from_string(model([node("Conv", "x w", "y"), node("Flatten", "y", "z")]))
    made.graph.input.insert(0, helper.make_tensor_value_info("w", TensorProto.FLOAT, (4, 2, 3, 5)))
    network = cv.Network.from_onnx(made.SerializeToString())
    assert (network.input_size, network.output_size("Conv_1"), network.unknown) == ((9, 12), (7, 8), ())
    made.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "K"
    assert cv.Network.from_onnx(made.SerializeToString()).unknown == (("Conv", "Conv_1", "y"),)


def test_the_type_alone_is_taken_from_a_tensor() -> None:
    nodes = [
        node("Conv", "x w", "a"),
        node("CastLike", "two a", "b"),
        node("Mul", "a b", "c"),
        node("CastLike", "c two", "y"),
    ]
    network = check(nodes, (1, 2, 5, 6), {"w": (2, 2, 3, 3), "two": np.float64(2)}, tensors=["a", "c"])
    assert network.receptive_field().size == (3, 3)


def test_padding_that_the_file_computes() -> None:
    """What timm's models from TensorFlow do: max((ceil(size / stride) - 1) stride + kernel - size, 0)."""
    nodes = [
        node("Shape", "x", "shape"),
        node("Gather", "shape two", "size"),
        node("Cast", "size", "float", to=TensorProto.FLOAT),
        node("Div", "float stride", "steps"),
        node("Ceil", "steps", "outputs"),
        node("Sub", "outputs one", "before"),
        node("Mul", "before stride", "reached"),
        node("Add", "reached kernel", "far"),
        node("Sub", "far float", "missing"),
        node("Clip", "missing nothing", "total"),
        node("Cast", "total", "whole", to=TensorProto.INT64),
        node("Concat", "zeros whole zeros whole", "pads", axis=0),
        node("Pad", "x pads", "p"),
        node("Conv", "p w", "y", strides=[2, 2]),
    ]
    weights: dict[str, Any] = {name: np.float32(value) for name, value in (("stride", 2), ("one", 1), ("nothing", 0))}
    weights |= {"kernel": np.float32(3), "two": [2, 3], "zeros": [0, 0], "w": (2, 2, 3, 3)}
    check(nodes, (1, 2, 6, 7), weights, tensors=["p", "y"])


def test_weights_that_do_not_fit() -> None:
    sentence = "node \"Conv_1\" must have the inputs and attributes that the operator has; got others ('Conv')."
    for attributes in ({"kernel_shape": [5, 5]}, {"auto_pad": "SAME"}, {"kernel_shape": [3]}):
        with pytest.raises(cv.SpecError) as caught:
            cv.Network.from_onnx(model([node("Conv", "x w", "y", **attributes)], weights={"w": (2, 2, 3, 3)}))
        assert str(caught.value) == sentence
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(model([node("Conv", "x w", "y")], weights={"w": (2, 2, 3)}))
    assert str(caught.value) == sentence
