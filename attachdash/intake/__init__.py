"""Reading and checking files that come from elsewhere, before anything of them is kept."""

from attachdash.intake.cells import escaped
from attachdash.intake.check import Checked
from attachdash.intake.days import DATE_FORMATS, DateFormat
from attachdash.intake.mapping import Mapping
from attachdash.intake.problems import Problem, ProblemKind, Unreadable, listed, shown
from attachdash.intake.propose import ColumnGuess, Proposal, propose
from attachdash.intake.sheets import Sheet, Workbook
from attachdash.intake.table import MOST_LISTED, Table, read_csv
from attachdash.intake.titled import Titled
from attachdash.intake.workbook import open_file

__all__ = [
    "DATE_FORMATS",
    "MOST_LISTED",
    "Checked",
    "ColumnGuess",
    "DateFormat",
    "Mapping",
    "Problem",
    "ProblemKind",
    "Proposal",
    "Sheet",
    "Table",
    "Titled",
    "Unreadable",
    "Workbook",
    "escaped",
    "listed",
    "open_file",
    "propose",
    "read_csv",
    "shown",
]
