"""What pages speak of: the words of the field, from the folders that pages don't reach into."""

from attachdash.change.course import Answer, Course
from attachdash.change.figures import Lacking
from attachdash.change.off_course import NOT_MOVING_FROM, REVIEW_AT
from attachdash.change.sentences import signed
from attachdash.change.verdict import Word
from attachdash.instruments import LEADS, Direction, Domain, Instrument, RelationKind, Scale, State
from attachdash.practice.courses import TRIAD

__all__ = [
    "LEADS",
    "NOT_MOVING_FROM",
    "REVIEW_AT",
    "TRIAD",
    "Answer",
    "Course",
    "Direction",
    "Domain",
    "Instrument",
    "Lacking",
    "RelationKind",
    "Scale",
    "State",
    "Word",
    "signed",
]
