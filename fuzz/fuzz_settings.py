"""Any text as `sessions.toml`: read with problems told, and whatever is taken can be used."""

from datetime import UTC, datetime

from sitegen.prices import Unpriced
from sitegen.settings import parse_settings
from sitegen.tokens import PriceContext, TokenCounts

AT = datetime(2026, 3, 1, tzinfo=UTC)
COUNTS = TokenCounts(input=7, output=11)


def check(data: bytes) -> None:
    settings, problems = parse_settings(data.decode("utf-8", "replace"))
    assert all(problem.location.line >= 1 and str(problem) for problem in problems)
    assert settings.zone is not None
    settings.project_of("/home/ana/code/shop")
    for model in ("claude-opus-4-6", "m"):
        quote = settings.price_book.quote(model, AT, PriceContext(), 7)
        if not isinstance(quote, Unpriced):
            cost = quote.prices.list_cost(COUNTS)
            assert cost is None or cost >= 0
