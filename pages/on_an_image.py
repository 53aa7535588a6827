"""Lab: a convolution on a photograph, pixel by pixel."""

from convviz.web.components.page_frame import Words
from convviz.web.labs.on_image.page import on_image_page

on_image_page(
    Words(
        lead="Drag the frame over the photograph: its pixels are numbers, and the kernel makes one new pixel of them.",
        explanation="""
text
""",
    )
)
