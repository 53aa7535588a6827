"""A sum of products, as views of many planes say and draw it."""

from collections.abc import Sequence
from typing import NamedTuple

from convviz.arithmetic.taps import Tap

from .drawing import Words
from .figure import Tapped
from .number_format import is_sum, number, term
from .theme import Theme


class Addend(NamedTuple):
    """What is added to the products: a bias, or a sum that is not drawn."""

    text: str
    value: float
    color: str


def tapped_cells(taps: Sequence[Tap], now: int | None) -> list[Tapped]:
    """The cells under taps, each with its weight; ``now`` is the tap that a frame has come to."""
    return [
        Tapped(*tap.position, tap.input_value, not tap.is_padding, f"×{number(tap.weight)}", is_now=now == k)
        for k, tap in enumerate(taps)
    ]


def sum_words(taps: Sequence[Tap], value: float, theme: Theme, more: Sequence[Addend] = ()) -> Words:
    """A word for each product, for what else is added, and for the result with the sign that is true of them."""
    words = [
        (f"{'+ ' if k else ''}{term(tap.input_value, tap.weight)}", theme.muted if tap.is_padding else theme.ink)
        for k, tap in enumerate(taps)
    ]
    parts = [(tap.input_value, tap.weight) for tap in taps] + [(each.value, 1.0) for each in more]
    words += [(each.text, each.color) for each in more]
    return [*words, (f"{'=' if is_sum(value, parts) else '≈'} {number(value)}", theme.ink)]
