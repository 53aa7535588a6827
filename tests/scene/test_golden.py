"""A small picture, primitive by primitive, as it was when somebody last looked at it.

After a change that is meant, look at the pictures, and then write the file again with

    python -m tests.scene.test_golden
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import convviz as cv
from convviz.animation import Animation
from convviz.scene import Placed

FOLDER = Path(__file__).parent / "golden"
PICTURES = {
    "gather": (cv.animate(cv.recipe("standard", input_size=2, kernel_size=2, padding="1,0,0,0", bias=1), width=360), 1),
    "scatter": (
        cv.animate(cv.recipe("transposed", input_size="1x2", kernel_size=2, view="scatter", padding=0), theme="dark"),
        1,
    ),
    "pooling_max": (cv.animate(cv.recipe("pooling", input_size=3, padding="1,0,0,0", ceil_mode=True), width=360), 3),
    "pooling_average": (
        cv.animate(
            cv.recipe("pooling", mode="average", input_size="2x3", padding="0,0,1,0", count_include_pad=False),
            theme="dark",
        ),
        0,
    ),
    "channels": (
        cv.animate(cv.recipe("standard", in_channels=2, out_channels=2, input_size="2x3", kernel_size=2), width=400),
        2,
    ),
    "depthwise": (
        cv.animate(cv.recipe("depthwise-separable", in_channels=2, out_channels=2, input_size=2, kernel_size="2x1")),
        3,
    ),
}


def description(animation: Animation, index: int) -> list[str]:
    """One line of JSON for the scene, the frame, and each item."""
    scene = animation.scene
    frame = scene[index]
    head = {"width": scene.width, "height": scene.height, "background": scene.background, "frames": len(scene)}
    words = {"caption": frame.caption, "description": frame.description, "beats": frame.beats}
    items = [placed(item) for item in (*scene.backdrop, *frame.items)]
    return [json.dumps(one, ensure_ascii=False) for one in (head, words, *items)]


def placed(item: Placed) -> dict[str, object]:
    marks = [{type(mark).__name__: [*mark]} for mark in item.look.marks]
    return {"at": [item.x, item.y], "size": [item.look.width, item.look.height], "marks": marks}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_stay_as_they_are(name: str) -> None:
    expected = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    assert description(*PICTURES[name]) == expected


if __name__ == "__main__":
    for name, (animation, index) in PICTURES.items():
        text = "\n".join(description(animation, index)) + "\n"
        (FOLDER / f"{name}.jsonl").write_text(text, encoding="utf-8", newline="\n")
