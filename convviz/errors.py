"""The one exception that a reader of a page, a link, a command or a notebook can cause."""


class SpecError(ValueError):
    """A request that cannot be met: one sentence that names the rule and the numbers.

    Every door (page, URL, command line, Python) shows this sentence as it stands: it never needs a traceback beside it.

    Examples
    --------
    >>> raise SpecError("stride must be at least 1; got 0.")
    Traceback (most recent call last):
    ...
    convviz.errors.SpecError: stride must be at least 1; got 0.
    """
