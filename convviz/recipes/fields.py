"""The parameters of all recipes, in one table of fields.

Every page, link and command line goes through it, so the names are the same in all three.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from convviz import limits
from convviz.arithmetic.layer_kinds import spell_value
from convviz.arithmetic.layers import PADDING_MODES

from .named_arrays import INPUT_LABELS, KERNEL_LABELS, RANDOM, UPSTREAM_LABELS
from .parameters import (
    Field,
    Value,
    read_choice,
    read_integer,
    read_layers,
    read_length,
    read_padding,
    read_pair,
    read_row,
    read_switch,
    read_table,
    read_unit,
    spell_layers,
    spell_length,
    spell_table,
    spell_unit,
)
from .tables import number_from, number_to_text


def pair_field(name: str, low: int, high: int, label: str, text: str, short: str | None = None) -> Field:
    """Return a field of one whole number for both axes, or two."""
    return Field(
        name, "pair", partial(read_pair, low=low, high=high), spell_value, label, text, low, high, {}, short, "size"
    )


def length_field(name: str, high: int, label: str, text: str, short: str) -> Field:
    """Return a field of one whole number along a line."""
    read = partial(read_length, low=1, high=high)
    return Field(name, "length", read, spell_length, label, text, 1, high, {}, short, "size")


def row_field(name: str, most: int, label: str, text: str, choices: Mapping[str, str]) -> Field:
    """Return a field of one row of numbers, named or given."""
    field = table_field(name, most, label, text, choices)
    return replace(field, read=partial(read_row, names=tuple(choices), most=most))


def integer_field(
    name: str, low: int, high: int, label: str, text: str, short: str | None = None, group: str = "channels"
) -> Field:
    """Return a field that is a whole number."""
    read = partial(read_integer, low=low, high=high)
    return Field(name, "integer", read, str, label, text, low, high, {}, short, group)


def switch_field(name: str, label: str, text: str, group: str = "more") -> Field:
    """Return a field that is true or false."""
    return Field(name, "switch", read_switch, spell_value, label, text, group=group)


def choice_field(
    name: str, label: str, text: str, choices: Mapping[str, str], short: str | None = None, group: str = "more"
) -> Field:
    """Return a field that is one of a few words."""
    read = partial(read_choice, choices=tuple(choices))
    return Field(name, "choice", read, str, label, text, None, None, MappingProxyType(choices), short, group)


def table_field(name: str, side: int, label: str, text: str, choices: Mapping[str, str]) -> Field:
    """Return a field of numbers, named or given."""
    read = partial(read_table, names=tuple(choices), side=side)
    return Field(
        name, "table", read, spell_table, label, text, choices=MappingProxyType(choices), group="numbers", side=side
    )


def padding_field(text: str, keywords: Mapping[str, str]) -> Field:
    """Return a field for the padding."""
    read = partial(read_padding, keywords=tuple(keywords))
    choices = MappingProxyType(keywords)
    return Field("padding", "padding", read, spell_value, "Padding p", text, 0, limits.PADDING, choices, "p", "size")


def in_words(field: Field, value: Value) -> str:
    """Return a parameter and its value in a few words.

    Examples
    --------
    >>> in_words(FIELDS["kernel_size"], (3, 5)), in_words(FIELDS["flip"], True), in_words(FIELDS["view"], "scatter")
    ('kernel 3 × 5', 'flip on', 'stamped')
    """
    text = field.spell(value)
    text = re.sub(r"(?<=\d)x(?=\d)", " × ", _VALUES.get(text, text))
    return f"{WORDS.get(field.name, field.name.replace('_', ' '))} {text.replace('_', ' ')}".strip()


_PADDING_RULES: Final = {
    "valid": "valid: none",
    "same": "same: output as large as input (stride 1)",
    "same_upper": "same_upper: ⌈i / s⌉, odd cell after",
    "same_lower": "same_lower: ⌈i / s⌉, odd cell before",
}
_STAGES: Final = {
    "all": "All",
    "split": "Split",
    "depthwise": "Depthwise",
    "pointwise": "Pointwise",
    "standard": "Standard: the convolution that all of it replaces",
}

_FIELDS: Final = (
    pair_field("input_size", 1, limits.INPUT_SIDE, "Input size i", "Rows and columns of the input.", short="i"),
    Field(
        "layers",
        "layers",
        read_layers,
        spell_layers,
        "Layers",
        "How many equal layers, or a stack of others.",
        1,
        limits.STACK,
        group="view",
    ),
    Field("unit", "unit", read_unit, spell_unit, "Unit", "The unit whose receptive field is drawn.", group="view"),
    pair_field("kernel_size", 1, limits.KERNEL_SIDE, "Kernel size k", "Rows and columns of the kernel.", short="k"),
    pair_field(
        "stride", 1, limits.STRIDE, "Stride s", "How far the window moves from one step to the next.", short="s"
    ),
    padding_field("Rows and columns added on each side of the input.", _PADDING_RULES),
    pair_field(
        "dilation", 1, limits.DILATION, "Dilation d", "Distance between neighboring taps; 1 leaves no holes.", short="d"
    ),
    switch_field("causal", "Causal", "Zeros before the input only: an output never reads what comes after it.", "size"),
    choice_field(
        "padding_mode",
        "Padding holds",
        "Zeros, or copies of input cells: mirrored (reflect, or symmetric: the border cell, too), nearest"
        " (replicate), from beyond (circular).",
        {mode: mode for mode in PADDING_MODES},
    ),
    pair_field(
        "output_padding",
        0,
        limits.OUTPUT_PADDING,
        "Output padding a",
        "Rows and columns computed in addition, below and on the right. Smaller than the stride or the dilation.",
        short="a",
    ),
    choice_field(
        "view",
        "View",
        "One step per output cell (gather) or per input cell (stamp).",
        {"gather": "Gather: per output cell", "scatter": "Stamp: per input cell", "both": "Both: side by side"},
        "",
        "view",
    ),
    choice_field("mode", "Mode", "What a window keeps.", {"max": "Max", "average": "Average"}, "", "view"),
    choice_field(
        "gradient",
        "Gradient",
        "Which gradients are drawn.",
        {
            "all": "All: of the input, of the weight and of the bias",
            "dx": "dX: of the input",
            "dw": "dW: of the weight, and db of the bias",
        },
        "",
        "view",
    ),
    switch_field(
        "ceil_mode",
        "Round up (ceil_mode)",
        "A last window may reach beyond the padding. It must still start inside the input or before it.",
    ),
    switch_field(
        "count_include_pad",
        "Count padding (count_include_pad)",
        "Whether the zeros of the padding count in the divisor.",
    ),
    integer_field(
        "in_channels",
        1,
        limits.CHANNELS,
        "In channels",
        "Planes of the input; every kernel has a slice for each.",
        short="in",
    ),
    integer_field(
        "channel_multiplier",
        1,
        limits.CHANNEL_MULTIPLIER,
        "Kernels each",
        "Kernels per input channel (channel multiplier).",
        short="m",
    ),
    integer_field(
        "out_channels",
        1,
        limits.CHANNELS,
        "Out channels",
        "Kernels, each of which makes one plane of the output.",
        short="out",
    ),
    integer_field(
        "groups",
        1,
        limits.CHANNELS,
        "Groups",
        "Independent convolutions that share out the channels; as many as input channels is depthwise.",
        short="g",
    ),
    choice_field("act", "Stage", "Which stage of the computation is drawn.", _STAGES, "", "view"),
    switch_field(
        "flip",
        "Flip kernel (true convolution)",
        "Mathematics turns the kernel by 180 degrees; deep learning does not and still says convolution.",
    ),
    table_field("input", limits.INPUT_SIDE, "Input", "The numbers of the input.", INPUT_LABELS),
    table_field("weight", limits.KERNEL_SIDE, "Kernel", "The numbers of the kernel.", KERNEL_LABELS),
    table_field(
        "upstream",
        limits.OUTPUT_SIDE,
        "Upstream gradient dY",
        "How much the loss grows with each cell of the output: a number for each.",
        UPSTREAM_LABELS,
    ),
    table_field(
        "pointwise",
        limits.CHANNELS,
        "1×1 weights",
        "The weights that mix the channels: a row per output channel.",
        {RANDOM: KERNEL_LABELS[RANDOM]},
    ),
    Field(
        "bias",
        "number",
        number_from,
        number_to_text,
        "Bias",
        "Added to every output cell.",
        -limits.NUMBER,
        limits.NUMBER,
        group="numbers",
    ),
    integer_field("seed", 0, limits.SEED, "Seed", "The same seed gives the same numbers.", group="numbers"),
    integer_field("rate", 1, limits.RATE, "Rate (Hz)", "Samples in a second, for times in ms.", group="numbers"),
    choice_field(
        "storyboard", "One frame per", "One frame per step, or one per product.", {"cell": "Step", "tap": "Product"}
    ),
)

FIELDS: Final[Mapping[str, Field]] = MappingProxyType({each.name: each for each in _FIELDS})
"""Every field by name, in the order in which links spell them."""

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"input_size": "input", "kernel_size": "kernel", "weight": "weights", "upstream": "dY", "pointwise": "1×1 weights",
     "storyboard": "a frame per", "mode": "", "view": "", "act": ""}
)  # fmt: skip
"""What parameters are called in a few words, where that is not their name."""

_VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {"scatter": "stamped", "gather": "gathered", "both": "gathered and stamped", "cell": "step", "tap": "product",
     "true": "on", "false": "off", "max": "maximum", "all": "both acts"}
)  # fmt: skip

OF_EACH_LAYER: Final = ("kernel_size", "stride", "padding", "dilation", "output_padding")
"""The parameters that each layer of a stack has for itself."""
