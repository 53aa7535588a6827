"""What figures show, asked over HTTP: compressed, cached, shared, refused, and computed in processes that may die."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convviz import limits
from convviz.figure import answer
from convviz.web.app import jobs, scene
from convviz.web.app.lines import BusyError, Worker
from tests.conftest import Server
from tests.web.app import get
from tests.web.visitors import Visitor, ask, run

QUERY = "dilation=2&input_size=8"
PATH = f"/scene/dilated.json?{QUERY}"


@pytest.fixture(autouse=True)
def _empty() -> None:
    scene._answers.clear()
    scene._tags.clear()


class Desk:
    """Works in place of worker processes, in this one; each job is held until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.held = asyncio.Event()

        async def call(worker: Worker, function: Callable[..., Any], *given: str) -> Any:
            self.begun.append("?".join(given))
            await self.held.wait()
            return function(lambda: None, *given)

        monkeypatch.setattr(Worker, "call", call)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


# A running server -----------------------------------------------------------------------------------------------------


def test_the_json_is_what_the_figure_answers(server: str) -> None:
    status, headers, data = get(server + PATH)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert data.decode() == answer("dilated", QUERY).text


def test_compressed_and_plain_say_the_same(server: str) -> None:
    _, plain_headers, plain = get(server + PATH)
    _, headers, packed = get(server + PATH, **{"Accept-Encoding": "deflate, gzip;q=0.8"})
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 3
    assert (headers["content-encoding"], plain_headers["content-encoding"]) == ("gzip", None)
    assert "Accept-Encoding" in headers["vary"]
    assert "Accept-Encoding" in plain_headers["vary"]
    assert headers["etag"] != plain_headers["etag"]


def test_a_cache_may_keep_it_and_any_site_may_read_it(server: str) -> None:
    _, headers, _ = get(server + PATH)
    assert headers["cache-control"] == "public, max-age=300"
    assert headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_a_client_has_is_not_sent_again(server: str, encoding: str) -> None:
    asked = {"Accept-Encoding": encoding}
    _, headers, _ = get(server + PATH, **asked)
    status, again, data = get(server + PATH, **asked, **{"If-None-Match": headers["etag"]})
    assert (status, again["etag"], data) == (304, headers["etag"], b"")
    changed = get(f"{server}{PATH}&seed=1", **asked, **{"If-None-Match": headers["etag"]})
    assert changed[0] == 200


def test_addresses_that_mean_the_same_have_one_tag(server: str) -> None:
    spellings = (QUERY, "input_size=8x8&dilation=2", f"{QUERY}&stride=1")
    tags = {get(f"{server}/scene/dilated.json?{query}")[1]["etag"] for query in spellings}
    assert len(tags) == 1


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_other_methods(server: str, method: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(server + PATH, method=method), timeout=60) as found:
        assert found.read() == b""
        assert found.headers["access-control-allow-origin"] == "*"
        if method == "HEAD":
            assert found.headers["content-length"] == str(len(answer("dilated", QUERY).text.encode()))
        else:
            assert (found.status, found.headers["access-control-allow-methods"]) == (204, "GET, HEAD")


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_refusal_is_one_object_with_its_sentence(server: str, encoding: str) -> None:
    status, headers, data = get(f"{server}/scene/dilated.json?kernel_size=5", **{"Accept-Encoding": encoding})
    text = (gzip.decompress(data) if encoding == "gzip" else data).decode()
    assert (status, headers["content-type"], headers["etag"]) == (400, "application/json", None)
    assert headers["access-control-allow-origin"] == "*"
    assert text == answer("dilated", "kernel_size=5").text
    assert json.loads(text)["error"].startswith("The kernel spans 9 rows (kernel 5, dilation 2), more than")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("dilated.gif", "The name of a scene must end in .json; got 'dilated.gif'."),
        ("a/b.json", None),
        ("dilated.json?" + "&".join(map(str, range(201))), "A query must have at most 200 parameters; got 201."),
        ("dilated.json?seed=" + "1" * limits.QUERY, "A query must be at most 30,000 characters long; got 30,005."),
    ],
    ids=["suffix", "name", "many", "long"],
)
def test_what_is_no_scene_is_refused(server: str, path: str, sentence: str | None) -> None:
    status, headers, data = get(f"{server}/scene/{path}")
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(data)["error"] == (sentence or json.loads(answer("a/b", "").text)["error"])


