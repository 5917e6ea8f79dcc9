"""Two header rows: whether the second looks like part of the header and not like answers."""

from attachdash.intake.days import looks_like_a_day
from attachdash.intake.mapping import as_number
from attachdash.intake.table import Table


def second_is_header(table: Table) -> bool:
    """Whether the first row below holds words in every column, all different: names or questions.

    Only a person says so: such a row is never left out by itself.
    """
    if not len(table.row_numbers) or table.row_numbers[0] != table.first_row:
        return False
    cells = [cell.strip() for cell in table.frame.row(0)]
    plain = all(cell and as_number(cell) is None and not looks_like_a_day(cell) for cell in cells)
    return plain and len(set(cells)) == len(cells)
