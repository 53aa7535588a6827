"""Write the fonts of all pictures, ``convviz/fonts``, from the font that comes with Streamlit.

It needs fontTools, which matplotlib brings, and brotli: ``pip install brotli``, then ``python -m tests.make_fonts``.

Streamlit sets its pages in Source Sans by Adobe. Pictures need few of its characters, in two weights, and some that it
lacks. A changed version must not be called Source (SIL Open Font License 1.1): this one is called convviz Sans.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import streamlit
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables.ttProgram import Program
from fontTools.varLib import instancer

from convviz.fonts import FAMILY, font_path
from convviz.scene.typography import CHARACTERS

Points = list[tuple[float, float]]

WEIGHTS = {False: 400, True: 600}
"""The half bold is bold enough, and its figures are easier to read in small cells than those of the bold."""

STAR = 1.4
"""The sign of convolution is the asterisk, this much larger."""

SPACE = 230
"""A little more than in Source Sans, so that it is not lost where letters have whole pixels."""

MATH_AXIS = 330
"""Where the bar of a minus is, in units of 1/1000 of the font size."""

DATE = 3_850_000_000
"""In seconds since 1904: the files are the same whenever they are written."""


def main() -> None:
    """Write each weight as it is, and compressed for browsers."""
    for is_bold, weight in WEIGHTS.items():
        font = made(weight, is_bold)
        for suffix in ("ttf", "woff2"):
            font.flavor = "woff2" if suffix == "woff2" else None
            path = font_path(is_bold, suffix)
            font.save(path)
            print(f"{path.name}: {path.stat().st_size} bytes")


def made(weight: int, is_bold: bool) -> TTFont:
    """Return one weight with the characters of pictures, and nothing else."""
    (source,) = (Path(streamlit.__file__).parent / "static/static/media").glob("SourceSansVF-Upright*.woff2")
    font = instancer.instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight})
    for character, bracket, is_upper in (("⌊", "[", True), ("⌋", "]", True), ("⌈", "[", False), ("⌉", "]", False)):
        add(font, character, bracket, lambda points, is_upper=is_upper: without_bar(points, is_upper))
    width, _ = font["hmtx"][font.getBestCmap()[ord("×")]]
    add(font, "∗", "*", lambda points: star(points, width / 2), width)
    font["hmtx"]["space"] = SPACE, 0
    options = Options(layout_features=[], name_IDs=[], notdef_outline=True)
    options.drop_tables += ["STAT", "BASE", "GDEF", "GPOS", "GSUB"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, CHARACTERS)))
    subsetter.subset(font)
    name(font, weight, is_bold)
    leave_unhinted(font)
    return font


def add(font: TTFont, character: str, like: str, change: Callable[[Points], Points], width: int | None = None) -> None:
    """Add a character, drawn as another one with its points changed, and as wide unless ``width`` is given."""
    base, glyph = font.getBestCmap()[ord(like)], f"uni{ord(character):04X}"
    outline, glyphs = deepcopy(font["glyf"][base]), font["glyf"]
    for k, point in enumerate(change([*outline.coordinates])):
        outline.coordinates[k] = point
    glyphs[glyph] = outline
    font.setGlyphOrder(glyphs.glyphOrder)
    outline.recalcBounds(glyphs)
    font["hmtx"][glyph] = (width or font["hmtx"][base][0], outline.xMin)
    for table in font["cmap"].tables:
        table.cmap[ord(character)] = glyph


def without_bar(points: Points, is_upper: bool) -> Points:
    """Return the points of a square bracket, the ends of its upper or lower bar moved back to the stem."""
    sides = sorted({x for x, _ in points})
    middle = (min(y for _, y in points) + max(y for _, y in points)) / 2
    return [(sides[1] if (y > middle) == is_upper and x != stem_side(points, sides) else x, y) for x, y in points]


def stem_side(points: Points, sides: list[float]) -> float:
    """Return the outer side of a bracket's stem, on which it has two corners; the ends of its bars have four."""
    return next(x for x in sides if sum(x == other for other, _ in points) == 2 and x != sides[1])


def star(points: Points, middle: float) -> Points:
    """Return the points of an asterisk, larger and centered on the axis of mathematical signs."""
    xs, ys = zip(*points, strict=True)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return [(middle + STAR * (left - x), MATH_AXIS + STAR * (top - y)) for left, top in points]


def name(font: TTFont, weight: int, is_bold: bool) -> None:
    """Give the font its name, its copyright and its license."""
    names, style = newTable("name"), "Bold" if is_bold else "Regular"
    names.names = []
    for number, text in {
        0: "Copyright 2010-2023 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'. "
        "Changed by the contributors of convviz.",
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}, from Source Sans 3.052",
        4: f"{FAMILY} {style}",
        5: "Version 1.000",
        6: f"{FAMILY.replace(' ', '')}-{style}",
        13: "This font software is licensed under the SIL Open Font License, version 1.1.",
        14: "https://openfontlicense.org",
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    font["name"] = names
    font["OS/2"].usWeightClass = 700 if is_bold else 400
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~0b1100001 | (1 << 5 if is_bold else 1 << 6)
    font["head"].macStyle = int(is_bold)
    font["head"].created = font["head"].modified = DATE


def leave_unhinted(font: TTFont) -> None:
    """Keep FreeType from moving stems: it does so where a font has no program, or only the usual seven bytes."""
    program = Program()
    program.fromAssembly(["PUSHW[ ]", "511", "SCANCTRL[ ]", "PUSHB[ ]", "4", "SCANTYPE[ ]", "PUSHB[ ]", "0", "POP[ ]"])
    font["prep"] = newTable("prep")
    font["prep"].program = program
    font["maxp"].maxStackElements = max(font["maxp"].maxStackElements, 1)


if __name__ == "__main__":
    main()
