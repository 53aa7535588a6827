"""How an error message repeats what it refuses: recognisably, and never pages of it."""

import reprlib
from typing import Final

import numpy as np

_LONGEST: Final = 42


def shown(value: object) -> str:
    """A value as it stands in a sentence.

    Examples
    --------
    >>> shown(" 3y5 "), shown(np.float64(2.5)), shown("9" * 100)
    ("'3y5'", '2.5', "'999999999999999999999999999999999999999…'")
    """
    if isinstance(value, str):
        text = repr(value.strip()[: _LONGEST + 1])
    elif isinstance(value, int) and abs(value) >= 10**_LONGEST:
        text = f"a number of about {int(value.bit_length() * 0.30103) + 1:,} digits"  # Python refuses to spell it out
    else:
        try:
            text = reprlib.repr(value.tolist() if isinstance(value, np.generic | np.ndarray) else value)
        except Exception:  # a stranger's object may do anything when asked for its repr
            text = f"something of type {type(value).__name__}"
    if len(text) <= _LONGEST:
        return text
    close = text[0] if isinstance(value, str) else ""  # of the quotation, which goes on to the end
    return f"{text[: _LONGEST - 1 - len(close)]}…{close}"
