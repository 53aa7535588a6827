"""Page: ten-minute teaching plans for lecturers."""

from convviz.web.components.voice import Words
from convviz.web.lessons.teaching import teaching_page

teaching_page(
    Words(
        lead="Ten minutes for each lesson and lab: what to ask, what to show, and which answer is right.",
        why=(
            "Each plan asks students to **predict** before you show. Watching alone teaches little, predicting first "
            "teaches more."
        ),
        explanation="""
* Links in a plan open the figure with the right settings, in a new tab. Press *Present* there: the figure fills the
  window and obeys the forward button of a clicker.
* The homework of most plans is a worksheet with its key. The command in the plan makes both, and so does *Download*,
  *Exercise*, below the figure.
* Print this page to take a plan with you: only the plan is printed.
""",
        onward={
            "along-a-line": "The first of the lessons, as students see it.",
            "glossary": "The words that plans and lessons use.",
        },
        sources=(
            "Crouch, Fagen, Callan & Mazur, [Classroom demonstrations: learning tools or entertainment?]"
            "(https://doi.org/10.1119/1.1707018) (2004); Hundhausen, Douglas & Stasko, [A meta-study of algorithm "
            "visualization effectiveness](https://doi.org/10.1006/jvlc.2002.0237) (2002)."
        ),
    )
)
