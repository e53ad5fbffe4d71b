"""The `usage` of an answer that the API itself gave, in our words: the same figures under the same rules as in a
transcript, which quotes it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from sitegen.masking import mask
from sitegen.tokens import PriceContext, Response, TokenCounts
from sitegen.transcripts.claude_code_lines import Usage
from sitegen.transcripts.claude_code_usage import context_of, counts_of, missing_counts, parts_of
from sitegen.transcripts.evidence import Counts


class UnknownUsage(ValueError):  # noqa: N818  # it names what was met, as `LookupError` does
    """The figures are none that could be counted: something else than the API answered. Says which."""


def responses_of(
    usage: Mapping[str, Any], *, key: str, model: str, at: datetime, broken: bool = False
) -> tuple[Response, ...]:
    """The response, then the calls inside it that its own figures leave out, all of interaction 0.

    `broken`: the answer was cut, so that its output count is a lower bound. Raises UnknownUsage.
    """
    try:
        read = msgspec.convert(dict(usage), Usage)
    except msgspec.ValidationError as exc:
        raise UnknownUsage(str(exc)) from None
    missing = [kind.rpartition(":")[2] for kind in missing_counts(read)]
    if missing and not broken:
        raise UnknownUsage(f"`{missing[0]}` is missing")
    counts, _ = counts_of(read)
    speed, tier, place = map(mask, context_of(read))
    model, parts, _ = parts_of(read, model)
    searches = (read.server_tool_use.web_search_requests or 0) if read.server_tool_use else 0
    main = Response(
        key,
        session="",
        at=at,
        model=mask(model),
        counts=_tokens(counts),
        context=PriceContext(speed, tier, place),
        web_searches=searches,
        output_floor=broken,
        interaction=0,
    )
    inner = (
        replace(
            main,
            key=f"{key}#{part.name}",
            model=mask(part.model),
            counts=_tokens(part.counts),
            web_searches=0,
            output_floor=False,
            requests=0,
        )
        for part in parts
    )
    return (main, *inner)


def _tokens(counts: Counts) -> TokenCounts:
    return TokenCounts(counts.input, counts.write_5m, counts.write_1h, counts.read, counts.output)
