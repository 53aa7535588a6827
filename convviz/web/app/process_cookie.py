"""The cookie by which what is in front of several processes finds the one of a browser again.

What a session holds, its uploads and charts too, is in one process. A page that comes back to another process, since
its own has died, gets the new number with its WebSocket.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convviz.web.components.downloads import site_base

from .settings import PROCESS_COOKIE

_STARTS: Final = ("http.response.start", "websocket.accept")


class ProcessCookie:
    """Set the cookie with pages and WebSockets, but not with what a cache may give to others.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    process : int
        The number of this process; 0 for one alone, which needs no cookie.
    """

    def __init__(self, app: ASGIApp, process: int) -> None:
        self._app, self._process = app, str(process) if process else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_cookie(message: Message) -> None:
            if message["type"] in _STARTS:
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                is_page = headers.get("Content-Type", "").startswith("text/html")
                if scope["type"] == "websocket" or (is_page and "public" not in headers.get("Cache-Control", "")):
                    headers.append("Set-Cookie", self._cookie(scope["scheme"]))
            await send(message)

        knows_it = (
            not self._process
            or scope["type"] not in ("http", "websocket")
            or HTTPConnection(scope).cookies.get(PROCESS_COOKIE) == self._process
        )
        await self._app(scope, receive, send if knows_it else send_with_cookie)

    def _cookie(self, scheme: str) -> str:
        """Return the cookie; over TLS also for a page in a frame of another site."""
        place = "SameSite=None; Secure; Partitioned" if scheme in ("https", "wss") else "SameSite=Lax"
        return f"{PROCESS_COOKIE}={self._process}; Path={site_base()}/; HttpOnly; {place}"
