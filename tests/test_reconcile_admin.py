"""`sessions reconcile --admin` against a real server on loopback, with the real client: all pages or nothing."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sitegen.ledger import Ledger, load_ledger
from tests.admin_server import (
    ANALYTICS_COST,
    ANALYTICS_USAGE,
    CLASSIC_COST,
    CLASSIC_USAGE,
    KEY,
    Bills,
    admin_server,
)
from tests.billed_ledger import Told, row, write_sessions
from tests.conftest import Run
from tests.made_bills import lines_of

OPUS, HAIKU = "claude-opus-4-8", "claude-haiku-4-5-20251001"
NOON = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
OLD = datetime(2025, 11, 3, 9, 0, tzinfo=UTC)
OTHER = "another-token"
CLASSIC = {CLASSIC_USAGE, CLASSIC_COST}


def told(start: datetime) -> tuple[Told, ...]:
    """Three sessions with an empty day between them, over more than one request's 31 days."""
    return tuple(
        Told(title, start + timedelta(days=days), (row("09:00", OPUS, 40, 0, 17842, 210332, 2113 + days), small))
        for title, days in (("First", 0), ("Second", 2), ("Third", 40))
        for small in (row("09:10", HAIKU, 12, 100, 0, 5000, 410),)
    )


@pytest.fixture(scope="module")
def made(new_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[datetime, Path]:
    """By the time of its first session: a ledger that is not to be changed."""
    found = {}
    for start in (NOON - timedelta(days=45), OLD):
        folder = tmp_path_factory.mktemp("made")
        found[start] = Path(shutil.copytree(new_ledger, folder / "ledger"))
        write_sessions(found[start], Run(folder), *told(start))
    return found


class Desk:
    def __init__(self, start: datetime, root: Path, sessions: Run, bills: Bills) -> None:
        self.start, self.root, self.sessions, self.bills = start, root, sessions, bills

    def run(self, *options: object, **environment: str) -> Any:
        days = ("--from", self.start.date(), "--to", (self.start + timedelta(days=41)).date())
        known: dict[str, Any] = {
            "ANTHROPIC_BASE_URL": self.bills.url,
            "ANTHROPIC_ADMIN_KEY": KEY,
            "NO_PROXY": "127.0.0.1",
            **environment,
        }
        return self.sessions("-C", self.root, "reconcile", "--admin", *days, *options, cwd=None, **known)

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.bills.asked]

    def files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in (self.root / "sessions").rglob("*.md")}


@pytest.fixture
def open_desk(made: Mapping[datetime, Path], tmp_path: Path, sessions: Run) -> Iterator[Any]:
    def opened(*, old: bool = False, **how: Any) -> Desk:
        start = OLD if old else next(iter(made))
        root = Path(shutil.copytree(made[start], tmp_path / "desk"))
        ledger: Ledger = load_ledger(root)
        bills = Bills(lines_of(ledger.sessions), ledger.settings.price_book, **how)
        return Desk(start, root, sessions, servers.enter_context(admin_server(bills)))

    with ExitStack() as servers:
        yield opened


def test_the_current_reports_are_read_over_all_their_pages(open_desk: Any) -> None:
    desk = open_desk(most=2)
    run = desk.run()
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(
        "logs      agree: 707,589 tokens billed, 6 days × models\n"
        "prices    agree: $1.02 at our prices, $1.02 billed\n"
        "coverage  files explain 100 % of what was billed\n"
    )
    assert set(desk.paths) == {ANALYTICS_USAGE, ANALYTICS_COST}
    usage = [query for path, query, _ in desk.bills.asked if path == ANALYTICS_USAGE]
    assert len([query for query in usage if "page" not in query]) == 2, "31 days at most in one question"
    assert len([query for query in usage if "page" in query]) == 1
    assert len([path for path in desk.paths if path == ANALYTICS_COST]) == 15
    for _, _, headers in desk.bills.asked:
        assert headers["authorization"] == f"Bearer {KEY}"
        assert headers["anthropic-version"]
        assert "analytics-usage-cost" in headers["anthropic-beta"]


def test_older_days_are_asked_of_the_older_reports(open_desk: Any) -> None:
    desk = open_desk(old=True, most=7)
    run = desk.run()
    assert run.returncode == 0, run.stdout + run.stderr
    assert "prices    agree" in run.stdout
    assert set(desk.paths) == CLASSIC
    assert len(desk.paths) == 12, "42 days, empty ones among them, by seven"


