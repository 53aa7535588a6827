"""Who waits for pictures over HTTP, who need not, and what is not drawn.

The routes are asked without a server, so that a test can close a connection and hold a drawing at any moment.
"""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from matplotlib.backends.backend_agg import RendererAgg

import convviz as cv
from convviz import SpecError, address, limits
from convviz.arithmetic.arguments import shown
from convviz.web.app import jobs, lines, render
from convviz.web.app.lines import LostError, Worker
from tests.web.visitors import Answer, Visitor, ask, run

LARGE = "/render/standard.gif?input_size=12&padding=1&seed={}"
SMALL = "/render/standard.gif?seed={}"
BUSY = {"error": "Too many pictures wait to be drawn already. Try again in 10 seconds."}


@dataclass
class Studio:
    """Works in place of worker processes: each picture is held until it is let go, or until no request waits for it."""

    begun: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, function: Callable[..., Any], *given: str) -> Any:
        if function is not jobs.draw:
            return function(lambda: None, *given)
        name = "?".join(given)
        self.begun.append(name)
        try:
            await self.held.wait()
        except asyncio.CancelledError:
            self.stopped.append(name)
            raise
        return name.encode()

    async def has_begun(self, count: int) -> None:
        while len(self.begun) < count:
            await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def _empty() -> None:
    render._files.clear()


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    studio = Studio()

    async def call(worker: Worker, function: Callable[..., Any], *given: str) -> Any:
        return await studio.call(function, *given)

    monkeypatch.setattr(Worker, "call", call)
    return studio


def test_equal_requests_at_once_are_drawn_once(studio: Studio) -> None:
    async def story() -> None:
        spellings = ("stride=2", "stride=2x2", "seed=0&stride=2", "stride=2&theme=light", "stride=2")
        visitors = [Visitor(f"/render/standard.gif?{query}") for query in spellings]
        await studio.has_begun(1)
        visitors.append(Visitor("/render/standard.gif?stride=2"))
        studio.held.set()
        answers = [await visitor.answer for visitor in visitors]
        assert {(answer.status, answer.body) for answer in answers} == {(200, b"standard.gif?stride=2")}
        assert (await Visitor("/render/standard.gif?stride=2").answer).body == b"standard.gif?stride=2"
        assert studio.begun == ["standard.gif?stride=2"]

    run(story)


def test_one_of_several_leaves_and_the_others_have_their_picture(studio: Studio) -> None:
    async def story() -> None:
        first, second = Visitor(LARGE.format(1)), Visitor(LARGE.format(1))
        await studio.has_begun(1)
        first.leave()
        await first.answer
        studio.held.set()
        assert (await second.answer).status == 200
        assert (len(studio.begun), studio.stopped) == (1, [])

    run(story)


def test_what_no_request_waits_for_is_never_begun_and_what_is_begun_stops(studio: Studio) -> None:
    async def story() -> None:
        drawn, waits, last = (Visitor(LARGE.format(seed)) for seed in (1, 2, 3))
        await studio.has_begun(1)
        waits.leave()
        await waits.answer
        assert studio.stopped == []
        drawn.leave()
        await drawn.answer
        await studio.has_begun(2)
        studio.held.set()
        assert (await last.answer).status == 200
        assert [name.partition("seed=")[2] for name in studio.begun] == ["1", "3"]
        assert [name.partition("seed=")[2] for name in studio.stopped] == ["1"]

    run(story)


def test_a_picture_that_was_left_is_drawn_for_who_asks_again(studio: Studio) -> None:
    async def story() -> None:
        first = Visitor(LARGE.format(1))
        await studio.has_begun(1)
        first.leave()
        again = Visitor(LARGE.format(1))
        await first.answer
        await studio.has_begun(1)
        studio.held.set()
        assert (await again.answer).status == 200

    run(story)


def test_a_full_line_sends_others_away_and_small_pictures_are_drawn_meanwhile(studio: Studio) -> None:
    async def story() -> None:
        room = 1 + limits.RENDER_WAITING
        many = [Visitor(LARGE.format(seed)) for seed in range(room + 3)]
        waiting = {visitor.answer for visitor in many}
        refused: list[Answer] = []
        while len(refused) < 3:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused += [task.result() for task in done]
        for answer in refused:
            assert (answer.status, answer.headers["retry-after"], json.loads(answer.body)) == (503, "10", BUSY)
            assert answer.headers["access-control-allow-origin"] == "*"
        assert (len(waiting), len(studio.begun)) == (room, 1)
        small = [Visitor(SMALL.format(seed)) for seed in (1, 2)]
        small.append(Visitor("/render/standard.png?input_size=12&padding=1&width=3840"))
        await studio.has_begun(2)
        assert studio.begun[1] == "standard.gif?seed=1"
        studio.held.set()
        answers = [await visitor.answer for visitor in (*small, *many)]
        assert [answer.status for answer in answers].count(200) == 3 + room

    run(story)


def test_who_leaves_makes_room_in_the_line(studio: Studio) -> None:
    async def story() -> None:
        many = [Visitor(LARGE.format(seed)) for seed in range(1 + limits.RENDER_WAITING)]
        assert (await Visitor(LARGE.format(50)).answer).status == 503
        many[5].leave()
        await many[5].answer
        while lines.large.is_full:
            await asyncio.sleep(0)
        late = Visitor(LARGE.format(51))
        await studio.has_begun(1)
        studio.held.set()
        assert (await late.answer).status == 200

    run(story)


