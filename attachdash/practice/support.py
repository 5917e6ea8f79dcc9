"""The support tool beside a flag: what helps, and what was answered to its questions.

For staff alone. A client never reads what was answered here, nor takes it along in their own copy:
it is what staff were thinking about while a flag stood, and a client is shown no flags.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from attachdash.errors import Invalid, Refused
from attachdash.practice.flags import Flag
from attachdash.practice.lines import one_line
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    change,
    reach,
    use_case,
)
from attachdash.practice.rules import Kind
from attachdash.practice.watched import Watched
from attachdash.store import support as store
from attachdash.store.engine import Cursor
from attachdash.support import Tool, content

LONGEST_NOTE = 500


class How(StrEnum):
    """Where an answer is from."""

    WITH_CLIENT = "with the client"
    KNOWLEDGE = "from knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer to one question; the words are those that were shown."""

    flag_id: int | None
    question_id: str
    version: int
    asked: str
    answer: str  # empty: the one before was taken back
    how: How
    by_whom: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a supervisor noted beside a flag."""

    flag_id: int | None
    words: str
    by_whom: str
    noted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was answered and noted beside the flags of one client, oldest first."""

    given: tuple[Given, ...]
    notes: tuple[Note, ...]


def tool_of(kind: str) -> Tool:
    """The tool that the rule of this kind of flag names."""
    return content().tools[Kind(kind).rule.tool]


def since(flag: Flag | Watched) -> datetime:
    """Since when the evidence of a flag stands: what was answered before isn't taken for now."""
    if isinstance(flag, Watched):
        return flag.raised_at
    return max(flag.came_in_at, flag.raised_at or flag.came_in_at)


def now_held(given: Iterable[Given], flag_id: int, since: datetime) -> dict[str, Given]:
    """What holds beside a flag since its evidence came in, by question; nothing taken back."""
    last = {
        one.question_id: one for one in given if one.flag_id == flag_id and one.given_at >= since
    }
    return {question: one for question, one in last.items() if one.answer}


def before_it(given: Iterable[Given], flag_id: int, since: datetime) -> dict[str, Given]:
    """What was answered last before that evidence, or beside another flag, by question."""
    last = {one.question_id: one for one in given if one.flag_id != flag_id or one.given_at < since}
    return {question: one for question, one in last.items() if one.answer}


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.CLIENT, audit=Audit.OPENING)
def looked(viewer: Viewer, client_id: int) -> Looked:
    """What was answered to the questions, and noted, beside the flags of a client."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        given = store.looks(cursor, reach(viewer), client_id)
        notes = store.notes(cursor, reach(viewer), client_id)
    return Looked(given=tuple(map(given_of, given)), notes=tuple(map(note_of, notes)))


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def answer(
    viewer: Viewer, client_id: int, flag_id: int, question_id: str, version: int, words: str,
    how: How,
) -> None:  # fmt: skip
    """Keep an answer beside a flag; without words the one before is taken back, and stays kept.

    Raises Invalid where the question was changed since it was shown, or has no such answer.
    """
    question = content().question(question_id)
    if question is None or question.version != version:
        raise Invalid("The question was changed meanwhile. Reload the page and read it again.")
    if words and question.answer(words) is None:
        raise Invalid("That is none of the answers to choose from.")
    look_answer_id = int(viewer.store.engine.new_ids("look_answer", 1)[0])

    def work(cursor: Cursor) -> None:
        if not store.add_look(
            cursor, viewer.site_id, look_answer_id, client_id, flag_id, question_id, version,
            question.prompt, words, how.value, viewer.person_id, viewer.now,
        ):  # fmt: skip
            raise Refused(NOT_THERE)

    change(viewer, "answered support question", work, object_kind="flag", object_id=flag_id)


@use_case(roles=[Role.SUPERVISOR], about=About.CLIENT, audit=Audit.CHANGE)
def add_note(viewer: Viewer, client_id: int, flag_id: int, words: str) -> None:
    """Note something beside a flag, for the therapist to read. Raises Invalid without words."""
    words = one_line(words)
    if not words or len(words) > LONGEST_NOTE:
        raise Invalid(f"Write the note first, in at most {LONGEST_NOTE} characters.")
    note_id = int(viewer.store.engine.new_ids("agenda_note", 1)[0])

    def work(cursor: Cursor) -> None:
        if not store.add_note(
            cursor, viewer.site_id, note_id, client_id, flag_id, words, viewer.person_id,
            viewer.now,
        ):  # fmt: skip
            raise Refused(NOT_THERE)

    change(viewer, "noted on agenda", work, object_kind="flag", object_id=flag_id)


def given_of(row: store.Look) -> Given:
    """An answer of what the store gives."""
    return Given(
        flag_id=row.flag_id, question_id=row.question_id, version=row.version, asked=row.asked,
        answer=row.answer, how=How(row.how), by_whom=row.by_whom or "", given_at=row.given_at,
    )  # fmt: skip


def note_of(row: store.Note) -> Note:
    """A note of what the store gives."""
    return Note(
        flag_id=row.flag_id, words=row.words, by_whom=row.by_whom or "", noted_at=row.noted_at
    )
