"""Questions about what a recipe shows, each with its right answer and the reasons of wrong ones."""

from .question import Answer, Cell, Mistake, Question, Verdict

__all__ = ["Answer", "Cell", "Mistake", "Question", "Verdict"]
