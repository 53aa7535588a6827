"""Ask the caller's PyTorch for the graph of a module, without in-place operators."""

import sys
from math import prod
from numbers import Integral
from textwrap import shorten
from typing import Any, Final

from convviz import limits
from convviz.analysis.onnx_import.parse_model import MOST_DIMENSIONS
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

LARGEST: Final = 2**28
"""Numbers of an input that is made from its shape, which takes a gigabyte of addresses; none of them is read."""

LONGEST_ANSWER: Final = 200
"""Characters of what PyTorch says that are repeated."""


def export(module: object, example: object) -> Any:
    """Return the `torch.export.ExportedProgram` of a module for inference.

    Parameters
    ----------
    module : torch.nn.Module
        The module, which is left as it is; in training, it is exported as after ``module.eval()``.
    example : tensor, tuple or shape
        What it is called with: a tensor, a tuple of its arguments, or the shape of its only input.

    Raises
    ------
    SpecError
        The module is none of PyTorch, the shape is too large, or `torch.export` refuses the module.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(module, torch.nn.Module):
        raise SpecError(f"module must be a torch.nn.Module; got {shown(module)}.")
    arguments = _arguments(torch, module, example)
    training = [part for part in module.modules() if part.training]
    try:
        module.eval()
        program = torch.export.export(module, arguments, strict=False)
        return program.run_decompositions({})  # decomposes nothing, and replaces in-place operators
    except Exception as error:  # whatever the code of the module raises, too
        said = next(filter(None, map(str.strip, str(error).splitlines())), type(error).__name__)
        rule = "module must be one that torch.export exports with this example"
        raise SpecError(f'{rule}; got "{shorten(said, LONGEST_ANSWER, placeholder=" ...")}".') from None
    finally:
        for part in training:
            part.training = True


def _arguments(torch: Any, module: Any, example: object) -> tuple[Any, ...]:
    """Return the arguments of the module: a shape becomes a tensor of the module's type, on its device."""
    if isinstance(example, torch.Tensor):
        return (example,)
    if isinstance(example, tuple | list) and any(isinstance(argument, torch.Tensor) for argument in example):
        return tuple(example)
    if not isinstance(example, tuple | list) or not example or not all(isinstance(n, Integral) for n in example):
        raise SpecError(f"example must be a tensor, a tuple of arguments or a shape; got {shown(example)}.")
    shape = tuple(map(int, example))
    if len(shape) > MOST_DIMENSIONS or min(shape) < 1 or max(shape) > limits.ONNX_SIDE or prod(shape) > LARGEST:
        rule = f"at most {MOST_DIMENSIONS} dimensions from 1 to {limits.ONNX_SIDE}, and 2^28 numbers"
        raise SpecError(f"example must be a shape of {rule}; got {shown(shape)}.")
    like = next((each for each in module.parameters() if each.is_floating_point()), torch.empty(0))
    return (torch.empty(shape, dtype=like.dtype, device=like.device),)
