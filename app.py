"""The whole app: the Streamlit pages and, beside them, the pictures over HTTP. Start it with `streamlit run app.py`."""

import streamlit as st
from starlette.middleware import Middleware

from convviz.web import player, routes
from convviz.web.headers import Headers
from convviz.web.upload_limit import UploadLimit

app = st.App(
    "convviz/web/shell.py",
    routes=[*routes.routes, *player.routes],
    middleware=[Middleware(Headers), Middleware(UploadLimit)],
)
