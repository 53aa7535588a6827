"""What a server has done and holds, as Prometheus reads it."""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from convviz.errors import SpecError
from convviz.origin import __version__
from convviz.web.app import metrics
from convviz.web.app.lines import Line
from convviz.web.app.worker import Check
from tests.web.app import get

Samples = dict[tuple[str, tuple[str, ...]], float]


def read(text: str) -> Samples:
    """Return the samples by their names and the values of their labels."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def now() -> Samples:
    (route,) = metrics.routes
    return read(asyncio.run(route.endpoint(Request({"type": "http", "headers": []}))).body.decode())


def _return(_: Check, value: int) -> int:
    return value


def _refuse(_: Check) -> None:
    raise SpecError("no")


def _die(_: Check) -> None:
    os._exit(1)


def test_jobs_are_counted_by_how_they_end() -> None:
    async def story() -> None:
        line = Line(1, 0, name="test")
        try:
            assert await line.run(_return, 3) == 3
            for job in (_refuse, _die):
                with pytest.raises(Exception):  # noqa: B017, PT011
                    await line.run(job)
            working = asyncio.ensure_future(line.run(_return, 4))
            await asyncio.sleep(0)
            with pytest.raises(Exception):  # noqa: B017, PT011
                await line.run(_return, 5)
            working.cancel()
            await asyncio.wait([working])
        finally:
            await line.workers[0].end()

    before = now()
    asyncio.run(asyncio.wait_for(story(), 60))
    after = now()
    assert {
        labels[0]: value for (name, labels), value in after.items() if name == "convviz_jobs_total" and "test" in labels
    } == {"done": 1, "refused": 1, "lost": 1, "no room": 1, "dropped": 1}
    assert after["convviz_worker_deaths_total", ()] - before["convviz_worker_deaths_total", ()] == 2
    assert after["convviz_jobs_waiting", ("test",)] == after["convviz_jobs_running", ("test",)] == 0
    assert after["convviz_job_work_seconds_count", ("test",)] == 4
    assert after["convviz_job_wait_seconds_count", ("test",)] == 5


def test_a_cache_shows_its_bytes_and_how_often_it_helped() -> None:
    kept = metrics.Kept[str, bytes]("test", 10, len)
    kept["a"] = b"1234567"
    kept["b"] = b"12345"  # then there is no room for the first
    assert (kept.find("a"), kept.find("b")) == (None, b"12345")
    samples = now()
    sizes = [samples[f"convviz_cache_{name}", ("test",)] for name in ("bytes", "hits_total", "misses_total")]
    assert sizes == [5, 1, 1]


def test_a_server_says_what_it_has_done(server: str) -> None:
    assert get(f"{server}/render/dilated.svg?input_size=5")[0] == 200
    assert get(f"{server}/render/secret-name.svg")[0] == 404
    status, headers, body = get(f"{server}/metrics")
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert headers["Cache-Control"] == "no-store"
    assert "secret" not in body.decode()
    samples = read(body.decode())

    def named(name: str) -> dict[tuple[str, ...], float]:
        return {labels: value for (each, labels), value in samples.items() if each == name}

    assert named("convviz_requests_total")["svg", "render", "200"] >= 1
    assert named("convviz_requests_total")["svg", "render", "404"] >= 1
    assert {labels[1] for labels in named("convviz_jobs_total")} >= {"quick", "small"}
    assert named("convviz_info") == {("0", __version__): 1}
    assert named("convviz_workers")[()] >= 1
    for name in ("process_resident_memory_bytes", "convviz_workers_resident_memory_bytes"):
        assert named(name)[()] > 10_000_000
    assert set(named("convviz_uploads_bytes")) == {("unread",), ("kept",)}
    assert set(named("convviz_cache_bytes")) >= {("scenes",), ("files",), ("charts",)}
    assert named("convviz_sessions")[()] >= 0
    odd = "application/openmetrics-text; version=x"
    assert get(f"{server}/metrics", Accept=odd)[1]["Content-Type"] == headers["Content-Type"]


def test_a_server_says_when_it_is_ready(server: str) -> None:
    """Requests are answered before; who asks this waits until all workers have started."""
    assert get(f"{server}/render/dilated.svg")[0] == 200
    deadline = time.monotonic() + 60
    while (answer := get(f"{server}/ready"))[0] != 200 and time.monotonic() < deadline:
        assert answer[::2] == (503, b"Workers start.")
    assert answer[::2] == (200, b"ok")
