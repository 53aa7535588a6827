"""The cookie that names the process of a browser: who gets it, and who does not."""

from __future__ import annotations

import asyncio

import pytest

from convviz.web.app.process_cookie import ProcessCookie

PAGE = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-cache")]
FIGURE = [(b"content-type", b"text/html"), (b"cache-control", b"public, max-age=300")]
SCENE = [(b"content-type", b"application/json")]
LAX = b"convviz_process=3; Path=/; HttpOnly; SameSite=Lax"
OVER_TLS = b"convviz_process=3; Path=/; HttpOnly; SameSite=None; Secure; Partitioned"


@pytest.mark.parametrize(
    ("process", "scheme", "sent", "headers", "cookie"),
    [
        (3, "http", b"", PAGE, LAX),
        (3, "https", b"", PAGE, OVER_TLS),
        (3, "http", b"convviz_process=2", PAGE, LAX),
        (3, "http", b"convviz_process=3", PAGE, None),
        (3, "http", b"", FIGURE, None),
        (3, "http", b"", SCENE, None),
        (3, "ws", b"convviz_process=1", None, LAX),
        (3, "wss", b"", None, OVER_TLS),
        (3, "ws", b"convviz_process=3", None, None),
        (0, "http", b"", PAGE, None),
        (0, "ws", b"", None, None),
    ],
)
def test_pages_and_sockets_name_their_process(
    process: int, scheme: str, sent: bytes, headers: list[tuple[bytes, bytes]] | None, cookie: bytes | None
) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        start = {"type": "websocket.accept"} if headers is None else {"type": "http.response.start", "headers": headers}
        await send(dict(start, **({"headers": [*headers]} if headers is not None else {})))

    messages = []

    async def send(message: dict[str, object]) -> None:
        messages.append(message)

    scope = {
        "type": "websocket" if headers is None else "http",
        "scheme": scheme,
        "headers": [(b"cookie", sent)] if sent else [],
    }
    asyncio.run(ProcessCookie(app, process)(scope, None, send))
    (message,) = messages
    assert [value for name, value in message.get("headers", []) if name == b"set-cookie"] == (
        [cookie] if cookie else []
    )
