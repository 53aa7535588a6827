"""The whole app: the Streamlit pages and, beside them, the pictures over HTTP. Start it with `streamlit run app.py`."""

import streamlit as st

from convviz.web import player, routes

app = st.App("convviz/web/shell.py", routes=[*routes.routes, *player.routes])
