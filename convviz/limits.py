"""The one table of limits: what is refused, in a sentence, before any work starts.

Sizes are in cells, pictures and images in pixels. They bound what any link can make a server do; the arithmetic
itself refuses only what no machine could hold.
"""

from typing import Final

INPUT_SIDE: Final = 16
"""Rows or columns of an animated input."""

KERNEL_SIDE: Final = 7
"""Rows or columns of a kernel."""

OUTPUT_SIDE: Final = 32
"""Rows or columns of an animated output."""

DRAWN_SIDE: Final = 64
"""Rows or columns of an input as drawn, with its padding and the zeros put between its cells."""

LINE: Final = 512
"""Numbers of an input along a line: as many as there may be frames."""

LINE_KERNEL: Final = 16
"""Weights of a kernel along a line: the products of a step can still be read as a sum."""

LINE_DILATION: Final = 64
LINE_DRAWN: Final = 1024
"""Largest dilation along a line, and numbers of its input with the padding, which a causal layer makes long."""

RATE: Final = 192_000
"""Largest rate of samples, in hertz."""

STRIDE: Final = 8
DILATION: Final = 8
PADDING: Final = 16
OUTPUT_PADDING: Final = 7
"""Largest parameters of an animated layer, per axis; output_padding is smaller than the stride or the dilation."""

NUMBER: Final = 1e6
"""Largest magnitude of a number in an animated input, kernel or bias."""

SEED: Final = 2**32 - 1
"""Largest seed."""

QUESTION: Final = 9_999
"""The largest number of a question."""

ANSWER_TEXT: Final = 1_000
ANSWER_CELLS: Final = 4_096
"""Characters and cells of a typed answer."""

TEXT: Final = 20_000
"""Characters of a pasted or uploaded table."""

TABLE_NUMBERS: Final = 20_000
"""Numbers of an input or a kernel that a user types or uploads, all channels together."""

QUERY: Final = 30_000
"""Characters of a query over HTTP. A recipe with three tables of numbers may have twice as many: Python reads it."""

QUERY_PARAMETERS: Final = 200
"""Parameters of a query over HTTP."""

CODE_NUMBERS: Final = 20_000
"""Numbers of the input and the kernels in code to copy."""

CODE_TEXT: Final = 200_000
CODE_LINES: Final = 5_000
"""Characters and lines of code that is read: a program with as many numbers as code may have takes 100,000."""

CODE_FIELD: Final = 8_000
CODE_INPUT: Final = 4_096
"""Characters of code in the field of a page, whose address has all of it, and rows or columns of the input for it."""

CODE_STEPS: Final = 100_000
CODE_LAYERS: Final = 300
CODE_DEPTH: Final = 60
"""Expressions that are evaluated to read code, layers in it, and calls and brackets that are inside one another."""

CODE_NUMBER: Final = 10**9
CODE_LIST: Final = 1_000
"""Largest integer of code that is read, and members of a list that is multiplied or joined."""

GRID_NUMBERS: Final = 2_048
"""Numbers of a table that can be edited in a grid; a larger one is pasted or uploaded."""

CHANNELS: Final = 512
"""Channels of an input or an output."""

CHANNELS_DRAWN: Final = 8
"""Channels that are drawn."""

CHANNELS_DRAWN_OF_MANY: Final = 3
"""Channels that are drawn where there are more than those."""

CHANNEL_MULTIPLIER: Final = 8
"""Kernels per channel of a depthwise convolution."""

STACK: Final = 4
"""Layers of a stack that is animated."""

FIELD_SIDE: Final = 33
"""Rows or columns of each plane of a receptive field's picture.

Its cells are seen rather than read, so there may be more of them: dilations of 1, 2, 4 and 8 need 31.
"""

FIELD_LAYERS: Final = 200
FIELD_LAYERS_DRAWN: Final = 6
"""Layers of a stack whose receptive field is computed, and of one whose receptive field is drawn."""

