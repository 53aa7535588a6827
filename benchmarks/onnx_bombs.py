"""Measure what the worst ONNX files cost: small ones that ask for much memory, and the densest graphs that are read.

    python benchmarks/onnx_bombs.py [part of a name ...]

Every file is read by `Network.from_onnx`, and its table made, in a process of its own: CPU seconds, what memory grows
by at the peak, and how late a thread wakes meanwhile that sleeps 10 ms each time, as an event loop would. The exit
status is 1 if a file takes more than 5 seconds or 500 MB, or a late thread more than 0.5 s at the 95th percentile.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

import convviz as cv
from convviz import limits

BYTES = 20 * 10**6
MOST_SECONDS, MOST_MEGABYTES, MOST_LATE = 5, 500, 0.5


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf that has a length."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def model(
    nodes: Sequence[onnx.NodeProto], shape: Sequence[int] = (1, 2, 64, 64), weights: dict[str, Any] | None = None
) -> bytes:
    """Return the bytes of a model whose input is "x"."""
    stored = [numpy_helper.from_array(np.asarray(value), name) for name, value in (weights or {}).items()]
    inputs = [helper.make_tensor_value_info("x", 1, shape)]
    graph = helper.make_graph(list(nodes), "graph", inputs, [onnx.ValueInfoProto(name="y")], stored)
    data: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    ).SerializeToString()
    return data


PLACES: dict[str, tuple[tuple[int, ...], bytes]] = {
    "nodes": ((7,), field(1, b"")),
    "initializers": ((7,), field(5, b"")),
    "sparse initializers": ((7,), field(15, b"")),
    "inputs of the graph": ((7,), field(11, b"")),
    "outputs of the graph": ((7,), field(12, b"")),
    "value infos": ((7,), field(13, b"")),
    "quantization annotations": ((7,), field(14, b"")),
    "properties of the model": ((), field(14, b"")),
    "functions": ((), field(25, b"")),
    "nodes of one function": ((25,), field(7, b"")),
    "trainings": ((), field(20, b"")),
    "opsets": ((), field(8, b"")),
    "inputs of a node": ((7, 1), field(1, b"")),
    "outputs of a node": ((7, 1), field(2, b"")),
    "properties of a node": ((7, 1), field(9, b"")),
    "attributes": ((7, 1), field(5, b"")),
    "tensors of an attribute": ((7, 1, 5), field(5, b"")),
    "nodes of a graph of an attribute": ((7, 1, 5, 6), field(1, b"")),
    "graphs of an attribute": ((7, 1, 5), field(11, b"")),
    "texts of an attribute": ((7, 1, 5), field(9, b"")),
    "types of an attribute": ((7, 1, 5), field(15, b"")),
    "integers": ((7, 1, 5), b"\x40\x01"),
    "long integers": ((7, 1, 5), b"\x40" + b"\xff" * 9 + b"\x01"),
    "packed integers": ((7, 1, 5, 8), b"\1"),
    "packed floats": ((7, 1, 5, 7), bytes(4)),
    "dimensions": ((7, 5), b"\x08\x01"),
    "packed dimensions": ((7, 5, 1), b"\1"),
    "packed integers of a weight": ((7, 5, 7), b"\1"),
    "packed integers of many weights": ((7,), field(5, field(7, b"\1" * 65_536))),
    "floats of a weight": ((7, 5), b"\x25" + bytes(4)),
    "dimensions of an input": ((7, 11, 2, 1, 2), field(1, b"")),
    "a long name": ((7, 1, 3), b"n"),
    "unknown fields": ((), b"\xf8\x7f\x00"),
    "groups": ((), b"\xfb\x7f\xfc\x7f"),
}
"""The fields on the way to a place in a model, and what it is filled with."""


def bomb(numbers: Sequence[int], piece: bytes) -> bytes:
    """Return a model of one node with 20 MB of something in one place."""
    content = piece * (BYTES // len(piece))
    for number in reversed(numbers):
        content = field(number, content)
    return model([helper.make_node("Relu", ["x"], ["y"])]) + content


def joined(kind: str, reads: int, pre: Sequence[onnx.NodeProto] = (), **words: Any) -> list[onnx.NodeProto]:
    """Return as many nodes as there may be that read the planes before them."""
    names, nodes = ["x" if not pre else "t"], list(pre)
    for n in range(min(limits.ONNX_EDGES // reads, limits.ONNX_NODES - len(pre))):
        near = names[-reads:]
        nodes.append(helper.make_node(kind, (near * reads)[:reads], [f"t{n}"], **words))
        names.append(f"t{n}")
    return nodes


def resized(scale: float, **words: Any) -> onnx.NodeProto:
    return helper.make_node("Resize", ["x", "", "by"], ["t"], **words)


FLOOR = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
PHASES = {"by": np.array([1, 1, 511 / 512, 511 / 512], np.float32)}


def pooled(kernel: int, number: int) -> list[onnx.NodeProto]:
    """Return a chain after resizing, where 511 outputs have boxes of their own."""
    half = kernel // 2
    words = {"kernel_shape": [kernel, kernel], "pads": [half] * 4}
    chain = [helper.make_node("MaxPool", [f"p{n - 1}" if n else "t"], [f"p{n}"], **words) for n in range(number)]
    return [helper.make_node("Resize", ["x", "", "by"], ["t"], **FLOOR), *chain]


def parted(number: int) -> list[onnx.NodeProto]:
    """Return two long chains that meet in many nodes, misaligned."""
    left = [helper.make_node("Relu", [f"a{n - 1}" if n else "x"], [f"a{n}"]) for n in range(number)]
    first = helper.make_node("MaxPool", ["x"], ["b0"], kernel_shape=[2, 2], pads=[0, 0, 1, 1])
    right = [first, *(helper.make_node("Relu", [f"b{n - 1}"], [f"b{n}"]) for n in range(1, number))]
    ends = [f"a{number - 1}", f"b{number - 1}"]
    return [*left, *right, *(helper.make_node("Add", ends, [f"c{n}"]) for n in range(number))]


def cubic(number: int) -> list[onnx.NodeProto]:
    return [helper.make_node("Resize", ["x", "", "by"], [f"y{n}"], mode="cubic") for n in range(number)]


def jumps(number: int, after: int) -> list[onnx.NodeProto]:
    """Return paths of many different jumps that meet, and nodes after them."""
    nodes = []
    for n in range(1, number + 1):
        nodes.append(helper.make_node("MaxPool", ["x"], [f"s{n}"], kernel_shape=[1, 1], strides=[n, n]))
        nodes.append(helper.make_node("Slice", [f"s{n}", "start", "end", "axes"], [f"c{n}"]))
    nodes.append(helper.make_node("Sum", [f"c{n}" for n in range(1, number + 1)], ["t0"]))
    words = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    return [*nodes, *(helper.make_node("MaxPool", [f"t{n}"], [f"t{n + 1}"], **words) for n in range(after))]


def computed(kind: str, reads: int, **words: Any) -> bytes:
    """Return a model with as many nodes as there may be that compute 4096 numbers from constants."""
    nodes = [helper.make_node(kind, ["many"] * reads, [f"m{n}"], **words) for n in range(4990)]
    return model([helper.make_node("Relu", ["x"], ["y"]), *nodes], weights=MANY)


SLICES = {"start": [0, 0], "end": [4, 4], "axes": [2, 3]}
MANY = {"many": np.arange(4096, dtype=np.int64)}


def everything() -> bytes:
    """Return a model with as much as the limits allow of all at once."""
    nodes = joined("Sum", 16)[:2900]
    nodes += pooled(3, 200)
    nodes += [helper.make_node("Resize", ["x", "", "up"], [f"u{n}"], mode="cubic") for n in range(40)]
    nodes += [helper.make_node("Pow", ["many", "many"], [f"m{n}"]) for n in range(1700)]
    data = model(nodes, (1, 1, 512, 512), PHASES | MANY | {"up": np.array([1, 1, 1.5, 1.5], np.float32)})
    constant = helper.make_tensor("", 7, [1], [1]).SerializeToString()
    data += field(7, field(5, constant) * 70_000)
    return data + field(7, field(1, field(5, field(8, b"")) * 190_000 + field(5, b"\x40" + b"\xff" * 9 + b"\1")))


GRAPHS: dict[str, Callable[[], bytes]] = {
    "10 inputs each, Sum": lambda: model(joined("Sum", 10)),
    "30 inputs each, Concat": lambda: model(joined("Concat", 30, axis=1)),
    "400 inputs each, Concat": lambda: model(joined("Concat", 400, axis=1)),
    "8 dimensions, Sum": lambda: model(
        joined("Sum", 10, [helper.make_node("Unsqueeze", ["x", "at"], ["t"])]), weights={"at": [0, 1, 2, 3]}
    ),
    "5000 nodes of one name": lambda: model(
        [helper.make_node("Relu", ["x"], [f"y{n}"], name="same") for n in range(limits.ONNX_NODES)]
    ),
    "10000 outputs": lambda: model([helper.make_node("Strange", ["x"], [f"y{n}" for n in range(9_990)])]),
    "511 phases, kernel 3": lambda: model(pooled(3, 244), (1, 1, 512, 512), PHASES),
    "511 phases, Sum": lambda: model(
        [*pooled(3, 10), *joined("Sum", 10, [helper.make_node("Relu", ["p9"], ["t_"])])[1:90]], (1, 1, 512, 512), PHASES
    ),
    "resizing tried out": lambda: model(cubic(2), (1, 1, 13_000, 4), {"by": np.array([1, 1, 1.9, 1], np.float32)}),
    "two chains misaligned": lambda: model(parted(1650)),
    "1000 jumps": lambda: model(jumps(1000, 80), (1, 1, 4000, 4000), SLICES),
    "constants of 4096": lambda: computed("Pow", 2),
    "constants as texts": lambda: computed("Cast", 1, to=onnx.TensorProto.STRING),
    "constants joined": lambda: computed("Max", 16),
    "everything at once": everything,
}


def files() -> Iterator[tuple[str, bytes]]:
    for name, (numbers, piece) in PLACES.items():
        yield f"20 MB of {name}", bomb(numbers, piece)
    for name, make in GRAPHS.items():
        yield name, make()
    weights = {f"w{n}": np.zeros(10**6, np.float32) for n in range(49)}
    yield "196 MB of real weights", model([helper.make_node("Relu", ["x"], ["y"])], weights=weights)


def measure(path: str) -> None:
    """Read one file in this process, and print what that takes."""
    data = Path(path).read_bytes()
    late: list[float] = []
    done = threading.Event()

    def sleep() -> None:
        while not done.is_set():
            begin = time.perf_counter()
            time.sleep(0.01)
            late.append(time.perf_counter() - begin - 0.01)

    thread = threading.Thread(target=sleep)
    cv.Network.from_onnx(model([helper.make_node("Relu", ["x"], ["y"])]))  # what is imported at the first time
    before, begin = _memory("VmRSS"), time.process_time()
    thread.start()
    try:
        what = f"{len(cv.Network.from_onnx(data).table())} nodes"
    except cv.SpecError as error:
        what = str(error)
    seconds = time.process_time() - begin
    done.set()
    thread.join()
    grown = _memory("VmHWM") - before
    highest = statistics.quantiles([*late, *late], n=20)[-1]
    print(json.dumps([seconds, grown, highest, max(late), what]))


def _memory(name: str) -> float:
    """Return the megabytes in a line of the status of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def main() -> int:
    """Print the table, and return 1 if a file is too much."""
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
        return 0
    failed = False
    print(f"{'file':<42}{'MB':>6}{'CPU s':>7}{'RSS +MB':>9}{'late p95':>10}{'max':>7}  result")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        for name, data in files():
            if not any(word in name for word in sys.argv[1:] or [""]):
                continue
            path.write_bytes(data)
            command = [sys.executable, __file__, "--measure", str(path)]
            run = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, grown, late, latest, what = json.loads(run.stdout)
            failed |= seconds > MOST_SECONDS or grown > MOST_MEGABYTES or late > MOST_LATE
            figures = f"{len(data) / 1e6:6.1f}{seconds:7.2f}{grown:9.0f}{late:10.3f}{latest:7.3f}"
            print(f"{name:<42}{figures}  {what[:110]}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
