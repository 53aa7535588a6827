"""Tables: as HTML like those in a book, in the colors of the page, and as text to paste elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape
from math import isinf

from convviz.recipes.tables import number_to_text


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    strong: Sequence[int] = (),
    *,
    texts: Sequence[int] = (),
    has_buttons: bool = False,
) -> str:
    """Return a table whose first column names the rows; all texts are escaped.

    Parameters
    ----------
    strong : sequence of int
        The rows in bold, such as sums.
    texts : sequence of int
        The columns of words, aligned left as the first one is; numbers are aligned right.
    has_buttons : bool
        Whether the names of the rows are buttons, for a script; the strong row is the current one.

    Examples
    --------
    >>> table(["", "Parameters"], [["standard", "75"]], "Costs").split("<tbody>")[1][:54]
    '<tr><th scope="row">standard</th><td>75</td></tr></tbo'
    """
    kinds = [" class=cv-text" if column in texts else "" for column in range(len(head))]
    heads = "".join(f'<th scope="col"{kind}>{escape(text)}</th>' for text, kind in zip(head, kinds, strict=True))
    body = "".join(_row(row, kinds, number in strong, has_buttons) for number, row in enumerate(rows))
    caption_html = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="cv-scroll"><table class="cv-table">{caption_html}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], kinds: Sequence[str], is_strong: bool, has_buttons: bool) -> str:
    first, *rest = map(escape, cells)
    if has_buttons:
        current = ' aria-current="true"' if is_strong else ""
        first = f'<button type="button" data-node="{first}" title="{first}"{current}>{first}</button>'
    others = "".join(f"<td{kind}>{text}</td>" for text, kind in zip(rest, kinds[1:], strict=True))
    return f'<tr{" class=cv-strong" if is_strong else ""}><th scope="row">{first}</th>{others}</tr>'


def fact_list(rows: Iterable[tuple[str, str, str]], *, style: str = "cv-facts") -> str:
    """Return a list of facts as HTML: the name, the text and a note for each; all are escaped.

    Examples
    --------
    >>> fact_list([("Jump", "2 × 2", "input cells")])
    '<dl class="cv-facts"><div title="input cells"><dt>Jump</dt><dd>2 × 2</dd></div></dl>'
    """
    cells = []
    for name, text, note in rows:
        title = f' title="{escape(note)}"' if note else ""
        cells.append(f"<div{title}><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>")
    return f'<dl class="{style}">{"".join(cells)}</dl>'


# Copy as --------------------------------------------------------------------------------------------------------------

Table = Sequence[Sequence[float]]


def as_csv(table: Table) -> str:
    """Return comma-separated values, a row per line.

    Examples
    --------
    >>> print(as_csv([[1, 2.5], [3, 4]]))
    1,2.5
    3,4
    """
    return "\n".join(",".join(_text(number, "inf") for number in row) for row in table)


def as_numpy(table: Table) -> str:
    """Return an array literal.

    Examples
    --------
    >>> print(as_numpy([[1, 2.5], [3, 4]]))
    np.array([[1, 2.5],
              [3, 4]])
    """
    rows = ",\n          ".join("[" + ", ".join(_text(number, "np.inf") for number in row) + "]" for row in table)
    return f"np.array([{rows}])"


def as_latex(table: Table) -> str:
    """Return a matrix for a LaTeX document with amsmath.

    Examples
    --------
    >>> print(as_latex([[1, 2.5], [3, 4]]))
    \\begin{bmatrix}
      1 & 2.5 \\\\
      3 & 4
    \\end{bmatrix}
    """
    rows = " \\\\\n".join("  " + " & ".join(_rounded(number) for number in row) for row in table)
    return f"\\begin{{bmatrix}}\n{rows}\n\\end{{bmatrix}}"


def _text(number: float, infinity: str) -> str:
    """Return a number in full; max pooling gives minus infinity where a window lies in the padding only."""
    if isinf(number):
        return f"-{infinity}" if number < 0 else infinity
    return number_to_text(number)


def _rounded(number: float) -> str:
    return _text(number, "\\infty") if isinf(number) else f"{number:.6g}"
