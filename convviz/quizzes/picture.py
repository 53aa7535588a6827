"""The picture of an item: it shows what is asked about, and not the answer."""

from functools import lru_cache

from convviz.origin import SOFTWARE, Origin
from convviz.questions.picture import pose
from convviz.recipes import Presentation
from convviz.scene import Scene

from .item import Item

_KEPT = 256
"""Pictures that are kept, for the next format of the same quiz."""


@lru_cache(_KEPT)
def scene_of(item: Item, theme: str = "light") -> Scene:
    """Return the scene of an item, whose frame 0 asks the question; the words around it have its text."""
    return pose(item.question.recipe, Presentation(theme=theme, title=False, predict=item.number), frames_drawn=1)


@lru_cache(_KEPT)
def png(item: Item) -> bytes:
    """Return the picture as a PNG file."""
    from convviz.render.png import png  # only those who draw need Pillow

    recipe = item.question.recipe
    return png(scene_of(item), 0, Origin(recipe.kind.title, item.alt, item.address, SOFTWARE))
