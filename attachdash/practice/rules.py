"""Every kind of flag as one declared rule: from what it is raised, for whom, and what helps.

The page *Rules* and docs/rules.md are written from here, and nothing raises a flag of a kind that
has no rule here. Thresholds are those that the engine works with, not copies of them.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from attachdash.change.measured import AMBER, NOT_MOVING, RED, Measured
from attachdash.change.off_course import (
    AMBER as AMBER_FROM,
)
from attachdash.change.off_course import (
    LEAST_ANSWERS,
    LEAST_WEEKS,
    NOT_MOVING_BELOW,
    NOT_MOVING_FROM,
)
from attachdash.change.off_course import (
    RED as RED_FROM,
)
from attachdash.change.verdict import LIKELY, SURE
from attachdash.instruments import library
from attachdash.practice.rights import Role

HISTORIC_AFTER = timedelta(days=14)
SILENT_DAYS = 42  # without an answer for this long, in an open episode
REVIEW_AFTER = timedelta(weeks=4)  # of a risk answer that still stands, where no day was set
# Answers that go on to the supervisor soonest, from which step of the item on.
SOONEST = {("phq9", 9): 2, ("phq9a", 9): 2, ("bdi2", 9): 2, ("rcads25", 18): 2, ("core10", 6): 1}
SOON_HOURS, HOURS = 4, 24  # working hours; a practice can shorten both


class Kind(StrEnum):
    """What a flag is of; the gravest first. The value is what the store holds."""

    SUICIDE = "suicide_answer"
    SUICIDE_BLANK = "suicide_blank"
    HARM = "harm_to_others_answer"
    HARM_BLANK = "harm_to_others_blank"
    UNSAFE = "unsafe_answer"
    UNSAFE_BLANK = "unsafe_blank"
    ASK = "ask_answer"
    ASK_BLANK = "ask_blank"
    TALK = "talk"
    RED = "red"
    AMBER = "amber"
    WORSE = "worse"
    WITHDREW = "withdrew"
    ALLIANCE_FALLEN = "alliance_fallen"
    ALLIANCE_LOW = "alliance_low"
    NOT_MOVING = "not_moving"
    PAUSED = "paused"
    OVERDUE = "overdue"

    @property
    def is_of_item(self) -> bool:
        """Whether it rests on the answer to one item, whatever any total says."""
        return self.value.endswith(("_answer", "_blank"))

    @property
    def rule(self) -> "Rule":
        """The rule that raises it."""
        return _OF_KIND[self]


class Tool(StrEnum):
    """What helps with a flag: an id of data/support."""

    SAFETY = "safety"
    BLANK = "blank"
    UNSAFE = "unsafe"
    ASK = "ask"
    COURSE = "course"
    ALLIANCE = "alliance"
    OVERDUE = "overdue"
    PAUSED = "paused"
    TALK = "talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of flag."""

    kind: Kind
    name: str
    data: str  # from which data
    threshold: str
    certainty: str
    tool: Tool
    # Kinds of one cause replace each other: red is amber grown, not a second flag.
    cause: str
    for_whom: tuple[Role, ...] = (Role.THERAPIST, Role.SUPERVISOR)
    goes_on: bool = False  # unseen, to the supervisor and then to the administrator
    measured: Measured | None = None

    @property
    def escalation(self) -> str:
        """Where it goes while nobody has seen it."""
        if not self.goes_on:
            return "None: it waits on the caseload"
        if self.kind is Kind.TALK:
            return (
                f"To the supervisor after half of the {HOURS} working hours by which somebody "
                "answers, at once where no therapist is there; after them to the administrator, as "
                "a number alone"
            )
        soon = f"{SOON_HOURS} or " if self.kind is Kind.SUICIDE else ""
        return (
            f"To the supervisor after {soon}{HOURS} working hours, at once where no therapist is "
            "there; then to the administrator, as a number alone"
        )


_ITEM = "Nothing is estimated: it is what was answered"
_CLIENT_ITEM = "one a client, item and person who answered"
_PRIMARY = "The episode’s one primary symptom scale, or false alarms multiply"
_COURSE = "one an episode: red, amber and not moving replace each other"
_FROM = f"from {LEAST_ANSWERS} answers over {LEAST_WEEKS:g} weeks"
_SAFE = "Lines of the check-in about feeling safe with people close, or with grown-ups"
_SAID = "Nothing is estimated: staff noted what the client said or did"

