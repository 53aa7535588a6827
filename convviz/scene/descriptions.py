"""What a picture shows, in one sentence, for those who do not see it."""

from convviz.arithmetic import AvgPool2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic.layer_kinds import spell_layer
from convviz.arithmetic.spans import unread_lines
from convviz.recipes import Recipe, variant_named
from convviz.recipes.variants.depthwise_separable import drawn_channels, drawn_mixers
from convviz.recipes.variants.receptive_field import shown_unit
from convviz.recipes.variants.standard import drawn_inputs, drawn_outputs

from .number_format import Pair


def describe(recipe: Recipe) -> str:
    """A recipe in one sentence.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> describe(recipe("standard", in_channels=3, out_channels=256, input_size=12, kernel_size=5))[:72]
    'Standard convolution: 256 kernels of 3 by 5 by 5, 3 of which are drawn, '
    """
    (rows, columns), (height, width) = recipe["input_size"], recipe.output_size
    title = variant_named(recipe.variant).title
    stack = ", then ".join(map(spell_layer, recipe.layers))
    if recipe.variant == "receptive-field":
        number, row, column = shown_unit(recipe.values)
        unit = f"the unit at row {row}, column {column} of layer {number}"
        return f"{title}: what {unit} sees of {_a(rows)} by {columns} input through {stack}."
    kernel = recipe["kernel_size"]
    if recipe.variant == "checkerboard":
        sizes = f"from {_a(rows)} by {columns} input to {_a(height)} by {width} output"
        if len(recipe.layers) == 1 and isinstance(recipe.layer, ConvTranspose2d):
            return f"{title}: how often each cell is written by {stack}, {sizes}."
        return f"{title}: how many paths lead into each cell through {stack}, {sizes}."
    if recipe.variant == "pooling":
        return _describe_pooling(recipe)
    if recipe.variant == "depthwise-separable":
        return f"{title}{_describe_separable(recipe)}"
    if max(recipe.get("in_channels", 1), recipe.get("out_channels", 1)) > 1:
        return f"{title}: {_describe_channels(recipe)}"
    if recipe.variant == "spatial-separable":
        return (
            f"{title}: {_a(kernel[0])} by 1 column and then a 1 by {kernel[1]} row, beside the whole {kernel[0]} by "
            f"{kernel[1]} kernel, on {_a(rows)} by {columns} input give {_a(height)} by {width} output."
        )
    return (
        f"{title}: {_a(kernel[0])} by {kernel[1]} kernel on {_a(rows)} by {columns} input gives {_a(height)} by "
        f"{width} output."
    )


def _describe_channels(recipe: Recipe) -> str:
    channels, outputs, groups = (recipe[name] for name in ("in_channels", "out_channels", "groups"))
    (rows, columns), (height, width), kernel = recipe["input_size"], recipe.output_size, recipe["kernel_size"]
    depth, sides = channels // groups, f"by {kernel[0]} by {kernel[1]}"
    kernels = f"{_a(depth)} {sides} kernel"
    if outputs > 1:
        each = f" in {groups} groups" if groups > 1 else ""
        which = _of_which(outputs, len(drawn_outputs(recipe.values)))
        kernels = f"{outputs} kernels of {depth} {sides}{each}{which}"
    return (
        f"{kernels} on {_a(rows)} by {columns} input of {_channels(channels, drawn_inputs(recipe.values))} "
        f"{_give(outputs)} {_a(height)} by {width} output of {_channels(outputs, outputs)}."
    )


def _describe_separable(recipe: Recipe) -> str:
    """What follows the title: the act, where there is only one, and what it makes."""
    channels, outputs, m = (recipe[name] for name in ("in_channels", "out_channels", "channel_multiplier"))
    (rows, columns), (height, width), act = recipe["input_size"], recipe.output_size, recipe["act"]
    seen, planes = drawn_channels(recipe.values), channels * m
    kernels = (
        f"{_kernels(planes)} of {' by '.join(map(str, recipe['kernel_size']))}, {m if m > 1 else 'one'} per channel"
    )
    given = f"{_a(rows)} by {columns} input of {_channels(channels, seen)}"
    mixers = f"{_kernels(outputs)} of {planes} by 1 by 1{_of_which(outputs, drawn_mixers(recipe.values))}"
    made = f"{_a(height)} by {width} output of {_channels(outputs, outputs)}."
    if act == "split":
        return f", split: {given} comes apart, with {kernels}."
    if act == "depthwise":
        middle = _channels(planes, planes, "intermediate channel")
        return f", depthwise: {kernels}, on {given} {_give(planes)} {middle} of {height} by {width}."
    if act == "pointwise":
        middle = f"{_a(height)} by {width} intermediate of {_channels(planes, seen * m)}"
        return f", pointwise: {mixers} on {middle} {_give(outputs)} {made}"
    return f": {kernels}, and then {mixers} on {given} give {made}"


def _give(count: int) -> str:
    return "gives" if count == 1 else "give"


def _kernels(count: int) -> str:
    return f"{count} {'kernel' if count == 1 else 'kernels'}"


def _channels(count: int, shown: int, noun: str = "channel") -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}{_of_which(count, shown)}"


def _of_which(count: int, shown: int) -> str:
    """Nothing where all are drawn."""
    return "" if shown == count else f", {shown} of which {'is' if shown == 1 else 'are'} drawn,"


def _a(count: int) -> str:
    """The number with its article, as it is spoken.

    Examples
    --------
    >>> _a(7), _a(8), _a(11)
    ('a 7', 'an 8', 'an 11')
    """
    return f"{'an' if count in (8, 11, 18) else 'a'} {count}"


def _describe_pooling(recipe: Recipe) -> str:
    layer = recipe.layer
    assert isinstance(layer, MaxPool2d | AvgPool2d)
    (rows, columns), kernel, output = recipe["input_size"], recipe["kernel_size"], recipe.output_size
    skipped = unread_lines(layer, (rows, columns))
    unread = [each for each in map(_lines, ("row", "column"), skipped) if each]
    return (
        f"{'Max' if recipe['mode'] == 'max' else 'Average'} pooling: {_a(kernel[0])} by {kernel[1]} window with stride "
        f"{_by(recipe['stride'])}{f' and dilation {_by(layer.dilation)}' if max(layer.dilation) > 1 else ''} on "
        f"{_a(rows)} by {columns} input gives {_a(output[0])} by {output[1]} output."
        + (f" No window reads {' or '.join(unread)}." if unread else "")
    )


def _by(pair: Pair) -> str:
    return f"{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} by {pair[1]}"


def _lines(noun: str, numbers: list[int]) -> str:
    """``row 4``, ``rows 2, 5``, or nothing."""
    return f"{noun}{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}" if numbers else ""
