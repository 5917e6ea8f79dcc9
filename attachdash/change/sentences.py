"""How is a verdict said, to a therapist and to a client?

Plain text: whoever puts it into markdown or HTML escapes it there. A client reads no probability,
no "deteriorated" and no "clinical".
"""

from collections.abc import Mapping

from attachdash.change.cutoffs import Class, Line, LineRule
from attachdash.change.figures import ScaleFigures
from attachdash.change.off_course import OffCourse
from attachdash.change.verdict import Disagreement, Verdicts, Word

# Share of a scale's range within which a client is told "about where it was" (judgement).
CLOSE = 0.05
EARLY_WEEKS = 16  # until then betterment may be the return from a bad spell

_WHY: Mapping[Disagreement, str] = {
    Disagreement.TURNED: "one way of telling says better and another worse: the course has turned "
    "on its way",
    Disagreement.POINTS_ALONE: "first and latest answer differ reliably, but all answers together "
    "don’t make it likely: one of the two may have been an unusual day",
    Disagreement.LEVEL_ALONE: "all answers together make a change likely, though first and latest "
    "answer don’t differ reliably: many answers see more than two",
    Disagreement.TREND_ALONE: "the trend is reliable, but the level is not likely to have moved: "
    "the trend takes passing states for change",
    Disagreement.NO_TREND: "the level has likely moved, but not along a reliable trend: the change "
    "was small, sudden or early",
}
_CLASSES: Mapping[Class, str] = {
    Class.RECOVERED: "Recovered on this scale: from the clinical side of {line} to the other",
    Class.NEWLY_CLINICAL: "Newly clinical on this scale: now on the clinical side of {line}",
    Class.IMPROVED: "Improved, not recovered",
    Class.DETERIORATED: "Deteriorated",
    Class.BETTER_PAST_THE_LINE: "Improved, and past the line: from the worse side of {line} to the "
    "other",
    Class.WORSE_PAST_THE_LINE: "Deteriorated, and past the line: now on the worse side of {line}",
}
_NO_CLINICAL_LINE = "By what is on record that line parts no clinical from a functional group."
_RULES: Mapping[LineRule, str] = {
    LineRule.A: "cut-off a, two SDs from the clinical mean",
    LineRule.B: "cut-off b, two SDs from the mean of others",
    LineRule.C: "cut-off c, between the two means",
    LineRule.PUBLISHED: "published",
}


_PLAIN: Mapping[Word, str] = {
    Word.NO_ANSWER: "No answers for a picture yet. The first one will start it.",
    Word.ONE_ANSWER: "Not enough answers for a picture yet. One more check-in will do.",
    Word.TWO_ANSWERS: "Two answers so far: too few to say whether anything changed.",
    Word.TOO_EARLY: "It is too early to say whether anything changed.",
    Word.RELIABLY_BETTER: "Clearly better than when you began.",
    Word.PROBABLY_BETTER: "It looks better than when you began. A few more answers will make this "
    "surer.",
    Word.NO_CLEAR_CHANGE: "Close to where you began: no clear change. One low week doesn’t undo "
    "anything.",
}
_THEN: Mapping[Word, str] = {
    Word.NEITHER: "Neither up nor down is the goal here.",
    Word.NO_FIGURES: "How much of that is chance isn’t known.",
    Word.PROBABLY_WORSE: "It may be harder just now: worth talking about.",
    Word.RELIABLY_WORSE: "It is harder just now: worth talking about.",
}
_GRAVEST_FIRST = (
    Word.RELIABLY_WORSE, Word.PROBABLY_WORSE, Word.RELIABLY_BETTER, Word.PROBABLY_BETTER,
    Word.NO_CLEAR_CHANGE,
)  # fmt: skip
_LEAD: Mapping[str, frozenset[Word]] = {
    "Better than when you began": frozenset({Word.RELIABLY_BETTER, Word.PROBABLY_BETTER}),
    "No clear change": frozenset({Word.NO_CLEAR_CHANGE}),
    "Harder just now": frozenset({Word.PROBABLY_WORSE, Word.RELIABLY_WORSE}),
}


