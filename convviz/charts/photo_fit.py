"""A photograph as large as a network takes it."""

import numpy as np
from PIL import Image

from convviz.arithmetic.parse import Pair
from convviz.recipes.images import Gray


def fit(image: Gray, size: Pair) -> Gray:
    """The middle of an image in the shape of (height, width), reduced or enlarged to that.

    Examples
    --------
    >>> fit(np.arange(8, dtype=np.uint8).reshape(2, 4) * 10, (2, 2))
    array([[10, 20],
           [50, 60]], dtype=uint8)
    """
    top, left, height, width = _middle((image.shape[0], image.shape[1]), size)
    cut = image[top : top + height, left : left + width]
    if cut.shape == size:
        return cut
    way = Image.Resampling.BOX if height >= size[0] else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(cut).resize((size[1], size[0]), way))


def fit_words(given: Pair, size: Pair) -> str:
    """What `fit` does to an image of this size.

    >>> fit_words((192, 288), (224, 224))
    '192 × 288, cut to 192 × 192 and enlarged to 224 × 224'
    """
    _, _, height, width = _middle(given, size)
    words = [f"{given[0]} × {given[1]}"]
    if (height, width) != given:
        words.append(f"cut to {height} × {width}")
    if (height, width) != size:
        words.append(f"{'reduced' if height >= size[0] else 'enlarged'} to {size[0]} × {size[1]}")
    return f"{words[0]}, {' and '.join(words[1:])}" if len(words) > 1 else words[0]


def _middle(given: Pair, size: Pair) -> tuple[int, int, int, int]:
    """Top, left, height and width of the largest box of a shape in the middle of an image."""
    scale = min(given[0] / size[0], given[1] / size[1])
    height, width = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    return (given[0] - height) // 2, (given[1] - width) // 2, height, width
