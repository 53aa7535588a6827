"""The typeface of all pictures, convviz Sans: Source Sans with the characters that pictures need, in two weights.

`tests/make_fonts.py` writes the files; OFL.txt has their license.
"""

from pathlib import Path
from typing import Final, Literal

FAMILY: Final = "convviz Sans"

Suffix = Literal["ttf", "woff2"]
"""A program reads the one, a browser the other, which is compressed."""


def font_path(bold: bool, suffix: Suffix = "ttf") -> Path:
    """Return the path of a font file.

    Examples
    --------
    >>> font_path(bold=True).name
    'convviz-sans-bold.ttf'
    """
    return Path(__file__).parent / f"convviz-sans-{'bold' if bold else 'regular'}.{suffix}"
