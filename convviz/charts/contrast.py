"""Texts that can be read on whatever colour their cell has, as WCAG 2.2 measures it."""

from collections.abc import Sequence

from matplotlib.colors import to_rgb

Color = str | Sequence[float]
"""A name or ``#rrggbb``, or red, green and blue from 0 to 1."""


def ink_on(color: Color) -> str:
    """Black or white, whichever is farther: with these two the contrast is never below 4.5 to 1.

    >>> ink_on("#ffffff"), ink_on((0.1, 0.1, 0.3))
    ('#000000', '#ffffff')
    """
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, color))


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two colours, in either order.

    >>> contrast("black", "white")
    21.0
    """
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """Relative luminance, from 0 for black to 1 for white."""
    parts = to_rgb(color if isinstance(color, str) else (color[0], color[1], color[2]))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
