"""Calls of jax.lax as the layers that they are: a convolution, a transposed one or a pooling, channels first."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from convviz.recipes.variants.channels import exchanged

from .dialects import Row
from .values import Array, Call, Name

_USUAL: Final = {
    "conv_transpose": {1: ("NHC", "HIO", "NHC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NHWDC", "HWDIO", "NHWDC")}
}
"""The axes of images and kernels, where they are not stated and not channels first."""


def canonical(call: Call) -> Call:
    """Return a call of jax.lax as a layer."""
    arguments = dict(call.arguments)
    if call.row.kind == "lax pooling":
        return _pooling(call, arguments)
    weight, rank = arguments.get("weight"), 2
    if isinstance(weight, Array):
        rank = len(weight.shape) - 2
    axes = arguments.get("dimension_numbers") or _USUAL.get(call.name, {}).get(rank)
    is_last = False
    if isinstance(axes, tuple | list) and len(axes) == 3 and all(isinstance(each, str) for each in axes):
        is_last = axes[0].endswith("C")
        weight = _outputs_first(weight, axes[1])
    stretch = arguments.pop("lhs_dilation", None)
    if isinstance(weight, Array) and weight.is_turned and not weight.is_named:
        stretch = stretch or 1  # a kernel that is turned only here: a transposed convolution
    elif stretch is not None:
        steps = stretch if isinstance(stretch, tuple | list) else (stretch,)
        stretch = None if all(step == 1 for step in steps) else stretch
    if stretch is not None:
        step = arguments.get("stride")
        problem = call.problem
        if isinstance(step, tuple | list) and any(each != 1 for each in step):
            problem = problem or f"window_strides must be 1 with lhs_dilation to be read; got {tuple(step)}."
        arguments |= {"stride": stretch, "weight": stored(weight, arguments.get("groups", 1), True)}
        return _made(call, "transposed", arguments, is_last, problem)
    if call.row.kind == "lax transposed":
        turned = not arguments.get("transpose_kernel")
        arguments["weight"] = stored(weight, 1, turned)
        return _made(call, "transposed", arguments, is_last, call.problem)
    arguments["weight"] = weight
    return _made(call, "convolution", arguments, is_last, call.problem)


def _made(call: Call, kind: str, arguments: dict[str, Any], is_last: bool, problem: str) -> Call:
    weight = arguments.get("weight")
    return replace(
        call,
        row=Row(call.name, kind, call.row.parameters, 0),
        arguments=arguments,
        is_last=is_last,
        problem=problem,
        weight=weight if isinstance(weight, Array) else None,
    )


def _outputs_first(weight: Any, axes: str) -> Any:
    """Return a kernel with its axes as PyTorch has them: (C_out, C_in / groups, kH, kW)."""
    if not isinstance(weight, Array) or len(axes) != len(weight.shape) or not {"O", "I"} <= {*axes}:
        return weight
    spatial = [at for at, axis in enumerate(axes) if axis not in "OI"]
    return weight.transposed(axes.index("O"), axes.index("I"), *spatial)


def stored(weight: Any, groups: Any, is_turned: bool) -> Any:
    """Return the kernel of the direct convolution as a transposed one stores it: (C_in, C_out / groups, kH, kW)."""
    if not isinstance(weight, Array) or not isinstance(groups, int) or groups < 1 or weight.shape[0] % groups:
        return weight
    outputs, depth, *kernel = weight.shape
    shape = (depth * groups, outputs // groups, *kernel)
    numbers = weight.numbers
    if numbers is not None:
        numbers = exchanged(numbers, groups)
        numbers = np.flip(numbers, tuple(range(2, numbers.ndim))) if is_turned else numbers
    return replace(
        weight, shape=shape, numbers=numbers, is_turned=weight.is_turned != (is_turned and numbers is not None)
    )


def _pooling(call: Call, arguments: dict[str, Any]) -> Call:
    """Return reduce_window as pooling: its numbers have the batch and the channels, too."""
    sizes = arguments.get("kernel_size")
    is_last = not (isinstance(sizes, tuple | list) and len(sizes) > 2 and sizes[1] == 1 != sizes[-1])
    for name in ("kernel_size", "stride", "dilation"):
        value = arguments.get(name)
        if isinstance(value, tuple | list) and len(value) > 2:
            arguments[name] = _spatial(value, is_last)
    if arguments.get("stride") is None:
        arguments["stride"] = 1
    padding = arguments.get("padding")
    if isinstance(padding, tuple | list) and len(padding) > 2:
        arguments["padding"] = _spatial(padding, is_last)
    mode = arguments.get("mode")
    is_sum = isinstance(mode, Name) and mode.path.endswith("add")
    arguments |= {"mode": "average" if is_sum else "max", "divisor": 1 if is_sum else None}
    return _made(call, "pooling", arguments, is_last, call.problem)


def _spatial(values: Sequence[Any], is_last: bool) -> tuple[Any, ...]:
    return tuple(values[1:-1] if is_last else values[2:])
