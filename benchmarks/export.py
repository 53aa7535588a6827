"""How fast an animation becomes a GIF, compared with what people write today with matplotlib, in one process.

    python benchmarks/export.py [--rounds 3]

The same content on both sides: a 7x7 input of the same integers with padding 1, a 3x3 kernel, 49 frames 900 pixels
wide, every number printed. Nothing of ours is cached but the looks of the cells. The runs of all competitors are
interleaved, so that whatever else the machine does meets them alike; the medians make the ratios. The exit status is 1
if a limit is missed. imageio's way of writing the same palette frames is timed for the record.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

import baseline_matplotlib as baseline

import convviz as cv
from convviz.render.palette import image_of
from convviz.render.raster import Canvas

SECONDS = 0.25
FASTER, ENCODING, KILOBYTES = 80, 2, 350
Run = Callable[[], bytes]


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    rounds = options.parse_args().rounds
    ours()  # draws the cells' looks, the one thing that may be cached
    palette, frames = composed()
    runs: dict[str, Run] = {
        "convviz, recipe to GIF": ours,
        "matplotlib FuncAnimation": theirs,
        "Pillow, composed frames": lambda: by_pillow(palette, frames),
        "imageio, composed frames": lambda: by_imageio(palette, frames),
    }
    seconds, sizes = medians(runs, rounds)
    for name in runs:
        print(f"{name:28}{1e3 * seconds[name]:10.1f} ms{sizes[name] / 1e3:10.0f} kB")
    mine, plots, pillow, _ = seconds.values()
    kilobytes = sizes["convviz, recipe to GIF"] / 1e3
    met = [
        row("faster than matplotlib", plots / mine, ">=", FASTER),
        row("times Pillow's encoding", mine / pillow, "<=", ENCODING),
        row("kB", kilobytes, "<=", KILOBYTES),
    ]
    return int(not all(met))


def row(name: str, value: float, relation: str, limit: float) -> bool:
    """Print one comparison; whether its limit is met."""
    is_met = value >= limit if relation == ">=" else value <= limit
    print(f"{name:28}{value:10.2f}  {relation} {limit:g} {'met' if is_met else 'MISSED'}")
    return is_met


def animation() -> cv.Animation:
    """Our picture of the baseline's numbers."""
    inside = baseline.INPUT[baseline.P : -baseline.P, baseline.P : -baseline.P]
    recipe = cv.recipe("standard", input=inside, weight=baseline.KERNEL, padding=baseline.P)
    return cv.animate(recipe, width=baseline.WIDTH, seconds_per_step=SECONDS, terms=False, formula=False)


def ours() -> bytes:
    """Make a GIF from the numbers. Palette, scene and frames are made again each time."""
    return animation().gif()


def theirs() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "baseline.gif"
        baseline.render(str(path))
        return path.read_bytes()


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


if __name__ == "__main__":
    sys.exit(main())
