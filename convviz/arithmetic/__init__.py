"""The arithmetic of convolution: layers as integers, their output, and every product on the way, in NumPy alone.

It imports nothing of convviz but its errors, so that recipes, pictures and analyses can all use it.
"""

from .axis import Axis
from .forward_pass import Layer, forward
from .layers import Conv2d, ConvTranspose2d, Windowed, conv2d, conv_transpose2d
from .pooling import AvgPool2d, MaxPool2d, avg_pool2d, max_pool2d
from .resizing import Pad2d, PixelShuffle, Upsample2d, pad2d, pixel_shuffle, upsample2d
from .taps import Tap
from .trace_steps import Step, Trace, trace
from .volume import Volume, avg_pool3d, conv3d, conv_transpose3d, max_pool3d, upsample3d

__all__ = [
    "AvgPool2d",
    "Axis",
    "Conv2d",
    "ConvTranspose2d",
    "Layer",
    "MaxPool2d",
    "Pad2d",
    "PixelShuffle",
    "Step",
    "Tap",
    "Trace",
    "Upsample2d",
    "Volume",
    "Windowed",
    "avg_pool2d",
    "avg_pool3d",
    "conv2d",
    "conv3d",
    "conv_transpose2d",
    "conv_transpose3d",
    "forward",
    "max_pool2d",
    "max_pool3d",
    "pad2d",
    "pixel_shuffle",
    "trace",
    "upsample2d",
    "upsample3d",
]
