"""A caller's value as the sentence of an error quotes it."""

import reprlib
from math import log10
from typing import Final

import numpy as np

LONGEST: Final = 42
"""Characters of a text that is quoted, its quotation marks included."""


def shown(value: object) -> str:
    """Return a value in a few words on one line, NumPy's numbers as plain ones.

    >>> print(shown((np.int64(3), 2.5)), shown(np.zeros((2, 4, 5))), shown([10**5000, 1]))
    (3, 2.5) an array of shape (2, 4, 5) [an integer of about 5000 digits, 1]
    """
    return _QUOTE.repr(value)


class _Quote(reprlib.Repr):
    """Quotes by type: reprlib finds the method for a type by its name."""

    def repr_str(self, x: str, level: int) -> str:
        """Keep the beginning of a long text, without blanks around it."""
        text = repr(x.strip()[: LONGEST + 1])
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}…{text[0]}"

    def repr_int(self, x: int, level: int) -> str:
        """Round a very long integer, as Python refuses to print more than some thousand digits."""
        if x.bit_length() < 1000:
            return super().repr_int(x, level)
        return f"an integer of about {x.bit_length() * log10(2):.0f} digits"

    def repr_instance(self, x: object, level: int) -> str:
        """Quote any other type: short texts of one line as they are, otherwise the type alone."""
        if isinstance(x, np.ndarray):
            return self.repr1(x.tolist(), level) if x.ndim < 3 and x.size < 10 else f"an array of shape {x.shape}"
        if isinstance(x, np.generic):
            plain = x.item()
            return str(x) if isinstance(plain, np.generic) else self.repr1(plain, level)
        try:
            text = repr(x)
        except Exception:  # a value that cannot be printed must not hide the rule
            text = ""
        is_plain = text and len(text) <= 60 and text.isprintable() and " at 0x" not in text
        return text if is_plain else f"a value of type {type(x).__name__}"


_QUOTE = _Quote()
