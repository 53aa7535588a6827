"""Every control with every kind of value, and every callback fired again: what a page stores never raises when read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.web.app import checked, named, open_lesson

PAGES: dict[str, dict[str, str]] = {
    "standard": {},
    "dilated": {"weight": "sobel_y"},
    "transposed": {"weight": "laplacian"},
    "pooling": {},
    "spatial-separable": {"weight": "emboss"},
    "depthwise-separable": {"weight": "sharpen", "input_size": "4"},
    "checkerboard": {},
    "receptive-field": {"layers": "conv2d(3);max_pool2d(2)", "input_size": "7"},
    "compare": {"left": "standard", "right": "pooling", "left.weight": "sobel_x"},
    "network": {"network": "alexnet"},
    "on-your-image": {"network": "resnet18", "input_size": "32", "node": "conv1"},
    "gridding": {},
}
"""Each page, with a kernel that exists in one size where it can have one."""

KINDS = ("selectbox", "slider", "number_input", "toggle", "text_input", "button_group")
TEXTS = ("", "2x3", "conv2d(")


def controls(app: AppTest) -> dict[str, Any]:
    """Return the controls of a page by their names; the key says, too, how often the page has replaced a control."""
    return {str(control.key).partition("#")[0]: control for kind in KINDS for control in app.get(kind)}


def values_of(control: Any) -> Iterator[Any]:
    """Yield what a person can give a control: the ends of a range, some of many choices, texts good and bad."""
    if control.type == "selectbox":
        yield from dict.fromkeys((*control.options[::5], control.options[-1]))
    elif control.type == "button_group":
        yield from control.options
    elif control.type == "toggle":
        yield from (not control.value, control.value)
    elif control.type == "text_input":
        yield from TEXTS
    elif control.min is None:
        yield from (0.0, 2.5)
    else:
        yield from dict.fromkeys((control.min, control.max))


@pytest.mark.parametrize("page", PAGES)
def test_a_run_after_every_value_of_every_control(page: str) -> None:
    app = open_lesson(page, **PAGES[page])
    for part in ("more", "picture", "channels"):
        app.session_state[f"open:{page}.{part}"] = True
    first = controls(checked(app.run())).items()
    plan = [(name, value) for name, control in first for value in (*values_of(control), control.value)]
    for name, value in plan:
        if name in controls(app):  # else another control has removed it
            choose(controls(app)[name], value)
            checked(app.run())
            checked(app.run())
    assert len(plan) >= 20


def choose(control: Any, value: Any) -> None:
    if control.type == "selectbox":
        control.select(value)
    else:
        control.set_value(value)


@pytest.mark.parametrize("page", PAGES)
def test_a_message_that_comes_again_raises_nothing(page: str) -> None:
    query = {**PAGES[page], **({"rates": "1,2,5"} if page == "gridding" else {})}
    app = open_lesson(page, **query)
    names = [*controls(app), *(str(button.key) for button in app.button)]
    for name in names:
        if name in controls(app):
            control = controls(app)[name]
            other = [value for value in values_of(control) if value != control.value]
            choose(control, other[-1] if other else control.value)
        elif any(button.key == name and not button.proto.disabled for button in app.button):
            named(app.button, name).click()
        else:
            continue  # removed by another one, or disabled
        late = app._tree.get_widget_states()
        for _ in range(3):
            checked(app._run(late))
