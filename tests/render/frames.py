"""Frames of every kind for the renderers of vectors, and the pixels that theirs are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image

from convviz.origin import Origin
from convviz.recipes import Presentation, recipe
from convviz.recipes.comparison import Comparison
from convviz.render.png import png
from convviz.scene import compose
from convviz.scene.primitives import Frame, Line, Look, Placed, Rect, Scene, Text

ORIGIN = Origin("Cells <& kernels>", "5 % of $it$", "/dilated?dilation=2&kernel_size=3", "convviz 0.1.0")
PICTURES = {
    "standard": recipe("standard", padding=1),
    "dilated": recipe("dilated"),
    "transposed": recipe("transposed"),
    "pooling": recipe("pooling"),
    "pooling-channels": recipe("pooling-channels"),
    "spatial-separable": recipe("spatial-separable"),
    "depthwise-separable": recipe("depthwise-separable"),
    "checkerboard": recipe("checkerboard"),
    "receptive-field": recipe("receptive-field"),
    "comparison": Comparison(recipe("standard", input_size=7), recipe("dilated")),
    "matrix": recipe("matrix"),
}
THEMES = ("light", "dark")
HOSTILE = "</text><script>&\"'\\end{document}%$#_^~{}\x00\x1b\ufffe雪½é\u0301−×"
"""Text that would be markup, commands or mistakes, if it was not escaped; with characters that XML does not have."""


def scene_of(name: str, theme: str = "light", width: int = 600) -> Scene:
    return compose(PICTURES[name], Presentation(theme=theme, width=width))


def theme_of(name: str) -> str:
    """Return the theme of each second scene, and the other one of those between them."""
    return THEMES[list(PICTURES).index(name) % 2]


def transparent(scene: Scene) -> Scene:
    return replace(scene, background=scene.background + "00")


def hostile() -> Scene:
    """Return a scene whose words are all `HOSTILE`."""
    mark = Text(10, 20, HOSTILE, 12, "#000000")
    look = Look(400, 30, (mark,))
    return Scene(420, 40, "#ffffff", (), HOSTILE, 1, lambda index: Frame((Placed(5, 5, look),), HOSTILE, HOSTILE))


def marks() -> Scene:
    """Return a scene of marks whose edges are those of pixels, at different widths and over the edge of the frame."""
    looks = (
        Look(30, 20, (Rect(0, 0, 30, 20, "#d9e8fb"),)),
        Look(30, 20, (Rect(0, 0, 30, 20, "#d9e8fb", "#8b95a3", 1),)),
        Look(30, 20, (Rect(2, 3, 25, 16, "#ffdf8a", "#a63a00", 3),)),
        Look(30, 20, (Rect(0, 0, 30, 20, None, "#a63a00", 2),)),
        Look(30, 20, (Rect(0, 0, 25, 15, "#eef0f3", "#1b2130", 1, 5),)),
        Look(30, 20, (Rect(0, 0, 28, 20, None, "#1b2130", 2, 4),)),
        Look(30, 20, (Line(0, 3, 29, 3, "#1b2130"), Line(4, 0, 4, 19, "#a63a00"))),
    )
    items = tuple(Placed(5 + 40 * (k % 5), 5 + 30 * (k // 5), look) for k, look in enumerate(looks))
    over = (Placed(190, 70, looks[2]), Placed(-5, 70, looks[2]))
    return Scene(200, 80, "#ffffff", items[:4], "marks", 1, lambda index: Frame((*items[4:], *over), "marks", ""))


def without_text(scene: Scene) -> Scene:
    """Return a scene without its texts."""

    def bare(items: Iterable[Placed]) -> tuple[Placed, ...]:
        return tuple(
            item._replace(look=item.look._replace(marks=tuple(m for m in item.look.marks if not isinstance(m, Text))))
            for item in items
        )

    def draw(index: int) -> Frame:
        frame = scene.frame(index)
        return replace(frame, items=bare(frame.items))

    return replace(scene, backdrop=bare(scene.backdrop), draw=draw)


def texts(scene: Scene, index: int) -> Iterator[str]:
    """The texts of a frame, in the order in which they are painted."""
    for item in (*scene.backdrop, *scene.frame(index).items):
        yield from (mark.text for mark in item.look.marks if isinstance(mark, Text))


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB")).astype(int)


def raster(scene: Scene, index: int) -> np.ndarray:
    """The frame's pixels as the renderer of pixels has them."""
    return pixels(Image.open(BytesIO(png(scene, index, ORIGIN))))


def check_marks(drawn: Callable[[Scene], Image.Image], most: int = 2) -> None:
    """Check that what has the edges of pixels is drawn in these pixels, with a difference of ``most``, of 255."""
    assert abs(pixels(drawn(marks())) - raster(marks(), 0)).max() <= most


def check_anchors(drawn: Callable[[Scene], Image.Image]) -> None:
    """Check that texts begin, end or have their middle at their place, and their baseline, within two pixels."""
    look = Look(
        150,
        50,
        (
            Text(10, 40, "HEM", 20, "#000000"),
            Text(75, 30, "HEM", 12, "#000000", "middle", True),
            Text(140, 20, "HEM", 16, "#000000", "end"),
        ),
    )
    scene = Scene(150, 50, "#ffffff", (Placed(0, 0, look),), "", 1, lambda index: Frame((), "", ""))
    for third in (np.s_[:, :52], np.s_[:, 52:98], np.s_[:, 98:]):
        boxes = []
        for picture in (pixels(drawn(scene)), raster(scene, 0)):
            rows, columns = np.nonzero(picture[third].min(2) < 128)
            boxes.append((rows.min(), rows.max(), columns.min(), columns.max()))
        assert abs(np.subtract(*boxes)).max() <= 2, boxes


def check_picture(drawn: Callable[[Scene], Image.Image], scene: Scene, index: int, words: float = 3) -> None:
    """Check that a frame is drawn as pixels are, without its texts almost exactly.

    Letters have other shades where they are not hinted: ``words`` is the mean difference, of 255, that may make.
    """
    for content, mean, share in ((scene, words, 0.05), (without_text(scene), 0.25, 0.004)):
        picture, expected = pixels(drawn(content)), raster(content, index)
        assert picture.shape == expected.shape
        difference = abs(picture - expected).max(2)
        assert difference.mean() < mean
        assert (difference > 60).mean() < share
