"""The first page: one sentence, and the lessons as cards."""

from convviz.web.app.pages import home

home()
