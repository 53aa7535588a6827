"""Headers of every answer: what a browser may load for a page, who may show it, and what is sent to other hosts.

HSTS is left to the proxy that has the certificate.
"""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .document import styled_page
from .settings import SETTINGS

_POLICY: Final = MappingProxyType(
    {
        "default-src": "'self'",
        "script-src": "'self' blob:",  # Streamlit starts the scripts of components from blobs
        "style-src": "'self' 'unsafe-inline'",  # Streamlit's styles have no hash that is known before they are made
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
)
"""What a page may load, and from where."""

_ALL_SITES: Final = "* file:"
"""Who may have an answer in a frame that any site may read; slides are often opened from a disk."""

_UNUSED: Final = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer",
    "microphone", "midi", "payment", "serial", "usb",
)  # fmt: skip
"""What a browser could ask a visitor for, and no page needs."""

_SAME: Final = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
        "Cache-Control": "no-cache",  # where an answer does not say how long it holds
    }
)


class Headers:
    """Add the same headers to every answer over HTTP, and others to those that all sites may read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_public = headers.get("Access-Control-Allow-Origin") == "*"
                for name, value in (_public_headers() if is_public else _own_headers()).items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    _secure(message)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _secure(message: Message) -> None:
    """Let cookies be sent through TLS only; Streamlit knows TLS of its own, and none of a proxy."""
    message["headers"] = [
        (name, value + b"; Secure" if name.lower() == b"set-cookie" and b"; secure" not in value.lower() else value)
        for name, value in message["headers"]
    ]


@lru_cache(1)
def _own_headers() -> dict[str, str]:
    frames = SETTINGS.frames
    ancestors = _ALL_SITES if frames == ("*",) else " ".join(("'self'", *frames))
    return {
        **_SAME,
        "Content-Security-Policy": _policy(ancestors),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


@lru_cache(1)
def _public_headers() -> dict[str, str]:
    return {**_SAME, "Content-Security-Policy": _policy(_ALL_SITES), "Cross-Origin-Resource-Policy": "cross-origin"}


def _policy(ancestors: str) -> str:
    scripts = " ".join((_POLICY["script-src"], *_own_scripts()))
    policy = {**_POLICY, "script-src": scripts, "frame-ancestors": ancestors}
    return "; ".join(f"{kind} {sources}" for kind, sources in policy.items())


def _own_scripts() -> list[str]:
    """Return the hashes of the scripts in the document, which allow these scripts only."""
    scripts = re.findall("<script>(.*?)</script>", styled_page(), re.DOTALL)
    return [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
