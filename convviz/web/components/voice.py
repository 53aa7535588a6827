"""What a page says: a sentence and why, settings to try, what to see, what people get wrong, and where to go on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

import streamlit as st

from convviz.recipes.variants import VARIANTS

from .glossary import with_terms
from .page_table import MORE, title_of


@dataclass(frozen=True, slots=True)
class Try:
    """Settings to try.

    Attributes
    ----------
    label : str
        What to do, in two to five words: "Set dilation 2".
    address : str
        The settings, as in a link: "?dilation=2"; "?" is how the page begins.
    look : str
        What to look for, in one sentence.
    """

    label: str
    address: str
    look: str

    @property
    def texts(self) -> tuple[str, str, str]:
        """Label, address and sentence; sizes such as 3 × 3 stay on one line."""
        return self.label, self.address, _unbroken(self.look)


@dataclass(frozen=True, slots=True)
class Pitfall:
    """What people get wrong.

    Attributes
    ----------
    text : str
        What they get wrong and what is right, as Markdown.
    label, address : str
        A button that shows it: its words, and the settings as in a link; those of another page begin with its name.
    """

    text: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a page.

    In the Markdown of ``explanation`` and of pitfalls, ``[[tap]]`` is a word of the glossary, and a link to another
    page is written with its name: ``[text](checkerboard?kernel_size=4)``.

    Attributes
    ----------
    lead : str
        One concrete sentence under the title.
    explanation : str
        What to see and why, as Markdown.
    why : str
        What it is for.
    tries : tuple of Try
        Settings to try, and what to look for.
    pitfalls : tuple of Pitfall
        What people get wrong.
    onward : mapping
        Where to go on, the next lesson first: an address for each page, and a sentence why.
    sources : str
        Where to read on, as Markdown.
    """

    lead: str
    explanation: str
    why: str = ""
    tries: tuple[Try, ...] = ()
    pitfalls: tuple[Pitfall, ...] = ()
    onward: Mapping[str, str] = field(default_factory=dict)
    sources: str = ""


def page_head(page: str, words: Words) -> None:
    """Show the title of the page with this address, the sentence below it, and what its subject is for."""
    # One element, not several: each is a message of its own, and the messages take most of the time of a run.
    why = f"\n\n{words.why}" if words.why else ""
    _show(f'# {title_of(page)}\n<div class="cv-lead">\n\n{words.lead}{why}\n\n</div>')


def show_tries(words: Words) -> None:
    """Show the settings to try, on a page without a figure."""
    texts = (each.texts for each in words.tries)
    items = "".join(f"<li>{_link(label, address)} {escape(look)}</li>" for label, address, look in texts)
    section = f'<section class="cv-tries" aria-label="Try this"><p>Try this</p><ol>{items}</ol></section>'
    st.markdown(section, unsafe_allow_html=True)  # not st.html, whose links have no color of the theme


def page_words(page: str, words: Words) -> None:
    """Show what to see, what people get wrong, where to go on and the sources, in columns where there is room."""
    onward = "".join(map(_card, words.onward, words.onward.values()))
    plan = "" if page in MORE else f"\n\nTeaching this? Here is [a plan of ten minutes](teaching?lesson={page})."
    if page in VARIANTS:
        plan += f" And here are [questions for a test](quiz?topics={page}), with their answers."
    parts = {
        "How to use it" if page in MORE else "What you see": words.explanation,
        "Pitfalls": "\n".join(f"* {each.text} {_link(each.label, each.address)}" for each in words.pitfalls),
        "Where to go on": f"{onward}{plan}",
        "Sources": words.sources,
    }
    columns = "\n\n".join(
        f'<section class="cv-part">\n\n## {title}\n{text}\n\n</section>' for title, text in parts.items() if text
    )
    _show(with_terms(f'<div class="cv-voice">\n\n{columns}\n\n</div>'))


def page_end() -> None:
    """Mark the end of a page, which is shown once it is complete."""
    st.html('<span class="cv-end"></span>')


_OPERATOR: Final = re.compile(r" ([×·+−]) ")
_OWN_LINK: Final = re.compile(r"(?<!!)\[([^\[\]]+)\]\((?!https?:)([^()\s]+)\)")


def with_links(markdown: str) -> str:
    """Return Markdown of our own with its links between pages as HTML; they need no reload.

    Examples
    --------
    >>> with_links("See [growth](receptive-field).")
    'See <a class="cv-to" href="receptive-field" target="_self">growth</a>.'
    """
    return _OWN_LINK.sub(lambda found: _link(found[1], found[2], "cv-to"), markdown)


def _show(markdown: str) -> None:
    """Show Markdown of our own."""
    st.markdown(_unbroken(with_links(markdown)), unsafe_allow_html=True)


def _unbroken(text: str) -> str:
    """Return a text whose sizes and sums, such as 3 × 3 and k + k, are not broken into two lines."""
    return _OPERATOR.sub("\u00a0\\1\u00a0", text)


def _link(label: str, address: str, style: str = "cv-to cv-try") -> str:
    return f'<a class="{style}" href="{escape(address)}" target="_self">{label}</a>'


def _card(address: str, why: str) -> str:
    title = title_of(address.partition("?")[0])
    return _link(f"<strong>{escape(title)}</strong> <span>{escape(why)}</span>", address, "cv-to cv-onward")
