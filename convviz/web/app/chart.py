"""Charts over HTTP: ``GET /chart/<digest>/<name>.svg``, ``.png`` and ``.pdf``.

A page that shows a chart offers it under this address, and no page run waits until it is drawn: a worker process does
that when a browser asks for it. The digest is that of what is drawn. A chart is forgotten when many others have been
offered since: reloading its page offers it again.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convviz import limits
from convviz.files import CHART_ENDINGS, FORMATS
from convviz.web.components.charts import offered_chart

from . import answers, lines, metrics
from .chart_job import draw_chart

_flights: Final = lines.Flights()
_files: Final = metrics.Kept[str, bytes]("charts", limits.CHART_CACHE_BYTES, len)
"""Files by their digests and suffixes."""


async def _chart(request: Request) -> Response:
    digest, suffix = request.path_params["digest"], request.path_params["suffix"]
    pickled, tag = offered_chart(digest), f"{digest}.{suffix}"
    if pickled is None or suffix not in CHART_ENDINGS:
        return JSONResponse({"error": "There is no such chart. Reload the page that shows it."}, 404)
    headers = answers.cacheable(tag)
    if answers.is_known(tag, request):
        return Response(status_code=304, headers=headers)
    data = _files.find(tag)
    if data is None:
        work = _flights.share(tag, lambda: lines.charts.run(draw_chart, pickled, suffix))
        data = _files[tag] = await answers.unless_left(request, work)
    return Response(data, media_type=FORMATS[suffix].media_type, headers=headers)


routes: Final = [answers.public_route("/chart/{digest}/{name}.{suffix}", _chart)]
