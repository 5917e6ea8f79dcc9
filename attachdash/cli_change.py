"""`attachdash outcomes` and `attachdash trend`: change in any file, without a practice."""

import csv
import io
import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from attachdash.change import Class
from attachdash.change.cutoffs import LineRule, Moments, choose_line, classes, counts
from attachdash.change.series import DAYS_PER_WEEK, Floats, series_of
from attachdash.change.trend import LEAST_ANSWERS, LEAST_WEEKS, trends
from attachdash.change.two_point import (
    LEAST_RELIABILITY,
    METHODS,
    ChangeMethod,
    Precision,
    ReliabilityKind,
    Sample,
    sign_of,
)
from attachdash.cli_columns import both_there, numbers_in, table_in, times_in, two_points
from attachdash.cli_words import told_to_people, write_private
from attachdash.errors import Invalid
from attachdash.instruments import Direction
from attachdash.intake import escaped

File = Annotated[Path, typer.Argument(help="A CSV or .xlsx file.")]
Reliability = Annotated[float, typer.Option(help="Of the questionnaire, 0 to 1; alpha is usual.")]
Missing = Annotated[str, typer.Option(help="Codes that mean no score, with commas between.")]
SheetName = Annotated[str | None, typer.Option(help="Of a workbook: the sheet's name.")]
HeaderRows = Annotated[
    int | None, typer.Option(min=1, help="How many rows stand above the answers.")
]
NamesRow = Annotated[int | None, typer.Option(min=1, help="Which of them has the column names.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


def add_to(app: typer.Typer) -> None:
    """Give the app these commands."""
    app.command("outcomes")(outcomes)
    app.command("trend")(trend)


def outcomes(
    file: File,
    person: Annotated[str, typer.Option("--id", help="The column that says who.")],
    time: Annotated[str, typer.Option(help="The column that says which time point.")],
    first: Annotated[str, typer.Option(help="What it holds at the first one, such as pre.")],
    last: Annotated[str, typer.Option(help="What it holds at the last one, such as post.")],
    measure: Annotated[str, typer.Option(help="The column of the score.")],
    reliability: Reliability,
    direction: Annotated[
        Direction, typer.Option(help="Which way is better: higher or lower.")
    ] = Direction.LOWER,
    functional: Annotated[
        str | None, typer.Option(help="Mean and SD of a functional group, as 114.7,17.8.")
    ] = None,
    clinical: Annotated[
        str | None, typer.Option(help="Of a clinical group; without it the first scores here.")
    ] = None,
    cutoff: Annotated[
        str | None, typer.Option(help="a, b or c; without it the one the norms allow.")
    ] = None,
    method: Annotated[
        ChangeMethod, typer.Option(help="The index of reliable change.")
    ] = ChangeMethod.JACOBSON_TRUAX,
    sd: Annotated[
        float | None, typer.Option(help="S of a reference group; without it of the first scores.")
    ] = None,
    external_last: Annotated[
        float | None, typer.Option(help="For hll: the mean of last scores in another sample.")
    ] = None,
    missing: Missing = "",
    sheet: SheetName = None,
    header_rows: HeaderRows = None,
    names_row: NamesRow = None,
    out: Annotated[Path | None, typer.Option(help="Write each person's class to this CSV.")] = None,
    as_json: AsJson = False,
) -> None:
    """Who recovered, improved, or got worse between two time points of any file?"""
    with told_to_people():
        if direction is Direction.NEITHER:
            raise Invalid("--direction neither: expected higher or lower; else there is no class.")
        table = table_in(file, sheet, header_rows, names_row)
        people, scores = two_points(table, person, time, (first, last), measure, missing)
        start, end = scores
        clinic, others = _moments("--clinical", clinical), _moments("--functional", functional)
        precision = _precision(_sd(start, sd, "--sd", first), reliability)
        if clinic is None:
            clinic = _those_with_both(start, end, first)
        sign = sign_of(direction)
        try:
            line = choose_line(clinic, others, sign, _rule(cutoff))
            index = METHODS[method](
                start, end, precision, _sample(start, end, clinic, external_last)
            )
        except ValueError as error:
            raise Invalid(f"{error}. See `attachdash outcomes --help` for what to say.") from error
        assert line is not None
        better = sign * np.where(np.abs(index) > method.critical, np.sign(np.nan_to_num(index)), 0)
        found = classes(start, end, better, line.value, sign)
        threshold = method.critical * precision.s_diff
        both = int((found != Class.NOT_TOLD).sum())
        if out is not None:
            _write(out, file, people, scores, index, [Class(int(c)).label for c in found])
        figures: dict[str, Any] = {
            "sem": precision.sem,
            "s_diff": precision.s_diff,
            "threshold": threshold if method is ChangeMethod.JACOBSON_TRUAX else None,
            "cutoff": line.value,
            "cutoff_rule": line.rule.value,
            "method": method.value,
            "critical": method.critical,
            "reliability": reliability,
            "sd": precision.sd,
            "direction": direction.value,
            "n": both,
            "without_both": len(people) - both,
            "counts": counts(found),
        }
        if as_json:
            typer.echo(json.dumps(figures, indent=2, allow_nan=False))
            return
        typer.echo(f"{both:,} with both scores, {len(people) - both:,} without; "
                   f"{direction.label}.")  # fmt: skip
        typer.echo(f"SD {precision.sd:.3f} at first, reliability {reliability:g} as stated.")
        typer.echo(f"SEM {precision.sem:.4f}, S_diff {precision.s_diff:.4f} ({method.label}).")
        if method is ChangeMethod.JACOBSON_TRUAX:
            typer.echo(f"Reliable: a change of more than {threshold:.2f} points (95%).")
        else:
            typer.echo(f"Reliable: an index beyond {method.critical}.")
        typer.echo(f"Cut-off {line.rule}: {line.value:.2f}, from {line.source}.")
        _warn_of(precision)
        for name, count in figures["counts"].items():
            within = " (of the deteriorated)" if name == "newly_clinical" else ""
            typer.echo(f"{name.replace('_', ' '):<15} {count:>6,}{within}")


def trend(
    file: File,
    time: Annotated[str, typer.Option(help="The column of days, or of numbers such as weeks.")],
    value: Annotated[str, typer.Option(help="The column of the score.")],
    sd: Annotated[float, typer.Option(help="S of a reference group, in scale points.")],
    reliability: Reliability,
    missing: Missing = "",
    sheet: SheetName = None,
    header_rows: HeaderRows = None,
    names_row: NamesRow = None,
    as_json: AsJson = False,
) -> None:
    """Does one person's series rise or fall by more than the questionnaire's own error?"""
    with told_to_people():
        precision = _precision(sd, reliability)
        table = table_in(file, sheet, header_rows, names_row)
        times, unit = times_in(table, time)
        values = numbers_in(table, value, missing)
        # The engine counts in days; a file's own numbers are taken as they stand.
        days = times if unit == "week" else times * DAYS_PER_WEEK
        series = series_of(values, days)
        found = trends(series, precision.sem)
        if not found.has_slope[0]:
            raise Invalid(
                f"{table.file_name}: expected scores of at least two moments in {value}, found "
                f"{len(set(series.times.tolist()))}. A trend needs more."
            )
        slope, rti, n = float(found.slope[0]), float(found.rti[0]), int(found.answers[0])
        reliable = bool(found.reliable[0])
        enough = n >= LEAST_ANSWERS and (unit != "week" or bool(found.enough[0]))
        # Half the reliable change: what a slope must come to over the whole span.
        trivial = not bool(found.matters(precision.threshold() / 2)[0])
        span = float(found.span[0])
        if as_json:
            figures = {
                "slope": slope, "rti": rti, "n": n, "span": span, "per": unit,
                "sem": precision.sem, "s_diff": precision.s_diff, "reliable": reliable,
                "trivial": trivial, "enough": enough,
            }  # fmt: skip
            typer.echo(json.dumps(figures, indent=2, allow_nan=False))
            return
        typer.echo(f"{n:,} scores over {span:.3g} {unit}s; SEM {precision.sem:.4f}.")
        typer.echo(f"Slope {slope:+.4f} points a {unit}; Reliable Trend Index {rti:.4f}.")
        typer.echo(f"{'Beyond' if reliable else 'Within'} the questionnaire's own error (1.96).")
        if trivial:
            typer.echo("Over the whole span it comes to less than half a reliable change: trivial.")
        if not enough:
            typer.echo(f"A trend is told from {LEAST_ANSWERS} scores over {LEAST_WEEKS:g} weeks.")
        _warn_of(precision)


def _moments(option: str, text: str | None) -> Moments | None:
    """The mean and SD of "114.7,17.8"."""
    if text is None:
        return None
    try:
        mean, sd = (float(part) for part in text.split(","))
        return Moments(mean=mean, sd=sd, group=f"{option[2:]} group as stated")
    except ValueError as error:
        raise Invalid(
            f"{option} {text}: expected a mean and an SD above 0, such as 114.7,17.8."
        ) from error


def _rule(cutoff: str | None) -> LineRule | None:
    if cutoff is None:
        return None
    if cutoff not in ("a", "b", "c"):
        raise Invalid(f"--cutoff {cutoff}: expected a, b or c.")
    return LineRule(cutoff)


def _precision(sd: float, reliability: float) -> Precision:
    try:
        return Precision(sd=sd, reliability=reliability, kind=ReliabilityKind.STATED)
    except ValueError as error:
        raise Invalid(f"--sd {sd:g}, --reliability {reliability:g}: {error}.") from error


def _sd(start: Floats, said: float | None, option: str, point: str) -> float:
    """S as said, or else of all first scores. Raises Invalid where they have no spread."""
    if said is not None:
        return said
    there = start[~np.isnan(start)]
    if len(there) < 2 or np.ptp(there) == 0:
        raise Invalid(
            f"The scores at {point} have no spread; expected at least two that differ. Say "
            f"{option} of a reference group."
        )
    return float(there.std(ddof=1))


def _those_with_both(start: Floats, end: Floats, point: str) -> Moments:
    """The clinical group where none is said: those who are classified, at first."""
    there = start[both_there(start, end)]
    sd = _sd(there, None, "--clinical", point)
    return Moments(mean=float(there.mean()), sd=sd, group="the first scores of those with both")


def _sample(start: Floats, end: Floats, clinic: Moments, external_last: float | None) -> Sample:
    """What the other indices need, from those with both scores."""
    both = both_there(start, end)
    a, b = start[both], end[both]
    spread = len(a) > 1 and bool(np.ptp(a) > 0 and np.ptp(b) > 0)
    # hll takes the mean of last scores from elsewhere, or not at all.
    return Sample(
        mean_first=float(a.mean()),
        sd_first=float(a.std(ddof=1)) if spread else clinic.sd,
        mean_last=float(b.mean()) if external_last is None else external_last,
        sd_last=float(b.std(ddof=1)) if spread else None,
        correlation=float(np.corrcoef(a, b)[0, 1]) if spread else None,
        mean_last_is_external=external_last is not None,
    )


def _write(
    out: Path,
    source: Path,
    people: list[str],
    scores: tuple[Floats, Floats],
    index: Floats,
    labels: list[str],
) -> None:
    if out.resolve() == source.resolve():
        raise Invalid(f"{out} is the file that is read; name another for --out.")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["id", "first", "last", "index", "class"])
    for name, one, two, rc, label in zip(people, *scores, index, labels, strict=True):
        cells = ["" if np.isnan(x) else f"{x:.10g}" for x in (one, two, rc)]
        writer.writerow([escaped(name), *cells, label])
    try:
        write_private(out, text.getvalue())
    except OSError as error:
        raise Invalid(f"{out} can't be written: {error.strerror}.") from error


def _warn_of(precision: Precision) -> None:
    if not precision.is_enough:
        typer.echo(
            f"The reliability is below {LEAST_RELIABILITY:.2f}: for one person no change should be "
            "told on it."
        )
