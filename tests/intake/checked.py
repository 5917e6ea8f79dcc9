"""The verdict on a file in one block."""

from datetime import date

from attachdash.instruments import Instrument
from attachdash.intake import Checked, Mapping, Table
from attachdash.intake.check import forms_of
from attachdash.intake.loaded import Loaded
from attachdash.intake.settling import settle


def check(table: Table, mapping: Mapping, instrument: Instrument, today: date) -> Checked:
    """Which rows can be kept, as an import has it. Raises Unreadable where the file is refused."""
    forms = Loaded(forms_of(table, mapping, instrument, today))
    rows = max(forms.table.frame.height, 1)
    settled = settle(forms, mapping, instrument, today, lambda read: None, rows)
    [found] = settled.checked(lambda read: None)
    return found
