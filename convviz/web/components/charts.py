"""Tables as HTML like those in a book, and charts as images with a text for screen readers and their downloads."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

import streamlit as st

from convviz.charts import Chart
from convviz.web.state.page_state import has_narrow_window


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


# Charts ---------------------------------------------------------------------------------------------------------------

WIDE = 720
NARROW = 340
"""Pixels of a chart in a window and on a phone."""

_CHARTS = 128
"""Charts whose files are kept. What makes charts has a cache, too, and gives the same object for the same question."""


@lru_cache(_CHARTS)
def chart_svg(chart: Chart) -> str:
    """Return a chart as SVG."""
    return chart.svg()


@lru_cache(_CHARTS)
def _png(chart: Chart) -> bytes:
    return chart.png()


def show_chart(chart: Chart, name: str, *, phone: Chart | None = None) -> None:
    """Show a chart, with files called ``name`` to download.

    Parameters
    ----------
    phone : Chart, optional
        The same chart for narrow windows, for pages without a player that tells how wide they are: the style sheet
        shows one of both.
    """
    if phone is None:
        st.html(_image(chart))
    else:
        st.html(_image(chart, ' class="cv-in-window"') + _image(phone, ' class="cv-on-phone"'))
    with st.container(horizontal=True):
        offer_files(chart, name)


def _image(chart: Chart, style: str = "") -> str:
    # An image, because in the page itself the ids of two charts would clash, and markers would be removed.
    source = b64encode(chart_svg(chart).encode()).decode()
    return (
        f'<img{style} src="data:image/svg+xml;base64,{source}" alt="{escape(f"{chart.title}. {chart.description}")}" '
        f'width="{chart.width}" height="{chart.height}" style="max-width: 100%; height: auto">'
    )


def offer_files(chart: Chart, name: str) -> None:
    """Show buttons that download a chart as files called ``name``."""
    for suffix, data, mime in (("svg", chart_svg(chart).encode(), "image/svg+xml"), ("png", _png(chart), "image/png")):
        label = suffix.upper()
        key, words = f"{name}.{suffix}", f"Download this chart as {label}"
        st.download_button(label, data, key, mime, key=key, on_click="ignore", help=words)


def chart_width(variant: str, most: int = WIDE) -> int:
    """Return the pixels that a chart may take: fewer where the player of the page found that it is on a phone."""
    return min(NARROW if has_narrow_window(variant) else WIDE, most)
