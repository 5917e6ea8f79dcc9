"""Whose client data a query may touch: the value that every read of client data demands.

Only `practice.rights` makes one. The wall is in the query: a client outside the reach is not
there, whatever id a caller names.
"""

from dataclasses import dataclass
from datetime import date

# Every client-data query begins with one of these and joins `reached`.
# $1 site, $2 role, $3 person, $4 today. Spans are half-open: a right ends when its day comes.
CLINICAL = """
WITH reached AS (
    SELECT treats.client_id
    FROM treats
    WHERE $2 = 'therapist' AND treats.site_id = $1 AND treats.therapist_id = $3
        AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)
    UNION
    SELECT treats.client_id
    FROM supervises
    INNER JOIN treats
        ON treats.site_id = supervises.site_id AND treats.therapist_id = supervises.therapist_id
    WHERE $2 = 'supervisor' AND supervises.site_id = $1 AND supervises.supervisor_id = $3
        AND supervises.from_on <= $4 AND (supervises.to_on IS NULL OR supervises.to_on > $4)
        AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)
    UNION
    SELECT client.client_id
    FROM client
    WHERE $2 = 'client' AND client.site_id = $1 AND client.person_id = $3
    UNION
    SELECT client.client_id
    FROM client
    WHERE $2 = 'whole practice' AND client.site_id = $1
)
"""

# The same, and for an administrator the register of clients: codes and names, never answers.
REGISTER = CLINICAL.rstrip().removesuffix(")") + (
    """    UNION
    SELECT client.client_id
    FROM client
    WHERE $2 = 'administrator' AND client.site_id = $1
)
"""
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Who asks, in which role, on which day."""

    site_id: int
    role: str
    person_id: int
    on: date

    @property
    def parameters(self) -> tuple[int, str, int, date]:
        """The first four parameters of every query that begins with CLINICAL or REGISTER."""
        return self.site_id, self.role, self.person_id, self.on
