"""The arithmetic of convolution: layers as integers, their output, and every product on the way, in NumPy alone.

It imports nothing of convviz but its errors, so that recipes, pictures and analyses can all use it.
"""

from .adaptive import AdaptiveAvgPool2d, AdaptiveMaxPool2d, adaptive_avg_pool2d, adaptive_max_pool2d
from .axis import Axis
from .backward_pass import Gradients, backward
from .forward_pass import Layer, forward
from .layers import Conv2d, ConvTranspose2d, Windowed, conv2d, conv_transpose2d
from .pooling import AvgPool2d, MaxPool2d, avg_pool2d, max_pool2d
from .resizing import Pad2d, PixelShuffle, Upsample2d, pad2d, pixel_shuffle, upsample2d
from .taps import Tap
from .trace_steps import Step, Trace, trace
from .volume import Volume, avg_pool3d, conv3d, conv_transpose3d, max_pool3d, upsample3d

__all__ = [
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "Axis",
    "Conv2d",
    "ConvTranspose2d",
    "Gradients",
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
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "avg_pool3d",
    "backward",
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