RULES: tuple[Rule, ...] = (
    Rule(
        kind=Kind.SUICIDE, name="Risk answer",
        data="Items about suicide, of every form by whomever",
        threshold="Any answer that counts as risk, whatever the total",
        certainty=_ITEM, tool=Tool.SAFETY, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.SUICIDE_BLANK, name="Risk item left blank",
        data="Items about suicide, of every form by whomever",
        threshold="No answer, for whatever reason",
        certainty=_ITEM, tool=Tool.BLANK, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.HARM, name="Softer prompt: harm to others",
        data="Items about harm to others", threshold="From the item’s own step on",
        certainty=_ITEM, tool=Tool.ASK, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.HARM_BLANK, name="Softer prompt: harm to others left blank",
        data="Items about harm to others", threshold="No answer, for whatever reason",
        certainty=_ITEM, tool=Tool.BLANK, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.UNSAFE, name="Softer prompt: feeling unsafe", data=_SAFE,
        threshold="An answer in the lowest fifth, of every client: who is a child or lives in a "
        "couple isn’t always on record, and asking once too often is the safer mistake. Never told "
        "to the client’s browser, a carer or a partner",
        certainty=_ITEM, tool=Tool.UNSAFE, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.UNSAFE_BLANK, name="Softer prompt: feeling safe left blank", data=_SAFE,
        threshold="No answer, for whatever reason",
        certainty=_ITEM, tool=Tool.UNSAFE, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.ASK, name="Softer prompt: ask about it",
        data="Items about hopelessness, risk-taking, thoughts of death and the like",
        threshold="From the item’s own step on",
        certainty=_ITEM, tool=Tool.ASK, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.ASK_BLANK, name="Softer prompt: left blank",
        data="Items about hopelessness, risk-taking, thoughts of death and the like",
        threshold="No answer, for whatever reason",
        certainty=_ITEM, tool=Tool.BLANK, cause=_CLIENT_ITEM, goes_on=True,
    ),
    Rule(
        kind=Kind.TALK, name="Asked to talk",
        data="The box on a form in our own words, the client’s own page, or a note of staff",
        threshold="The client, or who answers for a child, asked to talk",
        certainty="Nothing is estimated: they asked", tool=Tool.TALK, cause="one a client",
        goes_on=True,
    ),
    Rule(
        kind=Kind.RED, name="Red", data=_PRIMARY,
        threshold=f"The likely true level is worse than at the start, {_FROM}",
        certainty=f"{RED_FROM:.0%} or more",
        tool=Tool.COURSE, cause=_COURSE, measured=RED,
    ),
    Rule(
        kind=Kind.AMBER, name="Amber", data=_PRIMARY,
        threshold=f"The likely true level is worse than at the start, {_FROM}",
        certainty=f"{AMBER_FROM:.0%} or more",
        tool=Tool.COURSE, cause=_COURSE, measured=AMBER,
    ),
    Rule(
        kind=Kind.WORSE, name="Reliably worse on another scale",
        data="The three leading scales: communication, regulation, self-esteem",
        threshold=f"Worse by the reliable change between start and latest answer, {_FROM}",
        certainty=f"and the likely true level is worse with {SURE:.0%} or more",
        tool=Tool.COURSE, cause="one an episode and scale",
    ),
    Rule(
        kind=Kind.WITHDREW, name="Withdrew",
        data="A note of staff on the client’s page", threshold="The client ended or left the work",
        certainty=_SAID, tool=Tool.PAUSED, cause="one a client: paused and withdrew replace "
        "each other",
    ),
    Rule(
        kind=Kind.ALLIANCE_FALLEN, name="Alliance fallen",
        data="The episode’s leading scale of the alliance",
        threshold=f"The likely true level is worse than at the start, {_FROM}; told only where "
        "the scale has an SD, its own or the practice’s",
        certainty=f"{LIKELY:.0%} or more",
        tool=Tool.ALLIANCE, cause="one an episode: fallen and low replace each other",
    ),
    Rule(
        kind=Kind.ALLIANCE_LOW, name="Alliance low",
        data="The episode’s leading scale of the alliance",
        threshold="The latest answer lies on the unwell side of the scale’s own line",
        certainty="None: one answer is a reason to ask, not a verdict",
        tool=Tool.ALLIANCE, cause="one an episode: fallen and low replace each other",
    ),
    Rule(
        kind=Kind.NOT_MOVING, name="Not moving", data=_PRIMARY,
        threshold=f"From {NOT_MOVING_FROM} answers on the clinical side, at the start and now",
        certainty="and better by half the reliable change with less than "
        f"{NOT_MOVING_BELOW:.0%}",
        tool=Tool.COURSE, cause=_COURSE, measured=NOT_MOVING,
    ),
    Rule(
        kind=Kind.PAUSED, name="Paused",
        data="A note of staff on the client’s page", threshold="The client wants a pause",
        certainty=_SAID, tool=Tool.PAUSED, cause="one a client: paused and withdrew replace "
        "each other",
    ),
    Rule(
        kind=Kind.OVERDUE, name="Answers overdue", data="Days of the client’s own answers",
        threshold=f"None for {SILENT_DAYS // 7} weeks in an open episode, from its start on, of a "
        "client whom somebody treats now",
        certainty="Nothing is estimated", tool=Tool.OVERDUE, cause="one an episode",
    ),
)  # fmt: skip
_OF_KIND: Mapping[Kind, Rule] = {rule.kind: rule for rule in RULES}

