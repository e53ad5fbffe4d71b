"""The rule about phases: within a project each part of a phase moves on, and what is complete stays so."""

from collections.abc import Iterator

from sitegen.errors import Problem, Severity, error, warning
from sitegen.rollups import in_order
from sitegen.rules.facts import FileFacts
from sitegen.rules.rule import Rule, Together
from sitegen.session import Phase

_Part = tuple[str, str, int | None, int | None]
"""Project, name, number and part: what a phase's state belongs to."""


def check_phases(together: Together) -> Iterator[Problem]:
    """Each file states the phase as it was when its session ended, so that a session may pass several states.

    Only a session that began after the other one ended comes after it: two may run side by side.
    """
    latest: dict[_Part, FileFacts] = {}
    for file in in_order(together.files):
        phase = file.phase
        if not file.sound or phase is None or not phase.state or file.started is None:
            continue
        part = (file.project, phase.name.casefold(), phase.number, phase.part)
        before = latest.get(part)
        latest[part] = file
        if before and before.phase and before.ended and before.ended <= file.started:
            yield from _check_step(before, before.phase.state, file, phase)


def _check_step(before: FileFacts, earlier: str, file: FileFacts, phase: Phase) -> Iterator[Problem]:
    named = Phase(phase.name, phase.number, phase.part).words
    if earlier == "complete":
        message = f"phase `{named}` was complete after {before.path}"
        hint = "give what comes after it the next `part`, or put the state in the earlier file right"
        yield error("phase", file.locate("phase"), message, hint)
    elif phase.state == "planned" != earlier:
        message = f"phase `{named}` is planned again; it was {earlier} after {before.path}"
        yield warning("phase", file.locate("phase"), message, "a phase that has begun is in progress, or paused")


RULES = (
    Rule(
        "phase",
        Severity.ERROR,
        "a phase that is complete is not reopened without a new part",
        ledger=check_phases,
    ),
)
