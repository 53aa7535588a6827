"""What the page about gridding can be asked: its parameters, how a link spells them, and their limits."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from convviz import limits
from convviz.arithmetic import Conv2d, conv2d
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.recipes.parameters import read_choice, read_integer

LAYERS: Final = 8
RATE: Final = 127
EXTENT: Final = 128
"""Layers of a stack, their largest rate, and rows of the map: a larger one is refused before any work starts."""

SAMPLES: Final = 200
"""Draws of random kernels; the largest map takes a second for them."""

Rates = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A stack, and what is asked about it.

    Attributes
    ----------
    rates, kernel_size : Of the layers, the first one first; all have kernels of one size.
    kernels, samples, seed : "uniform" or "random" kernels for the effective receptive field, and the draws of these.
    receptive_field, layers : What rates are suggested for; None as the stack has it.
    """

    rates: Rates = (2, 2, 2)
    kernel_size: int = 3
    kernels: str = "uniform"
    samples: int = 100
    seed: int = 0
    receptive_field: int | None = None
    layers: int | None = None

    @property
    def extent(self) -> int:
        """Rows of the receptive field.

        >>> Asked(rates=(1, 2, 4)).extent
        15
        """
        return 1 + (self.kernel_size - 1) * sum(self.rates)

    @property
    def stack(self) -> tuple[Conv2d, ...]:
        """The layers."""
        return tuple(conv2d(self.kernel_size, dilation=rate) for rate in self.rates)

    def checked(self) -> "Asked":
        """The same, if the map has room for it."""
        if self.extent > EXTENT:
            raise SpecError(
                f"rates must give a receptive field of at most {EXTENT} cells, for which the map has room; got "
                f"1 + (k - 1) * (sum of rates) = 1 + {self.kernel_size - 1} * {sum(self.rates)} = {self.extent}."
            )
        return self

    def to_texts(self) -> dict[str, str]:
        """What differs from the defaults, as links spell it.

        >>> Asked(rates=(1, 2, 5), seed=3).to_texts()
        {'rates': '1,2,5', 'seed': '3'}
        """
        values, defaults = asdict(self), asdict(Asked())
        return {name: FIELDS[name].spell(value) for name, value in values.items() if value != defaults[name]}


def read_rates(name: str, value: object) -> Rates:
    """Dilation rates with commas between them; blanks and semicolons do, too.

    >>> read_rates("rates", "1, 2,5"), read_rates("rates", "1 2;5")
    ((1, 2, 5), (1, 2, 5))
    """
    parts = re.split(r"\s*[,;]\s*|\s+", value.strip()) if isinstance(value, str) else []
    try:
        rates = tuple(read_integer(name, part, 1, RATE) for part in parts)
    except SpecError:
        rates = ()
    if not 1 <= len(rates) <= LAYERS:
        raise SpecError(
            f"{name} must be 1 to {LAYERS} whole numbers from 1 to {RATE} with commas between them, such as 1,2,4; "
            f"got {shown(value)}."
        )
    return rates


def spell_rates(rates: Any) -> str:
    """``1,2,5`` for (1, 2, 5)."""
    return ",".join(map(str, rates))


@dataclass(frozen=True, slots=True)
class Parameter:
    """What reads a parameter from a link, and what spells it."""

    read: Callable[[str, str], Any]
    spell: Callable[[Any], str] = str


def _number(low: int, high: int) -> Parameter:
    return Parameter(partial(read_integer, low=low, high=high))


FIELDS: Final[Mapping[str, Parameter]] = MappingProxyType({
    "rates": Parameter(read_rates, spell_rates),
    "kernel_size": _number(2, limits.KERNEL_SIDE),
    "kernels": Parameter(partial(read_choice, choices=("uniform", "random"))),
    "samples": _number(1, SAMPLES),
    "seed": _number(0, limits.SEED),
    "receptive_field": _number(1, EXTENT),
    "layers": _number(1, LAYERS),
})  # fmt: skip
assert set(FIELDS) == {field.name for field in fields(Asked)}


def read_link(texts: Mapping[str, str]) -> tuple[Asked, str]:
    """What a link asks for, and the sentence about the first thing in it that cannot be; the rest of it counts.

    >>> read_link({"rates": "1,2,5", "kernel_size": "9"})[1]
    "kernel_size must be a whole number from 2 to 7; got '9'."
    """
    values: dict[str, Any] = {}
    refusal = ""
    for name, text in texts.items():
        try:
            if name not in FIELDS:
                raise SpecError(f"This page has no parameter {shown(name)}; it has {', '.join(FIELDS)}.")
            values[name] = FIELDS[name].read(name, text)
        except SpecError as error:
            refusal = refusal or str(error)
    try:
        return Asked(**values).checked(), refusal
    except SpecError as error:
        values.pop("rates", None)  # those by default have room with every kernel
        return Asked(**values), refusal or str(error)
