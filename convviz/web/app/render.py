"""Pictures over HTTP: ``GET /render/<variant>.<format>`` with the query of a recipe; ``GET /render/`` says all of it.

The name ``compare`` takes the query of a comparison, ``preset/<name>`` is a named example. In a query, ``frame`` is
counted from 0; the files of a zip are numbered from 001, as the steps on the pages are.

The answers depend on the address alone, so any cache may keep them, and any site may show them. The pages, the
downloads and the cards of the home page use these same addresses, and no page run ever waits for an encoder.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from convviz import limits
from convviz.html import file_policy

from . import answers, jobs, lines, metrics
from .guide import guide

_flights: Final = lines.Flights()
_files: Final = metrics.Kept[str, bytes]("files", limits.RENDER_CACHE_BYTES, len)
"""Files by their tags."""


_DOWNLOAD: Final = "download=1"


async def _render(request: Request) -> Response:
    name = request.path_params["name"]
    if not name:
        return HTMLResponse(guide(answers.site_of(request)), headers=answers.ANY_SITE)
    parameters = request.url.query.split("&") if request.url.query else []
    query = "&".join(each for each in parameters if each != _DOWNLOAD)
    return await answers.unless_left(request, _answer(request, name, query, _DOWNLOAD in parameters))


routes: Final = [answers.public_route("/render/{name:path}", _render)]


async def _answer(request: Request, name: str, query: str, is_download: bool) -> Response:
    picture = await _flights.share((name, query), lambda: lines.quick.run(jobs.describe, name, query))
    request.state.queue = picture.queue
    headers = answers.cacheable(picture.tag)
    disposition = "attachment" if is_download else "inline"
    headers["Content-Disposition"] = f'{disposition}; filename="{picture.file_name}"'
    if answers.is_known(picture.tag, request):
        return Response(status_code=304, headers=headers)
    if picture.media_type == "text/html":
        headers["Content-Security-Policy"] = file_policy()
    if picture.media_type == "image/svg+xml":
        headers["Content-Security-Policy"] = answers.SVG_POLICY
    data = _files.find(picture.tag)
    if data is None and request.method == "HEAD":
        response = Response(media_type=picture.media_type, headers=headers)
        del response.headers["Content-Length"]  # unknown as long as the picture is not drawn
        return response
    if data is None:
        data = await _flights.share(picture.tag, lambda: _drawn(picture, name, query))
    return Response(data, media_type=picture.media_type, headers=headers)


async def _drawn(picture: jobs.Described, name: str, query: str) -> bytes:
    """Draw a picture in its queue, and keep the file."""
    queue: lines.Line = getattr(lines, picture.queue)
    data = await queue.run(jobs.draw, name, query)
    if len(data) <= limits.RENDER_CACHE_BYTES:
        _files[picture.tag] = data
    return data
