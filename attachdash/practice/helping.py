"""Which words of the support content fit a flag of one client, on a day?"""

from dataclasses import dataclass
from datetime import date

from attachdash.practice.flags import Flag
from attachdash.practice.marks import Phase
from attachdash.practice.record import ClientRecord
from attachdash.practice.rules import Kind
from attachdash.practice.support import tool_of
from attachdash.practice.watched import Watched
from attachdash.support import Content as Content
from attachdash.support import Entry as Entry
from attachdash.support import Grounds as Grounds
from attachdash.support import Move, Pattern, Prompt, Tool, content, pattern
from attachdash.support import Question as Question

ADULT = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What helps with one flag."""

    tool: Tool
    words: Content  # for sources, and for all that doesn't fit now
    steps: tuple[Question, ...]  # of safety
    safety_first: bool  # an answer about suicide, or its blank, is the reason
    protocol_first: bool  # also with any other watched item, and who asked to talk
    questions: tuple[Question, ...]
    pattern: Pattern
    prompts: tuple[Prompt, ...]  # that fit the pattern surely enough
    in_use: tuple[tuple[Phase, tuple[Move, ...]], ...]  # the techniques noted for today
    is_child: bool | None  # None: the age isn't known


def help_with(record: ClientRecord, flag: Flag | Watched, on: date) -> Help:
    """The tool of a flag, with the prompts that fit the latest attachment scores and the moves of
    the techniques in use on that day."""
    words, tool = content(), tool_of(flag.kind)
    found = pattern(record.attachment, on)
    age = record.client.age(on)
    return Help(
        tool=tool,
        words=words,
        steps=tuple(words.steps.values()),
        safety_first=isinstance(flag, Flag) and flag.is_risk,
        protocol_first=Kind(flag.kind).is_of_item or flag.kind is Kind.TALK,
        questions=words.asked(tool),
        pattern=found,
        prompts=words.prompts_for(found.fits),
        in_use=tuple(
            (phase, words.moves_for(phase.technique))
            for phase in record.phases
            if phase.from_on <= on and (phase.to_on is None or phase.to_on > on)
        ),
        is_child=None if age is None else age < ADULT,
    )
