"""Pictures decoded again: a GIF, a PNG and an archive hold exactly the pixels that were composed."""

from __future__ import annotations

import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import convviz as cv
from convviz.animation import Animation
from convviz.origin import Origin
from convviz.render import palette
from convviz.render.gif import encode, gif
from convviz.render.palette import UNCHANGED, Palette
from convviz.render.png import png
from convviz.render.raster import Canvas
from convviz.scene.primitives import Curve, Frame, Line, Look, Placed, Rect, Scene, Text

ORIGIN = Origin("A picture", "What it shows", "/standard", "convviz 0")

PICTURES = {
    "light": cv.animate(cv.presets["padding_strides"], width=420),
    "dark": cv.animate(cv.presets["padding_strides_odd_transposed"], width=500, theme="dark", seconds_per_step=0.25),
    "one step": cv.animate(cv.recipe("standard", input_size=3), width=300),
    "taps": cv.animate(cv.recipe("transposed", input_size=2, storyboard="tap", view="scatter"), width=400),
}


def composed(animation: Animation) -> list[np.ndarray]:
    """Every frame as red, green and blue."""
    canvas = Canvas(animation.scene)
    frames = [canvas.frame(frame) for frame in animation.scene]
    colors = np.frombuffer(canvas.palette.to_bytes(), np.uint8).reshape(-1, 3)
    assert all((frame != UNCHANGED).all() for frame in frames)
    return [colors[frame] for frame in frames]


def decoded(data: bytes) -> tuple[list[np.ndarray], list[int]]:
    """Every frame of a GIF as red, green and blue, and how long it is shown in milliseconds."""
    frames, durations = [], []
    with Image.open(BytesIO(data)) as image:
        for k in range(getattr(image, "n_frames", 1)):
            image.seek(k)
            frames.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
    return frames, durations


@pytest.mark.parametrize("name", PICTURES)
def test_gif_is_what_was_composed(name: str) -> None:
    animation = PICTURES[name]
    frames, durations = decoded(animation.gif())
    step = round(1000 * animation.presentation.seconds_per_step)
    assert len(frames) == len(animation)
    assert durations == [step] * (len(frames) - 1) + [3 * step]
    for found, expected in zip(frames, composed(animation), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", PICTURES)
def test_gif_repeats_for_ever_and_has_one_palette_without_duplicates(name: str) -> None:
    data = PICTURES[name].gif()
    with Image.open(BytesIO(data)) as image:
        assert image.info["loop"] == 0
        assert image.size == (PICTURES[name].scene.width, PICTURES[name].scene.height)
        assert image.mode == "P"
    size, blocks = parse(data)
    table = np.frombuffer(data[13 : 13 + 3 * size], np.uint8).reshape(-1, 3)
    assert len(np.unique(table, axis=0)) == size
    assert blocks == len(PICTURES[name]), "a frame is one image block"


def parse(data: bytes) -> tuple[int, int]:
    """The size of a GIF's palette, and its image blocks, none of which has a palette of its own."""
    assert data[10] & 0x80, "there is a global palette"
    size = 2 << (data[10] & 7)
    at, images = 13 + 3 * size, 0
    while data[at : at + 1] != b";":
        if data[at : at + 1] == b"!":
            at += 2
        else:
            assert data[at : at + 1] == b","
            assert not data[at + 9] & 0x80, "no local palette"
            images += 1
            at += 11
        while data[at]:
            at += data[at] + 1
        at += 1
    return size, images


def test_gif_is_the_same_every_time() -> None:
    recipe = cv.presets["dilation"]
    assert cv.animate(recipe, width=300).gif() == cv.animate(recipe, width=300).gif()


def test_a_time_too_short_for_browsers_is_made_longer() -> None:
    frames, durations = decoded(gif(PICTURES["light"].scene, 0.001, ORIGIN))
    assert durations == [20] * len(frames)


def test_equal_frames_stay_apart() -> None:
    """A writer that merges them would change the number of frames."""
    pixels = np.ones((2, 3), dtype=np.uint8)
    three = [(pixels, 1), (pixels.copy(), 2), (pixels.copy(), 3)]
    frames, durations = decoded(encode(three, lambda: b"\0\0\0abc", comment=""))
    assert durations == [1000, 2000, 3000]
    assert all((frame == [97, 98, 99]).all() for frame in frames)


@pytest.mark.parametrize("index", [0, 4, -1])
def test_png_is_what_was_composed(index: int) -> None:
    animation = PICTURES["light"]
    with Image.open(BytesIO(animation.png(index))) as image:
        assert image.format == "PNG"
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), composed(animation)[index])


def test_archive_has_every_frame_and_the_same_bytes_every_time() -> None:
    animation = PICTURES["dark"]
    data = animation.png_zip()
    assert data == cv.animate(animation.recipe, width=500, theme="dark", seconds_per_step=0.25).png_zip()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"transposed-{k:03}.png" for k in range(1, 37)]
        for name, expected in zip(archive.namelist(), composed(animation), strict=True):
            with Image.open(BytesIO(archive.read(name))) as image:
                np.testing.assert_array_equal(np.asarray(image.convert("RGB")), expected)


