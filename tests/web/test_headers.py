"""Headers of every answer, driven as a server drives an app."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message, Scope
from starlette.websockets import WebSocket

from convviz.web.app.headers import Headers

SAME = {
    "content-security-policy": "default-src 'self'; script-src 'self' blob: ",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


async def page(_: Request) -> Response:
    return Response("<p>", media_type="text/html")


async def unchanged(_: Request) -> Response:
    return Response(status_code=304, headers={"ETag": '"1"'})


async def figure(_: Request) -> Response:
    return JSONResponse({}, headers={"Content-Security-Policy": "img-src *"})


async def socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


APP = Headers(
    Starlette(
        routes=[
            Route("/page", page),
            Route("/unchanged", unchanged),
            Route("/figure", figure),
            WebSocketRoute("/socket", socket),
        ]
    )
)


def answers(path: str, kind: str = "http") -> list[Message]:
    scope: Scope = {"type": kind, "method": "GET", "path": path, "headers": [], "query_string": b""}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(APP(scope, receive, send))
    return sent


def headers(path: str) -> Mapping[str, str]:
    return {name.decode(): value.decode() for name, value in answers(path)[0]["headers"]}


def test_every_answer_has_them() -> None:
    for path in ("/page", "/unchanged", "/nowhere"):
        found = headers(path)
        assert {name: found[name][: len(value)] for name, value in SAME.items()} == SAME, path
    assert headers("/unchanged")["etag"] == '"1"'


def test_foreign_images_scripts_and_objects_are_not_loaded() -> None:
    policy = dict(part.split(" ", 1) for part in headers("/page")["content-security-policy"].split("; "))
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["object-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "frame-ancestors" not in policy, "pages may be embedded"


def test_an_answer_may_have_a_policy_of_its_own() -> None:
    assert headers("/figure")["content-security-policy"] == "img-src *"


def test_a_socket_is_left_alone() -> None:
    assert [message["type"] for message in answers("/socket", "websocket")] == ["websocket.accept", "websocket.close"]
    assert answers("/socket", "websocket")[0]["headers"] == []
