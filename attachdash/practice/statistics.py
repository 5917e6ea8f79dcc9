"""Every statistic of one course, each with its figure and where that is from."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import isnan

from attachdash.change.cutoffs import Class, LineRule, Moments, choose_line
from attachdash.change.figures import ScaleFigures
from attachdash.change.sentences import side, signed
from attachdash.change.sudden import sudden_changes
from attachdash.change.two_point import (
    METHODS,
    ChangeMethod,
    Precision,
    ReliabilityKind,
    Sample,
)
from attachdash.instruments import Norm
from attachdash.practice.telling import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One figure, or why there is none."""

    name: str
    value: str
    source: str  # how it comes about: the formula with its numbers, author and year
    checked: bool | None = None  # None: nothing beside this client's own answers enters


def statistics_of(told: Told) -> list[Statistic]:
    """All that can be computed for the course, two answers first; empty where figures lack."""
    if told.figures.precision is None or told.figures.threshold is None or told.course.n < 2:
        return []
    return [*_two_points(told), *_other_indices(told), *_lines(told), *_all_answers(told)]


def _two_points(told: Told) -> Iterator[Statistic]:
    found, row, figures = told.found, told.row, told.figures
    precision, threshold = figures.precision, figures.threshold
    assert precision is not None
    assert threshold is not None
    r, sd = precision.reliability, precision.sd
    yield Statistic(
        name="Standard error of one answer",
        value=f"{precision.sem:.2f} points",
        source=f"SD {sd:g} × √(1 − {precision.kind} {r:g}); {precision.sample}",
        checked=precision.checked,
    )
    yield Statistic(
        name="Standard error of a difference",
        value=f"{precision.s_diff:.2f} points",
        source="√2 × the standard error of one answer (Christensen & Mendoza 1986)",
        checked=precision.checked,
    )
    yield Statistic(
        name="Reliable change, as used",
        value=f"{'more than' if threshold.strict else 'from'} {threshold.points:.3g} points",
        source=threshold.source,
        checked=threshold.checked,
    )
    retest = figures.scale.reliability.retest
    if retest is not None and precision.kind is ReliabilityKind.ALPHA:
        other = Precision(sd=sd, reliability=retest.value, kind=ReliabilityKind.RETEST)
        when = f" over {retest.interval}" if retest.interval else ""
        yield Statistic(
            name="Reliable change by retest instead",
            value=f"more than {other.threshold():.3g} points",
            source=f"1.96 × √2 × SD {sd:g} × √(1 − retest {retest.value:g}{when}); it holds true "
            "change too, so it is the larger",
            checked=retest.checked and precision.checked,
        )
    change = float(found.change[row])
    yield Statistic(
        name="Change, first to latest",
        value=f"{signed(change)} points",
        source=f"{found.last[row]:.4g} − {found.first[row]:.4g}, as scored",
    )
    yield Statistic(
        name="Reliable change index",
        value=signed(change / precision.s_diff),
        source="change ÷ standard error of a difference (Jacobson & Truax 1991); reliable beyond "
        "1.96",
        checked=precision.checked,
    )
    if told.outcome is not Class.NOT_TOLD:
        yield Statistic(
            name="Class",
            value=told.outcome.label,
            source=f"first and latest answer against reliable change and {_line_name(figures)} "
            "(Jacobson & Truax 1991)",
            checked=threshold.checked and (figures.line is None or figures.line.checked),
        )


def _other_indices(told: Told) -> Iterator[Statistic]:
    """For those who compare methods; only those that the figures on record allow."""
    precision, norm = told.figures.precision, _with_sd(told.figures.scale.clinical)
    assert precision is not None
    if norm is None:
        return
    sample = Sample(mean_first=norm.mean, sd_first=norm.sd)
    for method in (
        ChangeMethod.EDWARDS_NUNNALLY, ChangeMethod.GULLIKSEN_LORD_NOVICK,
        ChangeMethod.NUNNALLY_KOTSCH,
    ):  # fmt: skip
        index = METHODS[method](
            told.found.first[told.row], told.found.last[told.row], precision, sample
        )
        yield Statistic(
            name=f"The same by {method.label}",
            value=signed(float(index)),
            source=f"with the mean of {norm.group}, {norm.mean:g}; reliable beyond "
            f"{method.critical:g}",
            checked=norm.checked and precision.checked,
        )


