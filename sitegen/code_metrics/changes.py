"""Files and lines that a difference changed, without those that programs make."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ATTRIBUTES = ("linguist-generated", "linguist-vendored")
"""What a repository's `.gitattributes` may say of a file: set, it is not counted; unset, it is, whatever its name."""
_LOCK_FILES = frozenset(
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb",
        "deno.lock", "cargo.lock", "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "pixi.lock",
        "conda-lock.yml", "composer.lock", "gemfile.lock", "go.sum", "go.work.sum", "flake.lock", "mix.lock",
        "pubspec.lock", "podfile.lock", "package.resolved", "packages.lock.json", "gradle.lockfile",
        ".terraform.lock.hcl", "chart.lock", "cartfile.resolved", "stack.yaml.lock", "cabal.project.freeze",
        "module.bazel.lock",
    }
)  # fmt: skip
_VENDORED = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|jspm_packages|vendors?|vendored|third[-_]?party|3rdparty|godeps|pods"
    r"|carthage|dist|\.yarn|\.pnp|site-packages)/"
)
_GENERATED = re.compile(
    r"(?:[.-]min\.(?:js|css|mjs)|\.(?:js|css|mjs)\.map|_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h|gw\.go)|_grpc\.pb\.go"
    r"|\.g\.(?:dart|cs)|\.freezed\.dart|\.generated\.[a-z]+|\.designer\.cs|zz_generated\.[\w.]+|\.snap)$"
    r"|(?:^|/)\.pnp\.c?js$"
)
_DOCUMENTATION = re.compile(r"(?:^|/)(?:docs?|documentation)/|(?:^|/)readme[^/]*$|\.(?:md|mdx|rst|adoc)$")


@dataclass(frozen=True, slots=True)
class FileChange:
    """`added` and `deleted` are None of a binary file. `old_path` is another than `path` where it was renamed."""

    path: str
    old_path: str
    added: int | None
    deleted: int | None


@dataclass(frozen=True, slots=True)
class CodeChanges:
    files: int = 0
    added: int = 0
    deleted: int = 0


def parse_numstat(text: str) -> tuple[FileChange, ...]:
    """What `--numstat -z` prints; of a renamed file the name stands apart: counts alone, the old, the new."""
    fields = iter(text.split("\0"))
    found = []
    for field in fields:
        counts = field.split("\t", 2)
        if len(counts) < 3:
            continue
        path = counts[2]
        old_path = path or next(fields, "")
        path = path or next(fields, "")
        found.append(FileChange(path, old_path, _number(counts[0]), _number(counts[1])))
    return tuple(found)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def parse_attributes(text: str) -> dict[str, bool]:
    """Of `git check-attr -z`: by path whether one of `ATTRIBUTES` says that it is made, or that it is not."""
    fields = text.split("\0")
    said: dict[str, bool] = {}
    for path, _, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        if value in ("set", "true"):
            said[path] = True
        elif value in ("unset", "false"):
            said.setdefault(path, False)
    return said


def is_made(path: str, attributes: Mapping[str, bool]) -> bool:
    """A lock file, or one that is generated or vendored."""
    if path in attributes:
        return attributes[path]
    lower = path.lower()
    name = lower.rpartition("/")[2]
    return name in _LOCK_FILES or bool(_VENDORED.search(lower) or _GENERATED.search(lower))


def is_documentation(path: str) -> bool:
    return bool(_DOCUMENTATION.search(path.lower()))


def summed(differences: Iterable[Sequence[FileChange]]) -> CodeChanges:
    """Over differences in order of time: each file once, also where a later one renames it."""
    files: set[str] = set()
    added = deleted = 0
    for changes in differences:
        files -= {change.old_path for change in changes if change.old_path != change.path}
        for change in changes:
            files.add(change.path)
            added += change.added or 0
            deleted += change.deleted or 0
    return CodeChanges(len(files), added, deleted)
