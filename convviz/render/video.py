"""Scenes as videos: MP4 (H.264) and WebM (VP9), encoded by the ffmpeg that imageio-ffmpeg brings.

Pictures go through a pipe as palette indices, each with its palette, one at a time, and ffmpeg makes colors of them.
The rate of pictures is constant, because not every player keeps other times, and such that a step is a whole number of
pictures.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from math import ceil
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from convviz.errors import SpecError
from convviz.origin import RIGHTS, Origin
from convviz.scene.primitives import Scene

from .motion import PICTURES_PER_SECOND, pictures
from .palette import Palette
from .raster import Canvas, opaque

_SLOWEST: Final = 4
"""Pictures in a second, at least: some players refuse fewer."""

X264: Final = (
    "-c:v", "libx264", "-profile:v", "high", "-preset", "veryfast", "-crf", "20",
    "-x264-params", "rc-lookahead=1:sync-lookahead=0:bframes=0:weightp=0:sliced-threads=1",
)  # fmt: skip
"""Pictures 3840 pixels wide take 430 MB so, and 900 MB with what the preset has of frames looked ahead, for files that
are larger: most pictures differ little from the one before, and nothing else helps to write them."""

_MP4: Final = (*X264, "-movflags", "+faststart")
"""What is needed to begin comes first in the file."""

_WEBM: Final = (
    "-c:v", "libvpx-vp9", "-crf", "28", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "0",
    "-tune-content", "screen", "-lag-in-frames", "0",
)  # fmt: skip
"""The deadline "good" takes seven times as long, for files that are a quarter smaller. Pictures 3840 pixels wide take
900 MB, and 1,200 with frames looked ahead, for the same bytes."""

_COLORS: Final = (
    "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
)  # fmt: skip
"""All players know these; without them each guesses from the size of the picture."""

_ALWAYS_THE_SAME: Final = (
    "-threads", "2", "-filter_threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
)  # fmt: skip
"""No dates, no random ids, and no bytes that depend on the number of processors."""


def mp4(scene: Scene, seconds_per_step: float, origin: Origin, *, is_smooth: bool = False) -> bytes:
    """Return the scene as an MP4 video, on the scene's background where that is transparent.

    Parameters
    ----------
    scene : Scene
        What to draw. Sides of an odd number of pixels get one more, as H.264 wants it.
    seconds_per_step : float
        Time of one beat.
    origin : Origin
        What the file says of itself.
    is_smooth : bool
        Whether things move between frames.

    Raises
    ------
    SpecError
        ffmpeg fails, or there is none.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> scene = Scene(5, 3, "#ffffff", (), "", 2, lambda index: Frame((), "", ""))
    >>> mp4(scene, 0.5, Origin("Nothing", "", "/", "convviz"))[4:12]
    b'ftypisom'
    """
    return _video(scene, seconds_per_step, origin, "mp4", _MP4, is_smooth=is_smooth)


def webm(scene: Scene, seconds_per_step: float, origin: Origin, *, is_smooth: bool = False) -> bytes:
    """Return the scene as a WebM video; see `mp4`."""
    return _video(scene, seconds_per_step, origin, "webm", _WEBM, is_smooth=is_smooth)


def _video(
    scene: Scene, seconds_per_step: float, origin: Origin, suffix: str, codec: Sequence[str], *, is_smooth: bool
) -> bytes:
    canvas = Canvas(opaque(scene))
    rate = Fraction(PICTURES_PER_SECOND) if is_smooth else _rate(seconds_per_step)
    width, height = scene.width + scene.width % 2, scene.height + scene.height % 2
    size = ("-pix_fmt", "pal8", "-s", f"{width}x{height}", "-r", str(rate))
    source = ("-f", "rawvideo", *size, "-threads", "1", "-thread_queue_size", "1", "-i", "pipe:0")
    texts = {
        "title": origin.title, "description": origin.description, "comment": origin.comment, "copyright": RIGHTS
    }.items()  # fmt: skip
    metadata = [word for name, text in texts for word in ("-metadata", f"{name}={text}")]
    with TemporaryDirectory() as folder:  # the beginning of a file is written last
        target, log = Path(folder, f"video.{suffix}"), Path(folder, "log")
        options = (*source, *_COLORS, *codec, *_ALWAYS_THE_SAME, *metadata)
        command = [_ffmpeg(), "-loglevel", "error", *options, str(target)]
        _run(command, log, _raw(canvas, pictures(canvas, seconds_per_step, is_smooth=is_smooth), rate))
        return target.read_bytes()


def _rate(seconds_per_step: float) -> Fraction:
    """Return pictures in a second: as few as there may be, and a whole number in a step.

    Examples
    --------
    >>> _rate(0.6), _rate(0.25), _rate(2)
    (Fraction(5, 1), Fraction(4, 1), Fraction(4, 1))
    """
    return ceil(_SLOWEST * seconds_per_step) / Fraction(seconds_per_step).limit_denominator(1000)


def _raw(canvas: Canvas, shown: Iterator[tuple[np.ndarray, float]], rate: Fraction) -> Iterator[bytes | memoryview]:
    """Yield pictures with even sides, and after each its palette, as often as its time wants it."""
    height, width = canvas.scene.height, canvas.scene.width
    even = np.full((height + height % 2, width + width % 2), canvas.palette.paper, dtype=np.uint8)
    end, written = 0.0, 0
    for pixels, seconds in shown:
        even[:height, :width] = pixels
        colors = _palette(canvas.palette)
        end += seconds
        for _ in range(max(1, round(end * rate) - written)):
            yield even.data
            yield colors
            written += 1


def _palette(palette: Palette) -> bytes:
    """Return 256 entries of blue, green, red and alpha."""
    entries = np.full((256, 4), 255, dtype=np.uint8)
    colors = np.frombuffer(palette.to_bytes(), np.uint8).reshape(-1, 3)
    entries[: len(colors), :3] = colors[:, ::-1]
    return entries.tobytes()


def _run(command: Sequence[str], log: Path, data: Iterator[bytes | memoryview]) -> None:
    """Run ffmpeg, and end it when its input cannot be made."""
    with log.open("wb") as errors, Popen(command, stdin=PIPE, stdout=DEVNULL, stderr=errors) as process:
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):  # ffmpeg ended, and its log says why
                for piece in data:
                    process.stdin.write(piece)
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
        status = process.wait()
    if status:
        reason = (log.read_text(errors="replace").strip().splitlines() or ["no message"])[-1]
        raise SpecError(f"ffmpeg must be able to write the video; it ended with status {status}: {reason}")


def _ffmpeg() -> str:
    try:
        return str(get_ffmpeg_exe())
    except RuntimeError as error:  # a package without its binary, as some distributions have it
        raise SpecError(f"A video needs ffmpeg; imageio-ffmpeg has none: {error}") from error
