"""A visitor without a browser: speaks Streamlit's protocol with a running app, and keeps what a browser keeps.

    with Visitor(server, "/dilated?dilation=2") as visitor:
        visitor.change("dilated.stride", 3)     # does not wait
        visitor.settle()
        assert visitor.address == {"dilation": "2", "stride": "3"}

What a browser does with the messages is in Streamlit's front end (1.67): a control keeps its value until a message sets
it or the control is gone, every message to the server carries the values of all controls, and an address that the
server writes is a new step in the history, except in a run that a step in the history caused.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

QUIET = 0.25
"""Seconds without a message after which a run that was asked for has begun, or is over."""

LONGEST = 60


@dataclass
class Control:
    """A control as the browser shows it: its name, its kind, what it holds, and the message that made it."""

    name: str
    kind: str
    value: Any
    proto: Any


class Visitor:
    """One browser window, as a context manager: opens ``path`` and waits for its first run."""

    def __init__(self, server: str, path: str) -> None:
        parts = urlsplit(path)
        self.page, self.history, self.place = parts.path.strip("/"), [parts.query], 0
        self.elements: dict[tuple[int, ...], tuple[int, tuple[str, Any]]] = {}
        self.values: dict[str, Any] = {}
        self.page_hash, self.runs, self.is_running, self.is_stepping = "", 0, False, False
        self.kinds: list[str] = []
        self.is_far = False  # as on a slow line: nothing is heard before the page is waited for
        address = f"ws{server.removeprefix('http')}/_stcore/stream"
        self.line: Any = connect(
            address, subprotocols=["streamlit"], max_size=None, proxy=None, ping_interval=None  # type: ignore[list-item]
        )  # fmt: skip

    def __enter__(self) -> Self:
        self.socket = self.line.__enter__()
        self.send()
        self.settle()
        return self

    def __exit__(self, *ended: Any) -> None:
        self.line.__exit__(*ended)

    # What is seen -----------------------------------------------------------------------------------------------------

    @property
    def query(self) -> str:
        return self.history[self.place]

    @property
    def address(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def controls(self) -> dict[str, Control]:
        """The controls by their names; the key says, too, how often the page has replaced one."""
        found = {}
        for _, (kind, proto) in self.elements.values():
            if kind in _KINDS and not getattr(proto, "disabled", False):
                name = proto.id.split("-", 2)[2].partition("#")[0]
                found[name] = Control(name, kind, self.values.get(proto.id, _default(kind, proto)), proto)
        return found

    def held_elsewhere(self) -> dict[str, tuple[Any, Any]]:
        """Controls whose value in the browser is not the one that the page gave them: (browser, page)."""
        pairs = {name: (one.value, _default(one.kind, one.proto)) for name, one in self.controls.items()}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def protos(self, kind: str) -> list[Any]:
        """All elements of a kind such as "alert", "exception" or "bidi_component"."""
        placed = sorted(self.elements.items(), key=lambda one: one[0])
        return [proto for _, (_, (name, proto)) in placed if name == kind]

    # What is done -----------------------------------------------------------------------------------------------------

    def change(self, name: str, value: Any) -> None:
        """Give a control a value; of a menu or of segments that is the text of the choice. Does not wait."""
        control = self.controls[name]
        self.values[control.proto.id] = value
        self.send()

    def press(self, name: str) -> None:
        """Press a button. Does not wait."""
        (proto,) = [one for one in self.protos("button") if one.id.split("-", 2)[2] == name]
        self.send(pressed=proto.id)

    def go(self, steps: int) -> None:
        """Take steps in the history, backwards if they are negative. Does not wait."""
        self.place += steps
        self.send(is_step=True)

    def send(self, pressed: str = "", *, is_step: bool = False) -> None:
        if not self.is_far:
            self.listen(0)
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.page_name = self.query, self.page_hash, ""
        if not self.page_hash:
            state.page_name = self.page
        state.is_history_navigation = is_step
        self.is_stepping = is_step
        kinds = {proto.id: kind for _, (kind, proto) in self.elements.values() if kind in _KINDS}
        for id, value in self.values.items():
            if id in kinds and value is not None:
                _write(state.widget_states.widgets.add(id=id), kinds[id], value)
        if pressed:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        self.socket.send(message.SerializeToString())

    def settle(self) -> None:
        """Wait until the server has heard all, and no run is under way or about to begin."""
        end = monotonic() + LONGEST
        while not (self.is_quiet() and self.runs and not self.is_running):
            if monotonic() > end:
                raise TimeoutError(f"the page did not come to rest in {LONGEST} s")

    def is_quiet(self) -> bool:
        """Whether the server, asked for a sign of life, sends that and nothing else."""
        while self.listen(QUIET):
            pass
        message = BackMsg()
        message.app_heartbeat = True
        self.socket.send(message.SerializeToString())
        self.kinds.clear()
        while self.listen(QUIET):
            pass
        return self.kinds == ["heartbeat_ack"]

    def listen(self, seconds: float) -> bool:
        """Take in the next message, or all that are there if ``seconds`` is 0; whether there was one."""
        heard = False
        while True:
            try:
                data = self.socket.recv(timeout=seconds)
            except TimeoutError:
                return heard
            self.take_in(ForwardMsg.FromString(data))  # type: ignore[arg-type]
            heard = True
            if seconds:
                return heard

    def take_in(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        self.kinds.append(str(kind))
        if kind == "new_session":
            self.runs, self.is_running = self.runs + 1, True
        elif kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "delta":
            self.place_element(tuple(message.metadata.delta_path), message.delta)
        elif kind == "page_info_changed":
            query = message.page_info_changed.query_string
            if query != self.query:
                if self.is_stepping:
                    self.history[self.place] = query
                else:
                    self.history = [*self.history[: self.place + 1], query]
                    self.place += 1
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return  # the next run begins at once
            self.is_running = self.is_stepping = False
            self.elements = {path: one for path, one in self.elements.items() if one[0] == self.runs}
            there = {one[1].id for _, one in self.elements.values() if hasattr(one[1], "id")}
            self.values = {id: value for id, value in self.values.items() if id in there}

    def place_element(self, path: tuple[int, ...], delta: Any) -> None:
        if delta.WhichOneof("type") == "add_block":
            kind = delta.add_block.WhichOneof("type")
            proto = delta.add_block.expandable if kind == "expandable" else delta.add_block
        else:
            kind = delta.new_element.WhichOneof("type") or "empty"
            proto = getattr(delta.new_element, kind)
        self.elements[path] = self.runs, (kind, proto)
        if kind not in _KINDS or not proto.id:
            return
        if getattr(proto, "set_value", False):
            self.values[proto.id] = _set_value(kind, proto)
        else:
            self.values.setdefault(proto.id, _default(kind, proto))


_KINDS = {"slider", "number_input", "checkbox", "text_input", "text_area", "selectbox", "button_group", "expandable"}


def _default(kind: str, proto: Any) -> Any:
    match kind:
        case "slider":
            return list(proto.default)
        case "selectbox":
            return proto.options[proto.default] if proto.HasField("default") else None
        case "button_group":
            return [proto.options[index].content for index in proto.default]
        case "expandable":
            return proto.expanded
        case "number_input" | "text_input" | "text_area":
            return proto.default if proto.HasField("default") else None
    return proto.default


def _set_value(kind: str, proto: Any) -> Any:
    match kind:
        case "slider":
            return list(proto.value)
        case "selectbox":
            return proto.raw_value if proto.HasField("raw_value") else None
        case "button_group":
            return list(proto.raw_values)
        case "number_input" | "text_input" | "text_area":
            return proto.value if proto.HasField("value") else None
    return proto.value


def _write(state: WidgetState, kind: str, value: Any) -> None:
    match kind:
        case "slider":
            state.double_array_value.data[:] = value if isinstance(value, list) else [value]
        case "number_input":
            state.double_value = value
        case "checkbox" | "expandable":
            state.bool_value = value
        case "button_group":
            state.string_array_value.data[:] = value if isinstance(value, list) else [value]
        case _:
            state.string_value = value
