"""How does a client look in one row of the caseload, and how is the rule behind it told?"""

from collections.abc import Iterable, Sequence
from datetime import date

from attachdash.charts import sparkline, week_if_old
from attachdash.charts.words import number
from attachdash.practice.caseload import JUDGED, LOOKS_BACK, Row
from attachdash.practice.courses import TRIAD
from attachdash.practice.deciding import NOTED
from attachdash.practice.escalation import Level
from attachdash.practice.flags import Flag
from attachdash.practice.needs import RULES, Group, Need, Reason
from attachdash.practice.rules import Kind
from attachdash.practice.telling import Told
from attachdash.practice.words import Domain, Word
from attachdash.web import browser, drawn, look, rows
from attachdash.web.tables import ago, counted, day

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
_EARLY = (Word.ONE_ANSWER, Word.TWO_ANSWERS, Word.TOO_EARLY)
# Words that two answers bear out; the others rest on the likely true level alone.
_BY_TWO = (Word.RELIABLY_BETTER, Word.RELIABLY_WORSE, Word.NO_CLEAR_CHANGE)
_ALSO = {Need.PROMPT: "a softer prompt", Need.LATE: "risk answers that came in late"}
_FLAGS = {
    Need.RELIABLY_WORSE: (Kind.WORSE, Kind.RED, Kind.AMBER),
    Need.OFF_COURSE: (Kind.RED, Kind.AMBER),
    Need.NOT_MOVING: (Kind.NOT_MOVING,),
    Need.OVERDUE: (Kind.OVERDUE,),
    Need.TALK: (Kind.TALK,),
}
BADGES = {
    Group.TALK: ("first", "Asked to talk"),
    Group.WORSE: ("first", "Look first"), Group.SOON: ("soon", "Look soon"),
    Group.NEW: ("course", "Too early"), Group.COURSE: ("course", "On course"),
    Group.NO_EPISODE: ("course", "No episode"),
}  # fmt: skip


def lead(found: Sequence[Row]) -> str:
    """What to know first: how many need a look, and whether a risk answer waits."""
    if not found:
        return "Nobody is here yet."
    groups = [row.reasons[0].rule.group for row in found]
    first, soon = sum(one.is_first for one in groups), groups.count(Group.SOON)
    said = f"{first or 'Nobody'} {'need' if first > 1 else 'needs'} a look first, {soon} soon. "
    risky = [row.open_flag for row in found if row.need is Need.RISK]
    blanks = [flag is not None and flag.is_blank for flag in risky]
    if not risky:
        return said + (
            "No risk answer waits to be seen. That is not safety: ask in person too. "
            "Sorted by need."
        )
    come = sum(flag is not None and flag.came >= Level.SUPERVISOR for flag in risky)
    who, has = ("One", "has") if len(risky) == 1 else (str(len(risky)), "have")
    if all(blanks):
        said += f"{who} left a risk item blank, which nobody has acknowledged yet."
    else:
        what = "a risk answer, or left one blank, that" if any(blanks) else "a risk answer that"
        said += f"{who} {has} {what} nobody has acknowledged yet."
    if come:
        said += f" {come} of them {'has' if come == 1 else 'have'} gone on to the supervisor."
    return said + " Sorted by need."


