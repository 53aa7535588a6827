"""Headers of every answer: what a browser may load for a page, and what it sends about a page to other hosts."""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .document import styled_page

_POLICY: Final = MappingProxyType(
    {
        "default-src": "'self'",
        "script-src": "'self' blob:",  # Streamlit starts the scripts of components from blobs
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self' ws: wss:",  # 'self' has no WebSockets in older browsers
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
)
"""What a page may load, and from where; frame-ancestors is left out, since pages are made to be embedded."""


class Headers:
    """Add the same headers to every answer over HTTP."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers().items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


@lru_cache(1)
def _headers() -> dict[str, str]:
    policy = {**_POLICY, "script-src": " ".join((_POLICY["script-src"], *_own_scripts()))}
    return {
        "Content-Security-Policy": "; ".join(f"{kind} {sources}" for kind, sources in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }


def _own_scripts() -> list[str]:
    """Return the hashes of the scripts in the document, which allow these scripts only."""
    scripts = re.findall("<script>(.*?)</script>", styled_page(), re.DOTALL)
    return [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
