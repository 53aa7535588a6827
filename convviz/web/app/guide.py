"""The page at ``GET /render/``: every name, format and option of pictures by address, with lines to copy."""

from collections.abc import Iterable, Mapping
from html import escape
from string import Template
from typing import Final

from convviz import limits
from convviz.analysis import KNOWN
from convviz.assets import ASSETS
from convviz.diagrams import KINDS
from convviz.files import FORMATS
from convviz.fonts import linked_fonts
from convviz.origin import RIGHTS
from convviz.questions import TOPICS
from convviz.quizzes import QUIZ_FORMATS
from convviz.recipes import CATALOG, VARIANTS
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import COMPARE
from convviz.recipes.presentation import OPTIONS, PURPOSES
from convviz.web.components.downloads import site_base

_EXAMPLE: Final = "dilated.gif?input_size=9&dilation=2&theme=dark"
_WORDS: Final = "A 3 by 3 kernel with dilation 2 slides over a 9 by 9 input"


def guide(site: str) -> str:
    """Return the page for a server at this address."""
    picture = f"{site}/render/{_EXAMPLE}"
    video = picture.replace(".gif", ".mp4")
    lines = {
        "Markdown": f"![{_WORDS}]({picture})",
        "HTML": f'<img src="{escape(picture)}" alt="{_WORDS}">',
        "HTML, video": f'<video src="{escape(video)}" autoplay loop muted playsinline></video>',
        "LaTeX": f"curl -o a.pdf '{site}/render/dilated.pdf?dilation=2'\n"
        "\\includegraphics[page=3,width=\\linewidth]{a.pdf}",
        "Google Slides": f"Insert > Image > By URL: {site}/render/dilated.gif?dilation=2&purpose=google-slides",
    }
    return Template((ASSETS / "guide.html").read_text(encoding="utf-8")).substitute(
        fonts=linked_fonts(site_base()),
        home=f"{site_base()}/",
        picture=escape(f"{site_base()}/render/{_EXAMPLE}"),
        examples="".join(_example(name, text) for name, text in lines.items()),
        formats=_rows({f".{each.ending}": (each.label, each.text) for each in FORMATS.values()}),
        options=_rows({field.name: (field.label, field.help) for field in OPTIONS.values()}),
        purposes=_rows({name: (each.label, _spelled(each.options)) for name, each in PURPOSES.items()}),
        variants=", ".join(f"<code>{name}</code>" for name in (*VARIANTS, COMPARE)),
        presets=_links("preset/" + name for name in (*CATALOG, *PAIRS)),
        charts=_rows({f"chart/{name}": (kind.title, ", ".join(kind.fields)) for name, kind in KINDS.items()}),
        networks=_links((f"network/{name}" for name in KNOWN), "svg"),
        topics=", ".join(f"<code>{name}</code>" for name in TOPICS),
        most_questions=limits.QUIZ_QUESTIONS_SERVED,
        quizzes=_rows({f".{each.ending}": (each.label, each.text) for each in QUIZ_FORMATS.values()}),
        rights=RIGHTS,
    )


def _spelled(options: Mapping[str, str]) -> str:
    return " ".join(f"{name}={text}" for name, text in options.items())


def _example(name: str, text: str) -> str:
    return f"<h3>{name}</h3>\n<pre>{escape(text, quote=False)}</pre>\n"


def _rows(rows: Mapping[str, tuple[str, ...]]) -> str:
    return "".join(
        f"<tr><th scope=row><code>{name}</code>{''.join(f'<td>{escape(cell)}' for cell in cells)}</tr>\n"
        for name, cells in rows.items()
    )


def _links(names: Iterable[str], ending: str = "png") -> str:
    return ", ".join(f'<a href="{name}.{ending}">{name.rpartition("/")[2]}</a>' for name in names)
