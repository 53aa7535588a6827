"""What is kept of visitors who are away, in the place of Streamlit's own storage."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime import Runtime, websocket_session_manager
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from convviz import limits
from convviz.web.app import sessions
from tests.conftest import ROOT


@dataclass
class Session:
    """What the manager needs of a session."""

    id: str
    ended: list[str] = field(default_factory=list)
    session_state: dict[str, str] = field(default_factory=lambda: {"a file": "of a visitor"})

    def shutdown(self) -> None:
        self.ended.append(self.id)

    def is_resumable(self) -> bool:
        return not self.ended

    def matches_user_info(self, _: object) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        return lambda: None


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> WebsocketSessionManager:
    """Streamlit's manager as a server has it, with sessions that do nothing."""
    monkeypatch.setattr(Runtime, "_instance", None)
    created = iter("abcdefgh")
    monkeypatch.setattr(websocket_session_manager, "AppSession", lambda **_: Session(next(created)))
    found = st.App(ROOT / "convviz" / "web" / "app" / "main.py")._create_runtime()._session_mgr
    assert isinstance(found, WebsocketSessionManager)
    sessions.use()
    return found


def connect(manager: WebsocketSessionManager, existing: str | None = None) -> str:
    return manager.connect_session(SimpleNamespace(), SimpleNamespace(), {}, existing)  # type: ignore[arg-type]


def test_a_session_comes_back_or_is_ended(manager: WebsocketSessionManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another visitor, which Streamlit would wait for; and then memory is given back."""
    monkeypatch.setattr(sessions, "_REST", 0)

    async def story() -> None:
        cleaned = asyncio.Event()
        monkeypatch.setattr(sessions, "give_back", cleaned.set)
        manager._session_storage = storage = sessions.SessionsAway(0.01)
        name = connect(manager)
        session = manager.get_active_session_info(name).session  # type: ignore[union-attr]
        manager.disconnect_session(name)
        assert [info.session for info in storage.list()] == [session]
        assert connect(manager, name) == name
        assert storage.list() == []
        manager.disconnect_session(name)
        await cleaned.wait()
        assert storage.list() == []
        assert session.ended == [name]  # type: ignore[attr-defined]
        assert not session.session_state
        assert connect(manager, name) != name

    asyncio.run(asyncio.wait_for(story(), 60))


def test_no_more_than_a_number_of_sessions_is_kept(
    manager: WebsocketSessionManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SESSIONS_AWAY", 2)

    async def story() -> None:
        names = [connect(manager) for _ in range(3)]
        for name in names:
            manager.disconnect_session(name)
        assert [info.session.id for info in manager._session_storage.list()] == names[1:]

    asyncio.run(story())


def test_memory_is_given_back_without_an_error() -> None:
    sessions.give_back()
