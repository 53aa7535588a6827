"""The controls of a page that runs without a browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def named(controls: Iterable[Any], name: str) -> Any:
    """Return the control with this name; its key says, too, how often the page has replaced it."""
    found = [control for control in controls if str(control.key).partition("#")[0] == name]
    assert len(found) == 1, f"{name} is not among {[control.key for control in controls]}"
    return found[0]
