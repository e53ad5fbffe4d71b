"""The rules over words in bodies, of session files and of notes without frontmatter."""

from sitegen.rules import (
    boxes,
    claims_in_words,
    clock_formats,
    contradictions,
    goals,
    limits,
    model_policy,
    mojibake,
    open_items,
    ratings,
)
from sitegen.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *boxes.RULES,
    *goals.RULES,
    *claims_in_words.RULES,
    *model_policy.RULES,
    *open_items.RULES,
    *ratings.RULES,
    *clock_formats.RULES,
    *contradictions.RULES,
    *mojibake.RULES,
    *limits.RULES,
)
