"""A recipe as an exercise: a workbook with live formulas, and a worksheet on paper with its key."""