FIELD_NUMBER: Final = 1024
"""Largest number in a layer of such a stack: WaveNet dilates by up to 512."""

FIELD_TAPS: Final = 40_000
"""Pairs of a unit and a cell that it reads in one picture, so that a browser finds them at once."""

MATRIX_NUMBERS: Final = 10_000_000
"""Numbers of a layer as a matrix, or of all its windows as rows: 80 MB."""

MATRIX_SIDE: Final = 64
"""Rows or columns of such a matrix that is drawn: an input of 8 x 8."""

BORDER_LAYERS: Final = 32
BORDER_TAPS: Final = 512
BORDER_INPUT: Final = 4096
BORDER_CELLS: Final = 128
BORDER_AREA: Final = 2**16
"""Layers of a stack whose borders are counted, sides of all its kernels together, rows or columns of its input, and of
an input and an output that are drawn; and cells of all its layers together, where paths to single cells are counted.
"""

PRODUCTS: Final = 40_000
"""Products that the frames of one animation draw."""

FRAMES: Final = 512
"""Frames of one animation."""

PICTURE_WIDTH: Final = 3840
"""Pixels across one frame."""

PICTURE_WIDTH_MIN: Final = 240
"""Narrower pictures cannot be read."""

PICTURE_HEIGHT: Final = 3840
PICTURE_HEIGHT_MIN: Final = 135
"""Pixels down one frame of a file, where they are given."""

DPI: Final = (30, 1200)
TARGET_MEGABYTES: Final = (0.05, 100)
TARGET_MEGAPIXELS: Final = (0.1, 800)
"""Smallest and largest dots per inch of a PNG, size of a file, and pixels of all its frames, that may be asked for."""

CHART_WIDTH_MIN: Final = 320
"""Pixels across a chart, at least."""

CHART_MEGAPIXELS: Final = 40
"""Pixels of a chart as a PNG, in millions: each takes 4 bytes while it is drawn."""

ANIMATION_MEGAPIXELS: Final = 800
"""Pixels of one frame times the number of frames, in millions, of a picture whose width is not given."""

FILE_MEGAPIXELS: Final = 2_400
"""The same of any file: 256 frames of 3840 x 2160 and a little more. A server refuses sooner, by seconds."""

SLIDE_SHAPES: Final = 200_000
"""Shapes on all slides of a deck together."""

RENDER_SECONDS: Final = 3
"""CPU seconds that one picture over HTTP may take, as estimated. Python draws larger ones, too."""

JOB_SECONDS: Final = 55
"""How long a request waits at most, also for those before it: proxies give up after 60 seconds."""

WORKER_MEGABYTES: Final = 1_000
"""Memory that a worker process may have: twice what the largest work takes."""

RENDER_CACHE_BYTES: Final = 64_000_000
"""Pictures over HTTP that are kept, all together."""

RENDER_WAITING: Final = 20
"""Pictures over HTTP that wait for a worker, small and large ones each; more are refused for a while."""

CHARTS_WAITING: Final = 200
"""Charts that wait to be drawn."""

PAGES_WAITING: Final = 50
"""Runs of pages that wait for work in another process."""

CHART_BYTES: Final = 64_000_000
"""Charts that pages have offered and that can still be drawn, all together; most have 3 kB, photographs 500 kB."""

CHART_CACHE_BYTES: Final = 32_000_000
"""Files of charts that are kept, all together."""

SCENES_WAITING: Final = 400
"""Scenes for figures that wait to be computed, and queries of pictures that wait to be read."""

SCENE_CACHE_BYTES: Final = 32_000_000
"""Compressed scenes over HTTP that are kept, all together."""

FIRST_SCENES_BYTES: Final = 16_000_000
"""Characters of the first scenes of pages that are kept, all together."""

SCENE_QUERIES: Final = 20_000
"""Queries of which a server remembers what they asked for."""

SESSIONS_AWAY: Final = 400
"""Sessions without a connection that a server keeps for a while: a class whose proxy was restarted may come back."""

