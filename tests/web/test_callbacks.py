"""Each callback fired twice: the browser reports a control until it knows that the page has replaced or removed it."""

from __future__ import annotations

import pytest

from tests.web.app import checked, named, open_lesson
from tests.web.test_every_value import PAGES, choose, controls, values_of


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
