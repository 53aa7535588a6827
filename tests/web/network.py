"""Pages of the lab on networks: what they show, and a model that is uploaded."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from streamlit.testing.v1 import AppTest

from tests.web.app import checked, named, open_lesson


def page(**query: str) -> AppTest:
    return open_lesson("network", **query)


def html(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def facts(app: AppTest) -> dict[str, str]:
    body = next(body for body in html(app) if "cv-facts" in body)
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", body))


def sent_to(app: AppTest, name: str) -> list[dict[str, str]]:
    """Return what components of this name get."""
    found = [one for one in app.get("bidi_component") if one.proto.component_name == name]
    return [json.loads(one.proto.json) for one in found]


def rows(app: AppTest) -> list[list[str]]:
    (data,) = sent_to(app, "convviz_node_table")
    lines = re.findall(r"<tr.*?</tr>", data["html"])[1:]
    return [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)] for line in lines]


def words(app: AppTest) -> str:
    return " ".join(" ".join(element.value for element in app.markdown).split())


def model(height: Any = 32, width: Any = 48) -> bytes:
    """A convolution, an operator of somebody's own, and another convolution."""
    weight = helper.make_tensor("w", TensorProto.FLOAT, (1, 1, 3, 3), np.ones(9, np.float32).tolist())
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], name="first", pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Strange", ["a"], ["b"], name="odd", domain="mine"),
        helper.make_node("Conv", ["b", "w"], ["y"], name="last", pads=[1, 1, 1, 1]),
    ]
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, height, width])
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "graph", [image], [output], [weight])
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
    return bytes(helper.make_model(graph, opset_imports=versions).SerializeToString())


def uploaded(data: bytes) -> AppTest:
    app = open_lesson("network")
    named(app.segmented_control, "network.source").set_value("file")
    checked(app.run())
    assert "An uploaded file stays out of the link" in app.caption[0].value
    app.file_uploader[0].set_value(("own.onnx", data, "application/octet-stream"))
    return checked(app.run())


def treat(app: AppTest, way: str) -> AppTest:
    box = next(box for box in app.selectbox if str(box.key).startswith("network.treat."))
    box.select(way)
    return checked(app.run())
