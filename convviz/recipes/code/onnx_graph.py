"""ONNX: a model of nodes, run by onnxruntime in float32.

The operators are those of version 18, and of version 19 only for averages with a dilation, which came with it: some
versions of onnxruntime forget the padding after the input in an AveragePool of version 19
(https://github.com/microsoft/onnxruntime/issues/24681), so there np.pad comes first. Averages never use ceil_mode,
which divides by the whole kernel in version 18 (https://github.com/microsoft/onnxruntime/issues/16203).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from .program import AVERAGE, CONVOLUTION, MAX, TRANSPOSED, Framework, Step, call, numpy_pad

_OPERATORS: Final[Mapping[str, str]] = {
    CONVOLUTION: "Conv",
    TRANSPOSED: "ConvTranspose",
    MAX: "MaxPool",
    AVERAGE: "AveragePool",
}
_USUAL: Final[Mapping[str, str]] = {
    "pads": "[0, 0, 0, 0]",
    "dilations": "[1, 1]",
    "group": "1",
    "output_padding": "[0, 0]",
    "ceil_mode": "0",
    "count_include_pad": "0",
}


def _write(steps: Sequence[Step]) -> Iterator[str]:
    """Yield the nodes, the model and its run; only the last node has the name ``y``."""
    names = [name for step in steps for name in (step.weight, step.bias) if name]
    for step in steps:
        if _widened(step) != step:
            more = [after - before for before, after in zip(step.kernel, _widened(step).kernel, strict=True)]
            pad = f"np.pad({step.weight}, ((0, 0), (0, 0), (0, {more[0]}), (0, {more[1]})))"
            yield f"{step.weight} = {pad}  # zeros, so that more cells are computed"
    steps = [_widened(step) for step in steps]
    yield "nodes = ["
    source = "x"
    for number, step in enumerate(steps, 1):
        target = "y" if number == len(steps) else f"y{number}"
        if step.is_divided:
            names.append("counted")
            yield _node(step, ["x"], "averages")
            yield _node(step, ["counted"], "shares")
            yield f'    onnx.helper.make_node("Div", ["averages", "shares"], ["{target}"]),'
        else:
            yield _node(step, [source, *(name for name in (step.weight, step.bias) if name)], target)
        source = target
    yield from _run(names, version=19 if _is_new(steps[0]) else 18)
    if steps[0].is_hollow and steps[0].kind == MAX:
        yield "y = np.where(y == np.finfo(np.float32).min, -np.inf, y)  # a window of padding alone"
    elif steps[0].is_hollow:
        yield "y = np.nan_to_num(y)  # a window of padding alone is 0 / 0"


def _is_new(step: Step) -> bool:
    """Return whether the operator has what a step needs since version 19 only."""
    return step.kind == AVERAGE and step.dilation != (1, 1)


def _run(names: Sequence[str], version: int = 18) -> Iterator[str]:
    """Yield the end of the nodes, the model with arrays of these names, and its run."""
    yield "]"
    yield 'inputs = [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, x.shape)]'
    yield 'outputs = [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)]'
    numbers = ""
    if names:
        numbers = ", numbers"
        yield "numbers = ["
        yield from (f'    onnx.numpy_helper.from_array({name}, "{name}"),' for name in names)
        yield "]"
    yield f'graph = onnx.helper.make_graph(nodes, "layers", inputs, outputs{numbers})'
    opset = f'onnx.helper.make_opsetid("", {version})'
    yield f"model = onnx.helper.make_model(graph, opset_imports=[{opset}], ir_version={version - 10})"
    yield 'cpu = ["CPUExecutionProvider"]'
    yield "session = onnxruntime.InferenceSession(model.SerializeToString(), providers=cpu)"
    yield '(y,) = session.run(["y"], {"x": x})'


def _widened(step: Step) -> Step:
    """Return the same transposed convolution with zeros after its kernel where onnxruntime refuses output_padding.

    That must be smaller than the stride there, and may be as large as the dilation in PyTorch. A row of zeros after the
    kernel makes more cells than that; the rest is cropped.
    """
    kernel, more, sides = [*step.kernel], [*step.output_padding], [*step.sides]
    for axis, (before, after) in enumerate(step.sides):
        if more[axis] >= step.stride[axis]:
            kernel[axis] += 1
            sides[axis] = before, after + step.dilation[axis] - more[axis]
            more[axis] = 0
    return replace(step, kernel=(kernel[0], kernel[1]), output_padding=(more[0], more[1]), sides=(sides[0], sides[1]))


def _node(step: Step, names: Sequence[str], target: str) -> str:
    (top, bottom), (left, right) = step.sides
    named = {
        "kernel_shape": str([*step.kernel]),
        "strides": str([*step.stride]),
        "pads": str([top, left, bottom, right]),
        "dilations": str([*step.dilation]),
        "group": str(step.groups),
        "output_padding": str([*step.output_padding]),
        "ceil_mode": str(int(step.beyond != (0, 0))),
        "count_include_pad": str(int(step.kind == AVERAGE and step.is_padded and step.counts_padding)),
    }
    quoted = ", ".join(f'"{name}"' for name in names)
    text = call("onnx.helper.make_node", f'"{_OPERATORS[step.kind]}", [{quoted}], ["{target}"]', named, _USUAL)
    return "\n".join(f"    {line}" for line in text.splitlines()) + ","


def _is_wide(step: Step) -> bool:
    return any(max(sides) >= kernel for sides, kernel in zip(step.sides, step.kernel, strict=True))


def _takes(step: Step) -> bool:
    """Return whether the operator takes the padding, and whether its ceil_mode makes as many windows.

    Versions of ONNX before 22 keep a last window that starts after the input.
    """
    if not step.is_pooling:
        return step.mode == "zeros"
    if _is_wide(step) or (_is_new(step) and step.is_padded):
        return False
    numbers = zip(step.input_size, step.sides, step.extent, step.stride, strict=True)
    windows = tuple(-((extent - n - sum(sides)) // stride) + 1 for n, sides, extent, stride in numbers)
    return step.beyond == (0, 0) or (step.kind == MAX and windows == step.output_size)


def _notes(steps: Sequence[Step]) -> Iterator[str]:
    yield "The numbers are float32, in which onnxruntime has all of these operators."
    for step in steps:
        if step.is_padded:
            yield "pads has all values before (top, left) and then all values after (bottom, right)."
            break
    for step in steps:
        if step.word:
            yield "ONNX has auto_pad for this, which onnxruntime refuses with a dilation, so pads are in numbers."
        if step.mode != "zeros":
            yield f"Conv pads zeros only, so np.pad comes first (padding mode {step.mode})."
        if step.kind == TRANSPOSED:
            yield "The weight of ConvTranspose is (C_in, C_out / group, kH, kW), its channels the other way around."
        if _widened(step) != step:
            yield "onnxruntime wants output_padding smaller than the stride, so the kernel gets zeros instead."
        if step.kind == AVERAGE and step.counts_padding and step.is_padded:
            yield "Padding counts in the divisor of AveragePool only with count_include_pad=1."
        if step.is_hollow:
            yield "A window of padding alone gives the lowest float32 in onnxruntime, and minus infinity in PyTorch."
        if _is_new(step) and not step.is_padded:
            yield "AveragePool has dilations since version 19."
        elif step.is_pooling and _is_wide(step):
            yield "onnxruntime refuses pooling with as much padding as kernel, so np.pad comes first."
        elif _is_new(step):
            yield "AveragePool has dilations since version 19, which some programs pad wrongly, so np.pad comes first."
        elif step.is_pooling and not _takes(step):
            yield "What ceil_mode reads differs between versions of ONNX, so np.pad makes room for it."
        if step.is_pooling:
            yield "Without strides, a window of ONNX moves by 1, not by its own size."


def _line(step: Step) -> Iterator[str]:
    names = ["w", "b"] if step.bias else ["w"]
    named = {
        "kernel_shape": f"[{step.kernel[1]}]",
        "strides": f"[{step.stride[1]}]",
        "pads": str([*step.sides[1]]),
        "dilations": f"[{step.dilation[1]}]",
    }
    quoted = ", ".join(f'"{name}"' for name in ["x", *names])
    node = call("onnx.helper.make_node", f'"Conv", [{quoted}], ["y"]', named, {"pads": "[0, 0]", "dilations": "[1]"})
    yield "x = x[None]"
    yield "nodes = ["
    yield "\n".join(f"    {line}" for line in node.splitlines()) + ","
    yield from _run(names)
    yield "print(y[0])"


def _line_notes(step: Step) -> Iterator[str]:
    yield "The numbers are float32, in which onnxruntime has all of these operators."
    if step.is_padded:
        yield "pads has the zeros before the input and then those after it."


ONNX: Final = Framework(
    label="ONNX",
    imports="import numpy as np\nimport onnx\nimport onnxruntime",
    array="np.array({}, dtype=np.float32)",
    ones="np.ones({}, dtype=np.float32)",
    pad=numpy_pad("np"),
    batch="{}[None]",
    takes=_takes,
    write=_write,
    output="y[0]",
    notes=_notes,
    line=_line,
    line_notes=_line_notes,
)
