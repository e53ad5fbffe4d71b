"""Words and numbers that a person wrote, each with its place."""

from dataclasses import dataclass
from decimal import Decimal

Place = tuple[int, int]
"""Line of the body and column, both from 1."""


LONGEST = 200
"""Characters. What is longer is no figure, no time and no name; looking for one in it could take very long."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words without the blanks and bold marks around them; `column` is that of the first character kept."""

    text: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        return self.line, self.column


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is written. `value` is None where there is none: nothing stands there, or a placeholder.

    `step` is one unit of the last digit written: 0.001 for `$0.048`, 100 for `15.5K`; 0 says that the number is
    exact, as a plain count is. `wrong` says why something that stands there is no such number.
    """

    text: str
    line: int
    column: int
    value: Decimal | None = None
    step: Decimal = Decimal()
    wrong: str = ""
    unfilled: bool = False

    @property
    def place(self) -> Place:
        return self.line, self.column

    @property
    def slack(self) -> Decimal:
        """How far the number that was meant may be from the one written."""
        return self.step / 2
