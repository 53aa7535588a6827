"""The fields of random numbers, number by number: an oracle in whole numbers of Python."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WORD = 2**64


def mixed(bits: int) -> int:
    """SplitMix64 without its counter."""
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 % WORD
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % WORD
    return bits ^ bits >> 31


def scattered(seed: int, place: tuple[int, ...], low: int, high: int) -> int:
    """The number of a place outside the home."""
    bits = mixed(seed)
    for index in place:
        bits = mixed((bits + index + 1) % WORD)
    return low + bits % (high - low)


def field(seed: int, home: tuple[int, ...], shape: tuple[int, ...], low: int, high: int) -> NDArray[np.float64]:
    """The corner of a field; its home has the numbers of NumPy's older generator."""
    numbers = np.random.RandomState(seed).randint(low, high, home)
    is_home = [all(at < side for at, side in zip(place, home, strict=True)) for place in np.ndindex(shape)]
    found = [
        numbers[place] if inside else scattered(seed, place, low, high)
        for place, inside in zip(np.ndindex(shape), is_home, strict=True)
    ]
    return np.array(found, dtype=float).reshape(shape)
