"""Figures that a person wrote into the body of a session file, in the form of the templates people have today."""

from sitegen.handwritten.figures import Figures, empty_column_cells, has_usage_table
from sitegen.handwritten.notes import note_of
from sitegen.handwritten.reading import read_fields, read_figures

__all__ = ["Figures", "empty_column_cells", "has_usage_table", "note_of", "read_fields", "read_figures"]
