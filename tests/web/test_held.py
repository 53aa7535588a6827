"""What a control holds is also its default, so that a browser which missed a message makes it again as it was."""

from __future__ import annotations

import pytest

from tests.web.app import checked, differing, open_lesson

LINKS = {
    "standard": {"in_channels": "2", "input": "1,2,3;4,5,6;7,8,9|1,1,1;1,1,1;1,1,1", "weight": "1,2;3,4|5,6;7,8"},
    "dilated": {"image": "cat"},
    "checkerboard": {"eye_signal": "image", "eye_kernel": "5", "eye_method": "subpixel"},
    "network": {"network": "vgg16", "input_size": "96x64"},
    "on-an-image": {"channels": "rgb", "kernel": "gaussian", "kernel_size": "4", "scale": "stretch"},
    "on-your-image": {"network": "resnet18", "kernels": "random", "samples": "20"},
    "gridding": {"rates": "1,2,5", "kernel_size": "4"},
}
"""Links that make pages show controls; a figure has its own."""


@pytest.mark.parametrize("name", LINKS)
def test_every_control_has_what_it_holds_as_its_default(name: str) -> None:
    app = open_lesson(name, **LINKS[name])
    assert [*app.slider, *app.number_input, *app.selectbox, *app.text_input]
    assert differing(app) == []
    assert differing(checked(app.run())) == []


def test_the_default_follows_what_is_chosen() -> None:
    app = open_lesson("dilated", image="cat")
    app.selectbox[0].select("brick")
    assert differing(checked(app.run())) == []
    assert app.selectbox[0].options[app.selectbox[0].proto.default] == "Brick"
