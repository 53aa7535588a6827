"""Videos decoded again by ffmpeg: pictures, sizes, times, what they say of themselves, and what is left of failures."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from convviz.errors import SpecError
from convviz.origin import RIGHTS
from convviz.render import video
from convviz.render.video import mp4, webm
from convviz.scene import Scene
from convviz.scene.primitives import Frame, Look, Placed, Rect

from .pictures import ORIGIN, SCENES, painted
from .test_moving import GivenUpError, given_up

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
MAKERS = pytest.mark.parametrize("make", [mp4, webm])
SECONDS = 0.6  # 3 pictures for each frame


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files are; none of them may be left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not [*tmp_path.iterdir()]


def facts(data: bytes) -> str:
    """Return what ffmpeg says of a file."""
    return subprocess.run([FFMPEG, "-i", "pipe:0"], input=data, capture_output=True).stderr.decode()


def decoded(data: bytes, width: int, height: int) -> np.ndarray:
    """Return every picture of a video as red, green and blue."""
    command = [FFMPEG, "-v", "error", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    raw = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3).astype(int)


@MAKERS
@pytest.mark.parametrize("name", ["light", "see-through dark", "one step"])
def test_every_frame_is_there_as_long_as_it_should(make: Callable[..., bytes], name: str) -> None:
    scene = SCENES[name]
    width, height = scene.width + scene.width % 2, scene.height + scene.height % 2
    pictures = decoded(make(scene, SECONDS, ORIGIN), width, height)
    beats = [int(frame.beats) for frame in scene]
    assert beats == [1] * (len(scene) - 1) + [3]
    assert len(pictures) == 3 * sum(beats)
    expected = painted(scene)
    numbers = [number for number, count in enumerate(beats) for _ in range(3 * count)]
    for picture, number in zip(pictures, numbers, strict=True):
        inside = picture[: scene.height, : scene.width]
        differences = [abs(inside - frame).mean() for frame in expected]
        assert int(np.argmin(differences)) == number
        assert differences[number] < 3
    corner = pictures[0][-1, -1]
    paper = [int(scene.background[k : k + 2], 16) for k in (1, 3, 5)]
    np.testing.assert_allclose(corner, paper, atol=4)


@MAKERS
def test_its_colors_are_right(make: Callable[..., bytes]) -> None:
    """Large areas, in which no neighbor disturbs a color, come back nearly as they were."""
    colors = ["#a63a00", "#d5efe3", "#0f4bac", "#ffdf8a", "#0e121d", "#c80a50"]
    items = tuple(Placed(0, 40 * k, Look(90, 40, (Rect(0, 0, 90, 40, color),))) for k, color in enumerate(colors))
    scene = Scene(90, 240, "#ffffff", (), "", 1, lambda index: Frame(items, "", ""))
    picture = decoded(make(scene, 1, ORIGIN), 90, 240)[0]
    for k, color in enumerate(colors):
        expected = [int(color[k : k + 2], 16) for k in (1, 3, 5)]
        np.testing.assert_allclose(picture[40 * k + 20, 45], expected, atol=6)


def test_an_mp4_plays_in_every_program() -> None:
    """H.264, High profile, 4:2:0, even sizes, and what is needed to begin comes first."""
    data = mp4(SCENES["dark"], SECONDS, ORIGIN)
    assert (SCENES["dark"].width % 2, SCENES["dark"].height % 2) != (0, 0), "the test needs an odd side"
    found = facts(data)
    assert re.search(r"Video: h264 \(High\).*yuv420p\(tv, bt709.*, 302x\d+[02468][, ].* 5 fps", found)
    seconds = SECONDS * sum(frame.beats for frame in SCENES["dark"])
    assert f"Duration: 00:00:{seconds:05.2f}" in found
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_a_webm_is_vp9() -> None:
    found = facts(webm(SCENES["light"], SECONDS, ORIGIN))
    assert re.search(r"Video: vp9 \(Profile 0\), yuv420p\(tv, bt709", found)
    seconds = SECONDS * sum(frame.beats for frame in SCENES["light"])
    assert f"Duration: 00:00:{seconds:05.2f}" in found


@MAKERS
def test_it_says_where_it_comes_from(make: Callable[..., bytes]) -> None:
    found = facts(make(SCENES["one step"], SECONDS, replace(ORIGIN, title="A = B; #1\\")))
    said = {name.lower(): text for name, text in re.findall(r"^    (\w+) +: (.+)$", found, re.MULTILINE)}
    assert said["title"] == "A = B; #1\\"
    assert said["description"] == ORIGIN.description
    assert said["copyright"] == RIGHTS
    assert said["comment"] == replace(ORIGIN, title="A = B; #1\\").comment
    assert "creation_time" not in said


@pytest.mark.parametrize(("seconds", "rate"), [(0.25, 4), (0.1, 10), (0.7, 30 / 7), (3, 4)])
def test_a_step_has_a_whole_number_of_pictures(seconds: float, rate: float) -> None:
    scene = SCENES["one step"]  # one frame of three beats
    pictures = decoded(mp4(scene, seconds, ORIGIN), scene.width + 1, scene.height + scene.height % 2)
    assert len(pictures) == round(3 * seconds * rate)


@MAKERS
def test_a_smooth_video_has_the_frames_among_its_pictures(make: Callable[..., bytes]) -> None:
    scene = SCENES["light"]
    pictures = decoded(make(scene, 0.4, ORIGIN, is_smooth=True), scene.width, scene.height + scene.height % 2)
    assert len(pictures) == round(25 * 0.4 * sum(frame.beats for frame in scene))
    for number, expected in enumerate(painted(scene)):
        # The first frame rests for ten pictures; six of motion come before every other one.
        assert abs(pictures[10 * number + 8][: scene.height] - expected).mean() < 3


def test_4k() -> None:
    scene = replace(SCENES["one step"], width=3840, height=2159)
    data = mp4(scene, 0.25, ORIGIN)
    assert "3840x2160" in facts(data)


@MAKERS
def test_a_video_that_is_given_up_leaves_no_process(
    make: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def remember(*given: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(*given, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(video, "Popen", remember)
    with pytest.raises(GivenUpError):
        make(given_up(SCENES["light"]), SECONDS, ORIGIN)
    assert [process.returncode for process in started] == [-9]


def program(folder: Path, text: str) -> str:
    """Write a program that pretends to be ffmpeg, where the test of temporary files does not look."""
    path = folder.parent / f"{folder.name}-ffmpeg"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo first >&2; echo 'No space left' >&2; exit 3", "it ended with status 3: No space left"),
        ("cat > /dev/null; exit 1", "it ended with status 1: no message"),
    ],
)
def test_a_failure_of_ffmpeg_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.setattr(video, "get_ffmpeg_exe", lambda: program(folder, text))
    with pytest.raises(SpecError) as caught:
        mp4(SCENES["light"], SECONDS, ORIGIN)
    assert str(caught.value) == f"ffmpeg must be able to write the video; {message}"


def test_without_a_program_the_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(video, "get_ffmpeg_exe", missing)
    with pytest.raises(SpecError) as caught:
        mp4(SCENES["light"], SECONDS, ORIGIN)
    assert str(caught.value) == "A video needs ffmpeg; imageio-ffmpeg has none: No ffmpeg exe could be found."
