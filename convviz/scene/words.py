"""What pictures say: numbers, terms, size formulas and descriptions."""

from dataclasses import dataclass
from functools import lru_cache

from ..arithmetic import Conv2d, ConvTranspose2d

Pair = tuple[int, int]


@lru_cache(4096)
def number(value: float) -> str:
    """A number as a cell shows it: integers whole, others with three significant digits, a true minus sign.

    Examples
    --------
    >>> number(-3.0), number(0.1234), number(2.5), number(123.456)
    ('−3', '0.123', '2.5', '123.5')
    """
    if value == int(value):
        text = str(int(value))
    elif abs(value) >= 100:
        text = f"{value:.1f}"
    else:
        text = f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.0e}".replace("e-0", "e-")
    return text.replace("-", "−")


def is_rounded(value: float) -> bool:
    """Whether `number` shows less than the whole value.

    Examples
    --------
    >>> is_rounded(0.25), is_rounded(1 / 9)
    (False, True)
    """
    return float(number(value).replace("−", "-")) != value


@lru_cache(4096)
def factor(value: float) -> str:
    """A number as a factor: negative ones in parentheses."""
    text = number(value)
    return f"({text})" if value < 0 else text


@lru_cache(4096)
def term(value: float, weight: float) -> str:
    """One product, as in ``2·(−1)``."""
    return f"{factor(value)}·{factor(weight)}"


def size(pair: Pair) -> str:
    """``3 × 5`` for (3, 5)."""
    return f"{pair[0]} × {pair[1]}"


def span(first: int, last: int, noun: str) -> str:
    """``row 2`` or ``rows 0 to 2``."""
    return f"{noun} {number(first)}" if first == last else f"{noun}s {number(first)} to {number(last)}"


@dataclass(frozen=True, slots=True)
class Formula:
    """The output size along one axis: in symbols, with the numbers put in, and the result.

    ``axis`` is "height", "width", or "" where both axes have the same numbers.
    """

    axis: str
    symbols: str
    numbers: str
    result: int

    @property
    def text(self) -> str:
        """The whole equation on one line."""
        lead = f"{self.axis}: " if self.axis else ""
        return f"{lead}o = {self.symbols} = {self.numbers} = {self.result}"

    @property
    def latex(self) -> str:
        """The whole equation for a formula typesetter."""
        lead = rf"\text{{{self.axis}:}}\quad " if self.axis else ""
        return f"{lead}o = {_latex(self.symbols)} = {_latex(self.numbers)} = {self.result}"


def size_formulas(layer: Conv2d | ConvTranspose2d, input_size: Pair) -> tuple[Formula, ...]:
    """The size formula with its numbers: one for both axes where they agree, else one for each.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> print(size_formulas(conv2d(3, stride=2, padding=1), (5, 5))[0].text)
    o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(5 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3
    """
    write = _transposed if isinstance(layer, ConvTranspose2d) else _direct
    both = [write(layer, input_size, axis) for axis in (0, 1)]  # type: ignore[arg-type]
    if both[0] == both[1]:
        return (Formula("", *both[0]),)
    return tuple(Formula(name, *parts) for name, parts in zip(("height", "width"), both, strict=True))


def _direct(layer: Conv2d, input_size: Pair, axis: int) -> tuple[str, str, int]:
    before, after = layer.resolve_padding(input_size)[axis]
    k, s, d, i = layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis], input_size[axis]
    padding, padded = _padding("+", before, after)
    return (
        f"⌊(i {padding} − d(k − 1) − 1) / s⌋ + 1",
        f"⌊({i} {padded} − {d}·({k} − 1) − 1) / {s}⌋ + 1",
        layer.output_size(input_size)[axis],
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
        ("−", "-"), ("·", r" \cdot "),
    ):  # fmt: skip
        text = text.replace(plain, command)
    return text
