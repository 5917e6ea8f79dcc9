"""Two header rows: whether row 2 looks like part of the header and not like answers."""

from attachdash.intake.days import looks_like_a_day
from attachdash.intake.mapping import as_number
from attachdash.intake.table import Table


def second_is_header(table: Table) -> bool:
    """Whether row 2 holds words in every column, all different: names or question texts.

    Only a person says so: such a row is never left out by itself.
    """
    if not len(table.row_numbers) or table.row_numbers[0] != 2 or table.header_rows != 1:
        return False
    cells = [cell.strip() for cell in table.frame.row(0)]
    plain = all(cell and as_number(cell) is None and not looks_like_a_day(cell) for cell in cells)
    return plain and len(set(cells)) == len(cells)
