"""Giving back what is held: every table as CSV, cells safe for a spreadsheet, and a stamp."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import polars as pl

from attachdash import __version__
from attachdash.intake.numbers import REASONS
from attachdash.practice import exporting_support, relations
from attachdash.practice.codebook import codebook
from attachdash.practice.csv_text import written
from attachdash.practice.entrance import ALL_SIGNED_IN
from attachdash.practice.house import Settings, checked_hours, settings
from attachdash.practice.looks import at_mine
from attachdash.practice.mail import settings_of
from attachdash.practice.mail import written as mail_settings
from attachdash.practice.relations import Relation
from attachdash.practice.rights import (
    About,
    Audit,
    Role,
    Viewer,
    change,
    reach,
    use_case,
    whole_practice,
)
from attachdash.store import Reach, clients, flags, people
from attachdash.store import export as store_export
from attachdash.store import marks as store_marks
from attachdash.store import relations as store_relations
from attachdash.store import settings as store_settings
from attachdash.store.definitions import Catalogue
from attachdash.store.engine import Cursor, Row

WHY = {-1: "blank", **{reason: word for word, reason in REASONS.items()}}
STAMP = "about.txt"
STATE = "State: "  # begins the line of the stamp that a folder is loaded by
WHOSE = {
    Role.THERAPIST: "the clients they treat on this day",
    Role.SUPERVISOR: "the clients whom the therapists they supervise treat on this day",
    Role.CLIENT: "what they answered themselves",
    Role.ADMINISTRATOR: "the whole practice",
}

# About whom and from whom: the kind, counted from the second of a client's on ("partner 2"), and
# who that is. Empty: the client.
PEOPLE = ("about", "about_label", "informant", "informant_label")
# The tables that a folder is loaded by. Spans are half-open: `to` is the first day without.
COLUMNS = {
    "clients.csv": ("client", "name", "born_on", "born_precision", "language", "therapists"),
    "episodes.csv": (
        "client", "episode", "started_on", "start_is_nominal", "problem", "from", "to",
        "close_reason",
    ),
    "relations.csv": ("client", "relation", "label", "from", "to", "deceased"),
    "marks.csv": ("client", "episode", "kind", "technique", "from", "to", "words", "visibility"),
    "answers.csv": (
        "client", "instrument", "administration", "answered_on", "day_is_nominal", "occasion",
        *PEOPLE, "item", "value", "no_answer",
    ),
    "scores.csv": (
        "client", "instrument", "administration", "answered_on", "day_is_nominal", "occasion",
        *PEOPLE, "scale", "value", "answered", "asked", "state", "definition",
    ),
    "looks.csv": (
        "client", "episode", "flag", "question", "version", "asked", "answer", "how", "by",
        "given_at",
    ),
    "agenda_notes.csv": ("client", "flag", "words", "by", "noted_at"),
    "holds.csv": (
        "client", "instrument", "from", "to", "reason", "by", "ended_at", "ended_by",
    ),
    "people.csv": ("sign_in", "name", "client", "disabled", "role", "from", "to"),
    "assignments.csv": ("kind", "who", "whom", "from", "to"),
    "settings.csv": ("name", "body"),
}  # fmt: skip
# What a client's own copy has beside them: of themself, and loaded by nobody.
OWN_COLUMNS = {
    "who_looked.csv": ("day", "who", "role", "how", "times"),
    "who_could.csv": ("who", "role", "from", "to"),
}
SETTINGS = ("practice_name", "time_zone", "crisis_text", "largest_upload", "protocol")


@use_case(roles=ALL_SIGNED_IN, about=About.NOTHING, audit=Audit.CHANGE)
def export(viewer: Viewer) -> dict[str, str]:
    """The text of every file, by its name: what the viewer may see now, and whose stamp it bears.

    The whole practice, with its people but no password, only for an administrator at the
    terminal. A client's own copy holds their answers and scores, and nothing that staff wrote or
    were asked to look at. Answers are as they were marked: 7.3 where the form has tenths.
    """
    whole = viewer.role is Role.ADMINISTRATOR
    asked = whole_practice(viewer) if whole else reach(viewer)
    known = settings(viewer)
    with viewer.store.engine.reading(viewer.scope) as cursor:
        who = clients.who(cursor, asked)
        around = relations.from_rows(store_relations.of_clients(cursor, asked))
        held = _with_people(store_export.answered(cursor, asked), around)
        if viewer.role is Role.CLIENT:
            # What others said of them is not theirs to read, nor whom staff tell apart, and how.
            held = held.filter("is_own").with_columns(
                about=pl.col("about").str.replace(r" \d+$", ""), about_label=pl.lit("")
            )
        scored = store_export.scored(cursor, asked)
        tables = {
            "clients.csv": _clients(cursor, asked, who),
            "episodes.csv": _episodes(cursor, asked, who, is_client=viewer.role is Role.CLIENT),
            "answers.csv": _answers(held, viewer.store.catalogue),
            "scores.csv": _scores(held, scored),
        }
        if viewer.role is not Role.CLIENT:
            tables["relations.csv"] = _relations(around, who)
            tables["marks.csv"] = _marks(cursor, asked, who)
            tables["flags.csv"] = _flags(cursor, asked, who, around)
            tables["looks.csv"] = _rows(
                "looks.csv", exporting_support.looks(cursor, asked, who, around)
            )
            tables["agenda_notes.csv"] = _rows(
                "agenda_notes.csv", exporting_support.notes(cursor, asked, who, around)
            )
            held_back = exporting_support.holds(cursor, asked, who, viewer.store.catalogue)
            tables["holds.csv"] = _rows("holds.csv", held_back)
        else:
            tables |= _looked(viewer)
        if whole:
            tables |= _people(cursor, viewer.site_id, known)
        # A client's copy lacks what staff wrote: it can't be loaded.
        state = "" if viewer.role is Role.CLIENT else store_export.state_hash(cursor, asked)
    scored = scored.filter(pl.col("administration_id").is_in(held["administration_id"].implode()))
    tables |= _wide(held, scored, viewer.store.catalogue)
    tables["codebook.csv"] = codebook(
        viewer.store.catalogue, held["instrument"].unique().sort().to_list(),
        with_marks="marks.csv" in tables,
    )  # fmt: skip
    files = {name: written(frame) for name, frame in tables.items()}
    count = f"{_counted(len(who), 'client')}, {_counted(held.height, 'administration')}"
    files[STAMP] = "\n".join([
        f"Export of {known.practice_name or 'a practice'} by AttachDash {__version__}",
        f"By: {viewer.name} ({viewer.sign_in}), as {viewer.role.value}",
        f"When: {viewer.now:%Y-%m-%d %H:%M} UTC",
        f"What: {WHOSE[viewer.role]}: {count}",
        *([f"{STATE}{state}"] if state else []),
        "",
        "These files hold what clients said. Keep them where only you can read them, and delete",
        "them when they are no longer needed. codebook.csv says what each column is.",
        "",
    ])  # fmt: skip
    change(viewer, "exported", lambda cursor: None, client_id=viewer.client_id, detail=count)
    return files


def zipped(files: dict[str, str], now: datetime) -> bytes:
    """The files in one ZIP, dated `now`."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, text)
    return whole.getvalue()


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _rows(name: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """A small table of COLUMNS, all of it text."""
    texts = [tuple("" if one is None else _text(one) for one in row) for row in rows]
    columns = (COLUMNS | OWN_COLUMNS)[name]
    return pl.DataFrame(texts, dict.fromkeys(columns, pl.String), orient="row")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _clients(cursor: Cursor, asked: Reach, who: list[Row]) -> pl.DataFrame:
    treated: dict[int, list[str]] = {}
    for client_id, name, from_on, to_on in store_export.treated(cursor, asked):
        until = f" to {to_on}" if to_on else ""
        treated.setdefault(client_id, []).append(f"{name} from {from_on}{until}")
    return _rows("clients.csv", [(*row[1:6], "; ".join(treated.get(row[0], ()))) for row in who])


def _episodes(cursor: Cursor, asked: Reach, who: list[Row], *, is_client: bool) -> pl.DataFrame:
    codes = {row[0]: row[1] for row in who}
    spans = clients.episodes(cursor, asked)
    numbers = store_export.episode_numbers(spans)
    rows = []
    for client_id, episode_id, started_on, nominal, problem, from_on, to_on, reason in spans:
        # What staff wrote of a therapy was not written for its client.
        words = ("", from_on, to_on, "") if is_client else (problem, from_on, to_on, reason)
        rows.append((codes[client_id], numbers[episode_id], started_on, nominal, *words))
    return _rows("episodes.csv", sorted(rows, key=lambda row: (row[0], row[1], row[5])))


def _looked(viewer: Viewer) -> dict[str, pl.DataFrame]:
    """Who of staff looked at a client's data, and who could."""
    looks, could = at_mine(viewer)
    return {
        "who_looked.csv": _rows(
            "who_looked.csv", [(one.on, one.name, one.role, one.how, one.times) for one in looks]
        ),
        "who_could.csv": _rows(
            "who_could.csv", [(one.name, one.role, one.from_on, one.to_on) for one in could]
        ),
    }


def _relations(around: dict[int, Relation], who: list[Row]) -> pl.DataFrame:
    codes = {row[0]: row[1] for row in who}
    order = sorted(around.values(), key=lambda one: (codes[one.client_id], one.kind, one.number))
    rows: list[tuple[object, ...]] = [
        (codes[one.client_id], one.name, one.label, one.from_on, one.to_on, one.deceased)
        for one in order
    ]
    return _rows("relations.csv", rows)


def _marks(cursor: Cursor, asked: Reach, who: list[Row]) -> pl.DataFrame:
    """The phases and events that hold."""
    codes = {row[0]: row[1] for row in who}
    numbers = store_export.episode_numbers(clients.episodes(cursor, asked))
    rows: list[tuple[object, ...]] = [
        (codes[row[9]], numbers[row[2]], *row[3:9]) for row in store_marks.of_clients(cursor, asked)
    ]
    # As text: not their numbers here, which are others where it is loaded.
    return _rows("marks.csv", sorted(rows, key=lambda row: [str(one) for one in row]))


def _with_people(held: pl.DataFrame, around: dict[int, Relation]) -> pl.DataFrame:
    """The administrations with the columns PEOPLE."""
    names = {number: one.name for number, one in around.items()}
    labels = {number: one.label for number, one in around.items()}
    return held.with_columns(
        pl.col(f"{who}_id").replace_strict(known, default="", return_dtype=pl.String).alias(column)
        for who in ("about", "informant")
        for column, known in ((who, names), (f"{who}_label", labels))
    )


def _numbered(held: pl.DataFrame) -> pl.DataFrame:
    """The administrations, each with its place among its client's and instrument's, from 1."""
    return held.with_columns(
        administration=pl.int_range(1, pl.len() + 1).over("client", "instrument")
    )


def _answers(held: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """A row per item of each administration; ready scores have none."""
    steps = {
        code: catalogue.instrument(code).steps_per_unit for code in held["instrument"].unique()
    }
    long = (
        _numbered(held)
        .filter(pl.col("answers").list.len() > 0)
        .with_columns(item=pl.int_ranges(1, pl.col("answers").list.len() + 1))
        .explode("item", "answers")
    )
    said = pl.col("answers")
    per_unit = pl.col("instrument").replace_strict(steps, default=None, return_dtype=pl.Int64)
    return long.with_columns(
        day_is_nominal=pl.col("is_nominal"),
        value=pl.when(said >= 0).then((said / per_unit).cast(pl.String).str.strip_suffix(".0")),
        no_answer=said.cast(pl.Int64).replace_strict(WHY, default=None, return_dtype=pl.String),
    ).select(COLUMNS["answers.csv"])


def _scores(held: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    return (
        scored.join(_numbered(held), on="administration_id", maintain_order="right")
        .with_columns(day_is_nominal=pl.col("is_nominal"))
        .select(COLUMNS["scores.csv"])
    )


def _flags(
    cursor: Cursor, asked: Reach, who: list[Row], around: dict[int, Relation]
) -> pl.DataFrame:
    """A row per flag; `answer` is not told again, it stands in answers.csv."""
    codes = {row[0]: row[1] for row in who}
    found = flags.in_reach(cursor, asked)
    informants = [around.get(int(one)) for one in found["informant_id"]]
    frame = pl.DataFrame(
        {
            "client": [codes[int(one)] for one in found["client_id"]],
            "kind": found["kind"].tolist(),
            "instrument": [str(one).split(":")[0] for one in found["cause"]],
            "item": [str(one).split(":")[1] for one in found["cause"]],
            "informant": [one.name if one else "" for one in informants],
            "informant_label": [one.label if one else "" for one in informants],
            "state": found["state"].tolist(),
            "answered_on": [str(one)[:10] for one in found["answered_on"]],
            "raised_at": [str(one)[:19] for one in found["raised_at"]],
            "seen_by": [one if isinstance(one, str) else "" for one in found["seen_by"]],
            "seen_at": [str(one)[:19] if one == one else "" for one in found["seen_at"]],
        },
        schema_overrides=dict.fromkeys(
            ("client", "kind", "instrument", "item", "informant", "informant_label", "state",
             "answered_on", "raised_at", "seen_by", "seen_at"), pl.String,
        ),
    )  # fmt: skip
    return frame.sort("client", "instrument", "item", "kind", "informant", "informant_label")


def _people(cursor: Cursor, site: int, known: Settings) -> dict[str, pl.DataFrame]:
    """Who signs in, their dated roles and assignments, and the settings; nothing secret."""
    everyone = people.register(cursor, site).to_dict("records")
    names = {row["person_id"]: row["sign_in"] for row in everyone}
    roles: dict[int, list[tuple[object, ...]]] = {}
    for row in people.all_roles(cursor, site).to_dict("records"):
        roles.setdefault(row["person_id"], []).append((row["role"], *_span(row)))
    listed = [
        (
            row["sign_in"], row["name"],
            row["client_code"] if isinstance(row["client_code"], str) else "",
            row["disabled_at"] == row["disabled_at"] and row["disabled_at"] is not None, *role,
        )
        for row in everyone
        for role in roles.get(row["person_id"], [("", None, None)])
    ]  # fmt: skip
    treats = [
        ("treats", names[row["therapist_id"]], row["client"], *_span(row))
        for row in people.all_treats(cursor, site).to_dict("records")
    ]
    supervises = [
        ("supervises", names[row["supervisor_id"]], names[row["therapist_id"]], *_span(row))
        for row in people.all_supervises(cursor, site).to_dict("records")
    ]
    mail = settings_of(store_settings.everything(cursor, site))
    said = {name: str(getattr(known, name)) for name in SETTINGS}
    said |= checked_hours(known.hours) | mail_settings(mail)
    return {
        "people.csv": _rows("people.csv", listed),
        "assignments.csv": _rows("assignments.csv", sorted([*treats, *supervises], key=str)),
        "settings.csv": _rows("settings.csv", list(said.items())),
    }


def _span(row: dict[Any, Any]) -> tuple[str, str | None]:
    """From and to of a frame's row, as days."""
    to_on = row["to_on"]
    return str(row["from_on"])[:10], str(to_on)[:10] if to_on == to_on and to_on else None


def _wide(
    held: pl.DataFrame, scored: pl.DataFrame, catalogue: Catalogue
) -> dict[str, pl.DataFrame]:
    """A table per instrument, a row per administration; an item left blank is empty."""
    values: dict[int, dict[int, float | None]] = {}
    for number, scale_id, value in scored.select(
        "administration_id", "scale_id", "value"
    ).iter_rows():
        values.setdefault(number, {})[scale_id] = value
    found = {}
    for code in held["instrument"].unique(maintain_order=True):
        instrument, scales = catalogue.instrument(code), catalogue.scales_of(code)
        own = held.filter(pl.col("instrument") == code)
        # As many columns as the longest form has, whatever the definition says today.
        lengths = own["answers"].list.len().fill_null(0).to_list()
        most = max(len(instrument.items), *lengths)
        header = ["client", "answered_on", "day_is_nominal", "occasion", *PEOPLE]
        header += [f"{code}_{number}" for number in range(1, most + 1)]
        header += [f"{code}_{scale.id}" for scale in scales.values()]
        rows = []
        for row in own.iter_rows(named=True):
            answers = [*(row["answers"] or ()), *[-1] * most][:most]
            given = values.get(row["administration_id"], {})
            rows.append((
                row["client"], _text(row["answered_on"]), _text(row["is_nominal"]),
                row["occasion"], *(row[one] for one in PEOPLE),
                *(_said(one, instrument.step) for one in answers),
                *("" if given.get(one) is None else str(given[one]) for one in scales),
            ))  # fmt: skip
        found[f"{code}.csv"] = pl.DataFrame(rows, dict.fromkeys(header, pl.String), orient="row")
    return found


def _said(answer: int, step: float) -> str:
    """An answer in whole steps as the form has it; the reason where there is none."""
    if answer >= 0:
        return f"{answer * step:g}"
    return "" if answer == -1 else WHY.get(answer, "")
