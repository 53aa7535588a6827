"""``convviz batch --dask`` on a real cluster: a scheduler, and workers that are processes of their own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

import convviz as cv
from convviz import SpecError
from convviz.batch import Progress, run
from convviz.errors import MissingExtraError

SEEDS = range(6)
PLAN = '[defaults]\nformats = ["gif"]\ninput_size = 8\n' + "".join(
    f'[figures.f{seed}]\nrecipe = "standard"\nseed = {seed}\n' for seed in SEEDS
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers with one thread each, which are started again when they end."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as running:
        yield running


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "recipes.toml"
    path.write_text(PLAN)
    return path


def test_what_a_killed_worker_was_drawing_another_one_draws(cluster: LocalCluster, plan: Path, tmp_path: Path) -> None:
    out, killed = tmp_path / "out", []
    with Client(cluster, set_as_default=False) as client:
        processes = client.run(os.getpid)

    def kill_one(progress: Progress) -> None:
        if progress.number == 1:
            busy = [each.address for each in cluster.scheduler.workers.values() if each.processing]
            killed.append(processes[busy[0]])
            os.kill(killed[0], signal.SIGKILL)

    report = run(plan, out, dask=cluster.scheduler_address, notify=kill_one)
    assert len(killed) == 1
    assert report.failed == {}
    assert report.drawn == tuple(f"f{seed}.gif" for seed in SEEDS)
    assert sorted(path.name for path in out.iterdir()) == [".convviz.json", *report.drawn]
    for seed in SEEDS:
        picture = cv.animate(cv.recipe("standard", input_size=8, seed=seed))
        assert (out / f"f{seed}.gif").read_bytes() == picture.gif()
    assert run(plan, out, dask="tcp://127.0.0.1:1").unchanged == report.drawn  # nothing to draw needs no cluster


OTHER = "convviz.{}.code_digest = lambda: 'that of another version'"
REFUSAL = (
    "Every worker must have the convviz and the libraries of this machine, or files would differ; got other versions on"
)


def test_a_worker_with_other_code_is_refused(cluster: LocalCluster, plan: Path, tmp_path: Path) -> None:
    with Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)  # the one that was killed is back
        first, second = sorted(client.nthreads())
        client.run(exec, f"import convviz.batch.workers\n{OTHER.format('batch.workers')}")
        report = run(plan, tmp_path / "out", dask=cluster.scheduler_address)  # as if they came in the middle
        assert report.failed == {f"f{seed}.gif": f"{REFUSAL} a worker that came later." for seed in SEEDS}

        client.run(exec, f"import convviz.export\n{OTHER.format('export')}", workers=[second])
        with pytest.raises(SpecError) as caught:
            run(plan, tmp_path / "out", dask=cluster.scheduler_address)
        assert str(caught.value) == f"{REFUSAL} {second}."
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".convviz.json"]
    assert first != second


def test_a_cluster_must_have_workers(plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convviz.batch.workers._SECONDS", 0.5)
    with LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty:
        address = empty.scheduler_address
        with pytest.raises(SpecError) as caught:
            run(plan, tmp_path / "out", dask=address)
    assert str(caught.value) == f"The scheduler at {address} must have a worker; it has none."


def test_an_address_without_a_scheduler_is_refused(plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convviz.batch.workers._SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:1", "nowhere", "gopher://a:70"):
        with pytest.raises(
            SpecError, match=r"^--dask must be the address of a scheduler, such as tcp://10\.0\.0\.1:8786; "
        ):
            run(plan, tmp_path / "out", dask=address)


def test_without_the_extra_it_says_how_to_get_it(plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError) as caught:
        run(plan, tmp_path / "out", dask="tcp://127.0.0.1:1")
    assert str(caught.value) == (
        "distributed must be installed (pip install 'convviz[dask]'); got no module \"distributed\"."
    )
