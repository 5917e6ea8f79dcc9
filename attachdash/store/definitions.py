"""Instruments as the store knows them: small numbers for codes, and each definition ever used."""

from dataclasses import dataclass
from datetime import datetime

from attachdash.errors import Unavailable
from attachdash.instruments import (
    DefinitionError,
    Instrument,
    Library,
    Scale,
    definition_body,
    parse,
)
from attachdash.store.engine import Cursor, Engine, Scope


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Both ways between a code and its number in this store.

    It also knows the instruments and scales that have left the library since: what was answered
    stays readable, by the last definition that had it. Only `definition_ids` has none of them.
    """

    instrument_ids: dict[str, int]
    scale_ids: dict[tuple[str, str], int]
    definition_ids: dict[str, int]
    instruments: dict[int, Instrument]
    scales: dict[int, tuple[Instrument, Scale]]

    def scale_id(self, instrument: Instrument, scale: Scale) -> int:
        """The number of a scale."""
        return self.scale_ids[instrument.id, scale.id]

    def instrument(self, code: str) -> Instrument:
        """The instrument of this code, also where it has left the library."""
        return self.instruments[self.instrument_ids[code]]

    def scales_of(self, code: str) -> dict[int, Scale]:
        """Every scale that this instrument has or had, by number: those it has first."""
        own = {number: pair for number, pair in self.scales.items() if pair[0].id == code}
        now = self.instrument(code)
        return {
            number: scale
            for number, (of, scale) in sorted(own.items(), key=lambda one: one[1][0] is not now)
        }


def load(engine: Engine, library: Library, now: datetime) -> Catalogue:
    """Note every instrument, scale and definition the store lacks; the catalogue of all.

    Raises Unavailable where there are answers to an instrument that nothing here can read.
    """
    return engine.writing(Scope(), lambda cursor: _noted(cursor, library, now))


def _noted(cursor: Cursor, library: Library, now: datetime) -> Catalogue:
    instruments = {
        str(code): int(number)
        for number, code in cursor.rows(
            "SELECT instrument_id, code FROM instrument WHERE site_id = 1"
        )
    }
    scales = {
        (int(instrument_id), str(code)): int(number)
        for number, instrument_id, code in cursor.rows(
            "SELECT scale_id, instrument_id, code FROM scale WHERE site_id = 1"
        )
    }
    known = {
        (int(instrument_id), str(digest)): int(number)
        for number, instrument_id, digest in cursor.rows(
            "SELECT definition_id, instrument_id, sha256 FROM definition WHERE site_id = 1"
        )
    }
    definitions: dict[str, int] = {}
    for instrument in library.values():
        if instrument.id not in instruments:
            instruments[instrument.id] = max(instruments.values(), default=0) + 1
            cursor.run(
                "INSERT INTO instrument (site_id, instrument_id, code) VALUES (1, $1, $2)",
                instruments[instrument.id],
                instrument.id,
            )
        number = instruments[instrument.id]
        for scale in instrument.scales:
            if (number, scale.id) not in scales:
                scales[number, scale.id] = max(scales.values(), default=0) + 1
                cursor.run(
                    "INSERT INTO scale (site_id, scale_id, instrument_id, code) "
                    "VALUES (1, $1, $2, $3)",
                    scales[number, scale.id],
                    number,
                    scale.id,
                )
        if (number, instrument.sha256) not in known:
            known[number, instrument.sha256] = max(known.values(), default=0) + 1
            cursor.run(
                "INSERT INTO definition "
                "(site_id, definition_id, instrument_id, sha256, body, loaded_at) "
                "VALUES (1, $1, $2, $3, $4, $5)",
                known[number, instrument.sha256],
                number,
                instrument.sha256,
                definition_body(instrument),
                now,
            )
        definitions[instrument.id] = known[number, instrument.sha256]

    read = {instruments[one.id]: one for one in library.values()}
    by_scale = {
        scales[number, scale.id]: (one, scale)
        for number, one in read.items()
        for scale in one.scales
    }
    # What the library no longer has is read from the definitions kept here, the last one first.
    for number in sorted({of for (of, _), scale in scales.items() if scale not in by_scale}):
        for one in _kept(cursor, number):
            read.setdefault(number, one)
            for scale in one.scales:
                by_scale.setdefault(scales[number, scale.id], (one, scale))
    _check_readable(cursor, by_scale, {number: code for code, number in instruments.items()})
    return Catalogue(
        instrument_ids={one.id: number for number, one in read.items()},
        scale_ids={(one.id, scale.id): number for number, (one, scale) in by_scale.items()},
        definition_ids=definitions,
        instruments=read,
        scales=by_scale,
    )


def by_number(cursor: Cursor, site_id: int) -> dict[int, Instrument]:
    """Each definition ever used, by definition_id; those that can't be read left out."""
    found = {}
    for number, body in cursor.rows(
        "SELECT definition_id, body FROM definition WHERE site_id = $1", site_id
    ):
        try:
            found[int(number)] = parse(str(body), f"definition {number}")
        except DefinitionError:
            continue
    return found


def _kept(cursor: Cursor, instrument_id: int) -> list[Instrument]:
    """An instrument as each of its definitions had it, last first; unreadable ones left out."""
    found = []
    for (body,) in cursor.rows(
        "SELECT body FROM definition WHERE site_id = 1 AND instrument_id = $1 "
        "ORDER BY definition_id DESC NULLS LAST",
        instrument_id,
    ):
        try:
            found.append(parse(str(body), f"definition of instrument {instrument_id}"))
        except DefinitionError:
            # One that an older version wrote; whether anything needs it is asked afterwards.
            continue
    return found


def _check_readable(
    cursor: Cursor, by_scale: dict[int, tuple[Instrument, Scale]], codes: dict[int, str]
) -> None:
    lost = {
        codes[int(instrument_id)]
        for scale_id, instrument_id in cursor.rows(
            "SELECT scale.scale_id, scale.instrument_id FROM scale WHERE scale.site_id = 1 "
            "AND EXISTS (SELECT 1 FROM score WHERE score.site_id = 1 "
            "AND score.scale_id = scale.scale_id)"
        )
        if int(scale_id) not in by_scale
    }
    if lost:
        raise Unavailable(
            f"There are answers to {', '.join(sorted(lost))}, but no definition that this version "
            "can read. Put its file back in data/instruments, or install the version before."
        )
