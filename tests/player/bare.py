"""The player on a page of its own, without Streamlit, and what its tests do there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

from convviz.fonts import embedded_font
from convviz.recipes import recipe
from tests.player.cases import json_of, scene_of
from tests.player.made import MADE

FOLDER = Path(__file__).resolve().parents[2] / "assets/figure"
MARKUP = (FOLDER / "player.html").read_text(encoding="utf-8")
STYLE = (FOLDER / "player.css").read_text(encoding="utf-8") + "".join(map(embedded_font, (False, True)))
SCRIPT = (FOLDER.parent / "history.js").read_text(encoding="utf-8")
PAGE = f"""<!doctype html><html lang=en><meta charset=utf-8><title>Player</title><link rel=icon href="data:,">
<meta name=viewport content="width=device-width"><style>{STYLE}</style><script>{SCRIPT}</script>
<main>{MARKUP}</main></html>"""

SHOW = """
async (text) => {
  const { Player } = await import("/player.js");
  const { options, ...scene } = JSON.parse(text);
  const main = document.querySelector("main");
  window.edits = [];
  main.player ??= new Player(main, {
    edit: (plane, cells) => window.edits.push([plane, cells]),
    narrow() {}, place() {}, present() {}, room: () => Infinity,
  });
  main.player.load(scene, { secondsPerStep: 1, theme: "page", step: null, pin: null, ...options });
}
"""
"""Puts a scene into the player."""

SPY = """
// What is written on the canvas, and where, since the picture was last begun.
[window.written, window.edges] = [[], []];
const { drawImage, fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.drawImage = function (...all) {
  [window.written, window.edges] = [[], []];
  drawImage.apply(this, all);
};
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  window.written.push(text);
  const box = this.measureText(text);
  window.edges.push([
    x - box.actualBoundingBoxLeft, y - box.actualBoundingBoxAscent,
    x + box.actualBoundingBoxRight, y + box.actualBoundingBoxDescent,
  ]);
  fillText.call(this, text, x, y);
};
"""


class _Files(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for all files

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        body = PAGE.encode() if path == "/" else (FOLDER / path.lstrip("/")).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if path == "/" else "text/javascript")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600")  # the next page has them at once
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *given: object) -> None:
        pass


@contextmanager
def bare_site() -> Iterator[str]:
    """Serve the page and the modules of the figure; gives their address. A browser keeps no file of a mere route."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Files) as host:
        Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}"
        host.shutdown()


def bare_context(browser: Browser, **options: Any) -> BrowserContext:
    """Return a context with these options that notes what is written on a canvas."""
    context = browser.new_context(**options)
    context.add_init_script(SPY)
    return context


def open_bare(context: BrowserContext, site: str, problems: list[str]) -> Page:
    """Open an empty player of a site; ``problems`` gets the errors of its scripts."""
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{site}/")
    return page


def text_of(name: str, **options: Any) -> str:
    """The JSON of a scene that is made by hand, or of a variant, with options of the player."""
    text = json_of(MADE[name]() if name in MADE else scene_of(recipe(name)))
    return f'{text[:-1]},"options":{json.dumps(options)}}}'


def show(page: Page, name: str, **options: Any) -> dict[str, Any]:
    """Put a scene into the player; gives its data."""
    text = text_of(name, **options)
    page.evaluate(SHOW, text)
    data: dict[str, Any] = json.loads(text)
    expect(page.locator(".plane")).to_have_count(len(data["planes"]))
    return data


def says(page: Page, words: str | re.Pattern[str]) -> None:
    """Wait for what screen readers hear: the line below the picture says only what the picture does not."""
    expect(page.locator(".spoken")).to_contain_text(words)


def focused(page: Page) -> int:
    """The number of the plane that has the focus; -1: none."""
    script = "[...document.querySelectorAll('.plane')].indexOf(document.activeElement)"
    return int(page.evaluate(script))


def point(page: Page, data: dict[str, Any], plane: int, cell: int) -> None:
    page.mouse.move(*middle(page, data, plane, cell))


def middle(page: Page, data: dict[str, Any], plane: int, cell: int) -> tuple[float, float]:
    """The middle of a cell on the page, worked out from the picture."""
    sheet, box = data["planes"][plane], page.locator("canvas").bounding_box()
    assert box
    zoom = box["width"] / data["width"]
    row, column = divmod(cell, sheet["columns"])
    return (
        box["x"] + (sheet["x"] + (column + 0.5) * sheet["cell"]) * zoom,
        box["y"] + (sheet["y"] + (row + 0.5) * sheet["cell"]) * zoom,
    )
