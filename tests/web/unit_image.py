"""The page "What a unit sees": open it, and read what it shows."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.web.app import open_lesson
from tests.web.charts import drawing


def page(**query: str) -> AppTest:
    return open_lesson("on-your-image", **query)


def words(app: AppTest) -> str:
    return " ".join(" ".join(element.value for element in app.markdown).split())


def picture(app: AppTest) -> str:
    return drawing(picture_data(app)["source"])


def picture_data(app: AppTest) -> dict[str, Any]:
    """Return what the component of the photograph gets."""
    (found,) = [one for one in app.get("bidi_component") if one.proto.component_name == "convviz_unit_image"]
    read: dict[str, Any] = json.loads(json.loads(found.proto.json))
    return read
