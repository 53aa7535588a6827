"""What pictures say: numbers, terms, size formulas and descriptions."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache, reduce
from math import ceil, isclose, isinf
from operator import mul
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from convviz.arithmetic import AvgPool2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic.arguments import Pair
from convviz.recipes import Recipe
from convviz.recipes.variants.base import WindowLayer

from .typography import text_width

Numbers = NDArray[np.floating]

_CACHED: Final = 16_384

_EXACT: Final = Context(prec=2_000)
"""Digits enough for sums of products of the largest and the smallest floats, so that nothing is rounded."""


@lru_cache(_CACHED)
def number(value: float) -> str:
    """Spell a number as a cell shows it: up to four significant digits, integers whole unless they are too long.

    The minus sign is a true one.

    Examples
    --------
    >>> from math import inf
    >>> number(-3.0), number(1 / 9), number(13.25), number(123.456), number(-12345.6), number(-inf)
    ('−3', '0.1111', '13.25', '123.5', '−12346', '−∞')
    >>> number(12345678.0), number(-12346669999.0), number(-999999.5)
    ('12345678', '−1.235e10', '−1e6')
    """
    if isinf(value):  # padding of max pooling
        return "−∞" if value < 0 else "∞"
    is_whole = value == int(value)
    if is_whole and abs(value) < 1e8:
        return str(int(value)).replace("-", "−")
    if is_whole or abs(value) >= 1e5:
        text = f"{value:.3e}"
    elif abs(value) >= 1000:
        text = f"{value:.0f}"
    elif abs(value) >= 100:
        text = f"{value:.1f}".removesuffix(".0")
    else:
        text = f"{value:.4g}" if abs(value) >= 0.001 else f"{value:.0e}"
    return _plain(text)


@lru_cache(_CACHED)
def precise(value: float) -> str:
    """Spell a number as a line of terms shows it: whole if it is short, and else with seven significant digits.

    These are three more than those of a result, so that adding up the terms by hand gives the result.

    Examples
    --------
    >>> precise(-12345.67), precise(2**0.5), precise(1 / 9), precise(-12346669999.0)
    ('−12345.67', '1.414214', '0.1111111', '−12346669999')
    """
    if isinf(value):
        return number(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value)).replace("-", "−")
    text = f"{value:.8g}"
    return _plain(text if isclose(float(text), value, rel_tol=1e-12) and "e" not in text else f"{value:.7g}")


def _plain(text: str) -> str:
    """Return Python's spelling of a number with a true minus sign and a short power of ten."""
    if "e" in text:
        text = re.sub(r"(\.\d*?)0*e", r"\1e", text).replace(".e", "e")
        text = re.sub(r"e([+-])0*", lambda sign: "e-" if sign[1] == "-" else "e", text)
    return text.replace("-", "−")


@lru_cache(_CACHED)
def shown(value: float) -> Decimal:
    """Return exactly the number that `number` shows.

    Examples
    --------
    >>> shown(1 / 9)
    Decimal('0.1111')
    """
    return _read(number(value))


@lru_cache(_CACHED)
def _precise(value: float) -> Decimal:
    """Return exactly the number that `precise` shows."""
    return _read(precise(value))


