"""What the log is told of a refused file: kinds, rows and a reference, nothing that stood in it."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping

from attachdash.intake.problems import Problem, ProblemKind, listed
from attachdash.log import new_reference

LOG = logging.getLogger("attachdash.intake")
MOST_ROWS = 10  # named of each kind


def log_refused(
    problems: Iterable[Problem], counts: Mapping[ProblemKind, int] | None = None
) -> str:
    """Log how often each kind of problem was found and its first rows; the reference of the line.

    `counts` are those of all problems, where not all of them are given. The reference is shown to
    whoever brought the file, so that the line can be found.
    """
    problems = tuple(problems)
    told = ", ".join(
        f"{kind.value} {count}" + (f" ({listed(rows, MOST_ROWS)})" if rows else "")
        for kind, count, rows in grouped(problems, counts)
    )
    whole = any(one.kind.is_for_whole_file for one in problems)
    reference = new_reference()
    LOG.warning("reference %s: %s refused: %s", reference, "file" if whole else "rows", told)
    return reference


def grouped(
    problems: Iterable[Problem], counts: Mapping[ProblemKind, int] | None = None
) -> list[tuple[ProblemKind, int, list[int]]]:
    """Each kind with how often it was found and the rows of those given, commonest first."""
    rows: dict[ProblemKind, list[int]] = {}
    times: Counter[ProblemKind] = Counter()
    for one in problems:
        times[one.kind] += 1
        own = rows.setdefault(one.kind, [])
        if one.row is not None and one.row not in own[-1:]:
            own.append(one.row)
    return [
        (kind, count, rows.get(kind, []))
        for kind, count in (Counter(counts or times).most_common())
    ]
