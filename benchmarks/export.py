"""How fast an animation becomes a file, compared with what people write today with matplotlib, in one process.

    python benchmarks/export.py [--rounds 3]
    python benchmarks/export.py --memory

The same content on both sides: a 7x7 input of the same integers with padding 1, a 3x3 kernel, 49 frames 900 pixels
wide, every number printed. matplotlib's FuncAnimation writes it as a GIF with PillowWriter, as an MP4 with FFMpegWriter
and the settings of x264 that we use, and as the pages of a PDF with PdfPages. Nothing of ours is cached but the looks
of the cells. The runs of all competitors are interleaved, so that whatever else the machine does meets them alike; the
medians make the ratios. The exit status is 1 if a limit is missed. imageio's way of writing the same palette frames is
timed for the record.

``--memory`` makes the largest pictures, 256 frames 3840 pixels wide, each format in a process of its own, and prints
the most memory that it and its children ever had together.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import imageio.v3 as imageio
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

import baseline_matplotlib as baseline
import matplotlib
from imageio_ffmpeg import get_ffmpeg_exe
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter
from matplotlib.backends.backend_pdf import PdfPages

import convviz as cv
from convviz.origin import Origin
from convviz.render.palette import image_of
from convviz.render.pdf import pdf
from convviz.render.raster import Canvas
from convviz.render.video import X264, mp4

SECONDS = 0.25
ORIGIN = Origin("Standard convolution", "", "/standard", "convviz")
FASTER_GIF, FASTER_MP4, FASTER_PDF, ENCODING, KILOBYTES = 120, 20, 50, 2, 350
MEGABYTES = 600
LARGEST = ("gif", "apng", "webp", "mp4")
Run = Callable[[], bytes]


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--memory", action="store_true")
    given = options.parse_args()
    return memory() if given.memory else speed(given.rounds)


def speed(rounds: int) -> int:
    """Print times, sizes and ratios."""
    our_gif()  # draws the cells' looks, the one thing that may be cached
    palette, frames = composed()
    runs: dict[str, Run] = {
        "convviz, recipe to GIF": our_gif,
        "matplotlib, PillowWriter": partial(theirs, "gif"),
        "Pillow, composed frames": lambda: by_pillow(palette, frames),
        "imageio, composed frames": lambda: by_imageio(palette, frames),
        "convviz, recipe to MP4": lambda: mp4(animation().scene, SECONDS, ORIGIN),
        "matplotlib, FFMpegWriter": partial(theirs, "mp4"),
        "convviz, recipe to PDF": lambda: pdf(animation().scene, ORIGIN),
        "matplotlib, PdfPages": partial(theirs, "pdf"),
    }
    seconds, sizes = medians(runs, rounds)
    for name in runs:
        print(f"{name:28}{1e3 * seconds[name]:10.1f} ms{sizes[name] / 1e3:10.0f} kB")
    our, pillow = seconds["convviz, recipe to GIF"], seconds["Pillow, composed frames"]
    met = [
        row("GIF, times matplotlib", seconds["matplotlib, PillowWriter"] / our, ">=", FASTER_GIF),
        row("GIF / Pillow's encoding", our / pillow, "<=", ENCODING),
        row("GIF, kB", sizes["convviz, recipe to GIF"] / 1e3, "<=", KILOBYTES),
        row(
            "MP4, times matplotlib",
            seconds["matplotlib, FFMpegWriter"] / seconds["convviz, recipe to MP4"],
            ">=",
            FASTER_MP4,
        ),
        row(
            "PDF, times matplotlib",
            seconds["matplotlib, PdfPages"] / seconds["convviz, recipe to PDF"],
            ">=",
            FASTER_PDF,
        ),
    ]
    return int(not all(met))


def row(name: str, value: float, relation: str, limit: float) -> bool:
    """Print one comparison; whether its limit is met."""
    is_met = value >= limit if relation == ">=" else value <= limit
    print(f"{name:28}{value:10.2f}  {relation} {limit:g} {'met' if is_met else 'MISSED'}")
    return is_met


# What is compared -----------------------------------------------------------------------------------------------------


def animation() -> cv.Animation:
    """Our picture of the baseline's numbers."""
    inside = baseline.INPUT[baseline.P : -baseline.P, baseline.P : -baseline.P]
    recipe = cv.recipe("standard", input=inside, weight=baseline.KERNEL, padding=baseline.P)
    return cv.animate(recipe, width=baseline.WIDTH, seconds_per_step=SECONDS, terms=False, formula=False)


