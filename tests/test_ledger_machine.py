"""A ledger lives: begun, filled, edited by hand, merged, killed in mid-work. Nothing a person wrote is ever lost.

Each edit by hand carries a mark of its own; each interaction has a token count of its own. After every command all
marks stand where they were, all bytes that no command owns are as they were, no interaction is told twice, all
totals are the sums of their rows, and `check` finds no error.

`LAWS_RUNS` and `LAWS_STEPS` say how long to look; `make laws` looks long.
"""

import os
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sitegen.checking import check_ledger
from sitegen.cli.resolve import merge_words
from sitegen.errors import Problem, ProblemError, Severity
from sitegen.frontmatter import parse_document, synced
from sitegen.importing import Plan, plan_changed, plan_fill, plan_import
from sitegen.ledger import Ledger, load_ledger, parse_session_file
from sitegen.merging import merge_files
from sitegen.pages import build_pages
from sitegen.rollups import in_order
from sitegen.schema import KEYS
from sitegen.settings import EfficiencyBands, Settings
from sitegen.store import session_files
from sitegen.templates import render_template, template_folder
from sitegen.tokens import KINDS
from sitegen.transcripts import AgentSession, read_history
from tests.conftest import Run
from tests.test_kills import Server, server
from tests.transcript_lines import answer, prompt, write_transcript

RUNS = int(os.environ.get("LAWS_RUNS", "12"))
STEPS = int(os.environ.get("LAWS_STEPS", "20"))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = START + timedelta(days=30)
ROW_EDITS = (5, 8)
AGENTS = ("s-1", "s-2", "s-3")
TEMPLATE = (template_folder() / "claude-code.md").read_text(encoding="utf-8")
PRICE = Decimal(5)
_OWNED_LINES = re.compile(
    rb"(?m)^(?:started|ended|active|source|totals):.*\n|^- \{(?:time|task).*\n|^(?:usage|prices):.*\n|^  claude-.*\n"
)
_BLOCK = re.compile(rb"(?s)(<!-- sessions:(\w+) -->\r?\n).*?(<!-- /sessions:\2 -->)")
_MARK = re.compile(rb"mark-\d+-")


def not_owned(raw: bytes) -> bytes:
    """What no command may touch: all but rows, the keys that are filled, and what stands in blocks."""
    front, _, body = raw.partition(b"\n---")
    return _OWNED_LINES.sub(b"", front + b"\n") + _BLOCK.sub(rb"\1\3", body)


def marks(raw: bytes) -> Counter[bytes]:
    """Those of a file, without what its tables repeat."""
    return Counter(_MARK.findall(_BLOCK.sub(b"", raw)))


def insert_line(raw: bytes, line: str, behind: str) -> bytes:
    """A line behind the first one that begins so, in the line ends of the file; the same bytes where none does."""
    return re.sub(rb"(?m)^(%b[^\n]*?)(\r?\n)" % re.escape(behind.encode()), rb"\1\2%b\2" % line.encode(), raw, count=1)


LINES = (
    ("# {mark} a comment above", "state:"),
    ("x_own_{number}: {{kept: '{mark}'}}", "title:"),
    ("\n{mark} words\n", "## "),
    ("# {mark} between rows", "- {time"),
    ("# {mark} above the rows", "usage:"),
)


def with_own_task(raw: bytes, mark: bytes) -> bytes:
    return re.sub(rb"(?m)^(- \{time: [^}]*?task: )[^,}]*", rb"\1%b my words" % mark, raw, count=1)


def with_own_key_in_a_row(raw: bytes, mark: bytes) -> bytes:
    return re.sub(rb"(?m)^(- \{time:[^\r\n]*)\}(\r?)$", rb"\1, x_mine: %b}  # of the row\2" % mark, raw, count=1)


def saved_by_another_editor(raw: bytes, _: bytes) -> bytes:
    bom = b"\xef\xbb\xbf"
    return bom + raw.removeprefix(bom) if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")


