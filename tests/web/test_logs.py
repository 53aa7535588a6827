"""The lines of the log: one for each request, without what visitors ask for, and none that a message can break."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Scope

from convviz.web.app import logs
from convviz.web.app.logs import LOGGER, Lines, Requests, as_json, as_text


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.all: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.all.append(record)


async def _picture(request: Request) -> Response:
    request.state.queue = "small"
    return Response(b"12345")


async def _wrong(_: Request) -> Response:
    raise RuntimeError("a\n2026-11-30T00:00:00.000Z error forged\x1b[31m")


APP = Starlette(
    routes=[Route("/render/{name:path}", _picture), Route("/dilated", _wrong), Route("/static/a", _picture)],
    middleware=[Middleware(Requests)],
)


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    handler = _Records()
    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    LOGGER.addHandler(handler)
    yield handler.all
    LOGGER.removeHandler(handler)
    LOGGER.setLevel(level)


def ask(path: str, identifier: str = "") -> tuple[int, dict[str, str], bytes]:
    scope: Scope = {
        "type": "http", "method": "GET", "path": path, "query_string": b"input=1,2;3,4", "scheme": "http",
        "client": ("192.0.2.7", 1), "headers": [(b"x-request-id", identifier.encode()), (b"user-agent", b"Agent")],
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(APP(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


def fields(record: logging.LogRecord) -> dict[str, Any]:
    line = Lines(as_json).format(record)
    assert "\n" not in line
    return {name: value for name, value in json.loads(line).items() if name not in ("time", "seconds")}


def test_a_request_leaves_one_line_without_its_query_and_its_address(records: list[logging.LogRecord]) -> None:
    status, headers, _ = ask("/render/preset/no_padding.gif", "lesson-1.2")
    assert (status, headers["x-request-id"]) == (200, "lesson-1.2")
    assert [fields(record) for record in records] == [
        {
            "level": "info", "event": "request", "route": "render", "variant": "preset",
            "format": "gif", "method": "GET", "status": 200, "bytes": 5, "queue": "small", "id": "lesson-1.2",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("identifier", ["", "a b", "x" * 65, "é", "<script>"])
def test_an_identifier_that_is_none_is_replaced(records: list[logging.LogRecord], identifier: str) -> None:
    _, headers, _ = ask("/render/secret name.secret", identifier)
    assert len(headers["x-request-id"]) == 16
    assert "secret" not in Lines(as_json).format(records[0])


def test_static_files_leave_no_line(records: list[logging.LogRecord]) -> None:
    assert ask("/static/a")[0] == 200
    assert records == []


def test_what_fails_is_answered_without_a_traceback_and_logged_with_it(records: list[logging.LogRecord]) -> None:
    status, headers, body = ask("/dilated")
    identifier = headers["x-request-id"]
    assert status == 500
    assert json.loads(body) == {"error": f"Something went wrong here. The log has it as {identifier}."}
    (record,) = records
    found = fields(record)
    assert (found["level"], found["status"], found["id"]) == ("error", 500, identifier)
    assert found["traceback"].startswith("Traceback (most recent call last):\n")
    first, *others = Lines(as_text).format(record).split("\n")
    assert " error request route=page variant=dilated method=GET status=500" in first
    assert all(line.startswith("    ") for line in others)
    assert "\x1b" not in "".join(others)


def test_a_message_cannot_forge_a_line() -> None:
    record = logging.LogRecord("streamlit.x", logging.WARNING, "", 0, "a\n%s\x1b[0m\u2028", ("b\rc",), None)
    assert Lines(as_text).format(record).endswith(" warning streamlit.x text=a\\nb\\rc\\x1b[0m\\u2028")
    assert json.loads(Lines(as_json).format(record))["text"] == "a\nb\rc\x1b[0m\u2028"


def test_loggers_of_libraries_write_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's have handlers of their own, and those that it makes later, too."""
    import streamlit.logger

    monkeypatch.setattr(streamlit.logger, "setup_formatter", streamlit.logger.setup_formatter)
    handlers, level = logging.root.handlers[:], LOGGER.level
    early = streamlit.logger.get_logger("streamlit.early")
    try:
        logs.write_logs()
        for logger in (early, streamlit.logger.get_logger("streamlit.late"), logging.getLogger("uvicorn.error")):
            assert (logger.handlers, logger.propagate) == ([], True)
        assert [type(handler.formatter) for handler in logging.root.handlers] == [Lines]
    finally:
        logging.captureWarnings(False)
        logging.root.handlers[:] = handlers
        LOGGER.setLevel(level)
