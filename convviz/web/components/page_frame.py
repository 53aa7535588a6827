"""What every page begins and ends with: its style, and what it says in its own words."""

from dataclasses import dataclass

from convviz.web import ASSETS

STYLE = ASSETS / "style.css"


@dataclass(frozen=True, slots=True)
class Words:
    """What a lesson says in its own words, as Markdown.

    Attributes
    ----------
    lead : one sentence under the title.
    explanation : what to see and why it matters.
    sources : where to read on.
    """

    lead: str
    explanation: str
    sources: str
