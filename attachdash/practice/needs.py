"""Who wants a person's eye first, and why: the published rule, in its order, as data.

The first step that holds says where a client stands; what else holds is said beside it. Every
threshold below is the one that the change engine works with, not a copy of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from attachdash.change.measured import AMBER, NOT_MOVING
from attachdash.change.off_course import (
    LEAST_ANSWERS,
    LEAST_WEEKS,
    NOT_MOVING_BELOW,
    NOT_MOVING_FROM,
    OffCourse,
)
from attachdash.change.verdict import LIKELY, SURE, Word
from attachdash.instruments import Domain
from attachdash.practice.flags import Flag
from attachdash.practice.rules import SILENT_DAYS
from attachdash.practice.telling import Told


class Need(StrEnum):
    """What may make a client want an eye; the value is how a filter names it."""

    RISK = "Risk answer"
    PROMPT = "Softer prompt"
    TALK = "Asked to talk"
    RELIABLY_WORSE = "Reliably worse"
    OFF_COURSE = "Off course"
    PROBABLY_WORSE = "Probably worse"
    NOT_MOVING = "Not moving"
    OVERDUE = "No answer for 6 weeks"
    LATE = "Late risk answer"
    NEW = "Too early to tell"
    UNTOLD = "Can’t be told"
    ON_COURSE = "On course"
    NO_EPISODE = "No episode"


class Group(StrEnum):
    """What stands together on the page; the value is its heading."""

    RISK = "Risk answers first"
    PROMPT = "Softer prompts"
    TALK = "Asked to talk"
    WORSE = "Getting worse"
    SOON = "Look soon"
    NEW = "Too early to tell"
    COURSE = "On course"
    NO_EPISODE = "Assigned, no episode yet"

    @property
    def is_first(self) -> bool:
        """Whether these want a look first."""
        return self in (Group.RISK, Group.PROMPT, Group.TALK, Group.WORSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the rule looks at, of one client."""

    has_episode: bool
    told: Mapping[Domain, Told]  # of the leading scales that have a score; symptoms: the primary
    flags: tuple[Flag, ...]  # most urgent first
    silent_days: int | None  # since the last answer, or the start; None without an open episode
    asked_to_talk: bool = False  # and nobody has said that they saw it


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one step found: a course or a flag, or nothing but that it holds."""

    domain: Domain | None = None
    told: Told | None = None
    flag: Flag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often a step is wrong, in words with their figures: "12 of 100"."""

    false_alarms: str
    misses: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One step of the rule."""

    need: Need
    group: Group
    data: str  # from which data
    threshold: str
    certainty: str
    next_step: str  # {month}: when it began
    holds: Callable[[Facts], Iterator[Evidence]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """That a step holds for a client, and on what."""

    rule: Rule
    evidence: Evidence

    @property
    def need(self) -> Need:
        return self.rule.need

    @property
    def since(self) -> date | None:
        """The day since which it has stood without a break; None where it isn't a worsening."""
        told = self.evidence.told
        return told.worse_since if told else None

    @property
    def certainty(self) -> float | None:
        """The probability that what is said is so; None where nothing is estimated."""
        told = self.evidence.told
        if told is None:
            return None
        if self.need is Need.NOT_MOVING:
            at = told.found.figures
            return 1 - float(told.found.levels.p_more(at.sign, at.half)[told.row])
        if told.word is Word.NO_CLEAR_CHANGE or not told.word.is_for_change:
            return None
        return told.probability


def _open(risk: bool) -> Callable[[Facts], Iterator[Evidence]]:
    def holds(facts: Facts) -> Iterator[Evidence]:
        for flag in facts.flags:
            if flag.state == "open" and flag.is_risk is risk:
                yield Evidence(flag=flag)

    return holds


def _asked(facts: Facts) -> Iterator[Evidence]:
    if facts.asked_to_talk:
        yield Evidence()


def _late(facts: Facts) -> Iterator[Evidence]:
    for flag in facts.flags:
        if flag.state == "historic" and flag.is_risk:
            yield Evidence(flag=flag)


