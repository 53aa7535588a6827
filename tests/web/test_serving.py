"""What happens when the server starts."""

from __future__ import annotations

import asyncio
import socket
import sys

import pytest
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins

from convviz.web.app import lines
from convviz.web.app.lines import Line
from convviz.web.app.serving import allow_many_files, serving

if sys.platform != "win32":
    import resource


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that Streamlit asks; it may know this machine's from another test."""
    addresses: list[str] = []
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda address, **_: addresses.append(address))
    return addresses


def test_answers_do_not_wait_until_the_browser_has_acknowledged_their_headers(
    monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    """Streamlit's socket does not name TCP; asyncio alone would let its connections wait.

    Nor does anybody wait until another host has said which address this machine has, when a foreign page connects:
    Streamlit would ask on the event loop.
    """
    assert not is_url_from_allowed_origins("http://evil.example")
    assert len(asked) == 2, "Streamlit asks by itself, in two ways"
    asked.clear()
    monkeypatch.setattr(lines, "quick", Line(0, 0))

    async def story() -> None:
        waits: asyncio.Queue[int] = asyncio.Queue()

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            waits.put_nowait(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with socket.socket(socket.AF_INET) as listening:
            listening.bind(("127.0.0.1", 0))
            async with serving(None), await asyncio.start_server(answer, sock=listening):
                _, writer = await asyncio.open_connection(*listening.getsockname())
                assert await waits.get() == 1
                assert not is_url_from_allowed_origins("http://evil.example")
                assert asked == []
                writer.close()

    asyncio.run(asyncio.wait_for(story(), 60))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    """A session takes 4, and the usual limit is 1,024."""
    own, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(own, 512), most))
    try:
        allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (
            65_536 if most == resource.RLIM_INFINITY else min(most, 65_536),
            most,
        )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (own, most))
