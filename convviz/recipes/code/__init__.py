"""The code of a recipe's layers for deep-learning frameworks: a module each, and one line each in this registry."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.recipes.named_arrays import Array, input_of
from convviz.recipes.variants import VARIANTS
from convviz.recipes.variants.base import Applied, Values, Variant

from .jax_lax import JAX
from .keras_layers import KERAS
from .numpy_loops import NUMPY
from .onnx_graph import ONNX
from .program import TRANSPOSED, Framework, Step, check_numbers, padding_lines, step_of, table
from .pytorch import PYTORCH

__all__ = ["FRAMEWORKS", "code_of", "notes_of"]

FRAMEWORKS: Final[Mapping[str, Framework]] = MappingProxyType(
    {"pytorch": PYTORCH, "keras": KERAS, "jax": JAX, "onnx": ONNX, "numpy": NUMPY}
)
"""Every framework by name, in the order of a menu."""


_ROW: Final = 60
"""Characters of the numbers of a line of code, as an input along a line may have many."""


class Chosen(Protocol):
    """What code needs of a recipe."""

    @property
    def kind(self) -> Variant:
        """The variant."""

    @property
    def values(self) -> Values:
        """The value of every parameter."""


def code_of(recipe: Chosen, framework: str) -> str:
    """Return Python code that computes and prints a recipe's output, or its gradients, with a framework.

    Parameters
    ----------
    recipe : Recipe
        All its channels are computed, even if a picture draws fewer.
    framework : str
        A name in ``FRAMEWORKS``.

    Raises
    ------
    SpecError
        The framework is unknown or cannot compute a layer, the variant computes no numbers from an input, or there are
        too many numbers.
    """
    spelling, applied, cells = _framework(framework), _applied(recipe), input_of(recipe.values, recipe.kind.home)
    check_numbers([cells, *(each.weight for each in applied if each.weight is not None)])
    steps = _steps(applied, cells)
    upstream, layer = applied[-1].upstream, steps[-1]
    if upstream is not None and spelling.backward is None:
        *names, last = (each.label for each in FRAMEWORKS.values() if each.backward is not None)
        raise SpecError(f"Code for gradients is there in {', '.join(names)} and {last}; got {spelling.label}.")
    for reason in filter(None, map(spelling.refusal, steps)):
        raise SpecError(reason)
    if recipe.kind.is_line:
        return "\n".join(_line_of(recipe, spelling, applied[0], steps[0], cells))
    lines = [spelling.imports, "", table("x", cells, "(C, H, W)", spelling.array)]
    for each, step in zip(applied, steps, strict=True):
        if each.weight is not None:
            shape = "(C_out, C_in / groups, kH, kW)"
            if step.kind == TRANSPOSED:
                shape = f"(C_in, C_out{' / groups' if step.groups > 1 else ''}, kH, kW)"
            lines.append(table(step.weight, each.weight, shape, spelling.array))
            if recipe.values.get("flip"):
                lines.append(f"{step.weight} = {spelling.flip.format(step.weight)}  # turned: a true convolution")
        if each.bias is not None:
            lines.append(table(step.bias, each.bias, "(C_out,)", spelling.array))
    if upstream is not None:
        lines.append(table("dy", upstream, "(C_out, H_out, W_out): the gradient of the output", spelling.array))
        lines += [spelling.tracked] if spelling.tracked else []
    if not all(map(spelling.takes, steps)):
        padding, steps = padding_lines(spelling, steps)
        lines += padding
    for name in ("x", "counted") if steps[0].is_divided else ("x",):
        if spelling.batch != "{}":
            lines.append(f"{name} = {spelling.batch.format(name)}")
    lines += ["", *(f"# {each.note}" for each in applied if each.note)]
    if upstream is not None and spelling.backward is not None:
        return "\n".join([*lines, *spelling.backward(layer, steps[-1]), ""])
    return "\n".join([*lines, *spelling.write(steps), f"print({spelling.output})", ""])


def notes_of(recipe: Chosen, framework: str) -> tuple[str, ...]:
    """Return what a framework does otherwise than others, as far as it matters for a recipe, a sentence each.

    Raises
    ------
    SpecError
        The framework is unknown, or the variant computes no numbers from an input.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> notes_of(recipe("pooling"), "pytorch")
    ('Without stride, a window of PyTorch moves by its own size.',)
    """
    spelling, applied = _framework(framework), _applied(recipe)
    steps = _steps(applied, input_of(recipe.values, recipe.kind.home))
    turned = "Libraries for deep learning multiply the kernel as it is stored, so the code turns it first."
    notes = [turned] if recipe.values.get("flip") else []
    own = spelling.line_notes(steps[0]) if recipe.kind.is_line else spelling.notes(steps)
    return tuple(dict.fromkeys([*notes, *(each.note for each in applied if each.note), *own]))


def _line_of(recipe: Chosen, spelling: Framework, applied: Applied, step: Step, cells: Array) -> Iterator[str]:
    """Yield the lines of code for a convolution along a line, whose arrays have no height."""
    assert applied.weight is not None
    yield from (spelling.imports, "", table("x", cells[:, 0], "(C, W)", spelling.array, _ROW))
    yield table("w", applied.weight[:, :, 0], "(C_out, C_in, k)", spelling.array, _ROW)
    if recipe.values["flip"]:
        flip = spelling.flip.replace(", (2, 3)", ", 2").replace("(2, 3)", "(2)")
        yield f"w = {flip.format('w')}  # turned: a true convolution"
    if applied.bias is not None:
        yield table("b", applied.bias, "(C_out,)", spelling.array)
    yield from ("", *spelling.line(step), "")


def _framework(name: object) -> Framework:
    if not isinstance(name, str) or name not in FRAMEWORKS:  # whatever a notebook gives
        raise SpecError(f"framework must be one of {', '.join(FRAMEWORKS)}; got {shown(name)}.")
    return FRAMEWORKS[name]


def _applied(recipe: Chosen) -> tuple[Applied, ...]:
    if "input" not in recipe.kind.fields:
        names = ", ".join(name for name, variant in VARIANTS.items() if "input" in variant.fields)
        raise SpecError(f"Only variants with an input of numbers have code: {names}; got {recipe.kind.name}.")
    return recipe.kind.applied(recipe.values)


def _steps(applied: tuple[Applied, ...], cells: Array) -> list[Step]:
    channels, height, width = cells.shape
    size, steps = (height, width), list[Step]()
    for each in applied:
        steps.append(step_of(each, channels, size))
        channels, size = steps[-1].channels[1], steps[-1].output_size
    return steps
