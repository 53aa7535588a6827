"""GIF, APNG and WebP decoded again: pixels, times, repetition, transparency, and what they say of themselves."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from convviz.origin import RIGHTS
from convviz.render.animated import apng, webp
from convviz.render.gif import gif
from convviz.render.motion import PICTURES_PER_SECOND
from convviz.render.png import png_zip
from convviz.scene import Frame, Scene

from .pictures import ORIGIN, SCENES, on, painted

FORMATS: dict[str, Callable[..., bytes]] = {"GIF": gif, "PNG": apng, "WEBP": webp}
SECONDS = 0.3


def decoded(data: bytes) -> tuple[list[np.ndarray], list[int]]:
    """Return every frame as red, green, blue and alpha, and its milliseconds."""
    frames, durations = [], []
    with Image.open(BytesIO(data)) as image:
        for k in range(getattr(image, "n_frames", 1)):
            image.seek(k)
            frames.append(np.asarray(image.convert("RGBA")))
            durations.append(round(image.info["duration"]))
    return frames, durations


def over(frame: np.ndarray, background: tuple[int, int, int]) -> np.ndarray:
    """Return what a frame looks like on a background."""
    below = Image.new("RGBA", (frame.shape[1], frame.shape[0]), background)
    return np.asarray(Image.alpha_composite(below, Image.fromarray(frame)).convert("RGB"))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["light", "dark", "one step", "two"])
def test_every_frame_is_what_was_composed(kind: str, name: str) -> None:
    scene = SCENES[name]
    frames, durations = decoded(FORMATS[kind](scene, SECONDS, ORIGIN))
    assert len(frames) == len(scene)
    assert all((frame[..., 3] == 255).all() for frame in frames)
    for frame, expected in zip(frames, painted(scene), strict=True):
        np.testing.assert_array_equal(frame[..., :3], expected)
    assert durations == [round(1000 * SECONDS * frame.beats) for frame in scene]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("is_loop", [True, False])
def test_it_repeats_forever_or_plays_once(kind: str, is_loop: bool) -> None:
    with Image.open(BytesIO(FORMATS[kind](SCENES["light"], SECONDS, ORIGIN, is_loop=is_loop))) as image:
        assert image.format == kind
        # A GIF that plays once says nothing of it.
        assert image.info.get("loop", "once") == (0 if is_loop else {"GIF": "once"}.get(kind, 1))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("name", ["see-through", "see-through dark"])
def test_shades_of_transparency_look_right_on_any_background(kind: str, name: str) -> None:
    scene = SCENES[name]
    frames, _ = decoded(FORMATS[kind](scene, SECONDS, ORIGIN))
    for background, color in (("#000000", (0, 0, 0)), ("#ffffff", (255, 255, 255))):
        for frame, expected in zip(frames, on(scene, background), strict=True):
            # Alpha, then the color, are rounded to whole numbers.
            np.testing.assert_allclose(over(frame, color).astype(int), expected, atol=2)
    alpha = {int(value) for frame in frames for value in np.unique(frame[..., 3])}
    assert {0, 255} < alpha


@pytest.mark.parametrize("name", ["see-through", "see-through dark"])
def test_a_gif_is_transparent_where_nothing_is_and_nothing_leaves_a_trace(name: str) -> None:
    scene = SCENES[name]
    frames, _ = decoded(gif(scene, SECONDS, ORIGIN))
    soft, _ = decoded(apng(scene, SECONDS, ORIGIN))
    assert len(frames) == len(scene)
    for frame, shades, expected in zip(frames, soft, painted(scene), strict=True):
        is_covered = shades[..., 3] > 0
        np.testing.assert_array_equal(frame[..., 3] == 255, is_covered)
        np.testing.assert_array_equal(frame[..., 3] == 0, ~is_covered)
        np.testing.assert_allclose(frame[is_covered][:, :3].astype(int), expected[is_covered], atol=1)


def test_a_gif_says_where_it_comes_from_in_pieces_of_any_length() -> None:
    for length in (0, 100, 255, 256, 700):
        source = "/dilated?" + "×" * (length // 2)
        with Image.open(BytesIO(gif(SCENES["light"], SECONDS, replace(ORIGIN, source=source)))) as image:
            comment = image.info["comment"].decode()
        assert comment == f"Dilated convolution. {source}. convviz 0.1.0. {RIGHTS}."


def test_an_apng_says_where_it_comes_from() -> None:
    with Image.open(BytesIO(apng(SCENES["light"], SECONDS, ORIGIN))) as image:
        assert image.text == {
            "Title": ORIGIN.title, "Description": ORIGIN.description, "Source": ORIGIN.source,
            "Software": ORIGIN.software, "Copyright": RIGHTS,
        }  # fmt: skip


def test_a_webp_says_where_it_comes_from() -> None:
    with Image.open(BytesIO(webp(SCENES["light"], SECONDS, ORIGIN))) as image:
        root = ElementTree.fromstring(image.info["xmp"])
    said = {element.tag.partition("}")[2]: "".join(element.itertext()) for element in root[0][0]}
    assert said == {
        "title": ORIGIN.title, "description": ORIGIN.description, "rights": RIGHTS, "source": ORIGIN.source,
        "CreatorTool": ORIGIN.software,
    }  # fmt: skip


@pytest.mark.parametrize("make", [gif, apng])
def test_ffmpeg_reads_the_same_frames(make: Callable[..., bytes]) -> None:
    """Another decoder than Pillow, which writes them. ffmpeg reads no animated WebP."""
    scene = SCENES["dark"]
    command = [get_ffmpeg_exe(), "-v", "error", "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "rawvideo"]
    raw = subprocess.run(
        [*command, "-pix_fmt", "rgb24", "pipe:1"], input=make(scene, SECONDS, ORIGIN), capture_output=True, check=True
    ).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, scene.height, scene.width, 3)
    assert len(frames) == len(scene)
    for frame, expected in zip(frames, painted(scene), strict=True):
        np.testing.assert_array_equal(frame, expected)


def test_a_smooth_webp_has_the_frames_among_its_pictures() -> None:
    scene = SCENES["light"]
    frames, durations = decoded(webp(scene, SECONDS, ORIGIN, is_smooth=True))
    between = int(0.6 * SECONDS * PICTURES_PER_SECOND)
    assert between == 4
    assert len(frames) == len(scene) + between * (len(scene) - 1)
    assert sum(durations) == round(1000 * SECONDS * sum(frame.beats for frame in scene))
    for frame, expected in zip(frames[:: between + 1], painted(scene), strict=True):
        np.testing.assert_array_equal(frame[..., :3], expected)


SAME = """
import sys
from hashlib import sha256
from tests.render.pictures import ORIGIN, SCENES
from tests.render.test_moving import FORMATS
from convviz.render.video import mp4, webm
made = [*FORMATS.values(), mp4, webm, lambda *given: FORMATS["WEBP"](*given, is_smooth=True)]
files = [make(SCENES[name], 0.3, ORIGIN) for make in made for name in ("one step", "see-through")]
print(sha256(b"".join(files)).hexdigest())
"""


def test_the_bytes_are_the_same_in_every_process() -> None:
    """Whatever the seed of hashes, the language and the number of processors: twelve files."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", SAME], env={"PYTHONHASHSEED": seed, "LC_ALL": language, "PYTHONPATH": "."},
            check=True, capture_output=True, text=True,
        ).stdout
        for seed, language in (("1", "C"), ("2", "tr_TR.UTF-8"))
    }  # fmt: skip
    assert len(digests) == 1


class GivenUpError(Exception):
    """The request of the picture is gone."""


def given_up(scene: Scene) -> Scene:
    def draw(index: int) -> Frame:
        if index == 2:
            raise GivenUpError
        return scene.draw(index)

    return replace(scene, draw=draw)


@pytest.mark.parametrize("make", [*FORMATS.values(), lambda scene, _, origin: png_zip(scene, "a", origin)])
def test_a_picture_that_is_given_up_leaves_no_thread(make: Callable[..., bytes]) -> None:
    with pytest.raises(GivenUpError):
        make(given_up(SCENES["light"]), SECONDS, ORIGIN)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]
