"""Which figures does a scale rest on, where is each from, and did anybody check it?"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from attachdash.instruments.model import Instrument, Scale
from attachdash.instruments.sourced import Ages, Coefficient, Norm, Sourced
from attachdash.instruments.steps import in_digits
from attachdash.instruments.words import Method, MissingBasis, Operator

OPERATORS = {
    Operator.LESS: "<",
    Operator.AT_MOST: "≤",
    Operator.AT_LEAST: "≥",
    Operator.MORE: ">",
    Operator.EQUAL: "=",
}


class Standing(StrEnum):
    """How far a figure can be relied on."""

    CHECKED = "checked"
    UNCHECKED = "unchecked"
    HOUSE = "house rule"  # of this product; there is no official one, or it departs from it


class Use(StrEnum):
    """What a figure enters: a wrong one is as grave as that."""

    SCORE = "score"
    NOISE = "noise"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One figure with its source."""

    name: str
    value: str
    source: str
    standing: Standing
    use: Use


def grounds(instrument: Instrument, scale: Scale) -> tuple[Ground, ...]:
    """Every figure on record for the scale: first the score's, then the noise's, then the rest."""
    return (*_of_score(instrument, scale), *_of_noise(scale), *_of_comparison(scale))


def _of_score(instrument: Instrument, scale: Scale) -> Iterator[Ground]:
    if scale.method is not Method.GIVEN:
        told = instrument.field_confidence
        seen = told.get("reverse_items") or told.get("overall") or ""
        turned = ", ".join(map(str, _reversed(instrument, scale)))
        yield Ground(
            name="Key and turned items" if turned else "Key",
            value=turned or "none turned",
            source=instrument.citation + (f"; {seen}" if seen else ""),
            standing=_seen(instrument.form.keys_verified),
            use=Use.SCORE,
        )
        yield _blanks(instrument, scale)
    if scale.convert:
        said = instrument.field_confidence.get("raw_to_metric", "")
        yield Ground(
            name="Conversion table",
            value=f"{len(scale.convert)} sums",
            source=instrument.citation + (f"; {said}" if said else ""),
            standing=_seen(said.startswith("seen")),
            use=Use.SCORE,
        )


def _reversed(instrument: Instrument, scale: Scale) -> list[int]:
    parts = [instrument.scale(one) for one in scale.of] or [scale]
    return sorted({number for part in parts for number in part.reverse})


def _blanks(instrument: Instrument, scale: Scale) -> Ground:
    said = instrument.field_confidence.get("missing", "")
    official = scale.missing_basis is MissingBasis.OFFICIAL
    standing = Standing.HOUSE
    if official:
        standing = _seen(said.startswith("seen") or "(seen" in said)
    none = "the authors’ rule" if official else "rule of this product, no official one on record"
    return Ground(
        name="Blanks allowed",
        value=f"{scale.missing_allowed or 'none'} of {len(scale.items)}",
        source=scale.missing_note or (said if official and said else none),
        standing=standing,
        use=Use.SCORE,
    )


def _of_noise(scale: Scale) -> Iterator[Ground]:
    reliability, sem = scale.reliability, scale.sem
    if reliability.alpha:
        yield _coefficient("Alpha", reliability.alpha)
    if reliability.retest:
        over = f", {reliability.retest.interval}" if reliability.retest.interval else ""
        people = reliability.retest.by_person.items()
        by = "".join(f"; {who} {in_digits(value)}" for who, value in people)
        yield _coefficient(f"Retest{over}", reliability.retest, by)
    if sem:
        yield Ground(
            name="SD, for the noise",
            value=in_digits(sem.sd),
            source=f"{sem.sample}; with {sem.r_kind} {in_digits(sem.r)}",
            standing=_seen(sem.checked),
            use=Use.NOISE,
        )
    if own := scale.shares:
        for name, share in (("Drift in a week", own.drift), ("Passing state", own.transient)):
            yield Ground(
                name=name,
                value=f"{in_digits(share, 2)} of the SD",
                source=own.source,
                standing=_seen(own.checked),
                use=Use.NOISE,
            )


def _of_comparison(scale: Scale) -> Iterator[Ground]:
    for name, norms in (("Mean and SD", scale.norms), ("Mean and SD, clinical", scale.clinical)):
        for norm in norms:
            yield _sourced(name, _norm(norm), norm, f"{norm.group}; ")
    for cutoff in scale.cutoffs:
        ages = f", {_ages(cutoff.ages)}" if cutoff.ages else ""
        value = f"{OPERATORS[cutoff.op]} {in_digits(cutoff.value)}"
        yield _sourced(f"Cut-off: {cutoff.name}{ages}", value, cutoff)
    if scale.recovery is not None:
        yield _sourced("“Recovered” may be said", "past the line", scale.recovery)
    if scale.bands:
        bands = ", ".join(f"{b.label} {in_digits(b.min)}–{in_digits(b.max)}" for b in scale.bands)
        if scale.bands_source:
            yield _sourced("Bands", bands, scale.bands_source)
        else:
            yield Ground(name="Bands", value=bands, source="none on record",
                         standing=Standing.UNCHECKED, use=Use.COMPARISON)  # fmt: skip
    if scale.reliable_change:
        change = scale.reliable_change
        yield _sourced("Reliable change, published", in_digits(change.value), change)
    if scale.important_change:
        smallest = scale.important_change
        yield _sourced("Smallest change that matters", in_digits(smallest.value), smallest)


def _coefficient(name: str, one: Coefficient, by: str = "") -> Ground:
    return Ground(
        name=name, value=in_digits(one.value) + by, source=one.source,
        standing=_seen(one.checked), use=Use.NOISE,
    )  # fmt: skip


def _sourced(name: str, value: str, one: Sourced, before: str = "") -> Ground:
    return Ground(
        name=name, value=value, source=before + one.source, standing=_seen(one.checked),
        use=Use.COMPARISON,
    )  # fmt: skip


def _norm(norm: Norm) -> str:
    said = in_digits(norm.mean)
    said += ", no SD" if norm.sd is None else f" ± {in_digits(norm.sd)}"
    return said + (f", n {norm.n:,}" if norm.n else "")


def _ages(ages: Ages) -> str:
    if ages.min is None:
        return f"up to {ages.max}"
    return f"from {ages.min}" if ages.max is None else f"{ages.min} to {ages.max}"


def _seen(checked: bool) -> Standing:
    return Standing.CHECKED if checked else Standing.UNCHECKED
