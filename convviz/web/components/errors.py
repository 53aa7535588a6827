"""How pages say what cannot be: the sentence of a refusal, and where it stands."""

import re
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.errors import SpecError


def as_sentence(told: SpecError | str) -> str:
    """A refusal as a page says it: links and notebooks spell parameters small, a sentence begins with a capital letter.

    Examples
    --------
    >>> as_sentence("in_channels must be at least 1; got 0.")
    'In channels must be at least 1; got 0.'
    >>> as_sentence("conv2d must have a kernel."), as_sentence("1 must be it.")
    ('conv2d must have a kernel.', '1 must be it.')
    """
    text = str(told)
    first, space, rest = text.partition(" ")
    # What has more than letters in it is a name in code: another spelling would be another name.
    if not re.fullmatch("[A-Za-z_]+:?", first):
        return text
    first = first.replace("_", " ")
    return f"{first[:1].upper()}{first[1:]}{space}{rest}"


def refuse(told: SpecError | str, more: str = "", place: DeltaGenerator | None = None) -> None:
    """Say here, or in ``place``, why something cannot be, and ``more``: what the page shows instead.

    A refusal repeats what a link, a file or a hand brought, so that all of it is shown as text.
    """
    error = st.error if place is None else place.error
    error(as_text(f"{as_sentence(told)} {more}"))


def place_of_refusals() -> DeltaGenerator:
    """Where a page says what cannot be shown: here, and at the lower edge of the window while this place is below it.

    So it is seen wherever the hand is, and neither the picture above nor the control under the hand moves for it.
    """
    return st.container(key="refusals")


# Foreign text ---------------------------------------------------------------------------------------------------------

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
"""What Streamlit looks for after it has read the backslashes: only a character in between keeps it from that."""


def as_text(text: str) -> str:
    r"""Return the Markdown that shows a text as it is: no link, image, formula, color, icon or emphasis comes of it.

    Ordinary words, names in code and sums stay unchanged, so that messages can be compared. Where a backslash is not
    enough, a word joiner (U+2060) parts the characters; it takes no room.

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
    # Streamlit takes icons for icons even in code.
    line = _BREAKS.sub(" ", text).replace("`", "'").replace(":material/", ":\u2060material/")
    return f"`{line}`"
