"""How many bytes of uploads the server holds, driven as a server drives an app."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Scope
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from convviz.web.components.uploads import UploadLimit

MEGABYTE = 2**20
ROOM = 4 * MEGABYTE
"""Of a session, in bytes: its largest file, and what a request has around it."""


class Server:
    """An app that keeps uploads as Streamlit does, behind the limit."""

    def __init__(self) -> None:
        self.manager = MemoryUploadedFileManager("/_stcore/upload_file")
        self.app = UploadLimit(
            Starlette(routes=[Route("/_stcore/upload_file/{session}/{file}", self.take, methods=["PUT"])])
        )

    async def take(self, request: Request) -> Response:
        data = await request.body()
        path = request.path_params
        self.manager.add_file(path["session"], UploadedFileRec(path["file"], "name", "type", data))
        return Response(status_code=204)

    async def put(
        self, session: str, file: str, chunks: Sequence[int], *, announced: int | None = None, is_cut_off: bool = False
    ) -> int:
        """Send a file in chunks of these sizes; the status of the answer."""
        headers = [] if announced is None else [(b"content-length", str(announced).encode())]
        path = f"/_stcore/upload_file/{session}/{file}"
        scope: Scope = {"type": "http", "method": "PUT", "path": path, "headers": headers, "query_string": b""}
        left, answers = list(chunks), []

        async def receive() -> Message:
            await asyncio.sleep(0)  # other uploads go on meanwhile
            if not left:
                return {"type": "http.disconnect"}
            size = left.pop(0)
            return {"type": "http.request", "body": bytes(size), "more_body": bool(left) or is_cut_off}

        async def send(message: Message) -> None:
            answers.append(message)

        await self.app(scope, receive, send)
        self.left = left
        return int(answers[0]["status"])

    def held(self) -> dict[str, list[str]]:
        return {session: list(files) for session, files in self.manager.file_storage.items() if files}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=server.manager))
    before = st.get_option("server.maxUploadSize")
    st.config.set_option("server.maxUploadSize", 2)
    yield server
    st.config.set_option("server.maxUploadSize", before)


def test_the_oldest_unread_files_of_a_session_give_way_to_its_newest(server: Server) -> None:
    async def uploads() -> list[int]:
        return [await server.put("a", str(n), [MEGABYTE, MEGABYTE]) for n in range(5)]

    assert asyncio.run(uploads()) == [204] * 5
    assert server.held() == {"a": ["3", "4"]}


def test_files_that_a_page_has_read_take_no_room(server: Server) -> None:
    async def uploads() -> list[int]:
        statuses = []
        for n in range(5):
            statuses.append(await server.put("a", str(n), [2 * MEGABYTE]))
            server.manager.remove_file("a", str(n))
        return statuses

    assert asyncio.run(uploads()) == [204] * 5
    assert server.held() == {}


def test_small_files_count_as_if_they_were_larger(server: Server) -> None:
    async def uploads() -> list[int]:
        return [await server.put("a", str(n), [1]) for n in range(100)]

    assert asyncio.run(uploads()) == [204] * 100
    assert len(server.held()["a"]) == ROOM // MEGABYTE


def test_all_sessions_together_hold_no_more_than_a_few_largest_files(server: Server) -> None:
    async def uploads() -> list[int]:
        return [await server.put(str(n), "file", [2 * MEGABYTE]) for n in range(20)]

    assert asyncio.run(uploads()) == [204] * 20
    assert list(server.held()) == [str(n) for n in range(14, 20)]


def test_uploads_at_the_same_time_never_hold_more_than_there_is_room_for(server: Server) -> None:
    async def uploads() -> list[int]:
        return await asyncio.gather(*(server.put("a", str(n), [MEGABYTE // 4] * 8) for n in range(6)))

    statuses = asyncio.run(uploads())
    assert set(statuses) == {204, 503}
    assert sum(len(file.data) for file in server.manager.file_storage["a"].values()) <= ROOM


def test_what_is_announced_as_too_much_is_refused_before_it_is_read(server: Server) -> None:
    assert asyncio.run(server.put("a", "file", [1, 1, 1], announced=ROOM + 1)) == 503
    assert len(server.left) == 3
    assert server.held() == {}


def test_an_upload_that_is_cut_off_leaves_no_trace(server: Server) -> None:
    async def uploads() -> list[int]:
        for _ in range(5):
            with pytest.raises(ClientDisconnect):
                await server.put("a", "file", [3 * MEGABYTE], is_cut_off=True)
        return list(await asyncio.gather(*(server.put("a", name, [2 * MEGABYTE]) for name in "12")))

    assert asyncio.run(uploads()) == [204, 204]
