"""Tables as HTML like those in a book, and charts as images with a text for screen readers and their downloads."""

import pickle
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from html import escape
from threading import Lock
from typing import Final

import streamlit as st
from cachetools import LRUCache

from convviz import limits
from convviz.charts import Chart
from convviz.diagrams.kind import WIDE
from convviz.files import CHART_ENDINGS
from convviz.web.state.page_state import has_narrow_window

from .downloads import site_address


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    strong: Sequence[int] = (),
    *,
    texts: Sequence[int] = (),
    marked: Collection[tuple[int, int]] = (),
    has_buttons: bool = False,
    label: str = "",
) -> str:
    """Return a table whose first column names the rows; all texts are escaped.

    Parameters
    ----------
    strong : sequence of int
        The rows in bold, such as sums.
    texts : sequence of int
        The columns of words, aligned left as the first one is; numbers are aligned right.
    marked : collection of (int, int)
        Row and column of cells with a color behind them; what they mean, their texts say, too.
    has_buttons : bool
        Whether the names of the rows are buttons, for a script; the strong row is the current one.
    label : str
        What a table is called that may be wider than the page, so that keys can scroll it.

    Examples
    --------
    >>> table(["", "Parameters"], [["standard", "75"]], "Costs").split("<tbody>")[1][:54]
    '<tr><th scope="row">standard</th><td>75</td></tr></tbo'
    """
    kinds = [" class=cv-text" if column in texts else "" for column in range(len(head))]
    heads = "".join(f'<th scope="col"{kind}>{escape(text)}</th>' for text, kind in zip(head, kinds, strict=True))
    body = "".join(
        _row(
            row,
            [_marked(kind) if (number, column) in marked else kind for column, kind in enumerate(kinds)],
            number in strong,
            has_buttons,
        )
        for number, row in enumerate(rows)
    )
    caption_html = f"<caption>{escape(caption)}</caption>" if caption else ""
    region = f' tabindex="0" role="region" aria-label="{escape(label)}"' if label else ""
    return (
        f'<div class="cv-scroll"{region}><table class="cv-table">{caption_html}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], kinds: Sequence[str], is_strong: bool, has_buttons: bool) -> str:
    first, *rest = map(escape, cells)
    if has_buttons:
        current = ' aria-current="true"' if is_strong else ""
        first = f'<button type="button" data-node="{first}" title="{first}"{current}>{first}</button>'
    others = "".join(f"<td{kind}>{text}</td>" for text, kind in zip(rest, kinds[1:], strict=True))
    return f'<tr{" class=cv-strong" if is_strong else ""}><th scope="row"{kinds[0]}>{first}</th>{others}</tr>'


def _marked(kind: str) -> str:
    return ' class="cv-text cv-marked"' if kind else " class=cv-marked"


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


# Charts ---------------------------------------------------------------------------------------------------------------

NARROW = 340
"""Pixels of a chart on a phone."""

PAIR: Final = 1100
"""Pixels that a table and the words next to it take together at most, so that they do not drift apart."""

_PHONE: Final = "(max-width: 640px)"

_offered: Final[LRUCache[str, bytes]] = LRUCache(limits.CHART_BYTES, getsizeof=len)
_lock: Final = Lock()
"""Charts as pickles by their digests, and what the pages of all visitors take turns by."""


def chart_address(chart: Chart, name: str) -> str:
    """Return the address of a chart as a file called ``name``, but for its suffix; it is drawn when it is asked for.

    The address depends on the chart alone, so that a browser knows a chart that it has.
    """
    pickled = pickle.dumps(chart)
    digest = sha256(pickled).hexdigest()[:32]
    with _lock:
        _offered[digest] = pickled
    return site_address(f"chart/{digest}/{name}")


def offered_chart(digest: str) -> bytes | None:
    """Return the pickle of a chart; None if many others have been offered since, or if it never was."""
    with _lock:
        return _offered.get(digest)


def show_chart(chart: Chart, name: str, *, phone: Chart | None = None) -> None:
    """Show a chart, with files called ``name`` to download.

    Parameters
    ----------
    phone : Chart, optional
        The same chart for narrow windows, for pages without a figure that tells how wide they are.
    """
    source, address = "", chart_address(chart, name)
    if phone is not None:
        narrow = f'{chart_address(phone, name)}.svg" width="{phone.width}" height="{phone.height}'
        source = f'<source media="{_PHONE}" srcset="{narrow}">'
    # In one line: after an empty one, Markdown would take the rest of the text for markup.
    words = " ".join(f"{chart.title}. {chart.description}".split())
    image = f'<img src="{address}.svg" alt="{escape(words)}" width="{chart.width}" height="{chart.height}">'
    content = f"<picture>{source}{image}</picture>{file_links(address)}"
    # As Markdown, because that leaves an image where it is until the next one is loaded.
    st.markdown(f'<div class="cv-chart">{content}</div>', unsafe_allow_html=True)


def file_links(address: str) -> str:
    """Return links as HTML that download the files of a chart with this address, whose suffix goes before a query."""
    path, mark, query = address.partition("?")
    name = path.rpartition("/")[2]
    links = "".join(
        f'<a class="cv-button" href="{path}.{suffix}{mark}{escape(query)}" download="{name}.{suffix}" '
        f'title="Download this chart as {suffix.upper()}">{suffix.upper()}</a>'
        for suffix in CHART_ENDINGS
    )
    return f'<div class="cv-buttons">{links}</div>'


def chart_width(variant: str, most: int = WIDE) -> int:
    """Return the pixels that a chart may take: fewer where the figure of the page found that it is on a phone."""
    return min(NARROW if has_narrow_window(variant) else WIDE, most)