def _lines(told: Told) -> Iterator[Statistic]:
    figures, scale = told.figures, told.figures.scale
    if figures.line is not None and figures.line.rule is LineRule.PUBLISHED:
        yield Statistic(
            name=f"{_line_name(figures).capitalize()}, as used",
            value=f"{figures.line.value:.3g}",
            source=f"published, “{figures.line.name}”: {figures.line.source}"
            + ("" if figures.line.tells_recovery else "; it tells of no recovery"),
            checked=figures.line.checked,
        )
    clinical, functional = _moments(scale.clinical), _moments(scale.norms)
    for rule in (LineRule.A, LineRule.B, LineRule.C):
        line = None
        # Without the group that it needs, or with groups the wrong way round, there is none.
        with suppress(ValueError):
            line = choose_line(clinical, functional, figures.sign, rule)
        if line is not None:
            used = ", as used" if figures.line and figures.line.rule is rule else ""
            yield Statistic(
                name=f"Cut-off {rule}{used}",
                value=f"{line.value:.3g}",
                source=f"{line.source} (Jacobson & Truax 1991)",
                checked=line.checked,
            )


def _all_answers(told: Told) -> Iterator[Statistic]:
    found, row, figures = told.found, told.row, told.figures
    levels, line, model = found.levels, found.trends, figures.model
    assert model is not None
    checked = figures.precision.checked if figures.precision else False
    if line.enough[row]:
        yield Statistic(
            name="Trend",
            value=f"{signed(float(line.slope[row]))} points a week",
            source=f"least squares over {line.answers[row]} answers in {line.span[row]:.0f} weeks, "
            "by real time",
        )
        yield Statistic(
            name="Reliable Trend Index",
            value=signed(float(line.rti[row])),
            source="slope ÷ (standard error of one answer ÷ √Σ(t − mean t)²) (McAleavey); reliable "
            "beyond 1.96, and only where slope × span matters",
            checked=checked,
        )
    for name, chance, what in (
        ("P(better)", found.p_better, "true change for the better above 0"),
        ("P(worse)", found.p_worse, "true change for the worse above 0"),
        ("P(it matters)", found.p_important, f"true change for the better above the important "
         f"{figures.important or 0:g} points"),
        ("P(past the line)", found.p_functional, "level now on the "
         f"side of the line that isn’t the {side(figures)} one"),
    ):  # fmt: skip
        if not isnan(value := float(chance[row])):
            yield Statistic(name=name, value=_chance(value), source=what, checked=checked)
    if told.level is not None:
        low, high = told.level[2][-1], told.level[3][-1]
        yield Statistic(
            name="Likely true level now",
            value=f"{levels.now[row]:.1f} ({low:.1f} to {high:.1f})",
            source=f"Kalman filter and smoother; starts from the mean of {figures.start_from}",
            checked=checked,
        )
        yield Statistic(
            name="True change of the level",
            value=f"{signed(float(levels.change[row]))} ± {1.96 * levels.change_sd[row]:.1f}",
            source="level now less level at the start, by their joint distribution; 95%",
            checked=checked,
        )
    yield Statistic(
        name="What the level takes for noise",
        value=f"error {float(model.sem):.2f}, passing state {float(model.transient):.2f}, drift "  # type: ignore[arg-type]
        f"{float(model.drift):.2f} a week",  # type: ignore[arg-type]
        source=told.shares_from,
        checked=checked,
    )
    assert figures.threshold is not None
    scale = figures.scale
    sudden = sudden_changes(
        told.course.values, [0, told.course.n], cut=figures.threshold.points,
        best=scale.high if figures.sign > 0 else scale.low, sign=figures.sign,
    )  # fmt: skip
    for name, places in (("Sudden gain", sudden.gains), ("Sudden loss", sudden.losses)):
        for at in places.tolist():
            before, after = told.course.scored[at], told.course.scored[at + 1]
            yield Statistic(
                name=name,
                value=f"{signed((after.value or 0) - (before.value or 0))} points, week "
                f"{told.course.week(before)} to {told.course.week(after)}",
                source="reliable, a quarter of the severity before, and lasting (Tang & DeRubeis "
                "1999)",
                checked=figures.threshold.checked,
            )


def _line_name(figures: ScaleFigures) -> str:
    return "clinical line" if figures.line and figures.line.tells_recovery else "line of the scale"


def _with_sd(norms: tuple[Norm, ...]) -> Norm | None:
    return next((one for one in norms if one.sd is not None), None)


def _moments(norms: tuple[Norm, ...]) -> Moments | None:
    norm = _with_sd(norms)
    if norm is None or norm.sd is None:
        return None
    return Moments(mean=norm.mean, sd=norm.sd, group=norm.group, checked=norm.checked)


def _chance(p: float) -> str:
    return "more than .99" if p > 0.99 else "less than .01" if p < 0.01 else f"{p:.2f}"[1:]
