"""What a convolution with channels says of a step: its title, and what the output is made of, channel by channel."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from convviz.arithmetic.taps import Tap
from convviz.recipes import Recipe

from .channels_panes import Mapped
from .drawing import Words
from .number_format import caption, factor, is_sum, number, precise, term, tidy, widest_sums
from .theme import Theme
from .typography import widest


def product_terms(taps: Sequence[Tap], theme: Theme) -> tuple[Words, list[tuple[float, float]]]:
    """Of 1x1 kernels every channel is one product; with the words the pairs that add up."""
    words = [(("+ " if k else "") + term(tap.input_value, tap.weight), theme.ink) for k, tap in enumerate(taps)]
    return words, [(tap.input_value, tap.weight) for tap in taps]


def channel_terms(
    one: Mapped, taps: Sequence[Tap], rest: float, bias: float, value: float, scale: float, theme: Theme
) -> Words:
    """The sum of each channel, those of channels that are not drawn together, the bias, and what all make."""
    per_plane = len(taps) // len(one.channels)
    partial = [
        tidy(sum(tap.product for tap in taps[k * per_plane : (k + 1) * per_plane]), scale)
        for k in range(len(one.channels))
    ]
    parts = [
        (f"channel {channel}: {precise(part)}", theme.ink) for channel, part in zip(one.channels, partial, strict=True)
    ]
    if one.hidden_count:
        parts.append((_hidden_sum(one.hidden_count, precise(rest)), theme.muted))
        partial.append(rest)
    if bias:
        parts.append((f"bias: {precise(bias)}", theme.ink))
        partial.append(bias)
    last = len(parts) - 1
    words = [(text + (";" if k == last else ","), color) for k, (text, color) in enumerate(parts)]
    return [*words, (f"sum {_sign(value, [(part, 1.0) for part in partial])} {number(value)}", theme.ink)]


def added_product(one: Mapped, taps: Sequence[Tap], per_plane: int, value: float, scale: float, theme: Theme) -> Words:
    """The product that has been added last, and what it was added to."""
    tap = taps[-1]
    before = tidy(sum(each.product for each in taps[:-1]), scale)
    pairs = [(tap.input_value, tap.weight), (before, 1.0)]
    so_far = [(precise(before), theme.ink)] if len(taps) > 1 else []
    channel = one.channels[(len(taps) - 1) // per_plane]
    return [
        *so_far,
        (("+ " if so_far else "") + term(tap.input_value, tap.weight), theme.ink),
        (f"(in channel {channel})", theme.ink),
        (f"{_sign(value, pairs)} {number(value)}", theme.ink),
    ]


def _sign(value: float, pairs: Sequence[tuple[float, float]]) -> str:
    return "=" if is_sum(value, pairs) else "≈"


def hidden_term(count: int, value: str) -> str:
    """What channels add that are not drawn, as a term."""
    return f"+ {value} ({_more(count)})"


def _hidden_sum(count: int, value: str) -> str:
    return f"{_more(count)}: {value}"


def _more(count: int) -> str:
    return f"{count} more {'channel' if count == 1 else 'channels'}"


def widest_title(recipe: Recipe, maps: Sequence[Mapped], steps: int) -> tuple[str, str]:
    """Words as wide as the title of any step."""
    rows, columns = recipe.output_size
    by_tap = recipe["storyboard"] == "tap"
    values = [number(value) for value in np.unique([one.values for one in maps]).tolist()]
    sums = _widest_values(recipe, maps) if by_tap else values
    so_far = " so far" if by_tap else ""
    last = caption(steps - 1, steps, 999 if by_tap else None)
    return f"{last}:", f"output[{recipe['out_channels']}, {rows}, {columns}]{so_far} = {widest(sums)}"


def widest_terms(recipe: Recipe, maps: Sequence[Mapped]) -> list[str]:
    """Words as wide as the terms of any step: room for them is kept in every frame."""
    one = max(maps, key=lambda one: len(one.channels))
    total, bias = widest(_widest_values(recipe, maps)), recipe["bias"]
    hidden = max(each.hidden_count for each in maps)
    value = widest(map(factor, np.unique(recipe.input).tolist()))
    weight = widest(map(factor, np.unique(recipe.kernels(maps[-1].output + 1)).tolist()))
    product = f"+ {value}·{weight}"
    if recipe["kernel_size"] == (1, 1):
        terms = [product for _ in one.channels]
        terms += [hidden_term(hidden, f"({total})")] if hidden else []
        return [*terms, *([f"+ {factor(bias)} (bias)"] if bias else []), f"= {total}"]
    last = maps[-1].channels[-1]
    words = [f"channel {last}: {total};" for _ in one.channels]
    words += [f"{_hidden_sum(hidden, total)};"] if hidden else []
    words += [f"bias: {precise(bias)};"] if bias else []
    words.append(f"sum = {total}")
    on_the_way = [total, product, f"(in channel {last})", f"= {total}"] if recipe["storyboard"] == "tap" else []
    return [widest(pair) for pair in zip_longest(words, on_the_way, fillvalue="")]


def _widest_values(recipe: Recipe, maps: Sequence[Mapped]) -> list[str]:
    return widest_sums(recipe.input, recipe.kernels(maps[-1].output + 1), recipe["bias"])
