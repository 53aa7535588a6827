"""Refusals on a page, and foreign text as it is."""

import re
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.errors import SpecError

# Refusals -------------------------------------------------------------------------------------------------------------


def as_sentence(refusal: SpecError | str) -> str:
    """Return a refusal as a sentence: it begins with a capital letter, while links spell parameters in lower case.

    Examples
    --------
    >>> as_sentence("in_channels must be at least 1; got 0.")
    'In channels must be at least 1; got 0.'
    >>> as_sentence("conv2d must have a kernel."), as_sentence("1 must be it.")
    ('conv2d must have a kernel.', '1 must be it.')
    """
    text = str(refusal)
    first, space, rest = text.partition(" ")
    # A first word with other characters is a name in code: with a capital letter it would be another name.
    if not re.fullmatch("[A-Za-z_]+:?", first):
        return text
    first = first.replace("_", " ")
    return f"{first[:1].upper()}{first[1:]}{space}{rest}"


def refuse(refusal: SpecError | str, more: str = "", place: DeltaGenerator | None = None) -> None:
    """Show a refusal here or in ``place``, and ``more``: what the page shows instead.

    A refusal repeats what somebody typed or what a link or a file contains, so all of it is shown as plain text.
    """
    error = st.error if place is None else place.error
    error(as_text(f"{as_sentence(refusal)} {more}"))


# Foreign text -------------------------------------------------------------------------------------------------------

_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MARKUP: Final = re.compile(
    r"[\\`$~\[\]]"
    r"|\*(?!(?<= \*) )"  # not the sign of multiplication between blanks
    r"|_(?!(?<=[^\W_]_)[^\W_])"  # not within a name in code
    r"|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])"
    r"|^(?:[#+-](?=[\s#+-]|$)|>|:(?=:))"
)
_LATE: Final = re.compile(
    r":(?=[A-Za-z]|[\w+-]+:|//)"  # colors, icons and emoji; addresses
    r"|www(?=\.)|(?<=[-.\w+])@(?=[-\w]+\.)"
    r"|(?<!\S)[<>~-](?=(?:->|[>=-])(?!\S))"  # arrows, dashes and signs of comparison
    r"|^\d+(?=[.)])",
    re.IGNORECASE,
)
"""What Streamlit still finds after it has removed the backslashes: only a character in between prevents that."""


def as_text(text: str) -> str:
    r"""Return the Markdown that shows a text as it is: without links, images, formulas, colors, icons or emphasis.

    Ordinary words, names in code and sums stay unchanged, so that messages can be compared. Where a backslash is not
    enough, a word joiner (U+2060) separates the characters; it has no width.

    Examples
    --------
    >>> print(as_text("![x](//host/x.png) and $x^2$"))
    !\[x\](//host/x.png) and \$x^2\$
    >>> as_text("in_channels must be 2 * 3; got '1,2'."), as_text("www.example.org")
    ("in_channels must be 2 * 3; got '1,2'.", 'www\u2060.example.org')
    """
    line = _LATE.sub("\\g<0>\u2060", _BREAKS.sub(" ", text).strip())
    return _MARKUP.sub(r"\\\g<0>", line)


def as_code(text: str) -> str:
    """Return the Markdown that shows a text as code, such as the name of a node; backticks become apostrophes.

    Examples
    --------
    >>> as_code("conv1"), as_code("a`b\\n\\nc")
    ('`conv1`', "`a'b c`")
    """
    # Streamlit shows icons even in code.
    line = _BREAKS.sub(" ", text).replace("`", "'").replace(":material/", ":\u2060material/")
    return f"`{line}`"
