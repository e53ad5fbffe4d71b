"""What a session's commits say of its code: files, lines and tests, and the coverage that a test run left behind.

Texts of git and of coverage reports into numbers; who calls git and reads files is the command line.
"""

from sitegen.code_metrics.changes import (
    ATTRIBUTES,
    CodeChanges,
    FileChange,
    is_documentation,
    is_made,
    parse_attributes,
    parse_numstat,
    summed,
)
from sitegen.code_metrics.commits import LOG_FORMAT, Commit, is_by, parse_log, runs_of
from sitegen.code_metrics.coverage import COVERAGE_FILES, coverage_in
from sitegen.code_metrics.new_tests import TEST_PATTERNS, new_tests

__all__ = [
    "ATTRIBUTES",
    "COVERAGE_FILES",
    "LOG_FORMAT",
    "TEST_PATTERNS",
    "CodeChanges",
    "Commit",
    "FileChange",
    "coverage_in",
    "is_by",
    "is_documentation",
    "is_made",
    "new_tests",
    "parse_attributes",
    "parse_log",
    "parse_numstat",
    "runs_of",
    "summed",
]
