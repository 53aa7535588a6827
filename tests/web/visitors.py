"""Visitors who ask the routes without a server, so that a test can close a connection at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from convviz import limits
from convviz.web.app import lines, render, scene
from convviz.web.app.lines import Line

APP = Starlette(routes=[*render.routes, *scene.routes])


@dataclass(slots=True)
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Visitor:
    """Somebody who asks for a path, and may close the connection."""

    def __init__(self, path: str, method: str = "GET", **headers: str) -> None:
        self._gone = asyncio.Event()
        self._has_asked = False
        address = urlsplit(path)
        fields = [(name.replace("_", "-").lower().encode(), text.encode()) for name, text in headers.items()]
        self.scope = {
            "type": "http", "method": method, "path": address.path, "query_string": address.query.encode(),
            "headers": fields, "server": ("127.0.0.1", 80), "scheme": "http", "root_path": "", "http_version": "1.1",
        }  # fmt: skip
        self.answer = asyncio.ensure_future(self._ask())

    def leave(self) -> None:
        self._gone.set()

    async def _ask(self) -> Answer:
        answer = Answer()

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): text.decode() for name, text in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await APP(self.scope, self._receive, send)
        return answer

    async def _receive(self) -> Mapping[str, Any]:
        if not self._has_asked:
            self._has_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Tell a story, with queues and workers of its own."""
    own = {
        "quick": Line(1, limits.SCENES_WAITING),
        "small": Line(1, limits.RENDER_WAITING),
        "large": Line(1, limits.RENDER_WAITING),
    }

    async def whole() -> None:
        try:
            await story()
        finally:
            for line in own.values():
                await line.workers[0].end()

    with pytest.MonkeyPatch.context() as patch:
        for name, line in own.items():
            patch.setattr(lines, name, line)
        asyncio.run(asyncio.wait_for(whole(), 60))


def ask(path: str, method: str = "GET", **headers: str) -> Answer:
    """The answer to one request."""
    answers: list[Answer] = []

    async def story() -> None:
        answers.append(await Visitor(path, method, **headers).answer)

    run(story)
    return answers[0]
