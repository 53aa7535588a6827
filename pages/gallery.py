"""Every named example, by topic."""

from convviz.web.app.gallery import gallery

gallery()
