"""Several processes behind one port: who answers, what is refused, and what happens when a process dies."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Timer

import pytest

from convviz.cli import app, front, main, processes
from convviz.cli.front import Front, Place
from convviz.errors import SpecError

ROOT = Path(__file__).resolve().parents[2]
APP = f"""
import http.server, os, sys, threading
sys.path.insert(0, {str(ROOT)!r})
from convviz.cli.app import _end_with_input
threading.Thread(target=_end_with_input, daemon=True).start()
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            os._exit(7)
        self.send_response(200)
        self.end_headers()
        texts = (os.environ["CONVVIZ_PROCESS"], str(os.getpid()), os.environ["CONVVIZ_WORKERS"])
        self.wfile.write(" ".join(texts).encode())
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
"""A small process in place of the app: it says who it is, and dies when it is asked to."""


@asynccontextmanager
async def behind(places: Sequence[Place], most: int = 100) -> AsyncIterator[int]:
    """Start a front before servers that answer with their number and what they were sent; yield its port."""
    servers = []
    for place in places:

        async def answer(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int = place.number
        ) -> None:
            head = b""
            try:
                while b"last" not in head:
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(b"%d:%d;" % (number, len(head)))
            except (asyncio.IncompleteReadError, ConnectionError):
                pass  # the front has left
            finally:
                writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", place.port)
        place.port = server.sockets[0].getsockname()[1]
        servers.append(server)
    server = await Front(places, most).listen("127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for each in (server, *servers):
            each.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        for _ in range(3):  # what is closed is gone in the next turn of the loop
            await asyncio.sleep(0)


def request(cookie: str = "", end: str = "last") -> bytes:
    line = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET /{end} HTTP/1.1\r\nHost: a\r\n{line}\r\n".encode()


async def answer_to(port: int, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:  # closed before all of it was read
        return b""
    finally:
        writer.transport.abort()  # what is not sent yet stays unsent


def places() -> list[Place]:
    return [Place(number, 0, is_ready=True) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("cookie", "process"),
    [
        ("convviz_process=2", b"2"),
        ("a=1; convviz_process=3; b=2", b"3"),
        ("my_convviz_process=3", b"1"),  # another cookie: the first of equally busy ones
        ("convviz_process=9", b"1"),  # there are three
        ("convviz_process=2x", b"1"),
        ("", b"1"),
    ],
)
def test_a_browser_keeps_to_the_process_of_its_cookie(cookie: str, process: bytes) -> None:
    async def ask() -> bytes:
        async with behind(places()) as port:
            return await answer_to(port, request(cookie))

    assert asyncio.run(ask()).startswith(process)


def test_without_a_cookie_the_process_with_the_fewest_connections_answers_and_a_connection_stays_where_it_is() -> None:
    async def ask() -> list[bytes]:
        group, answers = places(), []
        group[0].connections = 5
        async with behind(group) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for sent in (request(end="first"), request("convviz_process=3", end="second")):
                writer.write(sent)
                answers.append(await reader.readuntil(b";"))
            assert group[1].connections == 1
            answers.append(await answer_to(port, request()))
            writer.close()
        return answers

    first, second = len(request(end="first")), len(request("convviz_process=3", end="second"))
    assert asyncio.run(ask()) == [b"2:%d;" % first, b"2:%d;" % second, b"3:%d;" % len(request())]


def test_when_a_process_has_died_the_next_one_answers() -> None:
    async def ask() -> tuple[bytes, bytes, bytes]:
        group = places()
        async with behind(group) as port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                group[1].port = free.getsockname()[1]
            dead = await answer_to(port, request("convviz_process=2"))
            group[0].is_ready = False
            starting = await answer_to(port, request("convviz_process=1"))
            group[2].is_ready = group[1].is_ready = False
            return dead, starting, await answer_to(port, request())

    dead, starting, none = asyncio.run(ask())
    assert (dead[:1], starting[:1]) == (b"1", b"3")
    assert none.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert none.endswith(b"\r\n\r\nThe app is starting. Try again in 5 seconds.")


def test_heads_have_a_limit_in_bytes_and_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask() -> tuple[bytes, bytes]:
        async with behind(places()) as port:
            long = await answer_to(port, b"GET / HTTP/1.1\r\nA: " + b"a" * 200_000)
            monkeypatch.setattr(front, "_HEAD_SECONDS", 0.05)
            return long, await answer_to(port, b"GET / HTTP/1.1\r\n")

    assert asyncio.run(ask()) == (b"", b"")


def test_one_connection_too_many_is_closed_until_another_has_ended() -> None:
    async def ask() -> list[bytes]:
        group = places()
        async with behind(group, most=1) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request(end="first"))
            first = await reader.readuntil(b";")
            second = await answer_to(port, request())
            writer.transport.abort()
            while group[0].connections:
                await asyncio.sleep(0)
            return [first[:1], second, (await answer_to(port, request()))[:1]]

    assert asyncio.run(ask()) == [b"1", b"", b"1"]


def free_ports() -> int:
    """Return a port which, with the two after it, is free."""
    for first in range(21_000 + os.getpid() % 5_000, 30_000, 3):
        try:
            for port in range(first, first + 3):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise AssertionError


def test_a_process_that_dies_is_started_again_and_all_end_together() -> None:
    port = free_ports()
    code = (
        f"import sys; from convviz.cli.processes import run; "
        f"sys.exit(run(lambda port: [sys.executable, '-c', {APP!r}, str(port)], '2', '127.0.0.1', {port}))"
    )
    environment = {name: text for name, text in os.environ.items() if not name.startswith("CONVVIZ_")}
    group = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment)
    assert group.stderr is not None
    limit = Timer(60, group.kill)  # a line that does not come fails the test
    limit.start()
    try:
        assert group.stderr.readline() == f"convviz: 2 processes start; their address is http://127.0.0.1:{port}\n"
        lines = {group.stderr.readline() for _ in range(2)}
        assert lines == {"convviz: process 1 answers\n", "convviz: process 2 answers\n"}
        before = body(asyncio.run(answer_to(port, request("convviz_process=2"))))
        assert (before[0], before[2]) == ("2", str(max(1, len(os.sched_getaffinity(0)) // 2)))
        asyncio.run(answer_to(port, request("convviz_process=2", end="die")))
        assert group.stderr.readline() == "convviz: process 2 ended with status 7; it starts again in 1 s\n"
        assert body(asyncio.run(answer_to(port, request("convviz_process=2"))))[0] == "1"
        assert group.stderr.readline() == "convviz: process 2 answers\n"
        after = body(asyncio.run(answer_to(port, request("convviz_process=2"))))
        assert after[0] == "2"
        assert after[1] != before[1]
        group.send_signal(signal.SIGTERM)
        assert group.wait(20) == 0
        with pytest.raises(ProcessLookupError):
            os.kill(int(after[1]), 0)
    finally:
        limit.cancel()
        group.kill()
        group.wait()
        group.stderr.close()


def test_a_process_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Hanging:
        is_killed = False

        def kill(self) -> None:
            self.is_killed = True

    async def watch() -> tuple[bool, bool]:
        process, (place, *_) = Hanging(), places()
        with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and answers none
            place.port = silent.getsockname()[1]
            monkeypatch.setattr(processes.asyncio, "timeout", lambda _: timeout(0.01))
            await processes._watch(place, process)  # type: ignore[arg-type]
        return process.is_killed, place.is_ready

    timeout = asyncio.timeout
    for name in ("_START_SECONDS", "_LOOK_SECONDS"):
        monkeypatch.setattr(processes, name, 0)
    assert asyncio.run(watch()) == (True, True)  # its end is what takes it from visitors
    assert capsys.readouterr().err == "convviz: process 1 does not answer, and is killed\n"


def body(answer: bytes) -> list[str]:
    return answer.partition(b"\r\n\r\n")[2].decode().split()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--processes", "0"], "--processes must be a whole number from 1 to 64; got 0."),
        (["--processes", "many"], "--processes must be a whole number from 1 to 64; got many."),
        (
            ["--processes", "2", "--", "--server.port", "65534"],
            "--server.port must be a whole number from 1 to 65533; got 65534.",
        ),
        (
            ["--processes", "2", "--", "--server.sslCertFile=a.pem"],
            "--server.sslCertFile is for one process; several need a proxy in front that does TLS.",
        ),
    ],
)
def test_a_mistake_is_one_sentence(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", *words]) == 2
    assert capsys.readouterr().err == f"convviz: {sentence}\n"


def test_elsewhere_there_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.os, "name", "nt")
    with pytest.raises(SpecError) as raised:
        app._run(app.argparse.Namespace(processes="2", options=[], until_input_ends=False))
    assert str(raised.value) == "--processes 2 needs Linux or macOS; this system runs one process."


def test_a_process_that_ends_before_it_answers_ends_all() -> None:
    port = free_ports()
    code = f"from convviz.cli.processes import run; run(lambda port: ['false'], '2', '127.0.0.1', {port})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1] in {
        f"convviz.errors.SpecError: Process {number} ended with status 1 before it answered." for number in (1, 2)
    }
