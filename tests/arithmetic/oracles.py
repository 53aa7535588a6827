"""Second opinions: onnxruntime, and loops so plain that they can be read against the definition."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import onnx
import onnxruntime

from convviz import arithmetic as cv

Array = np.ndarray[Any, Any]


def onnx_run(op: str, *inputs: Array | None, opset: int = 18, **attributes: object) -> Array:
    """Return the output of one ONNX node; an input that is None is left out."""
    names = ["" if array is None else f"x{n}" for n, array in enumerate(inputs)]
    given = {name: array for name, array in zip(names, inputs, strict=True) if array is not None}
    kinds = {name: onnx.helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in given.items()}
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(op, names, ["y"], **attributes)],
        "layer",
        [onnx.helper.make_tensor_value_info(name, kinds[name], array.shape) for name, array in given.items()],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, given)[0]


def onnx_forward(
    layer: cv.Windowed,
    cells: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    auto_pad: str | None = None,
) -> Array:
    """Apply a layer with a window by onnxruntime, with `auto_pad` instead of the layer's own padding if it is given."""
    (top, bottom), (left, right) = layer.resolve_padding(cells.shape[1:])
    attributes: dict[str, object] = {"kernel_shape": layer.kernel_size, "strides": layer.stride}
    attributes |= {"auto_pad": auto_pad} if auto_pad else {"pads": [top, left, bottom, right]}
    if isinstance(layer, cv.AvgPool2d):
        attributes |= {"ceil_mode": int(layer.ceil_mode), "count_include_pad": int(layer.count_include_pad)}
        attributes["dilations"] = layer.dilation
        return onnx_run("AveragePool", cells[None], opset=19, **attributes)[0]
    attributes["dilations"] = layer.dilation
    if isinstance(layer, cv.MaxPool2d):
        return onnx_run("MaxPool", cells[None], ceil_mode=int(layer.ceil_mode), **attributes)[0]
    assert isinstance(layer, cv.Conv2d | cv.ConvTranspose2d)
    if isinstance(layer, cv.ConvTranspose2d):
        attributes["output_padding"] = layer.output_padding
    op = "Conv" if isinstance(layer, cv.Conv2d) else "ConvTranspose"
    return onnx_run(op, cells[None], weight, bias, group=layer.groups, **attributes)[0]


def loop_transposed(layer: cv.ConvTranspose2d, cells: Array, weight: Array) -> Array:
    """Every input cell stamps the kernel onto a plane as large as all stamps; then the padding is cropped."""
    (kernel_h, kernel_w), (step_h, step_w), (hole_h, hole_w) = layer.kernel_size, layer.stride, layer.dilation
    (top, bottom), (left, right) = layer.padding
    depth, channels = len(cells) // layer.groups, weight.shape[1]
    rows = (cells.shape[1] - 1) * step_h + hole_h * (kernel_h - 1) + 1 + layer.output_padding[0]
    columns = (cells.shape[2] - 1) * step_w + hole_w * (kernel_w - 1) + 1 + layer.output_padding[1]
    plane = np.zeros((channels * layer.groups, rows, columns))
    for (c_in, i, j), value in np.ndenumerate(cells):
        for c, row, column in np.ndindex(channels, kernel_h, kernel_w):
            at = c_in // depth * channels + c, i * step_h + row * hole_h, j * step_w + column * hole_w
            plane[at] += value * weight[c_in, c, row, column]
    return plane[:, top : rows - bottom, left : columns - right]


def padded(layer: cv.Conv2d, cells: Array) -> Array:
    """Return the input with the layer's padding around it, by NumPy."""
    modes = {
        "zeros": "constant",
        "reflect": "reflect",
        "replicate": "edge",
        "circular": "wrap",
        "symmetric": "symmetric",
    }
    pad = partial(np.pad, cells, ((0, 0), *layer.resolve_padding(cells.shape[1:])))
    return pad(mode=modes[layer.padding_mode])