COLUMNS = (
    "Kind", "From which data", "Raised when", "How sure", "For whom", "One flag",
    "While nobody has seen it", "Support tool", "In vain", "Missed",
)  # fmt: skip


def rows() -> Iterator[tuple[str, ...]]:
    """A row for each rule under COLUMNS, the gravest first; – was not measured."""
    for one in RULES:
        rates = one.measured
        yield (
            one.name, one.data, one.threshold, one.certainty,
            " and ".join(f"their {role}" for role in one.for_whom), one.cause, one.escalation,
            one.tool.value, rates.in_vain_words if rates else "–",
            rates.missed_words if rates else "–",
        )  # fmt: skip


ITEM_COLUMNS = ("Questionnaire", "Item", "About", "Kind", "Answers", "Goes on after")


def item_rows() -> Iterator[tuple[str, ...]]:
    """A row under ITEM_COLUMNS for each item that is watched, by questionnaire."""
    for one in sorted(library().values(), key=lambda each: each.short_name.casefold()):
        for risk in one.risk_items:
            from_on = SOONEST.get((one.id, risk.item))
            hours = f"{HOURS} working hours"
            if from_on is not None and risk.kind.value == "suicide":
                hours = f"{SOON_HOURS} working hours" + (
                    f" from {from_on}, else {hours}" if from_on > (risk.min or 0) else ""
                )
            yield (
                one.short_name, str(risk.item), risk.topic,
                Kind(f"{risk.kind.value}_answer").rule.name, risk.span, hours,
            )  # fmt: skip


LIFE = (
    "**Open**: nobody has marked it as seen. **Seen**: who and when. **Acted on**: what was "
    "decided, in one's own words, and when to look again. **Closed**, with a reason. **Over**: "
    "later answers say it no longer holds. **Withdrawn**: the answer it rested on was put right "
    "or taken back. **Historic**: the answer was older than 14 days when it came in. Nothing is "
    "deleted, and every step is kept with who and when.",
    "A new answer to a watched item opens its flag again: nobody has looked at that answer yet. "
    "It is *new* after none or a quieter one that raised nothing, *risen* after a lower one "
    "(*fallen* after a higher one, where a low answer is the grave one), *continuing* otherwise; "
    "one that stands is looked at again every four weeks, or on the day that was set. A "
    "flag of a course opens again where it is graver than what was seen, or was closed.",
    "Working hours and days, and the days on which it is closed, are the practice's own "
    "(*Settings*): public holidays count where they are written down there. A therapist is *not "
    "there* while disabled, on leave (*People*, *Account*), or where nobody is assigned. A "
    "supervisor may mark as seen, and act on, what came to them. The administrator is told how "
    "many flags nobody has seen, never whose.",
    "Where mail is set up (*Settings*), whoever a flag that goes on newly waits for is told that "
    "something waits, at most once in four hours, and nothing else: mail is no emergency channel, "
    "and a flag goes on whether or not it arrives.",
    "This is no emergency service and no risk assessment: nobody is at high or low risk by it, "
    "and where there is no flag there need not be safety.",
)


def as_markdown() -> str:
    """docs/rules.md."""
    return "\n".join(
        (
            "# What raises a flag",
            "",
            "Written by `make rules` from `attachdash/practice/rules.py`, not by hand; the page "
            "*Rules* shows the same. Who stands where on the caseload is another rule, behind "
            "*How is this sorted?*. *In vain* and *missed* are of simulated courses "
            "([calibration.md](calibration.md)); – was not measured.",
            "",
            *_table(COLUMNS, rows()),
            "",
            "## Items that are watched",
            "",
            *_table(ITEM_COLUMNS, item_rows()),
            "",
            "## The life of a flag",
            "",
            *(f"- {line}" for line in LIFE),
            "",
        )
    )


def _table(columns: tuple[str, ...], found: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in found:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
