"""A ledger read as far as one command needs it: of files that were checked before, only what is remembered of them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from sitegen.checking.folders import settings_bytes
from sitegen.checking.ledgers import read_files
from sitegen.checking.memory import FileReport, Memory, circumstances, digest_of, read_memory, write_memory
from sitegen.errors import Problem, Severity, sorted_problems
from sitegen.frontmatter import Document
from sitegen.ledger import MANY, Ledger, ledger_of, load_session, load_settings
from sitegen.rules.facts import FileFacts
from sitegen.session import Git, Session, Source
from sitegen.store import read_file, session_files
from sitegen.tokens import TokenCounts, UsageRow

_TYPED = UsageRow(None, "", "", 0, TokenCounts(), Decimal(), manual=True)
_SENT = replace(_TYPED, manual=False, response="msg")
"""Stand for all rows of a session: what counts is whether any of them was typed."""
_WITHOUT_TEXT = Document("", b"", b"---\n", "", b"", "\n")


def load_lean(root: Path) -> Ledger:
    """Its sessions know when, where and in which state they were, and their sums; they have no text and no rows of
    their own, so that nothing is ever written from one of them: `in_full` reads those that are to be changed.
    """
    settings, problems = load_settings(root)
    memory = read_memory(root, circumstances(settings_bytes(root)))
    paths = session_files(root)
    known = dict(_remembered(root, memory, paths))
    new = [path for path in paths if path not in known]
    files = dict(zip(new, read_files(root, settings, memory, new), strict=True))
    if len(new) >= MANY:
        reports = {path: (digest, report) for path, (digest, report, _) in known.items()}
        reports |= {path: (file.answer.digest, file.answer.report) for path, file in files.items()}
        write_memory(root, memory.under, reports)
    loaded = [
        (files[path].session, files[path].reading) if path in files else (_stand_in(known[path][2]), ())
        for path in paths
    ]
    return ledger_of(root, settings, loaded, problems)


def in_full(ledger: Ledger, paths: Iterable[str]) -> Ledger:
    """The ledger with these sessions as they stand in their files."""
    wanted = frozenset(paths)
    loaded = [load_session(ledger.root, path) for path in sorted(wanted)]
    whole = {session.path: session for session, _ in loaded if session is not None and not session.is_note}
    problems = [found for found in ledger.problems if found.location.path not in wanted]
    problems += (found for _, wrong in loaded for found in wrong)
    kept = [session for session in ledger.sessions if session.path not in wanted]
    return replace(
        ledger,
        sessions=(),
        problems=sorted_problems(problems),
        unsound=frozenset(found.location.path for found in problems if found.severity is Severity.ERROR),
    ).with_sessions([*kept, *whole.values()])


def _remembered(
    root: Path, memory: Memory, paths: Iterable[str]
) -> Iterator[tuple[str, tuple[str, FileReport, FileFacts]]]:
    for path in paths if memory else ():
        raw = read_file(root, path)
        if isinstance(raw, Problem):
            continue
        digest = digest_of(raw)
        report = memory.recall(path, digest)
        if report and report.facts and report.facts.sound and not report.facts.is_note:
            yield path, (digest, report, report.facts)


def _stand_in(facts: FileFacts) -> Session:
    rows = () if not facts.rows else (_SENT,) if facts.rows == len(facts.responses) else (_TYPED,)
    session = Session(
        path=facts.path,
        title=facts.title,
        project=facts.project,
        document=_WITHOUT_TEXT,
        author=facts.author,
        started=facts.started,
        ended=facts.ended,
        active=facts.active,
        state=facts.state,
        phase=facts.phase,
        git=Git(facts.branch),
        source=Source("", tuple(source.name for source in facts.sources)) if facts.sources else None,
        sample=facts.sample,
        rows=rows,
    )
    session.__dict__["totals"] = facts.totals  # as if they had been summed
    return session
