"""What helps with a flag: the words of data/support, checked when they are read.

Plain YAML that a clinician can edit. Each entry has an id, a version, when it is shown, the words,
why, and its sources; an edited prompt or answer gets a higher version. Answers that were given keep
the words they were given to, so old versions need not be kept here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError

from attachdash.errors import ForPeople
from attachdash.instruments.library import DATA, read_yaml
from attachdash.instruments.strict import Identified, Identifier, Model, Word

Patterns = Literal["anxiety", "avoidance", "both"]
FEWEST_ASKED, MOST_ASKED = 6, 12  # short enough to be gone through in a session

F = TypeVar("F", bound="Model")


class ContentError(ForPeople):
    """A file of data/support can't be used; the message names the file and each field at fault."""


class Source(Identified):
    """Where words are from, and whether that was opened while they were written."""

    words: Word
    kind: Literal["evidence", "expert practice", "judgement"]
    seen: Literal["abstract", "memory", "none"]

    @property
    def told(self) -> str:
        """The source in one line, saying what it is worth."""
        unseen = "; from memory, not opened" if self.seen == "memory" else ""
        return f"{self.words} ({self.kind}{unseen})"


class Entry(Identified):
    """One thing that is said, and why."""

    version: Annotated[int, Field(ge=1)]
    when: Word
    prompt: Word
    rationale: Word
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Answer(Model):
    """What may be answered, and what to consider next."""

    answer: Annotated[str, Field(min_length=1, max_length=40)]
    consider: Word | None = None
    urgent: bool = False  # the practice's protocol comes first


class Question(Entry):
    """One question of the look, or one step of safety."""

    topic: Word
    answers: Annotated[tuple[Answer, ...], Field(min_length=2)]

    def answer(self, words: str) -> Answer | None:
        """The answer that has these words; None for others."""
        return next((one for one in self.answers if one.answer == words), None)


class Tool(Entry):
    """What helps with one kind of flag: how it begins, and what is asked in which order."""

    title: Word
    begins_with: Literal["safety", "look"]
    asks: tuple[Identifier, ...]


class Prompt(Entry):
    """A possibility to consider where the latest attachment scores are surely high."""

    pattern: Patterns


class Move(Entry):
    """Something concrete within a technique; nothing here knows of a score."""

    technique: Identifier


class Grounds(Model):
    """Why something isn't done, with its sources."""

    words: Word
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class _Sources(Model):
    signed_off: Word | None
    sources: tuple[Source, ...]


class _Look(Model):
    questions: tuple[Question, ...]


class _Safety(Model):
    steps: tuple[Question, ...]


class _Tools(Model):
    tools: tuple[Tool, ...]


class _Patterns(Model):
    prompts: tuple[Prompt, ...]


class _Moves(Model):
    why_not_by_score: Grounds
    moves: tuple[Move, ...]


