"""What the borders of the input do to a stack: the share of padding in each output, and what is read in its place."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from convviz import limits
from convviz.analysis import Network
from convviz.arithmetic import AvgPool2d, Conv2d, MaxPool2d, conv2d
from convviz.arithmetic.arguments import Pair, shown
from convviz.arithmetic.axis import copied
from convviz.arithmetic.layer_kinds import Stack
from convviz.errors import SpecError
from convviz.recipes.parameters import Field, read_integer
from convviz.recipes.stack_form import NAME, fitting_input
from convviz.recipes.variants.base import WindowLayer

from .kind import WIDE, Kind, Values, fields_of_variant, fields_with_look, look_of

if TYPE_CHECKING:
    from convviz.charts import Chart

Floats = npt.NDArray[np.float64]

MODES: Final[Mapping[str, str]] = {
    "zeros": "zeros, which are no data",
    "reflect": "the cells behind the border cell, mirrored",
    "symmetric": "the border cell and those behind it, mirrored",
    "replicate": "the border cell, again and again",
    "circular": "the cells at the opposite border",
    "none": "nothing: there are fewer outputs",
}
"""What convolutions read beyond the border under each padding mode, and without padding ("valid")."""

_COPIES: Final = 3
"""Copied cells that are listed at each end."""


def _padded(layers: Stack, mode: str) -> Stack:
    """Return the stack with this padding mode in all convolutions; "none" takes the padding of all layers away."""
    windows = Conv2d | MaxPool2d | AvgPool2d
    if mode == "none":
        return tuple(
            replace(layer, padding=((0, 0), (0, 0))) if isinstance(layer, windows) else layer for layer in layers
        )
    return tuple(replace(layer, padding_mode=mode) if isinstance(layer, Conv2d) else layer for layer in layers)


@lru_cache(64)
def network_padded(layers: Stack, input_size: Pair, mode: str = "zeros") -> Network:
    """Return the network of a stack under a padding mode.

    Raises
    ------
    SpecError
        The input is too small for the stack, or for the copies of the mode.
    """
    return Network.sequential(_padded(layers, mode), input_size=input_size)


@lru_cache(64)
def shares(layers: Stack, input_size: Pair) -> tuple[Floats, ...]:
    """Return for each output along each axis the share of its paths that leave the input, from 0 to 1.

    A path that meets a border goes on through zeros, or through a copy: how many do is the same under each mode.
    """
    return network_padded(layers, input_size).border().shares


def share_map(layers: Stack, input_size: Pair) -> Floats:
    """Return the share of the paths of each output that leave the input: a path is inside if it is along both axes.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> share_map((conv2d(3, padding=1),), (3, 4)).round(2).tolist()
    [[0.56, 0.33, 0.33, 0.56], [0.33, 0.0, 0.0, 0.33], [0.56, 0.33, 0.33, 0.56]]
    """
    rows, columns = shares(layers, input_size)
    return np.add.outer(rows, columns) - np.outer(rows, columns)


# Padding modes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnderMode:
    """What a stack does under one padding mode.

    Attributes
    ----------
    mode : str
        One of `MODES`.
    size : (height, width) or None
        Of the output; None where the mode cannot pad this input.
    clean : int
        Outputs whose paths are all inside.
    copies : str
        The columns of its own input that the first padded convolution reads beyond its left and its right border.
    refusal : str
        Why the mode cannot pad this input.
    """

    mode: str
    size: Pair | None
    clean: int = 0
    copies: str = ""
    refusal: str = ""


def under_modes(layers: Stack, input_size: Pair) -> Iterator[UnderMode]:
    """Yield what a stack does under each padding mode.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> for each in under_modes((conv2d(3, padding=2),), (5, 6)):
    ...     print(each.mode, each.size, each.clean, each.copies)
    zeros (7, 8) 12 –
    reflect (7, 8) 12 2, 1 | 4, 3
    symmetric (7, 8) 12 1, 0 | 5, 4
    replicate (7, 8) 12 0, 0 | 5, 5
    circular (7, 8) 12 4, 5 | 0, 1
    none (3, 4) 12 –
    """
    for mode in MODES:
        try:
            size = network_padded(layers, input_size, mode).output_size()
        except SpecError as error:
            yield UnderMode(mode, None, refusal=str(error))
            continue
        assert size is not None  # as the input size is known
        inside = prod(int((share == 0).sum()) for share in shares(_padded(layers, mode), input_size))
        yield UnderMode(mode, (size[-2], size[-1]), inside, _copies(layers, input_size, mode))


def _copies(layers: Stack, input_size: Pair, mode: str) -> str:
    """Return which columns of its own input the first padded convolution reads beyond the borders."""
    size = input_size
    for layer in layers:
        if isinstance(layer, Conv2d):
            axis = layer.axes(size)[1]
            before, after = axis.before, axis.after
            if mode not in ("zeros", "none") and before + after:
                places = [*range(-before, 0)][-_COPIES:], [*range(axis.size, axis.size + after)][:_COPIES]
                left, right = (_listed(np.array(line, int), axis.size, mode) for line in places)
                dots = ["… " * (before > _COPIES), " …" * (after > _COPIES)]
                return f"{dots[0]}{left} | {right}{dots[1]}"
        size = layer.output_size(size)
    return "–"


def _listed(places: npt.NDArray[np.int64], size: int, mode: str) -> str:
    return ", ".join(map(str, copied(places, size, mode).tolist())) or "–"


Reads = tuple[str, Floats, str]
"""A padding mode, the share of the paths of an output that read each cell along an axis, and what becomes of others."""


def reads(layers: Stack, input_size: Pair, output: Pair) -> tuple[tuple[str, tuple[Reads, ...]], ...]:
    """Return which cells along each axis an output reads under each mode that can pad the input.

    Without padding the output is the one with the same number after those that are lost before it.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> ((title, rows),) = reads((conv2d(3, padding=1),), (4, 4), (0, 0))
    >>> for mode, line, words in rows[:3]:
    ...     print(mode, line.round(2).tolist(), words)
    zeros [0.33, 0.33, 0.0, 0.0] 33 % read zeros
    reflect [0.33, 0.67, 0.0, 0.0] 33 % read copies
    symmetric [0.67, 0.33, 0.0, 0.0] 33 % read copies
    """
    lines: list[list[Reads]] = [[], []]
    for each in under_modes(layers, input_size):
        if each.size is None:
            continue
        at = output if each.mode != "none" else _without_padding(layers, input_size, output, each.size)
        network = network_padded(layers, input_size, each.mode)
        outside = shares(layers if each.mode != "none" else _padded(layers, "none"), input_size)
        for axis, rows in enumerate(lines):
            share = float(outside[axis][at[axis]])
            line = _along(network, outside, at, axis)
            if each.mode == "none":
                words = f"output {at[axis]}"
            else:
                words = f"{share:.0%} read {'zeros' if each.mode == 'zeros' else 'copies'}".replace("%", " %")
            rows.append((each.mode, line * (1 - share) if each.mode == "zeros" else line, words))
    height, width = map(tuple, lines)
    if output[0] == output[1] and _texts(height) == _texts(width):
        return ((f"Output {output[0]} along either axis: percent of its paths from each cell", width),)
    return tuple(
        (f"Output {at} along the {name}: percent of its paths from each cell", rows)
        for at, name, rows in zip(output, ("height", "width"), (height, width), strict=True)
    )


def _along(network: Network, outside: tuple[Floats, ...], at: Pair, axis: int) -> Floats:
    """Return how the paths of an output that begin in the input are spread over its cells along one axis.

    Along the other axis any output does that has such paths: one that reads the least padding.
    """
    other = int(outside[1 - axis].argmin())
    counts = network.path_counts(None, (other, at[1]) if axis else (at[0], other)).sum(1 - axis)
    total = counts.sum()
    return np.array([float(count / total) if total else 0.0 for count in counts])


def _texts(rows: tuple[Reads, ...]) -> list[tuple[str, list[float], str]]:
    return [(mode, line.tolist(), words) for mode, line, words in rows]


def _without_padding(layers: Stack, input_size: Pair, output: Pair, size: Pair) -> Pair:
    """Return the output of the stack without padding that is closest in number to one of the padded stack."""
    row, column = (
        min(max(at - int(np.flatnonzero(share == 0)[0] if (share == 0).any() else 0), 0), last - 1)
        for at, share, last in zip(output, shares(layers, input_size), size, strict=True)
    )
    return row, column


# Diagrams -------------------------------------------------------------------------------------------------------------


def read_output(name: str, value: object) -> Pair:
    """Read the row and the column of an output, from 0: "0,3" or (0, 3).

    >>> read_output("output", "0, 3"), read_output("output", (0, 3))
    ((0, 3), (0, 3))
    """
    parts = value.split(",") if isinstance(value, str) else value
    if isinstance(parts, list | tuple) and len(parts) == 2:
        with suppress(SpecError):
            row, column = (read_integer(name, part, 0, limits.FIELD_NUMBER) for part in parts)
            return row, column
    raise SpecError(f"{name} must be the row and the column of an output, from 0, such as 0,3; got {shown(value)}.")


def spell_output(output: Pair) -> str:
    """Spell an output as links do: ``0,3``."""
    return ",".join(map(str, output))


OUTPUT: Final = Field(
    "output", "text", read_output, spell_output, "Output", "Row and column of an output of the stack, counted from 0."
)


def check_stack(layers: Stack, input_size: Pair) -> None:
    """Refuse a stack whose borders take long to count."""
    if len(layers) > limits.BORDER_LAYERS:
        raise SpecError(f"layers must be at most {limits.BORDER_LAYERS} for their borders; got {len(layers)}.")
    sides = sum(sum(layer.kernel_size) for layer in layers if isinstance(layer, WindowLayer))
    if sides > limits.BORDER_TAPS:
        raise SpecError(
            f"The sides of all kernels must have at most {limits.BORDER_TAPS} cells together for their borders; got "
            f"{sides}."
        )
    if max(input_size) > limits.BORDER_INPUT:
        raise SpecError(
            f"input_size must be at most {limits.BORDER_INPUT} for the borders; got {input_size[0]} x {input_size[1]}."
        )


def check_cells(layers: Stack, input_size: Pair) -> None:
    """Refuse a stack without room for its cells in a picture, or whose outputs are unknown."""
    check_stack(layers, input_size)
    size = network_padded(layers, input_size).output_size()
    assert size is not None  # as the input size is known
    if max(*input_size, *size) > limits.BORDER_CELLS:
        raise SpecError(
            f"A map of borders has room for {limits.BORDER_CELLS} x {limits.BORDER_CELLS} cells; got an input of "
            f"{input_size[0]} x {input_size[1]} and {size[0]} x {size[1]} outputs."
        )


def _check_output(values: Values) -> None:
    layers, input_size, output = values["layers"], values["input_size"], values["output"]
    check_cells(layers, input_size)
    network = network_padded(layers, input_size)
    area = sum(prod(node.size or ()) for node in network.nodes)
    if area > limits.BORDER_AREA:
        raise SpecError(
            f"What one output reads is counted for at most {limits.BORDER_AREA:,} cells of all layers together; got "
            f"{area:,}."
        )
    size = network.output_size()
    assert size is not None  # as checked
    if output[0] >= size[0] or output[1] >= size[1]:
        raise SpecError(
            f"output must be one of {size[0]} x {size[1]} outputs, counted from 0; got {spell_output(output)}."
        )


@lru_cache(32)
def border_shares(layers: Stack, input_size: Pair, *, theme: str, width: int) -> "Chart":
    """Draw for each output the share of its paths that leave the input."""
    from convviz.charts.borders import share_cells

    check_cells(layers, input_size)
    return share_cells(share_map(layers, input_size), theme=theme, width=width)


@lru_cache(32)
def border_reads(layers: Stack, input_size: Pair, output: Pair, *, theme: str, width: int) -> "Chart":
    """Draw which cells one output reads under each padding mode."""
    from convviz.charts.borders import cells_read

    _check_output({"layers": layers, "input_size": input_size, "output": output})
    return cells_read(reads(layers, input_size, output), theme=theme, width=width)


def _fields(*more: Field) -> Mapping[str, Field]:
    return fields_with_look(*fields_of_variant(NAME, "input_size", "layers"), *more)


_DEFAULTS: Final[dict[str, Any]] = {
    "layers": (conv2d(3, padding=1),) * 3,
    "theme": "light",
    "width": WIDE,
}
_FOLLOWING: Final = {"input_size": lambda values: fitting_input(values["layers"])}

BORDER_SHARES: Final = Kind(
    name="border-shares",
    title="Share of each output that is read beyond the borders",
    fields=_fields(),
    defaults=_DEFAULTS,
    following=_FOLLOWING,
    draw=lambda values: border_shares(values["layers"], values["input_size"], **look_of(values)),
    check=lambda values: check_cells(values["layers"], values["input_size"]),
)

BORDER_READS: Final = Kind(
    name="border-reads",
    title="What one output reads under each padding mode",
    fields=_fields(OUTPUT),
    defaults={**_DEFAULTS, "output": (0, 0)},
    following=_FOLLOWING,
    draw=lambda values: border_reads(values["layers"], values["input_size"], values["output"], **look_of(values)),
    check=_check_output,
)
