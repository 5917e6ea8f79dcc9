"""How is a verdict said, to a therapist and to a client?

Plain text: whoever puts it into markdown or HTML escapes it there. A client reads no probability,
no "deteriorated" and no "clinical".
"""

from collections.abc import Mapping

from attachdash.change.cutoffs import Class, LineRule
from attachdash.change.figures import ScaleFigures
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
    Class.RECOVERED: "Recovered: from the clinical side of {line} to the other",
    Class.NEWLY_CLINICAL: "Newly clinical: now on the clinical side of {line}",
    Class.IMPROVED: "Improved, not recovered",
    Class.DETERIORATED: "Deteriorated",
}
_RULES: Mapping[LineRule, str] = {
    LineRule.A: "cut-off a, two SDs from the clinical mean",
    LineRule.B: "cut-off b, two SDs from the mean of others",
    LineRule.C: "cut-off c, between the two means",
    LineRule.PUBLISHED: "published",
}


def for_therapist(figures: ScaleFigures, found: Verdicts, row: int) -> tuple[str, ...]:
    """The verdict on series `row`, a sentence each: the word first, then what it rests on."""
    word = Word(int(found.word[row]))
    name = f"{figures.scale.name} ({figures.instrument.short_name})"
    if word is Word.NO_ANSWER:
        return (f"{name}: no answer yet.",)
    if word is Word.ONE_ANSWER:
        return (f"{name}: one answer only, nothing to compare it with.",)
    change = float(found.change[row])
    figure = f"{signed(change)} points"
    if word is Word.NEITHER:
        return (f"{name}: {figure} since the start; neither way is better.",)
    if figures.threshold is None:
        return (
            f"{name}: {figure} since the start. Whether that is more than noise can’t be told: "
            f"{figures.lacking}.",
        )
    noise = f"a change {_noise(figures)} can be noise"
    basis = _basis(figures)
    if word is Word.TWO_ANSWERS:
        return (f"{name}: two answers only, {figure}; {noise}.", basis)
    if word is Word.TOO_EARLY:
        return (f"{name}: too early to say, all answers lie within a fortnight.", basis)
    if word is Word.NO_CLEAR_CHANGE:
        said = [f"{name} shows no clear change since the start ({figure}; {noise})."]
    else:
        said = [f"{name} is {word.label} than at the start ({figure}; {noise})."]
    line = _CLASSES.get(Class(int(found.outcome[row])))
    if line and figures.line:
        said.append(line.format(line=_line(figures)) + " (by first and latest answer).")
    if figures.important is not None:
        said.append(_important(figures, float(found.p_important[row])))
    if differs := Disagreement(int(found.disagreement[row])):
        why = "; ".join(_WHY[one] for one in differs)
        said.append(f"The ways of telling change disagree: {why}.")
    is_early = float(found.levels.span[row]) <= EARLY_WEEKS
    if word in (Word.RELIABLY_BETTER, Word.PROBABLY_BETTER) and is_early:
        said.append("Early betterment may be the return to one’s usual level after a bad spell.")
    if not figures.start_is_clinical:
        said.append(
            f"The likely level starts from the mean of {figures.start_from}: no clinical mean is "
            "on record."
        )
    return (*said, basis)


def together(named: Mapping[str, Word]) -> str:
    """The words of several domains in one sentence, those for the better first.

    "Regulation is reliably better than at the start; self-esteem shows no clear change." Those of
    which nothing can be told yet are said apart.
    """
    by_word: dict[Word, list[str]] = {}
    for name, word in sorted(named.items(), key=lambda one: one[1]):
        if word.is_for_change:
            by_word.setdefault(word, []).append(name)
    parts: list[str] = []
    for word, names in by_word.items():
        one = len(names) == 1
        if word is Word.NO_CLEAR_CHANGE:
            verb = "shows no clear change" if one else "show no clear change"
        else:
            verb = f"{'is' if one else 'are'} {word.label}"
            verb += " than at the start" if not parts else ""
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


def for_client(figures: ScaleFigures, found: Verdicts, row: int, name: str | None = None) -> str:
    """The verdict on series `row` in everyday words, addressed to the client.

    `name` is what the client knows the scale by, else its own name.
    """
    word = Word(int(found.word[row]))
    name = figures.scale.name if name is None else name
    if word is Word.NO_ANSWER:
        return f"{name}: no answer yet."
    if word is Word.ONE_ANSWER:
        return f"{name}: one answer so far, nothing to compare it with yet."
    if word is Word.TWO_ANSWERS:
        return f"{name}: two answers so far. That is too few to say whether anything changed."
    if word is Word.TOO_EARLY:
        return f"{name}: it is too early to say whether anything changed."
    if word is Word.RELIABLY_BETTER:
        return f"{name}: clearly better than when you began."
    if word is Word.PROBABLY_BETTER:
        return f"{name}: it looks better than when you began, though it isn’t certain yet."
    if word is Word.NO_CLEAR_CHANGE:
        return f"{name}: no clear change since you began."
    # The client's picture is turned so that up is better, and its words are too.
    rise = float(found.change[row]) * (figures.sign or 1)
    if abs(rise) <= CLOSE * figures.scale.span:
        where = "your latest answer is about where you began"
    else:
        where = f"your latest answer is {'higher' if rise > 0 else 'lower'} than when you began"
    if word is Word.NEITHER:
        return f"{name}: {where}. Neither way is better."
    if word is Word.NO_FIGURES:
        return f"{name}: {where}. How much of that is chance isn’t known."
    if word is Word.PROBABLY_WORSE:
        return f"{name}: {where}. It may be harder now, which is worth talking about."
    return f"{name}: {where}. It is harder now, which is worth talking about."


def signed(points: float) -> str:
    """A change in points as "+9" or "−2.25"; "0" where nothing changed."""
    digits = f"{abs(points):.2f}".rstrip("0").rstrip(".")
    if digits == "0":
        return digits
    return ("+" if points > 0 else "−") + digits


def _noise(figures: ScaleFigures) -> str:
    assert figures.threshold is not None
    points = f"{figures.threshold.points:.3g}"
    return f"within {points}" if figures.threshold.strict else f"of less than {points}"


def _line(figures: ScaleFigures) -> str:
    assert figures.line is not None
    line = figures.line
    checked = "" if line.checked else ", unchecked"
    return f"{line.value:.3g} ({_RULES[line.rule]}; {line.source}{checked})"


def _important(figures: ScaleFigures, probability: float) -> str:
    assert figures.important is not None
    assert figures.threshold is not None
    published = figures.scale.important_change
    checked = "" if published and published.checked else ", unchecked"
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
