"""How many bytes of uploads the server holds before pages have read them.

Streamlit bounds one file, but takes any number of them, from every session, whether its page asks for a file or not.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileManager

_PATH: Final = "/_stcore/upload_file/"
_FRAMING: Final = 2**21
"""Bytes of a request around its file, at most; Streamlit, which allows for fewer, is the one to refuse a large file."""

_LEAST: Final = 2**20
"""Bytes that a file counts at least, so that there are not many small ones either."""

_SESSIONS: Final = 4
"""Sessions whose files fit at the same time, each of them as large as a file may be."""


@dataclass(slots=True)
class UploadLimit:
    """Take no more of an upload than there is room for; the oldest files that no page has read give way to it.

    One session has room for one file of the largest size, and all sessions together for a few of those.
    """

    app: ASGIApp
    unread: dict[tuple[str, str], int] = field(default_factory=dict)
    arriving: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_upload = scope["type"] == "http" and scope["method"] == "PUT" and _PATH in scope["path"]
        if not is_upload or not runtime.exists():
            await self.app(scope, receive, send)
            return
        session, file = scope["path"].split("/")[-2:]
        length = dict(scope["headers"]).get(b"content-length", b"")
        announced = int(length) if length.isdigit() else 0
        arrived = 0

        async def receive_what_fits() -> Message:
            nonlocal arrived
            if not arrived:
                self._make_room(session, announced)  # before any of it is read
            message = await receive()
            count = len(message.get("body", b""))
            self._make_room(session, count)
            self.arriving[session] += count
            arrived += count
            return message

        try:
            await self.app(scope, receive_what_fits, send)
        finally:
            self.arriving[session] -= arrived
            self.arriving += Counter()  # without sessions that send nothing
            if arrived:
                self.unread[session, file] = max(arrived, _LEAST)

    def _make_room(self, session: str, count: int) -> None:
        """Drop the oldest unread files until ``count`` more bytes fit; refuse the upload if none is left to drop."""
        most = int(st.get_option("server.maxUploadSize")) * 2**20 + _FRAMING
        while self.arriving[session] + self._unread(session) + count > most:
            self._drop_oldest(session)
        while self.arriving.total() + self._unread() + count > _SESSIONS * most:
            self._drop_oldest()

    def _unread(self, session: str | None = None) -> int:
        return sum(size for key, size in self.unread.items() if session in (None, key[0]))

    def _drop_oldest(self, session: str | None = None) -> None:
        key = next((key for key in self.unread if session in (None, key[0])), None)
        if key is None:
            raise HTTPException(503, "Too many files are on their way. Try again in a minute.", {"Retry-After": "60"})
        # Pages drop files themselves once they have read them; then only this number of bytes is out of date.
        remove(runtime.get_instance().uploaded_file_mgr, *key)
        del self.unread[key]


def remove(manager: UploadedFileManager, session: str, file: str) -> None:
    """Drop the bytes of an uploaded file; the browser still lists it."""
    assert isinstance(manager, MemoryUploadedFileManager)  # the only one there is
    manager.remove_file(session, file)
