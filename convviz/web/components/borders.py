"""What the borders of the input do to outputs, in words."""

from collections.abc import Iterator

from convviz.analysis.receptive.borders import Border
from convviz.charts.network_drawing import side_words


def border_words(border: Border, axes: tuple[str, ...]) -> Iterator[str]:
    """Yield what a border means, as Markdown: the first clean outputs along each axis, and the halo of a tile."""
    count = len(axes)
    for axis, share, clean, places in zip(
        axes, border.shares[-count:], border.clean[-count:], border.places[-count:], strict=True
    ):
        if clean is None:
            yield f"Along the {axis}, **every output reads padding**."
        elif clean == (0, len(share) - 1):
            yield f"Along the {axis}, no output reads padding."
        else:
            is_single = clean[0] == clean[1]
            words = f"Along the {axis}, "
            words += f"only output **{clean[0]}**" if is_single else f"outputs **{clean[0]} to {clean[1]}**"
            words += f" of 0 to {len(share) - 1} read{'s' * is_single} no padding"
            if places is not None:
                begin, end = (str(place).replace("-", "−") for place in places)
                at = f"it lies at cell {begin}" if is_single else f"they lie at cells {begin} to {end}"
                words += f": {at} of the input"
            yield f"{words}."
    if border.halo is None:
        answer, comma, cause = border.without_halo.partition(", ")
        yield f"**Halo of a tile: {answer}**{comma}{cause}."
        return
    yield f"**Halo of a tile**, in cells of the input: {side_words(axes, border.halo)}."
