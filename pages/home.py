"""The first page: a figure to try, and the ways to everything else."""

from convviz.web.app.home import home

home()
