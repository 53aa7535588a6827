"""The right answers once more, by enumeration: windows, taps and paths are listed and counted, values come from SciPy.

Nothing here uses the arithmetic of convviz; of layers it reads the parameters alone.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np
from scipy import signal

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from convviz.questions import Answer, Question
from convviz.recipes import Recipe

Line = list[list[int | None]]
"""For each output line the input lines that its taps read, None for a zero."""

NUMPY_MODES = {"reflect": "reflect", "symmetric": "symmetric", "replicate": "edge", "circular": "wrap"}


def answer_of(question: Question) -> Answer:
    """Return the right answer."""
    return ANSWERS[question.kind](question, question.recipe.computed)


# Windows --------------------------------------------------------------------------------------------------------------


def padding_of(layer: Any, size: int, axis: int) -> tuple[int, int]:
    """The padding before and after; that of "same_upper" and "same_lower" makes ceil(size / stride) outputs."""
    if not isinstance(layer.padding, str):
        return layer.padding[axis]
    stride, reach = layer.stride[axis], layer.dilation[axis] * (layer.kernel_size[axis] - 1)
    last = [n * stride for n in range(size) if n * stride < size][-1]
    total = max(0, last + reach + 1 - size)
    return (total // 2, total - total // 2) if layer.padding == "same_upper" else (total - total // 2, total // 2)


def taps_of(layer: Any, size: int, axis: int) -> Line:
    """What each output line reads along an axis, tap by tap."""
    k, s, d = layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis]
    before, after = padding_of(layer, size, axis)
    if isinstance(layer, ConvTranspose2d):
        written: dict[int, list[int]] = {}
        for n, tap in product(range(size), range(k)):
            written.setdefault(n * s + tap * d, []).append(n)
        last = max(written) + layer.output_padding[axis] - after
        return [list(written.get(at, [])) for at in range(before, last + 1)]
    mode = getattr(layer, "padding_mode", "zeros")
    cells: list[int | None] = [None] * before + [*range(size)] + [None] * after
    if mode != "zeros":
        cells = np.pad(np.arange(size), (before, after), mode=NUMPY_MODES[mode]).tolist()  # type: ignore[call-overload]
    slack = s - 1 if getattr(layer, "ceil_mode", False) else 0
    lines = []
    for start in range(0, len(cells) + slack - d * (k - 1), s):
        if slack and start >= before + size:
            break  # the window would begin after the input
        lines.append([cells[at] if at < len(cells) else None for at in range(start, start + d * (k - 1) + 1, d)])
    return lines


def through(layers: Any, size: int, axis: int) -> Line:
    """What each line of the last output reads of the input, through all paths."""
    lines: Line = [[line] for line in range(size)]
    for layer in layers:
        steps = taps_of(layer, len(lines), axis)
        lines = [[at for line in step if line is not None for at in lines[line] if at is not None] for step in steps]
    return lines


def both_axes(recipe: Recipe) -> list[Line]:
    return [through(recipe.layers, recipe["input_size"][axis], axis) for axis in (0, 1)]


def sizes(question: Question, recipe: Recipe) -> Answer:
    rows, columns = (len(lines) for lines in both_axes(recipe))
    return columns if question.form == "number" else (rows, columns)


def reads(question: Question, recipe: Recipe) -> Answer:
    assert question.at is not None
    channel, row, column = question.at
    rows, columns = both_axes(recipe)
    read = first_read(recipe, channel)
    return frozenset((read, *place) for place in product(rows[row], columns[column]))  # type: ignore[misc]


def read_by(question: Question, recipe: Recipe) -> Answer:
    assert question.at is not None
    channel, *place = question.at
    (output,) = {each for each, _, _ in question.answer}  # type: ignore[union-attr]
    assert first_read(recipe, output) == channel
    lines = [
        [n for n, read in enumerate(axis) if at in read] for axis, at in zip(both_axes(recipe), place, strict=True)
    ]
    return frozenset((output, *each) for each in product(*lines))  # type: ignore[misc]


def first_read(recipe: Recipe, output: int) -> int:
    """The first input channel that an output channel reads, among those that share its group."""
    inputs, outputs = recipe.channels
    if "pointwise" in recipe:
        return 0  # its 1x1 kernels mix all channels
    groups = inputs if "out_channels" not in recipe else recipe.get("groups", 1)
    group_of = {channel: channel * groups // outputs for channel in range(outputs)}
    return min(channel for channel in range(inputs) if channel * groups // inputs == group_of[output])


# Values ---------------------------------------------------------------------------------------------------------------


def spread(kernel: Any, steps: Any) -> Any:
    """The kernel or the input with zeros between its cells."""
    wide = np.zeros([(side - 1) * step + 1 for side, step in zip(kernel.shape, steps, strict=True)])
    wide[:: steps[0], :: steps[1]] = kernel
    return wide


def correlated(layer: Conv2d, plane: Any, kernel: Any) -> Any:
    sides = [padding_of(layer, size, axis) for axis, size in enumerate(plane.shape)]
    mode = NUMPY_MODES.get(layer.padding_mode, "constant")
    padded = np.pad(plane, sides, mode=mode)  # type: ignore[call-overload]
    return signal.correlate(padded, spread(kernel, layer.dilation), "valid")[:: layer.stride[0], :: layer.stride[1]]


def stamped(layer: ConvTranspose2d, plane: Any, kernel: Any) -> Any:
    full = signal.convolve(spread(plane, layer.stride), spread(kernel, layer.dilation), "full")
    full = np.pad(full, [(0, more) for more in layer.output_padding])
    (top, bottom), (left, right) = layer.padding
    return full[top : full.shape[0] - bottom, left : full.shape[1] - right]


def value(question: Question, recipe: Recipe) -> Answer:
    assert question.at is not None
    channel, row, column = question.at
    layer, planes = recipe.layer, recipe.input
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return pooled(layer, planes[channel], row, column)
    apply = stamped if isinstance(layer, ConvTranspose2d) else correlated
    weight, (inputs, outputs), groups = recipe.weight, recipe.channels, recipe.get("groups", 1)
    if "pointwise" in recipe:
        each = len(weight) // inputs
        middle = [apply(layer, planes[k // each], weight[k, 0]) for k in range(len(weight))]
        return float(sum(recipe.pointwise[channel, k, 0, 0] * middle[k][row, column] for k in range(len(middle))))
    group = channel // (outputs // groups)
    total = float(recipe["bias"])
    for k in range(inputs // groups):
        kernel = weight[channel, k] if apply is correlated else None
        if kernel is None:
            kernel = weight[group * (inputs // groups) + k, channel % (outputs // groups)]
        total += apply(layer, planes[group * (inputs // groups) + k], kernel)[row, column]
    return total


def window(layer: Any, plane: Any, row: int, column: int) -> list[tuple[int, int]]:
    rows, columns = (taps_of(layer, size, axis) for axis, size in enumerate(plane.shape))
    return [(i, j) for i, j in product(rows[row], columns[column]) if i is not None and j is not None]


def pooled(layer: Any, plane: Any, row: int, column: int) -> float:
    numbers = [plane[cell] for cell in window(layer, plane, row, column)]
    if isinstance(layer, MaxPool2d):
        return float(max(numbers))
    return float(sum(numbers) / divisor(layer, plane.shape, (row, column), len(numbers)))


def divisor(layer: Any, size: Any, cell: tuple[int, int], inside: int) -> int:
    """How many cells of a window count; those that ceil_mode reads beyond the padding do not."""
    if not layer.count_include_pad:
        return inside
    count = 1
    for axis, at in enumerate(cell):
        before, after = padding_of(layer, size[axis], axis)
        taps = [at * layer.stride[axis] + k * layer.dilation[axis] for k in range(layer.kernel_size[axis])]
        count *= sum(tap < before + size[axis] + after for tap in taps)
    return count


def winner(question: Question, recipe: Recipe) -> Answer:
    assert question.at is not None
    channel, row, column = question.at
    cells = window(recipe.layer, recipe.input[channel], row, column)
    best = max(recipe.input[channel][cell] for cell in cells)
    (first,) = (cell for cell in cells if recipe.input[channel][cell] == best)  # no other has this number
    return frozenset([(channel, *first)])


def gradient(question: Question, recipe: Recipe) -> Answer:
    """How much the sum of all outputs, each times its dY, changes with one number: every product is followed."""
    row, column = map(int, re.findall(r"(?:row|column) (\d+)", question.text))
    layer, plane, upstream = recipe.layer, recipe.input[0], recipe.numbers("upstream")[0]
    lines = [taps_of(layer, size, axis) for axis, size in enumerate(plane.shape)]
    total = 0.0
    for o, p in np.ndindex(upstream.shape):
        cells = window(layer, plane, o, p)
        for m, n in np.ndindex(*layer.kernel_size):
            i, j = lines[0][o][m], lines[1][p][n]
            if i is None or j is None:
                continue
            if isinstance(layer, MaxPool2d):
                share = float((i, j) == max(cells, key=lambda cell: (plane[cell], -cell[0], -cell[1])))
            elif isinstance(layer, AvgPool2d):
                share = 1 / divisor(layer, plane.shape, (o, p), len(cells))
            else:
                share = recipe.weight[0, 0, m, n]
            if "of dW" in question.text:
                total += upstream[o, p] * plane[i, j] * ((m, n) == (row, column))
            else:
                total += upstream[o, p] * share * ((i, j) == (row, column))
    return total


# Counts ---------------------------------------------------------------------------------------------------------------


def writes(question: Question, recipe: Recipe) -> Answer:
    assert question.at is not None
    lines = both_axes(recipe)
    return prod(len(lines[axis][at]) for axis, at in enumerate(question.at[1:]))


def field(question: Question, recipe: Recipe) -> Answer:
    """The lines that a unit far from all borders reads, from the first to the last."""
    layers = recipe.layers
    if question.text.count("layer"):
        layers = layers[: int(question.text.split("layer ")[1].split()[0])]
    sides = []
    for axis in (0, 1):
        lines = {1_000}
        for layer in reversed(layers):
            s, d, k = layer.stride[axis], layer.dilation[axis], layer.kernel_size[axis]
            lines = {line * s + tap * d for line in lines for tap in range(k)}
        sides.append(max(lines) - min(lines) + 1)
    return sides[1] if question.form == "number" else (sides[0], sides[1])


def look_back(question: Question, recipe: Recipe) -> Answer:
    taps = [tap * recipe["dilation"][1] for tap in range(recipe["kernel_size"][1])]
    own = taps[-1] if recipe["causal"] else (taps[0] + taps[-1]) / 2
    return own - taps[0]


def steps_of(recipe: Recipe, way: str) -> list[tuple[int, int]]:
    """For each step of a way to compute the output its weights, and the places at which they are used."""
    (kernel_h, kernel_w), (inputs, outputs) = recipe["kernel_size"], recipe.channels
    (rows, columns), (height, width) = (len(lines) for lines in both_axes(recipe)), recipe["input_size"]
    if way == " in two passes":
        return [(kernel_h, rows * width), (kernel_w, rows * columns)]
    if way == " in both steps":
        middle = inputs * recipe["channel_multiplier"]
        kernels = Counter(k for k in range(middle) for _ in np.ndindex(kernel_h, kernel_w))
        return [(kernels.total(), rows * columns), (middle * outputs, rows * columns)]
    groups = recipe.get("groups", 1)
    weights = sum(
        kernel_h * kernel_w
        for o, i in product(range(outputs), range(inputs))
        if way == " as standard" or o * groups // outputs == i * groups // inputs
    )
    is_transposed = isinstance(recipe.layer, ConvTranspose2d)
    return [(weights, height * width if is_transposed else rows * columns)]


def way_of(question: Question) -> str:
    return next((way for way in (" in two passes", " in both steps") if way in question.text), "")


def weights(question: Question, recipe: Recipe) -> Answer:
    biases = recipe.channels[1] if recipe.get("bias") else 0
    return sum(count for count, _ in steps_of(recipe, way_of(question))) + biases


def products(question: Question, recipe: Recipe) -> Answer:
    each = 2 if "FLOPs" in question.text else 1
    return each * sum(count * places for count, places in steps_of(recipe, way_of(question)))


def cheaper(question: Question, recipe: Recipe) -> Answer:
    *ways, same = question.choices
    counts = [sum(count * places for count, places in steps_of(recipe, f" {way}")) for way in ways]
    return same if counts[0] == counts[1] else ways[counts.index(min(counts))]


def separable(question: Question, recipe: Recipe) -> Answer:
    """Whether all determinants of two rows and two columns are zero; the numbers are whole."""
    kernel = recipe.weight[0, 0]
    sides = (range(side) for side in kernel.shape)
    pairs = product(*(combinations(side, 2) for side in sides))
    return (
        "yes" if all(kernel[a, c] * kernel[b, d] == kernel[a, d] * kernel[b, c] for (a, b), (c, d) in pairs) else "no"
    )


ANSWERS = {
    "output-size": sizes,
    "cell-value": value,
    "gradient": gradient,
    "winner": winner,
    "reads": reads,
    "read-by": read_by,
    "writes": writes,
    "field": field,
    "look-back": look_back,
    "weights": weights,
    "products": products,
    "cheaper": cheaper,
    "separable": separable,
}