def for_therapist(figures: ScaleFigures, found: Verdicts, row: int) -> tuple[str, ...]:
    """The verdict on series `row`, a sentence each: the word first, then what it rests on."""
    word = Word(int(found.word[row]))
    name = f"{figures.scale.name} ({figures.instrument.short_name})"
    if word is Word.NO_ANSWER:
        return (f"{name}: no answer yet.",)
    if word is Word.ONE_ANSWER and found.trends.answers[row] > 1:
        return (f"{name}: all answers lie on one day, nothing to compare them with.",)
    if word is Word.ONE_ANSWER:
        return (f"{name}: one answer only, nothing to compare it with.",)
    change = float(found.change[row])
    figure = f"{signed(change, _decimals(figures, change))} points"
    if word is Word.NEITHER:
        return (f"{name}: {figure} since the start; neither way is better.",)
    if figures.threshold is None and figures.scale.asked:
        return (
            f"{name}: {figure} since the start. One line in our own words, not validated: no "
            "reliable change is claimed.",
        )
    if figures.threshold is None:
        return (
            f"{name}: {figure} since the start. Whether that is more than noise can’t be told: "
            f"{figures.lacking}.",
        )
    noise = f"a change {_noise(figures, change)} can be noise"
    basis = _basis(figures)
    if word is Word.TWO_ANSWERS:
        return (f"{name}: two answers only, {figure}; {noise}.", basis)
    if word is Word.TOO_EARLY:
        return (f"{name}: too early to say, all answers lie within a fortnight.", basis)
    if word is Word.NO_CLEAR_CHANGE:
        said = [f"{name} shows no clear change since the start ({figure}; {noise})."]
    else:
        said = [f"{name} is {word.label} than at the start ({figure}; {noise})."]
    said += _class(figures, Class(int(found.outcome[row])))
    if figures.important is not None:
        said.append(_important(figures, float(found.p_important[row])))
    if differs := disagreement(found, row):
        said.append(differs)
    is_early = float(found.levels.span[row]) <= EARLY_WEEKS
    if word in (Word.RELIABLY_BETTER, Word.PROBABLY_BETTER) and is_early:
        said.append("Early betterment may be the return to one’s usual level after a bad spell.")
    if not figures.start_is_clinical:
        said.append(
            f"The likely level starts from the mean of {figures.start_from}: no clinical mean is "
            "on record."
        )
    return (*said, basis)


def disagreement(found: Verdicts, row: int) -> str:
    """That two points, trend and level tell different things, and why; empty where they don't."""
    differs = Disagreement(int(found.disagreement[row]))
    why = "; ".join(_WHY[one] for one in differs)
    return f"The ways of telling change disagree: {why}." if differs else ""


def off_the_course(figures: ScaleFigures, found: Verdicts, row: int) -> str:
    """That an episode is off its course on this, its primary scale, and how sure that is; empty
    where it isn't."""
    flag, name = (
        OffCourse(int(found.flag[row])),
        f"{figures.scale.name} ({figures.instrument.short_name})",
    )
    if flag in (OffCourse.RED, OffCourse.AMBER):
        sure = _probability(float(found.p_worse[row]))
        return f"Off the course: {name} is worse than at the start with probability {sure}."
    if flag is OffCourse.NOT_MOVING:
        count = int(found.levels.occasions[row])
        return (
            f"Not moving: after {count} answers {name} is on the {side(figures)} side, as at the "
            "start, and hardly likely to be better by half the reliable change."
        )
    return ""


def side(figures: ScaleFigures) -> str:
    """What the worse side of the scale's line is called: "clinical" only where it is that."""
    return "clinical" if figures.line and figures.line.tells_recovery else "worse"


def together(named: Mapping[str, Word]) -> str:
    """The words of several domains in one sentence: what is worse first, then what is better.

    "Regulation is reliably better than at the start; self-esteem shows no clear change." Those of
    which nothing can be told yet are said apart.
    """
    by_word: dict[Word, list[str]] = {}
    for name, word in named.items():
        by_word.setdefault(word, []).append(name)
    parts: list[str] = []
    for word, names in ((word, by_word[word]) for word in _GRAVEST_FIRST if word in by_word):
        one = len(names) == 1
        if word is Word.NO_CLEAR_CHANGE:
            verb = "shows no clear change" if one else "show no clear change"
        else:
            verb = f"{'is' if one else 'are'} {word.label}"
            verb += "" if any("start" in part for part in parts) else " than at the start"
        parts.append(f"{_listed(names)} {verb}")
    said = [_sentence("; ".join(parts))] if parts else []
    untold = [name for name, word in named.items() if not word.is_for_change]
    if untold:
        said.append(_sentence(f"Whether {_listed(untold)} changed can’t be told yet"))
    return " ".join(said)


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


