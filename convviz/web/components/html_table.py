"""Tables as HTML: set like those in a book, in the colours of the page."""

from collections.abc import Sequence
from html import escape


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    strong: Sequence[int] = (),
    *,
    texts: Sequence[int] = (),
    has_buttons: bool = False,
) -> str:
    """A table whose first column names the rows; all texts are escaped.

    Parameters
    ----------
    strong : sequence of int
        The rows that stand out, such as sums.
    texts : sequence of int
        The columns of words, which begin at the left as the first one does; numbers end at the right.
    has_buttons : bool
        Whether the names of the rows are buttons, for a script; a row that stands out is the current one.

    Examples
    --------
    >>> table(["", "Parameters"], [["standard", "75"]], "Costs").split("<tbody>")[1][:54]
    '<tr><th scope="row">standard</th><td>75</td></tr></tbo'
    """
    kinds = [" class=cv-text" if column in texts else "" for column in range(len(head))]
    heads = "".join(f'<th scope="col"{kind}>{escape(text)}</th>' for text, kind in zip(head, kinds, strict=True))
    body = "".join(_row(row, kinds, number in strong, has_buttons) for number, row in enumerate(rows))
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="cv-scroll"><table class="cv-table">{said}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], kinds: Sequence[str], is_strong: bool, has_buttons: bool) -> str:
    first, *rest = map(escape, cells)
    if has_buttons:
        current = ' aria-current="true"' if is_strong else ""
        first = f'<button type="button" data-node="{first}" title="{first}"{current}>{first}</button>'
    others = "".join(f"<td{kind}>{text}</td>" for text, kind in zip(rest, kinds[1:], strict=True))
    return f'<tr{" class=cv-strong" if is_strong else ""}><th scope="row">{first}</th>{others}</tr>'
