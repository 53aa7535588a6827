"""A server to be measured: the CPU time and the memory that it takes with its workers."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.conftest import Server


@contextmanager
def app(folder: Path) -> Iterator[tuple[str, int]]:
    """Start the app in a checkout; yield its address and its process."""
    with tempfile.TemporaryDirectory() as logs, Server(Path(logs) / "log.txt", folder=folder) as server:
        yield server.url, server.process.pid


def cpu_of(process: int) -> float:
    """Return the CPU seconds of a process and of those that it has started, also if they have ended."""
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, times[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(cpu_of, children_of(process)))


def memory_of(process: int) -> tuple[float, float]:
    """Return the megabytes that a process holds, and those of all that it has started."""
    own = 0.0
    with suppress(FileNotFoundError):  # it has ended meanwhile
        own = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return own, sum(sum(memory_of(child)) for child in children_of(process))


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
                found += map(int, (task / "children").read_text().split())
    return found
