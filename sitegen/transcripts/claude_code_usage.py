"""The usage figures of one Claude Code answer: token counts, price context, and the calls inside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sitegen.transcripts.claude_code_lines import Iteration, Usage
from sitegen.transcripts.evidence import Counts

_STANDARD_PLACES = ("", "global", "not_available")


@dataclass(frozen=True, slots=True)
class Part:
    """A call inside an answer that the answer's own figures leave out; `name` tells it from the others."""

    name: str
    model: str
    counts: Counts
    flags: tuple[str, ...]


def counts_of(usage: Usage | Iteration) -> tuple[Counts, tuple[str, ...]]:
    """The counts, and the kinds of doubt about them. Writes without a reported lifetime are 5-minute writes."""
    total, split = usage.cache_creation_input_tokens, usage.cache_creation
    flags: tuple[str, ...] = ()
    if split is None:
        five, hour = total or 0, 0
        flags = ("no-cache-split",) if total else ()
    else:
        five, hour = split.ephemeral_5m_input_tokens or 0, split.ephemeral_1h_input_tokens or 0
        if total is not None and five + hour != total:
            flags = ("cache-split-short",) if five + hour < total else ("cache-split-long",)
            five = max(five, total - hour)
    counts = Counts(usage.input_tokens or 0, five, hour, usage.cache_read_input_tokens or 0, usage.output_tokens or 0)
    return counts, flags


def missing_counts(usage: Usage) -> tuple[str, ...]:
    return tuple(f"missing-count:{key}" for key in ("input_tokens", "output_tokens") if getattr(usage, key) is None)


def context_of(usage: Usage) -> tuple[str, str, str]:
    """Speed, tier and place; the standard in each is the empty text, anything else stays as reported."""
    speed, tier, place = usage.speed or "", usage.service_tier or "", usage.inference_geo or ""
    return (
        "" if speed == "standard" else speed,
        "" if tier == "standard" else tier,
        "" if place in _STANDARD_PLACES else place,
    )


def parts_of(usage: Usage, model: str) -> tuple[str, tuple[Part, ...], tuple[str, ...]]:
    """The model that prices the answer, the parts to count beside it, and the kinds of doubt.

    `message` entries are in the answer's own figures, `advisor_message` entries are not. A `compaction` is
    not if the other entries sum to the answer without it. A fallback's model prices the answer; nothing is
    ever added for it.
    """
    entries = usage.iterations or []
    advice = [entry for entry in entries if entry.type == "advisor_message"]
    served = [entry for entry in entries if entry.type in ("message", "fallback_message")]
    compactions = [entry for entry in entries if entry.type == "compaction"]
    fallbacks = [entry.model for entry in served if entry.type == "fallback_message" and entry.model]
    model = fallbacks[-1] if fallbacks else model
    parts = [_part("advisor", number, entry, entry.model or "") for number, entry in enumerate(advice, 1)]
    flags: tuple[str, ...] = ()
    if compactions and served and _sums_to(usage, served):
        parts += [_part("compaction", number, entry, model) for number, entry in enumerate(compactions, 1)]
    elif (served or compactions) and not _agrees(usage, entries, served, compactions):
        flags = ("iterations-differ",)
    return model, tuple(parts), flags


def _part(kind: str, number: int, entry: Iteration, model: str) -> Part:
    counts, flags = counts_of(entry)
    return Part(f"{kind}-{number}", model, counts, flags)


def _agrees(
    usage: Usage, entries: Sequence[Iteration], served: Sequence[Iteration], compactions: Sequence[Iteration]
) -> bool:
    if any(entry.type == "fallback_message" for entry in served):
        return _sums_to(usage, served) or _sums_to(usage, _with_fallbacks(entries))
    return _sums_to(usage, [*served, *compactions])


def _with_fallbacks(entries: Sequence[Iteration]) -> list[Iteration]:
    """What was served when a fallback stands in place of the message before it."""
    served: list[Iteration] = []
    for entry in entries:
        if entry.type == "fallback_message" and served and served[-1].type == "message":
            served[-1] = entry
        elif entry.type in ("message", "fallback_message"):
            served.append(entry)
    return served


def _sums_to(usage: Usage, entries: Sequence[Iteration]) -> bool:
    sums = [sum(figures) for figures in zip(*map(_figures, entries), strict=True)]
    return sums == _figures(usage)


def _figures(usage: Usage | Iteration) -> list[int]:
    return [
        usage.input_tokens or 0,
        usage.cache_creation_input_tokens or 0,
        usage.cache_read_input_tokens or 0,
        usage.output_tokens or 0,
    ]
