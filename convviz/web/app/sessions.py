"""Sessions whose connection is cut: kept for a while, since the browser may come back, and then really gone."""

import asyncio
import ctypes
import gc
from contextlib import suppress
from typing import Final

import streamlit as st
from streamlit import runtime
from streamlit.runtime.session_manager import SessionInfo, SessionStorage

from convviz import limits

_REST: Final = 8
"""Seconds after a session is dropped until memory is given back, so that it is done once for a class."""

_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 2**20
"""The option of the C library's `mallopt`, and bytes from which memory is apart from all other: it goes back to the
system as soon as it is not used. The library raises this by itself to 32 MB: 20 images of 24 megapixels at once took
211 MB, of which 102 stayed, and now 19 and 4.
"""


class SessionsAway(SessionStorage):
    """What is kept of visitors who are away, in the place of Streamlit's own storage.

    Streamlit keeps 128 sessions, so that of a class of 200 a third cannot come back after their proxy has restarted;
    and it looks for those that have expired only when another visitor leaves, so that the last class is kept for good.

    Parameters
    ----------
    seconds : float
        How long a session is kept.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sessions: dict[str, SessionInfo] = {}
        self._is_cleaning = False

    def get(self, session_id: str) -> SessionInfo | None:
        """Return a session that is away, if it is still kept."""
        return self._sessions.get(session_id)

    def save(self, session_info: SessionInfo) -> None:
        """Keep a session for a while; beyond the largest number the one that has been away longest is dropped."""
        self._sessions[session_info.session.id] = session_info
        asyncio.get_running_loop().call_later(self._seconds, self._expire, session_info)
        if len(self._sessions) > limits.SESSIONS_AWAY:
            self._expire(next(iter(self._sessions.values())))

    def delete(self, session_id: str) -> None:
        """Forget a session, which is in use again."""
        del self._sessions[session_id]

    def list(self) -> list[SessionInfo]:
        """Return all sessions that are away."""
        return [*self._sessions.values()]

    def _expire(self, session_info: SessionInfo) -> None:
        if self._sessions.get(session_info.session.id) is not session_info:
            return  # it is in use again, or away again
        del self._sessions[session_info.session.id]
        session_info.session.shutdown()
        with suppress(Exception):  # Streamlit reads values as it drops them, and a client may send any
            session_info.session.session_state.clear()  # Streamlit holds the last session until there is another one
        if not self._is_cleaning:
            self._is_cleaning = True
            asyncio.get_running_loop().call_later(_REST, self._clean)

    def _clean(self) -> None:
        self._is_cleaning = False
        give_back()


def use() -> None:
    """Keep sessions of this server here. Streamlit has no option for it, so tests/web/test_sessions.py."""
    with suppress(AttributeError, OSError, TypeError):  # only the GNU C library has it
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)
    manager = runtime.get_instance()._session_mgr
    manager._session_storage = SessionsAway(st.get_option("server.disconnectedSessionTTL"))  # type: ignore[attr-defined]


def give_back() -> None:
    """Give memory that is no longer used back to the system, which the C library may otherwise keep."""
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):  # only the GNU C library has it
        ctypes.CDLL(None).malloc_trim(0)
