"""Instruments and summaries as plain text, for a terminal and for files."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict

from attachdash.instruments.library import Library
from attachdash.instruments.model import Instrument, Scale
from attachdash.instruments.scoring import score
from attachdash.instruments.sheet import Sheet
from attachdash.instruments.statistics import Summary
from attachdash.instruments.words import StateCode


def figures(summary: Summary) -> dict[str, float | int | None]:
    """A summary's numbers by name."""
    return {name: value for name, value in asdict(summary).items() if name != "blanks"}


def told(
    instrument: Instrument, summaries: Mapping[str, Summary], rows: int, complete_only: bool
) -> str:
    """The summaries in words, a paragraph per scale."""
    lines = [f"{instrument.name}: {rows:,} rows"]
    for scale_id, summary in summaries.items():
        scale = instrument.scale(scale_id)
        lines += ["", f"{instrument.scale_label(scale)} [{scale_id}]"]
        lines.append(
            f"  scored {summary.n:,}, mean {_number(summary.mean)}, SD {_number(summary.sd)}, "
            f"alpha {_number(summary.alpha, 4)}"
        )
        if summary.prorated:
            how = "left out" if complete_only else "counted, blanks as the person's own mean"
            lines.append(f"  with some blanks: {summary.prorated:,} ({how})")
        if summary.incomplete:
            lines.append(f"  without a score: {summary.incomplete:,} ({_why(scale, summary)})")
    return "\n".join(lines)


def scores_as_csv(instrument: Instrument, sheet: Sheet, *, complete_only: bool = False) -> str:
    """Each row's scores as CSV; `complete_only` leaves out those that count blanks in."""
    header = ["row"]
    columns: list[list[object]] = [list(sheet.rows)]
    for scale_id, found in score(instrument, sheet.answers).items():
        header += [scale_id, f"{scale_id}_answered", f"{scale_id}_asked", f"{scale_id}_state"]
        values = found.value.round(10)
        if complete_only:
            values[found.state == StateCode.PRORATED] = float("nan")
        told: list[object] = [
            "" if value != value else f"{value:.10g}" for value in values.tolist()
        ]
        columns += [told, found.answered.tolist(), [found.asked] * len(told), [*found.states()]]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def headline(instrument: Instrument) -> dict[str, object]:
    return {
        "id": instrument.id,
        "name": instrument.name,
        "short_name": instrument.short_name,
        "domain": instrument.domain.value,
        "items": instrument.form.count,
        "entry": sorted(instrument.entry),
        "scales": [scale.id for scale in instrument.scales],
    }


def all_told(instruments: Library) -> str:
    """A line per instrument."""
    width = max(map(len, instruments), default=0)
    return "\n".join(
        f"{one.id:{width}}  {one.name}; {', '.join(scale.id for scale in one.scales)}"
        + ("" if one.accepts_items else " (ready scores only)")
        for one in instruments.values()
    )


def one_told(instrument: Instrument) -> str:
    """One instrument: what it takes, its scales, what to beware of."""
    lines = [f"{instrument.name} ({instrument.short_name})", instrument.citation]
    lines.append(f"Takes: {' and '.join(sorted(instrument.entry))}. By: ")
    lines[-1] += ", ".join(instrument.informants)
    if instrument.items:
        lines.append("Items:")
        steps = instrument.steps_per_unit
        lines += [
            f"  {item.number}. {item.label}, {item.low / steps:g} to {item.high / steps:g}"
            for item in instrument.items
        ]
    for scale in instrument.scales:
        lines.append(f"{instrument.scale_label(scale)} [{scale.id}]")
        if scale.items:
            lines.append(f"  {scale.method.value} of items {', '.join(map(str, scale.items))}")
        if scale.reverse:
            lines.append(f"  reversed: {', '.join(map(str, scale.reverse))}")
        if scale.missing_allowed:
            basis = scale.missing_basis.value
            lines.append(f"  blanks allowed: {scale.missing_allowed} ({basis} rule)")
        for norm in scale.norms[:1]:
            sd = "no SD" if norm.sd is None else f"SD {norm.sd:g}"
            lines.append(f"  {norm.group}: mean {norm.mean:g}, {sd} ({_seen(norm.checked)})")
    if instrument.caution:
        lines.append(f"Caution: {instrument.caution}")
    lines += [f"Beware: {trap}" for trap in instrument.traps]
    lines.append(f"Licence: {instrument.licence.text}")
    return "\n".join(lines)


def _why(scale: Scale, summary: Summary) -> str:
    allowed = scale.missing_allowed
    rule = f"{allowed} of {len(scale.items)} items may be blank" if allowed else "none may be blank"
    parts = [f"{count:,} with {blanks} blank" for blanks, count in summary.blanks.items()]
    return f"{rule}: {', '.join(parts)}"


def _number(value: float | None, digits: int = 3) -> str:
    return "not known" if value is None else f"{value:.{digits}f}"


def _seen(checked: bool) -> str:
    return "checked" if checked else "unchecked"
