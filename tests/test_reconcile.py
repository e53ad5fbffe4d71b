"""`sessions reconcile`, as a user runs it on the Console's exports."""

import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sitegen.ledger import Ledger, load_ledger
from sitegen.tokens import PriceContext, TokenCounts
from tests.billed_ledger import Told, row, write_sessions
from tests.conftest import Run
from tests.made_bills import KEY, WORKSPACE, Line, cost_csv, lines_of, usage_csv

OPUS, HAIKU = "claude-opus-4-8", "claude-haiku-4-5-20251001"
FIRST = Told(
    "Limits",
    datetime.fromisoformat("2026-02-11T20:36:53+01:00"),
    (row("20:36", OPUS, 40, 0, 17842, 210332, 2113), row("20:51", HAIKU, 12, 100, 0, 5000, 410)),
)
SECOND = Told(
    "Search", datetime.fromisoformat("2026-02-13T09:00:00+01:00"), (row("09:00", OPUS, 900, 0, 0, 40000, 3000),)
)


@pytest.fixture(scope="module")
def filled(new_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: to be copied, not to be changed."""
    folder = tmp_path_factory.mktemp("filled")
    root = Path(shutil.copytree(new_ledger, folder / "ledger"))
    write_sessions(root, Run(folder), FIRST, SECOND)
    return root


@pytest.fixture
def known(tmp_path: Path, filled: Path) -> Ledger:
    return load_ledger(Path(shutil.copytree(filled, tmp_path / "known")))


class Exports:
    """The two exports of a bill in a folder, and the command run on them."""

    def __init__(self, folder: Path, sessions: Run, ledger: Ledger) -> None:
        self.usage, self.costs = folder / "usage.csv", folder / "cost.csv"
        self.sessions, self.ledger, self.book = sessions, ledger, ledger.settings.price_book
        self.lines = lines_of(ledger.sessions)
        self.write(self.lines)

    def write(self, lines: list[Line], *, costs: list[Line] | None = None, **how: Any) -> None:
        self.usage.write_bytes(usage_csv(lines))
        self.costs.write_bytes(cost_csv(lines if costs is None else costs, self.book, **how))

    def run(self, *options: object) -> Any:
        return self.sessions("-C", self.ledger.root, "reconcile", self.usage, self.costs, *options)

    def json(self, *options: object) -> Any:
        return json.loads(self.run("--format", "json", *options).stdout)


@pytest.fixture
def exports(tmp_path: Path, sessions: Run, known: Ledger) -> Exports:
    return Exports(tmp_path, sessions, known)


def test_a_bill_of_the_same_tokens_agrees(exports: Exports) -> None:
    run = exports.run()
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (
        "logs      agree: 279,749 tokens billed, 3 days × models\n"
        "prices    agree: $0.4388 at our prices, $0.4388 billed\n"
        "coverage  files explain 100 % of what was billed\n"
        "period    2026-02-11 to 2026-02-13, UTC days; Console usage and cost export\n"
    )


def test_what_differs_is_named_by_day_model_and_kind(exports: Exports) -> None:
    haiku, opus, last = sorted(exports.lines, key=lambda line: (line.day, line.model))
    more = replace(opus, counts=opus.counts + TokenCounts(output=1000))
    exports.write([haiku, more, last])
    run = exports.run()
    assert run.returncode == 1
    assert run.stdout == (
        "logs      differ: 1 of 3 days × models\n"
        "prices    agree: $0.4638 at our prices, $0.4638 billed\n"
        "coverage  files explain 94.6 % of what was billed; $0.0250 has no session\n"
        "period    2026-02-11 to 2026-02-13, UTC days; Console usage and cost export\n"
        "\n"
        "UTC day, model                Kind  In files   Billed     Off\n"
        "--------------------------  ------  --------  -------  ------\n"
        "2026-02-11 claude-opus-4-8  output     2,113    3,113  -1,000\n"
        "--------------------------  ------  --------  -------  ------\n"
        "All kinds of these          tokens   230,327  231,327  -1,000\n"
        "\n"
        "What it may be:\n"
        "- on 1 day × model only the output is low: sub-agents whose output count was\n"
        "  never made final leave their start value\n"
    )


def test_prices_are_judged_even_where_logs_are_missing(exports: Exports) -> None:
    (exports.ledger.root / "sessions/2026/2026-02-13-search.md").unlink()
    found = exports.json()
    assert (found["logs"]["verdict"], found["prices"]["verdict"]) == ("differ", "agree")
    assert found["no_session"] == [
        {
            "day": "2026-02-13",
            "model": OPUS,
            "tokens": 43900,
            "input": 900,
            "cache_read": 40000,
            "output": 3000,
            "list_cost": "0.0995",
        }
    ]
    assert found["coverage"]["percent"] == "77.3"
    assert "no session at all" in " ".join(found["reasons"])


def test_a_cent_too_much_is_a_matter_of_prices_alone(exports: Exports) -> None:
    text = exports.costs.read_text()
    output = next(line for line in text.split("\n") if ",output," in line and "2026-02-13" in line)
    cost = output.split(",")[7]
    exports.costs.write_text(text.replace(output, output.replace(cost, str(Decimal(cost) + Decimal("0.01")))))
    run = exports.run()
    assert run.returncode == 1
    assert "logs      agree" in run.stdout
    assert "prices    differ: 1 of 3 days × models; $0.4388 at our prices, $0.4488 billed" in run.stdout
    assert re.search(r"^2026-02-13 claude-opus-4-8 +output +\$0\.075 +\$0\.085 +-\$0\.01$", run.stdout, re.MULTILINE)


def test_amounts_in_whole_cents_agree_within_their_rounding(exports: Exports) -> None:
    exports.write(exports.lines, cents=True)
    run = exports.run()
    assert run.returncode == 0
    assert "prices    agree: $0.4388 at our prices, $0.4400 billed" in run.stdout


def test_one_half_of_a_bill_is_half_a_verdict(exports: Exports) -> None:
    def only(path: Path) -> tuple[int, str]:
        run = exports.sessions("-C", exports.ledger.root, "reconcile", path)
        return run.returncode, "\n".join(run.stdout.split("\n")[:3])

    assert only(exports.usage) == (
        0,
        "logs      agree: 279,749 tokens billed, 3 days × models\n"
        "prices    not judged: that needs the cost export\n"
        "coverage  files explain 100 % of what was billed",
    )
    assert only(exports.costs) == (
        0,
        "logs      not judged: that needs the usage export\n"
        "prices    agree: $0.4388 in the files, $0.4388 billed\n"
        "coverage  files explain 100 % of what was billed",
    )


def test_an_interaction_over_midnight_is_found_in_two_days(ledger: Path, sessions: Run, tmp_path: Path) -> None:
    late = Told("Late", datetime.fromisoformat("2026-02-11T23:50:00+00:00"), (row("23:50", OPUS, 10, 0, 0, 90, 70),))
    exports = Exports(tmp_path, sessions, write_sessions(ledger, sessions, late))
    (line,) = exports.lines
    before = replace(line, counts=TokenCounts(10, 0, 0, 40, 20))
    after = replace(line, day=line.day.replace(day=12), counts=TokenCounts(0, 0, 0, 50, 50))
    exports.write([before, after])
    run = exports.run()
    assert run.returncode == 0
    assert "logs      agree: 170 tokens billed, 2 days × models, 2 with the next day" in run.stdout
    assert "after midnight UTC" in " ".join(run.stdout.split())
    exports.write([after, replace(before, day=before.day.replace(day=13))])
    assert exports.run().returncode == 1, "a bill is never ahead of the work"
    exports.write([before, replace(after, day=after.day.replace(day=14))])
    assert "over the whole period claude-opus-4-8 agrees" in " ".join(exports.run().stdout.split())


def test_a_lower_bound_is_no_contradiction(ledger: Path, sessions: Run, tmp_path: Path) -> None:
    floor = row("20:36", OPUS, 40, 0, 0, 90, 70, more=", output_floor: true")
    told = replace(FIRST, rows=(floor,))
    exports = Exports(tmp_path, sessions, write_sessions(ledger, sessions, told))
    (line,) = exports.lines
    exports.write([replace(line, counts=line.counts + TokenCounts(output=30))])
    run = exports.run("--all", "--write")
    assert run.returncode == 0
    assert "1 as a lower bound" in run.stdout
    assert re.search(r"output +≥ 70 +100 +-30$", run.stdout, re.MULTILINE)
    assert "files explain 72.6 % of what was billed; $0.0008 has no session" in run.stdout
    assert "the bill explains 0 files fully" in run.stderr
    exports.write([replace(line, counts=replace(line.counts, output=60))])
    assert exports.run().returncode == 1, "less was billed than the lower bound"


def test_what_was_not_billed_is_told_apart(exports: Exports) -> None:
    exports.write([line for line in exports.lines if line.model == HAIKU or line.day.day == 13])
    found = exports.json()
    assert found["coverage"]["complete"] is True
    assert found["no_session"] == []
    (left,) = found["no_bill"]
    assert (left["day"], left["model"], left["tokens"]) == ("2026-02-11", OPUS, 230327)
    assert "a subscription has no bill by the token" in " ".join(found["reasons"])


def test_the_period_can_be_narrowed(exports: Exports) -> None:
    found = exports.json("--from", "2026-02-12", "--to", "2026-02-28")
    assert (found["from"], found["to"]) == ("2026-02-12", "2026-02-28")
    assert [day["day"] for day in found["days"]] == ["2026-02-13"]
    run = exports.run("--from", "2026-03-01")
    assert run.returncode == 1
    assert "nothing to compare with" in run.stderr
    assert exports.run("--from", "2026-03-01", "--to", "2026-02-01").returncode == 2
    assert exports.run("--from", "soon").returncode == 2


def test_one_project_is_held_against_its_own_bill(exports: Exports) -> None:
    assert "project   shop-api: the bill is taken for its own" in exports.run("--project", "shop-api").stdout
    run = exports.run("--project", "shop-apo")
    assert run.returncode == 1
    assert "did you mean `shop-api`?" in run.stderr


def test_modes_of_the_bill_that_no_row_has_are_named(exports: Exports) -> None:
    fast = [replace(line, context=PriceContext(speed="fast")) if line.model == OPUS else line for line in exports.lines]
    exports.write(fast, costs=exports.lines)
    run = exports.run()
    assert run.returncode == 1
    assert "the bill has requests marked fast" in run.stdout


def test_nothing_private_of_an_export_is_told(exports: Exports) -> None:
    text = exports.usage.read_text().replace("279", "x") + f"2026-02-11,{KEY},jane.doe@example.org,{WORKSPACE}\n"
    exports.usage.write_text(text)
    moved = exports.costs.read_text().replace(",Claude Code,", f",{KEY},,")
    for run in (exports.run(), exports.run("--write", "--format", "json", "--all")):
        assert run.returncode == 1
        assert not re.search("jane|doe|Claude Code|example", run.stdout + run.stderr)
    exports.write(exports.lines)
    exports.costs.write_text(moved.replace("Claude Opus 4.8", KEY))
    for options in ((), ("--all",), ("--format", "json")):
        run = exports.run(*options)
        assert not re.search("jane|doe|Claude Code", run.stdout + run.stderr)


def test_search_costs_without_a_model_are_held_by_day(exports: Exports) -> None:
    lines = [replace(line, web_searches=3) if line.day.day == 13 else line for line in exports.lines]
    exports.write(lines)
    text = exports.costs.read_text()
    exports.costs.write_text(re.sub(r"^([^,]+),[^,]*(,.*,web_search,.*)$", r"\1,\2", text, flags=re.MULTILINE))
    found = exports.json()
    assert found["prices"]["verdict"] == "agree"
    assert [left["web_search"] for left in found["no_session"]] == [3]


def test_credits_and_charges_by_the_hour_are_left_out(exports: Exports) -> None:
    credit = {"usage_date_utc": "2026-02-11", "model": "", "cost_usd": "-5.00", "token_type": "", "cost_type": "token"}
    hours = {**credit, "cost_usd": "0.05", "cost_type": "code_execution"}
    exports.write(exports.lines, more=[credit, hours])
    run = exports.run()
    assert run.returncode == 0
    assert "left out  -$5.00 of credits, $0.0500 of charges that no tokens explain" in run.stdout


def test_an_unknown_price_is_never_taken_for_agreement(exports: Exports) -> None:
    stranger = replace(exports.lines[0], model="claude-fable-9", counts=TokenCounts(input=5))
    exports.write([*exports.lines, stranger], costs=exports.lines)
    run = exports.run()
    assert run.returncode == 1
    assert re.search(r"^2026-02-11 claude-fable-9 +input +unpriced +\$0\.00$", run.stdout, re.MULTILINE)
    assert "no price of claude-fable-9 is known" in run.stdout
    assert "tokens has no session" in run.stdout


def test_a_price_that_depends_on_each_request_is_held_between_two(ledger: Path, sessions: Run, tmp_path: Path) -> None:
    told = replace(FIRST, rows=(row("20:36", "claude-haiku-5-5", 40, 0, 0, 400000, 70),))
    known = write_sessions(ledger, sessions, told)
    exports = Exports(tmp_path, sessions, replace(known, sessions=()))
    line = Line(FIRST.started.date(), "claude-haiku-5-5", TokenCounts(40, 0, 0, 400000, 70))
    exports.write([line])
    run = exports.run()
    assert run.returncode == 0
    assert "prices    agree: $0.0040-$0.0202 at our prices, $0.0040 billed" in run.stdout
    exports.write([line], factor="6")
    assert exports.run().returncode == 1


def test_an_offline_comparison_needs_no_client(exports: Exports) -> None:
    run = exports.sessions(
        "-C", exports.ledger.root, "reconcile", exports.usage, exports.costs, PYTHONPROFILEIMPORTTIME="1"
    )
    assert run.returncode == 0
    assert " anthropic" not in run.stderr


def test_without_a_bill_it_is_wrong_usage(exports: Exports) -> None:
    run = exports.sessions("-C", exports.ledger.root, "reconcile")
    assert run.returncode == 2
    assert "give the exports as files, or --admin" in run.stderr
    assert exports.run("--admin").returncode == 2
    exports.usage.unlink()
    run = exports.run()
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"{exports.usage}:1:1: error[io]: cannot be read: No such file or directory\n"
