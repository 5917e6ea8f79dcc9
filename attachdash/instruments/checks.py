"""Where a definition contradicts itself: each as (field, what is wrong)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import isclose

from attachdash.instruments.model import Instrument, Scale
from attachdash.instruments.words import Direction, Domain, Method, MissingBasis, Side

Fault = tuple[str, str]
LARGEST_SUM = 32_767  # answers are added up in 16 bits,
MOST_ITEMS = 127  # and blanks in 8


def contradictions(instrument: Instrument) -> Iterator[Fault]:
    """Every contradiction within the instrument; none for a sound one."""
    yield from _form(instrument)
    yield from _twice("scales", (scale.id for scale in instrument.scales))
    for scale in instrument.scales:
        for field, problem in _scale(instrument, scale):
            yield f"scales.{scale.id}.{field}", problem
    yield from _risk(instrument)
    yield from _rule(instrument)
    for informant in instrument.ages_by_informant:
        if informant not in instrument.informants:
            yield "ages_by_informant", f"{informant} is not an informant"


def _form(instrument: Instrument) -> Iterator[Fault]:
    form, count = instrument.form, instrument.form.count or 0
    if not instrument.entry:
        yield "entry", "neither items nor scores may come in"
    if instrument.accepts_items:
        if not form.keys_verified:
            yield "entry", "items may come in only where the keys are verified"
        if not instrument.items:
            yield "items", "count and range are needed for items to come in"
    for field, given in (("labels", form.labels), ("ranges", form.ranges)):
        for number in given:
            if not 1 <= number <= count:
                yield f"items.{field}", f"{number} is not one of {count} items"
    ranges = [("range", form.range)] if form.range else []
    for field, (low, high) in ranges + [(f"ranges.{n}", r) for n, r in form.ranges.items()]:
        if not 0 <= low < high:
            yield f"items.{field}", f"{low} to {high} is no range of 0 or more"
    if count > MOST_ITEMS:
        yield "items.count", f"more than {MOST_ITEMS}"
    if not isclose(form.step * instrument.steps_per_unit, 1):
        yield "items.step", f"{form.step:g} does not go into 1"
    if instrument.loinc and len(instrument.loinc.items) not in (0, count):
        yield "loinc.items", f"{len(instrument.loinc.items)} codes for {count} items"


def _scale(instrument: Instrument, scale: Scale) -> Iterator[Fault]:
    if scale.low >= scale.high:
        yield "range", f"{scale.low:g} to {scale.high:g} is no range"
    keys = list(_keys(instrument, scale))
    yield from keys
    if not keys:  # a span worked out from wrong keys would only repeat the same mistake
        yield from _span(instrument, scale)
    yield from _missing(scale)
    yield from _figures(scale)
    yield from _bands(scale)
    if scale.asked and not (instrument.licence.may_ship_wording and len(scale.items) == 1):
        yield "asked", "only a single line whose wording may be shipped has one"
    for informant in scale.informants:
        if informant not in instrument.informants:
            yield "informants", f"{informant} is not an informant"


def _keys(instrument: Instrument, scale: Scale) -> Iterator[Fault]:
    numbers = range(1, (instrument.form.count or 0) + 1)
    yield from _twice("items", scale.items)
    yield from _twice("reverse", scale.reverse)
    for number in scale.items:
        if number not in numbers:
            yield "items", f"{number} is not one of {len(numbers)} items"
    for number in scale.reverse:
        if number not in scale.items:
            yield "reverse", f"{number} is not in items"
    if scale.method is Method.GIVEN and scale.items:
        yield "items", "a given score has none"
    if scale.method is not Method.GIVEN and not scale.items:
        yield "items", f"method {scale.method} needs items"
    if scale.method is not Method.SUM_SCALED and (scale.factor, scale.offset) != (1, 0):
        yield "factor", "only sum_scaled has a factor or an offset"
    if scale.factor <= 0:
        yield "factor", "expected above 0"
    if scale.convert and scale.method is not Method.SUM:
        yield "convert", "only a sum is looked up"
    yield from _of(instrument, scale)
    yield from _recode(instrument, scale)


def _of(instrument: Instrument, scale: Scale) -> Iterator[Fault]:
    if (scale.method is Method.MEAN_OF_SCALES) != bool(scale.of):
        yield "of", "mean_of_scales, and only it, names the scales it is the mean of"
    known = {part.id: part for part in instrument.scales if part.method is Method.MEAN}
    for part in scale.of:
        if part not in known:
            yield "of", f"{part} is not a scale that is a mean of items"
    if scale.of and set(scale.of) <= set(known):
        used = [number for part in scale.of for number in known[part].items]
        if sorted(used) != sorted(scale.items) or scale.reverse:
            yield "items", "expected those of the scales in `of`, reversed only there"


def _recode(instrument: Instrument, scale: Scale) -> Iterator[Fault]:
    if (scale.method is Method.RECODE_MEAN) != bool(scale.recode):
        yield "recode", "recode_mean, and only it, has a table of recoded answers"
        return
    if scale.recode and scale.reverse:
        yield "reverse", "a recoded scale says so in its tables"
    for key in scale.recode:
        if key != "default" and key not in map(str, scale.items):
            yield "recode", f"{key} is not in items"
    for number in scale.items if scale.recode and instrument.items else ():
        table = scale.recode.get(str(number), scale.recode.get("default", {}))
        if 1 <= number <= len(instrument.items):
            item = instrument.item(number)
            if set(table) != set(range(item.low, item.high + 1)):
                yield "recode", f"item {number} needs each answer from {item.low} to {item.high}"


def _span(instrument: Instrument, scale: Scale) -> Iterator[Fault]:
    """The range must be what the lowest and the highest answers come to."""
    if not instrument.items or scale.method is Method.GIVEN or scale.method is Method.RECODE_MEAN:
        if scale.recode and set(scale.range) != _ends(scale):
            yield (
                "range",
                f"the recoded answers run from {min(_ends(scale)):g} to {max(_ends(scale)):g}",
            )
        return
    lows = [instrument.item(number).low for number in scale.items]
    highs = [instrument.item(number).high for number in scale.items]
    if sum(highs) > LARGEST_SUM:
        yield "items", f"the sum can pass {LARGEST_SUM}"
    ends = [sum(lows) / instrument.steps_per_unit, sum(highs) / instrument.steps_per_unit]
    if scale.convert:
        sums = range(round(ends[0]), round(ends[1]) + 1)
        if set(scale.convert) != set(sums):
            yield "convert", f"expected each sum from {sums[0]} to {sums[-1]}"
            return
        ends = [scale.convert[sums[0]], scale.convert[sums[-1]]]
        looked_up = [scale.convert[total] for total in sums]
        if looked_up != sorted(looked_up):
            yield "convert", "expected values that rise with the sum"
    elif scale.method in (Method.MEAN, Method.MEAN_OF_SCALES):
        ends = [end / len(scale.items) for end in ends]
    else:
        ends = [end * scale.factor + scale.offset for end in ends]
    if not all(isclose(end, stated) for end, stated in zip(ends, scale.range, strict=True)):
        yield "range", f"its items and method give {ends[0]:g} to {ends[1]:g}"


def _ends(scale: Scale) -> set[float]:
    values = [float(value) for table in scale.recode.values() for value in table.values()]
    return {min(values), max(values)}


def _missing(scale: Scale) -> Iterator[Fault]:
    allowed = scale.missing_allowed
    if allowed and scale.missing_basis is MissingBasis.NONE:
        yield "missing_allowed", "blanks are allowed, but missing_basis says there is no rule"
    if allowed and allowed >= len(scale.items):
        yield "missing_allowed", f"{allowed} of {len(scale.items)} items would leave no answer"
    if allowed and scale.convert:
        yield "missing_allowed", "a sum that is looked up can't be prorated"


def _figures(scale: Scale) -> Iterator[Fault]:
    for field, norms in (("norms", scale.norms), ("clinical", scale.clinical)):
        for norm in norms:
            if not scale.low <= norm.mean <= scale.high:
                yield field, f"mean {norm.mean:g} of {norm.group} is outside the range"
    for cutoff in scale.cutoffs:
        if not scale.low <= cutoff.value <= scale.high:
            yield "cutoffs", f"{cutoff.value:g} ({cutoff.name}) is outside the range"
    if scale.recovery is not None:
        groups = [any(n.sd is not None for n in norms) for norms in (scale.norms, scale.clinical)]
        if scale.domain is Domain.ATTACHMENT or scale.direction is Direction.NEITHER:
            yield "recovery", "nobody recovers from a way of being"
        elif not all(groups) and not any(c.side is Side.UNWELL for c in scale.cutoffs):
            yield "recovery", "there is no line between a clinical and a functional group"
    for field, change in (
        ("reliable_change", scale.reliable_change),
        ("important_change", scale.important_change),
    ):
        if change and change.value > scale.span:
            yield field, f"{change.value:g} is more than the whole range"


def _bands(scale: Scale) -> Iterator[Fault]:
    if bool(scale.bands) != bool(scale.bands_source):
        yield "bands_source", "bands and their source go together"
    for band in scale.bands:
        if band.min > band.max:
            yield "bands", f"{band.label} ends before it begins"
        if not scale.low <= band.min <= band.max <= scale.high:
            yield "bands", f"{band.label} reaches outside the range"
    for below, above in pairwise(scale.bands):
        if below.max >= above.min:
            yield "bands", f"{below.label} and {above.label} overlap or are out of order"
    if scale.bands and scale.bands[0].min > scale.low:
        yield "bands", f"scores from {scale.low:g} have no band"


def _risk(instrument: Instrument) -> Iterator[Fault]:
    numbers = [item.number for item in instrument.items]
    for risk in instrument.risk_items:
        if risk.item not in numbers:
            yield "risk_items", f"{risk.item} is not an item"
            continue
        item, steps = instrument.item(risk.item), instrument.steps_per_unit
        if (risk.min is None) == (risk.max is None):
            yield "risk_items", f"item {risk.item} has either min or max"
        elif risk.min is not None and not item.low < risk.min * steps <= item.high:
            yield "risk_items", f"min {risk.min} is none or all of the answers to item {risk.item}"
        elif risk.max is not None and not item.low <= risk.max * steps < item.high:
            yield "risk_items", f"max {risk.max} is none or all of the answers to item {risk.item}"
    yield from _twice(
        "risk_items", ((risk.item, risk.kind.value) for risk in instrument.risk_items)
    )


def _rule(instrument: Instrument) -> Iterator[Fault]:
    scales = [scale.id for scale in instrument.scales]
    for condition in instrument.rule.all if instrument.rule else ():
        if (condition.item is None) == (condition.scale is None):
            yield "rule", "a condition is about an item or a scale, one of them"
        if condition.item is not None and not 1 <= condition.item <= len(instrument.items):
            yield "rule", f"{condition.item} is not an item"
        if condition.scale is not None and condition.scale not in scales:
            yield "rule", f"{condition.scale} is not a scale"
        compared = (condition.op is not None, condition.value is not None)
        counted = (condition.items_at_least is not None, condition.count_at_least is not None)
        if {compared, counted} != {(True, True), (False, False)}:
            yield "rule", "a condition has op and value, or items_at_least and count_at_least"
        if all(counted) and condition.scale is None:
            yield "rule", "items are counted within a scale"


def _twice(field: str, things: Iterable[object]) -> Iterator[Fault]:
    listed: Sequence[object] = list(things)
    for thing in dict.fromkeys(listed):
        if listed.count(thing) > 1:
            yield field, f"{thing} is given twice"
