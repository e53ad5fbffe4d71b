"""The generated blocks of a body: tables rendered from the frontmatter between two marks.

A block begins with the line `<!-- sessions:NAME -->` and ends with `<!-- /sessions:NAME -->`, both outside
code fences. Only the lines between the marks are ever replaced.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sitegen.body import goals_met, prose_lines
from sitegen.display import count, exact_usd, hours_minutes, percent, plain, usd
from sitegen.errors import Location, Problem, error
from sitegen.rollups import Rollup
from sitegen.session import Session
from sitegen.tokens import KINDS, UsageRow

RULE = "block"
KIND_NAMES: Mapping[str, str] = {
    "input": "Input",
    "cache_write_5m": "Cache write 5m",
    "cache_write_1h": "Cache write 1h",
    "cache_read": "Cache read",
    "output": "Output",
}
_MARK = re.compile(r"^<!--\s*(/?)sessions:([a-z_]+)\s*-->\s*$")
_RATED = ((Decimal("1.2"), "🟢 efficient"), (Decimal("1.5"), "🟡 monitor"))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (from 1, in the body) lie between the marks of the block; none where last < first."""

    name: str
    first: int
    last: int


def find_blocks(body: str, path: str, first_line: int) -> tuple[tuple[Block, ...], tuple[Problem, ...]]:
    """All well-formed blocks of a body that begins on line `first_line` of its file, and what is wrong with others."""
    blocks: list[Block] = []
    problems: list[Problem] = []
    open_name, open_line = "", 0

    def wrong(line: int, message: str, hint: str) -> None:
        problems.append(error(RULE, Location(path, first_line + line - 1), message, hint))

    for line in prose_lines(body):
        mark = _MARK.match(line.text)
        if not mark:
            continue
        closes, name = bool(mark[1]), mark[2]
        if not closes and open_name:
            wrong(
                open_line,
                f"block `{open_name}` is not closed",
                f"add the line `<!-- /sessions:{open_name} -->`",
            )
        if closes and name != open_name:
            wrong(
                line.number,
                f"block `{name}` is closed but not open here",
                f"add `<!-- sessions:{name} -->` above",
            )
        elif closes and name in {block.name for block in blocks}:
            wrong(open_line, f"block `{name}` is in this file twice", "remove one of the two")
        elif closes and name in RENDERERS:
            blocks.append(Block(name, open_line + 1, line.number - 1))
        elif closes:
            known = ", ".join(RENDERERS)
            wrong(open_line, f"unknown block `{name}`", f"the blocks are: {known}")
        open_name, open_line = ("", 0) if closes else (name, line.number)
    if open_name:
        wrong(open_line, f"block `{open_name}` is not closed", f"add the line `<!-- /sessions:{open_name} -->`")
    return tuple(blocks), tuple(problems)


def render_block(name: str, session: Session, running: Rollup) -> tuple[str, ...]:
    """The lines of one block. `running` sums the project's sessions up to and including this one."""
    return tuple(RENDERERS[name](session, running))


def update_blocks(body: str, blocks: tuple[Block, ...], session: Session, running: Rollup) -> str:
    """The body with each block rendered anew, in the line ends the block's first mark has."""
    lines = body.split("\n")
    for block in sorted(blocks, key=lambda found: found.first, reverse=True):
        end = "\r" if lines[block.first - 2].endswith("\r") else ""
        lines[block.first - 1 : block.last] = [text + end for text in render_block(block.name, session, running)]
    return "\n".join(lines)


def cell(text: str) -> str:
    """Foreign text inside a table: one line, no pipe, no HTML, no link."""
    flat = " ".join(text.split())
    return re.sub(r"([\\|`*_\[\]])", r"\\\1", flat).replace("<", "&lt;").replace(">", "&gt;")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: frozenset[int]) -> list[str]:
    rule = ("---:" if index in right else "---" for index in range(len(head)))
    return ["| " + " | ".join(row) + " |" for row in (head, tuple(rule), *rows)]


