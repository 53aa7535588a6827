"""Work in other processes: what comes back, what dies, what is given up, and what is left when the server is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from convviz import limits
from convviz.errors import SpecError, TooLargeError
from convviz.web.app import lines
from convviz.web.app.lines import BusyError, LateError, Line, LostError, Worker
from tests.web.work import add, die, die_once, hold, refuse, stay, wait

ROOT = Path(__file__).resolve().parents[2]


def run(
    story: Callable[[Line], Awaitable[None]], workers: int = 1, waiting: int = 10, seconds: float = limits.JOB_SECONDS
) -> None:
    """Tell a story about a line of real processes."""

    async def whole() -> None:
        line = Line(workers, waiting, seconds=seconds)
        try:
            await story(line)
        finally:
            for worker in line.workers:
                await worker.end()

    asyncio.run(asyncio.wait_for(whole(), 60))


async def exists(path: Path) -> None:
    while not path.exists():
        await asyncio.sleep(0.001)


def test_a_job_returns_what_its_function_returns_in_one_other_process() -> None:
    async def story(line: Line) -> None:
        (three, first), (seven, second) = await line.run(add, 1, 2), await line.run(add, 3, 4)
        assert (three, seven) == (3, 7)
        assert first == second != os.getpid()

    run(story)


def test_several_workers_work_at_once(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        held = [
            asyncio.ensure_future(
                line.run(wait, str(tmp_path / f"{number} begun"), str(tmp_path / f"{number} stopped"))
            )
            for number in range(2)
        ]
        await exists(tmp_path / "0 begun")
        await exists(tmp_path / "1 begun")
        assert (tmp_path / "0 begun").read_text() != (tmp_path / "1 begun").read_text()
        for task in held:
            task.cancel()

    run(story, workers=2)


def test_work_of_pages_goes_before_what_waits() -> None:
    async def story(line: Line) -> None:
        ended: list[int] = []

        async def work(number: int, is_first: bool) -> None:
            await line.run(add, number, 0, is_first=is_first)
            ended.append(number)

        await asyncio.gather(*(work(number, number == 5) for number in range(6)))
        assert ended == [0, 5, 1, 2, 3, 4]

    run(story)


def test_an_error_comes_back_as_it_is_and_says_where_it_was_raised() -> None:
    async def story(line: Line) -> None:
        with pytest.raises(SpecError) as caught:
            await line.run(refuse, "stride must be 1; got 2.")
        assert str(caught.value) == "stride must be 1; got 2."
        assert "in refuse" in caught.value.__notes__[0]
        assert (await line.run(add, 1, 2))[0] == 3

    run(story)


def test_a_killed_process_is_replaced() -> None:
    async def story(line: Line) -> None:
        _, first = await line.run(add, 1, 2)
        os.kill(first, signal.SIGKILL)
        three, second = await line.run(add, 1, 2)
        assert three == 3
        assert first != second

    run(story)


def test_a_job_whose_process_dies_is_done_by_another(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        starts = tmp_path / "starts"
        second = await line.run(die_once, str(starts))
        assert [int(first) for first in starts.read_text().split()] not in ([], [second])

    run(story)


def test_a_job_that_kills_its_process_is_begun_twice_and_the_next_one_is_done(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        starts = tmp_path / "starts"
        with pytest.raises(LostError):
            await line.run(die, str(starts))
        assert len(set(starts.read_text().split())) == 2
        assert (await line.run(add, 1, 2))[0] == 3

    run(story)


def test_a_job_that_is_given_up_stops_and_its_process_does_the_next_one(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        begun, stopped = tmp_path / "begun", tmp_path / "stopped"
        task = asyncio.ensure_future(line.run(wait, str(begun), str(stopped)))
        await exists(begun)
        task.cancel()
        assert (await line.run(add, 1, 2)) == (3, int(begun.read_text()))
        assert stopped.exists()
        assert task.cancelled()

    run(story)


def test_what_is_given_up_while_it_waits_is_never_begun_and_makes_room(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        paths = [tmp_path / f"{number}" for number in range(3)]
        tasks = [asyncio.ensure_future(line.run(wait, str(path), str(tmp_path / "stopped"))) for path in paths]
        await exists(paths[0])
        with pytest.raises(BusyError):
            await line.run(add, 1, 2)
        tasks[1].cancel()
        await asyncio.wait(tasks[1:2])
        last = asyncio.ensure_future(line.run(add, 1, 2))
        await asyncio.sleep(0)
        tasks[0].cancel()
        await exists(paths[2])
        tasks[2].cancel()
        assert (await last)[0] == 3
        assert not paths[1].exists()

    run(story, waiting=2)


def test_a_job_that_does_not_stop_is_ended_with_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_STOP_SECONDS", 0)

    async def story(line: Line) -> None:
        begun = tmp_path / "begun"
        task = asyncio.ensure_future(line.run(stay, str(begun)))
        await exists(begun)
        task.cancel()
        three, process = await line.run(add, 1, 2)
        assert three == 3
        assert process != int(begun.read_text())

    run(story)


def test_a_job_that_is_not_done_in_time_is_given_up(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        with pytest.raises(LateError):
            await line.run(wait, str(tmp_path / "begun"), str(tmp_path / "stopped"))
        assert (tmp_path / "begun").exists() == (tmp_path / "stopped").exists()
        line._seconds = limits.JOB_SECONDS
        assert (await line.run(add, 1, 2))[0] == 3

    run(story, seconds=0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the memory of a process")
def test_a_job_that_needs_too_much_memory_is_refused_and_what_others_have_left_taken_is_freed_for_it() -> None:
    most = limits.WORKER_MEGABYTES

    async def story(line: Line) -> None:
        first = await line.run(hold, most // 5)
        assert (await line.run(add, 1, 2))[1] == first
        second = await line.run(hold, 9 * most // 10)
        assert first != second
        with pytest.raises(TooLargeError) as caught:
            await line.run(hold, most)
        assert str(caught.value) == "This needs more than the 1,000 MB of memory that one process may have here."

    run(story)


SERVER = """
import asyncio, sys
from convviz.web.app.lines import Worker
from tests.web.work import wait
asyncio.run(Worker(0).call(wait, sys.argv[1], "never"))
"""


def test_no_process_is_left_when_the_server_is_killed_in_the_middle_of_a_job(tmp_path: Path) -> None:
    """The worker has the server's stderr, which ends only when both are gone."""
    begun = tmp_path / "begun"
    command = [sys.executable, "-c", SERVER, str(begun)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as server:
        asyncio.run(asyncio.wait_for(exists(begun), 60))
        server.kill()
        assert server.stderr is not None
        assert server.stderr.read() == b""


def test_a_worker_that_never_worked_can_be_ended() -> None:
    asyncio.run(Worker(0).end())