# Who waits, and who need not ------------------------------------------------------------------------------------------


def test_equal_requests_at_once_are_answered_once_and_later_ones_from_the_cache(desk: Desk) -> None:
    async def story() -> None:
        visitors = [Visitor(PATH) for _ in range(3)]
        while not desk.begun:
            await asyncio.sleep(0)
        visitors.append(Visitor(PATH, accept_encoding="gzip"))
        desk.held.set()
        answers = [await visitor.answer for visitor in (*visitors, Visitor(PATH))]
        assert {answer.status for answer in answers} == {200}
        assert desk.begun == [f"dilated.json?{QUERY}"]

    run(story)


def test_a_refusal_is_found_once(desk: Desk) -> None:
    desk.held.set()
    for _ in range(2):
        assert ask("/scene/dilated.json?stride=9").status == 400
    assert desk.begun == ["dilated.json?stride=9"]


def test_an_answer_in_the_cache_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.held.set()
    before = ask(PATH)
    monkeypatch.setattr(jobs, "answer", lambda *_: pytest.fail("It was read again."))
    assert ask(PATH) == before


def test_what_no_request_waits_for_is_never_begun(desk: Desk) -> None:
    async def story() -> None:
        first, second, third = (Visitor(f"{PATH}&seed={seed}") for seed in (1, 2, 3))
        while not desk.begun:
            await asyncio.sleep(0)
        second.leave()
        assert (await second.answer).status == 499
        desk.held.set()
        assert [(await visitor.answer).status for visitor in (first, third)] == [200, 200]
        assert [name.rpartition("=")[2] for name in desk.begun] == ["1", "3"]

    run(story)


def test_who_comes_when_too_many_wait_is_asked_to_come_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(worker: Worker, *_: object) -> None:
        raise BusyError

    monkeypatch.setattr(Worker, "call", full)
    busy = ask(PATH, accept_encoding="gzip")
    assert (busy.status, busy.headers["retry-after"], busy.headers["access-control-allow-origin"]) == (503, "10", "*")
    assert json.loads(busy.body) == {"error": "Too many pictures wait to be drawn already. Try again in 10 seconds."}


def test_the_cache_is_bounded_in_bytes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.held.set()
    size = int(ask(PATH, accept_encoding="gzip").headers["content-length"])
    assert scene._answers.currsize == size
    assert scene._answers.maxsize == limits.SCENE_CACHE_BYTES


# Processes that die ---------------------------------------------------------------------------------------------------


def children(process: int) -> list[int]:
    """The processes that a process has started; as Linux tells it."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=["term", "int", "kill"])
def test_killed_workers_are_replaced_and_none_is_left_when_the_server_ends(tmp_path: Path, how: signal.Signals) -> None:
    server = Server(tmp_path / "log.txt").__enter__()
    paths = (PATH, "/render/standard.png", "/render/standard.gif?input_size=8") if how == signal.SIGKILL else (PATH,)
    for path in paths:
        assert get(server.url + path)[0] == 200
    if how == signal.SIGKILL:
        before = children(server.process.pid)
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        for path in (f"{PATH}&seed=1", "/render/standard.png?seed=1", "/render/standard.gif?input_size=8&seed=1"):
            assert get(server.url + path)[0] == 200
        assert not set(children(server.process.pid)) & set(before)
    workers = children(server.process.pid)
    assert len(workers) >= len(paths)
    server.process.send_signal(how)
    server.process.wait(60)
    end = time.monotonic() + 60
    while any(map(is_alive, workers)):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert "Traceback" not in server.text()
