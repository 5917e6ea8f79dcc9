"""How is a course said in words, and as a table?

Sentences are plain text: whoever puts them into markdown or HTML escapes them there.
"""

from collections.abc import Mapping
from datetime import date
from html import escape

import pandas as pd

from attachdash.change import Answer, Course
from attachdash.charts.references import usual_range
from attachdash.instruments import Direction, Instrument, Method, Scale, State

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHOLE_FROM_SPAN = 20  # a mean on a range this wide carries no decimal worth reading

HOVER = (
    "<b>%{customdata[0]}</b> · week %{customdata[1]} · %{customdata[2]} · %{customdata[3]}"
    "<extra></extra>"
)
CLIENT_HOVER = "week %{customdata[0]} · %{customdata[1]}<extra></extra>"
STATE_WORDS: Mapping[State, str] = {
    State.COMPLETE: "complete",
    State.PRORATED: "blanks filled in with the person’s own mean",
    State.INCOMPLETE: "too many blanks for a score",
    State.GIVEN: "ready score",
}


def safe(text: str) -> str:
    """The text as plotly may draw it: no markup from outside, one line."""
    return escape(" ".join(text.split()), quote=False)


def day(on: date) -> str:
    """The day as "21 Nov 2026", whatever the locale of the process."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def decimals(instrument: Instrument, scale: Scale) -> int:
    """How many decimals a score of this scale is shown with: sums none, means one."""
    if scale.method in {Method.SUM, Method.SUM_SCALED}:
        return 0 if instrument.step == 1 and not scale.convert else 1
    return 1 if scale.span < _WHOLE_FROM_SPAN else 0


def number(instrument: Instrument, scale: Scale, value: float) -> str:
    """A score of this scale in digits."""
    return minus(f"{value:.{decimals(instrument, scale)}f}")


def minus(digits: str) -> str:
    """The digits with a true minus sign, and no minus before nought."""
    if not digits.strip("-0."):
        digits = digits.lstrip("-")
    return digits.replace("-", "−")


def in_digits(value: float) -> str:
    """A figure of a definition in the digits it was published with."""
    return minus(f"{value:g}")


def range_of(scale: Scale) -> str:
    """The scale's range as "0–27"; "−3 to 3" where an end is below nought."""
    joint = "–" if scale.low >= 0 else " to "
    return in_digits(scale.low) + joint + in_digits(scale.high)


def answered(answer: Answer) -> str:
    """How much of the scale was answered: "16 of 16 answered"."""
    if answer.state is State.GIVEN:
        return STATE_WORDS[State.GIVEN]
    return f"{answer.answered} of {answer.asked} answered"


def hover(course: Course, answer: Answer, shown: str | None) -> tuple[str, ...]:
    """What HOVER fills in at a dot; without `shown` what CLIENT_HOVER does."""
    when = day(answer.answered_on) + (" (nominal)" if answer.is_nominal else "")
    week = minus(str(course.week(answer)))
    return (week, when) if shown is None else (shown, week, when, answered(answer))


def week_if_old(course: Course) -> str:
    """The latest answer's week, "wk 8", where it is too old to pass for the present; else ""."""
    if course.latest is None or not course.is_old:
        return ""
    return f"wk {minus(str(course.week(course.latest)))}"


def sentence(course: Course, *, shared: bool = False) -> str:
    """First and latest as they are, with scale, range, direction and n; no word for change.

    `shared` says it for the view on the share of the range (triad and panel), where LOWER
    scales are turned. Too few answers are said, with the reason.
    """
    return " ".join(part for part in sentence_parts(course, shared=shared) if part)


def sentence_parts(course: Course, *, shared: bool = False) -> tuple[str, str, str]:
    """The sentence in three: the clause to be set bold, on which scale, and all that qualifies it.

    The first two make one short line above the picture; the third stands under it.
    """
    short = course.instrument.short_name + (f" about {course.about}" if course.about else "")
    if not course.n:
        return _no_score(course, short), "", ""
    scale = course.scale
    how = f"{range_of(scale)}, {scale.direction.label}"
    raw = [number(course.instrument, scale, value) for value in course.values]
    notes = _notes(course)
    if shared:
        shown = [f"{share:.0f}" for share in course.shares]
        was = raw[0] if course.n == 1 else f"{raw[0]} → {raw[-1]}"
        how = f"{how}, the same here" if shown == raw else f"{was} on {how}"
        turning = {Direction.LOWER: "Turned: ", Direction.NEITHER: "Not turned: "}
        notes.insert(0, f"{turning.get(scale.direction, '')}{how}; n {course.n}.")
        place = f"of 100 on {short}."
    else:
        shown = raw
        place = f"on {short} ({how}), n {course.n}."
    if course.n == 1:
        bold = f"One answer so far: {shown[0]}"
        notes.insert(0, "A second one is needed to set first against latest.")
    else:
        bold = f"First {shown[0]} → latest {shown[-1]}"
    when = week_if_old(course)
    return (f"{bold}, {when}," if when else bold), place, " ".join(notes)


