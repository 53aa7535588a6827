"""The operators of ONNX as the layers that they are."""

from collections.abc import Mapping
from typing import Any, Final

_KINDS: Final[Mapping[str, str]] = {
    "Conv": "convolution",
    "ConvTranspose": "transposed",
    "MaxPool": "pooling",
    "AveragePool": "pooling",
    "GlobalAveragePool": "global",
    "GlobalMaxPool": "global",
    "Flatten": "flatten",
    "Add": "add",
    "Mul": "multiply",
    "Concat": "concat",
}
_ATTRIBUTES: Final[Mapping[str, str]] = {
    "kernel_shape": "kernel_size",
    "strides": "stride",
    "dilations": "dilation",
    "group": "groups",
    "output_padding": "output_padding",
    "ceil_mode": "ceil_mode",
    "count_include_pad": "count_include_pad",
}
_AUTOMATIC: Final[Mapping[str, str]] = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}
_ELEMENTWISE: Final = (
    "BatchNormalization Clip Dropout Elu HardSwish Identity LeakyRelu Relu Selu Sigmoid Softmax Softplus Tanh"
)


def layer_of(operator: str, attributes: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return what an operator means, and its arguments by the names that they have here.

    Examples
    --------
    >>> layer_of("MaxPool", {"kernel_shape": [3, 3], "pads": [1, 0, 1, 2]})
    ('pooling', {'kernel_size': [3, 3], 'padding': ((1, 1), (0, 2)), 'mode': 'max', 'stride': 1})
    """
    kind = _KINDS.get(operator, "identity" if operator in _ELEMENTWISE.split() else "unread")
    arguments = {_ATTRIBUTES[name]: value for name, value in attributes.items() if name in _ATTRIBUTES}
    pads, automatic = attributes.get("pads"), attributes.get("auto_pad")
    if isinstance(pads, list | tuple) and len(pads) % 2 == 0:
        half = len(pads) // 2  # all values before, then all values after
        arguments["padding"] = tuple(zip(pads[:half], pads[half:], strict=True))
    elif isinstance(automatic, str) and automatic in _AUTOMATIC:
        arguments["padding"] = _AUTOMATIC[automatic]
    if kind in ("pooling", "global"):
        arguments["mode"] = "average" if "Average" in operator else "max"
        arguments.setdefault("stride", 1)
    if operator == "AveragePool":
        arguments.setdefault("count_include_pad", 0)
    return kind, arguments
