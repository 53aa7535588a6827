"""``onnx.helper.make_node`` as the layer that it is."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from .values import UNKNOWN, Array, Tensor

if TYPE_CHECKING:
    from .interpret import Program

_KINDS: Final[Mapping[str, str]] = {
    "Conv": "convolution",
    "ConvTranspose": "transposed",
    "MaxPool": "pooling",
    "AveragePool": "pooling",
    "GlobalAveragePool": "global",
    "GlobalMaxPool": "global",
    "Flatten": "flatten",
}
_NAMES: Final[Mapping[str, str]] = {
    "kernel_shape": "kernel_size",
    "strides": "stride",
    "dilations": "dilation",
    "group": "groups",
    "output_padding": "output_padding",
    "ceil_mode": "ceil_mode",
    "count_include_pad": "count_include_pad",
}
_ELEMENTWISE: Final = frozenset(
    [
        "Relu",
        "LeakyRelu",
        "Sigmoid",
        "Tanh",
        "Elu",
        "Selu",
        "Clip",
        "Dropout",
        "BatchNormalization",
        "Softmax",
        "HardSwish",
        "Identity",
        "Softplus",
    ]
)


def node(program: "Program", call: ast.Call, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Read one node of a graph; its inputs are found by their names."""
    if len(positional) < 3 or not isinstance(positional[0], str):
        return UNKNOWN
    operator, inputs, outputs = positional[:3]
    if not isinstance(inputs, list) or not isinstance(outputs, list) or not inputs or not outputs:
        return UNKNOWN
    values = [program.named_image(name) if isinstance(name, str) else None for name in inputs]
    output = str(outputs[0])
    if operator == "Div" and len(values) == 2 and isinstance(values[0], Tensor) and isinstance(values[1], Tensor):
        return program.divide(values[0], values[1], output)
    image = values[0] or program._input()
    if operator in ("Add", "Mul", "Concat") and all(isinstance(value, Tensor | Array) for value in values):
        kind = {"Add": "add", "Mul": "multiply", "Concat": "concat"}[operator]
        return program.run(program.made(call, operator, kind, {}), [v for v in values if v is not None], output)
    kind = _KINDS.get(operator, "identity" if operator in _ELEMENTWISE else "unread")
    arguments = {_NAMES[name]: value for name, value in named.items() if name in _NAMES}
    pads = named.get("pads")
    if isinstance(pads, list | tuple) and len(pads) % 2 == 0:
        half = len(pads) // 2
        arguments["padding"] = tuple(zip(pads[:half], pads[half:], strict=True))
    elif isinstance(named.get("auto_pad"), str) and named["auto_pad"] != "NOTSET":
        arguments["padding"] = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}.get(
            named["auto_pad"], 0
        )
    if kind in ("pooling", "global"):
        arguments["mode"] = "average" if "Average" in operator else "max"
        arguments.setdefault("stride", 1)
        if "Average" in operator:
            arguments.setdefault("count_include_pad", 0)
    if len(values) > 1 and isinstance(values[1], Array):
        arguments["weight"] = values[1]
    made = program.made(call, operator, kind, arguments)
    made.weight = arguments.get("weight")
    if len(values) > 2 and isinstance(values[2], Array):
        made.bias = values[2]
    return program.run(made, [image], output)
