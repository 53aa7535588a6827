"""Where a file comes from and what may be done with it: every format says so inside the file."""

from dataclasses import dataclass
from typing import Final

__version__ = "0.1.0"

SOFTWARE: Final = f"convviz {__version__}"

RIGHTS: Final = "CC0, no rights reserved"
"""For all that is drawn from our own numbers: https://creativecommons.org/publicdomain/zero/1.0/."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says of itself.

    Attributes
    ----------
    title : str
        Such as "Dilated convolution".
    description : str
        The picture in words.
    source : str
        Path and query of the recipe, without a host: "/dilated?dilation=3".
    software : str
        Name and version of what drew it.
    """

    title: str
    description: str
    source: str
    software: str

    @property
    def comment(self) -> str:
        """All of it but the description in one line, for formats that have room for one text.

        Examples
        --------
        >>> Origin("Dilated convolution", "", "/dilated?dilation=3", "convviz 0.1.0").comment
        'Dilated convolution. /dilated?dilation=3. convviz 0.1.0. CC0, no rights reserved.'
        """
        return f"{self.title}. {self.source}. {self.software}. {RIGHTS}."