def _overview(session: Session, _: Rollup) -> list[str]:
    models = dict.fromkeys(row.model for row in session.rows)
    fields = {
        "Session": cell(session.title),
        "Project": cell(session.project),
        "Phase": cell(session.phase.words) if session.phase else "",
        "State": session.state,
        "Focus": cell(session.focus),
        "Start": session.started.strftime("%Y-%m-%d %H:%M %z") if session.started else "",
        "End": session.ended.strftime("%Y-%m-%d %H:%M %z") if session.ended else "",
        "Duration": hours_minutes(session.duration) if session.duration is not None else "",
        "Active": hours_minutes(session.active) if session.active is not None else "",
        "Models": ", ".join(map(cell, models)),
        "Branch": cell(session.git.branch),
        "List cost": usd(session.totals.list_cost, floor=session.totals.is_floor) if session.rows else "",
    }
    return _table(("Field", "Value"), [(name, value) for name, value in fields.items() if value], frozenset())


def row_model(row: UsageRow) -> str:
    """The model with what else sets its price: `claude-opus-4-8 (fast, us)`."""
    words = row.context.words()
    return f"{row.model} ({', '.join(words)})" if words else row.model


def row_time(row: UsageRow, session: Session) -> str:
    if row.at is None:
        return ""
    return row.at.strftime("%H:%M" if row.at.date() == session.day else "%Y-%m-%d %H:%M")


def _usage(session: Session, _: Rollup) -> list[str]:
    totals = session.totals
    kinds = [kind for kind in KINDS if kind in ("input", "output") or getattr(totals.counts, kind)]
    head = (
        "Time",
        "Task",
        "Model",
        "Requests",
        *(KIND_NAMES[kind] for kind in kinds),
        "Total",
        "List cost",
        "Tools",
    )
    rows = [
        (
            row_time(row, session),
            cell(row.task),
            cell(row_model(row)),
            count(row.requests),
            *(count(getattr(row.counts, kind)) for kind in kinds),
            count(row.counts.tokens),
            usd(row.list_cost, floor=row.output_floor and row.list_cost is not None),
            ", ".join(f"{cell(name)} {number}" for name, number in row.tools.items()),
        )
        for row in session.rows
    ]
    sums = [count(getattr(totals.counts, kind)) for kind in kinds]
    last = (
        "**Total**",
        "",
        "",
        count(totals.requests),
        *sums,
        count(totals.tokens),
        _total_cost(session),
        "",
    )
    return _table(head, [*rows, last], frozenset(range(3, len(head) - 1)))


def _total_cost(session: Session) -> str:
    totals = session.totals
    if totals.unpriced_responses and totals.unpriced_responses >= totals.requests:
        return "unpriced"
    return usd(totals.list_cost, floor=totals.is_floor)


def _cost(session: Session, _: Rollup) -> list[str]:
    lines = []
    for key, prices in session.prices.items():
        rows = [row for row in session.rows if row.price_key == key and row.list_cost is not None]
        for kind in KINDS:
            tokens = sum(getattr(row.counts, kind) for row in rows)
            price = getattr(prices, kind)
            if tokens and price is not None:
                amount = exact_usd(tokens * price / 1_000_000)
                lines.append(
                    (cell(key), KIND_NAMES[kind], count(tokens), f"${plain(price)} per 1M", amount),
                )
        searches = sum(row.web_searches for row in rows)
        if searches and prices.web_search is not None:
            each = f"${plain(prices.web_search)} each"
            lines.append((cell(key), "Web searches", count(searches), each, exact_usd(searches * prices.web_search)))
    totals = session.totals
    total = exact_usd(totals.list_cost) if session.rows and _total_cost(session) != "unpriced" else "unpriced"
    lines.append(("**Total**", "", count(totals.tokens), "", f"≥ {total}" if _is_lower(session) else total))
    if totals.unpriced_responses:
        lines.append(("Unpriced responses", "", count(totals.unpriced_responses), "", "unpriced"))
    if session.active is not None:
        per_hour = _per_hour(totals.list_cost, session.active)
        lines.append(
            (
                "List cost per active hour",
                "",
                "",
                "",
                usd(per_hour, floor=totals.is_floor) if per_hour is not None else "n/a",
            )
        )
        rate = _per_hour(Decimal(totals.tokens), session.active)
        lines.append(("Tokens per active hour", "", count(int(rate)) if rate is not None else "n/a", "", ""))
    return _table(("Model", "Kind", "Tokens", "Unit price", "List cost"), lines, frozenset({2, 3, 4}))


