"""What a control holds is also its default, so that a browser which missed a message makes it again as it was."""

from __future__ import annotations

import pytest

from tests.web.app import checked, differing, open_lesson

LINKS = {
    "standard": {"in_channels": "2", "out_channels": "3", "kernel_size": "2x3", "padding": "1,0,2,1", "flip": "true"},
    "dilated": {"dilation": "3", "input_size": "9", "input": "impulse", "weight": "box"},
    "transposed": {"stride": "3", "output_padding": "1", "view": "scatter"},
    "pooling": {"mode": "average", "ceil_mode": "true", "count_include_pad": "false"},
    "spatial-separable": {"weight": "sobel_y"},
    "depthwise-separable": {"in_channels": "3", "act": "split", "channel_multiplier": "2"},
    "checkerboard": {"kernel_size": "4", "layers": "3"},
    "receptive-field": {"layers": "conv2d(3,dilation=2);max_pool2d(2,stride=2)", "input_size": "12x14"},
    "compare": {"left": "standard", "right": "dilated", "right.dilation": "3"},
    "network": {"network": "vgg16", "input_size": "96x64"},
    "on-your-image": {"network": "resnet18", "kernels": "random", "samples": "20"},
    "gridding": {"rates": "1,2,5", "kernel_size": "4"},
}


@pytest.mark.parametrize("name", LINKS)
def test_every_control_has_what_it_holds_as_its_default(name: str) -> None:
    app = open_lesson(name, **LINKS[name])
    assert len([*app.slider, *app.number_input, *app.selectbox, *app.text_input]) > 1
    assert differing(app) == []
    for part in ("more", "picture", "channels"):
        app.session_state[f"open:{name}.{part}"] = True
    assert differing(checked(app.run())) == []


def test_the_default_follows_what_is_chosen() -> None:
    app = open_lesson("depthwise-separable", in_channels="3")
    next(control for control in app.number_input if control.label == "In channels").set_value(5)
    assert differing(checked(app.run())) == []
    assert next(control for control in app.number_input if control.label == "In channels").proto.default == 5
