"""Headers of every answer, driven as a server drives an app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message, Scope
from starlette.websockets import WebSocket

from convviz.web.app import headers as headers_module
from convviz.web.app.headers import Headers
from convviz.web.app.settings import read_settings

SAME = {
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
}
OWN = {"cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin"}


async def page(_: Request) -> Response:
    return Response("<p>", media_type="text/html")


async def unchanged(_: Request) -> Response:
    return Response(status_code=304, headers={"ETag": '"1"'})


async def figure(_: Request) -> Response:
    return JSONResponse({}, headers={"Content-Security-Policy": "img-src *"})


async def public(_: Request) -> Response:
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}
    response = JSONResponse({}, headers=headers)
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", secure=True)
    return response


async def socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


APP = Headers(
    Starlette(
        routes=[
            Route("/page", page),
            Route("/unchanged", unchanged),
            Route("/figure", figure),
            Route("/public", public),
            WebSocketRoute("/socket", socket),
        ]
    )
)


def answers(path: str, kind: str = "http", scheme: str = "http", method: str = "GET") -> list[Message]:
    scope: Scope = {
        "type": kind, "method": method, "path": path, "headers": [], "query_string": b"", "scheme": scheme
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(APP(scope, receive, send))
    return sent


def headers(path: str, method: str = "GET") -> Mapping[str, str]:
    return {name.decode(): value.decode() for name, value in answers(path, method=method)[0]["headers"]}


def policy(path: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in headers(path)["content-security-policy"].split("; "))


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Set who may have pages in a frame, and forget the headers for that at the end."""

    def allow(text: str) -> None:
        monkeypatch.setattr(headers_module, "SETTINGS", read_settings({"CONVVIZ_FRAMES": text}))
        headers_module._own_headers.cache_clear()

    yield allow
    headers_module._own_headers.cache_clear()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", ["/page", "/unchanged", "/nowhere"])
def test_every_answer_has_them(path: str, method: str) -> None:
    found = headers(path, method)
    assert {name: found.get(name) for name in SAME | OWN} == SAME | OWN
    assert "content-security-policy" in found


def test_a_tag_is_kept() -> None:
    assert headers("/unchanged")["etag"] == '"1"'


def test_foreign_images_scripts_connections_and_objects_are_not_loaded() -> None:
    found = policy("/page")
    assert found["img-src"] == "'self' data: blob:"
    assert found["connect-src"] == "'self'"
    assert found["object-src"] == "'none'"
    assert "unsafe" not in found["script-src"]


def test_pages_are_shown_in_frames_of_the_sites_that_are_listed(frames: Callable[[str], None]) -> None:
    for text, ancestors in (
        ("", "'self'"),
        ("https://school.example https://*.uni.example", "'self' https://school.example https://*.uni.example"),
        ("*", "* file:"),
    ):
        frames(text)
        assert policy("/page")["frame-ancestors"] == ancestors


def test_what_all_sites_may_read_they_may_show_and_load() -> None:
    found = headers("/public")
    assert policy("/public")["frame-ancestors"] == "* file:"
    assert found["cross-origin-resource-policy"] == "cross-origin"
    assert "cross-origin-opener-policy" not in found
    assert found["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("scheme", "cookies"),
    [
        ("http", ["a=1; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax; Secure"]),
        ("https", ["a=1; Path=/; SameSite=lax; Secure", "b=2; Path=/; SameSite=lax; Secure"]),
    ],
)
def test_cookies_that_came_through_tls_go_through_nothing_else(scheme: str, cookies: list[str]) -> None:
    sent = answers("/public", scheme=scheme)[0]["headers"]
    assert [value.decode() for name, value in sent if name == b"set-cookie"] == cookies


def test_an_answer_may_have_a_policy_of_its_own() -> None:
    assert headers("/figure")["content-security-policy"] == "img-src *"


def test_a_socket_is_left_alone() -> None:
    assert [message["type"] for message in answers("/socket", "websocket")] == ["websocket.accept", "websocket.close"]
    assert answers("/socket", "websocket")[0]["headers"] == []
