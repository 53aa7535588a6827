"""Files of visitors: each is read once, its bytes are dropped, and the page keeps what was read.

Streamlit limits the size of one file, but accepts any number of them, from every session, whether its page asks for a
file or not. `UploadLimit` bounds the bytes that the server holds before pages have read them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Generic, TypeVar
from weakref import ref

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileManager

from convviz import limits
from convviz.errors import SpecError
from convviz.web.state.widgets import key_of

from .elsewhere import LaterError
from .refusals import as_text

Content = TypeVar("Content")


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Kept(Generic[Content]):
    """What was read from a file, or why it was refused.

    The page may have been left and opened again: then its new uploader does not list the file (`is_unlisted`).
    """

    file_id: str
    name: str = ""
    content: Content | None = None
    refusal: str = ""
    size: int = 0
    is_unlisted: bool = False


_all_kept: list[ref[_Kept[Any]]] = []
_lock: Final = Lock()


def uploaded(
    label: str,
    kinds: Sequence[str],
    control: str,
    read: Callable[[bytes], Content],
    size: Callable[[Content], int],
    *,
    megabytes: int,
    place: DeltaGenerator | None = None,
    help_text: str | None = None,
) -> tuple[str, Content] | None:
    """Show an uploader; return an identifier of the file and what ``read`` makes of it, None without a file.

    A page that is left and opened again still has the file, until the visitor removes it.

    Parameters
    ----------
    read : callable
        Gets the bytes of the file, once.
    size : callable
        The bytes that its result takes.
    megabytes : int
        The largest file.

    Raises
    ------
    SpecError
        ``read`` refused the file, or could not read it this time; or it must be chosen again, because the server was
        restarted or needed the room.
    """
    key, memory = key_of(control), f"content of {control}"
    kept: _Kept[Content] | None = st.session_state.get(memory)
    if kept is not None and key not in st.session_state:
        kept.is_unlisted = True
    here = place or st.container()
    here.file_uploader(label, kinds, key=key, max_upload_size=megabytes, help=help_text)
    file = st.session_state.get(key)  # what the uploader returns is a copy of it
    if isinstance(file, UploadedFile):
        if kept is None or kept.file_id != file.file_id:
            kept = _read(file, read, size)
            st.session_state[memory] = kept
        drop(file)
    elif kept is not None and kept.is_unlisted:
        row = here.container(horizontal=True, vertical_alignment="center")
        row.caption(f"The page still has {as_text(kept.name)}.")
        if row.button("Remove it", key=f"{key}.remove"):
            del st.session_state[memory]
            st.rerun()
    else:
        if not isinstance(file, DeletedFile):  # the visitor removed it
            st.session_state.pop(memory, None)
            return None
        if kept is None or kept.file_id != file.file_id:
            kept = _Kept(file.file_id)
    if kept.refusal:
        raise SpecError(kept.refusal)
    if kept.content is None:
        raise SpecError("Choose the file again: it is no longer on this server.")
    return kept.file_id, kept.content


def drop(file: UploadedFile) -> bytes:
    """Return the bytes of a file, and drop them from the uploader and from the session."""
    data, context = file.getvalue(), get_script_run_ctx()
    if context is not None:
        remove(context.uploaded_file_mgr, context.session_id, file.file_id)
    file.seek(0)
    file.truncate()
    return data


def _read(file: UploadedFile, read: Callable[[bytes], Content], size: Callable[[Content], int]) -> _Kept[Content]:
    try:
        content = read(file.getvalue())
    except LaterError:  # the next run reads the file, which stays where it is
        raise
    except SpecError as error:
        return _Kept(file.file_id, file.name, refusal=str(error))
    kept = _Kept(file.file_id, file.name, content, size=size(content))
    _make_room(kept)
    return kept


def _make_room(newest: _Kept[Any]) -> None:
    """Drop the oldest contents of all sessions until the total is within the limit."""
    with _lock:
        contents = [*_contents(), newest]
        while len(contents) > 1 and sum(kept.size for kept in contents) > limits.UPLOADS_MEGABYTES * 10**6:
            contents.pop(0).content = None
        _all_kept[:] = map(ref, contents)


def _contents() -> list[_Kept[Any]]:
    return [kept for each in _all_kept if (kept := each()) is not None and kept.content is not None]


# The limit ------------------------------------------------------------------------------------------------------------

_PATH: Final = "/_stcore/upload_file/"
_FRAMING: Final = 2**21
"""Bytes of a request around its file, at most. Streamlit allows for fewer, so a large file is refused by Streamlit."""

_LEAST: Final = 2**20
"""Bytes that a file counts at least, so that there cannot be many small ones either."""

_SESSIONS: Final = 3
"""Sessions whose files fit at the same time, each with a file of the largest size."""


@dataclass(slots=True)
class UploadLimit:
    """Accept no more of an upload than there is room for; it replaces the oldest files that no page has read.

    One session has room for one file of the largest size, and all sessions together for a few of them.
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


def unread_bytes() -> int:
    """Return the bytes of uploads that no page has read yet."""
    if not runtime.exists():
        return 0
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return sum(len(file.data) for files in [*manager.file_storage.values()] for file in [*files.values()])


def kept_bytes() -> int:
    """Return the bytes of what pages keep of uploads."""
    return sum(kept.size for kept in _contents())


def remove(manager: UploadedFileManager, session: str, file: str) -> None:
    """Drop the bytes of an uploaded file; the browser still lists it."""
    assert isinstance(manager, MemoryUploadedFileManager)  # the only one there is
    manager.remove_file(session, file)