def pair_sentence(anxiety: Course, avoidance: Course) -> str:
    """Attachment's two in one sentence: first and latest of each, range, direction and n."""
    said = [
        f"{word} {_first_to_latest(course)}"
        for word, course in (("anxiety", anxiety), ("avoidance", avoidance))
    ]
    scale = anxiety.scale
    about = f" about {anxiety.about}" if anxiety.about else ""
    how = f"{range_of(scale)}, {scale.direction.label}"
    place = f"on {anxiety.instrument.short_name}{about} ({how}), n {anxiety.n} and {avoidance.n}."
    return f"{', '.join(said).capitalize()} {place}"


def table(course: Course, *, shared: bool = False) -> pd.DataFrame:
    """The text alternative of every chart: one row per administration, oldest first, as text.

    `shared` adds what the view on the share of the range draws, beside the raw points.
    """
    scale = course.scale
    score = f"{course.instrument.short_name} ({range_of(scale)}, {scale.direction.label})"
    up = "not turned" if scale.direction is Direction.NEITHER else "up is better"
    share = [f"Of 100, {up}"] if shared else []
    rows = [
        [
            day(answer.answered_on) + (" (nominal)" if answer.is_nominal else ""),
            minus(str(course.week(answer))),
            "no score" if answer.value is None else number(course.instrument, scale, answer.value),
            *("–" if answer.value is None else f"{scale.share(answer.value):.0f}" for _ in share),
            _how_answered(answer),
        ]
        for answer in course.answers
    ]
    return pd.DataFrame(rows, columns=["Date", "Week", score, *share, "Answered"], dtype="str")


def _how_answered(answer: Answer) -> str:
    if answer.state is State.GIVEN:
        return STATE_WORDS[State.GIVEN]
    count = f"{answer.answered} of {answer.asked}"
    return count if answer.state is State.COMPLETE else f"{count}: {STATE_WORDS[answer.state]}"


def _first_to_latest(course: Course) -> str:
    raw = [number(course.instrument, course.scale, value) for value in course.values]
    if not raw:
        return "without a score"
    when = week_if_old(course)
    said = f"first {raw[0]} → latest {raw[-1]}" if len(raw) > 1 else f"{raw[0]} so far"
    return f"{said} ({when})" if when else said


def _no_score(course: Course, short: str) -> str:
    if not course.answers:
        return f"No answers to {short} yet."
    count = len(course.answers)
    latest = course.answers[-1]
    if count == 1:
        who = f"One answer to {short}, but too many items are blank for a score"
    else:
        who = f"{count} answers to {short}, but each has too many blank items for a score"
    return f"{who}: {latest.answered} of {latest.asked} answered in the latest."


def _notes(course: Course) -> list[str]:
    notes = []
    filled = sum(answer.has_blanks for answer in course.scored)
    if filled:
        are = "answer has" if filled == 1 else "answers have"
        notes.append(f"{filled} {are} blanks, filled in with the person’s own mean (hollow).")
    lost = len(course.answers) - course.n
    if lost:
        more = "answer has" if lost == 1 else "answers have"
        notes.append(f"{lost} more {more} too many blanks for a score.")
    nominal = sum(answer.is_nominal for answer in course.answers)
    if nominal:
        notes.append(f"{nominal} of {len(course.answers)} days are nominal, not recorded.")
    if course.start_is_nominal:
        notes.append("The start of the episode is nominal, so weeks are too.")
    usual = usual_range(course.scale)
    if usual is None:
        notes.append("No usual range on record.")
    else:
        unchecked = "" if usual.checked else ", unchecked"
        notes.append(f"Usual range of the group “{usual.group}”{unchecked}.")
    return notes
