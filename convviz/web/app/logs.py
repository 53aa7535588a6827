"""The log: one line for each request, session and event, as short text or as JSON (the setting ``log``).

A line of a request names its route, and of its path only what is in our tables. It has no query, no address and no
name of a browser: what people ask for is theirs. Static files and health checks leave no line.
"""

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from secrets import token_hex
from traceback import format_exception
from typing import Any, Final

import streamlit.logger
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convviz.files import FORMATS
from convviz.recipes import VARIANTS
from convviz.recipes.comparison import COMPARE
from convviz.web.components.downloads import site_base

from . import chart, download, embed, metrics, render, scene
from .pages import PAGE_NAMES
from .settings import SETTINGS

LOGGER: Final = logging.getLogger("convviz")

_ROUTES: Final = frozenset(
    route.path.split("/")[1] for module in (render, scene, chart, embed, download) for route in module.routes
)
_KINDS: Final = frozenset((*VARIANTS, COMPARE, "preset", "chart", "network", "quiz"))
"""First words of names below the routes: what is drawn."""

_REQUEST_ID: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Lines(logging.Formatter):
    """Write a record as one line that no message can break.

    Parameters
    ----------
    write : callable
        Returns the line with these fields: `as_json` or `as_text`.
    """

    def __init__(self, write: Callable[[dict[str, Any]], str]) -> None:
        super().__init__()
        self._write = write

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            **({"process": SETTINGS.process} if SETTINGS.process else {}),
            "event": record.getMessage() if record.name == LOGGER.name else record.name,
            **({} if record.name == LOGGER.name else {"text": record.getMessage()}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0]:
            fields["traceback"] = "".join(format_exception(*record.exc_info))
        return self._write(fields)

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        """Return the time in UTC."""
        return time.gmtime(seconds)


def as_json(fields: dict[str, Any]) -> str:
    """Return the fields as JSON, which escapes control characters."""
    return json.dumps(fields, default=str)


def as_text(fields: dict[str, Any]) -> str:
    """Return the values of the first fields, and the others with their names; the lines of a traceback follow.

    Only a first line begins with a time.
    """
    traceback = str(fields.pop("traceback", ""))
    first = [str(fields.pop(name)) for name in ("time", "level", "event")]
    text = " ".join((*first, *(f"{name}={value}" for name, value in fields.items())))
    return "\n    ".join(_CONTROL.sub(_escaped, line) for line in (text, *traceback.splitlines()))


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def write_logs() -> None:
    """Let all loggers of this process write such lines, also those of Streamlit and uvicorn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_text if SETTINGS.log == "text" else as_json))
    logging.basicConfig(handlers=[handler], force=True)
    logging.captureWarnings(True)
    LOGGER.setLevel(logging.INFO)
    streamlit.logger.setup_formatter = _leave_to_root  # for loggers that Streamlit makes later
    for name in [*logging.root.manager.loggerDict]:
        if name.partition(".")[0] in ("streamlit", "uvicorn", "websockets"):
            _leave_to_root(logging.getLogger(name))
            if not name.startswith("streamlit"):
                logging.getLogger(name).setLevel(logging.WARNING)  # their others have addresses of visitors


def _leave_to_root(logger: logging.Logger) -> None:
    logger.handlers.clear()
    logger.propagate = True


class Requests:
    """Count and log what is asked for, give it an identifier, and answer what nothing else has answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._session(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _session(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, is_open = time.perf_counter(), False

        async def send_and_count(message: Message) -> None:
            nonlocal is_open
            if message["type"] == "websocket.accept":
                is_open = True
                metrics.CONNECTIONS.inc()
            await send(message)

        try:
            await self.app(scope, receive, send_and_count)
        finally:
            if is_open:
                metrics.CONNECTIONS.dec()
                LOGGER.info("session", extra={"fields": {"seconds": round(time.perf_counter() - start, 1)}})

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = time.perf_counter()
        given = Headers(scope=scope).get("X-Request-ID", "")
        identifier = given if _REQUEST_ID.fullmatch(given) else token_hex(8)
        status, length = 0, 0

        async def send_and_count(message: Message) -> None:
            nonlocal status, length
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identifier
            length += len(message.get("body", b""))
            await send(message)

        error = None
        try:
            await self.app(scope, receive, send_and_count)
        except ClientDisconnect:  # in the middle of an upload
            status = 499
        except Exception as raised:
            error = raised
            if not status:
                text = f"Something went wrong here. The log has it as {identifier}."
                await JSONResponse({"error": text}, 500)(scope, receive, send_and_count)
        kind = _kind(scope["path"])
        if not kind and not error:
            return
        metrics.REQUESTS.labels(kind.get("route", "other"), kind.get("format", ""), status).inc()
        fields = {
            **kind,
            "method": scope["method"],
            "status": status,
            "seconds": round(time.perf_counter() - start, 4),
            "bytes": length,
            "queue": scope.get("state", {}).get("queue"),
            "id": identifier,
        }
        level = logging.ERROR if error else logging.WARNING if status >= 500 else logging.INFO
        LOGGER.log(
            level, "request", exc_info=error, extra={"fields": {name: value for name, value in fields.items() if value}}
        )


def _kind(path: str) -> Mapping[str, str]:
    """Return the route of a path, and of its name what our tables know; nothing of other paths."""
    first, _, name = path.removeprefix(f"{site_base()}/").partition("/")
    if first in _ROUTES:
        ending = name.rpartition("/")[2].partition(".")[2]
        word = name.partition("/")[0].partition(".")[0]
        return {
            "route": first,
            "variant": word if word in _KINDS else "",
            "format": ending if ending in FORMATS or ending == "json" else "",
        }
    return {"route": "page", "variant": first} if first in PAGE_NAMES and not name else {}
