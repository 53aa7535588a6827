"""Spectra as small pictures: the same shades and rings as the charts, and in each theme."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from convviz import SpecError
from convviz.analysis import signal, upsampled
from convviz.charts import small_spectrum
from convviz.charts.heatmap import AMOUNTS
from convviz.charts.spectra import LEVELS, MARGIN, NODES
from convviz.scene.theme import THEMES

SVG = "{http://www.w3.org/2000/svg}"
FOUND = upsampled(signal("constant", 40), methods=["transposed"])[0].spectrum
PEAKS = [peak.frequency for peak in FOUND.peaks]


def picture(svg: str) -> Image.Image:
    data = re.findall(r"base64,([^\"]*)", svg)[0]
    return Image.open(BytesIO(base64.b64decode(data)))


def test_rings_stand_around_the_brightest_frequencies() -> None:
    svg = small_spectrum(FOUND.decibels, PEAKS)
    levels = np.asarray(picture(svg))
    assert levels.shape == (NODES, NODES)
    places = {
        (float(ring.get("cy", "")), float(ring.get("cx", "")))
        for ring in ElementTree.fromstring(svg).iter(f"{SVG}circle")
    }
    # Half a cycle is at both ends of an axis: three peaks at a scale of 2 are eight places.
    ends = (MARGIN + 0.5, MARGIN + NODES - 0.5)
    middle = MARGIN + NODES / 2
    assert places == {(down, across) for down in (*ends, middle) for across in (*ends, middle)} - {(middle, middle)}
    ringed = [int(levels[int(down - MARGIN), int(across - MARGIN)]) for down, across in places]
    assert max(ringed) == LEVELS - 1
    assert min(ringed) > LEVELS // 2 > np.median(levels)


def test_shades_are_those_of_the_charts() -> None:
    for theme in THEMES:
        small = picture(small_spectrum(FOUND.decibels, PEAKS, theme=theme))
        expected = AMOUNTS[theme](np.asarray(small) / (LEVELS - 1), bytes=True)[..., :3]
        assert (np.asarray(small.convert("RGB")) == expected).all()


def test_nothing_is_one_shade_and_a_theme_that_is_none_is_refused() -> None:
    assert np.unique(np.asarray(picture(small_spectrum(np.full((8, 8), -80.0))))).tolist() == [0]
    with pytest.raises(SpecError, match=r"^theme must be one of light, dark; got 'sepia'\.$"):
        small_spectrum(np.zeros((8, 8)), theme="sepia")
