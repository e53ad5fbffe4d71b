"""What must not stand in a session file: nothing writes it there, and `sessions check` finds it anywhere."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import Severity
from sitegen.masking import KINDS, find_secrets
from sitegen.rules.privacy import find_in_text, look_through, privacy_problems
from sitegen.settings import Allowed, Settings
from tests.conftest import Run
from tests.planted_secrets import ANTHROPIC, LOOK_ALIKES, MIXED, assigned, personal, planted
from tests.transcript_lines import answer, prompt, write_transcript

ROOT = Path(__file__).parent.parent
HOME = "/ho" + "me/jorun/"
MAIL = "jorun@shop.test"
SECRETS = [*planted(), *(("assigned-secret", text) for text in assigned())]
FRONT = "---\nschema: 1\ntitle: {title}\nproject: shop-api\nstarted: '2026-03-02T09:00:00+00:00'\n{more}---\n"


def session_text(body: str = "", *, title: str = "JWT", more: str = "") -> str:
    return FRONT.format(title=title, more=more) + body


PLACES = {
    "prose": lambda secret: session_text(f"\nWords {secret} words.\n"),
    "fence": lambda secret: session_text(f"\n```sh\nexport {secret}\n```\n"),
    "comment of the body": lambda secret: session_text(f"\n<!-- {secret} -->\n"),
    "block": lambda secret: session_text(f"\n<!-- sessions:usage -->\n{secret}\n<!-- /sessions:usage -->\n"),
    "comment of the frontmatter": lambda secret: session_text(more=f"# {' '.join(secret.split())}\n"),
    "broken frontmatter": lambda secret: f"---\ntitle: [\n---\n\n{secret}\n",
    "no frontmatter": lambda secret: f"Cost: $1\n\n{secret}\n",
}


def kind_in(problem: dict[str, Any]) -> str:
    """`jwt` of `this looks like a secret (jwt) of …`."""
    return str(problem["message"]).partition("(")[2].partition(")")[0]


def problems_of(ledger: Path, sessions: Run) -> list[dict[str, Any]]:
    run = sessions("-C", ledger, "check", "--format", "json")
    found: list[dict[str, Any]] = json.loads(run.stdout)["problems"]
    return found


def test_each_planted_secret_is_found_wherever_it_stands_and_never_told(ledger: Path, sessions: Run) -> None:
    assert len(SECRETS) >= 40
    assert {rule for rule, _ in SECRETS} == {rule for rule, level in KINDS.items() if level == "secret"}
    places = list(PLACES.values())
    for number, (_, secret) in enumerate(SECRETS):
        text = places[number % len(places)](secret)
        (ledger / "sessions" / f"{number:02}.md").write_text(text, encoding="utf-8")
    run = sessions("-C", ledger, "check", "--format", "json")
    assert run.returncode == 1
    told = [problem for problem in json.loads(run.stdout)["problems"] if problem["rule"] == "secret"]
    assert [(problem["path"], kind_in(problem)) for problem in told] == [
        (f"sessions/{number:02}.md", rule) for number, (rule, _) in enumerate(SECRETS)
    ]
    assert all(problem["severity"] == "error" and "make it void" in problem["hint"] for problem in told)
    everything = run.stdout + run.stderr + sessions("-C", ledger, "check").stdout
    assert [secret for _, secret in SECRETS if secret in everything] == []
    assert MIXED not in everything
    assert "hunter2" not in everything


@pytest.mark.parametrize("place", PLACES)
def test_line_column_length_and_digest_are_told(place: str) -> None:
    text = PLACES[place](ANTHROPIC)
    (problem,) = privacy_problems(text.encode(), "sessions/a.md", Settings())
    line = next(number for number, words in enumerate(text.split("\n"), 1) if ANTHROPIC in words)
    column = text.split("\n")[line - 1].index(ANTHROPIC) + 1
    digest = find_secrets(ANTHROPIC)[0].digest
    assert str(problem.location) == f"sessions/a.md:{line}:{column}"
    assert f"{len(ANTHROPIC)} characters, digest {digest}" in problem.message


def test_personal_details_are_warnings(ledger: Path, sessions: Run) -> None:
    for number, (_, text) in enumerate(personal()):
        (ledger / "sessions" / f"{number:02}.md").write_text(session_text(f"\nIn {text} now.\n"))
    told = [problem for problem in problems_of(ledger, sessions) if problem["rule"] in ("secret", "personal-data")]
    assert [(problem["severity"], kind_in(problem)) for problem in told] == [
        ("warning", rule) for rule, _ in personal()
    ]


@pytest.mark.parametrize(
    "line",
    [
        "x_{}: 1",
        "{}: 1",
        "state: {}",
        "started: {}",
        "usage: [{{time: '20:36', model: {}, requests: {}}}]",
        "source: {{kind: {}}}",
        "git: {{{}: 1}}",
        "ratings: {{session: {}}}",
        "a: [{}",
    ],
)
def test_no_other_problem_tells_a_secret_that_it_quotes(line: str, ledger: Path, sessions: Run) -> None:
    text = f"---\nschema: 1\ntitle: A\nproject: a\n{line.format(ANTHROPIC, ANTHROPIC)}\n---\n\n{MAIL} and $1.\n"
    (ledger / "sessions" / "a.md").write_text(text)
    run = sessions("-C", ledger, "check", "--format", "json")
    assert "secret" in {problem["rule"] for problem in json.loads(run.stdout)["problems"]}
    assert ANTHROPIC not in run.stdout + run.stderr


def test_the_same_text_is_one_problem_with_all_its_places() -> None:
    text = session_text(f"\n{ANTHROPIC}\n\nagain {ANTHROPIC}\n")
    (problem,) = privacy_problems(text.encode(), "sessions/a.md", Settings())
    assert problem.location.line == 8
    assert problem.text.endswith("; also at 10:7")


def test_look_alikes_and_ordinary_ledgers_give_nothing() -> None:
    assert [text for text in LOOK_ALIKES if find_in_text(text)] == []
    files = [*(ROOT / "sessions").rglob("*.md"), *(ROOT / "templates").glob("*.md")]
    assert len(files) > 15
    assert [path.name for path in files if find_in_text(path.read_text(encoding="utf-8"))] == []


def test_templates_are_looked_through_too(ledger: Path, sessions: Run) -> None:
    template = ledger / "templates" / "own.md"
    template.write_text(session_text(f"\n{ANTHROPIC}\n"))
    assert [(p["rule"], p["path"], p["line"]) for p in problems_of(ledger, sessions)] == [
        ("secret", "templates/own.md", 8)
    ]


def test_what_is_allowed_is_silent_and_an_entry_for_nothing_is_told(ledger: Path, sessions: Run) -> None:
    (ledger / "sessions" / "a.md").write_text(f"---\ntitle: [\n---\n\n{ANTHROPIC}\n")
    (ledger / "templates" / "own.md").write_text(session_text(f"\nAsk {MAIL}.\n"))
    digests = [find_secrets(ANTHROPIC)[0].digest, find_secrets(MAIL)[0].digest, "0123456789abcdef"]
    entries = [f'\n[[privacy.allow]]\ndigest = "{digest}"\nreason = "made up"\n' for digest in digests]
    settings = ledger / "sessions.toml"
    before = settings.read_text().count("\n")
    settings.write_text(settings.read_text() + "".join(entries))
    for _ in ("first", "from memory"):
        told = [p for p in problems_of(ledger, sessions) if p["rule"] in ("secret", "personal-data", "unused-allow")]
        assert [(p["rule"], p["path"], p["line"]) for p in told] == [("unused-allow", "sessions.toml", before + 10)]
    assert "0123456789abcdef" in told[0]["message"]


def test_what_is_allowed_is_named() -> None:
    settings = Settings(allowed=(Allowed(find_secrets(MAIL)[0].digest, "ours"),))
    looked = look_through(f"{MAIL} {ANTHROPIC}".encode(), "sessions/a.md", settings)
    assert looked.allowed == (settings.allowed[0].digest,)
    assert [problem.severity for problem in looked.problems] == [Severity.ERROR]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_around_it_hide_a_secret(before: bytes, after: bytes) -> None:
    raw = before + b" " + ANTHROPIC.encode() + b" " + after
    assert "secret" in {problem.rule for problem in privacy_problems(raw, "sessions/a.md", Settings())}


def leaks(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*.md"):
        text = f"{path.name}\n{path.read_text(encoding='utf-8')}"
        yield from ((path.name, text[found.start : found.end]) for found in find_secrets(text))
        yield from ((path.name, name) for name in ("jorun", MIXED) if name in text)


def planted_transcript(home: Path, **more: Any) -> Path:
    """Secrets and personal details in every text of a transcript that could come into a file."""
    asked = prompt(f"Mail {MAIL}, key {ANTHROPIC}", "2026-03-02T09:00:10.000Z", **more)
    tools = [ANTHROPIC, MAIL, "mcp__" + HOME + "x"]
    usage = {"speed": ANTHROPIC, "service_tier": MAIL, "inference_geo": HOME + "geo"}
    lines = (
        asked,
        answer("a", "2026-03-02T09:00:20.000Z", tools=tools, more=more),
        answer("b", "2026-03-02T09:01:00.000Z", model=HOME + "models/" + ANTHROPIC, more=more),
        answer("c", "2026-03-02T09:02:00.000Z", more=more, **usage),
        {"type": "ai-title", "aiTitle": f"In {HOME}shop with {ANTHROPIC}", "sessionId": "s-1"},
        {"type": "summary", "summary": f"About {MAIL}", "leafUuid": "line-c-s-1"},
    )
    return write_transcript(home, *lines)


SURROUNDINGS = [
    {"cwd": HOME + "shop-api", "gitBranch": f"feat/{ANTHROPIC}"},
    {"cwd": HOME.rstrip("/"), "gitBranch": MAIL},
    {"cwd": "C:\\Us" + "ers\\jorun", "gitBranch": "-ho" + "me-jorun-shop"},
    {"cwd": "/srv/" + ANTHROPIC, "gitBranch": "/ro" + "ot"},
]


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda one: one["cwd"][:8])
def test_import_writes_no_secret_mail_or_home_path(
    surroundings: dict[str, str], ledger: Path, home: Path, sessions: Run
) -> None:
    folder = planted_transcript(home, **surroundings)
    run = sessions("-C", ledger, "import", "--from", folder)
    assert "wrote 1 new file" in run.stderr
    assert list(leaks(ledger / "sessions")) == []
    assert not [problem for problem in problems_of(ledger, sessions) if problem["rule"] == "personal-data"]
    again = sessions("-C", ledger, "import", "--from", folder)
    assert "wrote 0 new files, refreshed 0 files" in again.stderr


def test_import_masks_the_name_of_a_transcript_and_knows_it_again(ledger: Path, home: Path, sessions: Run) -> None:
    lines = (
        prompt("Add limits", "2026-03-02T09:00:10.000Z", session=MAIL),
        answer("a", "2026-03-02T09:00:20.000Z", session=MAIL),
    )
    folder = write_transcript(home, *lines, name=MAIL)
    sessions("-C", ledger, "import", "--from", folder)
    assert list(leaks(ledger / "sessions")) == []
    again = sessions("-C", ledger, "import", "--from", folder)
    assert "wrote 0 new files, refreshed 0 files, 1 unchanged" in again.stderr


def test_new_and_fill_write_no_secret_mail_or_home_path(ledger: Path, home: Path, sessions: Run) -> None:
    project = home / "shop-api"
    project.mkdir()
    branch = f"feat/{ANTHROPIC}"
    subprocess.run(["git", "init", "-q", "-b", branch, str(project)], check=True)
    carried = f"\n### Questions for Next Session\n\n- [ ] Ask {MAIL} about {ANTHROPIC}\n"
    (ledger / "sessions" / "old.md").write_text(session_text(carried))
    for title in ((), (f"Mail {MAIL} from {HOME}x",)):
        options = ("--tag", ANTHROPIC, "--tag", MAIL)
        made = sessions("-C", ledger, "new", *title, *options, cwd=project)
        assert made.returncode == 0, made.stderr
    named = sessions("-C", ledger, "new", "Third", "--project", HOME + "x", cwd=project)
    (ledger / "sessions" / "old.md").unlink()
    assert list(leaks(ledger / "sessions")) == []
    new = ledger / named.stdout.strip()
    assert "started" in new.read_text()


def test_fill_writes_no_secret_mail_or_home_path(ledger: Path, home: Path, sessions: Run) -> None:
    file = ledger / "sessions" / "begun.md"
    file.write_text(session_text("\nMy words.\n", more="state: active\n"))
    folder = planted_transcript(home, cwd=HOME + "shop-api", gitBranch=MAIL)
    run = sessions("-C", ledger, "fill", "begun", "--from", folder)
    assert "changed 1 file" in run.stderr
    assert "usage:" in file.read_text()
    assert list(leaks(ledger / "sessions")) == []
