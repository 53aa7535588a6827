"""Page: questions for a course system, a notebook or a test on paper."""

from convviz.web.components.voice import Words
from convviz.web.lessons.quiz import quiz_page

quiz_page(
    Words(
        lead="Questions with pictures for your course: choose topics, look at them, and download them as a file.",
        why=(
            "Each question has one right answer, which the engine has computed, and each wrong answer says which "
            "mistake leads to it."
        ),
        explanation="""
* **Another seed makes other questions**, and the same seed the same ones: give every group its own. A longer quiz
  begins with the questions of a shorter one.
* **Moodle**: *Question bank*, *Import*, *Moodle XML format*. Pictures are inside the file. Numbers are typed, and a
  known wrong number gets its own feedback. GIFT is imported in the same place, without pictures.
* **Canvas**: *Settings*, *Import course content*, *QTI .zip file*. All questions are choices there, for Canvas has no
  feedback for a wrong number.
* **Notebooks**: `display_quiz("quiz.json")` of the package jupyterquiz.
* **On paper**: the PDF has room for answers, its key the answers with their reasons.
* The command `convviz quiz --topic dilated --count 20 --seed 7 -o quiz.xml` writes the same files, and so does
  `cv.quiz("dilated", count=20, seed=7).save("quiz.xml")` in Python.
""",
        onward={
            "teaching": "Plans of ten minutes for each lesson.",
            "along-a-line": "The first of the lessons.",
        },
        sources=(
            "[Moodle XML](https://docs.moodle.org/en/Moodle_XML_format); "
            "[GIFT](https://docs.moodle.org/en/GIFT_format); [QTI](https://www.imsglobal.org/question/); "
            "[jupyterquiz](https://github.com/jmshea/jupyterquiz). Haladyna, Downing & Rodriguez, "
            "[A review of multiple-choice item-writing guidelines]"
            "(https://doi.org/10.1207/S15324818AME1503_5) (2002)."
        ),
    )
)
