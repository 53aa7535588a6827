"""A book: one name in every format, with a text and the lines for LaTeX, in one archive.

A GIF stops the PDF builds of Quarto, Sphinx and LaTeX; where there is a still picture of the same name, they take that
(https://github.com/quarto-dev/quarto-cli/issues/14547).
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from convviz.origin import Origin

BOOK: Final = ("gif", "png", "svg", "pdf", "mp4", "webm")
"""The endings of the files in a book."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def book(
    stem: str, files: Mapping[str, bytes], missing: Mapping[str, str], description: str, origin: Origin, steps: int,
    seconds_per_step: float,
) -> bytes:  # fmt: skip
    """Return a zip archive with all files of one name.

    Parameters
    ----------
    stem : str
        The name, without an ending.
    files : mapping
        The bytes of each format by its ending.
    missing : mapping
        Of the formats that could not be made, the sentence that says why.
    description : str
        What a reader who does not see the picture hears.
    steps : int
        Pages of the PDF.
    seconds_per_step : float
        How long each is shown.

    Examples
    --------
    >>> data = book("a", {"gif": b"..."}, {"mp4": "No video."}, "A square.", Origin("T", "", "/s", "c"), 2, 0.5)
    >>> zipfile.ZipFile(BytesIO(data)).namelist()
    ['a.gif', 'a.txt', 'a.tex']
    """
    content = {
        **{f"{stem}.{ending}": data for ending, data in files.items()},
        f"{stem}.txt": _words(stem, files, missing, description, origin).encode(),
        f"{stem}.tex": _latex(stem, origin, steps, seconds_per_step).encode(),
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # most of it is compressed already
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return file.getvalue()


def _words(stem: str, files: Mapping[str, bytes], missing: Mapping[str, str], description: str, origin: Origin) -> str:
    lines = [origin.title, "", f"Alternative text: {description}", "", origin.comment, ""]
    lines += [f"{stem}.{ending}: {len(data):,} bytes" for ending, data in files.items()]
    lines += [f"{stem}.{ending} is missing: {reason}" for ending, reason in missing.items()]
    return "\n".join(lines) + "\n"


def _latex(stem: str, origin: Origin, steps: int, seconds_per_step: float) -> str:
    overlays = "\n".join(
        rf"  \includegraphics<{page}>[page={page},width=\linewidth]{{{stem}.pdf}}%" for page in range(1, steps + 1)
    )
    return rf"""% {origin.comment}
% Two ways to show {stem}.pdf in Beamer, a page a step. Outside it,
% \includegraphics[page=3,width=\linewidth]{{{stem}.pdf}} is one step.

% 1. It moves by itself in viewers that run JavaScript: Acrobat, PDF-XChange, Foxit, Okular; with the
% package animate.
\begin{{frame}}{{{origin.title}}}
  \animategraphics[autoplay,loop,controls,width=\linewidth]{{{1 / seconds_per_step:.4g}}}{{{stem}}}{{}}{{}}
\end{{frame}}

% 2. A click a step, in every viewer:
\begin{{frame}}{{{origin.title}}}
{overlays}
\end{{frame}}
"""
