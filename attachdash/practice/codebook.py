"""What each column of an export is: our labels and figures, never a questionnaire's sentence."""

import polars as pl

from attachdash.instruments import Instrument, Scale, informants_of, targets_of
from attachdash.practice.marks import PHASE, EventKind, Technique
from attachdash.store.definitions import Catalogue

COLUMNS = (
    "instrument", "instrument_name", "kind", "id", "column", "label", "low", "high", "step",
    "method", "items", "reverse_items", "direction", "blanks_allowed", "source", "definition",
)  # fmt: skip


MARKS = (
    ("kind", f"What it is: {', '.join((PHASE, *EventKind))}"),
    ("technique", f"What a phase works with: {', '.join(Technique)}"),
    ("from", "A phase's first day; the day of an event"),
    ("to", "The first day without; empty: a phase that goes on as long as the episode"),
    ("words", "What the therapist wrote"),
    ("visibility", "Who may read it: staff; client: the client too"),
)
# What staff wrote beside flags and held back; never in a client's own copy.
LOOKS = (
    ("flag", "The flag it was answered beside: its kind and cause"),
    ("question", "The question of data/support"),
    ("version", "The version of that question"),
    ("asked", "The question, in the words that were shown"),
    ("answer", "The answer that was chosen; empty: the one before was taken back"),
    ("how", "Answered with the client, or by the therapist from knowledge"),
    ("by", "Who answered, by sign-in name"),
    ("given_at", "When, in UTC"),
)
NOTES = (
    ("flag", "The flag it was noted beside: its kind and cause"),
    ("words", "What the supervisor wrote"),
    ("by", "Who wrote it, by sign-in name"),
    ("noted_at", "When, in UTC"),
)
HOLDS = (
    ("instrument", "The measure of which the client was shown nothing"),
    ("from", "Since when, in UTC"),
    ("to", "The first day without"),
    ("reason", "Why, in the therapist's words"),
    ("by", "Who held it back, by sign-in name"),
    ("ended_at", "When it was ended early, in UTC; empty: it was not"),
    ("ended_by", "By whom, by sign-in name"),
)


def codebook(catalogue: Catalogue, codes: list[str], *, with_marks: bool) -> pl.DataFrame:
    """A row per column of people, item and scale of these instruments, as they are defined now;
    asked for, one per column of what staff wrote."""
    rows: list[tuple[str, ...]] = []
    for code in codes:
        instrument = catalogue.instrument(code)
        rows += _people(instrument)
        rows += [_item(instrument, number) for number in range(1, len(instrument.items) + 1)]
        rows += [_scale(instrument, scale) for scale in catalogue.scales_of(code).values()]
    if with_marks:
        blank = ("",) * (len(COLUMNS) - 6)
        for name, kind, columns in (
            ("Phases and events", "mark", MARKS),
            ("Support tool", "look", LOOKS),
            ("Supervision agenda", "note", NOTES),
            ("Held back from the client", "hold", HOLDS),
        ):
            rows += [("", name, kind, one, one, told, *blank) for one, told in columns]
    return pl.DataFrame(rows, dict.fromkeys(COLUMNS, pl.String), orient="row")


def _people(instrument: Instrument) -> list[tuple[str, ...]]:
    whom, who = ", ".join(targets_of(instrument)), ", ".join(informants_of(instrument))
    told = (
        ("about", f"Whom it is about; empty: the client. It may be: {whom}"),
        ("about_label", "Who that is"),
        ("informant", f"Who answered; empty: the client. It may be: {who}"),
        ("informant_label", "Who that is"),
    )
    rest = ("", "", "", "", "", "", "", "", instrument.citation, instrument.sha256)
    return [
        (instrument.id, instrument.name, "person", column, column, label, *rest)
        for column, label in told
    ]


def _item(instrument: Instrument, number: int) -> tuple[str, ...]:
    item, step = instrument.item(number), instrument.step
    return (
        instrument.id, instrument.name, "item", str(number), f"{instrument.id}_{number}",
        item.label, f"{item.low * step:g}", f"{item.high * step:g}", f"{step:g}", "", "", "", "",
        "", instrument.citation, instrument.sha256,
    )  # fmt: skip


def _scale(instrument: Instrument, scale: Scale) -> tuple[str, ...]:
    reverse = scale.reverse
    return (
        instrument.id, instrument.name, "scale", scale.id, f"{instrument.id}_{scale.id}",
        scale.name, f"{scale.low:g}", f"{scale.high:g}", "", scale.method.value,
        " ".join(map(str, scale.items or scale.of)), " ".join(map(str, reverse)),
        scale.direction.label, str(scale.missing_allowed), instrument.citation, instrument.sha256,
    )  # fmt: skip