def for_client(figures: ScaleFigures, found: Verdicts, row: int) -> str:
    """The verdict on series `row` in everyday words, addressed to the client, who sees its name."""
    word = Word(int(found.word[row]))
    if word in _PLAIN:
        return _PLAIN[word]
    # The client's picture is turned so that up is better, and its words are too.
    rise = float(found.change[row]) * (figures.sign or 1)
    where = "Your latest answer is about where you began."
    if abs(rise) > CLOSE * figures.scale.span:
        where = f"Your latest answer is {'higher' if rise > 0 else 'lower'} than when you began."
    return f"{where} {_THEN[word]}"


def line_for_client(first: float, latest: float, count: int) -> str:
    """Where a single line in our own words stands against the start, higher being better.

    Two answers put side by side, and no more: a line has no figures to tell change from noise.
    """
    if count < 2:
        return "One answer so far: where you began."
    if latest == first:
        return "The same as when you began."
    return f"{'Higher' if latest > first else 'Lower'} than when you began."


def together_for_client(named: Mapping[str, Word]) -> str:
    """The same over all the client's pictures, what is better first; a fall is put in its place.

    Empty while nothing can be told of any.
    """
    said = []
    for start, words in _LEAD.items():
        names = [f"{name[0].lower()}{name[1:]}" for name, word in named.items() if word in words]
        if names:
            said.append(f"{start}: {', '.join(names)}.")
    if set(named.values()) & {Word.PROBABLY_WORSE, Word.RELIABLY_WORSE}:
        said.append("A fall happens in therapy and isn’t a verdict on you.")
    return " ".join(said)


def signed(points: float, decimals: int = 2) -> str:
    """A change in points as "+9" or "−2.25"; "0" where nothing changed."""
    digits = f"{abs(points):.{decimals}f}"
    digits = digits.rstrip("0").rstrip(".") if decimals else digits
    if digits == "0":
        return digits
    return ("+" if points > 0 else "−") + digits


def _decimals(figures: ScaleFigures, change: float) -> int:
    """One, as the error justifies no more; two where change and threshold would look alike."""
    if figures.threshold is None:
        return 1
    size, line = abs(change), figures.threshold.points
    return 2 if size != line and f"{size:.1f}" == f"{line:.1f}" else 1


def _noise(figures: ScaleFigures, change: float) -> str:
    assert figures.threshold is not None
    points = f"{figures.threshold.points:.{_decimals(figures, change)}f}".removesuffix(".0")
    return f"within {points}" if figures.threshold.strict else f"of less than {points}"


def _class(figures: ScaleFigures, outcome: Class) -> list[str]:
    line = figures.line
    if line is None or outcome not in _CLASSES:
        return []
    said = _CLASSES[outcome]
    if not line.tells_recovery and outcome is Class.IMPROVED:
        said = "Improved"
    told = [said.format(line=_line(line)) + " (by first and latest answer)."]
    if outcome in (Class.BETTER_PAST_THE_LINE, Class.WORSE_PAST_THE_LINE):
        told.append(_NO_CLINICAL_LINE)
    return told


def _line(line: Line) -> str:
    checked = "" if line.checked else ", unchecked"
    name = f"“{line.name}”, " if line.name else ""
    return f"{name}{line.value:.3g} ({_RULES[line.rule]}; {line.source}{checked})"


def _important(figures: ScaleFigures, probability: float) -> str:
    assert figures.important is not None
    assert figures.threshold is not None
    published = figures.scale.important_change
    checked = "" if published and published.checked else " (unchecked)"
    said = (
        f"The true change for the better exceeds the important {figures.important:g} points"
        f"{checked} with probability {_probability(probability)}."
    )
    if figures.important < figures.threshold.points:
        said += " Between two answers a change of that size lies inside the noise."
    return said


def _basis(figures: ScaleFigures) -> str:
    assert figures.threshold is not None
    assert figures.precision is not None
    threshold, precision = figures.threshold, figures.precision
    at = f" at {threshold.confidence:.0%}" if threshold.confidence else ""
    checked = "" if threshold.checked else "; unchecked"
    source = threshold.source.rstrip(".")
    said = f"Reliable change {threshold.points:.3g}{at}: {source}{checked}."
    if not threshold.strict:
        unchecked = "" if precision.checked else "; unchecked"
        said += (
            f" Error from {precision.kind} {precision.reliability:g}, SD {precision.sd:g} "
            f"({precision.sample}{unchecked})."
        )
    if own := figures.scale.shares:
        said += f" Drift and passing states: {own.source}."
    return said


def _probability(p: float) -> str:
    if p > 0.99:
        return "more than .99"
    if p < 0.01:
        return "less than .01"
    return f"{p:.2f}".removeprefix("0")
