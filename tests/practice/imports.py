"""Looking over, and importing, one questionnaire of a file."""

from typing import Any

from attachdash.intake import Mapping, Table
from attachdash.intake.blocks import Stream
from attachdash.practice.importing import Kept, import_file, preview_file
from attachdash.practice.planning import Found
from attachdash.practice.rights import Viewer


def preview_one(viewer: Viewer, file: Stream | Table, mapping: Mapping, **said: Any) -> Found:
    """What one questionnaire of a file would bring."""
    [found] = preview_file(viewer, file, [mapping], **said)
    return found


def import_one(viewer: Viewer, file: Stream | Table, mapping: Mapping, **said: Any) -> Kept:
    """What the import of one questionnaire did."""
    [(done, _)] = import_file(viewer, file, [mapping], **said)
    return done
