"""The transcripts of coding agents: the only package that knows how other programs spell things.

`claude_code_*` knows Claude Code; `evidence` and `assembly` hold for any agent whose responses can be copied
between files. Another agent is another scanner that makes evidence.
"""

from sitegen.transcripts.claude_code_copies import (
    AgentFigure,
    AnswerLine,
    Copies,
    ModelFigure,
    SummedCounts,
    read_copies,
    summed,
)
from sitegen.transcripts.claude_code_files import find_transcript_folders
from sitegen.transcripts.history import AgentSession, Damage, History, Prompt
from sitegen.transcripts.reading import Progress, read_history

__all__ = [
    "AgentFigure",
    "AgentSession",
    "AnswerLine",
    "Copies",
    "Damage",
    "History",
    "ModelFigure",
    "Progress",
    "Prompt",
    "SummedCounts",
    "find_transcript_folders",
    "read_copies",
    "read_history",
    "summed",
]
