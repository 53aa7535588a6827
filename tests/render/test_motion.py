"""Pictures between two frames: what slides, what stays in its place, and when the rest changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from convviz.recipes import VARIANTS, Presentation, recipe
from convviz.render.motion import pictures
from convviz.render.palette import UNCHANGED
from convviz.render.raster import Canvas
from convviz.scene import Scene, compose
from convviz.scene.primitives import Curve, Frame, Look, Placed, Rect, Text

SECONDS = 1.0
STEPS = 15
RED, BLUE, INK = "#ff0000", "#0000ff", "#202020"
SQUARE = Look(10, 10, (Rect(0, 0, 10, 10, RED),))


def scene(*frames: Sequence[Placed], backdrop: tuple[Placed, ...] = (), background: str = "#ffffff") -> Scene:
    return Scene(100, 40, background, backdrop, "", len(frames), lambda k: Frame(tuple(frames[k]), "", ""))


def moving(shown: Scene) -> tuple[list[np.ndarray], list[float]]:
    """Return every picture as red, green and blue, and its seconds."""
    canvas = Canvas(shown)
    found = [(pixels.copy(), seconds) for pixels, seconds in pictures(canvas, SECONDS, is_smooth=True)]
    assert all((pixels != UNCHANGED).all() for pixels, _ in found)
    colors = np.frombuffer(canvas.palette.to_bytes(), np.uint8).reshape(-1, 3)
    return [colors[pixels].astype(int) for pixels, _ in found], [seconds for _, seconds in found]


def box(picture: np.ndarray, color: str) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of all that has a color."""
    rows, columns = np.nonzero((picture == [int(color[k : k + 2], 16) for k in (1, 3, 5)]).all(2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def ink(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the dark pixels on red or white."""
    rows, columns = np.nonzero(picture[..., 0] < 128)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_a_thing_slides_and_then_rests() -> None:
    found, seconds = moving(scene([Placed(0, 5, SQUARE, "a")], [Placed(64, 25, SQUARE, "a")]))
    assert seconds == pytest.approx([1, *[0.04] * STEPS, 0.4])
    boxes = [box(picture, RED) for picture in found]
    assert (boxes[0], boxes[-1]) == ((0, 5, 10, 15), (64, 25, 74, 35))
    lefts = np.array([left for left, *_ in boxes])
    steps = np.diff(lefts)
    assert (steps > 0).all()
    assert steps[STEPS // 2] == steps.max() >= 3 * steps[0]
    np.testing.assert_array_equal(lefts + lefts[::-1], 64)
    for left, top, right, bottom in boxes:
        assert (right - left, bottom - top) == (10, 10)
        assert top == pytest.approx(5 + 20 * left / 64, abs=1)


def test_nothing_is_between_frames_where_nothing_moves() -> None:
    found, seconds = moving(scene([Placed(0, 5, SQUARE, "a")], [Placed(0, 5, SQUARE, "a"), Placed(50, 5, SQUARE)]))
    assert seconds == [1, 1]
    assert box(found[1], RED) == (0, 5, 60, 15)


def test_short_steps_move_for_at_most_six_tenths() -> None:
    shown = scene([Placed(0, 5, SQUARE, "a")], [Placed(64, 25, SQUARE, "a")])
    for step in (0.02, 0.1, 0.25):
        seconds = [each for _, each in pictures(Canvas(shown), step, is_smooth=True)]
        assert sum(seconds) == pytest.approx(2 * step)
        assert sum(seconds[1:-1]) <= 0.6 * step
        quick = replace(shown, draw=lambda k: replace(shown.draw(k), beats=0.5))
        assert min(seconds for _, seconds in pictures(Canvas(quick), step, is_smooth=True)) > 0


def test_words_and_what_has_no_partner_change_half_way() -> None:
    blue = Look(6, 6, (Rect(0, 0, 6, 6, BLUE),))
    found, _ = moving(
        scene(
            [Placed(0, 5, SQUARE, "a"), Placed(80, 0, blue)],
            [Placed(40, 5, SQUARE, "a"), Placed(90, 30, blue), Placed(80, 30, blue, "b")],
        )
    )
    places = [box(picture, BLUE) for picture in found]
    assert set(places) == {(80, 0, 86, 6), (80, 30, 96, 36)}
    assert [place[1] for place in places] == [0] * 8 + [30] * 9


def cell(fill: str, text: str, size: int = 20, lift: int = 0) -> Look:
    number = Text(size / 2, 15 - lift, text, 12, INK, "middle")
    return Look(size, size, (Rect(0, 0, size, size, fill), number))


def test_a_box_moves_and_numbers_stay_in_their_cells() -> None:
    white = "#fefefe"
    backdrop = (Placed(10, 10, cell(white, "3"), "cell 0"), Placed(40, 10, cell(white, "8"), "cell 1"))
    found, _ = moving(
        scene([Placed(10, 10, cell(RED, "3"), "w")], [Placed(40, 10, cell(RED, "8"), "w")], backdrop=backdrop)
    )
    rest = [ink(picture[:, columns]) for picture in (found[0], found[-1]) for columns in (np.s_[:35], np.s_[35:])]
    assert rest[:2] == rest[2:]
    for picture in found:
        left, top, right, _ = box(picture, RED)
        assert (top, right - left) == (10, 20)
        assert [ink(picture[:, :35]), ink(picture[:, 35:])] == rest[:2]
    lefts = [box(picture, RED)[0] for picture in found]
    assert (lefts[0], lefts[-1]) == (10, 40)
    assert len(set(lefts)) > STEPS / 2


def test_a_number_that_makes_room_for_a_note_moves_within_its_cell() -> None:
    backdrop = (Placed(10, 10, cell("#fefefe", "3"), "cell 0"), Placed(40, 10, cell("#fefefe", ""), "cell 1"))
    window = [cell(RED, text, lift=4) for text in ("3", "")]
    found, _ = moving(scene([Placed(10, 10, window[0], "w")], [Placed(40, 10, window[1], "w")], backdrop=backdrop))
    bottoms = [ink(picture)[3] for picture in found]
    assert bottoms == sorted(bottoms)
    assert [*dict.fromkeys(bottoms)] == [*range(bottoms[0], bottoms[0] + 5)]
    heights = {bottom - top for _, top, _, bottom in map(ink, found)}
    assert len(heights) == 1, "never two of them"


def test_a_frame_grows() -> None:
    small, large = (Look(size, size, (Rect(0, 0, size, size, None, BLUE, 2),)) for size in (8, 38))
    found, _ = moving(scene([Placed(40, 16, small, "w")], [Placed(10, 1, large, "w")]))
    sizes = [box(picture, BLUE)[2] - box(picture, BLUE)[0] for picture in found]
    assert (sizes[0], sizes[-1]) == (8, 38)
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > STEPS / 2


def test_a_curve_bends() -> None:
    flat = Curve(0, 1, 10, 1, 20, 1, 29, 1, BLUE)
    steep = Curve(0, 1, 10, 1, 20, 31, 29, 31, BLUE)
    found, _ = moving(scene([Placed(5, 2, Look(30, 3, (flat,)), "f")], [Placed(5, 2, Look(30, 33, (steep,)), "f")]))
    is_ink = [(picture != 255).any(2) for picture in found]
    lasts = [int(np.nonzero(ink[:, 33])[0].max()) for ink in is_ink]
    assert lasts == sorted(lasts)
    assert lasts[0] < 6
    assert lasts[-1] >= 33
    assert all(int(np.nonzero(ink[:, 6])[0].max()) < 6 for ink in is_ink), "its other end stays"
    assert all(ink[:, 6:33].any(0).all() for ink in is_ink), "it has no gap"


@pytest.mark.parametrize("background", ["#ffffff", "#ffffff00"])
def test_what_has_moved_on_leaves_no_trace(background: str) -> None:
    shown = scene(*([Placed(20 * k, 5, SQUARE, "a")] for k in range(4)), background=background)
    found, _ = moving(shown)
    assert all((picture == [255, 0, 0]).all(2).sum() == 100 for picture in found)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_has_its_frames_among_the_pictures(name: str) -> None:
    whole = compose(recipe(name), Presentation(width=300))
    middle = len(whole) // 2 - 1
    shown = replace(whole, length=2, draw=lambda k: whole.draw(middle + k))
    canvas = Canvas(shown)
    found = [pixels.copy() for pixels, _ in pictures(canvas, SECONDS, is_smooth=True)]
    assert len(found) == 2 + STEPS
    for frame, picture in zip(shown, (found[0], found[-1]), strict=True):
        np.testing.assert_array_equal(picture, canvas.frame(frame))
    assert len({picture.tobytes() for picture in found}) > 5


def test_two_pictures_are_in_memory() -> None:
    shown = scene(*([Placed(20 * k, 5, SQUARE, "a")] for k in range(4)))
    arrays = {pixels.ctypes.data for pixels, _ in pictures(Canvas(shown), SECONDS, is_smooth=True)}
    assert len(arrays) == 2
