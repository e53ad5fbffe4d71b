"""`sessions check --drift`: session files against the transcripts on this machine."""

from collections.abc import Sequence
from pathlib import Path

from sitegen.cli.reading import read_transcripts
from sitegen.errors import Problem, sorted_problems
from sitegen.ledger import Ledger
from sitegen.rules import levelled
from sitegen.rules.drift import drifted


def drift_problems(ledger: Ledger, folders: Sequence[Path]) -> tuple[Problem, ...]:
    """Sorted, with the severity that `sessions.toml` gives the rule. Without folders, Claude Code's own are read."""
    history = read_transcripts(list(folders))
    return sorted_problems(levelled(drifted(ledger.sound, history.sessions), ledger.settings))
