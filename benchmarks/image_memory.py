"""Print the memory that reading an image of 25 megapixels takes, by its kind.

    python benchmarks/image_memory.py

Each figure is from a process of its own: the highest resident memory after reading less that before it, in MB.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

SIDE = 5000


def photo(mode: str) -> Image.Image:
    """Return an image that has something in it, but whose file is small."""
    ramp = np.linspace(0, 255, SIDE).astype(np.uint8)
    image = Image.fromarray(np.broadcast_to(ramp, (SIDE, SIDE)))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image, dtype=np.uint16) * 257)
    return image.convert(mode)


def palette_with_alpha() -> Image.Image:
    image = photo("P")
    image.info["transparency"] = bytes(range(256))
    return image


def turned() -> Image.Image:
    image = photo("RGB")
    image.getexif()[0x0112] = 6
    return image


KINDS: dict[str, tuple[Callable[[], Image.Image], str]] = {
    "1-bit PNG": (lambda: photo("1"), "PNG"),
    "grey PNG": (lambda: photo("L"), "PNG"),
    "RGB PNG": (lambda: photo("RGB"), "PNG"),
    "RGBA PNG": (lambda: photo("RGBA"), "PNG"),
    "16-bit PNG": (lambda: photo("I;16"), "PNG"),
    "palette with alpha PNG": (palette_with_alpha, "PNG"),
    "JPEG": (lambda: photo("RGB"), "JPEG"),
    "JPEG, turned by the camera": (turned, "JPEG"),
    "CMYK JPEG": (lambda: photo("CMYK"), "JPEG"),
    "WebP": (lambda: photo("RGB"), "WEBP"),
    "WebP with alpha": (lambda: photo("RGBA"), "WEBP"),
    "1 x 25 million PNG": (lambda: Image.new("L", (1, SIDE * SIDE)), "PNG"),
}


def peak() -> float:
    """Return the highest resident memory since `forget_peak`, as Linux tells it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def measure(kind: str, path: str) -> None:
    """Read the file of a kind, and print what that added."""
    from convviz.errors import SpecError
    from convviz.recipes.images import read_image

    read_image(_small())
    with open(path, "rb") as file:
        data = file.read()
    forget_peak()
    before = peak()
    try:
        image = read_image(data)
    except SpecError as error:
        print(f"{kind:28} {peak() - before:5.0f} MB  refused: {error}")
        return
    print(f"{kind:28} {peak() - before:5.0f} MB, {image.shape[0]} x {image.shape[1]}")


def _small() -> bytes:
    file = BytesIO()
    Image.new("RGBA", (8, 8)).save(file, "PNG")
    return file.getvalue()


def main() -> None:
    if len(sys.argv) > 1:
        measure(sys.argv[1], sys.argv[2])
        return
    with tempfile.NamedTemporaryFile() as file:
        for kind, (make, suffix) in KINDS.items():
            image = make()
            options = {name: image.info[name] for name in ("transparency",) if name in image.info}
            image.save(file.name, suffix, exif=image.getexif(), **options)
            subprocess.run([sys.executable, __file__, kind, file.name], check=True)


if __name__ == "__main__":
    main()
