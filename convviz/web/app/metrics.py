"""What this process has done and holds, in the text format of Prometheus: ``GET /metrics``.

Each process of several answers for itself. Nothing here names visitors or what they ask for. Work is counted where it
is done; sizes are looked up when they are asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Final, Self, TypeVar

from cachetools import LRUCache
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import disable_created_metrics
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import runtime
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY, GaugeStat

from convviz.origin import __version__
from convviz.web.components import uploads

from .settings import SETTINGS
from .worker import resident_bytes

Key = TypeVar("Key")
Value = TypeVar("Value")

METRICS: Final = "/metrics"

disable_created_metrics()
_REGISTRY: Final = CollectorRegistry()
_SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)

REQUESTS: Final = Counter(
    "convviz_requests", "Answers by route, format and status.", ["route", "format", "status"], registry=_REGISTRY
)
CONNECTIONS: Final = Gauge("convviz_websockets", "WebSocket connections that are open.", registry=_REGISTRY)
_PAGE_ERRORS: Final = Counter("convviz_page_errors", "Runs of pages that ended with an error.", registry=_REGISTRY)

_JOBS: Final = Counter(
    "convviz_jobs", "Jobs of worker processes by queue and how they ended.", ["queue", "outcome"], registry=_REGISTRY
)
_WAITING: Final = Gauge("convviz_jobs_waiting", "Jobs that wait for a worker.", ["queue"], registry=_REGISTRY)
_RUNNING: Final = Gauge("convviz_jobs_running", "Jobs that are worked on.", ["queue"], registry=_REGISTRY)
_WAIT_SECONDS: Final = Histogram(
    "convviz_job_wait_seconds", "How long jobs waited.", ["queue"], buckets=_SECONDS, registry=_REGISTRY
)
_WORK_SECONDS: Final = Histogram(
    "convviz_job_work_seconds", "How long jobs were worked on.", ["queue"], buckets=_SECONDS, registry=_REGISTRY
)
WORKER_DEATHS: Final = Counter("convviz_worker_deaths", "Workers that died of their work.", registry=_REGISTRY)
_WORKERS: Final = Gauge("convviz_workers", "Worker processes that run.", registry=_REGISTRY)
_WORKER_BYTES: Final = Gauge(
    "convviz_workers_resident_memory_bytes", "Memory of all worker processes.", registry=_REGISTRY
)

_CACHE_BYTES: Final = Gauge("convviz_cache_bytes", "What is kept to be sent again.", ["cache"], registry=_REGISTRY)
_CACHE_HITS: Final = Counter("convviz_cache_hits", "Answers that were kept.", ["cache"], registry=_REGISTRY)
_CACHE_MISSES: Final = Counter("convviz_cache_misses", "Answers that were not.", ["cache"], registry=_REGISTRY)

_SESSIONS: Final = Gauge("convviz_sessions", "Sessions of visitors that are connected.", registry=_REGISTRY)
_UPLOADS: Final = Gauge("convviz_uploads_bytes", "Uploads that are held, by state.", ["state"], registry=_REGISTRY)
_UPLOADS.labels("unread").set_function(uploads.unread_bytes)
_UPLOADS.labels("kept").set_function(uploads.kept_bytes)

ProcessCollector(registry=_REGISTRY)
Info("convviz", "Which convviz this is.", registry=_REGISTRY).info(
    {"version": __version__, "process": str(SETTINGS.process)}
)


def _sessions() -> int:
    if not runtime.exists():
        return 0
    stats = runtime.get_instance().stats_mgr.get_stats(family_names=[ACTIVE_SESSIONS_FAMILY])
    return sum(stat.value for family in stats.values() for stat in family if isinstance(stat, GaugeStat))


_SESSIONS.set_function(_sessions)


def page_failed(_: Exception) -> None:
    """Count a run of a page that ended with an error; Streamlit logs it, and shows what it shows."""
    _PAGE_ERRORS.inc()


def watch_workers(process_ids: Callable[[], Iterable[int]]) -> None:
    """Look up the workers, where they are called for, and their memory, where the system has ``/proc``."""
    _WORKERS.set_function(lambda: len([*process_ids()]))
    _WORKER_BYTES.set_function(lambda: sum(map(resident_bytes, process_ids())))


class Job:
    """A job from its call to its end, as it is counted; a context manager.

    Parameters
    ----------
    queue : str
        Where it waits.
    outcomes : dict
        What an end by an error of a type is called.
    """

    def __init__(self, queue: str, outcomes: Mapping[type[BaseException], str]) -> None:
        self._queue, self._outcomes = queue, outcomes

    def __enter__(self) -> Self:
        self._enter(_WAITING, _WAIT_SECONDS)
        return self

    def begin(self) -> None:
        """Say that a worker begins with it."""
        self._leave()
        self._enter(_RUNNING, _WORK_SECONDS)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._leave()
        outcome = "failed" if kind else "done"
        for error, name in self._outcomes.items():
            if kind and issubclass(kind, error):
                outcome = name
        _JOBS.labels(self._queue, outcome).inc()

    def _enter(self, number: Gauge, seconds: Histogram) -> None:
        self._number, self._seconds = number.labels(self._queue), seconds.labels(self._queue)
        self._number.inc()
        self._start = perf_counter()

    def _leave(self) -> None:
        self._number.dec()
        self._seconds.observe(perf_counter() - self._start)


class Kept(LRUCache[Key, Value]):
    """A cache whose size is shown, and how often it had what was looked for.

    Parameters
    ----------
    name : str
        What it keeps.
    most : int
        Bytes of all values.
    size : callable
        Gives the bytes of a value.
    """

    def __init__(self, name: str, most: int, size: Callable[[Value], int]) -> None:
        super().__init__(most, size)
        _CACHE_BYTES.labels(name).set_function(lambda: self.currsize)
        self._hits, self._misses = _CACHE_HITS.labels(name), _CACHE_MISSES.labels(name)

    def find(self, key: Key) -> Value | None:
        """Return the value of a key, or None, and count which."""
        value = self.get(key)
        (self._misses if value is None else self._hits).inc()
        return value


async def _metrics(request: Request) -> Response:
    encode, media_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(_REGISTRY), headers={"Cache-Control": "no-store", "Content-Type": media_type})


routes: Final = [Route(METRICS, _metrics)]
