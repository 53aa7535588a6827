"""What happens when the server starts."""

from __future__ import annotations

import asyncio
import socket
import sys

import pytest

from convviz.web.app import lines
from convviz.web.app.lines import Line
from convviz.web.app.serving import allow_many_files, serving

if sys.platform != "win32":
    import resource


def test_answers_do_not_wait_until_the_browser_has_acknowledged_their_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's socket does not name TCP; asyncio alone would let its connections wait."""
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
