"""What figures show, over HTTP: ``GET /scene/<variant>.json``, with the query of a recipe and of its presentation.

The name ``compare`` takes the query of a comparison. A figure asks again with each move of a dial, so answers are
compressed once, in a worker process, and kept; an address that was asked before is not even read again.
"""

from gzip import decompress
from hashlib import sha256
from typing import Final

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.recipes.model import check_query

from . import answers, lines
from .jobs import Finished, answer_figure

_SUFFIX: Final = ".json"

_SECONDS_FRESH: Final = 300
"""After a new version of the app, figures must not read what an older one has answered."""

_flights: Final = lines.Flights()
_answers: Final[LRUCache[str, Finished]] = LRUCache(limits.SCENE_CACHE_BYTES, getsizeof=lambda found: len(found.packed))
"""Answers by their tags."""

_tags: Final[LRUCache[bytes, str]] = LRUCache(limits.SCENE_QUERIES)
"""The tags of answers by digests of what was asked: addresses may be long, and several may mean the same."""


async def _scene(request: Request) -> Response:
    name, query = request.path_params["name"], request.url.query
    asked = sha256(f"{name}?{query}".encode()).digest()
    found = _answers.get(_tags.get(asked, ""))
    if found is None:
        found = await answers.unless_left(request, _flights.share(asked, lambda: _answered(asked, name, query)))
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
    return Response(body, 400 if found.is_refusal else 200, headers, "application/json")


routes: Final = [answers.public_route("/scene/{name:path}", _scene)]


async def _answered(asked: bytes, name: str, query: str) -> Finished:
    if not name.endswith(_SUFFIX):
        raise SpecError(f"The name of a scene must end in {_SUFFIX}; got {shown(name)}.")
    check_query(query)
    found = await lines.quick.run(answer_figure, name.removesuffix(_SUFFIX), query)
    _answers[found.tag] = found
    _tags[asked] = found.tag
    return found
