"""The hooks in Claude Code's settings: what is to be put there, and how it goes into what is there already."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sitegen.display import json_text
from sitegen.errors import Location, ProblemError, error
from sitegen.hooks.keeping import END, START

RULE = "hook-settings"
TIMEOUT = 10
"""Seconds. Declaring them raises what Claude Code grants all hooks at the end of a session, 1.5 s, to as many."""
EVENTS: Mapping[str, str] = {"SessionStart": START, "SessionEnd": END}
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def hook_handlers(command: Sequence[str], root: Path) -> dict[str, dict[str, Any]]:
    """By event of Claude Code: the handler for the ledger in `root`. It is run without a shell."""
    program, *rest = command
    return {
        event: {
            "type": "command",
            "command": program,
            "args": [*rest, "-C", str(root), "hook", name],
            "timeout": TIMEOUT,
        }
        for event, name in EVENTS.items()
    }


def settings_snippet(handlers: Mapping[str, Mapping[str, Any]]) -> str:
    """The part of a settings file that has these handlers, for a terminal."""
    return json_text({"hooks": _with_handlers({}, handlers)})


def merge_hooks(text: str, handlers: Mapping[str, Mapping[str, Any]], path: str) -> str:
    """The text of a settings file with these handlers in it; what does not belong to `hooks` stays as it is spelled.

    One that is there for the same event and ledger is brought up to date in its place. `path` is for problems:
    raises ProblemError where the file is no JSON, or its hooks are not in the form that Claude Code reads.
    """
    body = text.removeprefix("\ufeff")
    if not body.strip():
        return _dumped({"hooks": _with_handlers({}, handlers)}, "  ") + "\n"
    hooks, span = _hooks_in(body, path)
    wanted = _with_handlers(hooks, handlers)
    if wanted == hooks:
        return text
    new = _replaced(body, span, wanted)
    return text[: len(text) - len(body)] + new


def _hooks_in(body: str, path: str) -> tuple[dict[str, Any], tuple[int, int] | None]:
    """The value of `hooks` with where it stands, None if it does not."""
    try:
        whole = json.loads(body)
    except json.JSONDecodeError as fault:
        place = Location(path, fault.lineno, fault.colno)
        raise ProblemError(error(RULE, place, f"not JSON: {fault.msg}", "put it right, then run it again")) from None
    except RecursionError:
        raise ProblemError(error(RULE, Location(path), "nested too deeply")) from None
    if not isinstance(whole, dict):
        raise ProblemError(error(RULE, Location(path), "the settings are no JSON object", "begin them with {"))
    span = next((span for key, span in reversed(_members(body)) if key == "hooks"), None)
    hooks = whole.get("hooks", {})
    if not _is_hooks(hooks):
        line, column = _place(body, span[0] if span else 0)
        message = "`hooks` is not an object with a list of objects for each event"
        hint = "https://code.claude.com/docs/en/hooks tells its form"
        raise ProblemError(error(RULE, Location(path, line, column), message, hint))
    return hooks, span


def _is_hooks(hooks: Any) -> bool:
    return isinstance(hooks, dict) and all(
        isinstance(groups, list) and all(isinstance(group, dict) and _has_handlers(group) for group in groups)
        for groups in hooks.values()
    )


def _has_handlers(group: Mapping[str, Any]) -> bool:
    handlers = group.get("hooks", [])
    return isinstance(handlers, list) and all(isinstance(handler, dict) for handler in handlers)


def _place(body: str, offset: int) -> tuple[int, int]:
    before = body[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _members(body: str) -> list[tuple[str, tuple[int, int]]]:
    """The keys of the object that the text is, in order, each with where its value begins and ends."""
    found = []
    at = _past_space(body, _past_space(body, 0) + 1)
    while body[at] != "}":
        key, at = _DECODER.raw_decode(body, at)
        start = _past_space(body, _past_space(body, at) + 1)
        _, end = _DECODER.raw_decode(body, start)
        found.append((key, (start, end)))
        at = _past_space(body, end)
        at = _past_space(body, at + 1) if body[at] == "," else at
    return found


def _past_space(body: str, at: int) -> int:
    match = _SPACE.match(body, at)
    return match.end() if match else at


def _with_handlers(hooks: Mapping[str, Any], handlers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    wanted = dict(hooks)
    for event, handler in handlers.items():
        groups = [_refreshed(group, handler) for group in wanted.get(event, [])]
        if not any(_same_call(each, handler) for group in groups for each in group.get("hooks", [])):
            groups.append({"matcher": "", "hooks": [dict(handler)]})
        wanted[event] = groups
    return wanted


def _refreshed(group: Mapping[str, Any], handler: Mapping[str, Any]) -> dict[str, Any]:
    """With the way to our program as it is now; what else was set stays, as do options behind the call."""
    if "hooks" not in group:
        return dict(group)
    return {**group, "hooks": [_brought_up(each, handler) for each in group["hooks"]]}


def _brought_up(each: Mapping[str, Any], handler: Mapping[str, Any]) -> Mapping[str, Any]:
    if not _same_call(each, handler):
        return each
    return {**each, "command": handler["command"], "args": [*handler["args"], *_called(each)[4:]]}


def _same_call(each: Mapping[str, Any], handler: Mapping[str, Any]) -> bool:
    return _called(each)[:4] == _called(handler)


def _called(handler: Mapping[str, Any]) -> list[str]:
    """`-C LEDGER hook NAME` with what follows, written as arguments or in a line for a shell; empty for others."""
    words = _words(handler)
    return words[words.index("-C") :] if "hook" in words and "-C" in words else []


def _words(handler: Mapping[str, Any]) -> list[str]:
    arguments = handler.get("args")
    if isinstance(arguments, list):
        return [str(word) for word in arguments]
    try:
        return shlex.split(str(handler.get("command", "")))
    except ValueError:
        return []


def _replaced(body: str, span: tuple[int, int] | None, hooks: Mapping[str, Any]) -> str:
    indent = _indent_of(body)
    newline = "\r\n" if "\r\n" in body else "\n"
    value = _dumped(hooks, indent).replace("\n", f"\n{indent}")
    if span:
        return body[: span[0]] + value.replace("\n", newline) + body[span[1] :]
    members = _members(body)
    place = members[-1][1][1] if members else body.index("{") + 1
    rest = body[place:] if members else f"{newline}{body[place:].lstrip()}"
    return (
        f"{body[:place]}{',' if members else ''}{newline}{indent}" + f'"hooks": {value}'.replace("\n", newline) + rest
    )


def _indent_of(body: str) -> str:
    found = re.search(r'\{\r?\n([ \t]+)"', body)
    return found[1] if found else "  "


def _dumped(value: Any, indent: str) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False)
