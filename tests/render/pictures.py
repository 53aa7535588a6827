"""Scenes for the tests of files of pixels, and what each of their frames looks like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from convviz.origin import Origin
from convviz.recipes import Presentation, presets, recipe
from convviz.recipes.comparison import Comparison
from convviz.render.raster import Canvas
from convviz.scene import Scene, compose

ORIGIN = Origin("Dilated convolution", "Rows × columns <&>", "/dilated?dilation=3", "convviz 0.1.0")

SCENES = {
    "light": compose(presets["padding_strides"], Presentation(width=300)),
    "dark": compose(recipe("transposed", input_size=1), Presentation(width=301, theme="dark")),
    "one step": compose(recipe("standard", input_size=3), Presentation(width=301)),
    "two": compose(
        Comparison(recipe("standard", input_size=4), recipe("dilated", input_size=6)), Presentation(width=400)
    ),
}
SCENES["see-through"] = replace(SCENES["light"], background=f"{SCENES['light'].background}00")
SCENES["see-through dark"] = replace(SCENES["dark"], background=f"{SCENES['dark'].background}00")


def on(scene: Scene, background: str) -> list[np.ndarray]:
    """Return every frame as red, green and blue, drawn on another background."""
    return drawn(Canvas(replace(scene, background=background)))


def painted(scene: Scene) -> list[np.ndarray]:
    """Return every frame as red, green and blue, on the scene's own background."""
    return on(scene, scene.background[:7])


def drawn(canvas: Canvas) -> list[np.ndarray]:
    """Return every frame of a canvas as red, green and blue."""
    frames = [canvas.frame(frame) for frame in canvas.scene]
    colors = np.frombuffer(canvas.palette.to_bytes(), np.uint8).reshape(-1, 3)
    return [colors[frame] for frame in frames]
