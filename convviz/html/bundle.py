"""The figure's scripts and styles as single texts, for a browser that gets them in one piece."""

import re
from functools import cache
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import Final

from convviz.assets import ASSETS

_FOLDER: Final = ASSETS / "figure"
_HISTORY: Final = ASSETS / "history.js"
_IMPORT: Final = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT: Final = re.compile(
    r"^export (?=(?:class|const|function|async function) (?:\[([\w, ]+)\]|(\w+)))", re.MULTILINE
)
_COMMENTS: Final = re.compile(r"/\*\*.*?\*/ ?|^\s*//[^\n]*\n|[ ]+// [^\n\"`]*$", re.MULTILINE | re.DOTALL)
_CSS_COMMENTS: Final = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_CSS_BLANKS: Final = re.compile(r"\s*([{};\n])\s*")
_BLANKS: Final = re.compile(r"^\s+", re.MULTILINE)


@cache
def _script(entry: str) -> str:
    """Return a module and all that it imports as one script, without comments.

    Each module is a function of its own, so that their names do not meet; the value of the script's variable ``figure``
    is what the entry exports.

    Parameters
    ----------
    entry : str
        The name of a module in assets/figure.

    Raises
    ------
    graphlib.CycleError
        Modules import each other in a circle.
    """
    texts, imports, waiting = dict[str, str](), dict[str, list[str]](), [entry]
    while waiting:
        name = waiting.pop()
        texts[name] = _COMMENTS.sub("", (_FOLDER / f"{name}.js").read_text(encoding="utf-8"))
        imports[name] = [found[2] for found in _IMPORT.finditer(texts[name])]
        waiting += [each for each in imports[name] if each not in texts]
    modules = [_module(name, texts[name]) for name in TopologicalSorter(imports).static_order()]
    return "\n".join([*modules, f"const figure = _{entry};\n"])


def _module(name: str, text: str) -> str:
    exported = ", ".join(several or one for several, one in _EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub(r"const \1 = _\2;\n", text))
    return f"const _{name} = (() => {{\n{_BLANKS.sub('', body)}return {{ {exported} }};\n}})();"


@cache
def component_script() -> str:
    """Return what a page of Streamlit imports: a module that exports ``mount``."""
    return f"{_script('index')}export const {{ mount }} = figure;\n"


@cache
def page_script() -> str:
    """Return what a page of its own runs; it hears of steps in the history before all others."""
    return _COMMENTS.sub("", _HISTORY.read_text(encoding="utf-8")) + _script("served")


@cache
def file_script() -> str:
    """Return what a file runs, which fetches nothing later."""
    return _COMMENTS.sub("", _HISTORY.read_text(encoding="utf-8")) + _script("file")


@cache
def later_script() -> str:
    """Return what pages fetch when it is first used: a module."""
    return f"{_script('later')}export const {{ Embed, Quiz, showTables }} = figure.later;\n"


@cache
def markup() -> str:
    """Return the markup of the figure, with its player inside."""
    return _read("figure.html").replace("PLAYER", _read("player.html"))


@cache
def style(*more: str) -> str:
    """Return the style of the figure and its player, and of what there is ``more`` of it where it is."""
    text = _CSS_COMMENTS.sub("", "".join(_read(f"{name}.css") for name in ("player", "figure", *more)))
    return _CSS_BLANKS.sub(r"\1", text)


@cache
def version() -> str:
    """Return a digest of the scripts, for addresses that browsers may keep for good."""
    return sha256((component_script() + page_script() + later_script()).encode()).hexdigest()[:12]


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
