"""The picture of a question: it shows what is asked about, and not the answer."""

from functools import lru_cache

from convviz.origin import SOFTWARE, Origin
from convviz.questions import Question
from convviz.recipes import Presentation
from convviz.scene import Scene, compose

_KEPT = 256
"""Pictures that are kept: a page asks for them one by one, and for each of several files."""


@lru_cache(_KEPT)
def scene_of(question: Question, theme: str = "light") -> Scene:
    """Return the scene of a question, of which frame 0 is drawn."""
    return compose(question.recipe, Presentation(theme=theme), frames_drawn=1)


def alt_text(question: Question) -> str:
    """Return the picture in words, without the answer."""
    return scene_of(question).frame(0).description


@lru_cache(_KEPT)
def png(question: Question) -> bytes:
    """Return the picture as a PNG."""
    from convviz.render.png import png

    return png(scene_of(question), 0, _origin(question))


def svg(question: Question, theme: str = "light") -> str:
    """Return the picture as an SVG."""
    from convviz.render.svg import svg

    return svg(scene_of(question, theme), 0, _origin(question))


def _origin(question: Question) -> Origin:
    recipe = question.recipe
    source = f"/{recipe.variant}?{recipe.to_query()}".removesuffix("?")
    return Origin(recipe.kind.title, alt_text(question), source, SOFTWARE)