def our_gif() -> bytes:
    """Make a GIF from the numbers. Palette, scene and frames are made again each time."""
    return animation().gif()


def theirs(suffix: str) -> bytes:
    """Write the baseline, with another writer where it is no GIF."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"baseline.{suffix}"
        with patch.object(baseline, "PillowWriter", WRITERS[suffix]):
            baseline.render(str(path))
        return path.read_bytes()


def movie(fps: int) -> FFMpegWriter:
    """Return matplotlib's writer with our settings of x264."""
    matplotlib.rcParams["animation.ffmpeg_path"] = get_ffmpeg_exe()
    return FFMpegWriter(fps=fps, codec="libx264", extra_args=[*X264[2:], "-pix_fmt", "yuv420p"])


class Pages(AbstractMovieWriter):
    """Writes each frame of an animation as a page."""

    def setup(self, fig, outfile, dpi=None):  # type: ignore[no-untyped-def]
        super().setup(fig, outfile, dpi)
        self.pages = PdfPages(outfile)

    def grab_frame(self, **options):  # type: ignore[no-untyped-def]
        self.pages.savefig(self.fig)

    def finish(self):  # type: ignore[no-untyped-def]
        self.pages.close()


WRITERS = {"gif": baseline.PillowWriter, "mp4": movie, "pdf": Pages}


def composed() -> tuple[bytes, list[Image.Image]]:
    """Return the palette and our frames as images of Pillow."""
    scene = animation().scene
    canvas = Canvas(scene)
    frames = [image_of(canvas.frame(frame)) for frame in scene]
    palette = canvas.palette.to_bytes()
    for image in frames:
        image.putpalette(palette)
    return palette, frames


def by_pillow(palette: bytes, frames: list[Image.Image]) -> bytes:
    """Write with Pillow, the frames shared and only changes written."""
    file = BytesIO()
    options = {"save_all": True, "append_images": frames[1:], "duration": 1000 * SECONDS, "loop": 0}
    frames[0].save(file, "GIF", optimize=True, disposal=1, **options)
    return file.getvalue()


def by_imageio(palette: bytes, frames: list[Image.Image]) -> bytes:
    """Write with imageio: the indices as if they were gray levels, and the palette with them."""
    pixels = np.stack([np.asarray(image) for image in frames])
    options = {"duration": 1000 * SECONDS, "loop": 0, "optimize": True, "disposal": 1}
    made = imageio.imwrite("<bytes>", pixels, extension=".gif", plugin="pillow", mode="L", palette=palette, **options)
    assert made is not None  # as always when the target is <bytes>
    return made


def medians(runs: dict[str, Run], rounds: int) -> tuple[dict[str, float], dict[str, int]]:
    """Return the median seconds of each run, taken in turns, and the bytes that each makes."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    sizes = {}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            sizes[name] = len(run())
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}, sizes


# Memory ---------------------------------------------------------------------------------------------------------------


def memory() -> int:
    """Print the most memory of each format, and whether it is less than the limit."""
    met = []
    for name in LARGEST:
        start = time.perf_counter()
        with subprocess.Popen([sys.executable, Path(__file__).with_name("largest.py"), name]) as process:
            most = 0.0
            while process.poll() is None:
                most = max(most, sum(map(resident, family(process.pid))))
                time.sleep(0.02)
        print(f"{time.perf_counter() - start:.1f} s")
        met.append(process.returncode == 0 and row(f"{name}, MB", most, "<=", MEGABYTES))
    return int(not all(met))


def family(process: int) -> Iterator[int]:
    """Yield a process of Linux and all that it started."""
    yield process
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with gone_is_fine():
            for child in path.read_text().split():
                yield from family(int(child))


def resident(process: int) -> float:
    """Return the megabytes of memory that a process has."""
    with gone_is_fine():
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def gone_is_fine() -> Iterator[None]:
    """Let a process end while it is looked at."""
    try:
        yield
    except (FileNotFoundError, ProcessLookupError):
        return


if __name__ == "__main__":
    sys.exit(main())