def _word(word: Word) -> Callable[[Facts], Iterator[Evidence]]:
    def holds(facts: Facts) -> Iterator[Evidence]:
        found = [(domain, told) for domain, told in facts.told.items() if told.word is word]
        # The surest first: it is the one that the row speaks of.
        for domain, told in sorted(found, key=lambda one: -(one[1].probability or 0)):
            yield Evidence(domain=domain, told=told)

    return holds


def _flagged(*flags: OffCourse) -> Callable[[Facts], Iterator[Evidence]]:
    def holds(facts: Facts) -> Iterator[Evidence]:
        primary = facts.told.get(Domain.SYMPTOMS)
        if primary is not None and primary.flag in flags:
            yield Evidence(domain=Domain.SYMPTOMS, told=primary)

    return holds


def _overdue(facts: Facts) -> Iterator[Evidence]:
    if facts.silent_days is not None and facts.silent_days >= SILENT_DAYS:
        yield Evidence()


_WAITING = (Word.NO_ANSWER, Word.ONE_ANSWER, Word.TWO_ANSWERS, Word.TOO_EARLY)


def _new(facts: Facts) -> Iterator[Evidence]:
    if not facts.has_episode or any(one.word.is_for_change for one in facts.told.values()):
        return
    waiting = [(domain, one) for domain, one in facts.told.items() if one.word in _WAITING]
    if waiting:
        domain, told = max(waiting, key=lambda one: one[1].course.n)
        yield Evidence(domain=domain, told=told)
    elif not facts.told:
        yield Evidence()


def _untold(facts: Facts) -> Iterator[Evidence]:
    words = [one.word for one in facts.told.values()]
    if facts.has_episode and words and not any(w.is_for_change or w in _WAITING for w in words):
        domain, told = next(iter(facts.told.items()))
        yield Evidence(domain=domain, told=told)


def _on_course(facts: Facts) -> Iterator[Evidence]:
    """With the primary scale where something is told of it, else the first that has a word."""
    told = {domain: one for domain, one in facts.told.items() if one.word.is_for_change}
    if facts.has_episode and told:
        domain = Domain.SYMPTOMS if Domain.SYMPTOMS in told else next(iter(told))
        yield Evidence(domain=domain, told=told[domain])


def _no_episode(facts: Facts) -> Iterator[Evidence]:
    if not facts.has_episode:
        yield Evidence()


_LEADS = "The three leading scales and the primary symptom scale"
_FROM = f"from {LEAST_ANSWERS} answers over {LEAST_WEEKS:g} weeks"

