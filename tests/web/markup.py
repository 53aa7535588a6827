"""Texts that would be markup if a page took them for it, and a network of such names."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper

MARKUP = (
    "![x](//evil.example/x.png)",
    "[Log in](//evil.example)",
    "$x^2$",
    ":red[x]",
    "<img src=x onerror=alert(1)>",
    "`code` **bold**",
    "www.evil.example",
    ":material/home:",
    ":smile:",
)


def model(name: str) -> bytes:
    """A network all of whose names begin with this one."""
    weight = helper.make_tensor(f"{name} w", TensorProto.FLOAT, (1, 1, 3, 3), np.ones(9, np.float32).tolist())
    nodes = [
        helper.make_node("Conv", [f"{name} x", f"{name} w"], [f"{name} a"], name=f"{name} first", strides=[2, 2]),
        helper.make_node(name, [f"{name} a"], [f"{name} b"], name=f"{name} odd", domain=name),
        helper.make_node("Conv", [f"{name} b", f"{name} w"], [f"{name} y"], name=f"{name} last"),
    ]
    image = helper.make_tensor_value_info(f"{name} x", TensorProto.FLOAT, [1, 1, 32, 32])
    output = helper.make_tensor_value_info(f"{name} y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, name, [image], [output], [weight])
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(name, 1)]
    return bytes(helper.make_model(graph, opset_imports=versions).SerializeToString())
