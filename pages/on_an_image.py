"""Lab: a convolution on a photograph, pixel by pixel."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.on_image.page import on_image_page

on_image_page(
    Words(
        lead="Drag the frame: the pixels in it are numbers, and the kernel makes one new pixel of them.",
        why=(
            "A blur, or the search for edges, is a convolution whose kernel somebody chose. A network learns such "
            "kernels from its data."
        ),
        tries=(
            Try(
                "Find edges",
                "?image=shapes",
                "From bright to dark is blue, from dark to bright orange; flat areas are 0.",
            ),
            Try("Blur", "?kernel=box&kernel_size=5", "25 weights of 0.04: a result pixel is the mean of 25 pixels."),
            Try("Sharpen", "?kernel=sharpen", "5 times the pixel, less its four neighbors: what differs grows."),
            Try("Emboss", "?kernel=emboss", "Edges look like a relief with light from one side."),
            Try(
                "Keep the red",
                "?channels=rgb&kernel=0,0,0;0,1,0;0,0,0|0,0,0;0,0,0;0,0,0|0,0,0;0,0,0;0,0,0",
                "Only one weight is not 0: the result is the red channel, without its border.",
            ),
        ),
        explanation="""
A gray photograph is a table of numbers: 0 is black, 255 is white. The outer yellow frame cuts out a piece of it, and
each pixel of the piece is drawn as a [[cell]] with its number. The inner frame is the [[window]]: every number in it is
multiplied by the [[weight]] at the same place of the [[kernel]], and the products are added up. The sum is **one**
pixel of the result, which is marked there.

The same few weights are used at every place. So the result shows **where** the photograph looks like the kernel: [Sobel
x](?image=shapes) compares right with left, [Sobel y](?image=shapes&kernel=sobel_y) below with above, and the upright
bars vanish, because nothing changes in them from row to row. Type numbers of your own into the kernel.

The result is no photograph: its numbers may be below 0 or above 255. Where a kernel can give negative numbers, the page
shows them by their sign, blue below 0 and orange above. A kernel whose weights sum to 1 keeps the brightness of flat
areas, and its result is shown as a photograph again.

**Red, green, blue.** A color photograph has three [[channels|channel]], and the kernel has a plane for each. All the
products of the three planes are added to one number.

The photograph is reduced to 128 pixels on its longer side, so that its pixels can be seen. One of your own stays out of
the link. Rows and columns are counted from 0, in the result.
""",
        pitfalls=(
            Pitfall(
                "**Clipping loses half of the edges.** Here the result goes from −940 to 894, but gray levels only "
                "from 0 to 255: everything below 0 turns as black as a flat area. Colors by sign show both kinds of "
                "edges; the magnitude shows both in white.",
                "Clip them",
                "?image=shapes&scale=clip",
            ),
            Pitfall(
                "**Zeros at the border are black pixels.** A blur mixes them in. In this window 10 of the 25 pixels "
                "are [[padding]], so the mean of a bright sky drops to 117; with repeated edge pixels it is 195.",
                "Blur with zeros",
                "?image=camera&kernel=box&kernel_size=5&border=zeros&row=0&col=60",
            ),
            Pitfall(
                "**A kernel whose weights sum to 0 answers 0 in a flat area, bright or dark.** It keeps what changes "
                "and forgets how bright it is. These nine pixels are all 235.",
                "See a flat area",
                "?image=shapes&kernel=laplacian&row=3&col=45",
            ),
            Pitfall(
                "**One kernel on a color image makes one gray plane, not a color image.** It adds up all three "
                "channels. With 1/9 in each plane the weights sum to 3, and most of the result is above 255. To blur "
                "each color by itself, the channels must stay apart: that is [depthwise](depthwise-separable).",
                "Blur all three",
                "?channels=rgb&kernel=box",
            ),
        ),
        onward={
            "standard": "The same sum step by step, with stride and padding, and every number in sight.",
            "spatial-separable": "A blur in two passes, one along the columns and one along the rows.",
            "depthwise-separable": "A kernel for each channel alone, and then a mix of the channels.",
            "on-your-image": "What a unit deep inside a network can see of a photograph.",
        },
        sources=(
            "Victor Powell, [Image kernels, explained visually](https://setosa.io/ev/image-kernels), for the same "
            "idea; LeCun et al., [Gradient-based learning applied to document recognition]"
            "(https://doi.org/10.1109/5.726791) (1998), for kernels that are learned."
        ),
    )
)
