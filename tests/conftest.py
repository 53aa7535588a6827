"""What every test may ask for: a running app, a browser, and a page in it that tells when something goes wrong.

    def test_a_lesson(open_page):
        page = open_page("/dilated?kernel_size=3", width=390, dark=True)
        expect(page.get_by_role("heading", name="Dilated convolution")).to_be_visible()

A test that opened a page fails at its end if the page logged an error, threw one, got an HTTP error, or asked another
host for anything. A test that provokes such a thing on purpose takes it out of ``open_page.problems``.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import hypothesis
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebSocket,
    expect,
    sync_playwright,
)
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests import browser as browsers

Contexts = dict[str, BrowserContext]

ROOT = Path(__file__).resolve().parent.parent
RUN = ("-m", "streamlit", "run")
LOOPS = "tests/web/"
START_SECONDS = 60
REST = """
async (frames) => {
  const places = () => [...document.querySelectorAll("[data-testid=stMain] *")].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height].join();
  }).join(";");
  let before = "";
  for (let same = 0; same < frames; ) {
    await new Promise(requestAnimationFrame);
    const now = places();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}
"""

# Tests start some hundred processes of convviz: what one has compiled the next need not, whatever the environment says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples in every run, and no deadline: a slow machine is not a failure.
hypothesis.settings.register_profile("convviz", derandomize=True, deadline=None)
hypothesis.settings.load_profile("convviz")
expect.set_options(timeout=20_000)  # a busy machine may be slow to answer; who waits for nothing waits no longer for it


class FromBothEnds(LoadScopeScheduling):
    """Lets one process begin with what needs no browser, and all others with what does, from the other end.

    The tests of a file stay together. Those of ``tests/web`` are the first of all: they run event loops of their own,
    and on the same thread Playwright's, once it is started, admits no other.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return LOOPS if file.startswith(LOOPS) else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node is not self.nodes[0]:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    # Groups of xdist 3.8 would say the same, but pytest 9.2 passes over them: pytest-dev/pytest-xdist#1386.
    return FromBothEnds(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the browser come last in a process.

    Playwright's event loop stays on the main thread once it is started, and the quick tests are to fail first.
    """
    items.sort(key=lambda item: (_needs_browser(item), not item.nodeid.startswith(LOOPS)))


def _needs_browser(item: pytest.Item) -> bool:
    return "browser" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser that ``python tests/browser.py`` prints. Without one the tests fail, they do not skip."""
    path = browsers.find()
    if path is None:
        pytest.fail(browsers.MISSING, pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=browsers.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the app as the README does and give its address, without a slash at the end."""
    with Server(tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running.url


class Server:
    """A Streamlit app on a free port, as a context manager; at the end, a traceback in its log is a failure.

    ``command`` is what Python is to run in ``folder``; options of `streamlit run` are added to it.
    """

    def __init__(
        self, log: Path, command: Sequence[str] = (*RUN, "app.py"), folder: Path = ROOT, **environment: str
    ) -> None:
        self.log, self.command, self.folder, self.environment = log, command, folder, environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"

    def __enter__(self) -> Server:
        options = {
            "server.port": urlsplit(self.url).port,
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command, *flags],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | self.environment,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail(f"{' '.join(self.command)} did not start; its log:\n{self.text()}", pytrace=False)
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        died = self.process.poll() is not None
        self.stop()
        if died or "Traceback (most recent call last)" in self.text():
            pytest.fail(f"{' '.join(self.command)} failed while it ran; its log:\n{self.text()}", pytrace=False)

    def is_healthy(self) -> bool:
        """Whether the server answers; asked without the proxy that the environment may name."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def text(self) -> str:
        return self.log.read_text(errors="replace")


class Pages:
    """Opens pages of one server, and collects what they complain about.

    Contexts are kept in ``contexts``, by their options: in a new one nothing of Streamlit is in the browser's cache,
    and a page takes seconds more. So what a page can have for itself, scripts and media features, is no option.
    """

    def __init__(self, browser: Browser, server: str, contexts: Contexts) -> None:
        self.browser, self.server = browser, server
        self.contexts = contexts
        self.pages: list[Page] = []
        self.sockets: dict[Page, WebSocket] = {}
        self.problems: list[str] = []

    def __call__(
        self,
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        reduced_motion: bool = True,
    ) -> Page:
        """Open a page of the app, and wait until its first run is over; its figure does not play unless it may move."""
        page = self.new_page(
            color_scheme="dark" if dark else "light", reduced_motion="reduce" if reduced_motion else "no-preference"
        )
        page.set_viewport_size({"width": width, "height": height})
        page.goto(self.server + path)
        self.settle(page)
        return page

    def new_page(
        self,
        scripts: str = "",
        *,
        color_scheme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
        **options: Any,
    ) -> Page:
        """An empty page that is watched, with these scripts and media features, in a context with these options."""
        key = str(options)
        if key not in self.contexts:
            self.contexts[key] = self.browser.new_context(**options)
            self.contexts[key].new_page().goto(f"{self.server}/_stcore/health")  # it keeps the process between tests
        page = self.contexts[key].new_page()
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        page.add_init_script(scripts)
        self.pages.append(page)
        page.on("websocket", lambda socket: self.sockets.update({page: socket}))
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught error: {error}"))
        page.on("request", self.on_request)
        page.on("response", self.on_response)
        return page

    def settle(self, page: Page) -> None:
        """Wait until the app is connected and no run of the script is under way."""
        page.locator(
            "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
        ).wait_for(timeout=30_000)

    def after(self, page: Page, action: Callable[[], object]) -> None:
        """Do something that makes the app run, and wait until that run is over.

        The run is known by its messages: one that the browser sends, and the first that the server sends after that.
        """
        socket, sent = self.sockets[page], list[object]()

        def note(frame: object) -> None:
            sent.append(frame)

        socket.on("framesent", note)
        with socket.expect_event("framereceived", lambda _: bool(sent)):
            action()
        socket.remove_listener("framesent", note)
        rest(page)
        self.settle(page)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type != "error" or message.text.startswith("Failed to load resource"):
            return  # a failed request is reported once, with its address, by on_response
        self.problems.append(f"console error: {message.text}")

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.server).netloc:
            self.problems.append(f"request to another host: {request.url}")

    def on_response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        is_refusal = response.status == 400 and path.startswith("/scene/")  # the figure says why
        if response.status >= 400 and not is_refusal:
            self.problems.append(f"HTTP {response.status}: {response.url}")

    def close(self) -> None:
        """Close what was opened, and forget what the pages have kept in the browser, such as a theme."""
        for page in self.pages:
            if page.url.startswith(self.server):
                page.evaluate("localStorage.clear()")
            page.close()


def rest(page: Page, frames: int = 2) -> None:
    """Wait until nothing on the page has moved for some frames of the screen."""
    page.evaluate(REST, frames)


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Contexts]:
    """The contexts that all tests share."""
    kept: Contexts = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def open_page(browser: Browser, server: str, contexts: Contexts) -> Iterator[Pages]:
    """Open pages of the app; see the top of this file."""
    pages = Pages(browser, server, contexts)
    yield pages
    pages.close()
    if pages.problems:
        pytest.fail("the pages complained:\n" + "\n".join(pages.problems), pytrace=False)
