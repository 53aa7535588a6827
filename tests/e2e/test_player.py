"""The player in a real browser: what the hand does, and what it finds. The modules by themselves: tests/player."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Pages
from tests.scene.reading import terms, value

LESSONS = ("standard", "dilated", "transposed")
NUMBERS = "input=1,2,3;4,5,6;7,8,9&weight=1,0;0,-1"
"""A lesson of four steps with numbers that are easily followed: each output is −4."""

SPY = """
// What is written on a canvas since the picture was last begun.
window.written = [];
const { drawImage, fillText } = CanvasRenderingContext2D.prototype;
const isPicture = (pen) => pen.canvas.closest(".player"); // not the grids of the page
CanvasRenderingContext2D.prototype.drawImage = function (...all) {
  if (isPicture(this)) window.written = [];
  drawImage.apply(this, all);
};
CanvasRenderingContext2D.prototype.fillText = function (text, ...all) {
  if (isPicture(this)) window.written.push(text);
  fillText.call(this, text, ...all);
};
"""

COUNT = """
// How many messages the page has sent to the server.
window.sent = 0;
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (...all) {
  window.sent += 1;
  return send.apply(this, all);
};
"""

DENIED = "Element.prototype.requestFullscreen = () => Promise.reject(new Error('not allowed'));"
INSECURE = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"


@dataclass
class Hand:
    """A person before a lesson's player."""

    pages: Pages
    page: Page

    def __post_init__(self) -> None:
        self.player = self.page.locator(".player")
        self.told, self.spoken = self.player.locator(".told"), self.player.locator(".spoken")
        self.count, self.canvas = self.player.locator(".count"), self.player.locator("canvas")
        self.field = self.player.locator(".editor")

    def plane(self, name: str) -> Any:
        return self.player.locator(".plane").nth(["input", "kernel", "output"].index(name))

    def button(self, name: str) -> Any:
        return self.player.get_by_role("button", name=name, exact=True)

    def middle(self, name: str, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell of a plane, counted from its first cell, padding or not."""
        box = self.plane(name).bounding_box()
        size = re.match(r"\w+, (\d+) by (\d+)", self.plane(name).get_attribute("aria-label"))
        assert size
        return (
            box["x"] + (column + 0.5) * box["width"] / int(size[2]),
            box["y"] + (row + 0.5) * box["height"] / int(size[1]),
        )

    def hover(self, name: str, row: int, column: int) -> None:
        self.page.mouse.move(*self.middle(name, row, column))

    def click(self, name: str, row: int, column: int) -> None:
        self.page.mouse.click(*self.middle(name, row, column))

    def double(self, name: str, row: int, column: int) -> None:
        self.page.mouse.dblclick(*self.middle(name, row, column))

    def leave(self) -> None:
        self.page.mouse.move(1, 1)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def says(self, text: str) -> None:
        expect(self.told).to_contain_text(text)

    def sees(self, *counts: str) -> None:
        """Wait until the count has said all this, one after another."""
        self.page.wait_for_function(SEEN, arg=[self.count.element_handle(), *counts])

    def stands_at(self, step: int, steps: int) -> None:
        expect(self.count).to_have_text(f"{step} / {steps}")

    def focus(self) -> None:
        """The keys go to the player, but to none of its parts."""
        self.player.evaluate("player => player.focus()")

    def query(self) -> dict[str, str]:
        return {name: texts[0] for name, texts in parse_qs(urlsplit(self.page.url).query).items()}

    def slide(self, label: str, *keys: str) -> None:
        self.page.get_by_role("slider", name=label).focus()
        self.press(*keys)


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Contexts by their options, kept because in a new one nothing of Streamlit is in the browser's cache."""
    kept: dict[str, BrowserContext] = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def play(open_page: Pages, contexts: dict[str, BrowserContext]) -> Iterator[Callable[..., Hand]]:
    """Open a lesson; it stands still, as for those who want no motion, unless told otherwise."""
    pages: list[Page] = []

    def opened(path: str, *, motion: bool = False, scripts: str = "", **options: Any) -> Hand:
        size = {"width": options.pop("width", 1280), "height": options.pop("height", 900)}
        key = f"{motion} {scripts} {options}"
        if key not in contexts:
            reduced = "no-preference" if motion else "reduce"
            contexts[key] = open_page.browser.new_context(viewport=size, reduced_motion=reduced, **options)
            contexts[key].add_init_script(COUNT + scripts)
        page = contexts[key].new_page()
        pages.append(page)
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.on("console", open_page.on_console)
        page.on("pageerror", lambda error: open_page.complaints.append(f"uncaught error: {error}"))
        page.on("request", open_page.on_request)
        page.on("response", open_page.on_response)
        page.goto(open_page.server + path)
        open_page.settle(page)
        hand = Hand(open_page, page)
        expect(hand.count).to_have_text(re.compile(r"^\d+ / \d+$"))
        return hand

    yield opened
    for page in pages:
        page.close()


Play = Callable[..., Hand]


# Pointing -------------------------------------------------------------------------------------------------------------


def test_an_output_cell_shows_its_products(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}", scripts=SPY)
    sentence = "Step {}: output {} is −4, the sum of 4 products over input {}."
    hand.says(sentence.format("1 of 4", "row 0, column 0", "rows 0 to 1, columns 0 to 1"))
    hand.hover("output", 1, 1)
    hand.says(sentence.format("4 of 4", "row 1, column 1", "rows 1 to 2, columns 1 to 2"))
    written = hand.page.evaluate("window.written")
    assert written[-6:] == ["Step 4 of 4: output[1, 1] = −4", "5·1", "+ 6·0", "+ 8·0", "+ 9·(−1)", "= −4"]
    hand.stands_at(1, 4)
    hand.leave()
    hand.says("Step 1 of 4:")


def test_an_input_cell_shows_who_reads_it(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}", scripts=SPY)
    hand.hover("input", 1, 1)
    hand.says(
        "input[1, 1] = 5 is read by 4 outputs: ×−1 in output[0, 0], ×0 in output[0, 1], ×0 in output[1, 0], "
        "×1 in output[1, 1]."
    )
    notes = [text for text in hand.page.evaluate("window.written") if text.startswith("×")]
    assert notes == ["×−1", "×0", "×0", "×1"]
    hand.hover("input", 0, 0)
    hand.says("input[0, 0] = 1 is read by 1 output: ×1 in output[0, 0].")


def test_a_weight_shows_its_pairs(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.hover("kernel", 1, 1)
    hand.says("kernel[1, 1] = −1 meets 4 input cells: input[1, 1] for output[0, 0], input[1, 2] for output[0, 1],")


def test_between_the_cells_nothing_is_pointed_at(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.hover("input", 0, 0)
    hand.says("input[0, 0]")
    box = hand.canvas.bounding_box()
    hand.page.mouse.move(box["x"] + 2, box["y"] + 2)
    hand.says("Step 1 of 4")


def test_a_click_pins_until_it_is_released(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.click("input", 0, 0)
    hand.says("input[0, 0] = 1 is read by 1 output: ×1 in output[0, 0]. Pinned; Escape releases.")
    hand.hover("kernel", 0, 0)
    hand.leave()
    hand.says("input[0, 0] = 1 is read")
    hand.press("Escape")
    hand.says("Step 1 of 4")
    hand.click("output", 0, 1)
    hand.says("Step 2 of 4: output row 0, column 1 is −4, the sum of 4 products")
    hand.click("kernel", 0, 0)
    hand.says("kernel[0, 0] = 1 meets")
    hand.page.wait_for_timeout(450)  # a second click at once would be a double click
    hand.click("kernel", 0, 0)
    hand.leave()
    hand.says("Step 1 of 4")


def test_what_is_pointed_at_stands_still(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=0.05", motion=True)
    expect(hand.button("Pause")).to_be_visible()
    hand.hover("input", 0, 0)
    hand.says("input[0, 0]")
    before = hand.count.text_content()
    hand.page.wait_for_timeout(300)  # six steps would have passed
    assert hand.count.text_content() == before
    hand.leave()
    expect(hand.count).not_to_have_text(before or "")
    hand.click("input", 0, 0)
    expect(hand.button("Play")).to_be_visible()


# Keys -----------------------------------------------------------------------------------------------------------------


def test_keys_of_the_player(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=10")
    hand.focus()
    right, left = "ArrowRight", "ArrowLeft"
    for key, step in [(right, 2), ("End", 4), (right, 4), (left, 3), ("Home", 1), (left, 1)]:
        hand.press(key)
        hand.stands_at(step, 4)
    hand.press("Space")
    expect(hand.button("Pause")).to_be_visible()
    hand.press("Space")
    expect(hand.button("Play")).to_be_visible()
    hand.press("f")
    expect(hand.player).to_have_class(re.compile("is-presenting"))
    hand.press("f")
    expect(hand.player).not_to_have_class(re.compile("is-presenting"))


def test_keys_in_a_grid(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.plane("input").focus()
    hand.says("input[0, 0]")
    hand.press("ArrowLeft", "ArrowUp")
    hand.says("input[0, 0]")
    hand.press("ArrowRight", "ArrowDown", "ArrowDown")
    hand.says("input[2, 1] = 8")
    expect(hand.spoken).to_contain_text("input[2, 1] = 8 is read by")
    hand.press("p")
    hand.says("Pinned")
    hand.press("p")
    expect(hand.told).not_to_contain_text("Pinned")
    hand.press("P", "Escape")
    expect(hand.told).not_to_contain_text("Pinned")
    hand.press("End")
    hand.stands_at(4, 4)
    hand.press("Tab")
    hand.says("kernel[0, 0] = 1 meets")
    hand.press("Tab", "ArrowRight")
    hand.says("output row 0, column 1")
    hand.press("Tab")
    expect(hand.button("First step")).to_be_focused()
    hand.says("Step 4 of 4")


def test_a_button_is_pressed_by_the_space_bar(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.button("Next step").focus()
    hand.press("Space")
    hand.stands_at(2, 4)
    expect(hand.button("Play")).to_be_visible()


def test_keys_pressed_elsewhere_are_not_taken(play: Play) -> None:
    hand = play("/standard")
    hand.slide("Stride s", "ArrowRight")
    hand.page.wait_for_url("**/standard?stride=2")
    hand.pages.settle(hand.page)
    hand.player.get_by_role("combobox", name="Speed").focus()
    hand.press("ArrowDown", "End")
    hand.stands_at(1, 4)


# Editing --------------------------------------------------------------------------------------------------------------


def typed(hand: Hand, text: str) -> None:
    expect(hand.field).to_be_focused()
    hand.field.fill(text)


def test_a_number_is_edited_in_place(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    before = "2"
    for text, shown in [("7", "7"), ("-2,5", "-2.5"), (" 1e1 ", "10")]:
        hand.double("input", 0, 1)
        expect(hand.field).to_have_value(before)
        expect(hand.field).to_have_accessible_name("New number for input[0, 1]")
        typed(hand, text)
        hand.press("Enter")
        address = "shown => decodeURIComponent(location.search).includes(`input=1,${shown},3;`)"
        hand.page.wait_for_function(address, arg=shown)
        expect(hand.field).to_be_hidden()
        expect(hand.plane("input")).to_be_focused()
        hand.says(f"input[0, 1] = {shown}".replace("-", "−"))
        before = shown


def test_a_weight_is_edited_by_keys_alone(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&flip=true")
    hand.plane("kernel").focus()
    hand.press("ArrowRight", "Enter")
    typed(hand, "6")
    hand.press("Enter")
    # What stands first when the kernel is flipped is stored last.
    hand.page.wait_for_function("decodeURIComponent(location.search).includes('weight=1,0;6,-1')")
    hand.says("kernel[1, 0] = 6 meets")
    hand.press("ArrowDown")
    hand.says("kernel[0, 0] = 1 meets")


def test_what_is_no_number_is_refused_and_can_be_corrected(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.double("kernel", 0, 0)
    typed(hand, "<b>x</b>")
    hand.press("Enter")
    hand.says('A cell must hold a number; got "<b>x</b>".')
    expect(hand.spoken).to_have_text('A cell must hold a number; got "<b>x</b>".')
    expect(hand.field).to_have_attribute("aria-invalid", "true")
    hand.hover("input", 0, 0)
    hand.says("A cell must hold a number")
    typed(hand, "3")
    hand.press("Enter")
    hand.page.wait_for_function("decodeURIComponent(location.search).includes('weight=3,0')")


def test_a_number_out_of_bounds_is_refused_in_a_sentence(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.double("input", 0, 0)
    typed(hand, "1e999")
    hand.press("Enter")
    alert = hand.page.get_by_test_id("stAlert")
    expect(alert).to_have_text("input row 0, column 0 must be a finite number; got '1e999'.")
    assert "input=1,2,3" in hand.page.evaluate("decodeURIComponent(location.search)")


def test_escape_forgets_what_was_typed(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    sent = hand.page.evaluate("window.sent")
    hand.double("input", 0, 0)
    typed(hand, "77")
    hand.press("Escape")
    expect(hand.field).to_be_hidden()
    expect(hand.plane("input")).to_be_focused()
    hand.says("input[0, 0] = 1")
    assert hand.page.evaluate("window.sent") == sent


def test_a_rounded_number_that_is_left_alone_stays_whole(play: Play) -> None:
    hand = play("/standard?input=0.123456,2;3,4&weight=1")
    sent = hand.page.evaluate("window.sent")
    hand.double("input", 0, 0)
    expect(hand.field).to_have_value("0.1235")
    hand.press("Enter")
    expect(hand.field).to_be_hidden()
    assert hand.page.evaluate("window.sent") == sent


def test_who_clicks_elsewhere_has_finished_typing(play: Play) -> None:
    """Telephones have keyboards without Enter."""
    hand = play(f"/standard?{NUMBERS}")
    hand.double("input", 0, 0)
    typed(hand, "8")
    hand.page.get_by_role("heading", name="Standard convolution").click()
    hand.page.wait_for_function("decodeURIComponent(location.search).includes('input=8,2,3')")


def test_what_is_not_the_readers_own_cannot_be_edited(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&padding=1")
    for plane in ("output", "input"):  # the first cell of the input is padding
        hand.double(plane, 0, 0)
        expect(hand.field).to_be_hidden()


# Playing --------------------------------------------------------------------------------------------------------------


def test_it_plays_by_itself_and_goes_round(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=0.05", motion=True)
    expect(hand.button("Pause")).to_be_visible()
    hand.sees("4 / 4", "1 / 4", "2 / 4")


SEEN = """
async ([count, ...wanted]) => {
  for (const text of wanted) {
    while (count.textContent !== text) await new Promise(requestAnimationFrame);
  }
  return true;
}
"""


def test_without_the_loop_it_stops_at_the_end_and_begins_anew(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=0.05")
    hand.button("Loop").click()
    expect(hand.button("Loop")).to_have_attribute("aria-pressed", "false")
    hand.button("Play").click()
    expect(hand.button("Play")).to_be_visible()
    hand.stands_at(4, 4)
    hand.button("Play").click()
    hand.sees("1 / 4", "4 / 4")
    expect(hand.button("Play")).to_be_visible()


PACE = """
(count) => new Promise((done) => {
  const seen = [];
  const watcher = new MutationObserver(() => {
    seen.push([parseInt(count.textContent), performance.now()]);
    if (seen.length < 4) return;
    watcher.disconnect();
    const [[first, begun], [last, ended]] = [seen[0], seen.at(-1)];
    done((ended - begun) / (last - first));
  });
  watcher.observe(count, { childList: true, characterData: true, subtree: true });
})
"""


def test_speeds(play: Play) -> None:
    hand = play("/standard?padding=1&input_size=9&seconds_per_step=0.1")
    hand.button("Play").click()
    for speed, milliseconds in [("0.25×", 400), ("1×", 100), ("4×", 25)]:
        hand.player.get_by_role("combobox", name="Speed").select_option(speed)
        assert hand.count.evaluate(PACE) == pytest.approx(milliseconds, rel=0.3, abs=20)


def test_who_wants_no_motion_gets_none_but_steps(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=0.05")
    expect(hand.button("Play")).to_be_visible()
    hand.button("Next step").click()
    hand.stands_at(2, 4)
    hand.button("Last step").click()
    hand.stands_at(4, 4)
    hand.button("Previous step").click()
    hand.stands_at(3, 4)
    hand.button("First step").click()
    hand.stands_at(1, 4)


def test_the_bar_scrubs(play: Play) -> None:
    hand = play("/standard?padding=1")
    scrub = hand.player.get_by_role("slider", name="Step")
    box = scrub.bounding_box()
    hand.page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    hand.page.mouse.down()
    hand.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    hand.stands_at(13, 25)
    hand.says("Step 13 of 25")
    expect(scrub).to_have_attribute("aria-valuetext", "Step 13 of 25")
    hand.page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 3, steps=4)
    hand.page.mouse.up()
    hand.stands_at(25, 25)


def test_products_come_one_after_another(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}", scripts=SPY)
    hand.button("Products").click()
    expect(hand.button("Products")).to_have_attribute("aria-pressed", "true")
    hand.says("Step 1 of 4: output row 0, column 0 is −4")
    hand.button("Next step").click()
    for count, (term, sum_) in enumerate([("2·1", "2"), ("+ 3·0", "2"), ("+ 5·0", "2")], 1):
        hand.says(f"Step 2 of 4, product {count} of 4: {sum_} so far")
        written = hand.page.evaluate("window.written")
        assert f"Step 2 of 4, product {count} of 4: {sum_} so far" in written
        assert [text for text in written if "·" in text][-1] == term
        hand.button("Next step").click()
    hand.says("Step 2 of 4: output row 0, column 1 is −4")
    hand.button("Previous step").click()
    hand.says("Step 2 of 4, product 3 of 4: 2 so far")
    hand.hover("input", 0, 0)
    hand.says("input[0, 0]")
    hand.leave()
    hand.says("Step 2 of 4, product 3 of 4: 2 so far")
    hand.button("Products").click()
    hand.says("Step 2 of 4: output row 0, column 1 is −4")


def test_screen_readers_are_spared_while_it_plays(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&seconds_per_step=0.05")
    expect(hand.spoken).to_have_text(re.compile("^Step 1 of 4"))
    for live in hand.player.locator("[aria-live], output, [role=status], [role=alert]").all():
        assert "spoken" in (live.get_attribute("class") or "")
    hand.button("Play").click()
    hand.sees("2 / 4", "4 / 4", "1 / 4", "3 / 4")
    assert (hand.spoken.text_content() or "").startswith("Step 1 of 4")
    hand.button("Pause").click()
    hand.button("Last step").click()
    expect(hand.spoken).to_have_text(re.compile("^Step 4 of 4"))


@pytest.mark.parametrize(
    "path",
    [
        "/dilated?padding=1&seed=5&bias=2",
        "/transposed?view=gather",
        "/standard?input_size=4&flip=true&kernel_size=2x3&padding=1,0,2,1&padding_mode=reflect",
    ],
)
def test_the_terms_add_up_to_the_cell_at_every_step(play: Play, path: str) -> None:
    hand = play(path, scripts=SPY)
    steps = int((hand.count.text_content() or "").split(" / ")[1])
    assert steps >= 9
    hand.focus()
    for step in range(1, steps + 1):
        hand.says(f"Step {step} of {steps}: output row")
        written = hand.page.evaluate("window.written")
        start = next(at for at, text in enumerate(written) if text.startswith(f"Step {step} of {steps}:"))
        first = next(at for at, text in enumerate(written) if at > start and "·" in text)
        products, sign, total = terms(written[first:])
        assert sign == "="
        assert sum(products) == total
        title = " ".join(written[start:first])
        assert title.rpartition(" = ")[2] == written[first - 1].rpartition(" = ")[2]
        assert value(title.rpartition(" = ")[2]) == total
        described = re.search(r" is (−?\d+), the sum of", hand.told.text_content() or "")
        assert described
        assert value(described[1]) == total
        assert written[start - 1] == described[1]  # the last that is written before the title is the step's own cell
        hand.press("ArrowRight")


# Presenting -----------------------------------------------------------------------------------------------------------


ON_TOP = """
([player, x, y]) => document.elementFromPoint(x, y) === player.getRootNode().host
"""


@pytest.mark.parametrize(("scripts", "scheme"), [("", "light"), (DENIED, "dark")], ids=["whole screen", "window only"])
def test_presenting_fills_the_window_and_comes_back_to_the_same_step(play: Play, scripts: str, scheme: str) -> None:
    hand = play("/standard?padding=1&step=7", scripts=scripts, color_scheme=scheme)
    before = hand.canvas.bounding_box()
    hand.button("Present").click()
    expect(hand.player).to_have_class(re.compile("is-presenting"))
    expect(hand.told).to_be_hidden()
    assert hand.player.bounding_box() == {"x": 0, "y": 0, "width": 1280, "height": 900}
    fills = "canvas => canvas.getBoundingClientRect().width === 1280"
    hand.page.wait_for_function(fills, arg=hand.canvas.element_handle())
    assert pixel(hand) == hand.page.evaluate(
        "section => getComputedStyle(section).backgroundColor", hand.player.element_handle()
    )
    # Nothing of the page lies above it, once Streamlit has faded in what it has just drawn.
    for x, y in [(640, 30), (5, 5), (1275, 895), (1250, 28)]:
        hand.page.wait_for_function(ON_TOP, arg=[hand.player.element_handle(), x, y])
    hand.press("ArrowRight", "ArrowRight")
    hand.stands_at(9, 25)
    for _ in range(8):
        hand.press("Tab")  # the page behind is out of reach
    assert hand.player.evaluate("player => player.getRootNode().activeElement?.closest('.player') === player")
    hand.press("Escape")
    expect(hand.player).not_to_have_class(re.compile("is-presenting"))
    hand.page.wait_for_function("document.fullscreenElement === null")
    hand.stands_at(9, 25)
    same = "([canvas, width]) => canvas.getBoundingClientRect().width === width"
    hand.page.wait_for_function(same, arg=[hand.canvas.element_handle(), before["width"]])
    assert hand.canvas.bounding_box() == before
    hand.press("ArrowRight")
    hand.stands_at(10, 25)


# Sizes, themes, touch -------------------------------------------------------------------------------------------------

CORNER = """
(canvas) => {
  const [red, green, blue] = canvas.getContext("2d").getImageData(2, 2, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}
"""


def pixel(hand: Hand) -> str:
    """The colour in the corner of the picture."""
    return str(hand.canvas.evaluate(CORNER))


INSIDE = """
(player) => {
  const inner = player.getBoundingClientRect();
  const outer = player.getRootNode().host.closest("[data-testid=stColumn]").getBoundingClientRect();
  const parts = [...player.querySelectorAll("button, select, .scrub, .count, .stage, canvas, .plane, .told")];
  const isOut = (box, around) => box.left < around.left - 0.5 || box.right > around.right + 0.5;
  const scrolls = (each) => /auto|scroll/.test(getComputedStyle(each).overflowX + getComputedStyle(each).overflowY);
  return {
    page: document.documentElement.scrollWidth - window.innerWidth,
    out: parts.filter((each) => isOut(each.getBoundingClientRect(), inner)).map((each) => each.outerHTML.slice(0, 80)),
    isWhole: !isOut(inner, outer),
    scrolling: [player, ...player.querySelectorAll("*")].filter(scrolls).map((each) => each.className),
    cut: parts.filter((each) => each.tagName === "BUTTON" && each.scrollWidth > each.clientWidth).length,
  };
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_its_column(play: Play, scheme: str) -> None:
    hand = play("/transposed?view=scatter&output_padding=1", color_scheme=scheme)
    for width in (2560, 1440, 768, 390, 360):
        hand.page.set_viewport_size({"width": width, "height": 900})
        hand.page.wait_for_function(FILLED, arg=hand.player.element_handle())
        found = hand.player.evaluate(INSIDE)
        assert found == {"page": 0, "out": [], "isWhole": True, "scrolling": [], "cut": 0}, width
        assert hand.canvas.bounding_box()["width"] == hand.canvas.evaluate("canvas => canvas.width")


FILLED = """
(player) => {
  const { width } = player.getBoundingClientRect();
  const across = player.querySelector("canvas").getBoundingClientRect().width;
  return across <= width && across > width - 4;
}
"""


def test_it_is_crisp_on_screens_with_many_pixels(play: Play) -> None:
    hand = play("/standard?padding=1", device_scale_factor=2)
    for width in (1440, 390):
        hand.page.set_viewport_size({"width": width, "height": 900})
        hand.page.wait_for_function(FILLED, arg=hand.player.element_handle())
        measures = hand.canvas.evaluate("({ width, height, style }) => [width, height, style.width, style.height]")
        assert [2 * float(part.removesuffix("px")) for part in measures[2:]] == measures[:2]


def test_the_planes_lie_over_their_pictures(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&padding=1")
    for width in (1440, 768, 390):
        hand.page.set_viewport_size({"width": width, "height": 900})
        hand.page.wait_for_function(FILLED, arg=hand.player.element_handle())
        hand.page.wait_for_timeout(100)  # below 560 pixels the server lays it out anew
        hand.pages.settle(hand.page)
        hand.canvas.scroll_into_view_if_needed()
        hand.hover("input", 4, 4)
        hand.says("padding = 0 is read by 1 output: ×−1 in output[3, 3].")
        hand.hover("kernel", 0, 1)
        hand.says("kernel[0, 1] = 0 meets")
        hand.hover("output", 3, 0)
        hand.says("output row 3, column 0")


def test_it_follows_the_theme(play: Play) -> None:
    hand = play("/standard?padding=1", color_scheme="light")
    light = pixel(hand)
    assert light == "rgb(255, 255, 255)" == background(hand)
    hand.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    hand.page.wait_for_function(f"canvas => ({CORNER})(canvas) !== '{light}'", arg=hand.canvas.element_handle())
    assert [int(part) for part in re.findall(r"\d+", pixel(hand))] < [60, 60, 60]
    assert pixel(hand) == hand.player.locator(".stage").evaluate("stage => getComputedStyle(stage).backgroundColor")
    ink = hand.told.evaluate("told => getComputedStyle(told).color")
    assert [int(part) for part in re.findall(r"\d+", ink)] > [200, 200, 200]


def background(hand: Hand) -> str:
    return str(hand.page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor"))


def test_a_theme_that_the_link_names_wins(play: Play) -> None:
    hand = play("/standard?theme=dark", color_scheme="light")
    assert pixel(hand) == "rgb(14, 19, 31)"


def test_it_is_made_for_fingers(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}", width=390, height=844, has_touch=True, is_mobile=True)
    for part in hand.player.locator("button, select, .scrub").all():
        box = part.bounding_box()
        assert min(box["width"], box["height"]) >= 44, part.evaluate("part => part.outerHTML")
    hand.canvas.scroll_into_view_if_needed()
    hand.page.touchscreen.tap(*hand.middle("input", 1, 1))
    hand.says("input[1, 1] = 5 is read by 4 outputs: ")
    hand.says("Pinned; a tap beside the cells releases.")
    box = hand.canvas.bounding_box()
    hand.page.touchscreen.tap(box["x"] + 3, box["y"] + 3)
    hand.says("Step 1 of 4")
    hand.page.touchscreen.tap(*hand.middle("input", 0, 0))
    hand.page.touchscreen.tap(*hand.middle("input", 0, 0))
    typed(hand, "-5")
    hand.press("Enter")
    hand.page.wait_for_function("decodeURIComponent(location.search).includes('input=-5,2,3')")


@pytest.mark.parametrize("width", [390, 1440])
def test_words_do_not_move_the_page(play: Play, width: int) -> None:
    # The server knows a telephone by its name, and lays the picture out for it at once.
    agent = {"user_agent": "Mobi"} if width == 390 else {}
    hand = play("/standard?padding=1&input_size=7", width=width, **agent)
    bar = hand.player.locator(".bar")
    top = bar.bounding_box()["y"]
    for name, row, said in [("input", 3, "read by 9 outputs"), ("kernel", 1, "meets 49 input"), ("output", 1, "row 1")]:
        hand.hover(name, row, row)
        hand.says(said)
        assert bar.bounding_box()["y"] == top


# The page around ------------------------------------------------------------------------------------------------------


def test_the_step_survives_a_slider_and_stays_within_what_there_is(play: Play) -> None:
    hand = play("/standard?padding=1&step=6")
    hand.stands_at(6, 25)
    hand.slide("Stride s", "ArrowRight")
    hand.stands_at(6, 9)
    hand.says("Step 6 of 9: output row 1, column 2")
    hand.slide("Stride s", "ArrowRight")
    hand.stands_at(4, 4)
    hand.slide("Stride s", "ArrowLeft", "ArrowLeft")
    hand.stands_at(4, 25)


def test_a_pinned_cell_survives_a_slider_where_it_exists(play: Play) -> None:
    hand = play("/standard?padding=1&pin=input:1,1")
    hand.says("input[1, 1]")
    hand.slide("Stride s", "ArrowRight")
    hand.stands_at(1, 9)
    hand.says("input[1, 1]")
    hand.says("Pinned")


def test_the_picture_never_flashes(play: Play) -> None:
    """At no moment that the screen shows is the canvas black, which is what a canvas of a new size is."""
    hand = play("/standard?padding=1")
    hand.canvas.evaluate(
        f"""(canvas) => {{
          window.corners = new Set();
          const look = () => {{
            window.corners.add(({CORNER})(canvas));
            const after = new MessageChannel();
            after.port1.onmessage = () => window.corners.add(({CORNER})(canvas)); // when the frame has been painted
            after.port2.postMessage(0);
            requestAnimationFrame(look);
          }};
          look();
        }}"""
    )
    hand.slide("Stride s", "ArrowRight")
    hand.stands_at(1, 9)
    hand.page.set_viewport_size({"width": 900, "height": 700})
    hand.page.wait_for_function("canvas => canvas.clientWidth < 600", arg=hand.canvas.element_handle())
    hand.page.set_viewport_size({"width": 1300, "height": 700})
    hand.page.wait_for_function("canvas => canvas.clientWidth > 600", arg=hand.canvas.element_handle())
    assert hand.page.evaluate("[...window.corners]") == ["rgb(255, 255, 255)"]


def test_a_link_brings_back_step_and_pin(play: Play, open_page: Pages) -> None:
    hand = play("/standard?padding=1&stride=2", permissions=["clipboard-read", "clipboard-write"])
    hand.focus()
    hand.press("ArrowRight", "ArrowRight")
    hand.stands_at(3, 9)
    hand.click("kernel", 1, 2)
    hand.says("kernel[1, 2]")
    hand.button("Copy link").click()
    expect(hand.button("Copied")).to_be_visible()
    link = str(hand.page.evaluate("navigator.clipboard.readText()"))
    asked = {name: texts[0] for name, texts in parse_qs(urlsplit(link).query).items()}
    assert asked == {"padding": "1", "stride": "2", "step": "3", "pin": "kernel:1,2"}
    expect(hand.button("Copy link")).to_be_visible()
    other = play(link.removeprefix(open_page.server), motion=True)
    other.stands_at(3, 9)
    other.says("kernel[1, 2]")
    other.says("Pinned; Escape releases.")
    expect(other.button("Play")).to_be_visible()


def test_a_link_that_cannot_be_copied_is_shown(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}", scripts=INSECURE)
    hand.button("Copy link").click()
    hand.says("/standard?input=1%2C2%2C3")
    hand.says("&step=1")


def test_pointing_and_scrubbing_ask_nothing_of_the_server(play: Play) -> None:
    hand = play("/standard?padding=1")
    sent = hand.page.evaluate("window.sent")
    for name, row, column in [("input", 3, 3), ("kernel", 1, 1), ("output", 2, 2), ("output", 4, 4)]:
        hand.hover(name, row, column)
    hand.click("input", 2, 2)
    hand.press("Escape", "ArrowRight", "End", "Home")
    for name in ("Play", "Pause", "Loop", "Products", "Next step"):
        hand.button(name).click()
    hand.player.get_by_role("slider", name="Step").fill("20")
    hand.stands_at(20, 25)
    hand.player.get_by_role("combobox", name="Speed").select_option("2×")
    hand.button("Present").click()
    hand.press("Escape")
    assert hand.page.evaluate("window.sent") == sent


def test_two_quick_changes_end_with_the_last(play: Play) -> None:
    hand = play("/standard?padding=1", motion=True)
    hand.slide("Stride s", "ArrowRight", "ArrowRight")
    hand.page.wait_for_url(re.compile("stride=3"))
    expect(hand.count).to_have_text(re.compile(r"/ 4$"))
    expect(hand.player).to_have_attribute(
        "aria-label", "Standard convolution: a 3 by 3 kernel on a 5 by 5 input gives a 2 by 2 output."
    )
    expect(hand.player).to_have_count(1)


def test_it_is_there_again_after_another_page(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    page = hand.page
    page.get_by_role("link", name="Dilated").click()
    expect(page.get_by_role("heading", name="Dilated convolution")).to_be_visible()
    hand.pages.settle(page)
    expect(hand.player).to_have_attribute("aria-label", re.compile("^Dilated"))
    hand.says("Step 1 of 9")
    page.get_by_role("link", name="Standard").click()
    expect(hand.player).to_have_attribute("aria-label", re.compile("^Standard"))
    hand.pages.settle(page)
    hand.stands_at(1, 4)
    hand.button("Next step").click()
    hand.stands_at(2, 4)
    hand.hover("input", 1, 1)
    hand.says("input[1, 1] = 5")


def test_what_a_link_says_is_never_markup(play: Play, open_page: Pages) -> None:
    hand = play("/standard?pin=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&step=%3Cb%3E")
    expect(hand.page.get_by_text("must be").first).to_be_visible()
    assert hand.page.locator("img[src='x']").count() == 0


# Accessibility --------------------------------------------------------------------------------------------------------

KNOWN = frozenset({"scrollable-region-focusable"})
"""Rules that Streamlit's own markup breaks on these pages, of those that axe calls serious or critical."""


@pytest.mark.parametrize("lesson", LESSONS)
def test_accessibility(play: Play, lesson: str) -> None:
    hand = play(f"/{lesson}", color_scheme="light")
    light = pixel(hand)
    check_accessibility(hand.page)
    hand.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    hand.page.wait_for_function(f"canvas => ({CORNER})(canvas) !== '{light}'", arg=hand.canvas.element_handle())
    check_accessibility(hand.page)


def check_accessibility(page: Page) -> None:
    ours, theirs = [], set()
    for rule in Axe().run(page).response["violations"]:
        for node in rule["nodes"]:
            if is_ours(node):
                ours.append(f"{rule['impact']}: {rule['id']}: {node['html'][:200]}: {node['failureSummary']}")
            elif rule["impact"] in ("serious", "critical"):
                theirs.add(rule["id"])
    print("Streamlit's own:", sorted(theirs))
    assert ours == []
    assert theirs <= KNOWN


def is_ours(node: dict[str, Any]) -> bool:
    """Whether a finding is in the player's shadow root (its target is then a path of selectors) or in our HTML."""
    return any(isinstance(step, list) for step in node["target"]) or "cv-" in node["html"]
