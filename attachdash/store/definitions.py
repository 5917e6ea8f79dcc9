"""Instruments as the store knows them: small numbers for codes, and each definition ever used."""

from dataclasses import dataclass
from datetime import datetime

from attachdash.instruments import Instrument, Library, Scale, definition_body
from attachdash.store.engine import Cursor, Engine, Scope


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Both ways between a code and its number in this store."""

    instrument_ids: dict[str, int]
    scale_ids: dict[tuple[str, str], int]
    definition_ids: dict[str, int]
    instruments: dict[int, Instrument]
    scales: dict[int, tuple[Instrument, Scale]]

    def scale_id(self, instrument: Instrument, scale: Scale) -> int:
        """The number of a scale."""
        return self.scale_ids[instrument.id, scale.id]


def load(engine: Engine, library: Library, now: datetime) -> Catalogue:
    """Note every instrument, scale and definition the store lacks; the catalogue of all."""

    def work(cursor: Cursor) -> Catalogue:
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
        return Catalogue(
            instrument_ids=instruments,
            scale_ids={
                (instrument.id, scale.id): scales[instruments[instrument.id], scale.id]
                for instrument in library.values()
                for scale in instrument.scales
            },
            definition_ids=definitions,
            instruments={instruments[one.id]: one for one in library.values()},
            scales={
                scales[instruments[one.id], scale.id]: (one, scale)
                for one in library.values()
                for scale in one.scales
            },
        )

    return engine.writing(Scope(), work)