def scene(*items: Placed) -> Scene:
    return Scene(8, 6, "#ffffff", items, "a test", 1, lambda _: Frame((), "", ""))


def pixels(*items: Placed) -> np.ndarray:
    with Image.open(BytesIO(png(scene(*items), 0, ORIGIN))) as image:
        return np.asarray(image.convert("RGB"))


def test_what_sticks_out_is_cut_off() -> None:
    square = Look(4, 4, (Rect(0, 0, 4, 4, "#ff0000"),))
    drawn = pixels(Placed(-2, -1, square), Placed(6, 4, square))
    red = (drawn == [255, 0, 0]).all(2)
    assert red.sum() == 2 * 3 + 2 * 2
    assert red[:3, :2].all()
    assert red[4:, 6:].all()


def test_a_hollow_rectangle_leaves_its_inside_alone() -> None:
    drawn = pixels(Placed(1, 1, Look(4, 4, (Rect(0, 0, 4, 4, None, "#0000ff"),))))
    blue = (drawn == [0, 0, 255]).all(2)
    assert blue.sum() == 12
    assert (drawn[2:4, 2:4] == 255).all()


def test_dashes_and_lines() -> None:
    dashed = pixels(Placed(0, 0, Look(8, 6, (Rect(0, 0, 8, 6, None, "#0000ff", 1, 2),))))
    assert (dashed[0] == [0, 0, 255]).all(1).tolist() == [True, True, False, False, True, True, False, False]
    crossed = pixels(Placed(0, 0, Look(6, 6, (Rect(0, 0, 6, 6, "#00ff00"), Line(0, 0, 5, 5, "#ff0000")))))
    assert all((crossed[k, k] == [255, 0, 0]).all() for k in range(6))


def test_a_curve_is_a_smooth_line_from_end_to_end() -> None:
    """Dark where it is, with shades at its sides, and what it does not touch stays as it is."""
    curve = Curve(1, 2, 20, 2, 20, 36, 38, 36, "#000000")
    look = Look(40, 40, (curve,))
    canvas = Scene(40, 40, "#ffffff", (), "", 1, lambda index: Frame((Placed(0, 0, look),), "", ""))
    with Image.open(BytesIO(png(canvas, 0, ORIGIN))) as image:
        drawn = np.asarray(image.convert("L")).astype(int)
    touched = np.argwhere(drawn < 255)
    assert (touched.min(0).tolist(), touched.max(0).tolist()) == ([2, 1], [36, 38])
    points = np.array([curve.at(k / 200)[::-1] for k in range(201)])
    assert all(abs(points - pixel).max(1).min() < 1.2 for pixel in touched)
    assert 3 <= len(np.unique(drawn)) <= 8
    assert (255 - drawn).sum() / 255 >= 40


def test_text_is_blended_with_what_is_below_it() -> None:
    look = Look(8, 6, (Rect(0, 0, 8, 6, "#102030"), Text(1, 6, "M", 7, "#f0e0d0")))
    drawn = pixels(Placed(0, 0, look)).reshape(-1, 3)
    low, high = np.array([0x10, 0x20, 0x30]), np.array([0xF0, 0xE0, 0xD0])
    shares = (drawn - low) / (high - low)
    assert shares.max() > 0.6
    np.testing.assert_allclose(shares, shares[:, :1].repeat(3, 1), atol=0.01)


def test_a_full_palette_takes_the_nearest_color() -> None:
    colors = Palette("#000000")
    assert [colors.index((k, 0, 0, 255)) for k in range(255)] == list(range(1, 256))
    assert colors.index((254, 1, 0, 255)) == 255
    assert colors.index((3, 0, 2, 255)) == 4
    assert len(colors.to_bytes()) == 768
    assert len({colors.to_bytes()[k : k + 3] for k in range(0, 768, 3)}) == 256


@pytest.mark.parametrize(("count", "size"), [(1, 2), (2, 4), (3, 4), (4, 8), (127, 128), (128, 256), (255, 256)])
def test_a_palette_is_a_power_of_two_without_duplicates(count: int, size: int) -> None:
    colors = Palette("#000000")
    for k in range(count):
        colors.index((0, 0, k, 255))
    table = colors.to_bytes()
    assert len(table) == 3 * size
    assert len({table[k : k + 3] for k in range(0, len(table), 3)}) == size
    assert table[3 : 3 + 3 * count] == bytes(channel for k in range(count) for channel in (0, 0, k))


def test_each_look_is_drawn_once() -> None:
    palette.draw_look.cache_clear()
    animation = cv.animate(cv.presets["same_padding_no_strides"], width=360)
    animation.gif()
    drawn = palette.draw_look.cache_info().misses
    animation.png_zip()
    assert palette.draw_look.cache_info().misses == drawn
    assert drawn < 400
