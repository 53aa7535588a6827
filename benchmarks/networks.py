"""How long it takes until the network of an ONNX file is seen, next to ONNX's own shape inference, in one process.

    python benchmarks/networks.py [FILE ...]

A residual network of 152 layers and a chain of 5,000 nodes are made here; FILE is another model, such as torchvision's
swin_t from the exporter of PyTorch 2.9 and later, which has 712 nodes. From the bytes of a file to the table of all
nodes, and `onnx.shape_inference.infer_shapes` of the same bytes, in turns: medians, and their ratio. Then the run of
the page's script when another node of the uploaded file is selected. All is time of the processor, so that whatever
else the machine does has no part in it. The exit status is 1 if a limit is missed.
"""

import argparse
import logging
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

import convviz as cv
from convviz import limits

logging.getLogger("streamlit").setLevel(logging.ERROR)  # it remarks that no server runs it

from tests.web.app import checked, named
from tests.web.network import facts, uploaded

ROUNDS = 7
CHAIN = limits.ONNX_NODES
LAYERS_SECONDS, FILE_SECONDS, CHAIN_SECONDS, SELECT_SECONDS = 0.2, 1, 5, 0.3


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("files", nargs="*", type=Path, metavar="FILE")
    files = options.parse_args().files
    cases = [
        ("152 layers", residual(), LAYERS_SECONDS),
        *((file.name, file.read_bytes(), FILE_SECONDS) for file in files),
        (f"a chain of {CHAIN}", chain(CHAIN), CHAIN_SECONDS),
    ]
    print(f"{'milliseconds of the processor':40}{'convviz':>10}{'onnx':>10}{'ratio':>8}  limit")
    met = []
    for name, data, limit in cases:
        cv.Network.from_onnx(data)  # the first one imports what reads files
        ours, other = medians(lambda data=data: cv.Network.from_onnx(data).table(), lambda data=data: inferred(data))
        met.append(row(f"{name}: from file to table", ours, limit, f"{1e3 * other:10.1f}{ours / other:8.1f}"))
        met.append(row(f"{name}: a node is selected", selected(data), SELECT_SECONDS))
    return int(not all(met))


def row(name: str, seconds: float, limit: float, other: str = "") -> bool:
    """Print one line; whether its limit is met."""
    is_met = seconds <= limit
    print(f"{name:40}{1e3 * seconds:10.1f}{other:18}  <= {1e3 * limit:g} {'met' if is_met else 'MISSED'}")
    return is_met


def inferred(data: bytes) -> onnx.ModelProto:
    """Return the model with the shapes that ONNX finds, which are no more than shapes."""
    return onnx.shape_inference.infer_shapes(data)


def medians(*runs: Callable[[], object]) -> list[float]:
    """Return the median seconds of each run, taken in turns."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, times in zip(runs, seconds, strict=True):
            start = time.process_time()
            run()
            times.append(time.process_time() - start)
    return [statistics.median(times) for times in seconds]


def selected(data: bytes) -> float:
    """Return the median seconds of a run of the page that shows another node of an uploaded file."""
    app, control, seconds = uploaded(data), "network.node.upload", []
    nodes = named(app.selectbox, control).options
    for n in range(ROUNDS):
        before = facts(app)
        named(app.selectbox, control).select(nodes[(n + 1) * (len(nodes) - 1) // (ROUNDS + 1)])
        start = time.process_time()
        app.run()
        seconds.append(time.process_time() - start)
        if facts(checked(app)) == before:
            raise SystemExit("The page shows the numbers of the node that was selected before.")
    return statistics.median(seconds)


# The models -----------------------------------------------------------------------------------------------------------


def residual() -> bytes:
    """Return a model with the layers of ResNet-152: 50 blocks of three convolutions, which are added to their input."""
    made = [helper.make_node("Conv", ["x", "w7"], ["stem"], pads=[3] * 4, strides=[2, 2])]
    now = "stem"
    for block, stride in enumerate(2 if n in (3, 11, 47) else 1 for n in range(50)):
        start, skipped = now, now
        for n, (kernel, step) in enumerate(((1, 1), (3, stride), (1, 1))):
            name = f"{block}.{n}"
            pads, strides = [kernel // 2] * 4, [step] * 2
            made.append(helper.make_node("Conv", [now, f"w{kernel}"], [f"{name}.conv"], pads=pads, strides=strides))
            made.append(helper.make_node("Relu", [f"{name}.conv"], [name]))
            now = name
        if stride > 1:
            skipped = f"{block}.skip"
            made.append(helper.make_node("Conv", [start, "w1"], [skipped], strides=[stride] * 2))
        made.append(helper.make_node("Add", [now, skipped], [f"{block}"]))
        now = f"{block}"
    return model([*made, helper.make_node("GlobalAveragePool", [now], ["y"])])


def chain(nodes: int) -> bytes:
    """Return a model with this number of nodes: convolutions, and a Relu after each."""
    made, now = [], "x"
    for n in range(nodes):
        after = "y" if n == nodes - 1 else f"{n}"
        made.append(
            helper.make_node("Relu", [now], [after])
            if n % 2
            else helper.make_node("Conv", [now, "w3"], [after], pads=[1] * 4)
        )
        now = after
    return model(made)


def model(nodes: Sequence[onnx.NodeProto]) -> bytes:
    """Return a file of these nodes, which read a picture of 4 channels called x, and kernels called w1, w3 and w7."""
    kernels = [numpy_helper.from_array(np.zeros((4, 4, size, size), np.float32), f"w{size}") for size in (1, 3, 7)]
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 224, 224])
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "graph", [image], [output], kernels)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())


if __name__ == "__main__":
    sys.exit(main())