SMALL_PICTURE_MEGAPIXELS: Final = 40
"""Frames times the square of the width, in millions: smaller pictures never wait for larger ones."""

IMAGE_MEGAPIXELS: Final = 25
"""A larger image is refused before it is decoded."""

IMAGE_MEGABYTES: Final = 25
"""An image's file."""

IMAGE_SIDE: Final = 32_768
"""Rows or columns of an image."""

IMAGE_SHOWN_SIDE: Final = 1024
"""A larger image is shown reduced to this side."""

IMAGE_PIXELS_SIDE: Final = 128
"""An image whose pixels are seen one by one is reduced to this side."""

IMAGE_KERNEL_SIDE: Final = 5
"""Rows or columns of a kernel whose products with such an image are all written."""

UPLOADS_MEGABYTES: Final = 250
"""Uploaded files of all visitors that a server keeps; the oldest is dropped first."""

TABLE_MEGABYTES: Final = 1
"""A text file of numbers."""

ONNX_MEGABYTES: Final = 200
"""An exported model as bytes."""

ONNX_FILE_MEGABYTES: Final = 2_000
"""An exported model as a file, whose weights are not read: protobuf has no larger ones."""

ONNX_GRAPH_MEGABYTES: Final = 50
"""The part of an exported model that is read: names and constants of at most 64 kB, not weights."""

ONNX_FIELDS: Final = 1_000_000
ONNX_RAW_NODES: Final = 50_000
ONNX_RAW_EDGES: Final = 150_000
ONNX_ATTRIBUTES: Final = 200_000
ONNX_TENSORS: Final = 75_000
"""Fields of protobuf, operators, their inputs and outputs, their attributes, and stored and declared tensors of a file.

Counted before protobuf parses it. For an operator, PyTorch's older exporter writes about 20 fields, its newer one 35;
both write 2.5 inputs and outputs, 1 to 4 attributes and 1.5 tensors. Measured at 10^6 fields: 0.3 to 1.4 seconds.
"""

ONNX_NODES: Final = 5_000
"""Operators of an exported model that depend on its input; what computes shapes is not counted."""

ONNX_DEPTH: Final = 4
"""Functions and graphs of an exported model that are inside one another."""

ONNX_NETWORK_NODES: Final = 10_000
ONNX_EDGES: Final = 50_000
"""Nodes of the network in an exported model, at least one for each output of an operator, and their inputs together.

Measured: 1.5 seconds with the table. A DenseNet (densenet121) has 670 nodes with 730 inputs.
"""

ONNX_SIDE: Final = 16_384
ONNX_LENGTH: Final = 1_000_000
"""Rows or columns of a model's input, and samples of a signal."""

ONNX_NUMBERS: Final = 4_096
"""Numbers of a constant that is read: those of shapes, never weights."""

ONNX_WEIGHTS: Final = 10_000_000
"""Numbers of one stored tensor that are read: the largest kernel of a ResNet has 2.4 million."""

ONNX_WEIGHTS_MEGABYTES: Final = 100
"""An uploaded model that a page keeps with its weights; of a larger one it keeps the graph."""

FILE_ANSWERS: Final = 256
"""Settings of the dials that one HTML file has the answers for."""

FILE_STEPS: Final = 4_000
"""Steps in all of them together, where a server makes the file: a second or two."""

QUIZ_QUESTIONS: Final = 200
QUIZ_QUESTIONS_SERVED: Final = 50
"""Questions of a quiz, and of one that a server makes, which takes it about 0.06 seconds for each with its picture."""

BATCH_KILOBYTES: Final = 1_000
BATCH_FIGURES: Final = 2_000
BATCH_FILES: Final = 10_000
BATCH_NAME: Final = 100
BATCH_JOBS: Final = 61
BATCH_RECORD_MEGABYTES: Final = 10
"""The TOML file of a batch, its figures and files, the bytes of a figure's name, processes (Windows takes 61), and the
record of what is in the folder, which has 250 bytes for a file.
"""
