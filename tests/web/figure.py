"""The figure of a page without a browser: what the page gives it, and the messages that it sends."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from streamlit.testing.v1 import AppTest

from convviz.figure import answer
from tests.web.app import checked

Cells = list[list[str]]


def components(app: AppTest, name: str) -> list[Any]:
    """Return the components of this kind that the page shows, as it sends them to the browser."""
    return [element.proto for element in app.get("bidi_component") if element.proto.component_name == f"convviz_{name}"]


def data_of(component: Any) -> dict[str, Any]:
    """Return what a component gets from the page."""
    data: dict[str, Any] = json.loads(json.loads(component.json))
    return data


def report(app: AppTest, component: Any, **values: Any) -> AppTest:
    """Run the page as after a component has set state values."""
    message = app._tree.get_widget_states()
    message.widgets.add(id=component.id).json_value = json.dumps(values)
    return checked(app._run(message))


def trigger(app: AppTest, component: Any, event: str, value: Any) -> AppTest:
    """Run the page as after a component has triggered an event."""
    message = app._tree.get_widget_states()
    payload = json.dumps([{"event": event, "value": value}])
    message.widgets.add(id=f"$$STREAMLIT_INTERNAL_KEY_{component.id}__events").json_trigger_value = payload
    return checked(app._run(message))


# The figure -----------------------------------------------------------------------------------------------------------


def figure(app: AppTest) -> dict[str, Any]:
    """Return what the page gives its figure; one that is there already asks the server for its answer itself."""
    (found,) = components(app, "figure")
    data = data_of(found)
    if data["answer"] is None:
        layout = {"width": "430"} if data["narrow"] else {}
        found = answer(data["name"], {**data["asked"], **layout})
        data["refusal" if found.refusal else "answer"] = json.loads(found.text)
    return data


def asked(app: AppTest) -> dict[str, str]:
    """Return the parameters of the recipe, as the page knows them."""
    texts: dict[str, str] = figure(app)["asked"]
    return texts


def query(app: AppTest) -> dict[str, str]:
    """Return all parameters that the figure puts into the address."""
    data = figure(app)
    return {**data["asked"], **data["look"], **data["rest"]}


def drawn(app: AppTest) -> dict[str, str]:
    """Return the parameters of the first picture, the last settings that work."""
    texts: dict[str, str] = figure(app)["answer"]["texts"]
    return texts


def refusal(app: AppTest) -> str:
    """Return why what is asked for is refused, "" where it is not."""
    why = figure(app)["refusal"]
    return why["error"] if why else ""


def send(
    app: AppTest, revision: int | None = None, narrow: bool | None = None, moved: str = "", **address: str
) -> AppTest:
    """Send the next message of the figure, after it has written this address.

    Parameters
    ----------
    revision : int, optional
        The page's last change that is in the address; without it, the latest.
    narrow : bool, optional
        Whether the figure is on a phone; without it, what the page takes for that.
    moved : str
        The dial that was moved last.
    """
    (found,) = components(app, "figure")
    data = data_of(found)
    app.query_params.clear()
    app.query_params.update(address)
    return report(
        app,
        found,
        message={
            "count": data["heard"] + 1,
            "address": urlencode(address),
            "revision": data["revision"] if revision is None else revision,
            "narrow": data["narrow"] if narrow is None else narrow,
            "moved": moved,
        },
    )


def accept(app: AppTest) -> AppTest:
    """Let the figure take over what the page has changed: it writes the address, and has nothing to say."""
    app.query_params.clear()
    app.query_params.update(query(app))
    return checked(app.run())


# Grids of numbers -----------------------------------------------------------------------------------------------------


def grids(app: AppTest) -> list[dict[str, Any]]:
    """Return the label and the cells of each grid."""
    return [data_of(grid) for grid in components(app, "number_grid")]


def type_rows(app: AppTest, rows: Cells, number: int = 0) -> AppTest:
    """Let a grid hold these texts."""
    return report(app, components(app, "number_grid")[number], rows=rows)
