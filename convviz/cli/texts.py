"""Texts from files that strangers made, as a terminal may have them."""


def plain(text: str, most: int = 1000) -> str:
    r"""One line, of so many characters at most, without anything that steers a terminal.

    >>> print(plain("conv\x1b[31m\n1"), plain("a" * 9, most=5))
    conv\x1b[31m\n1 aaaa…
    """
    shortened = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in shortened)
