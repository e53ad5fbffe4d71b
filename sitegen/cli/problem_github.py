"""Problems as GitHub shows them: annotations beside the lines of a change, and all of them in the job's summary."""

from collections.abc import Iterator, Sequence

from sitegen.blocks.tables import escaped
from sitegen.cli.problem_text import plain_text
from sitegen.display import count, visible
from sitegen.errors import Problem, Severity

MOST = 10
"""Annotations of one level that the host shows of a step; of all three that is below its 50 of a job."""
SUMMARY_BYTES = 1024 * 1024
"""What the host takes as the summary of a step. Of a longer one it shows nothing at all."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_HEAD = "| Level | Place | Rule | Problem |\n|---|---|---|---|\n"
_LAST_LINE = 200
"""Bytes kept free for the line that tells what was left out."""


def log_lines(problems: Sequence[Problem], folder: str) -> Iterator[str]:
    """The first problems of each level as annotations, the others as text. `folder`: see `job_summary`."""
    left = dict.fromkeys(Severity, MOST)
    for problem in problems:
        left[problem.severity] -= 1
        if left[problem.severity] >= 0:
            yield _annotation(problem, folder)
        else:
            # The host also obeys commands in an older form, wherever they stand in a line.
            yield plain_text(problem).replace("##[", "# #[")


def _annotation(problem: Problem, folder: str) -> str:
    at = problem.location
    values = {"file": f"{folder}{at.path}", "line": at.line, "col": at.column, "title": problem.rule}
    told = ",".join(f"{key}={_property(str(value))}" for key, value in values.items())
    lines = (problem.text, *(() if problem.hint is None else (f"hint: {problem.hint}",)))
    text = "\n".join(visible(line) for line in lines)
    return f"::{_LEVELS[problem.severity]} {told}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def job_summary(problems: Sequence[Problem], counts: str, folder: str, limit: int = SUMMARY_BYTES) -> str:
    """Markdown: `counts` in words, and a table of all problems, or of as many as fit into `limit` bytes.
    Nothing where not even its head fits.

    `folder`: where the ledger lies in its repository, with `/` at the end, or nothing.
    """
    text = f"### `sessions check`: {escaped(counts)}\n\n{_HEAD}"
    parts = [text]
    used = len(text.encode())
    if used > limit - _LAST_LINE:
        return ""
    for index, problem in enumerate(problems):
        row = _row(problem, folder)
        used += len(row.encode())
        if used > limit - _LAST_LINE:
            parts.append(f"\n{count(len(problems) - index)} more do not fit in here: run `sessions check`.\n")
            break
        parts.append(row)
    return "".join(parts)


def _row(problem: Problem, folder: str) -> str:
    hint = "" if problem.hint is None else f"<br>hint: {_cell(problem.hint)}"
    place = _cell(f"{folder}{problem.location}")
    return f"| {problem.severity} | {place} | {problem.rule} | {_cell(problem.text)}{hint} |\n"


def _cell(text: str) -> str:
    return escaped(visible(text).replace("&", "&amp;"))
