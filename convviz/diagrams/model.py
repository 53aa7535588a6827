"""A diagram: one kind's name and its parameters, checked, and the files that it can be drawn as."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

from convviz import limits
from convviz.arithmetic.arguments import nearest, shown
from convviz.errors import SpecError, UnknownNameError, needs_extra
from convviz.origin import SOFTWARE, Origin
from convviz.recipes.model import read_query, write_query
from convviz.writing import write_file

from .borders import BORDER_READS, BORDER_SHARES
from .gridding import COVERAGE, COVERAGE_BY_LAYER, EFFECTIVE_FIELD, EFFECTIVE_PROFILE, PATHS
from .growth import GROWTH, RESOLUTION
from .kernels import COST_RATIO, KERNEL_AND_PRODUCT, KERNEL_RANK
from .kind import Kind
from .network import NETWORK_GRAPH
from .overlap import OVERLAP_COUNTS, OVERLAP_STAMPS
from .unit_image import WHAT_A_UNIT_SEES
from .upsampling import SPECTRUM

if TYPE_CHECKING:
    from convviz.charts import Chart
    from convviz.charts.network_figure import NetworkFigure

_KINDS: Final = (
    OVERLAP_COUNTS,
    OVERLAP_STAMPS,
    SPECTRUM,
    COVERAGE,
    COVERAGE_BY_LAYER,
    PATHS,
    EFFECTIVE_PROFILE,
    EFFECTIVE_FIELD,
    GROWTH,
    RESOLUTION,
    BORDER_SHARES,
    BORDER_READS,
    COST_RATIO,
    KERNEL_AND_PRODUCT,
    KERNEL_RANK,
    WHAT_A_UNIT_SEES,
    NETWORK_GRAPH,
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every kind of diagram by name."""


def kind_named(name: object) -> Kind:
    """Return the kind of diagram called ``name``.

    Raises
    ------
    UnknownNameError
        There is none of that name.
    """
    if isinstance(name, str) and name in KINDS:
        return KINDS[name]
    raise UnknownNameError(f"A chart must be one of {', '.join(KINDS)}; got {shown(name)}.{nearest(name, KINDS)}")


@dataclass(frozen=True, slots=True)
class Diagram:
    """A chart or a graph by name. Make one with `chart` or `Diagram.from_query`; nothing is drawn before it is used.

    Attributes
    ----------
    name : str
        Such as ``"overlap-counts"``.
    values : mapping
        Every parameter with its canonical value, also the theme and, but for a network, the width in pixels.

    Examples
    --------
    >>> counts = Diagram.from_query("overlap-counts", "kernel_size=4&theme=dark")
    >>> counts.values["kernel_size"], counts.to_query()
    ((4, 4), 'kernel_size=4&theme=dark')
    """

    name: str
    values: Mapping[str, Any]

    @classmethod
    def from_values(cls, name: str, given: Mapping[str, object]) -> Self:
        """Check ``given`` (texts or Python values) and make the diagram.

        Raises
        ------
        SpecError
            An unknown name or parameter, or a value that is out of bounds or does not go with the others.
        """
        return cls(name, MappingProxyType(kind_named(name).read(given)))

    @classmethod
    def from_query(cls, name: str, query: str | Mapping[str, str]) -> Self:
        """Return the diagram that a URL's query asks for; the inverse of `to_query`."""
        return cls.from_values(name, read_query(query) if isinstance(query, str) else query)

    def __hash__(self) -> int:
        return hash((self.name, *self.values.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.name, dict(self.values))

    @property
    def kind(self) -> Kind:
        """The kind of diagram itself."""
        return KINDS[self.name]

    def to_query(self) -> str:
        """Return the URL query of this diagram, parameters at their defaults left out."""
        return write_query(self.to_texts())

    def to_texts(self) -> dict[str, str]:
        """Return the parameters that differ from their defaults, as a link spells them."""
        return self.kind.to_texts(self.values)

    @property
    def chart(self) -> "Chart | NetworkFigure":
        """What can be drawn, with ``title``, ``description``, ``width`` and ``height`` in pixels.

        Nothing of it is drawn yet.
        """
        return self.kind.draw(self.values)

    @property
    def origin(self) -> Origin:
        """What its files say of themselves."""
        source = f"/render/chart/{self.name}?{self.to_query()}".removesuffix("?")
        return Origin(self.kind.title, "", source, SOFTWARE)

    def svg(self) -> str:
        """Return an SVG with a title and a description."""
        return self.chart.svg(origin=self.origin)

    def pdf(self) -> bytes:
        """Return a PDF of one page, as lines and text."""
        return self.chart.pdf(origin=self.origin)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a file in the format that its name ends in: .svg, .png or .pdf.

        Raises
        ------
        SpecError
            There is no such format, or the file cannot be written.
        """
        return write_file(Path(path), self.make(Path(path).suffix.removeprefix(".").lower()))

    def make(self, ending: str) -> bytes:
        """Return the bytes of a file: "svg", "png" or "pdf"."""
        makers = {"svg": lambda: self.svg().encode(), "png": self.png, "pdf": self.pdf}
        if ending not in makers:
            raise SpecError(f"A chart has the formats {', '.join(makers)}; got {shown(ending)}.")
        with needs_extra():
            return makers[ending]()

    def _repr_svg_(self) -> str:
        """Show the chart in a notebook."""
        return self.svg()

    def png(self, *, scale: float = 2) -> bytes:
        """Return a PNG with this many times the pixels of the chart along both axes.

        Raises
        ------
        SpecError
            The scale is not positive, or the picture would have too many pixels.

        Examples
        --------
        >>> chart("growth").png(scale=20)
        Traceback (most recent call last):
        ...
        convviz.errors.SpecError: The PNG of a chart must have at most 40 megapixels; got 103.1 (14,400 x 7,160).
        """
        chart = self.chart
        if not 0 < scale < limits.PICTURE_WIDTH:
            raise SpecError(f"scale must be a positive number; got {shown(scale)}.")
        across, down = round(chart.width * scale), round(chart.height * scale)
        if (pixels := across * down / 1e6) > limits.CHART_MEGAPIXELS:
            raise SpecError(
                f"The PNG of a chart must have at most {limits.CHART_MEGAPIXELS} megapixels; got {pixels:.1f} "
                f"({across:,} x {down:,})."
            )
        return chart.png(scale=scale, origin=self.origin)


def _restore(name: str, values: dict[str, Any]) -> Diagram:
    """Return the diagram that was pickled."""
    return Diagram(name, MappingProxyType(values))


def chart(name: str, **parameters: object) -> Diagram:
    """Make a diagram from Python values.

    Parameters
    ----------
    name : str
        A name in ``KINDS``, such as "coverage".
    **parameters
        Those of the kind, spelled as in links and recipes; also theme, "light" or "dark", and width in pixels.

    Raises
    ------
    SpecError
        An unknown name or parameter, or a value that is out of bounds or does not go with the others.

    Examples
    --------
    >>> holes = chart("coverage", rates=[2, 2], kernel_size=3)
    >>> print(holes.chart.description[:42])
    25 of 81 cells are read, 56 are holes. Rea
    """
    return Diagram.from_values(name, parameters)
