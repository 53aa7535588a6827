"""What axe, the Tab key and a narrow window find on every page and in its states, with a server of its own.

    python benchmarks/accessibility.py [--only TEXT] [--server URL] [--pictures FOLDER]

Each state is looked at in light and in dark, 1280 and 390 pixels wide; then by Tab and Shift+Tab until they come
round; 320 pixels wide, with the spacing of texts that a reader may choose (WCAG 2.2, 1.4.12); and with forced colors.
It prints a row for each, and below it what was found. The exit status is 1 if anything serious or critical is.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, installed or not

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from convviz import animate, recipe
from convviz.recipes import VARIANTS
from tests import browser as browsers
from tests.conftest import Pages, Server, rest
from tests.e2e.accessibility import SPACING, cut_off, small_targets, walk

Act = Callable[[Page], object]

LABS = ("compare", "on-an-image", "network", "on-your-image", "gridding")
BARE = ("figure", "download", "render", "file")
"""The first parts of the addresses that are no page of Streamlit."""


def press(*names: str, role: str = "button") -> Act:
    def act(page: Page) -> None:
        for name in names:
            page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    return act


def unfold(page: Page) -> None:
    """Open whatever can be opened on the page."""
    for _ in range(30):
        closed = page.locator("details:not([open]) > summary:visible")
        if not closed.count():
            return
        closed.first.click()
        rest(page)


def answer_wrongly(page: Page) -> None:
    page.locator(".player").first.focus()
    page.keyboard.press("q")
    form = page.get_by_role("form", name="Question")
    form.locator("input").first.fill("99x99")
    form.locator("input").first.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("Not ")


def edit(page: Page) -> None:
    page.locator(".plane").first.focus()
    page.keyboard.press("Enter")


def open_embed(page: Page) -> None:
    press("Embed")(page)
    expect(page.get_by_role("dialog", name="Embed")).to_be_visible()


def open_download(page: Page) -> None:
    press("Download", role="link")(page)
    frame = page.frame_locator("iframe[title=Download]")
    expect(frame.locator("#stage:not([aria-busy])")).to_be_visible(timeout=30_000)


def show_numbers(page: Page) -> None:
    page.locator("summary", has_text="as tables").press("Enter")
    expect(page.locator(".tables table").first).to_be_visible()


def type_code(page: Page) -> None:
    page.get_by_text("Code to picture, picture to code").click()
    field = page.get_by_role("textbox", name="Code of a layer or a stack")
    field.fill("nn.Conv2d(1, 1, 3, dilation=")
    field.press("Control+Enter")
    rest(page)


def upload(name: str, data: bytes) -> Act:
    def act(page: Page) -> None:
        tab = page.get_by_role("tab", name="CSV file").first
        if tab.count():
            tab.click()
        page.locator("input[type=file]").first.set_input_files([{"name": name, "mimeType": "", "buffer": data}])
        rest(page, 10)

    return act


def upload_image(page: Page) -> None:
    page.get_by_role("combobox", name="Image", exact=True).click()
    press("Own image", role="option")(page)
    upload("picture.png", PICTURE)(page)


PICTURE = (ROOT / "assets" / "icon.png").read_bytes()

STATES: tuple[tuple[str, Act | None], ...] = (
    *((f"/{name}", unfold) for name in ("", "gallery", *VARIANTS, *LABS, "glossary", "teaching", "quiz")),
    ("/teaching?plan=dilated", None),
    ("/dilated?dilation=99", None),
    ("/standard?kernel_size=7&input_size=2", None),
    ("/standard?nonsense=1", None),
    ("/dilated", answer_wrongly),
    ("/standard", press("Present")),
    ("/standard", press("Keys and gestures")),
    ("/standard", edit),
    ("/standard", show_numbers),
    ("/standard", type_code),
    ("/standard", open_embed),
    ("/standard", open_download),
    ("/standard?input=1,2;3,4&kernel_size=1", upload("numbers.csv", b"1,2,3\n4,5,6\n7,8,9\n")),
    ("/standard?input=1,2,3;4,5,6;7,8,9&weight=1,0;0,-1", unfold),
    ("/on-an-image", upload_image),
    ("/network?source=file", upload("a.onnx", b"no network")),
    ("/network?network=resnet50_v1", unfold),
    *((f"/figure/{name}", unfold) for name in (*VARIANTS, "compare")),
    ("/figure/dilated?dials=0", None),
    ("/figure/dilated?dilation=99", None),
    ("/figure/dilated", answer_wrongly),
    ("/download/dilated", unfold),
    ("/download/dilated?dilation=99", None),
    ("/render/", None),
    ("file", show_numbers),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="part of an address or a state")
    parser.add_argument("--server", help="of an app that runs; without it, one is started")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of each state, 320 px and forced colors")
    parser.add_argument("--axe", action="store_true", help="only what axe finds")
    options = parser.parse_args()
    bad, path_of_browser = 0, browsers.find()
    with running(options.server) as server, sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path_of_browser, args=browsers.FLAGS)
        file = Path(folder) / "file.html"
        animate(recipe("dilated")).save(file)
        print(f"{'state':54} {'axe':>9} {'stops':>6} {'unseen':>6} {'320 px':>6} {'small':>6}")
        for path, act in STATES:
            name = f"{path} {act.__qualname__.split('.')[0] if act else ''}"
            if options.only not in name:
                continue
            pages = Pages(browser, server, {})
            page = pages.new_page(reduced_motion="reduce")
            page.set_viewport_size({"width": 1280, "height": 900})
            try:
                page.goto(file.as_uri() if path == "file" else server + path)
                settle(pages, page, path)
                if act:
                    act(page)
                    settle(pages, page, path)
                bad += look(page, name, options)
            except Exception as error:
                print(f"{name:54} failed: {str(error).splitlines()[0][:150]}", flush=True)
                bad += 1
            for context in pages.contexts.values():
                context.close()
        browser.close()
    return int(bad > 0)


@contextmanager
def running(url: str | None) -> Iterator[str]:
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "log.txt") as server:
        yield server.url


def settle(pages: Pages, page: Page, path: str) -> None:
    if not path.strip("/").startswith(BARE):
        pages.settle(page)
        rest(page)
    elif path.startswith("/figure/") and "=99" not in path:
        expect(page.locator(".figure.is-ready")).to_be_visible()


def look(page: Page, name: str, options: argparse.Namespace) -> int:
    """Print what is found in a state of a page; give how much of it is serious."""
    found = Counter[str]()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
            for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]:
                for node in rule["nodes"]:
                    target = str(node["target"])[-90:]
                    found[f"{rule['impact']}: {rule['id']}: {target}: {node['html'][:110]}"] += 1
    serious = sum(count for text, count in found.items() if re.match("serious:|critical:", text))
    details = [f"{count} x {text}" for text, count in found.items()]
    columns = ["", "", "", ""]
    if not options.axe:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        forth, back = walk(page), walk(page, "Shift+Tab")
        page.set_viewport_size({"width": 320, "height": 640})
        page.add_style_tag(content=SPACING)
        page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
        wide, small = cut_off(page), small_targets(page)
        if options.pictures:
            picture = options.pictures / re.sub(r"\W+", "_", name.strip(" /"))
            page.screenshot(path=f"{picture}_320.png")
            page.set_viewport_size({"width": 1280, "height": 900})
            page.emulate_media(forced_colors="active", reduced_motion="reduce")
            page.screenshot(path=f"{picture}_forced.png")
        stops = str(len(forth.stops)) if forth.is_round and back.is_round else "trap"
        columns = [stops, str(len(forth.unseen)), str(len(wide)), str(len(small))]
        if abs(len(forth.stops) - len(back.stops)) > 1:
            details.append(f"Tab reaches {len(forth.stops)}, Shift+Tab {len(back.stops)}")
        details += [f"unseen: {text}" for text in forth.unseen[:8]]
        details += [f"320 px: {text}" for text in wide[:5]] + [f"small: {text}" for text in small[:5]]
    stops, unseen, across, little = columns
    print(f"{name:54} {f'{serious} of {sum(found.values())}':>9} {stops:>6} {unseen:>6} {across:>6} {little:>6}")
    for detail in details:
        print("   ", detail.replace("\n", " ")[:300])
    sys.stdout.flush()
    return serious


if __name__ == "__main__":
    sys.exit(main())
