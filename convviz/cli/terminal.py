"""What all commands print."""


def plain(text: str, most: int = 1000) -> str:
    r"""Return a text as one line for a terminal, cut to `most` characters, with control characters escaped.

    Texts of a file may hold characters that steer a terminal.

    >>> print(plain("conv\x1b[31m\n1"), plain("a" * 9, most=5))
    conv\x1b[31m\n1 aaaa…
    """
    shortened = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in shortened)
