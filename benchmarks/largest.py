"""The largest picture, 256 frames 3840 pixels wide, as a file: what benchmarks/export.py measures the memory of.

python benchmarks/largest.py gif|apng|webp|mp4|webm
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

from convviz.origin import Origin
from convviz.recipes import Presentation, recipe
from convviz.scene import compose


def main(name: str) -> None:
    """Make the file, and print how large it is. Modules of other formats would need memory, too."""
    asked = recipe("standard", input_size=16, kernel_size=3, padding=1)
    scene = compose(asked, Presentation(width=3840), frames_drawn=0)  # no check of pixels refuses it
    match name:
        case "gif":
            from convviz.render.gif import gif as make
        case "apng":
            from convviz.render.animated import apng as make
        case "webp":
            from convviz.render.animated import webp as make
        case "mp4":
            from convviz.render.video import mp4 as make
        case _:
            from convviz.render.video import webm as make
    data = make(scene, 0.25, Origin("Standard convolution", "", "/standard", "convviz"))
    print(f"{name}: {len(data) / 1e6:.1f} MB", end=", ", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