def with_rows_moved(raw: bytes, _: bytes) -> bytes:
    return re.sub(rb"(?m)^(- \{time.*\n)(- \{time.*\n)", rb"\2\1", raw, count=1)


def with_keys_moved(raw: bytes, _: bytes) -> bytes:
    return re.sub(rb"(?m)^(focus:.*\n)(tags:.*\n)", rb"\2\1", raw)


def with_words_at_the_end(raw: bytes, mark: bytes) -> bytes:
    return raw.rstrip() + (b"\r\n" if b"\r\n" in raw else b"\n") + mark + b" no end"


EDITS = (
    with_own_task, with_own_key_in_a_row, saved_by_another_editor, with_rows_moved, with_keys_moved,
    with_words_at_the_end,
)  # fmt: skip


class LedgerMachine(RuleBasedStateMachine):
    """The core, without a disk: plans are carried out on bytes in memory, a kill leaves the last changes out."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.home = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.files: dict[str, bytes] = {}
        self.interactions: dict[str, list[dict[str, Any]]] = {}
        self.minute = self.number = 0
        self.is_filled = True
        self.is_moved = False
        """Whether a person changed the order of rows: no command changes it back, and `check` tells of it."""
        self.stale: set[str] = set()
        """Files whose tables an edit of a row or a kill between two files left behind, until the next fill."""

    def teardown(self) -> None:
        self._stack.close()

    # What commands do

    def agents(self) -> tuple[AgentSession, ...]:
        return read_history([self.home / "projects"], jobs=1, now=NOW).sessions

    def ledger(self, files: dict[str, bytes] | None = None) -> Ledger:
        loaded = {path: parse_session_file(raw, path) for path, raw in (self.files if files is None else files).items()}
        sessions = in_order(session for session, _ in loaded.values() if session is not None)
        problems = tuple(problem for _, found in loaded.values() for problem in found)
        assert len(sessions) == len(loaded), problems
        return Ledger(
            Path("/nowhere"), Settings(), sessions, problems, frozenset(p.location.path for p in errors(problems))
        )

    def carry_out(self, plan: Plan, files: dict[str, bytes], most: int | None = None) -> None:
        assert errors(plan.problems) == [], [str(p) for p in plan.problems]
        for change in plan.changes[:most]:
            assert files.get(change.path) == change.old
            self.keeps_what_a_person_wrote(change.old, change.new)
            files[change.path] = change.new

    def keeps_what_a_person_wrote(self, old: bytes | None, new: bytes) -> None:
        if old is not None:
            assert not_owned(new) == not_owned(old)
            assert marks(new) == marks(old)

    def begin_file(self, title: str) -> None:
        started = (START + timedelta(minutes=self.minute)).isoformat()
        values = {"title": title, "project": "shop-api", "state": "active", "started": started}
        path = f"sessions/2026/2026-03-02-{len(self.files)}-{title.lower()}.md"
        document, _ = parse_document(render_template(TEMPLATE, values).encode(), path)
        assert document is not None
        self.carry_out(
            plan_changed(self.ledger(), {path: synced(document, {"started": started}, order=KEYS)}), self.files
        )

    def import_all(self, most: int | None = None) -> None:
        plan = plan_import(self.ledger(), self.agents(), TEMPLATE)
        self.carry_out(plan, self.files, most)
        self.is_filled = most is None or most >= len(plan.changes)
        self.stale = set() if self.is_filled else set(self.files)

    def fill_file(self, path: str, files: dict[str, bytes]) -> None:
        ledger = self.ledger(files)
        (session,) = (session for session in ledger.sessions if session.path == path)
        self.carry_out(plan_fill(ledger, [session], self.agents()), files)
        self.stale.discard(path)

    def kill(self, moment: float) -> None:
        self.import_all(most=int(moment * 4))

    # What happens

    @rule(agent=st.sampled_from(AGENTS), pause=st.sampled_from((0, 1, 7)))
    def an_agent_works(self, agent: str, pause: int) -> None:
        self.minute += pause
        self.number += 1
        at = START + timedelta(minutes=self.minute, seconds=self.number % 60)
        tokens = 1000 + self.number
        self.interactions.setdefault(agent, []).extend(
            (
                prompt(f"Task {self.number}", at.isoformat(), session=agent),
                answer(f"{agent}-{self.number}", at.isoformat(), session=agent, input_tokens=tokens),
            )
        )
        write_transcript(self.home, *self.interactions[agent], name=agent)
        self.is_filled = False

    @precondition(lambda self: len(self.files) < 3)
    @rule()
    def new(self) -> None:
        self.begin_file("Begun")
        self.is_filled = False

    @rule()
    def import_(self) -> None:
        self.import_all()

    @precondition(lambda self: self.files)
    @rule(chance=st.randoms(use_true_random=False))
    def fill(self, chance: Any) -> None:
        self.fill_file(chance.choice(sorted(self.files)), self.files)

    @rule(moment=st.floats(0, 1))
    def a_command_is_killed(self, moment: float) -> None:
        self.kill(moment)

    @precondition(lambda self: self.files)
    @rule(kind=st.integers(0, 10), chance=st.randoms(use_true_random=False))
    def a_person_edits(self, kind: int, chance: Any) -> None:
        path = chance.choice(sorted(self.files))
        self.files[path] = self.edited(self.files[path], kind)
        if kind in ROW_EDITS:
            self.stale.add(path)
        self.is_moved |= kind == 8

    @precondition(lambda self: self.files)
    @rule(chance=st.randoms(use_true_random=False))
    def a_person_adds_a_row(self, chance: Any) -> None:
        path = chance.choice(sorted(self.files))
        if b"\n  claude-opus-4-6: " in self.files[path]:
            self.number += 1
            tokens = 1000 + self.number
            row = (
                f"- {{task: mark-{self.number}- by hand, model: claude-opus-4-6, requests: 1, input: {tokens}, "
                f"output: 0, cost: {tokens * PRICE / 1_000_000:f}, manual: true}}"
            )
            self.files[path] = insert_line(self.files[path], row, "- {time")
            self.fill_file(path, self.files)

    @precondition(lambda self: self.files)
    @rule(
        kinds=st.tuples(st.lists(st.integers(0, 10), max_size=2), st.lists(st.integers(0, 10), max_size=2)),
        fills=st.tuples(st.booleans(), st.booleans()),
        chance=st.randoms(use_true_random=False),
    )
    def two_branches_are_merged(
        self, kinds: tuple[list[int], list[int]], fills: tuple[bool, bool], chance: Any
    ) -> None:
        """Each side edits and fills on its own; then git and `resolve` put the two together."""
        path = chance.choice(sorted(self.files))
        base = dict(self.files)
        sides = []
        for edits, is_filled in zip(kinds, fills, strict=True):
            files = dict(base)
            for kind in edits:
                files[path] = self.edited(files[path], kind)
                self.is_moved |= kind == 8
            if is_filled:
                self.fill_file(path, files)
            sides.append(files[path])
        self.merge(path, base[path], *sides)

    def merge(self, path: str, base: bytes, ours: bytes, theirs: bytes) -> None:
        try:
            merged = merge_files(base, ours, theirs, path, merge_words, EfficiencyBands())
        except ProblemError:
            event("merge refused")
            return
        gone = marks(base).keys() - (marks(ours).keys() & marks(theirs).keys())
        written = (marks(ours).keys() | marks(theirs).keys()) - gone
        assert written <= marks(merged.raw).keys()
        event(f"merge settled: {merged.is_settled}")
        if merged.is_settled:
            assert marks(merged.raw) == Counter(dict.fromkeys(written, 1))
            self.files[path] = merged.raw
            self.fill_file(path, self.files)

    def edited(self, raw: bytes, kind: int) -> bytes:
        """One of the things that people do to files; 0 to 4 add a line of their own."""
        self.number += 1
        mark = f"mark-{self.number}-"
        if kind >= len(LINES):
            return EDITS[kind - len(LINES)](raw, mark.encode())
        line, behind = LINES[kind]
        shown = line.format(mark=mark, number=self.number)
        return insert_line(raw, shown.replace("\n", "\r\n") if b"\r\n" in raw else shown, behind)

    # What always holds

    @invariant()
    def no_interaction_is_told_twice_and_totals_are_sums(self) -> None:
        told: Counter[int] = Counter()
        for session in self.ledger().sessions:
            data = session.document.data
            rows = data.get("usage") or []
            told.update(row["input"] for row in rows)
            totals = data.get("totals")
            if totals:
                assert {key: totals[key] for key in KINDS} == {
                    key: sum(row.get(key, 0) for row in rows) for key in KINDS
                }
                assert totals["requests"] == sum(row["requests"] for row in rows)
                assert Decimal(totals["cost"]) == sum(Decimal(row["cost"]) for row in rows)
        assert not [count for count in told.values() if count > 1]
        if self.is_filled:
            typed = sum(raw.count(b"manual: true") for raw in self.files.values())
            assert told.total() == typed + sum(map(len, self.interactions.values())) // 2

    @invariant()
    def check_is_silent(self) -> None:
        ledger = self.ledger()
        problems = [found for found in errors(check_ledger(ledger)) if found.location.path not in self.stale]
        assert [str(found) for found in problems if found.rule != "times" or not self.is_moved] == []

    @precondition(lambda self: self.files)
    @rule()
    def the_site_is_built(self) -> None:
        assert len(build_pages(self.ledger())) > len(self.files)

    @precondition(lambda self: self.is_filled and not self.stale)
    @rule()
    def nothing_is_left_to_do(self) -> None:
        assert plan_import(self.ledger(), self.agents(), TEMPLATE).changes == ()


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]


class CommandMachine(LedgerMachine):
    """The same with the real commands, on a disk, in processes that are killed."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.home / "ledger"
        self.root.mkdir()
        assert Run(self.home)("-C", self.root, "init").returncode == 0
        self.commands: Server = self._stack.enter_context(server(self.home))

    def ledger(self, files: dict[str, bytes] | None = None) -> Ledger:
        return replace(super().ledger(files), root=self.root)

    def run(self, *arguments: object, killed_after: float | None = None) -> int:
        """Writes what stands in memory to the disk, runs, and takes back what the command made of it."""
        for path, raw in self.files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != raw:
                target.write_bytes(raw)
        child = self.commands.start("-C", self.root, *arguments, "--from", self.home / "projects")
        if killed_after is not None:
            time.sleep(killed_after)
            os.kill(child, signal.SIGKILL)
        code = self.commands.wait()
        for path in session_files(self.root):
            new = (self.root / path).read_bytes()
            self.keeps_what_a_person_wrote(self.files.get(path), new)
            self.files[path] = new
        assert errors(load_ledger(self.root).problems) == []
        return code

    def import_all(self, most: int | None = None) -> None:  # noqa: ARG002  # a real kill needs no number
        (self.home / "projects").mkdir(exist_ok=True)
        assert self.run("import") == 0
        self.is_filled = True

    def fill_file(self, path: str, files: dict[str, bytes]) -> None:
        if files is not self.files:
            super().fill_file(path, files)
        elif self.interactions:
            self.run("fill", Path(path).stem)

    def kill(self, moment: float) -> None:
        (self.home / "projects").mkdir(exist_ok=True)
        self.is_filled = self.run("import", killed_after=moment / 4) == 0


def explore(machine: type[LedgerMachine], runs: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_ledger_keeps_its_promises() -> None:
    explore(LedgerMachine, RUNS, STEPS)


def test_a_ledger_keeps_its_promises_by_the_real_commands() -> None:
    explore(CommandMachine, max(2, RUNS // 10), STEPS)


@pytest.mark.slow
def test_a_ledger_keeps_its_promises_for_long() -> None:
    explore(LedgerMachine, 200, 50)
