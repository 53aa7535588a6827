"""The one sentence about a whole picture, for those who do not see it."""

from __future__ import annotations

from typing import Any

import pytest

import convviz as cv


@pytest.mark.parametrize(
    ("variant", "given", "sentence"),
    [
        ("standard", {"input_size": 8, "kernel_size": 1},
         "Standard convolution: a 1 by 1 kernel on an 8 by 8 input gives an 8 by 8 output."),
        ("standard", {"in_channels": 3},
         "Standard convolution: a 3 by 3 by 3 kernel on a 5 by 5 input of 3 channels gives a 3 by 3 output of 1 "
         "channel."),
        ("standard", {"in_channels": 3, "out_channels": 256, "input_size": 12, "kernel_size": 5},
         "Standard convolution: 256 kernels of 3 by 5 by 5, 3 of which are drawn, on a 12 by 12 input of 3 channels "
         "give an 8 by 8 output of 256 channels."),
        ("standard", {"in_channels": 512, "out_channels": 2, "input_size": "4x11", "padding": 1},
         "Standard convolution: 2 kernels of 512 by 3 by 3 on a 4 by 11 input of 512 channels, 3 of which are drawn, "
         "give a 4 by 11 output of 2 channels."),
        ("standard", {"in_channels": 6, "out_channels": 4, "groups": 2},
         "Standard convolution: 4 kernels of 3 by 3 by 3 in 2 groups on a 5 by 5 input of 6 channels give a 3 by 3 "
         "output of 4 channels."),
        ("depthwise-separable", {},
         "Depthwise separable convolution: 3 kernels of 3 by 3, one per channel, and then 4 kernels of 3 by 1 by 1 on "
         "a 5 by 5 input of 3 channels give a 3 by 3 output of 4 channels."),
        ("depthwise-separable", {"in_channels": 20, "out_channels": 1, "channel_multiplier": 2},
         "Depthwise separable convolution: 40 kernels of 3 by 3, 2 per channel, and then 1 kernel of 40 by 1 by 1 on "
         "a 5 by 5 input of 20 channels, 3 of which are drawn, give a 3 by 3 output of 1 channel."),
        ("depthwise-separable", {"act": "split"},
         "Depthwise separable convolution, split: a 5 by 5 input of 3 channels comes apart, with 3 kernels of 3 by 3, "
         "one per channel."),
        ("depthwise-separable", {"act": "depthwise", "input_size": "10x5"},
         "Depthwise separable convolution, depthwise: 3 kernels of 3 by 3, one per channel, on a 10 by 5 input of 3 "
         "channels give 3 intermediate channels of 8 by 3."),
        ("depthwise-separable", {"act": "pointwise", "in_channels": 2, "channel_multiplier": 5},
         "Depthwise separable convolution, pointwise: 4 kernels of 10 by 1 by 1 on a 3 by 3 intermediate of 10 "
         "channels, 5 of which are drawn, give a 3 by 3 output of 4 channels."),
        ("depthwise-separable", {"act": "pointwise", "in_channels": 1, "out_channels": 1},
         "Depthwise separable convolution, pointwise: 1 kernel of 1 by 1 by 1 on a 3 by 3 intermediate of 1 channel "
         "gives a 3 by 3 output of 1 channel."),
    ],
)  # fmt: skip
def test_a_picture_in_a_sentence(variant: str, given: dict[str, Any], sentence: str) -> None:
    assert cv.animate(cv.recipe(variant, **given)).scene.description == sentence
