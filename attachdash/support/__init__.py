"""What helps with a flag: the words, and which of them fit."""

from attachdash.support.content import (
    Answer,
    Content,
    ContentError,
    Entry,
    Grounds,
    Move,
    Prompt,
    Question,
    Source,
    Tool,
    content,
    read_content,
)
from attachdash.support.pattern import Dimension, Pattern, Standing, pattern

__all__ = [
    "Answer",
    "Content",
    "ContentError",
    "Dimension",
    "Entry",
    "Grounds",
    "Move",
    "Pattern",
    "Prompt",
    "Question",
    "Source",
    "Standing",
    "Tool",
    "content",
    "pattern",
    "read_content",
]
