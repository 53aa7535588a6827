r"""One frame as a LaTeX file with TikZ, to be compiled by pdflatex alone or included as a picture.

The letters are those of Computer Modern Sans, which every TeX has and which are about as wide as convviz Sans; a text
that gets longer is compressed. ``fix-cm`` makes them scalable.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from unicodedata import combining, normalize

from convviz.origin import Origin
from convviz.scene.primitives import Curve, Line, Look, Mark, Placed, Rect, Scene, Text

from .letters import text_length

_PREAMBLE: Final = r"""\documentclass[tikz, border=0pt]{standalone}
\usepackage{fix-cm}
\newdimen\cvpx
\cvpx=0.75bp
% \cvtext{font size}{greatest length}{text}, both in pixels
\newcommand{\cvtext}[3]{\fontsize{#1\cvpx}{#1\cvpx}\selectfont\sbox0{#3}%
  \ifdim\wd0>#2\cvpx\resizebox{#2\cvpx}{\height}{\usebox0}\else\usebox0\fi}"""

_PICTURE: Final = r"""\begin{tikzpicture}[x=\cvpx, y=-\cvpx, line width=\cvpx,
  every node/.style={inner sep=0pt, font=\sffamily\frenchspacing}]"""

_SIGNS: Final = MappingProxyType(
    {sign: f"${math}$" for sign, math in {
        "×": r"\times", "−": "-", "·": r"\cdot", "∗": r"\ast", "*": r"\ast", "<": "<", ">": ">", "≤": r"\leq",
        "≥": r"\geq", "≈": r"\approx", "±": r"\pm", "→": r"\rightarrow", "←": r"\leftarrow", "∞": r"\infty",
        "′": "'", "°": r"^\circ", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "|": r"\vert",
        "{": r"\{", "}": r"\}", "\\": r"\backslash", "∑": r"\textstyle\sum", "√": r"\surd", "∂": r"\partial",
        "∈": r"\in", "σ": r"\sigma", "μ": r"\mu", "²": "^2", "³": "^3",
    }.items()}
    | {sign: f"\\{sign}" for sign in "#$%&_"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}", '"': "''", "-": "-{}"}
    | {"–": "--{}", "—": "---{}", "…": r"\ldots{}", "“": "``", "”": "''", "‘": "`", "’": "'", "\u00a0": "~"}
)  # fmt: skip
"""How LaTeX writes what is not a letter of its fonts or has a meaning of its own; braces keep dashes apart."""

_ANCHORS: Final = {"start": "base west", "middle": "base", "end": "base east"}


@dataclass(slots=True)
class _Colors:
    """The colors of a file by the names that they have in it."""

    known: Mapping[str, str]
    names: dict[str, str] = field(default_factory=dict)

    def name(self, color: str) -> str:
        """Return the name of a color; one that is not known gets a number."""
        if color not in self.names:
            self.names[color] = f"cv{self.known.get(color, len(self.names) + 1)}"
        return self.names[color]

    def definitions(self) -> list[str]:
        """Return what the file says of the colors before it uses them."""
        return [rf"\definecolor{{{name}}}{{HTML}}{{{color[1:7].upper()}}}" for color, name in self.names.items()]


def tikz(scene: Scene, index: int, origin: Origin, names: Mapping[str, str] = MappingProxyType({})) -> str:
    r"""Return one frame as a LaTeX document of one picture.

    Parameters
    ----------
    scene : Scene
        What to draw; where it is transparent, nothing is painted behind it.
    index : int
        The number of the frame; negative numbers count from the end.
    origin : Origin
        What the file says of itself, in a comment.
    names : mapping of str to str, optional
        For a color as ``#rrggbb`` what it means, in letters and digits that begin with a letter: it is called so, with
        "cv" before it. Other colors are numbered.

    Raises
    ------
    IndexError
        There is no such frame.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> cell = Look(9, 9, (Rect(0, 0, 9, 9, "#d9e8fb"),))
    >>> scene = Scene(20, 10, "#ffffff", (), "", 1, lambda index: Frame((Placed(5, 0, cell),), "Step 1 of 1", ""))
    >>> text = tikz(scene, 0, Origin("A cell", "", "/standard", "convviz"), {"#d9e8fb": "input"})
    >>> print("\n".join(text.splitlines()[-6:-3]))
    \fill[cv1] (0, 0) rectangle ++(20, 10);
    \begin{scope}[shift={(5, 0)}]
    \fill[cvinput] (0, 0) rectangle ++(9, 9);
    """
    frame = scene.frame(index)
    colors = _Colors(names)
    items = (*scene.backdrop, *frame.items)
    counts = Counter(item.look for item in items)
    pics = {look: f"cv{k}" for k, look in enumerate(look for look, count in counts.items() if count > 1)}
    paper = [] if scene.is_transparent else [_filled(0, 0, scene.width, scene.height, scene.background, colors)]
    drawing = [
        *(f"\\tikzset{{{name}/.pic={{\n{_marks(look, colors)}\n}}}}" for look, name in pics.items()),
        r"\begin{document}",
        _PICTURE,
        rf"\clip (0, 0) rectangle ({scene.width}, {scene.height});",
        *paper,
        *(_item(item, pics, colors) for item in items),
        r"\end{tikzpicture}",
        "\\end{document}\n",
    ]
    return "\n".join([*_comments(origin.comment, frame.description), _PREAMBLE, *colors.definitions(), *drawing])


def _comments(*texts: str) -> Iterable[str]:
    """Return each text as a line that TeX does not read."""
    for text in texts:
        yield "% " + "".join(character if character.isprintable() else " " for character in text)


def _item(item: Placed, pics: Mapping[Look, str], colors: _Colors) -> str:
    name = pics.get(item.look)
    if name is None:
        return f"\\begin{{scope}}[shift={{({item.x}, {item.y})}}]\n{_marks(item.look, colors)}\n\\end{{scope}}"
    return rf"\pic at ({item.x}, {item.y}) {{{name}}};"


def _marks(look: Look, colors: _Colors) -> str:
    return "\n".join(_mark(mark, colors) for mark in look.marks)


def _mark(mark: Mark, colors: _Colors) -> str:
    match mark:
        case Rect():
            return _rect(mark, colors)
        case Line(x1, y1, x2, y2, color, width):
            # From the middle of the first pixel to that of the last, both of them included.
            path = f"({x1 + 0.5:g}, {y1 + 0.5:g}) -- ({x2 + 0.5:g}, {y2 + 0.5:g})"
            return rf"\draw[{colors.name(color)}, line cap=rect{_width(width)}] {path};"
        case Curve():
            at = [f"{number + 0.5:g}" for number in mark[:8]]
            first, second, third, fourth = (f"({x}, {y})" for x, y in zip(at[::2], at[1::2], strict=True))
            pen = f"{colors.name(mark.color)}{_width(mark.width)}"
            return rf"\draw[{pen}] {first} .. controls {second} and {third} .. {fourth};"
        case Text(x, y, text, size, color, anchor, bold):
            weight = r"\bfseries\boldmath " if bold else ""
            written = rf"\cvtext{{{size:g}}}{{{text_length(text, size, bold):g}}}{{{weight}{latex(text)}}}"
            style = rf"anchor={_ANCHORS[anchor]}, text={colors.name(color)}"
            return rf"\node[{style}] at ({x:g}, {y:g}) {{{written}}};"


def _rect(rect: Rect, colors: _Colors) -> str:
    x, y, width, height, fill, stroke, thickness, dash = rect
    filled = "" if fill is None else _filled(x, y, width, height, fill, colors)
    if stroke is None:
        return filled
    half, pen = thickness / 2, f"{colors.name(stroke)}{_width(thickness)}"
    if not dash:
        box = f"({x + half:g}, {y + half:g}) rectangle ++({width - thickness:g}, {height - thickness:g})"
        return rf"\draw[{pen}] {box};" if fill is None else rf"\filldraw[fill={colors.name(fill)}, draw={pen}] {box};"
    # Dashes begin at the left and the top of each side, and between them the filling reaches to the edge.
    rows = " ".join(f"({x}, {at:g}) -- ++({width}, 0)" for at in (y + half, y + height - half))
    columns = " ".join(f"({at:g}, {y}) -- ++(0, {height})" for at in (x + half, x + width - half))
    pattern = rf"dash pattern=on {dash}\cvpx off {dash}\cvpx"
    return rf"{filled}\draw[{pen}, {pattern}] {rows} {columns};"


def _filled(x: int, y: int, width: int, height: int, color: str, colors: _Colors) -> str:
    return rf"\fill[{colors.name(color)}] ({x}, {y}) rectangle ++({width}, {height});"


def _width(pixels: int) -> str:
    return "" if pixels == 1 else rf", line width={pixels}\cvpx"


def latex(text: str) -> str:
    r"""Return a text as LaTeX writes it, in ASCII: accents are left out, and for an unknown character there is a "?".

    Examples
    --------
    >>> print(latex("3 × 3 & 50 % → ⌊−1⌋"), latex("é_雪"))
    3 $\times$ 3 \& 50 \% $\rightarrow$ $\lfloor$$-$1$\rfloor$ e\_?
    """
    return "".join(map(_letter, normalize("NFC", text)))


def _letter(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isascii():
        return character if character.isprintable() else "?"
    plain = "".join(letter for letter in normalize("NFKD", character) if not combining(letter))
    return latex(plain) if plain and plain.isascii() else "?"
