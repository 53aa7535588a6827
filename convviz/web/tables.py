"""Tables as HTML: set like those in a book, in the colours of the page."""

from collections.abc import Sequence
from html import escape


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str, strong: Sequence[int] = ()) -> str:
    """A table whose first column names the rows; all texts are escaped.

    Parameters
    ----------
    strong : sequence of int
        The rows that stand out, such as sums.

    Examples
    --------
    >>> table(["", "Parameters"], [["standard", "75"]], "Costs").split("<tbody>")[1][:54]
    '<tr><th scope="row">standard</th><td>75</td></tr></tbo'
    """
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(_row(row, number in strong) for number, row in enumerate(rows))
    return (
        f'<div class="cv-scroll"><table class="cv-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], is_strong: bool) -> str:
    first, *rest = cells
    others = "".join(f"<td>{escape(text)}</td>" for text in rest)
    return f'<tr{" class=cv-strong" if is_strong else ""}><th scope="row">{escape(first)}</th>{others}</tr>'
