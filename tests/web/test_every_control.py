"""Every control with every kind of value: what a page has stored never raises when it is read, nor does a late message.

Each message is sent twice, as by a browser, which reports a control until it knows that the page has replaced or
removed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.web.app import checked, named, open_lesson

LINKS: dict[str, dict[str, str]] = {
    "standard": {"in_channels": "2", "input": "1,2,3;4,5,6;7,8,9|1,1,1;1,1,1;1,1,1", "weight": "1,2;3,4|5,6;7,8"},
    "dilated": {"image": "cat"},
    "spatial-separable": {"weight": "1,2;3,4"},
    "depthwise-separable": {"in_channels": "2", "weight": "1,2;3,4|5,6;7,8", "input_size": "4"},
    "receptive-field": {"layers": "conv2d(3);max_pool2d(2)", "input_size": "7"},
    "checkerboard": {"eye_signal": "image", "eye_zoom": "4", "layers": "2", "input_size": "2x3"},
    "network": {"network": "alexnet", "against": "vgg11"},
    "on-an-image": {"kernel": "box"},
    "on-your-image": {"network": "resnet18", "input_size": "32", "node": "conv1"},
    "gridding": {"rates": "1,2,5"},
}
"""What pages are opened with: own numbers and images, where a figure has all other controls."""

PARTS = ("rank", "both", "ratio", "same", "mobilenet", "counts", "all", "table")
"""Collapsed sections of pages."""

KINDS = ("selectbox", "slider", "number_input", "toggle", "text_input", "button_group")
TEXTS = ("", "2x3", "conv2d(")


def controls(app: AppTest) -> dict[str, Any]:
    """Return the controls of a page by their names; a key also says how often the page has replaced its control."""
    return {str(control.key).partition("#")[0]: control for kind in KINDS for control in app.get(kind)}


def values_of(control: Any) -> Iterator[Any]:
    """Yield what a person can give a control: the ends of a range, some of many choices, texts good and bad."""
    if control.type == "selectbox":
        yield from (*control.options[::5], control.options[-1])
    elif control.type == "button_group":
        yield from control.options
    elif control.type == "toggle":
        yield not control.value
    elif control.type == "text_input":
        yield from TEXTS
    elif control.min is None:
        yield from (0.0, 2.5)
    else:
        yield from (control.min, control.max)


def values_to_try(control: Any) -> list[Any]:
    """Return what a control is given, at last its own value, so that the next control finds the page as it was."""
    others = [value for value in dict.fromkeys(values_of(control)) if value != control.value]
    return [*others, control.value]


def send_twice(app: AppTest) -> None:
    """Run the page by a message with the values of all controls, and then by the same message again."""
    message = app._tree.get_widget_states()
    for _ in range(2):
        checked(app._run(message))


@pytest.mark.parametrize("page", LINKS)
def test_every_value_of_every_control_is_sent_twice(page: str) -> None:
    app = open_lesson(page, **LINKS[page])
    for part in PARTS:
        app.session_state[f"open:{page}.{part}"] = True
    first = controls(checked(app.run())).items()
    plan = [(name, value) for name, control in first for value in values_to_try(control)]
    for name, value in plan:
        if name in controls(app):  # else another control has removed it
            choose(controls(app)[name], value)
            send_twice(app)
    assert len(plan) >= 2
    for name in [str(button.key) for button in app.button]:
        if any(button.key == name and not button.proto.disabled for button in app.button):
            named(app.button, name).click()
            send_twice(app)


def choose(control: Any, value: Any) -> None:
    if control.type == "selectbox":
        control.select(value)
    else:
        control.set_value(value)
