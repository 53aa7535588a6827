"""How fast the NumPy engine is: float32 on one thread, compared with onnxruntime and SciPy, in one process.

    python benchmarks/forward.py

The runs of all competitors are interleaved, so that whatever else the machine does meets them alike; their medians make
the ratios. The exit status is 1 if a ratio misses its limit.
"""

import os

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy is imported, or they have no effect
    os.environ[f"{library}_NUM_THREADS"] = "1"

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import scipy.signal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

from convviz import arithmetic as cv

ROUNDS = 15
Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Case:
    """A layer and its shapes, with limits: the largest ratio to onnxruntime, the smallest speedup over SciPy."""

    name: str
    layer: cv.Conv2d | cv.ConvTranspose2d
    input_shape: tuple[int, int, int]
    weight_shape: tuple[int, int, int, int]
    at_most: float
    scipy_at_least: float | None = None


CASES = [
    Case("conv 3x3", cv.conv2d(3, padding=1), (16, 256, 256), (32, 16, 3, 3), 2, scipy_at_least=20),
    Case("conv 3x3, dilation 2", cv.conv2d(3, padding=2, dilation=2), (16, 256, 256), (32, 16, 3, 3), 2),
    Case("transposed 4x4, stride 2", cv.conv_transpose2d(4, stride=2, padding=1), (16, 64, 64), (16, 8, 4, 4), 3),
    Case("depthwise 3x3", cv.conv2d(3, padding=1, groups=32), (32, 128, 128), (32, 1, 3, 3), 6),
]


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    rng = np.random.default_rng(0)
    print(f"{'float32, one thread':40}{'convviz':>10}{'other':>10}{'ratio':>9}  limit")
    missed = 0
    for case in CASES:
        cells = rng.standard_normal(case.input_shape).astype(np.float32)
        weight = rng.standard_normal(case.weight_shape).astype(np.float32)
        ours, *others = medians(competitors(case, cells, weight))
        missed += not row(f"{case.name} / onnxruntime", ours, others[0], ours / others[0] <= case.at_most, case.at_most)
        if case.scipy_at_least is not None:
            fast = others[1] / ours >= case.scipy_at_least
            missed += not row(f"{case.name} / scipy", ours, others[1], fast, 1 / case.scipy_at_least)
    return int(missed > 0)


def row(name: str, ours: float, other: float, is_met: bool, limit: float) -> bool:
    """Print one comparison, in milliseconds; whether its limit is met."""
    verdict = "met" if is_met else "MISSED"
    print(f"{name:40}{1e3 * ours:10.2f}{1e3 * other:10.2f}{ours / other:9.3f}  <= {limit:g} {verdict}")
    return is_met


def competitors(case: Case, cells: np.ndarray, weight: np.ndarray) -> list[Run]:
    """Ours, onnxruntime's and, where it is compared, SciPy's run; they are checked to agree first."""
    session = onnx_session(case)
    runs: list[Run] = [
        lambda: cv.forward(case.layer, cells, weight),
        lambda: session.run(None, {"x": cells[None], "w": weight})[0][0],
    ]
    if case.scipy_at_least is not None:
        runs.append(lambda: scipy_convolution(cells, weight))
    expected = runs[0]()
    for run in runs[1:]:
        np.testing.assert_allclose(run(), expected, rtol=1e-3, atol=1e-3)
    return runs


def medians(runs: list[Run]) -> list[float]:
    """Return the median seconds of each run, taken in turns."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, times in zip(runs, seconds, strict=True):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in seconds]


def onnx_session(case: Case) -> onnxruntime.InferenceSession:
    """Return a model of this one layer, on one thread."""
    layer = case.layer
    (top, bottom), (left, right) = layer.resolve_padding(case.input_shape[1:])
    node = onnx.helper.make_node(
        "Conv" if isinstance(layer, cv.Conv2d) else "ConvTranspose",
        ["x", "w"],
        ["y"],
        kernel_shape=layer.kernel_size,
        strides=layer.stride,
        dilations=layer.dilation,
        group=layer.groups,
        pads=[top, left, bottom, right],
    )
    float32 = onnx.TensorProto.FLOAT
    inputs = [
        onnx.helper.make_tensor_value_info("x", float32, (1, *case.input_shape)),
        onnx.helper.make_tensor_value_info("w", float32, case.weight_shape),
    ]
    graph = onnx.helper.make_graph([node], "layer", inputs, [onnx.helper.make_tensor_value_info("y", float32, None)])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def scipy_convolution(cells: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Convolve as people do with SciPy: correlate each channel with its kernel, and add the channels up."""
    return np.stack(
        [
            sum(scipy.signal.correlate2d(plane, kernel, "same") for plane, kernel in zip(cells, kernels, strict=True))
            for kernels in weight
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
