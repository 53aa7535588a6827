"""A convolution on a whole image: the image with its border, what each channel adds, and the sum of all."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from convviz.arithmetic import Conv2d, conv2d, forward
from convviz.arithmetic.arguments import Array, Pair, one_of, shown
from convviz.errors import SpecError

BORDERS: Final = ("none", "zeros", "reflect", "replicate")
"""What the kernel reads beyond the edge: nothing, so that the result is smaller; or padding of this kind."""

LEVELS: Final = 256
"""The levels of a pixel: 0 to 255."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageConvolution:
    """What one kernel makes of an image, stride 1, as `convolve_image` computes it.

    Attributes
    ----------
    padded : (C, H, W) array of uint8
        The image with its border: the window of result pixel (row, column) begins there at (row, column).
    before : (int, int)
        Rows and columns of the border above and to the left of the image.
    parts : (C, H_out, W_out) array of float32
        The sum of the products in each channel.
    output : (H_out, W_out) array of float32
        The result: the sum of the parts.
    products : (C, kH, kW, 256) array of float32
        Each weight times each level that a pixel can have.
    """

    padded: NDArray[np.uint8]
    before: tuple[int, int]
    parts: Array
    output: Array
    products: Array

    def section(self, place: tuple[int, int], side: int) -> NDArray[np.uint8]:
        """Return the square of `padded` around the window of a result pixel, cut off at the edges: (C, rows, columns).

        Examples
        --------
        >>> image = np.arange(12, dtype=np.uint8).reshape(1, 3, 4)
        >>> convolve_image(image, np.ones((1, 1, 1)), "none").section((0, 2), 3)
        array([[[1, 2, 3],
                [5, 6, 7]]], dtype=uint8)
        """
        starts = [at + (size - side) // 2 for at, size in zip(place, self.products.shape[1:3], strict=True)]
        rows, columns = (slice(max(0, start), start + side) for start in starts)
        return self.padded[:, rows, columns]


def image_layer(kernel_size: Pair, border: str) -> Conv2d:
    """Return the layer of a kernel on an image; with padding, its output is as large as the image.

    Raises
    ------
    SpecError
        There is no such border.

    Examples
    --------
    >>> [image_layer((3, 5), border).output_size((9, 9)) for border in ("none", "zeros")]
    [(7, 5), (9, 9)]
    """
    if border not in BORDERS:
        raise SpecError(f"border must be {one_of(BORDERS)}; got {shown(border)}.")
    return conv2d(kernel_size) if border == "none" else conv2d(kernel_size, padding="same", padding_mode=border)


def convolve_image(image: NDArray[np.uint8], kernel: Array, border: str) -> ImageConvolution:
    """Convolve an image with one kernel, as deep as the image.

    Parameters
    ----------
    image : (C, H, W) array of uint8
    kernel : (C, kH, kW) array
    border : str
        One of `BORDERS`. With padding, the result is as large as the image.

    Raises
    ------
    SpecError
        The kernel has another depth or does not fit into the image, or there is no such border.

    Examples
    --------
    >>> difference = convolve_image(np.array([[[9, 9, 200]]], np.uint8), np.array([[[-1.0, 1.0]]]), "none")
    >>> difference.output
    array([[  0., 191.]], dtype=float32)
    """
    channels, height, width = kernel.shape
    if channels != len(image):
        raise SpecError(f"kernel must have a plane for each channel; got {channels} for {len(image)} channels.")
    layer = image_layer((height, width), border)
    sides = layer.resolve_padding((image.shape[1], image.shape[2]))
    # A single 1 in each channel copies the image, and its border with it.
    copy = conv2d(1, padding=sides, padding_mode=layer.padding_mode, groups=channels)
    padded = forward(copy, image.astype(np.float32), np.ones((channels, 1, 1, 1), np.float32))
    weight = kernel.astype(np.float32)[None]
    return ImageConvolution(
        padded.astype(np.uint8),
        (sides[0][0], sides[1][0]),
        forward(conv2d((height, width), groups=channels), padded, weight.swapaxes(0, 1)),
        forward(conv2d((height, width)), padded, weight)[0],
        np.multiply.outer(kernel, np.arange(LEVELS)).astype(np.float32),
    )
