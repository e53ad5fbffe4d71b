"""Test functions that a difference adds, told by how each language declares one."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_HEADER = re.compile(r"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_REST_OF_MARK = re.compile(r"^(?:\s*\([^()]*\))?(?:[^\[\](]*\])?")
_TITLE = r"\s*['\"`]?(.*?)(?:['\"`]\s*(?:[,)]|do\b|\{).*)?$"
"""A test that is named by a text, to its closing quote: what stands behind it may change without a new test."""
_NEAR = 8
"""Lines below a mark such as `#[test]` in which its function is looked for: other marks may stand between."""


@dataclass(frozen=True, slots=True)
class _Language:
    """`declares` has the name as its only group. With a `mark` it counts only below one. `files`: where it can be."""

    name: str
    suffixes: tuple[str, ...]
    declares: re.Pattern[str]
    mark: re.Pattern[str] | None = None
    files: re.Pattern[str] = re.compile("")


_LANGUAGES = (
    _Language(
        "Python",
        (".py",),
        re.compile(r"^\s*(?:async\s+)?def\s+(test\w*)\s*\("),
        files=re.compile(r"(?:^|/)tests?/|(?:^|/)(?:test_[^/]*|[^/]*_test|tests?)\.py$"),
    ),
    _Language(
        "JavaScript",
        (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"),
        re.compile(rf"^\s*(?:await\s+)?(?:it|test|specify|Deno\.test)(?:\.\w+)*\s*[(`]{_TITLE}"),
        files=re.compile(r"(?:^|/)(?:__tests__|tests?|spec|e2e|cypress)/|[._-](?:test|spec)s?\.[cm]?[jt]sx?$"),
    ),
    _Language(
        "Go",
        (".go",),
        re.compile(r"^func\s+((?:Test(?!Main\s*\()|Fuzz|Example)(?![a-z])\w*)\s*\("),
        files=re.compile(r"_test\.go$"),
    ),
    _Language(
        "Ruby",
        (".rb",),
        re.compile(rf"^\s*(?:def\s+(?=test_)|(?:it|specify|test)\b\s*\(?(?=\s*['\"])){_TITLE}"),
        files=re.compile(r"(?:^|/)(?:tests?|spec)/|(?:_test|_spec|(?:^|/)test_[^/]*)\.rb$"),
    ),
    _Language(
        "Rust",
        (".rs",),
        re.compile(r"\bfn\s+(\w+)"),
        re.compile(r"^\s*#\[(?:\w+::)*(?:test|rstest|test_case|wasm_bindgen_test|quickcheck)\b"),
    ),
    _Language(
        "Java",
        (".java", ".kt", ".kts"),
        re.compile(r"^(?!\s*(?:@|//|\*)).*?[\w>\]]\s+(\w+|`[^`]+`)\s*\("),
        re.compile(r"^\s*@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property)\b"),
    ),
    _Language(
        "C#",
        (".cs",),
        re.compile(r"^(?!\s*(?:\[|//)).*?[\w>\]]\s+(\w+)\s*\("),
        re.compile(r"^\s*\[(?:Test|TestCase|Fact|Theory|TestMethod|DataTestMethod)\b"),
    ),
)
_BY_SUFFIX = {suffix: language for language in _LANGUAGES for suffix in language.suffixes}
TEST_PATTERNS = tuple(f"*{suffix}" for suffix in _BY_SUFFIX)
"""Of the files in which tests can be told."""


def new_tests(patches: Iterable[str]) -> int:
    """How many more tests of each name there are after these differences. One that was only moved is not new."""
    after: Counter[tuple[str, str]] = Counter()
    before: Counter[tuple[str, str]] = Counter()
    for patch in patches:
        for language, old, new in _hunks(patch):
            before.update((language.name, name) for name in _declared(old, language))
            after.update((language.name, name) for name in _declared(new, language))
    return (after - before).total()


def _hunks(patch: str) -> Iterator[tuple[_Language, Sequence[str], Sequence[str]]]:
    """The lines of each hunk as they were and as they are. The counts in its head say where it ends."""
    languages: list[_Language | None] = [None, None]
    lines = iter(patch.split("\n"))
    for line in lines:
        if line.startswith("diff --git "):
            languages = [None, None]
        elif line.startswith(("--- ", "+++ ")):
            languages[line.startswith("+++ ")] = _language(line[4:])
        elif head := _HEADER.match(line):
            old, new = _sides(lines, int(head[1] or 1), int(head[2] or 1))
            was, now = languages
            if was is not None and was is now:
                yield was, old, new
                continue
            if was is not None:
                yield was, old, ()
            if now is not None:
                yield now, (), new


def _sides(lines: Iterator[str], old_count: int, new_count: int) -> tuple[list[str], list[str]]:
    old: list[str] = []
    new: list[str] = []
    while len(old) < old_count or len(new) < new_count:
        line = next(lines, None)
        if line is None:
            break
        if not line.startswith(("+", "\\")):
            old.append(line[1:])
        if not line.startswith(("-", "\\")):
            new.append(line[1:])
    return old, new


def _language(name: str) -> _Language | None:
    """Of `b/tests/test_a.py`; git quotes a name with odd characters, and puts a tab behind one with blanks."""
    path = name.rstrip("\t\r").strip('"').partition("/")[2]
    dot = path.rfind(".")
    language = _BY_SUFFIX.get(path[dot:].lower()) if dot >= 0 else None
    return language if language and language.files.search(path) else None


def _declared(lines: Sequence[str], language: _Language) -> Iterator[str]:
    if language.mark is None:
        yield from (found[1].strip() for line in lines if (found := language.declares.match(line)))
        return
    waiting = 0
    for line in lines:
        text = line
        if mark := language.mark.match(line):
            waiting = _NEAR
            text = _REST_OF_MARK.sub("", line[mark.end() :])
        if waiting and (found := language.declares.search(text)):
            yield found[1]
            waiting = 0
        waiting = max(waiting - 1, 0)