def test_a_picture_that_is_not_drawn_in_time_is_given_up(studio: Studio) -> None:
    async def story() -> None:
        lines.large._seconds = 0
        answer = await Visitor(LARGE.format(1)).answer
        late = {"error": "The picture was not drawn within 55 seconds. Try again in 10 seconds."}
        assert (answer.status, answer.headers["retry-after"], json.loads(answer.body)) == (503, "10", late)
        assert studio.begun == studio.stopped

    run(story)


QUERY = "/render/standard.gif?stride=2&padding=1&theme=dark"


@pytest.mark.parametrize("spelling", ["{}", "W/{}", '"other", {}', '"other" , W/{}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_client_has_already_is_not_drawn(studio: Studio, method: str, spelling: str) -> None:
    tag = ask(QUERY, "HEAD").headers["etag"]
    answer = ask(QUERY, method, if_none_match=spelling.format(tag))
    assert (answer.status, answer.headers["etag"], answer.body) == (304, tag, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert studio.begun == []


def test_other_tags_are_no_reason_not_to_draw(studio: Studio) -> None:
    studio.held.set()
    tags = ", ".join(ask(f"{QUERY}{more}", "HEAD").headers["etag"] for more in ("&seed=1", "&frame=0", "&width=900"))
    zipped = ask(QUERY.replace("gif", "zip"), "HEAD").headers["etag"]
    assert ask(QUERY, if_none_match=f"{tags}, {zipped}").status == 200


def test_head_says_what_get_would_without_drawing(studio: Studio) -> None:
    before = ask(QUERY, "HEAD")
    assert studio.begun == []
    studio.held.set()
    got = ask(QUERY)
    after = ask(QUERY, "HEAD")
    assert before.status == got.status == after.status == 200
    assert before.headers == {name: text for name, text in got.headers.items() if name != "content-length"}
    assert after.headers == got.headers
    assert len(studio.begun) == 1


def test_every_answer_may_be_read_by_other_sites(studio: Studio) -> None:
    studio.held.set()
    for path in ("standard.gif", "nothing.gif", "standard.gif?stride=0", "a/b/c"):
        assert ask(f"/render/{path}").headers["access-control-allow-origin"] == "*"
    answer = ask("/render/standard.gif", "OPTIONS")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("standard.gif?seed=" + "1" * limits.QUERY, "A query must be at most 30,000 characters long; got 30,005."),
        ("standard.gif?" + "&".join(map(str, range(201))), "A query must have at most 200 parameters; got 201."),
        ("standard.png?frame=" + "0" * 5000, f"frame must be a whole number from 0 to 8; got {shown('0' * 5000)}."),
    ],
    ids=["long", "many", "digits"],
)
def test_what_is_no_picture_is_refused(path: str, sentence: str, studio: Studio) -> None:
    answer = ask(f"/render/{path}")
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert json.loads(answer.body) == {"error": sentence}


@pytest.mark.parametrize("query", ["seed=" + "1" * limits.QUERY, "&" * limits.QUERY_PARAMETERS], ids=["long", "many"])
def test_what_is_too_large_is_refused_before_it_is_parsed(
    query: str, monkeypatch: pytest.MonkeyPatch, studio: Studio
) -> None:
    monkeypatch.setattr(address, "read_query", lambda _: pytest.fail("The query was parsed."))
    assert ask(f"/render/standard.gif?{query}").status == 400


def test_no_query_is_read_in_the_process_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "read_query", lambda _: pytest.fail("The server has read the query."))

    async def story() -> None:
        for path, status in ((QUERY, 200), (QUERY.replace("gif", "png"), 200), ("/render/standard.gif?stride=0", 400)):
            assert (await Visitor(path).answer).status == status

    run(story)


def test_a_drawing_stops_between_two_frames() -> None:
    """The real renderer asks before each frame; here after the fifth question no request waits any more."""
    questions = 0

    class LeftError(Exception):
        """No request waits."""

    def check() -> None:
        nonlocal questions
        questions += 1
        if questions == 5:
            raise LeftError

    with pytest.raises(LeftError):
        jobs.draw(check, "standard.gif", "input_size=8")
    assert questions == 5
    drawn = jobs.draw(lambda: None, "standard.gif", "input_size=8")
    assert drawn == cv.animate(cv.recipe("standard", input_size=8)).gif()


REFUSAL = SpecError("planted must be refused; got asked.")


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (REFUSAL, 400, "planted must be refused; got asked."),
        (LostError(), 503, "The picture could not be drawn: its process ended twice. Try again in 10 seconds."),
    ],
    ids=["refused", "lost"],
)
def test_an_error_reaches_everybody_and_the_next_request_tries_again(
    error: Exception, status: int, sentence: str, monkeypatch: pytest.MonkeyPatch, studio: Studio
) -> None:
    async def fail() -> None:
        raise error

    monkeypatch.setattr(studio.held, "wait", fail)

    async def story() -> None:
        visitors = [Visitor(SMALL.format(1)) for _ in range(3)]
        for visitor in visitors:
            answer = await visitor.answer
            assert (answer.status, json.loads(answer.body)) == (status, {"error": sentence})
        await Visitor(SMALL.format(1)).answer
        assert len(studio.begun) == 2

    run(story)


def test_nothing_is_left_of_the_pixels_of_a_chart() -> None:
    gc.disable()
    try:
        for _ in range(2):
            jobs.draw(lambda: None, "chart/coverage.png", "rates=1,2")
            assert not any(isinstance(each, RendererAgg) for each in gc.get_objects())
    finally:
        gc.enable()