def _read(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


@lru_cache(_CACHED)
def is_rounded(value: float) -> bool:
    """Whether `number` shows less than the whole value, the noise of floating point left aside.

    Examples
    --------
    >>> is_rounded(0.25), is_rounded(0.1 + 0.2), is_rounded(1 / 9)
    (False, False, True)
    """
    return not isinf(value) and not isclose(float(shown(value)), value, rel_tol=1e-12)


def about(value: float) -> str:
    """Return the number as a sentence says it.

    Examples
    --------
    >>> about(0.25), about(1 / 9)
    ('0.25', 'about 0.1111')
    """
    return f"{'about ' if is_rounded(value) else ''}{number(value)}"


def milliseconds(samples: int | Fraction, rate: int) -> str:
    """Return the time that samples take, of which there are ``rate`` in a second.

    Examples
    --------
    >>> milliseconds(40, 16_000), milliseconds(Fraction(9, 2), 44_100)
    ('2.5 ms', 'about 0.102 ms')
    """
    return f"{about(float(Fraction(1000 * samples) / rate))} ms"


def is_sum(total: float, values: Sequence[float], weights: Sequence[float]) -> bool:
    """Return whether the products of values and weights add up to the total, all as a line of terms shows them.

    Examples
    --------
    >>> is_sum(0.3, [0.1, 0.2], [1.0, 1.0]), is_sum(1.0, [1 / 9], [9.0])
    (True, False)
    """
    if all(map(float.is_integer, values)) and all(map(float.is_integer, weights)):
        return bool(float(shown(total)) == sum(map(mul, values, weights)))  # exact, and quicker
    products = map(_EXACT.multiply, map(_precise, values), map(_precise, weights))
    return shown(total) == reduce(_EXACT.add, products, Decimal(0))


def is_mean(mean: float, values: Sequence[float]) -> bool:
    """Return whether a mean is that of the values, all as a line of terms shows them.

    Examples
    --------
    >>> is_mean(2.5, [2, 3]), is_mean(1 / 3, [0, 0, 1])
    (True, False)
    """
    return _EXACT.multiply(shown(mean), len(values)) == reduce(_EXACT.add, map(_precise, values), Decimal(0))


def tidy(value: float, scale: float) -> float:
    """Return a sum without the noise of floating point: what is below 1e-13 of its terms is zero.

    Examples
    --------
    >>> tidy(0.1 * 3 - 0.3, scale=1), tidy(0.25, scale=1)
    (0.0, 0.25)
    """
    return 0.0 if abs(value) < 1e-13 * scale else value


_MANY: Final = 9
"""Cells on a side from which on an input is colored by its values."""

_GRAY: Final = 100, 255
"""The largest number of an image is between these, and none is below zero."""


def is_by_value(recipe: Recipe, fill: str) -> bool:
    """Return whether cells are colored by the numbers in them, as asked or, for "auto", where these are many or gray.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> [is_by_value(recipe("standard", input_size=size), "auto") for size in (8, (8, 9), 9)]
    [False, True, True]
    >>> is_by_value(recipe("standard", input=[[0, 255], [128, 7]], kernel_size=2), "auto")
    True
    """
    if fill != "auto":
        return fill == "value"
    low, high = float(recipe.input.min()), float(recipe.input.max())
    is_image = not isinstance(recipe["input"], str) and low >= 0 and _GRAY[0] <= high <= _GRAY[1]
    return is_image or max(recipe["input_size"]) >= _MANY


def scale_of(recipe: Recipe) -> float:
    """How large a sum of the recipe's products can get."""
    return float(abs(recipe.input).max() * abs(recipe.weight).sum() + abs(recipe["bias"]))


def widest_number(values: Iterable[float], spell: Callable[[float], str]) -> float:
    """Return the number whose spelling takes the most room."""
    return max(dict.fromkeys(values), key=lambda value: text_width(spell(value), 100))  # equal ones are common


def widest_sum(spell: Callable[[float], str], values: Numbers, weights: Numbers, bias: float = 0.0) -> float:
    """Return a number as wide as any sum of products of these values and weights, complete or not.

    Examples
    --------
    >>> number(widest_sum(number, np.array([-3.0, 9.0]), np.array([2.0, -5.0])))
    '−63'
    """
    largest = float(abs(values).max() * abs(weights).sum() + abs(bias))
    bounds = [-float(ceil(largest) or 1)]
    if largest >= 1e5:
        bounds.append(-9.9991e99)
    if (values % 1).any() or (weights % 1).any() or bias % 1:
        bounds += [-0.001234567, -9.999999e-308]
    return widest_number(bounds, spell)


@lru_cache(_CACHED)
def factor(value: float) -> str:
    """Spell a number as a factor: negative ones in parentheses."""
    text = precise(value)
    return f"({text})" if value < 0 else text


@lru_cache(_CACHED)
def term(value: float, weight: float) -> str:
    """One product, as in ``2·(−1)``."""
    return f"{factor(value)}·{factor(weight)}"


def size(pair: Pair) -> str:
    """``3 × 5`` for (3, 5)."""
    return f"{pair[0]} × {pair[1]}"


def known_size(numbers: Sequence[int | Fraction | None] | None) -> str:
    """Return height × width; unknown numbers are question marks.

    >>> known_size((3, Fraction(1, 2))), known_size((None, None)), known_size(None)
    ('3 × 1/2', '?', '?')
    """
    if numbers is None or all(number is None for number in numbers):
        return "?"
    return " × ".join("?" if number is None else str(number).replace("-", "−") for number in numbers)


def channel_count(count: int, drawn: int) -> str:
    """How many channels there are, and how many of them are drawn.

    Examples
    --------
    >>> channel_count(1, 1), channel_count(3, 3), channel_count(256, 3)
    ('1 channel', '3 channels', '3 of 256 channels')
    """
    of = "" if drawn == count else f"{drawn} of "
    return f"{of}{count} {'channel' if count == 1 else 'channels'}"


def article(count: int) -> str:
    """Return the number with its article, as it is spoken.

    Examples
    --------
    >>> article(7), article(8), article(11)
    ('a 7', 'an 8', 'an 11')
    """
    return f"{'an' if count in (8, 11, 18) else 'a'} {count}"


def counted(count: int, noun: str) -> str:
    """``1 product`` or ``9 products``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def which_are_drawn(count: int, drawn: int) -> str:
    """Return a remark on how many are drawn; "" where all are."""
    return "" if drawn == count else f", {drawn} of which {'is' if drawn == 1 else 'are'} drawn,"


def span(first: int, last: int, noun: str) -> str:
    """``row 2`` or ``rows 0 to 2``."""
    return f"{noun} {number(first)}" if first == last else f"{noun}s {number(first)} to {number(last)}"


@dataclass(frozen=True, slots=True)
class Formula:
    """The output size along one axis: in symbols, with the numbers put in, and the result.

    ``axis`` is "height", "width", or "" where both axes have the same numbers; ``note`` is a remark in short phrases.
    """

    axis: str
    symbols: str
    numbers: str
    result: int
    note: tuple[str, ...] = ()

    @property
    def pieces(self) -> tuple[str, ...]:
        """The equation in pieces that each may begin a line."""
        lead = f"{self.axis}: " if self.axis else ""
        return f"{lead}o = {self.symbols}", f"= {self.numbers}", f"= {self.result}", *self.note

    @property
    def text(self) -> str:
        """The whole equation on one line."""
        return " ".join(self.pieces)

    @property
    def latex(self) -> str:
        """The whole equation in two lines, for a formula typesetter; below it the phrases of a remark, line by line."""
        lead = rf"\text{{{self.axis}:}}\quad " if self.axis else ""
        note = "".join(rf"\\ & \text{{{phrase.replace('−', '-')}}} " for phrase in self.note)
        return (
            rf"\begin{{aligned}} {lead}o &= {_latex(self.symbols)} \\ &= {_latex(self.numbers)} = {self.result} {note}"
            r"\end{aligned}"
        )


def size_formulas(layer: WindowLayer, input_size: Pair) -> tuple[Formula, ...]:
    """Return the size formula with its numbers: one for both axes where they agree, else one for each.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> print(size_formulas(conv2d(3, stride=2, padding=1), (5, 5))[0].text)
    o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(5 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3
    """
    write: Any = _transposed if isinstance(layer, ConvTranspose2d) else _direct
    if isinstance(layer, MaxPool2d | AvgPool2d):
        write = _pooled
    both = [write(layer, input_size, axis) for axis in (0, 1)]
    if both[0] == both[1]:
        return (Formula("", *both[0]),)
    return tuple(Formula(name, *parts) for name, parts in zip(("height", "width"), both, strict=True))


def _direct(layer: WindowLayer, input_size: Pair, axis: int) -> tuple[str, str, int]:
    before, after = layer.resolve_padding(input_size)[axis]
    k, s, d, i = layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis], input_size[axis]
    padding, padded = _padding("+", before, after)
    return (
        f"⌊(i {padding} − d(k − 1) − 1) / s⌋ + 1",
        f"⌊({i} {padded} − {d}·({k} − 1) − 1) / {s}⌋ + 1",
        layer.output_size(input_size)[axis],
    )


_STARTS_IN_TIME: Final = ("(− 1: the last window", "must start inside the input", "or the padding before it)")


def _pooled(layer: MaxPool2d | AvgPool2d, input_size: Pair, axis: int) -> tuple[str, str, int, tuple[str, ...]]:
    before, after = layer.resolve_padding(input_size)[axis]
    k, s, d, i = layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis], input_size[axis]
    padding, padded = _padding("+", before, after)
    window, taps = "d(k − 1) − 1", f"{d}·({k} − 1) − 1"
    if isinstance(layer, AvgPool2d) and layer.dilation == (1, 1):  # which most libraries do not have
        window, taps = "k", f"{k}"
    left, right = "⌈⌉" if layer.ceil_mode else "⌊⌋"
    result = layer.output_size(input_size)[axis]
    rounded_up = -((d * (k - 1) + 1 - i - before - after) // s) + 1
    less, note = (" − 1", _STARTS_IN_TIME) if layer.ceil_mode and result < rounded_up else ("", ())
    return (
        f"{left}(i {padding} − {window}) / s{right} + 1{less}",
        f"{left}({i} {padded} − {taps}) / {s}{right} + 1{less}",
        result,
        note,
    )


def _transposed(layer: ConvTranspose2d, input_size: Pair, axis: int) -> tuple[str, str, int]:
    k, s, d, i = layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis], input_size[axis]
    padding, padded = _padding("−", *layer.padding[axis])
    return (
        f"(i − 1)s {padding} + d(k − 1) + a + 1",
        f"({i} − 1)·{s} {padded} + {d}·({k} − 1) + {layer.output_padding[axis]} + 1",
        layer.output_size(input_size)[axis],
    )


def _padding(sign: str, before: int, after: int) -> tuple[str, str]:
    if before == after:
        return f"{sign} 2p", f"{sign} 2·{before}"
    return f"{sign} p_before {sign} p_after", f"{sign} {before} {sign} {after}"


def _latex(text: str) -> str:
    for plain, command in (
        ("p_before", r"p_\text{before}"), ("p_after", r"p_\text{after}"), ("⌊", r"\lfloor "), ("⌋", r"\rfloor "),
        ("⌈", r"\lceil "), ("⌉", r"\rceil "),
        ("−", "-"), ("·", r" \cdot "),
    ):  # fmt: skip
        text = text.replace(plain, command)
    return text


def cell_words(
    row: int, column: int, table: str, channel: int | None = None, *, is_line: bool = False
) -> tuple[str, str]:
    """Return a cell as a title names it, in two phrases.

    Examples
    --------
    >>> cell_words(1, 2, "output"), cell_words(1, 2, "output", 0), cell_words(0, 2, "output", is_line=True)
    (('Row 1, column 2', 'of the output'), ('Row 1, column 2', 'of output channel 0'), ('Sample 2', 'of the output'))
    """
    place = f"Sample {column}" if is_line else f"Row {row}, column {column}"
    return place, f"of the {table}" if channel is None else f"of {table} channel {channel}"


def area_words(window: Sequence[int], *, is_line: bool = False) -> str:
    """Return the cells from a top left corner to a bottom right one.

    Examples
    --------
    >>> area_words((0, 1, 2, 3)), area_words((0, 1, 0, 3), is_line=True)
    ('rows 0 to 2, columns 1 to 3', 'samples 1 to 3')
    """
    top, left, bottom, right = window
    return span(left, right, "sample") if is_line else f"{span(top, bottom, 'row')}, {span(left, right, 'column')}"


def sentence(text: str) -> str:
    """Return a part of a sentence as one of its own.

    >>> sentence("the sum of 9 products")
    'The sum of 9 products.'
    """
    return f"{text[:1].upper()}{text[1:]}."


def caption(step: int, steps: int, product: int | None = None, noun: str = "product") -> str:
    """Return the short title of a frame, counted from 1.

    Examples
    --------
    >>> caption(0, 9), caption(2, 9, product=4)
    ('Step 1 of 9', 'Step 3 of 9, product 4')
    """
    return f"Step {step + 1} of {steps}" + ("" if product is None else f", {noun} {product}")
