"""The first page: one sentence, and the lessons as cards."""

from convviz.web.home import home

home()