def test_a_key_without_the_current_reports_gets_the_older_ones(open_desk: Any) -> None:
    desk = open_desk(closed=(ANALYTICS_USAGE, ANALYTICS_COST))
    run = desk.run()
    assert run.returncode == 0
    assert run.stderr == "the analytics reports are not open to this key; asking for the older ones\n"
    assert desk.paths[0] == ANALYTICS_USAGE
    assert set(desk.paths[1:]) == CLASSIC


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (500, "the API failed (500): Internal server error [request req_0123456789abcdef01234567]"),
        ("cut", "the connection was cut"),
        ({"data": [], "next_page": None}, "it does not say with `has_more` whether there are more pages"),
        ({"error": {"type": "api_error", "message": "no"}}, "it tells of an error: no"),
        ({"type": "error", "error": {"message": "no"}}, "it tells of an error: no"),
        ({"data": [], "has_more": True, "next_page": None}, "it has more pages and no `next_page`"),
        ({"data": [], "has_more": True, "next_page": "page_MA=="}, "its pages do not come to an end"),
        ({"data": None, "has_more": False, "next_page": None}, "it has no list `data`"),
        ({"data": [{}], "has_more": False, "next_page": None}, "a row has no day in `starting_at`"),
        (
            {"data": [{"starting_at": "2026-02-11T00:00:00Z"}], "has_more": False, "next_page": None},
            "a row has no object `group`",
        ),
        ([], "it is no JSON object"),
    ],
)
def test_a_page_that_fails_leaves_nothing(open_desk: Any, wrong: Any, told: str) -> None:
    report = ANALYTICS_COST if wrong in (500, "cut") else ANALYTICS_USAGE
    desk = open_desk(most=1, wrong={(report, 3): wrong})
    before = desk.files()
    run = desk.run("--write", "--timeout", "5")
    assert (run.returncode, run.stdout) == (1, "")
    assert told in run.stderr
    assert "Traceback" not in run.stderr
    assert desk.files() == before


def test_a_failure_that_passes_is_waited_for(open_desk: Any) -> None:
    desk = open_desk(most=1, wrong=(wrong := {(ANALYTICS_USAGE, 2): 529}))
    run = desk.run("--timeout", "5")
    assert run.returncode == 1
    assert desk.bills.failed == 4, "four tries, and then it is told"
    assert "the API is overloaded (529)" in run.stderr
    wrong.clear()
    assert desk.run().returncode == 0


def test_cents_are_exact(open_desk: Any) -> None:
    desk = open_desk(factor=Decimal("0.85"))
    found = json.loads(desk.run("--format", "json").stdout)
    assert found["prices"]["billed_cost"] == "0.8661024"
    assert found["prices"]["billed_list_cost"] == found["prices"]["list_cost"] == "1.018944"
    day = f"{desk.start.date()}T00:00:00Z"
    group = {"model": OPUS, "cost_type": "tokens", "token_type": "output_tokens"}
    cost = {"starting_at": day, "group": group, "cost": {"amount": "123.45", "currency": "USD"}}
    page = {"data": [cost], "has_more": False, "next_page": None}
    desk.bills.wrong = {(ANALYTICS_COST, 1): page}
    to = ("--to", desk.start.date())
    assert json.loads(desk.run("--format", "json", *to).stdout)["prices"]["billed_cost"] == "1.2345"
    assert "$1.23 billed\n" in desk.run(*to).stdout
    cost["cost"] = {"amount": 123.45, "currency": "USD"}
    assert "`amount` is no decimal number of cents, as text" in desk.run(*to).stderr
    cost["cost"] = {"amount": "123.45", "currency": "EUR"}
    assert "a cost is not in USD" in desk.run(*to).stderr


def test_what_was_billed_is_recorded_and_held(open_desk: Any) -> None:
    desk = open_desk(factor=Decimal("0.85"))
    run = desk.run("--write")
    assert (run.returncode, run.stderr) == (0, "the bill explains 3 files fully; recorded `billed` in 3\n")
    last = (desk.start + timedelta(days=41)).date()
    texts = [raw.decode() for raw in desk.files().values()]
    assert all(f"source: Admin API analytics reports, date: '{last}'}}" in text for text in texts)
    check = desk.sessions("-C", desk.root, "check")
    assert (check.returncode, check.stdout) == (0, "")
    after = desk.files()
    assert "recorded `billed` in 0" in desk.run("--write").stderr
    assert desk.files() == after


def test_a_key_is_needed_and_never_told(open_desk: Any) -> None:
    desk = open_desk()
    hint = "the reports need an Admin key in ANTHROPIC_ADMIN_KEY"
    none = desk.run(ANTHROPIC_ADMIN_KEY="")
    assert none.returncode == 1
    assert "no key for the API" in none.stderr
    assert hint in none.stderr
    wrong = desk.run(ANTHROPIC_ADMIN_KEY="sk-ant-admin01-wrong", ANTHROPIC_AUTH_TOKEN=OTHER)
    assert "the API does not accept the key (401)" in wrong.stderr
    assert "req_0123456789abcdef01234567" in wrong.stderr
    assert hint in wrong.stderr
    found = desk.run(ANTHROPIC_ADMIN_KEY="", ANTHROPIC_API_KEY=KEY)
    assert found.returncode == 0
    for run in (none, wrong, found):
        assert "sk-ant" not in run.stdout + run.stderr
        assert OTHER not in run.stdout + run.stderr


def test_nothing_private_of_a_report_is_told_or_kept(open_desk: Any) -> None:
    desk = open_desk()
    runs = [desk.run("--all"), desk.run("--all", "--format", "json"), desk.run("--write")]
    kept = b"".join(desk.files().values()).decode()
    assert "private" not in kept + "".join(run.stdout + run.stderr for run in runs)


def test_nobody_there_is_one_line(open_desk: Any) -> None:
    desk = open_desk()
    run = desk.run(ANTHROPIC_BASE_URL="http://127.0.0.1:9")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("api:1:1: error[api-network]: cannot reach 127.0.0.1:9: ")
