"""What the page about gridding can be asked: its parameters, how a link spells them, and their limits."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from convviz import limits
from convviz.arithmetic import Conv2d, conv2d
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.recipes.parameters import read_integer
from convviz.web.state.page_state import PageState
from convviz.web.state.params import Param, choice, declare, texts_of, values_of, whole_number

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
        return texts_of(PARAMS, asdict(self))


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


PARAMS: Final = declare(
    Param("rates", partial(read_rates, "rates"), Asked().rates, spell_rates),
    whole_number("kernel_size", 2, limits.KERNEL_SIDE, Asked().kernel_size),
    choice("kernels", ("uniform", "random"), Asked().kernels),
    whole_number("samples", 1, SAMPLES, Asked().samples),
    whole_number("seed", 0, limits.SEED, Asked().seed),
    whole_number("receptive_field", 1, EXTENT),
    whole_number("layers", 1, LAYERS),
)


def read_link(texts: Mapping[str, str]) -> Asked:
    """Return what the texts of a link ask for."""
    return Asked(**values_of(PARAMS, texts))


def mend(state: PageState) -> None:
    """Remove rates for which the map has no room."""
    try:
        read_link(state.texts).checked()
    except SpecError as error:
        state.refuse(error)
        del state.texts["rates"]  # the default rates have room with every kernel
