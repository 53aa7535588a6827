"""The parameters of the gridding page: a stack of dilated convolutions, and what is shown and suggested for it."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

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
"""The most layers, the largest rate, and the most rows of the map: more is refused before any work starts."""

SAMPLES: Final = 200
"""Draws of random kernels; the largest map takes a second for them."""

Rates = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the page shows.

    Attributes
    ----------
    rates, kernel_size : tuple of int, int
        The dilation rates, that of the first layer first; all layers have kernels of one size.
    kernels, samples, seed : str, int, int
        "uniform" or "random" kernels for the effective receptive field, and the draws of random ones.
    receptive_field, layers : int or None
        What rates are suggested for; None for what the stack has.
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
        """The rows of the receptive field.

        >>> Settings(rates=(1, 2, 4)).extent
        15
        """
        return 1 + (self.kernel_size - 1) * sum(self.rates)

    @property
    def stack(self) -> tuple[Conv2d, ...]:
        """The layers."""
        return tuple(conv2d(self.kernel_size, dilation=rate) for rate in self.rates)

    def checked(self) -> "Settings":
        """Return the settings if the map has room for them, else refuse them."""
        if self.extent > EXTENT:
            raise SpecError(
                f"rates must give a receptive field of at most {EXTENT} cells, for which the map has room; got "
                f"1 + (k - 1) * (sum of rates) = 1 + {self.kernel_size - 1} * {sum(self.rates)} = {self.extent}."
            )
        return self

    def to_texts(self) -> dict[str, str]:
        """Spell what differs from the defaults.

        >>> Settings(rates=(1, 2, 5), seed=3).to_texts()
        {'rates': '1,2,5', 'seed': '3'}
        """
        return texts_of(PARAMS, asdict(self))


def read_rates(name: str, value: object) -> Rates:
    """Read dilation rates with commas, semicolons or blanks between them.

    >>> read_rates("rates", "1, 2,5"), read_rates("rates", "1 2;5")
    ((1, 2, 5), (1, 2, 5))
    """
    texts = re.split(r"\s*[,;]\s*|\s+", value.strip()) if isinstance(value, str) else []
    try:
        rates = tuple(read_integer(name, text, 1, RATE) for text in texts)
    except SpecError:
        rates = ()
    if not 1 <= len(rates) <= LAYERS:
        raise SpecError(
            f"{name} must be 1 to {LAYERS} whole numbers from 1 to {RATE} with commas between them, such as 1,2,4; "
            f"got {shown(value)}."
        )
    return rates


def spell_rates(rates: Sequence[int]) -> str:
    """Spell rates as links do: ``1,2,5`` for (1, 2, 5)."""
    return ",".join(map(str, rates))


PARAMS: Final = declare(
    Param("rates", partial(read_rates, "rates"), Settings().rates, spell_rates),
    whole_number("kernel_size", 2, limits.KERNEL_SIDE, Settings().kernel_size),
    choice("kernels", ("uniform", "random"), Settings().kernels),
    whole_number("samples", 1, SAMPLES, Settings().samples),
    whole_number("seed", 0, limits.SEED, Settings().seed),
    whole_number("receptive_field", 1, EXTENT),
    whole_number("layers", 1, LAYERS),
)


def settings_of(state: PageState) -> Settings:
    """Return the settings in the state of the page."""
    return Settings(**values_of(PARAMS, state.texts))


def mend(state: PageState) -> None:
    """Remove rates for which the map has no room."""
    try:
        settings_of(state).checked()
    except SpecError as error:
        state.refuse(error)
        del state.texts["rates"]  # the default rates have room with every kernel
