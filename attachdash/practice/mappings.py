"""What a file's columns mean, saved by name and picked again. A mapping holds no client's data:
everybody who imports sees all of them."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from attachdash.errors import Invalid
from attachdash.intake import Mapping, Table
from attachdash.practice.importing import IMPORTERS
from attachdash.practice.lines import one_line
from attachdash.practice.rights import About, Audit, Viewer, change, use_case
from attachdash.store import mappings
from attachdash.store.engine import Cursor

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """A mapping under its name, as it holds now."""

    name: str
    version: int
    mapping: Mapping
    saved_at: datetime  # UTC
    saved_by: str

    def fits(self, table: Table) -> bool:
        """Whether the file has every column it speaks of."""
        return set(self.mapping.columns) <= set(table.columns)


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.NONE)
def saved_mappings(viewer: Viewer) -> list[SavedMapping]:
    """Those that can be used here, by name; one whose questionnaire has gone can't."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        rows = mappings.live(cursor, viewer.site_id)
    found = []
    for _, version, name, body, saved_at, saved_by in rows:
        try:
            mapping = Mapping.model_validate_json(body)
        except ValidationError:
            # Said in words that this version doesn't know: it can be said anew under the name.
            continue
        if mapping.instrument in viewer.store.library:
            found.append(
                SavedMapping(
                    name=name, version=version, mapping=mapping, saved_at=saved_at,
                    saved_by=saved_by or "",
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: one.name.casefold())


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def save_mapping(viewer: Viewer, name: str, mapping: Mapping, reason: str = "") -> int:
    """Save it under a name, whatever its capitals; the version that it now has.

    Under a name that is there it becomes the next version, and the earlier one is kept; the same
    meaning again adds none. Raises Invalid for a name that can't be shown, and for a mapping that
    nobody has finished.
    """
    name = one_line(name)
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Invalid(f"A name has 1 to {LONGEST_NAME} letters and digits, on one line.")
    if mapping.date_format is None:
        raise Invalid("Say first how the file writes its days.")
    if mapping.instrument not in viewer.store.library:
        raise Invalid("Choose first which questionnaire the file holds.")
    new_id = int(viewer.store.engine.new_ids("mapping", 1)[0])

    def work(cursor: Cursor) -> int:
        mapping_id, version = new_id, 0
        for known_id, known, known_name, body, *_ in mappings.live(cursor, viewer.site_id):
            if str(known_name).casefold() == name.casefold():
                mapping_id, version = int(known_id), int(known)
                if _same(str(body), mapping):
                    return version
        mappings.add(
            cursor, viewer.site_id, mapping_id, version + 1, name, mapping.model_dump_json(),
            viewer.person_id, viewer.now, reason.strip(),
        )  # fmt: skip
        return version + 1

    return change(
        viewer, "saved mapping", work, object_kind="mapping",
        detail=lambda version: f"{name}, version {version}, {mapping.instrument}",
    )  # fmt: skip


def _same(body: str, mapping: Mapping) -> bool:
    try:
        return Mapping.model_validate_json(body).sha256 == mapping.sha256
    except ValidationError:
        return False
