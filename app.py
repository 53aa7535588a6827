"""The whole app: the Streamlit pages and the pictures over HTTP. Start it with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from convviz.web.app import chart, download, embed, render, scene
from convviz.web.app.document import Document
from convviz.web.app.headers import Headers
from convviz.web.app.process_cookie import ProcessCookie
from convviz.web.app.serving import serving
from convviz.web.app.settings import SETTINGS
from convviz.web.components.uploads import UploadLimit

app = st.App(
    Path(render.__file__).with_name("main.py"),
    lifespan=serving,
    routes=[*render.routes, *scene.routes, *chart.routes, *embed.routes, *download.routes],
    middleware=[
        Middleware(Headers),
        Middleware(ProcessCookie, SETTINGS.process),
        Middleware(Document),
        Middleware(UploadLimit),
    ],
)
