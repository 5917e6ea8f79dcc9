"""What changed: the course of one scale through one episode, and what may be said of it."""

from attachdash.change.course import Answer, Course, same_client
from attachdash.change.cutoffs import Class
from attachdash.change.figures import ScaleFigures, figures_of
from attachdash.change.off_course import OffCourse
from attachdash.change.sentences import for_client, for_therapist
from attachdash.change.series import Series, series_of
from attachdash.change.verdict import Disagreement, Verdicts, Word, verdicts

__all__ = [
    "Answer",
    "Class",
    "Course",
    "Disagreement",
    "OffCourse",
    "ScaleFigures",
    "Series",
    "Verdicts",
    "Word",
    "figures_of",
    "for_client",
    "for_therapist",
    "same_client",
    "series_of",
    "verdicts",
]