RULES: tuple[Rule, ...] = (
    Rule(
        need=Need.RISK, group=Group.RISK,
        data="Items about suicide in every form of the last fortnight",
        threshold="Any answer that counts as risk, or a blank, that nobody has marked as seen",
        certainty="Nothing is estimated: it is what was answered",
        next_step="Ask directly.", holds=_open(risk=True),
    ),
    Rule(
        need=Need.PROMPT, group=Group.PROMPT,
        data="Items about harm to others and other things to ask about",
        threshold="As above", certainty="Nothing is estimated",
        next_step="Ask directly.", holds=_open(risk=False),
    ),
    Rule(
        need=Need.TALK, group=Group.TALK,
        data="What the client ticked on a form, asked on their page, or said to staff",
        threshold="They asked to talk before the next meeting, and nobody has marked it as seen",
        certainty="Nothing is estimated",
        next_step="Answer in time.", holds=_asked,
    ),
    Rule(
        need=Need.RELIABLY_WORSE, group=Group.WORSE, data=_LEADS,
        threshold=f"Worse by the reliable change between start and latest answer, {_FROM}",
        certainty=f"and the likely true level is worse with {SURE:.0%} or more",
        next_step="Ask what changed in {month}.", holds=_word(Word.RELIABLY_WORSE),
    ),
    Rule(
        need=Need.OFF_COURSE, group=Group.WORSE,
        data="The primary symptom scale alone: one an episode, or false alarms multiply",
        threshold=f"The likely true level is worse than at the start, {_FROM}",
        certainty=f"{SURE:.0%} or more (red), {LIKELY:.0%} or more (amber)",
        next_step="Ask what changed in {month}.",
        holds=_flagged(OffCourse.RED, OffCourse.AMBER),
    ),
    Rule(
        need=Need.PROBABLY_WORSE, group=Group.WORSE, data="The three leading scales",
        threshold=f"The likely true level is worse than at the start, {_FROM}",
        certainty=f"{LIKELY:.0%} or more",
        next_step="Look again at the next answer; ask what changed in {month}.",
        holds=_word(Word.PROBABLY_WORSE),
    ),
    Rule(
        need=Need.NOT_MOVING, group=Group.SOON, data="The primary symptom scale alone",
        threshold=f"From {NOT_MOVING_FROM} answers on the clinical (or else the worse) side of its "
        "line, at the start and now",
        certainty="and better by half the reliable change with less than "
        f"{NOT_MOVING_BELOW:.0%}",
        next_step="Review the focus of the work.", holds=_flagged(OffCourse.NOT_MOVING),
    ),
    Rule(
        need=Need.OVERDUE, group=Group.SOON, data="Days of the client’s own answers",
        threshold=f"None for {SILENT_DAYS // 7} weeks in an open episode, from its start on",
        certainty="Nothing is estimated",
        next_step="Ask how it goes, and for the next form.", holds=_overdue,
    ),
    Rule(
        need=Need.LATE, group=Group.SOON, data="Items about suicide in forms that came in late",
        threshold="Answered more than a fortnight before it came in, and nobody has seen it",
        certainty="Nothing is estimated",
        next_step="Look at the record.", holds=_late,
    ),
    Rule(
        need=Need.NEW, group=Group.NEW, data=_LEADS,
        threshold=f"None has {LEAST_ANSWERS} answers over {LEAST_WEEKS:g} weeks yet",
        certainty="Nothing can be told",
        next_step="Ask for the next form.", holds=_new,
    ),
    Rule(
        need=Need.UNTOLD, group=Group.NEW, data=_LEADS,
        threshold="None has the figures that tell change from noise",
        certainty="Nothing can be told",
        next_step="Look at the answers themselves.", holds=_untold,
    ),
    Rule(
        need=Need.ON_COURSE, group=Group.COURSE, data=_LEADS,
        threshold="None of the above holds",
        certainty="It says that no worsening was found, not that there is none",
        next_step="", holds=_on_course,
    ),
    Rule(
        need=Need.NO_EPISODE, group=Group.NO_EPISODE, data="Episodes",
        threshold="None is open", certainty="Nothing is estimated",
        next_step="Open an episode: weeks are counted from its first day.", holds=_no_episode,
    ),
)  # fmt: skip

# How often a step is wrong, as docs/calibration.md has it; of the others nothing was measured. The
# limits of off course are amber's, and its sure half is red's.
RATES: Mapping[Need, Rates] = {
    need: Rates(false_alarms=found.in_vain_words, misses=found.missed_words)
    for need, found in ((Need.OFF_COURSE, AMBER), (Need.NOT_MOVING, NOT_MOVING))
}

_QUIET = (Need.NEW, Need.UNTOLD, Need.ON_COURSE)  # not worth a word beside another reason


def reasons(facts: Facts) -> tuple[Reason, ...]:
    """All that holds, in the rule's order, each course named once; the first is why they stand
    where they stand. Never empty."""
    found: list[Reason] = []
    named: set[int] = set()
    for rule in RULES:
        if found and rule.need in _QUIET:
            continue
        for evidence in rule.holds(facts):
            about = id(evidence.told or evidence.flag or rule)
            if about not in named:
                named.add(about)
                found.append(Reason(rule=rule, evidence=evidence))
    assert found, "the rule leaves nobody out"
    return tuple(found)


def place(reason: Reason) -> tuple[object, ...]:
    """To sort by: the step, and within it the grave before the soft."""
    flag, told = reason.evidence.flag, reason.evidence.told
    grave: tuple[int, ...] = flag.urgency if flag else ()
    if reason.need is Need.OFF_COURSE and told:
        grave = (-told.flag,)
    return (RULES.index(reason.rule), grave)
