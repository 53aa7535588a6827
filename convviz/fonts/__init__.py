"""The typeface of all pictures, convviz Sans: Source Sans with the characters that pictures need, in two weights.

`tests/make_fonts.py` writes the files; OFL.txt has their license.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
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


@cache
def fonts_version() -> str:
    """Return a digest of the files for browsers, for addresses that they may keep for good."""
    return sha256(b"".join(font_path(bold, "woff2").read_bytes() for bold in (False, True))).hexdigest()[:12]


@cache
def linked_fonts(base: str) -> str:
    """Return the rules of a style sheet that load the fonts from the site whose root has the path ``base``.

    Until they are there, letters have another font.
    """
    folder = f"{base}/fonts/{fonts_version()}"
    return "".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-display: swap;'
        f' src: url("{folder}/{font_path(weight == "bold", "woff2").name}") format("woff2"); }}\n'
        for weight in ("normal", "bold")
    )


@cache
def embedded_font(bold: bool) -> str:
    """Return the rule of a style sheet that holds a font itself, for files that may not load any."""
    weight, data = "bold" if bold else "normal", b64encode(font_path(bold, "woff2").read_bytes()).decode()
    return f'@font-face {{font-family: "{FAMILY}"; font-weight: {weight}; src: url(data:font/woff2;base64,{data})}}'
