"""Whose client data a query may touch: the value that every read of client data demands.

Only `practice.rights` makes one. The wall is in the query: a client outside the reach is not
there, whatever id a caller names.
"""

from dataclasses import dataclass
from datetime import date

# Each role's clients; a role without a line reaches nobody. Each names all four parameters:
# $1 site, $2 role, $3 person, $4 today. Spans are half-open: a right ends when its day comes.
CLINICAL_ROLES = {
    "therapist": """
    SELECT DISTINCT treats.client_id
    FROM treats
    WHERE $2 = 'therapist' AND treats.site_id = $1 AND treats.therapist_id = $3
        AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)
""",
    "supervisor": """
    SELECT DISTINCT treats.client_id
    FROM supervises
    INNER JOIN treats
        ON treats.site_id = supervises.site_id AND treats.therapist_id = supervises.therapist_id
    WHERE $2 = 'supervisor' AND supervises.site_id = $1 AND supervises.supervisor_id = $3
        AND supervises.from_on <= $4 AND (supervises.to_on IS NULL OR supervises.to_on > $4)
        AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)
""",
    "client": """
    SELECT client.client_id
    FROM client
    WHERE $2 = 'client' AND client.site_id = $1 AND client.person_id = $3
        AND CAST($4 AS DATE) IS NOT NULL
""",
    "whole practice": """
    SELECT client.client_id
    FROM client
    WHERE $2 = 'whole practice' AND client.site_id = $1
        AND CAST($3 AS BIGINT) IS NOT NULL AND CAST($4 AS DATE) IS NOT NULL
""",
}
# The same, and for an administrator the register of clients: codes and names, never answers.
REGISTER_ROLES = CLINICAL_ROLES | {
    "administrator": """
    SELECT client.client_id
    FROM client
    WHERE $2 = 'administrator' AND client.site_id = $1
        AND CAST($3 AS BIGINT) IS NOT NULL AND CAST($4 AS DATE) IS NOT NULL
"""
}

# Every client-data query begins with one of these and joins `reached`.
CLINICAL = "\nWITH reached AS (" + "    UNION".join(CLINICAL_ROLES.values()) + ")\n"
REGISTER = "\nWITH reached AS (" + "    UNION".join(REGISTER_ROLES.values()) + ")\n"


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

    def narrowed(self, sql: str) -> str:
        """A query that begins with CLINICAL or REGISTER, with this role's clients alone.

        It answers the same: the other roles' parts find nobody, but planning them takes longer
        than reading does.
        """
        for whole, roles in ((CLINICAL, CLINICAL_ROLES), (REGISTER, REGISTER_ROLES)):
            if sql.startswith(whole) and self.role in roles:
                return "\nWITH reached AS (" + roles[self.role] + ")\n" + sql.removeprefix(whole)
        return sql
