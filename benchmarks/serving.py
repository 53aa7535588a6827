"""A server to be measured, and the CPU time that it takes with its workers."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
    children = [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return own + sum(map(cpu_of, children))