def _is_lower(session: Session) -> bool:
    return session.totals.is_floor and _total_cost(session) != "unpriced"


def _per_hour(amount: Decimal, active: timedelta) -> Decimal | None:
    """None below a minute: a rate over almost no time says nothing."""
    seconds = int(active.total_seconds())
    return amount * 3600 / seconds if seconds >= 60 else None


def _activity(session: Session, _: Rollup) -> list[str]:
    met, goals = goals_met(session.body)
    tools: dict[str, int] = {}
    for row in session.rows:
        for name, number in row.tools.items():
            tools[name] = tools.get(name, 0) + number
    ranked = sorted(tools.items(), key=lambda item: (-item[1], item[0]))
    names = {
        "files": "Files modified",
        "added": "Lines added",
        "deleted": "Lines deleted",
        "tests_added": "Tests added",
        "coverage": "Test coverage",
    }
    code = session.code
    fields = {"Goals met": f"{met} of {goals}" if goals else ""}
    fields |= {
        name: (f"{plain(Decimal(code[key]))} %" if key == "coverage" else count(int(code[key])))
        for key, name in names.items()
        if key in code
    }
    fields["Interactions"] = count(_interactions(session))
    fields["Tools used"] = ", ".join(f"{cell(name)} {number}" for name, number in ranked)
    return _table(("Activity", "Value"), [(name, value) for name, value in fields.items() if value], frozenset())


def _interactions(session: Session) -> int:
    return len({(row.at, row.task) for row in session.rows})


def _efficiency(session: Session, _: Rollup) -> list[str]:
    totals = session.totals
    counts = totals.counts
    changed = int(session.code.get("added", 0)) + int(session.code.get("deleted", 0))
    interactions = _interactions(session)
    rows = [
        ("Tokens per changed line", count(round(totals.tokens / changed)) if changed else "n/a"),
        ("Tokens per interaction", count(round(totals.tokens / interactions)) if interactions else "n/a"),
        ("Read from cache", percent(counts.cache_read, counts.prompt)),
        ("Output per uncached input", _ratio(counts.output, counts.input)),
        ("Against the estimate", _against_estimate(session)),
    ]
    return _table(("Measure", "Value"), rows, frozenset())


def _ratio(part: int, whole: int) -> str:
    return plain((Decimal(part) / whole).quantize(Decimal("0.01"))) if whole else "n/a"


def _against_estimate(session: Session) -> str:
    """Efficient up to 1.2 times the estimate, to be watched up to 1.5 times, to be reviewed above."""
    if not session.estimate or session.totals.is_floor:
        return "not rated"
    ratio = session.totals.list_cost / session.estimate
    word = next((word for limit, word in _RATED if ratio <= limit), "🔴 review")
    return f"{word} ({plain(ratio.quantize(Decimal('0.01')))} × {exact_usd(session.estimate)})"


def _totals(session: Session, running: Rollup) -> list[str]:
    return list(running_lines(Rollup(session.path, 1, session.totals, session.active or timedelta()), running))


def running_lines(own: Rollup, running: Rollup) -> tuple[str, ...]:
    """The lines of block `totals`: what the session adds, and its project's sums up to and including it."""
    rows = [
        (name, show(own), show(running))
        for name, show in (
            ("List cost", lambda sums: usd(sums.totals.list_cost, floor=sums.totals.is_floor)),
            ("Sessions", lambda sums: count(sums.sessions)),
            ("Active hours", lambda sums: hours_minutes(sums.active)),
            ("List cost per active hour", _hourly),
            ("Tokens", lambda sums: count(sums.totals.tokens)),
        )
    ]
    return tuple(_table(("Project so far", "This session", "Project"), rows, frozenset({1, 2})))


def _hourly(sums: Rollup) -> str:
    rate = _per_hour(sums.totals.list_cost, sums.active)
    return "n/a" if rate is None else usd(rate, floor=sums.totals.is_floor)


RENDERERS: Mapping[str, Callable[[Session, Rollup], list[str]]] = {
    "overview": _overview,
    "usage": _usage,
    "cost": _cost,
    "activity": _activity,
    "efficiency": _efficiency,
    "totals": _totals,
}
"""The blocks a body may have, by name, in the order of the documentation."""
