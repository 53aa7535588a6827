"""Mistakes that a reader of a page, a link, a command or a notebook can cause, each explained in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

EXTRAS: Final = {
    "PIL": ("pillow", "render"),
    "matplotlib": ("matplotlib", "render"),
    "reportlab": ("reportlab", "export"),
    "pptx": ("python-pptx", "export"),
    "xlsxwriter": ("xlsxwriter", "export"),
    "tqdm": ("tqdm", "export"),
    "imageio_ffmpeg": ("imageio-ffmpeg", "video"),
    "distributed": ("distributed", "dask"),
    "onnx": ("onnx", "onnx"),
    "google": ("onnx", "onnx"),  # protobuf, which comes with onnx
    "streamlit": ("streamlit", "app"),
    "starlette": ("starlette", "app"),
    "cachetools": ("cachetools", "app"),
    "prometheus_client": ("prometheus-client", "app"),
}
"""For each optional module: the name of its package, and the extra of convviz that installs it."""


def printable(text: str) -> str:
    r"""Return a text with its control characters escaped: in a name of a file they would steer a terminal.

    Line breaks, characters that turn the direction of writing and halves of a character are escaped, too.

    Examples
    --------
    >>> print(printable("conv\x1b[31m\n1"), printable("\u202egnp"))
    conv\x1b[31m\n1 \u202egnp
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


class SpecError(ValueError):
    """A request that cannot be met: one sentence that names the rule and the numbers.

    Pages, links, the command line and Python show this sentence without a traceback; a page begins it with a capital.
    What it quotes may come from a file, so it is `printable`.

    Examples
    --------
    >>> raise SpecError("stride must be at least 1; got 0.")
    Traceback (most recent call last):
    ...
    convviz.errors.SpecError: stride must be at least 1; got 0.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__(*map(printable, sentences))


class UnknownNameError(SpecError, KeyError):
    """There is nothing of this name, as a server answers with status 404."""

    __str__ = Exception.__str__  # that of a KeyError would put the sentence in quotes


class TooLargeError(SpecError):
    """A server refuses work of this size, with status 413; Python and the command line do it."""


class MissingExtraError(SpecError, ImportError):
    """A package that only an extra of convviz installs is not there."""


def missing_extra(module: str) -> MissingExtraError:
    """Return the error that says how to install an optional module.

    Examples
    --------
    >>> print(missing_extra("PIL"))
    pillow must be installed (pip install 'convviz[render]'); got no module "PIL".
    """
    package, extra = EXTRAS[module]
    return MissingExtraError(
        f"{package} must be installed (pip install 'convviz[{extra}]'); got no module \"{module}\"."
    )


@contextmanager
def needs_extra() -> Iterator[None]:
    """Answer a missing optional package with the command that installs it.

    Examples
    --------
    >>> with needs_extra():
    ...     raise ModuleNotFoundError("No module named 'onnx'", name="onnx")
    Traceback (most recent call last):
    ...
    convviz.errors.MissingExtraError: onnx must be installed (pip install 'convviz[onnx]'); got no module "onnx".
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in EXTRAS:
            raise
        raise missing_extra(module) from None
