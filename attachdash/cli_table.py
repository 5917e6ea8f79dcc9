"""A file at the terminal: which of its sheets and rows are read."""

import typer

from attachdash.errors import Invalid
from attachdash.intake import Table, Titled, read_csv
from attachdash.intake.headers import second_is_header
from attachdash.intake.titled import open_csv
from attachdash.intake.workbook import is_workbook, read_workbook


def read_table(
    name: str,
    data: bytes,
    sheet: str | None,
    header_rows: int | None,
    names_row: int | None,
    groups_row: int | None = None,
    *,
    may_guess: bool,
) -> Table:
    """The file's table; of a workbook that of the sheet said, or else of the one it shows."""
    above = header_rows or 1
    if is_workbook(data):
        book = read_workbook(name, data)
        table = book.table(sheet, header_rows=above, names_row=names_row, groups_row=groups_row)
        if not book.is_plain and (sheet is None or names_row is None):
            rows = _rows_said(table.names_row, table.groups_row)
            typer.echo(f'{name} shows: --sheet "{table.sheet}" {rows}')
            _need_agreement(may_guess=may_guess)
    elif (
        names_row is None
        and header_rows is None
        and isinstance(titled := open_csv(name, data), Titled)
    ):
        say_names_row(name, titled.names_row, titled.groups_row, may_guess=may_guess)
        table = titled.table()
    else:
        at = names_row or 1
        table = read_csv(
            name, data, header_rows=max(above, at), names_row=at, groups_row=groups_row
        )
    check_header(table, header_rows)
    return table


def say_names_row(name: str, row: int, groups: int | None, *, may_guess: bool) -> None:
    """Tell where a CSV's names seem to stand. Raises Invalid unless that may be taken so."""
    typer.echo(f"{name} shows: {_rows_said(row, groups)}")
    _need_agreement(may_guess=may_guess)


def _rows_said(row: int, groups: int | None) -> str:
    return (f"--groups-row {groups} " if groups else "") + f"--names-row {row}"


def _need_agreement(*, may_guess: bool) -> None:
    if not may_guess:
        raise Invalid("Nothing was changed. Say these yourself, or agree to them with --yes.")


def check_header(table: Table, header_rows: int | None) -> None:
    """Raise Invalid where a second row looks like a header's and nobody has said of it."""
    if header_rows is None and second_is_header(table):
        row = table.first_row
        raise Invalid(
            f"{table.file_name}: row {row} looks like column names or questions. Say "
            f"--names-row {row} where it has the names, --header-rows {row} where it has "
            f"the questions, or --header-rows {row - 1} where it is answers."
        )
