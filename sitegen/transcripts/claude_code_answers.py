"""The lines of one answer of Claude Code: it is written once for each block, and grows as it streams."""

from sitegen.transcripts.claude_code_lines import Message, Usage


class Answer:
    """The copies of one response that follow each other on lines of one file, as streaming leaves them."""

    __slots__ = ("at", "flags", "line", "message", "open", "session", "side", "tools", "usage", "when")

    def __init__(
        self,
        message: Message,
        usage: Usage,
        session: str,
        side: int,
        at: float,
        when: float,
        line: int,
        flags: tuple[str, ...],
    ) -> None:
        self.message, self.usage, self.session, self.side = message, usage, session, side
        self.at, self.when, self.line, self.flags = at, when, line, flags
        self.open = message.stop_reason is None
        self.tools = _tools(message)

    def takes(self, message: Message, session: str, side: int, at: float, when: float, line: int) -> bool:
        """True where this is one more copy, with the same input; it is then taken into account."""
        known, usage = self.usage, message.usage
        if (
            message.id != self.message.id
            or usage is None
            or usage.output_tokens is None
            or usage.iterations
            or at < self.at
            or side != self.side
            or session != self.session
            or usage.input_tokens != known.input_tokens
            or usage.cache_read_input_tokens != known.cache_read_input_tokens
            or usage.cache_creation_input_tokens != known.cache_creation_input_tokens
            or usage.cache_creation != known.cache_creation
        ):
            return False
        final = message.stop_reason is not None
        least = known.output_tokens or 0
        if usage.output_tokens > least or (
            usage.output_tokens == least and (final or self.message.stop_reason is None)
        ):
            self.message, self.usage, self.at, self.when, self.line = message, usage, at, when, line
        self.open = self.open and not final
        self.tools.update(_tools(message))
        return True


def _tools(message: Message) -> dict[str, str]:
    if not isinstance(message.content, list):
        return {}
    return {block.id: block.name for block in message.content if block.type == "tool_use" and block.id and block.name}