class _Children(Model):
    never: Entry
    prompts: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All of data/support."""

    signed_off: str | None  # by whom and when; None: a draft
    sources: Mapping[str, Source]
    questions: dict[str, Question]  # of the look, in order
    unsafe: dict[str, Question]  # where somebody may not be safe at home, in order
    steps: dict[str, Question]  # of safety, in order
    tools: Mapping[str, Tool]
    prompts: tuple[Prompt, ...]
    why_not_by_score: Grounds
    moves: tuple[Move, ...]
    never: Entry
    children: tuple[Entry, ...]

    def asked(self, tool: Tool) -> tuple[Question, ...]:
        """The questions of a tool, in its order."""
        return tuple((self.unsafe | self.questions)[one] for one in tool.asks)

    def question(self, question_id: str) -> Question | None:
        """A question of the look or of unsafe, or a step of safety."""
        return (self.questions | self.unsafe | self.steps).get(question_id)

    def prompts_for(self, pattern: Patterns | None) -> tuple[Prompt, ...]:
        """What may be considered with this pattern; nothing without one."""
        return tuple(one for one in self.prompts if one.pattern == pattern)

    def moves_for(self, technique: str) -> tuple[Move, ...]:
        """The moves within a technique that is in use already; nothing for one of its own words."""
        return tuple(one for one in self.moves if one.technique == technique)

    def sources_of(self, entry: Entry | Grounds) -> str:
        """The sources of an entry in one line."""
        return "; ".join(self.sources[one].told for one in entry.sources)

    @property
    def entries(self) -> Iterator[Entry]:
        """Everything that is said, file by file."""
        yield from self.tools.values()
        yield from self.questions.values()
        yield from self.unsafe.values()
        yield from self.steps.values()
        yield from self.prompts
        yield from self.moves
        yield self.never
        yield from self.children


@cache
def content() -> Content:
    """The content of data/support. Raises ContentError."""
    return read_content(DATA / "support")


def read_content(folder: Path) -> Content:
    """The content of a folder. Raises ContentError, naming each fault."""
    sources = _read(folder, "sources.yaml", _Sources)
    moves, children = _read(folder, "moves.yaml", _Moves), _read(folder, "children.yaml", _Children)
    found = Content(
        signed_off=sources.signed_off,
        sources={one.id: one for one in sources.sources},
        questions={one.id: one for one in _read(folder, "look.yaml", _Look).questions},
        unsafe={one.id: one for one in _read(folder, "unsafe.yaml", _Look).questions},
        steps={one.id: one for one in _read(folder, "safety.yaml", _Safety).steps},
        tools={one.id: one for one in _read(folder, "tools.yaml", _Tools).tools},
        prompts=_read(folder, "patterns.yaml", _Patterns).prompts,
        why_not_by_score=moves.why_not_by_score,
        moves=moves.moves,
        never=children.never,
        children=children.prompts,
    )
    if faults := list(_contradictions(found)):
        raise ContentError("\n".join(faults))
    return found


def _read(folder: Path, name: str, kind: type[F]) -> F:
    try:
        # Through JSON, because there strict means strict: no "3" for 3, no yes for true.
        text = json.dumps(read_yaml(folder / name), ensure_ascii=False, allow_nan=False)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, ValueError) as error:
        raise ContentError(f"{name} can't be read: {error}") from error
    try:
        found = kind.model_validate_json(text)
    except ValidationError as error:
        faults = ((".".join(map(str, e["loc"])) or "file", e["msg"]) for e in error.errors())
        lines = (f"{name}, {field}: {problem}" for field, problem in faults)
        raise ContentError("\n".join(lines)) from error
    ids = [one["id"] for listed in found.model_dump().values() for one in _listed(listed)]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise ContentError(f"{name}: {', '.join(twice)} is there twice")
    return found


def _listed(value: object) -> list[dict[str, str]]:
    return list(value) if isinstance(value, tuple) else []


def _contradictions(found: Content) -> Iterator[str]:
    ids = [one.id for one in found.entries]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"{twice} is the id of two things: answers would be mixed up"
    named = [(one.id, one.sources) for one in found.entries]
    for name, sources in (*named, ("why_not_by_score", found.why_not_by_score.sources)):
        for lacking in sorted(set(sources) - set(found.sources)):
            yield f"{name}: sources.yaml has no {lacking}"
    for tool in found.tools.values():
        for lacking in sorted(set(tool.asks) - set(found.questions) - set(found.unsafe)):
            yield f"tools.yaml, {tool.id}: neither look.yaml nor unsafe.yaml has {lacking}"
        if not FEWEST_ASKED <= len(set(tool.asks)) == len(tool.asks) <= MOST_ASKED:
            yield f"tools.yaml, {tool.id}: asks {FEWEST_ASKED} to {MOST_ASKED} questions, each once"
    for question in (
        *found.questions.values(), *found.unsafe.values(), *found.steps.values()
    ):  # fmt: skip
        words = [one.answer for one in question.answers]
        if len(set(words)) < len(words):
            yield f"{question.id}: an answer is there twice"
