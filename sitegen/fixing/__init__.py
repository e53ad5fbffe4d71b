"""What has exactly one right answer is put right: figures, marks, glyphs, order and generated tables, never words."""

from sitegen.fixing.planning import plan_repairs
from sitegen.fixing.texts import replaced_texts
from sitegen.fixing.values import with_sorted_rows, with_value

__all__ = ["plan_repairs", "replaced_texts", "with_sorted_rows", "with_value"]
