"""Single frames as PNG: what they say of themselves, the size on paper, and transparency."""

from __future__ import annotations

import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from convviz.origin import RIGHTS
from convviz.render.png import png, png_zip

from .pictures import ORIGIN, SCENES, on, painted


def test_it_says_where_it_comes_from() -> None:
    with Image.open(BytesIO(png(SCENES["light"], 0, ORIGIN))) as image:
        assert image.text == {
            "Title": ORIGIN.title, "Description": ORIGIN.description, "Source": ORIGIN.source,
            "Software": ORIGIN.software, "Copyright": RIGHTS,
        }  # fmt: skip
        assert "dpi" not in image.info


@pytest.mark.parametrize("dpi", [72, 300])
def test_pixels_in_an_inch_change_no_pixel(dpi: int) -> None:
    with Image.open(BytesIO(png(SCENES["light"], -1, ORIGIN, dpi=dpi))) as image:
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.01)
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), painted(SCENES["light"])[-1])


def test_an_opaque_picture_has_no_alpha() -> None:
    with Image.open(BytesIO(png(SCENES["dark"], 0, ORIGIN))) as image:
        assert image.mode == "P"
        assert not image.has_transparency_data


@pytest.mark.parametrize("name", ["see-through", "see-through dark"])
@pytest.mark.parametrize("background", ["#000000", "#ffffff"])
def test_a_transparent_picture_looks_right_on_any_background(name: str, background: str) -> None:
    with zipfile.ZipFile(BytesIO(png_zip(SCENES[name], "a", ORIGIN))) as archive:
        files = [archive.read(entry) for entry in archive.namelist()]
    for data, expected in zip(files, on(SCENES[name], background), strict=True):
        with Image.open(BytesIO(data)) as image:
            assert image.mode == "P"
            found = Image.alpha_composite(Image.new("RGBA", image.size, background), image.convert("RGBA"))
        np.testing.assert_allclose(np.asarray(found)[..., :3].astype(int), expected, atol=2)
