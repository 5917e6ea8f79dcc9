"""What the log is told of a refused file: kinds, rows and a reference, nothing that stood in it."""

import logging
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
    rows: dict[ProblemKind, list[int]] = {}
    times: dict[ProblemKind, int] = {}
    for one in problems:
        times[one.kind] = times.get(one.kind, 0) + 1
        own = rows.setdefault(one.kind, [])
        if one.row is not None and one.row not in own[-1:]:
            own.append(one.row)
    told = ", ".join(
        f"{kind.value} {(counts or times).get(kind, count)}"
        + (f" ({listed(rows[kind], MOST_ROWS)})" if rows[kind] else "")
        for kind, count in sorted(times.items(), key=lambda one: -one[1])
    )
    whole = any(kind.is_for_whole_file for kind in times)
    reference = new_reference()
    LOG.warning("reference %s: %s refused: %s", reference, "file" if whole else "rows", told)
    return reference
