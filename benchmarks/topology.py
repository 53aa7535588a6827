"""Two processes of the app behind nginx, and behind ``convviz app --processes 2``: what is lost when one is killed.

    python benchmarks/topology.py [--only nginx,front] [--sessions 30] [--seconds 15]

nginx runs with deploy/nginx.conf, with other ports. People with a session each change the address of their page; others
ask for scenes and pictures. Then process 1 is killed and started again, and nginx is restarted. All of it is on this
machine, and ends by itself.
"""

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, installed or not

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from benchmarks.clients import Client, Run, Session, random_recipes
from convviz.web.app.settings import PROCESS_COOKIE

STARTED_WITHIN = 90
THINKING = 0.5
RETRY = 0.25
"""Seconds: to start, between changes of a person, and until a page tries to connect again."""


# Processes ------------------------------------------------------------------------------------------------------------


def free_ports(count: int) -> int:
    """Return the first of some ports in a row that are free."""
    while True:
        first = random.randrange(20_000, 30_000)
        with suppress(OSError):
            for port in range(first, first + count):
                socket.create_server(("127.0.0.1", port)).close()
            return first


@contextmanager
def running(command: Sequence[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command, and end it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | environment
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def app_command(port: int, *words: str) -> list[str]:
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    return [sys.executable, "-m", "convviz", "app", *words, "--", *options]


def wait_for(port: int) -> None:
    """Wait until a port answers with an app."""
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until:
        with suppress(OSError, asyncio.IncompleteReadError):
            if asyncio.run(ask(f"http://127.0.0.1:{port}", "/_stcore/health")) == 200:
                return
        time.sleep(0.1)
    raise SystemExit(f"Port {port} does not answer.")


async def ask(url: str, path: str) -> int:
    async with Client(url) as client:
        return (await client.get(path))[0]


@dataclass
class Topology:
    """A front on a port, and how to kill the first process behind it, and to restart the front itself."""

    name: str
    port: int
    log: Path
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    front: subprocess.Popen[bytes] | None = None
    nginx: Sequence[str] = ()

    def first_process(self) -> int:
        """Return the process that listens on the first port behind the front."""
        if self.processes:
            return self.processes[1].pid
        assert self.front is not None
        for child in Path(f"/proc/{self.front.pid}/task/{self.front.pid}/children").read_text().split():
            if str(self.port + 1) in Path(f"/proc/{child}/cmdline").read_text().split("\0"):
                return int(child)
        raise SystemExit("There is no process to kill.")


@contextmanager
def behind_nginx(folder: Path) -> Iterator[Topology]:
    """Start two processes and nginx, with the configuration of deploy/."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        raise SystemExit("nginx is not installed.")
    port, log = free_ports(3), folder / "log.txt"
    text = (ROOT / "deploy/nginx.conf").read_text()
    for old, new in (
        ("app1:8501", f"127.0.0.1:{port + 1}"),
        ("app2:8501", f"127.0.0.1:{port + 2}"),
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("/tmp/", f"{folder}/"),
        ("/dev/stdout", f"{folder}/access.txt"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(text)
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t", "-q"], check=True)
    command += ["-g", "daemon off;" + (" user root;" if os.getuid() == 0 else "")]
    secret = {"STREAMLIT_SERVER_COOKIE_SECRET": "the same for both", "CONVVIZ_WORKERS": "1"}
    with (
        running(app_command(port + 1), log, CONVVIZ_PROCESS="1", **secret) as first,
        running(app_command(port + 2), log, CONVVIZ_PROCESS="2", **secret) as second,
    ):
        wait_for(port + 1)
        wait_for(port + 2)
        topology = Topology("nginx", port, log, {1: first, 2: second}, nginx=command)
        with running(command, log) as topology.front:
            wait_for(port)
            yield topology
            topology.front.terminate()  # it may be another one by now
        topology.processes[1].terminate()


@contextmanager
def behind_front(folder: Path) -> Iterator[Topology]:
    """Start ``convviz app --processes 2``."""
    port, log = free_ports(3), folder / "log.txt"
    with running(app_command(port, "--processes", "2"), log) as front:
        wait_for(port)
        until = time.monotonic() + STARTED_WITHIN
        while log.read_text().count(" answers") < 2 and time.monotonic() < until:
            time.sleep(0.1)
        yield Topology("convviz app --processes 2", port, log, front=front)


# People ---------------------------------------------------------------------------------------------------------------


@dataclass
class Log:
    """What happened to sessions: answers by process, and each loss with the seconds until the page was back."""

    answers: dict[str, Run] = field(default_factory=dict)
    back: list[float] = field(default_factory=list)
    moved: int = 0
    problems: list[str] = field(default_factory=list)
    opened: int = 0
    """Answers of pages since the beginning."""
    is_over: bool = False

    def clear(self) -> None:
        self.answers, self.back, self.moved, self.problems = {}, [], 0, []


def number_of(headers: Mapping[str, str], before: str) -> str:
    """Return the process that an answer names in its cookie, or the one from before."""
    named = re.search(rf"{PROCESS_COOKIE}=(\d+)", headers.get("Set-Cookie", ""))
    return named[1] if named else before


async def document(url: str) -> str:
    """Open a page as a browser does first, and return the number of the process in its cookie."""
    async with Client(url) as client:
        client.writer.write(f"GET /dilated HTTP/1.1\r\nHost: {client.host}:{client.port}\r\n\r\n".encode())
        head = (await client.reader.readuntil(b"\r\n\r\n")).decode()
    return number_of({"Set-Cookie": head}, "none")


async def person(url: str, log: Log, number: int) -> None:
    """Change the address of a page again and again; when the connection is lost, come back with the same address."""
    source = random.Random(number)
    queries = (query for name, query in random_recipes(source) if name == "dilated")
    process, query, lost_at = await document(url), next(queries), 0.0
    while not log.is_over:
        try:
            async with connect(
                f"{url.replace('http', 'ws')}/_stcore/stream",
                subprotocols=["streamlit"],
                additional_headers={"Cookie": f"{PROCESS_COOKIE}={process}"},
                origin=url,
                max_size=None,
                open_timeout=30,
                proxy=None,
            ) as opened:
                before, process = process, number_of(opened.response.headers, process)
                page = Session(opened, "dilated")
                while not log.is_over:
                    is_first = not page.id
                    outcome = await page.run(query)
                    if is_first and not outcome.to_figure:
                        log.problems.append("a page without its figure")
                    if lost_at:
                        log.back.append(time.perf_counter() - lost_at)
                        log.moved += process != before
                        lost_at = 0.0
                    log.answers.setdefault(process, Run()).seconds.append(outcome.seconds)
                    log.opened += 1
                    await asyncio.sleep(THINKING * (0.5 + source.random()))
                    query = next(queries)
        except (OSError, WebSocketException, TimeoutError):
            lost_at = lost_at or time.perf_counter()
            await asyncio.sleep(RETRY)
    if lost_at:
        log.problems.append("a session that did not come back")


async def asking(url: str, log: Log, run: Run, number: int) -> None:
    """Ask for scenes and pictures; a connection that breaks while it is reused is opened again once."""
    source = random.Random(number)
    recipes = random_recipes(source)
    while not log.is_over:
        with suppress(OSError, asyncio.IncompleteReadError):
            async with Client(url) as client:
                while not log.is_over:
                    name, query = next(recipes)
                    path = f"/render/{name}.svg?{query}" if source.random() < 0.2 else f"/scene/{name}.json?{query}"
                    start = time.perf_counter()
                    try:
                        status, *_ = await client.get(path)
                    except (OSError, asyncio.IncompleteReadError) as error:
                        run.errors[type(error).__name__] += 1
                        raise
                    run.seconds.append(time.perf_counter() - start)
                    if status != 200:
                        run.errors[str(status)] += 1
                    await asyncio.sleep(0.1)
        await asyncio.sleep(0.05)


async def phase(topology: Topology, label: str, log: Log, scenes: Run, seconds: float) -> None:
    """Wait, and print what happened meanwhile."""
    await asyncio.sleep(seconds)
    print(f"\n{topology.name}: {label}")
    for process, run in sorted(log.answers.items()):
        print(f"  pages of process {process}   {run.row()}")
    if log.back:
        back = sorted(log.back)
        print(f"  {len(back)} sessions came back, {log.moved} to the other process; {len(back)} losses, "
              f"p50 {back[len(back) // 2]:.2f} s, max {back[-1]:.2f} s")  # fmt: skip
    print(f"  scenes and pictures  {scenes.row()}")
    print(f"  problems: {log.problems or 0}", flush=True)
    log.clear()
    scenes.seconds.clear()
    scenes.errors.clear()


async def measure(topology: Topology, sessions: int, seconds: float) -> None:
    """Let people work, kill a process, start it again, restart the front."""
    url = f"http://127.0.0.1:{topology.port}"
    log, scenes = Log(), Run()
    people = [asyncio.ensure_future(person(url, log, number)) for number in range(sessions)]
    people += [asyncio.ensure_future(asking(url, log, scenes, 1000 + number)) for number in range(4)]
    until = time.monotonic() + STARTED_WITHIN
    while log.opened < 2 * sessions and time.monotonic() < until:
        await asyncio.sleep(0.1)
    log.clear()
    await phase(topology, "all is well", log, scenes, seconds)
    os.kill(topology.first_process(), signal.SIGKILL)
    await phase(topology, "process 1 is killed with kill -9", log, scenes, seconds)
    if topology.processes:
        await start_first(topology)
        await phase(topology, "process 1 is back", log, scenes, seconds)
        assert topology.front is not None
        topology.front.terminate()
        topology.front.wait()
        topology.front = subprocess.Popen(topology.nginx, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    await phase(topology, "nginx is restarted" if topology.processes else "later", log, scenes, seconds)
    log.is_over = True
    for result in await asyncio.gather(*people, return_exceptions=True):
        if isinstance(result, BaseException):
            print(f"  {type(result).__name__}: {result}")
    print(f"  at the end, problems: {log.problems or 0}")


async def start_first(topology: Topology) -> None:
    """Start the first process again, as compose and Kubernetes do."""
    topology.processes[1].wait()
    with topology.log.open("ab") as output:
        topology.processes[1] = subprocess.Popen(
            topology.processes[1].args,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ
            | {
                "CONVVIZ_PROCESS": "1",
                "CONVVIZ_WORKERS": "1",
                "STREAMLIT_SERVER_COOKIE_SECRET": "the same for both",
            },
        )
    await asyncio.to_thread(wait_for, topology.port + 1)


def main() -> None:
    """Print what each topology loses."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="nginx,front")
    options.add_argument("--sessions", type=int, default=30)
    options.add_argument("--seconds", type=float, default=15, help="of each phase")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # what it has started ends, too
    for name in given.only.split(","):
        topologies = {"nginx": behind_nginx, "front": behind_front}
        with tempfile.TemporaryDirectory() as folder, topologies[name](Path(folder)) as topology:
            asyncio.run(measure(topology, given.sessions, given.seconds))


if __name__ == "__main__":
    main()
