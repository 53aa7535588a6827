"""The whole app: the Streamlit pages and the pictures over HTTP. Start it with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from convviz.web.app import chart, document, download, embed, metrics, render, scene, serving
from convviz.web.app.headers import Headers
from convviz.web.app.logs import Requests, write_logs
from convviz.web.app.process_cookie import ProcessCookie
from convviz.web.app.settings import SETTINGS
from convviz.web.components.uploads import UploadLimit

write_logs()

app = st.App(
    Path(render.__file__).with_name("main.py"),
    lifespan=serving.serving,
    routes=[
        *render.routes,
        *scene.routes,
        *chart.routes,
        *embed.routes,
        *download.routes,
        *document.routes,
        *metrics.routes,
        *serving.routes,
    ],
    on_script_error=metrics.page_failed,
    middleware=[
        Middleware(Headers),
        Middleware(ProcessCookie, SETTINGS.process),
        Middleware(Requests),
        Middleware(document.Document),
        Middleware(UploadLimit),
    ],
)
