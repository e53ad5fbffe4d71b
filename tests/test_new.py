"""`sessions new`: what a new session takes over from those before it, and what it never guesses."""

import json
import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sitegen.frontmatter import parse_document
from sitegen.ledger import load_session
from sitegen.schema import KEYS
from sitegen.session import Phase, Session
from tests.conftest import Run

LAST = """
## Questions for Next Session

- [ ] Which key rotates?
- [x] Is it safe?

## Action Items

- [ ] Ask jane.doe@corp.invalid for access
- [ ] [Next piece of work]

#### Priority Tasks for the Next Session

- [ ] Explain (open since 2020-01-01) in the list of doors
- [ ] Write `<!-- x -->` and <!-- never closed

## Security Considerations

- [ ] Tokens rotated
"""
OLDER = "\n### Next Session Optimization\n\n- [ ] Batch the requests\n- [ ] which KEY rotates\n"


def days_ago(days: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days)


def wrote(ledger: Path, days: int, body: str = "", *, front: str = "", project: str = "shop-api") -> Path:
    """A session that was ended so many days ago."""
    began = days_ago(days)
    path = ledger / "sessions" / f"{began.date()}-{project}-{days}.md"
    ended = (began + timedelta(minutes=30)).isoformat()
    lines = (
        "schema: 1",
        "title: Before",
        f"project: {project}",
        f"started: '{began.isoformat()}'",
        f"ended: '{ended}'",
    )
    path.write_text("\n".join(("---", *lines, "state: complete", *filter(None, (front,)), "---", body)))
    return path


def made(run: "subprocess.CompletedProcess[str]", ledger: Path) -> tuple[Session, str]:
    assert run.returncode == 0, run.stderr
    path = run.stdout.strip()
    session, problems = load_session(ledger, path)
    assert session is not None
    assert problems == ()
    return session, (ledger / path).read_text()


def begin(sessions: Run, ledger: Path, *options: str, project: str = "shop-api") -> tuple[Session, str]:
    return made(sessions("-C", ledger, "new", "Next", "--project", project, *options), ledger)


def carried(text: str) -> list[str]:
    below = text.partition("### Next Steps Carried Over\n")[2].partition("\n#")[0]
    return [line for line in below.split("\n") if line]


def since(session: Session, days: int) -> str:
    assert session.day is not None
    opened = days_ago(days).date()
    return f"(open for {(session.day - opened).days} days, since {opened})"


def test_everything_the_project_left_open_is_carried_with_its_age(sessions: Run, ledger: Path) -> None:
    wrote(ledger, 40, OLDER)
    wrote(ledger, 3, LAST)
    wrote(ledger, 2, "\nNothing was left open here.\n")
    wrote(ledger, 1, "\n## Questions\n\n- [ ] Of another project?\n", project="other")
    run = sessions("-C", ledger, "new", "Next", "--project", "shop-api")
    session, text = made(run, ledger)
    assert carried(text) == [
        f"- [ ] Batch the requests {since(session, 40)}",
        f"- [ ] Which key rotates? {since(session, 40)}",
        f"- [ ] Ask [REDACTED:email] for access {since(session, 3)}",
        f"- [ ] Explain (open since 2020-01-01) in the list of doors {since(session, 3)}",
        f"- [ ] Write `<!-- x -->` and &lt;!-- never closed {since(session, 3)}",
    ]
    assert "carried over: 5 open items, the oldest open for 40 days" in run.stderr


def test_a_masked_item_is_nothing_to_fill_in(sessions: Run, ledger: Path) -> None:
    wrote(ledger, 3, LAST)
    session, text = begin(sessions, ledger)
    found = json.loads(sessions("-C", ledger, "check", "--format", "json").stdout)["problems"]
    unfilled = [each["line"] for each in found if (each["path"], each["rule"]) == (session.path, "placeholder")]
    lines = [text.split("\n")[number - 1] for number in unfilled]
    assert "- [ ] [Open question]" in lines
    assert [line for line in lines if "REDACTED" in line] == []


