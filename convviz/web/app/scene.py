"""The figure over HTTP: what it shows, ``GET /scene/<variant>.json``, and as a page, ``GET /figure/<variant>``.

Both take the query of a recipe and of its presentation; the name ``compare`` takes that of a comparison. The page needs
no session, and any site may embed it. A figure asks again with each move of a dial, so answers are compressed once, in
a worker process, and kept; an address that was asked before is not even read again.
"""

from collections.abc import Callable
from gzip import decompress
from hashlib import sha256
from typing import Final

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response

from convviz import limits
from convviz.recipes.model import check_query

from . import answers, lines, metrics
from .jobs import Finished, answer_figure, answer_page

_SECONDS_FRESH: Final = 300
"""After a new version of the app, figures must not read what an older one has answered."""

_flights: Final = lines.Flights()
_answers: Final = metrics.Kept[str, Finished]("scenes", limits.SCENE_CACHE_BYTES, lambda found: len(found.packed))
"""Answers by their tags."""

_tags: Final[LRUCache[bytes, str]] = LRUCache(limits.SCENE_QUERIES)
"""The tags of answers by digests of what was asked: addresses may be long, and several may mean the same."""


_PAGE_POLICY: Final = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'unsafe-inline'",  # the page has its style in it
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "frame-src 'self'",  # what it offers to embed, as it will look
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors * file:",  # slides are often opened from a disk
))  # fmt: skip
"""What the figure may load as a page of its own, and that all sites may have it in a frame."""


async def _scene(request: Request) -> Response:
    return await _respond(request, "application/json", answer_figure)


async def _page(request: Request) -> Response:
    response = await _respond(request, "text/html", answer_page, answers.site_of(request))
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


async def _respond(request: Request, media_type: str, job: Callable[..., Finished], *more: str) -> Response:
    """Answer a request with what a job returns for its name, its query and what else it is given."""
    name, query = request.path_params["name"], request.url.query
    asked = sha256(" ".join((job.__name__, *more, f"{name}?{query}")).encode()).digest()
    found = _answers.find(_tags.get(asked, ""))
    if found is None:
        work = _flights.share(asked, lambda: _answered(asked, job, name, query, *more))
        found = await answers.unless_left(request, work)
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    tag = f"{found.tag}-gzip" if is_packed else found.tag
    headers = {
        "Vary": "Accept-Encoding",
        **(answers.ANY_SITE if found.is_refusal else answers.cacheable(tag, _SECONDS_FRESH)),
    }
    if not found.is_refusal and answers.is_known(tag, request):
        return Response(status_code=304, headers=headers)
    body = found.packed if is_packed else decompress(found.packed)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    return Response(body, 400 if found.is_refusal else 200, headers, media_type)


routes: Final = [
    answers.public_route("/scene/{name:path}", _scene),
    answers.public_route("/figure/{name:path}", _page),
]


async def _answered(asked: bytes, job: Callable[..., Finished], name: str, query: str, *more: str) -> Finished:
    check_query(query)
    found = await lines.quick.run(job, name, query, *more)
    _answers[found.tag] = found
    _tags[asked] = found.tag
    return found
