"""What asks a server in a benchmark: connections as browsers keep them, pages as Streamlit sends them."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from convviz.errors import SpecError
from convviz.recipes import VARIANTS, Recipe

LONGEST = 60
"""Seconds after which whoever waits gives up."""

_SHORT = 100
"""Bytes of a message that may be the end of a run; longer ones are read only where they are looked into."""


MOST_FRAMES = 100
PAGES = {
    "": "",
    **{name: "seed={}" for name in VARIANTS if "seed" in VARIANTS[name].fields},
    "checkerboard": "input_size={}",
    "receptive-field": "input_size={}",
    "compare": "left=standard&right=dilated&seed={}",
    "network": "input_size=2{:02}",
    "quiz": "seed={}",
    "on-an-image": "kernel={}",
    "on-your-image": "kernels=random&seed={}",
    "gridding": "kernels=random&seed={}",
}
"""Each page, and a query that changes what it shows."""


@dataclass
class Run:
    """What a load found: seconds of each answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def row(self) -> str:
        """Return medians and percentiles in milliseconds."""
        if not self.seconds:
            return f"no answer; errors {dict(self.errors)}"
        ordered = sorted(1e3 * each for each in self.seconds)
        p50, p95 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
        times = f"p50 {p50:7.1f} ms, p95 {p95:7.1f} ms, max {ordered[-1]:7.1f} ms"
        return f"{len(ordered):6} answers, {times}, errors {dict(self.errors) or 0}"


class Client:
    """A connection that is kept, as a browser keeps it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = str(parts.hostname), parts.port or 80

    async def __aenter__(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def get(self, path: str) -> tuple[int, int, bytes]:
        """Return the status of an answer, its bytes and its type."""
        status, headers, body = await self.ask("GET", path, {"Accept-Encoding": "gzip"})
        return status, len(body), headers.get("content-type", "").encode()

    async def ask(
        self, method: str, path: str, headers: dict[str, str], body: Sequence[bytes] = ()
    ) -> tuple[int, dict[str, str], bytes]:
        """Return the status of an answer, its headers and its body."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {text}" for name, text in headers.items()]
        if body:
            lines.append(f"Content-Length: {sum(map(len, body))}")
        async with asyncio.timeout(LONGEST):
            if self.reader.at_eof():  # the server closes connections that were idle for some seconds
                await self.__aenter__()
            self.writer.write("\r\n".join((*lines, "", "")).encode())
            for part in body:
                self.writer.write(part)
                await self.writer.drain()
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            pairs = (line.partition(": ") for line in head.split("\r\n")[1:])
            received = {name.lower(): text for name, _, text in pairs}
            return int(head[9:12]), received, await self.reader.readexactly(int(received.get("content-length", 0)))


@dataclass
class Outcome:
    """One run of a page as the browser sees it."""

    seconds: float
    to_figure: float
    messages: int
    size: int


class Session:
    """A page in a browser.

    Attributes
    ----------
    id : str
        How the server calls it, after its first run; who connects again says it.
    controls : dict of str to str
        How the server calls the controls of the page, by their names.
    """

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self.socket, self.page, self.id = socket, page, ""
        self.controls: dict[str, str] = {}

    async def run(self, query: str, widgets: Sequence[WidgetState] = ()) -> Outcome:
        """Let the page run with an address, and wait until it is done."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = self.page
        message.rerun_script.context_info.timezone = "UTC"
        message.rerun_script.context_info.locale = "en-US"
        message.rerun_script.context_info.color_scheme = "light"
        message.rerun_script.widget_states.widgets.extend(widgets)
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        figure, messages, size, is_first = 0.0, 0, 0, not self.id
        async with asyncio.timeout(LONGEST):
            while True:
                data = await self.socket.recv()
                assert isinstance(data, bytes)
                messages, size = messages + 1, size + len(data)
                if not is_first and len(data) > _SHORT and not widgets:
                    continue  # reading all messages would take this load as much time as the server
                answer = ForwardMsg.FromString(data)
                kind = answer.WhichOneof("type")
                if kind == "new_session":
                    self.id = answer.new_session.initialize.session_id
                elif kind == "delta":
                    name = answer.delta.new_element.WhichOneof("type")
                    if name == "bidi_component":
                        figure = figure or time.perf_counter() - start
                    control = getattr(getattr(answer.delta.new_element, name or "", None), "id", "")
                    self.controls[control.rpartition("-")[2].partition("#")[0]] = control
                elif kind == "script_finished":
                    return Outcome(time.perf_counter() - start, figure, messages, size)

    async def upload(self, client: Client, control: str, name: str, data: bytes) -> tuple[int, WidgetState]:
        """Send a file to an uploader; return the status, and what the next run says of it."""
        message = BackMsg()
        message.file_urls_request.request_id = "file"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.id
        await self.socket.send(message.SerializeToString())
        answer = ForwardMsg()
        async with asyncio.timeout(LONGEST):
            while answer.WhichOneof("type") != "file_urls_response":
                answer = ForwardMsg.FromString(await self.socket.recv())  # type: ignore[arg-type]
        (urls,) = answer.file_urls_response.file_urls
        _, headers, _ = await client.ask("GET", "/_stcore/host-config", {})
        cookie = headers["set-cookie"].partition(";")[0]
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        status, _, _ = await client.ask(
            "PUT",
            urls.upload_url,
            {
                "Cookie": cookie,
                "X-Xsrftoken": cookie.partition("=")[2],
                "Content-Type": "multipart/form-data; boundary=x",
            },
            [head, data, b"\r\n--x--\r\n"],
        )
        widget = WidgetState(id=self.controls[control])
        widget.file_uploader_state_value.uploaded_file_info.add(
            file_id=urls.file_id, name=name, size=len(data), file_urls=urls
        )
        return status, widget


@asynccontextmanager
async def session(url: str, page: str, existing: str = "") -> AsyncIterator[Session]:
    """Open a page, or one whose connection was cut; its first run is not begun."""
    address = f"{url.replace('http', 'ws')}/_stcore/stream"
    protocols = list(map(Subprotocol, ("streamlit", "none", existing) if existing else ("streamlit",)))
    async with connect(address, subprotocols=protocols, max_size=None, open_timeout=LONGEST, proxy=None) as socket:
        yield Session(socket, page)


# What people ask for --------------------------------------------------------------------------------------------------


def random_recipes(source: random.Random, only: str = "") -> Iterator[tuple[str, str]]:
    """Yield names of variants, or of one, and queries of recipes that have few frames; hardly two are equal."""
    ranges = {
        "input_size": (3, 12), "kernel_size": (1, 5), "stride": (1, 3), "padding": (0, 2), "dilation": (1, 3),
        "output_padding": (0, 1), "in_channels": (1, 3), "out_channels": (1, 3), "seed": (0, 10_000),
    }  # fmt: skip
    while True:
        variant = VARIANTS[only or source.choice(list(VARIANTS))]
        names = [name for name in ranges if name in variant.fields and (name == "seed" or source.random() < 0.5)]
        texts = {name: str(source.randint(*ranges[name])) for name in names}
        with suppress(SpecError):
            recipe = Recipe.from_query(variant.name, texts)
            if recipe.frames <= MOST_FRAMES:
                yield variant.name, recipe.to_query()
