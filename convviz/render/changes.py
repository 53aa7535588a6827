"""What changes from one picture to the next, and its compression: what formats of moving pictures have in common."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .palette import Tile

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest box of a picture that holds all that changes; of the first picture all of it.

    Attributes
    ----------
    pixels : array of uint8
        Palette indices, shape (height, width) of the box, which nothing else uses.
    x, y : int
        Its top left corner.
    seconds : float
        How long the picture lasts.
    is_whole : bool
        Whether the box has nothing of the picture before it; else that is where pixels are `UNCHANGED`.
    """

    pixels: Tile
    x: int
    y: int
    seconds: float
    is_whole: bool


def changes(pictures: Iterable[tuple[Tile, float]], *, is_transparent: bool = False, grid: int = 1) -> Iterator[Change]:
    """Yield what changes.

    Parameters
    ----------
    pictures : iterable of (pixels, seconds)
        Pixels are palette indices other than `UNCHANGED`, shape (height, width), the same for every picture. The array
        of a picture may be used again for the next but one.
    is_transparent : bool
        Whether every box is whole: what can be seen through cannot be painted over other pixels.
    grid : int
        Corners have multiples of this number.

    Examples
    --------
    >>> before, after = np.ones((3, 9), np.uint8), np.ones((3, 9), np.uint8)
    >>> after[1, 4:7:2] = 5
    >>> [(change.pixels.tolist(), change.x, change.y) for change in changes([(before, 1), (after, 1)])][1:]
    [([[5, 0, 5]], 4, 1)]
    """
    before, changed = None, None
    for pixels, seconds in pictures:
        if before is None or changed is None:
            yield Change(pixels.copy(), 0, 0, seconds, True)
            changed = np.empty(pixels.shape, dtype=bool)
        else:
            np.not_equal(pixels, before, out=changed)
            down, across = _bounds(changed, grid)
            new = pixels[down, across]
            # Times 0 where nothing changed: that is UNCHANGED.
            box = new.copy() if is_transparent else new * changed[down, across]
            yield Change(box, across.start, down.start, seconds, is_transparent)
        before = pixels


def _bounds(changed: NDArray[np.bool_], grid: int) -> tuple[slice, slice]:
    """Return the smallest box around all that changed; one pixel where nothing did: that picture has its time too."""
    rows = np.flatnonzero(changed.any(1))
    if not rows.size:
        return slice(0, 1), slice(0, 1)
    down = slice(int(rows[0]) // grid * grid, int(rows[-1]) + 1)
    columns = np.flatnonzero(changed[down].any(0))
    return down, slice(int(columns[0]) // grid * grid, int(columns[-1]) + 1)


def in_threads(compress: Callable[[Change], _T], items: Iterable[Change], threads: int = 2) -> Iterator[_T]:
    """Yield each change compressed, in order, while the next ones are composed; Pillow and zlib let Python go on.

    When an item cannot be made, or nothing more is taken, the threads end first.

    Examples
    --------
    >>> blank = np.zeros((2, 2), np.uint8)
    >>> [*in_threads(lambda change: change.x, (Change(blank, k, 0, 1, True) for k in range(3)))]
    [0, 1, 2]
    """
    waiting: deque[Future[_T]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(compress, item))
                if len(waiting) > 2 * threads:  # some are ready when a thread is
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
