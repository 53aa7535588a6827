"""The same weights as one standard kernel and as depthwise ones: what is said of them, and whether one can read it."""

from __future__ import annotations

import re
from html import unescape

import pytest

import convviz as cv
from convviz.animation import Animation
from convviz.recipes import read_query
from tests.web.app import checked, open_lesson

PRESENTED = ("theme", "terms", "formula", "seconds_per_step")


def twins(channels: int) -> tuple[list[str], list[Animation]]:
    """The headings, and what the pictures below them show."""
    app = open_lesson("depthwise-separable", in_channels=str(channels))
    app.session_state["open:depthwise-separable.same"] = True
    checked(app.run())
    headings = [text for element in app.markdown for text in re.findall(r"^\*\*(\d.* kernel.*)\*\*$", element.value)]
    pictures = []
    for element in app.get("html"):
        if found := re.search(r'src="[^"]*/render/(.*?)\.gif\?(.*?)"', element.proto.body):
            texts = read_query(unescape(found[2]))
            width = int(texts.pop("width"))
            own = {name: text for name, text in texts.items() if name not in PRESENTED}
            pictures.append(cv.animate(cv.recipe(found[1], **own), width=width, terms=False, formula=False))
    return headings, pictures


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 8])
def test_headings_count_channels_and_numbers_can_be_read_at_the_size_that_is_shown(channels: int) -> None:
    (one, many), pictures = twins(channels)
    s = "s" * (channels > 1)
    assert one == f"1 standard kernel of {channels} channel{s} makes 1 channel"
    assert many == (f"{channels} depthwise kernel{s} of 1 channel make{'' if s else 's'} {channels} channel{s}")
    names = [[grid.name for grid in picture.scene.link().grids] for picture in pictures]
    assert [each.count("kernel") for each in names] == [channels, channels]
    assert (names[0].count("output"), names[1].count("intermediate")) == (1, channels)
    weights = [[grid.texts for grid in picture.scene.link().grids if grid.name == "kernel"] for picture in pictures]
    assert weights[0] == weights[1]
    for picture in pictures:
        assert picture.scene.width == (420 if channels <= 3 else 900)
        assert min(grid.cell for grid in picture.scene.link().grids) >= 20