def lists(found: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows by what the filter calls them."""

    def those(*groups: Group) -> list[Row]:
        return [row for row in found if row.reasons[0].rule.group in groups]

    return {
        "All": list(found),
        "Look first": those(*(one for one in Group if one.is_first)),
        "Look soon": those(Group.SOON),
        "Too early": those(Group.NEW),
        "On course": those(Group.COURSE),
        "Unseen": [row for row in found if row.is_unseen],
    }


def by_reason(found: Iterable[Row]) -> dict[Need, set[int]]:
    """The clients for whom each step holds, first or beside another; none where nobody."""
    known: dict[Need, set[int]] = {rule.need: set() for rule in RULES}
    for row in found:
        for reason in row.reasons:
            known[reason.need].add(row.client.client_id)
    return {need: who for need, who in known.items() if who}


def by_domain(found: Iterable[Row]) -> dict[Domain, set[int]]:
    """The clients for whom something in each domain wants an eye."""
    known: dict[Domain, set[int]] = {domain: set() for domain in JUDGED}
    for row in found:
        for reason in row.reasons:
            domain = reason.evidence.domain
            if domain and reason.rule.group in (Group.WORSE, Group.SOON):
                known[domain].add(row.client.client_id)
    return known


def head() -> str:
    """The table's header as HTML; gone in a narrow window, where words stand beside."""
    names = "".join(f"<span>{domain.label}</span>" for domain in TRIAD)
    return (
        '<div class="ad-cells ad-head"><span>Needs</span><span>Why, how sure, since when</span>'
        f"{names}<span>Last answer</span></div>"
    )


def who(row: Row, today: date, *, with_therapists: bool) -> str:
    """The muted line under a name as HTML: code, year of birth, week, and by whom treated.

    In a narrow window, where the row has no column for it, also when the last answer was.
    """
    client = row.client
    parts = [
        client.code if client.name else "",
        str(client.born_on.year) if client.born_on else "",
        f"wk {row.week}" if row.week is not None else "no episode",
        ", ".join(row.therapists) if with_therapists else "",
    ]
    said = look.esc(" · ".join(part for part in parts if part))
    last = _weeks_since(row.last_answer_on, today)
    return f'<div class="ad-meta">{said}<span class="ad-narrow"> · {last}</span></div>'


def cells(row: Row, today: date, zone: str) -> str:
    """Everything of a row but the name, as HTML."""
    sparks = "".join(_spark(domain, row.told.get(domain)) for domain in TRIAD)
    return (
        f'<div class="ad-cells"><span>{badge(row)}</span><span>{why(row, today, zone)}</span>'
        f'{sparks}<span class="ad-meta">{_weeks_since(row.last_answer_on, today)}</span></div>'
    )


def badge(row: Row) -> str:
    """What the row needs, as HTML."""
    first = row.reasons[0]
    if first.evidence.flag is not None and first.rule.group not in BADGES:
        return rows.badge(first.evidence.flag)
    kind, words = BADGES[first.rule.group]
    if first.need is Need.UNTOLD:
        words = first.need.value
    return f'<span class="ad-badge ad-{kind}">{words}</span>'


def why(row: Row, today: date, zone: str) -> str:
    """Why the row stands where it stands, what else holds, a next step, and who looked: HTML."""
    first, others = row.reasons[0], row.reasons[1:]
    said = [_fact(first, row, today, zone)]
    if also := _also(row, others, zone):
        said.append(f"Also {also}.")
    if row.review_due:
        said.append("Time to look back together.")
    muted = (
        _next_step(first, today), _looked(row, today, zone), _standing(first, row, zone, today),
    )  # fmt: skip
    return (
        look.esc(" ".join(said))
        + f' <span class="ad-meta">{look.esc(" ".join(part for part in muted if part))}</span>'
    )


def percent(probability: float | None) -> str:
    """A probability as "97%", never rounded up to more than it is; nothing for None."""
    if probability is None:
        return ""
    return "over 99%" if probability > 0.99 else f"{int(probability * 100)}%"


def _fact(reason: Reason, row: Row, today: date, zone: str) -> str:
    told, flag, need = reason.evidence.told, reason.evidence.flag, reason.need
    if flag is not None:
        if need is Need.LATE:
            return _late(row)
        how = "left blank" if flag.answer is None else f"answered {rows.given(flag)}"
        how += (f", {flag.grade}" if flag.grade else "") + rows.by_whom(flag)
        more = sum(one.state == "open" for one in row.flags) - 1
        return (
            f"{flag.instrument.short_name} item {flag.item} {how}, {day(flag.answered_on)}. "
            f"{_waits(flag, today)}" + (f" And {more} more." if more else "")
        )
    if told is None:
        if need is Need.TALK:
            return f"Asked to talk before the next meeting{_answer_by(row, zone)}."
        if need is Need.OVERDUE:
            return f"{_silence(row, today)}."
        return "No answer yet." if need is Need.NEW else ""
    figures, sure = _figures(told), percent(reason.certainty)
    if need is Need.OFF_COURSE:
        return f"Off course{_since(reason)}: {_level(told)}, worse than at the start, {sure}."
    if need is Need.NOT_MOVING:
        line = told.figures.line
        named = "clinical line" if line and line.tells_recovery else "line"
        side = f", {named} {line.value:.3g}" if line else ""
        return (
            f"Not moving over {counted(told.course.n, 'answer')}: {_level(told)}{side}; not better "
            f"by half the reliable change, {sure}."
        )
    if told.word not in _BY_TWO:
        figures = _level(told)
    if need in (Need.RELIABLY_WORSE, Need.PROBABLY_WORSE):
        return f"{_named(reason)} {told.word.label}{_since(reason)} ({figures}, {sure})."
    if need is Need.NEW:
        return _too_early(told)
    if need is Need.UNTOLD:
        return f"{told.course.instrument.short_name}: {told.figures.lacking or told.word.label}."
    said = f"{figures}, {told.word.label}{f', {sure}' if sure else ''}."
    if told.word is Word.NO_CLEAR_CHANGE and told.disagreement:
        said = f"{said[:-1]}; the ways of telling change disagree."
    return said if row.primary else f"{said} No symptom scale was answered."


def _answer_by(row: Row, zone: str) -> str:
    """By when they are to be answered."""
    flag = next((one for one in row.others if one.answer_by), None)
    return f"; {rows.answer_by(flag, zone)}" if flag else ""


def _waits(flag: Flag, today: date) -> str:
    """That nobody has seen it, since how many days, and to whom it has gone on."""
    days = (today - flag.raised_at.date()).days if flag.raised_at else 0
    said = "Nobody has seen it" + (f" for {counted(days, 'day')}." if days > 0 else ".")
    gone = {
        Level.SUPERVISOR: " It has gone on to the supervisor.",
        Level.ADMINISTRATOR: " It has gone on to supervisor and administrator.",
    }
    return said + gone.get(flag.came, "")


def _standing(reason: Reason, row: Row, zone: str, today: date) -> str:
    """Since when a flag says what the reason does, and who has looked at it."""
    flag = next((one for one in row.others if one.kind in _FLAGS.get(reason.need, ())), None)
    if flag is None:
        return ""
    by = f"seen by {flag.seen_by}" if flag.seen_at else "nobody has marked it seen"
    return f"Flagged {ago(flag.raised_at, zone, today)}, {by}."


def _also(row: Row, others: Sequence[Reason], zone: str) -> str:
    """What else holds, each kind once, short: the words of the triad stand under their pictures."""
    said: dict[str, list[str]] = {}
    for one in others:
        need, told = one.need, one.evidence.told
        if need is row.need and need not in (Need.RELIABLY_WORSE, Need.PROBABLY_WORSE):
            continue  # counted in the fact
        if told is None:
            said.setdefault(_ALSO.get(need) or _lower(need.value), [])
        elif need in (Need.OFF_COURSE, Need.NOT_MOVING):
            way = "worse" if need is Need.OFF_COURSE else "not better"
            said[_lower(need.value)] = [f"{_level(told)} ({way}, {percent(one.certainty)})"]
        else:
            named = told.course.instrument.short_name
            if one.evidence.domain in TRIAD:
                named = _lower(_named(one))
            said.setdefault(told.word.label, []).append(f"{named} ({percent(one.certainty)})")
    for flag in row.others:
        is_the_fact = flag.kind is Kind.TALK and row.need is Need.TALK
        if flag.kind in NOTED and flag.state != "closed" and not is_the_fact:
            by = [rows.answer_by(flag, zone)] if flag.answer_by else []
            said[_lower(flag.kind.rule.name)] = by
    softer = sum(one.state == "historic" and not one.is_risk for one in row.flags)
    if softer:
        said[counted(softer, "softer answer or blank", "softer answers or blanks") + " late"] = []
    return "; ".join(
        f"{what}: {', '.join(which)}" if which else what for what, which in said.items()
    )


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _late(row: Row) -> str:
    late = [one for one in row.flags if one.state == "historic" and one.is_risk]
    blank = sum(one.is_blank for one in late)
    counts = ((len(late) - blank, "risk answer"), (blank, "blank risk item"))
    what = " and ".join(counted(count, name) for count, name in counts if count)
    return f"{what} came in late and nobody has looked."


def _silence(row: Row, today: date) -> str:
    episode = row.client.open_episode
    assert episode is not None
    last = row.last_answer_on
    if last is None or last < episode.started_on:
        return f"No answer since the start {_weeks_since(episode.started_on, today)}"
    return f"No answer for {counted((today - last).days // 7, 'week')}"


def _too_early(told: Told) -> str:
    name = told.course.instrument.short_name
    if told.word is Word.TOO_EARLY:
        return f"{name}: {counted(told.course.n, 'answer')} within a fortnight."
    return f"{name}: {min(told.course.n, 2)} of 3 answers needed."


def _figures(told: Told) -> str:
    """The two answers that are compared, in the scale's own points: "PHQ-9 12 → 19"."""
    return _ends(told, told.found.first[told.row], told.found.last[told.row])


def _level(told: Told) -> str:
    """The likely true level at the start and now: what a word rests on that two answers don't."""
    levels = told.found.levels
    return _ends(told, levels.start[told.row], levels.now[told.row], "likely level ")


def _ends(told: Told, start: float, now: float, what: str = "") -> str:
    course = told.course
    ends = [number(course.instrument, course.scale, float(value)) for value in (start, now)]
    return f"{course.instrument.short_name} {what}{' → '.join(ends)}"


def _named(reason: Reason) -> str:
    domain = reason.evidence.domain
    assert domain is not None
    return domain.label


def _since(reason: Reason) -> str:
    told, since = reason.evidence.told, reason.since
    if told is None or since is None:
        return ""
    return f" since week {(since - told.course.started_on).days // 7}"


def _next_step(reason: Reason, today: date) -> str:
    since = reason.since
    if since is None:
        month = "the last weeks"
    elif (since.year, since.month) == (today.year, today.month):
        month = "this month"
    else:
        month = MONTHS[since.month - 1] + ("" if since.year == today.year else f" {since.year}")
    return reason.rule.next_step.format(month=month).replace("in this month", "this month")


def _looked(row: Row, today: date, zone: str) -> str:
    last, episode = ago(row.opened_at, zone, today), row.client.open_episode
    if row.opened_at is None:
        if episode and today - episode.started_on < LOOKS_BACK:
            return "Not opened since the start."
        return f"Not opened for {LOOKS_BACK.days // 30} months."
    if row.is_unseen:
        return f"Not opened since its latest answer came in; last {last}."
    return f"Last opened {last}."


def _weeks_since(last_answer_on: date | None, today: date) -> str:
    if last_answer_on is None:
        return "no answer yet"
    weeks = (today - last_answer_on).days // 7
    return "this week" if weeks == 0 else f"{counted(weeks, 'week')} ago"


def _spark(domain: Domain, told: Told | None) -> str:
    name = f'<span class="ad-narrow">{domain.label}</span>'
    if told is None:
        return f'<span class="ad-meta ad-spark">{name}no score</span>'
    course = told.course
    shares = [f"{share:.0f}" for share in course.shares]
    ends = f"{shares[0]} → {shares[-1]}" if course.n > 1 else shares[0]
    old = week_if_old(course)
    said = " · ".join([_word(told), *([old] if old else [])])
    alt = f"{domain.label}, share of range 0 to 100: {ends}, n {course.n}"
    address = sparkline(course, mode=browser.mode())
    return (
        f'<span class="ad-spark">{name}<img alt="{look.esc(alt)}" width="118" src="{address}">'
        f"{look.esc(said)}</span>"
    )


def _word(told: Told) -> str:
    if told.word in _EARLY:
        return Word.TOO_EARLY.label
    return f"{drawn.SYMBOLS.get(told.word, '')} {told.word.label}".strip()
