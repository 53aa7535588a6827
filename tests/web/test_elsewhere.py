"""Work that runs of pages leave to other processes: what comes back, who shares it, and who gives it up."""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread

import pytest

from convviz import SpecError
from convviz.analysis import Network
from convviz.recipes.images import read_image
from convviz.web.app import lines, page_work
from convviz.web.app.lines import BusyError, LateError, Line, LostError, Worker
from convviz.web.app.page_work import submitter
from convviz.web.components import elsewhere as module
from convviz.web.components.elsewhere import LaterError, elsewhere, serve
from convviz.web.components.figure import _first
from tests.web.network import model


class Overtaken(Exception):  # noqa: N818
    """What Streamlit raises in a run that has been overtaken."""


@pytest.fixture
def _server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An event loop in a thread of its own, as that of the server, with a line of real processes."""
    loop, line = asyncio.new_event_loop(), Line(1, 10)
    monkeypatch.setattr(lines, "pages", line)
    monkeypatch.setattr(lines, "quick", Line(0, 0))
    thread = Thread(target=loop.run_forever)
    thread.start()
    serve(submitter(loop))
    yield
    serve(None)
    asyncio.run_coroutine_threadsafe(line.workers[0].end(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_without_a_server_the_run_does_the_work_itself() -> None:
    assert elsewhere(os.getpid) == os.getpid()


@pytest.mark.usefixtures("_server")
def test_quick_work_waits_in_a_line_of_its_own() -> None:
    with pytest.raises(LaterError, match="too much to do"):
        elsewhere(os.getpid, is_quick=True)  # which is full in this test
    assert _first("dilated", "seed=7", "seed=7", "", False, "").startswith('"answer":{')  # here, then


@pytest.mark.usefixtures("_server")
def test_another_process_does_the_work_and_what_it_returns_or_refuses_comes_back() -> None:
    assert elsewhere(os.getpid) != os.getpid()
    with pytest.raises(SpecError) as caught:
        elsewhere(read_image, b"no image")
    assert str(caught.value) == "An image must be a PNG, JPEG or WebP file; this file is none of these."
    network = elsewhere(Network.from_onnx, model())
    treated = elsewhere(Network.treated, network, {"odd": "identity"})
    assert treated.table().csv() == Network.from_onnx(model(), treat={"odd": "identity"}).table().csv()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BusyError, "The server has too much to do at the moment. Try again in a minute."),
        (LateError, "This was not done within 55 seconds. Try again in a minute."),
        (LostError, "This could not be done: its process ended twice. Try again in a minute."),
    ],
)
@pytest.mark.usefixtures("_server")
def test_what_keeps_the_work_from_being_done_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], sentence: str
) -> None:
    async def fail(line: Line, *_: object, is_first: bool) -> None:
        raise error

    monkeypatch.setattr(Line, "run", fail)
    with pytest.raises(LaterError) as caught:
        elsewhere(os.getpid)
    assert str(caught.value) == sentence


@pytest.mark.usefixtures("_server")
def test_runs_that_want_the_same_at_the_same_time_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bytes] = []

    async def call(worker: Worker, function: object, work: bytes) -> bytes:
        begun.append(work)
        while next(iter(page_work._flights._flights.values())).waiters < 2:
            await asyncio.sleep(0)
        return pickle.dumps(len(begun))

    monkeypatch.setattr(Worker, "call", call)
    with ThreadPoolExecutor(2) as runs:
        assert list(runs.map(elsewhere, [os.getpid] * 2)) == [1, 1]


def test_a_run_that_is_overtaken_gives_its_work_up(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Future[bytes]] = []

    def submit(digest: str, work: bytes, _: bool) -> Future[bytes]:
        given.append(Future())
        return given[-1]

    def overtaken() -> None:
        raise Overtaken

    monkeypatch.setattr(module, "_servers", [submit])
    monkeypatch.setattr(module, "_SECONDS", 0)
    monkeypatch.setattr(module, "get_run_yield_check", lambda: overtaken)
    with pytest.raises(Overtaken):
        elsewhere(os.getpid)
    assert given[0].cancelled()
