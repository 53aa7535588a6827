"""A kernel along a line: cells with numbers below one another, or, where there are many, a wave over its time."""

from dataclasses import replace
from typing import Final

from convviz.recipes import Presentation, Recipe

from ..box_layout import Box
from ..figure import NARROW, Sketch
from ..number_format import counted
from ..wave import Wave
from .gather import gather_draft

_CELLS: Final = 32
_CELLS_NARROW: Final = 18
"""The longest input, with its padding, whose cells have room for their numbers in a picture, and on a phone."""


def line_sketch(recipe: Recipe, show: Presentation) -> Sketch:
    """Return the draft of a line: cells where there is room for their numbers, else a wave."""
    draft, labels = gather_draft(recipe, show), _labels(recipe)
    most = _CELLS_NARROW if show.width is not None and show.width < NARROW else _CELLS
    is_wave = len(draft.panels[0].columns) > most
    draft = replace(
        draft, is_by_value=show.fill == "value" and not is_wave, description=_describe(recipe),
        arrangements=[
            Box("down", [
                Box("right", [k], label, is_at_end=recipe["causal"] and k != 1) for k, label in enumerate(labels)
            ], gap=20)
        ],
    )  # fmt: skip
    return Wave(recipe, draft, labels) if is_wave else draft


def _labels(recipe: Recipe) -> tuple[str, str, str]:
    """Return the words above input, kernel and output."""
    flipped = ", flipped" if recipe["flip"] else ""
    return (
        f"input: {counted(recipe['input_size'][1], 'sample')}",
        f"kernel: {counted(recipe['kernel_size'][1], 'weight')}{flipped}",
        f"output: {counted(recipe.output_size[1], 'sample')}",
    )


def _describe(recipe: Recipe) -> str:
    kernel, samples, outputs = (label.removesuffix(", flipped").partition(": ")[2] for label in _labels(recipe))
    causal = "Causal convolution" if recipe["causal"] else "Convolution"
    return f"{causal} along a line: a kernel of {kernel} on an input of {samples} gives an output of {outputs}."
