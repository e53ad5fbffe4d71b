"""What a person wrote about a session's cost into its body: each word and number at its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sitegen.handwritten.numbers import is_nothing, is_unfilled
from sitegen.handwritten.values import Figure, Place, Text

NO_TEXT = Text("", 0, 0)


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One line of a usage table. `counts` has each token kind that the table has a column for.

    `total` and `cost` are None where the table has no such column. `extra` are the cells of columns that mean
    nothing here, with the head of their column.
    """

    line: int
    task: Text = NO_TEXT
    time: Text = NO_TEXT
    model: Text = NO_TEXT
    notes: Text = NO_TEXT
    tools: Text = NO_TEXT
    counts: Mapping[str, Figure] = field(default_factory=dict)
    total: Figure | None = None
    cost: Figure | None = None
    requests: Figure | None = None
    extra: tuple[tuple[str, Text], ...] = ()

    @property
    def is_filled(self) -> bool:
        """Whether any number stands in it."""
        return any(figure.value is not None for figure in self.figures)

    @property
    def has_words(self) -> bool:
        """Whether a person wrote what it is about."""
        return any(not is_nothing(text.text) and not is_unfilled(text.text) for text in (self.task, self.notes))

    @property
    def figures(self) -> tuple[Figure, ...]:
        others = (self.total, self.cost, self.requests)
        return (*self.counts.values(), *(figure for figure in others if figure is not None))


@dataclass(frozen=True, slots=True)
class UsageTable:
    """`rows` are its lines but those that give sums, `sums` these. It takes the lines `first` to `last`.

    `kinds` are the token kinds that have a column; `columns` names everything else that has one.
    """

    first: int
    last: int
    place: Place
    kinds: tuple[str, ...]
    columns: frozenset[str]
    rows: tuple[UsageLine, ...]
    sums: tuple[UsageLine, ...] = ()
    heading: str = ""

    @property
    def filled(self) -> tuple[UsageLine, ...]:
        return tuple(row for row in self.rows if row.is_filled)


@dataclass(frozen=True, slots=True)
class Field:
    """`**Project**: shop-api`, or a row of a table of fields. `name` is the label in lower case."""

    name: str
    label: Text
    value: Text


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """`$3.00/1K`: the place is that of the price. `per` is the number of tokens it is for, None if not known."""

    text: str
    line: int
    column: int
    price: Figure
    per: int | None

    @property
    def place(self) -> Place:
        return self.line, self.column


@dataclass(frozen=True, slots=True)
class CostPart:
    """`**Input Cost**: $0.019 (6,400 tokens × $3.00/1K)`. `kind` is a token kind, `model` empty where not named."""

    kind: str
    label: Text
    cost: Figure
    model: str = ""
    tokens: Figure | None = None
    unit_price: UnitPrice | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """One stated figure about the whole session. `of` is cost, tokens, a token kind or a rate; see `reading`.

    `parts` are amounts that stand in the same line and must add up to it. `whole_line`: nothing else is told there.
    """

    of: str
    label: Text
    figure: Figure
    parts: tuple[CostPart, ...] = ()
    whole_line: bool = True


@dataclass(frozen=True, slots=True)
class RunningLine:
    """One line of the table of running totals. `of` is cost, sessions, hours, cost per hour, tokens, or empty."""

    of: str
    label: Text
    own: Figure
    project: Figure


@dataclass(frozen=True, slots=True)
class RunningTable:
    first: int
    last: int
    project_head: Text
    lines: tuple[RunningLine, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a body's figures, in the order of its lines."""

    usage: tuple[UsageTable, ...] = ()
    fields: tuple[Field, ...] = ()
    parts: tuple[CostPart, ...] = ()
    sums: tuple[Sum, ...] = ()
    running: tuple[RunningTable, ...] = ()

    @property
    def rows(self) -> tuple[UsageLine, ...]:
        """The lines of all usage tables in which any number stands."""
        return tuple(row for table in self.usage for row in table.filled)

    def field(self, *names: str) -> Text | None:
        """The value of the first of these fields that the body has."""
        found = {field.name: field.value for field in reversed(self.fields)}
        return next((found[name] for name in names if name in found), None)

    def sum_of(self, what: str) -> tuple[Sum, ...]:
        return tuple(each for each in self.sums if each.of == what)


def has_usage_table(figures: Figures) -> bool:
    return bool(figures.usage)


def empty_column_cells(figures: Figures) -> frozenset[Place]:
    """The places of the placeholders that one problem tells together: a running project column without a number."""
    cells = (line.project for table in figures.running for line in unfilled_column(table))
    return frozenset((cell.line, cell.column + max(cell.text.find("["), 0)) for cell in cells)


def unfilled_column(table: RunningTable) -> tuple[RunningLine, ...]:
    """The lines of a table whose column of the project has no number at all, though that of the session has one."""
    filled = any(line.own.value is not None for line in table.lines)
    empty = all(line.project.value is None and not line.project.wrong for line in table.lines)
    return table.lines if filled and empty else ()