def test_carrying_again_and_again_changes_no_word(sessions: Run, ledger: Path) -> None:
    """Three sessions one after the other, each made by the command; then one tick."""
    wrote(ledger, 40, "\n## Questions\n\n- [ ] Which **key** rotates?\n")
    for days in (20, 10, 5):
        session, text = begin(sessions, ledger)
        assert carried(text) == [f"- [ ] Which **key** rotates? {since(session, 40)}"]
        path = ledger / session.path
        ended = re.sub(r"(?m)^started: .*$", f"started: '{days_ago(days).isoformat()}'", text)
        path.write_text(re.sub(r"(?m)^state: .*$", f"state: complete\nended: '{days_ago(days).isoformat()}'", ended))
    path.write_text(path.read_text().replace("- [ ] Which **key**", "- [x] Which **key**"))
    _, text = begin(sessions, ledger)
    assert "rotates" not in text
    assert "Carried Over" not in text


def test_what_is_still_active_is_told_and_the_file_is_made(sessions: Run, ledger: Path) -> None:
    first = sessions("-C", ledger, "new", "First", "--project", "shop-api")
    assert "warning" not in first.stderr
    second = sessions("-C", ledger, "new", "Second", "--project", "shop-api")
    session, _ = made(second, ledger)
    assert session.state == "active"
    name = Path(first.stdout.strip()).stem
    assert f"{first.stdout.strip()}:7:8: warning[state]: this session of `shop-api` is still active" in second.stderr
    assert f"hint: `sessions end {name}` closes it" in second.stderr
    assert "warning" not in sessions("-C", ledger, "new", "Third", "--project", "other").stderr


def test_branch_and_project_come_from_the_folder(sessions: Run, ledger: Path, home: Path) -> None:
    work = home / "shop-api" / "src"
    work.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "feat/limits", str(home / "shop-api")], check=True)
    session, _ = made(sessions("-C", ledger, "new", cwd=work), ledger)
    assert (session.title, session.project, session.git.branch) == ("feat/limits", "shop-api", "feat/limits")


@pytest.mark.parametrize(
    ("before", "options", "expected"),
    [
        ([], [], None),
        ([], ["--phase", "Auth"], Phase("Auth", 1, 1, "in progress")),
        ([""], [], None),
        (["{name: Auth, number: 1, part: 2, state: in progress}"], [], Phase("Auth", 1, 3, "in progress")),
        (["{name: Auth, number: 1, part: 2, state: paused}", ""], [], Phase("Auth", 1, 3, "in progress")),
        (
            ["{name: Auth, number: 1, part: 7}", "{name: auth, number: 1, part: 2}"],
            [],
            Phase("auth", 1, 8, "in progress"),
        ),
        (["{name: Auth, number: 1, part: 2, state: complete}"], [], None),
        (["{name: Auth, part: 1}", "{name: Auth, part: 2, state: complete}"], [], None),
        (["{name: Auth, number: 1, part: 2, state: complete}"], ["--part", "3"], Phase("Auth", 1, 3, "in progress")),
        (
            ["{name: Auth, number: 1, part: 2, state: complete}"],
            ["--phase", "Limits"],
            Phase("Limits", 2, 1, "in progress"),
        ),
        (
            ["{name: Auth, number: 1, part: 2}", "{name: Limits, number: 4, part: 1}"],
            ["--phase", "AUTH"],
            Phase("Auth", 1, 3, "in progress"),
        ),
        (["{name: Auth, part: 2}"], ["--phase", "Limits"], Phase("Limits", None, 1, "in progress")),
        (["{name: Auth, number: 1, part: 2}"], ["--part", "9"], Phase("Auth", 1, 9, "in progress")),
        (["{name: Auth, number: 1, part: 2}"], ["--phase", ""], None),
        (["{name: 'A: \"b\" #c', number: 1, part: 2}"], [], Phase('A: "b" #c', 1, 3, "in progress")),
    ],
)
def test_the_phase_goes_on_with_its_next_part(
    before: list[str], options: list[str], expected: Phase | None, sessions: Run, ledger: Path
) -> None:
    for number, phase in enumerate(before):
        wrote(ledger, 20 - number, front=f"phase: {phase}" if phase else "")
    wrote(ledger, 1, front="phase: {name: Elsewhere, number: 30, part: 30}", project="other")
    session, text = begin(sessions, ledger, *options)
    assert session.phase == expected
    comment = "# name, number, part, state: planned, in progress, paused, complete or transitioning"
    (line,) = re.findall(r"(?m)^phase: .*$", text)
    assert line.endswith(f"  {comment}")
    found = json.loads(sessions("-C", ledger, "check", "--format", "json").stdout)["problems"]
    assert [each for each in found if each["severity"] == "error"] == []


