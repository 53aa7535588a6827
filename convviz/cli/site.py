"""``convviz site``: the gallery and all figures as a folder for any file host."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
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
from convviz.writing import remove_unfinished, why_not, write_file

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

_INDEX: Final = "index.html"
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
    parser.add_argument(
        "-o", "--output", required=True, type=Path, metavar="FOLDER", help="the folder: new, empty, or an earlier site"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> str:
    folder: Path = options.output
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_unfinished(folder)
        pages = [*_pages()]
        others = {path.name for path in folder.iterdir()} - {*_names(pages)}
    except (OSError, ValueError) as error:
        raise SpecError(f"--output must be a folder that can be written; {folder}: {why_not(error)}.") from None
    if others:
        raise SpecError(
            f"--output must be a new folder, an empty one, or an earlier site; {folder} has other files in it."
        )
    size = 0
    for number, page in enumerate(pages, 1):
        print(f"{number} of {len(pages)}: {page.name}", file=sys.stderr)
        size += _write(folder, _files(page))
    # The first page comes last: a site that has one is whole.
    size += _write(folder, {_SCRIPT: bundle.file_script().encode(), _INDEX: _gallery(pages).encode()})
    return f"{len(pages)} figures in {folder}, {size / 1e6:.1f} MB. Begin with {folder / _INDEX}."


def _pages() -> Iterator[_Page]:
    for name, variant in VARIANTS.items():
        yield _Page(name, variant.title, recipe(name), _DIALS.get(name, _SIZES))
    for preset in CATALOG.values():
        yield _Page(preset.name, preset.title, preset.recipe, {})


def _names(pages: Iterable[_Page]) -> Iterator[str]:
    """Yield the names of all files of a site."""
    yield from (_INDEX, _SCRIPT)
    for page in pages:
        yield from (f"{page.name}{end}" for end in (".html", "-light.png", "-dark.png"))


def _files(page: _Page) -> dict[str, bytes]:
    """Return the page, and its picture for the gallery in both themes, by their names."""
    files = {f"{page.name}.html": file(page.recipe, Presentation(), page.dials, script=_SCRIPT).encode()}
    for theme in ("light", "dark"):
        picture = animate(page.recipe, theme=theme, width=_CARD, terms=False, formula=False)
        files[f"{page.name}-{theme}.png"] = picture.png(len(picture) // 2)
    return files


def _write(folder: Path, files: Mapping[str, bytes]) -> int:
    """Write files, and return the sum of their sizes in bytes."""
    for name, data in files.items():
        write_file(folder / name, data)
    return sum(map(len, files.values()))


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
