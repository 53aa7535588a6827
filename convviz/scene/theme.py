"""Colors by what they mean, in a light and a dark version.

Every meaning also has a shape of its own (a dashed edge, a diagonal, a corner mark), so no reader depends on the
color. Texts keep the contrast of 4.5 to 1 that WCAG 2.2 asks for (success criterion 1.4.3); a test holds every pair
to it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from math import ceil
from types import MappingProxyType
from typing import Final

from convviz.errors import SpecError


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """The colors of a scene as ``#rrggbb``; there is one value for each theme, so that looking it up is quick.

    Attributes
    ----------
    page, ink, muted : background, text and secondary text.
    edge : the lines of a grid.
    input, kernel, output : cells of the three panels; ``empty`` is an output cell not yet written.
    padding, inserted, cropped, extra : padding, zeros put between cells, cells cut away by a transposed padding, and
        cells that output_padding adds.
    window, window_pale, window_edge, window_ink : the taps of the step on cells of the input and on others, their edge,
        and the weight written in each.
    current : the cell that the step writes.
    heat0 to heat4 : counts, from few to many.
    value0 to value8 : numbers, from the most negative to the most positive, zero as empty as the page.
    """

    name: str
    page: str
    ink: str
    muted: str
    edge: str
    input: str
    kernel: str
    output: str
    empty: str
    padding: str
    inserted: str
    cropped: str
    extra: str
    window: str
    window_pale: str
    window_edge: str
    window_ink: str
    current: str
    heat0: str
    heat1: str
    heat2: str
    heat3: str
    heat4: str
    value0: str
    value1: str
    value2: str
    value3: str
    value4: str
    value5: str
    value6: str
    value7: str
    value8: str


LIGHT: Final = Theme(
    name="light", page="#ffffff", ink="#1b2130", muted="#5a6372", edge="#8b95a3", input="#d9e8fb", kernel="#fdf1d7",
    output="#d5efe3", empty="#ffffff", padding="#eef0f3", inserted="#fbfcfd", cropped="#f4e4ea", extra="#e9e1f7",
    window="#ffdf8a", window_pale="#fff3d3", window_edge="#a63a00", window_ink="#8a2f00", current="#ffc06b",
    heat0="#f4f0fa", heat1="#e5dcf5", heat2="#d3c3ee", heat3="#bfa8e5", heat4="#aa8ddb",
    value0="#7db3ec", value1="#9fc6f1", value2="#c3dcf7", value3="#deecfb", value4="#ffffff", value5="#fdebd6",
    value6="#fbdab6", value7="#f6be82", value8="#f1a456",
)  # fmt: skip
DARK: Final = Theme(
    name="dark", page="#0e131f", ink="#f4f6fa", muted="#adb8c8", edge="#7485a0", input="#0d4cac", kernel="#8f6108",
    output="#0b765e", empty="#0e131f", padding="#1f2634", inserted="#151b28", cropped="#521a3a", extra="#3d2c75",
    window="#9b3a08", window_pale="#43200c", window_edge="#ffc569", window_ink="#fff0d4", current="#c60f56",
    heat0="#1d1736", heat1="#30235f", heat2="#45308c", heat3="#5a3db6", heat4="#6f4ad8",
    value0="#2a66b3", value1="#245492", value2="#1d406e", value3="#16294a", value4="#0e131f", value5="#33230f",
    value6="#573813", value7="#7d4b13", value8="#985711",
)  # fmt: skip

TRANSPARENT: Final = replace(LIGHT, name="transparent")
PRINT: Final = Theme(
    name="print", page="#ffffff", ink="#000000", muted="#404040", edge="#7a7a7a", input="#f0f0f0", kernel="#e2e2e2",
    output="#d2d2d2", empty="#ffffff", padding="#f8f8f8", inserted="#fcfcfc", cropped="#ececec", extra="#dadada",
    window="#bababa", window_pale="#e8e8e8", window_edge="#000000", window_ink="#101010", current="#9c9c9c",
    heat0="#f4f4f4", heat1="#dedede", heat2="#c8c8c8", heat3="#b2b2b2", heat4="#9c9c9c",
    value0="#cacaca", value1="#d8d8d8", value2="#e6e6e6", value3="#f4f4f4", value4="#ffffff", value5="#ededed",
    value6="#d1d1d1", value7="#b4b4b4", value8="#989898",
)  # fmt: skip
"""For paper: each meaning has a gray of its own, so that a copy in black and white tells them apart."""

ROLES: Final = Theme(**{field.name: field.name for field in fields(Theme)} | {"name": "roles"})
"""The theme whose colors are the names of the roles, for a renderer that knows the themes by itself."""

_HEATS: Final = 5


def heat(theme: Theme, count: int, most: int) -> str:
    """Return the color of a count, compared with the largest one.

    Examples
    --------
    >>> heat(LIGHT, 1, 4) == LIGHT.heat1, heat(LIGHT, 4, 4) == LIGHT.heat4
    (True, True)
    """
    color: str = getattr(theme, f"heat{min(_HEATS - 1, count * (_HEATS - 1) // max(most, 1))}")
    return color


_VALUES: Final = 4
"""Steps from zero to the largest number, and as many to the smallest."""


def step_of(value: float, most: float) -> int:
    """Return the step of a number on the scale from -4 to 4, whose ends are ``most`` away from zero.

    Examples
    --------
    >>> [step_of(value, 38) for value in (-38, -1, 0, 1, 19, 20, 99)]
    [-4, -1, 0, 1, 2, 3, 4]
    """
    steps = min(_VALUES, ceil(_VALUES * abs(value) / most)) if most else 0
    return -steps if value < 0 else steps


def value_color(theme: Theme, step: int) -> str:
    """Return the color of a step.

    Examples
    --------
    >>> value_color(LIGHT, 0) == LIGHT.page, value_color(LIGHT, -4) == LIGHT.value0
    (True, True)
    """
    color: str = getattr(theme, f"value{_VALUES + step}")
    return color


THEMES: Final = MappingProxyType({theme.name: theme for theme in (LIGHT, DARK)})
"""Those of screens."""

FILE_THEMES: Final = MappingProxyType({**THEMES, TRANSPARENT.name: TRANSPARENT, PRINT.name: PRINT})
"""Those of files."""

COLORS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {name: {role: color for role, color in asdict(theme).items() if role != "name"} for name, theme in THEMES.items()}
)
"""The color of every role, for each theme by name."""


def theme_named(name: str) -> Theme:
    """Return the theme called ``name``.

    Raises
    ------
    SpecError
        No theme has that name.
    """
    if name == ROLES.name:
        return ROLES
    if name not in FILE_THEMES:
        raise SpecError(f"theme must be one of {', '.join(FILE_THEMES)}; got {name!r}.")
    return FILE_THEMES[name]


def background_of(theme: Theme) -> str:
    """Return the color behind a scene, as `Scene` has it.

    Examples
    --------
    >>> background_of(LIGHT), background_of(TRANSPARENT)
    ('#ffffff', '#ffffff00')
    """
    return f"{theme.page}00" if theme is TRANSPARENT else theme.page