def test_a_phase_that_is_complete_is_told_and_nothing_guessed(sessions: Run, ledger: Path) -> None:
    wrote(ledger, 2, front="phase: {name: Auth, number: 1, part: 2, state: complete}")
    run = sessions("-C", ledger, "new", "Next", "--project", "shop-api")
    assert "no phase: `Auth` is complete; `--phase NAME` says what comes next" in run.stderr
    assert "complete; " not in sessions("-C", ledger, "new", "More", "--project", "shop-api", "--phase", "").stderr


@pytest.mark.parametrize(
    ("front", "options", "said"),
    [
        ("", ["--part", "2"], "a part was given, and the project has no phase yet"),
        ("phase: {name: Auth, number: 1, part: 2, state: complete}", ["--part", "2"], "is complete since this session"),
    ],
)
def test_a_part_of_nothing_makes_no_file(
    front: str, options: list[str], said: str, sessions: Run, ledger: Path
) -> None:
    before = wrote(ledger, 2, front=front)
    run = sessions("-C", ledger, "new", "Next", "--project", "shop-api", *options)
    assert (run.returncode, run.stdout) == (1, "")
    assert said in run.stderr
    assert list((ledger / "sessions").rglob("*.md")) == [before]


@pytest.mark.parametrize("template", ["claude-code", "api"])
def test_keys_stand_in_order_and_the_notes_beside_them_stay(template: str, sessions: Run, ledger: Path) -> None:
    options = ("--template", template, "--phase", "Auth", "--estimate", "2.50", "--tag", "a", "--tag", "b c")
    session, text = begin(sessions, ledger, *options)
    assert (session.estimate, session.tags) == (Decimal("2.50"), ("a", "b c"))
    document, _ = parse_document(text.encode(), session.path)
    assert document is not None
    keys = re.findall(r"(?m)^([a-z]+):", text.split("\n---\n")[0])
    assert keys == sorted(keys, key=KEYS.index)
    assert "\nestimate: {cost: 2.50}  # cost: what you expect to spend, in USD\n" in text


@pytest.mark.parametrize(
    ("amount", "cost"),
    [("0", "0"), ("$12.5", "12.5"), (" 3 ", "3"), ("0.0000001", "0.0000001"), ("999999999999", None)],
)
def test_an_estimate_is_kept_exactly(amount: str, cost: str | None, sessions: Run, ledger: Path) -> None:
    session, _ = begin(sessions, ledger, "--estimate", amount)
    assert session.estimate == Decimal(cost or amount)
    assert sessions("-C", ledger, "show").returncode == 0


@pytest.mark.parametrize("amount", ["", "-1", "1e3", "2,50", "NaN", "much", "$", "1.", "٣", "1" * 40])
def test_an_estimate_that_is_no_amount_makes_no_file(amount: str, sessions: Run, ledger: Path) -> None:
    run = sessions("-C", ledger, "new", "Next", "--project", "shop-api", f"--estimate={amount}")
    assert run.returncode == 2
    assert "must be an amount in USD" in run.stderr
    assert list((ledger / "sessions").rglob("*.md")) == []


def test_a_template_without_a_place_for_it_is_told(sessions: Run, ledger: Path) -> None:
    (ledger / "templates" / "bare.md").write_text(
        "---\nschema: 1\ntitle: '{{title}}'\nproject: '{{project}}'\n---\n\n# Bare\n"
    )
    wrote(ledger, 3, LAST)
    run = sessions("-C", ledger, "new", "Next", "--project", "shop-api", "--template", "bare", "--phase", "Auth")
    session, text = made(run, ledger)
    assert "4 open items not carried over: the template has no line `{{carried}}`" in run.stderr
    assert "- [ ]" not in text
    assert session.phase == Phase("Auth", 1, 1, "in progress")
    assert session.day == date.fromisoformat(Path(session.path).name[:10])
