"""``convviz site``: the gallery and all figures as a folder for any file host."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from convviz.animation import animate
from convviz.assets import ASSETS
from convviz.errors import SpecError
from convviz.fonts import embedded_font
from convviz.html import bundle, file
from convviz.recipes import VARIANTS, Presentation, Recipe, recipe
from convviz.recipes.catalog import CATALOG
from convviz.writing import why_not

DESCRIPTION = """\
Write the gallery and a figure for each lesson and each named example into a folder: pages that need no server but one
for files, and no network. The dials of a lesson's figure offer what is common.
"""

_SIZES: Final[Mapping[str, tuple[object, ...]]] = {
    "kernel_size": (2, 3, 4),
    "stride": (1, 2),
    "padding": (0, 1),
    "dilation": (1, 2, 3),
}
_FEW: Final[Mapping[str, tuple[object, ...]]] = {**_SIZES, "kernel_size": (2, 3), "dilation": (1, 2)}
_DIALS: Final[Mapping[str, Mapping[str, tuple[object, ...]]]] = {
    "pooling": {**_SIZES, "mode": ("max", "average")},
    "pooling-channels": {**_FEW, "mode": ("max", "average")},
    "transposed": {**_FEW, "view": ("gather", "scatter")},
    "spatial-separable": _FEW,
    "depthwise-separable": {**_FEW, "dilation": (1,)},
    "backward": _FEW,
    "checkerboard": {"kernel_size": (2, 3, 4, 5), "stride": (1, 2, 3)},
    "receptive-field": {},
}
"""What the dials of a lesson offer: `_SIZES`, unless it is here. No file is larger than 400 kB."""

_SCRIPT: Final = "figure.js"
_CARD: Final = 600
"""Pixels across a picture of the gallery."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of the site: its name, which is that of its file too, its title, what it shows, and its dials."""

    name: str
    title: str
    recipe: Recipe
    dials: Mapping[str, tuple[object, ...]]


def add(commands: Any) -> None:
    """Add the command to those of ``convviz``."""
    parser = commands.add_parser("site", help="write all figures as a folder of pages", description=DESCRIPTION)
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="the folder, new or empty")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> str:
    folder: Path = options.output
    try:
        folder.mkdir(parents=True, exist_ok=True)
        has_files = any(folder.iterdir())
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None
    if has_files:
        raise SpecError(f"--output must be a new or an empty folder; {folder} has files in it.")
    pages = [*_pages()]
    try:
        for number, page in enumerate(pages, 1):
            print(f"{number} of {len(pages)}: {page.name}", file=sys.stderr)
            _write(page, folder)
        (folder / _SCRIPT).write_text(bundle.file_script(), encoding="utf-8")
        (folder / "index.html").write_text(_gallery(pages), encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder, error) from error
    size = sum(path.stat().st_size for path in folder.iterdir())
    return f"{len(pages)} figures in {folder}, {size / 1e6:.1f} MB. Begin with {folder / 'index.html'}."


def _unwritable(folder: Path, error: OSError | ValueError) -> SpecError:
    return SpecError(f"--output must be a folder that can be written; {folder}: {why_not(error)}.")


def _pages() -> Iterator[_Page]:
    for name, variant in VARIANTS.items():
        yield _Page(name, variant.title, recipe(name), _DIALS.get(name, _SIZES))
    for preset in CATALOG.values():
        yield _Page(preset.name, preset.title, preset.recipe, {})


def _write(page: _Page, folder: Path) -> None:
    """Write the page, and its picture for the gallery in both themes."""
    text = file(page.recipe, Presentation(), page.dials, script=_SCRIPT)
    (folder / f"{page.name}.html").write_text(text, encoding="utf-8")
    for theme in ("light", "dark"):
        picture = animate(page.recipe, theme=theme, width=_CARD, terms=False, formula=False)
        (folder / f"{page.name}-{theme}.png").write_bytes(picture.png(len(picture) // 2))


def _gallery(pages: list[_Page]) -> str:
    template = (ASSETS / "gallery.html").read_text(encoding="utf-8")
    lessons, examples = (
        "".join(_card(page) for page in pages if (page.name in VARIANTS) is is_lesson) for is_lesson in (True, False)
    )
    return (
        template.replace("FONTS", embedded_font(bold=False) + embedded_font(bold=True))
        .replace("LESSONS", lessons)
        .replace("EXAMPLES", examples)
    )


def _card(page: _Page) -> str:
    name, title = escape(page.name), escape(page.title)
    return (
        f'<a href="{name}.html"><picture><source media="(prefers-color-scheme: dark)" srcset="{name}-dark.png">'
        f'<img src="{name}-light.png" alt="" width="{_CARD}" loading="lazy"></picture>{title}</a>\n'
    )
