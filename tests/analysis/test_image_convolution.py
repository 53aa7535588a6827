"""A convolution on an image against scipy, on random images and kernels whose axes all differ."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import correlate
from scipy.signal import correlate2d

from convviz.analysis.image_convolution import BORDERS, convolve_image
from convviz.errors import SpecError

MODES = {"zeros": "constant", "reflect": "mirror", "replicate": "nearest"}
"""The borders as scipy.ndimage calls them."""


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 3), (3, 3), (5, 3), (3, 5), (1, 1)])
def test_the_result_is_that_of_scipy_and_the_products_of_a_place_add_up_to_it(
    border: str, channels: int, size: tuple[int, int]
) -> None:
    dice = np.random.default_rng([channels, *size])
    image = dice.integers(0, 256, (channels, 17, 23)).astype(np.uint8)
    kernel = dice.normal(size=(channels, *size))
    result = convolve_image(image, kernel, border)
    pairs = zip(image.astype(float), kernel, strict=True)
    planes = [
        correlate2d(plane, stencil, "valid") if border == "none" else correlate(plane, stencil, mode=MODES[border])
        for plane, stencil in pairs
    ]
    np.testing.assert_allclose(result.parts, planes, atol=1e-2)
    np.testing.assert_allclose(result.output, np.sum(planes, axis=0), atol=1e-2)
    top, left = result.before
    np.testing.assert_array_equal(result.padded[:, top : top + 17, left : left + 23], image)
    channel, rows, columns = np.ogrid[:channels, : size[0], : size[1]]
    for row, column in [(0, 0), (4, 11), tuple(side - 1 for side in result.output.shape)]:
        levels = result.padded[:, row : row + size[0], column : column + size[1]]
        products = result.products[channel, rows, columns, levels]
        np.testing.assert_allclose(products.sum((1, 2)), result.parts[:, row, column], atol=1e-2)
        np.testing.assert_allclose(products.sum(), result.output[row, column], atol=1e-2)


@pytest.mark.parametrize(
    ("image", "kernel", "border", "sentence"),
    [
        ((1, 4, 4), (3, 2, 2), "none", "kernel must have a plane for each channel; got 3 for 1 channels."),
        ((1, 4, 4), (1, 2, 2), "wrap", 'border must be "none", "zeros", "reflect" or "replicate"; got \'wrap\'.'),
        (
            (1, 2, 4),
            (1, 3, 3),
            "none",
            "The kernel (3 rows) is larger than the input (2 rows).",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    image: tuple[int, ...], kernel: tuple[int, ...], border: str, sentence: str
) -> None:
    with pytest.raises(SpecError) as caught:
        convolve_image(np.zeros(image, np.uint8), np.ones(kernel), border)
    assert str(caught.value) == sentence
