"""Ready scores from a file: the first ones, the same again, and others for the same day."""

from attachdash.intake import Mapping, Table, read_csv
from attachdash.practice.planning import Found
from tests.practice.conftest import TODAY, House
from tests.practice.imports import import_one, preview_one

MAPPING = Mapping(
    instrument="gad7", client="code", answered_on="date", date_format="iso",
    scores={"total": "total"},
)  # fmt: skip


def test_ready_scores_are_kept_once_and_others_of_the_day_refused(small: House) -> None:
    therapist = small.viewer("t.one")

    def previewed(value: int) -> Found:
        return preview_one(therapist, table(value), MAPPING)

    def table(value: int) -> Table:
        return read_csv("ready.csv", f"code,date,total\nA,{TODAY},{value}\n".encode())

    # Nothing of that day is held yet.
    assert (previewed(7).rows, previewed(7).refused, previewed(7).already_held) == (1, 0, 0)
    import_one(therapist, table(7), MAPPING)
    assert (previewed(7).refused, previewed(7).already_held) == (0, 1)
    assert (previewed(8).rows, previewed(8).refused) == (0, 1)
