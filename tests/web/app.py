"""Pages that run without a browser: open one, find its controls, read what it shows. And answers of a server."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable
from email.message import Message
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

REST = " The page shows the rest of the link."
"""What a page adds to the refusal of one parameter of a link."""

ROOT = Path(__file__).resolve().parents[2]


def open_lesson(name: str, **query: str) -> AppTest:
    """Open the page called ``name``, a lesson or a lab, by a link with these parameters."""
    app = AppTest.from_file(str(ROOT / "convviz" / "web" / "app" / "main.py"), default_timeout=60)
    # switch_page would run another page first, as it knows this one by its file only after a run
    app._page_hash = page = calc_hash(name)
    for key, text in query.items():
        app.query_params[key] = text
    checked(app.run())
    assert app._finished_page_script_hash == page, f"there is no page {name}"
    return app


def follow(app: AppTest, **query: str) -> AppTest:
    """Let an open page follow a link to itself with these parameters."""
    app.query_params.clear()
    app.query_params.update(query)
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    """Return the app after a run that raised nothing."""
    assert not app.exception, [error.message for error in app.exception]
    return app


def named(controls: Iterable[Any], name: str) -> Any:
    """Return the control with this name; its key also says how often the page has replaced it."""
    found = [control for control in controls if str(control.key).partition("#")[0] == name]
    assert len(found) == 1, f"{name} is not among {[control.key for control in controls]}"
    return found[0]


def unfold(app: AppTest, section: str, page: str = "standard") -> None:
    """Open a collapsed section of a page."""
    app.session_state[f"open:{page}.{section}"] = True
    checked(app.run())


def address(app: AppTest) -> dict[str, str]:
    """Return the query of the page's address."""
    return {name: text if isinstance(text, str) else text[0] for name, text in app.query_params.items()}


def errors(app: AppTest) -> list[str]:
    """Return the refusals that the page shows."""
    return [error.value for error in app.error]


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    """Return the status, the headers and the body of a server's answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def differing(app: AppTest) -> list[str]:
    """The controls whose default is not what they hold, and how many were looked at."""
    wrong = []
    for control in (*app.slider, *app.number_input, *app.toggle, *app.text_input, *app.selectbox):
        default = control.proto.default
        sent = list(default) if control.type == "slider" else default
        held = control.value
        if control.type == "slider":
            held = [held]
        elif control.type == "selectbox":
            held = control.index
            sent = default if control.proto.HasField("default") else None
        if sent != held:
            wrong.append(f"{control.label}: {sent!r} is not {held!r}")
    for group in app.get("button_group"):
        if list(group.proto.default) != list(group.indices):
            wrong.append(f"{group.proto.label}: {list(group.proto.default)} is not {list(group.indices)}")
    return wrong


def paste(app: AppTest, text: str, table: str = "weight") -> AppTest:
    """Put a text into the field of a table of the standard lesson and press its button."""
    named(app.text_area, f"standard.{table}.table.paste").set_value(text)
    next(button for button in app.button if button.form_id == f"standard.{table}.table.paste.form").click()
    return checked(app.run())
