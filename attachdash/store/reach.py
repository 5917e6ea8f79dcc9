"""Whose client data a query may touch: the value that every read of client data demands.

Only `practice.rights` makes one. The wall is in the query: a client outside the reach is not
there, whatever id a caller names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# Each role's clients: the column of their ids and where it comes from; a role without a line
# reaches nobody. Each names all four parameters: $1 site, $2 role, $3 person, $4 today. Spans are
# half-open: a right ends when its day comes.
CLINICAL_ROLES = {
    "therapist": ("treats.client_id", """
    FROM treats
    WHERE $2 = 'therapist' AND treats.site_id = $1 AND treats.therapist_id = $3
        AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)
"""),
    "supervisor": ("treats.client_id", """
    FROM supervises
    INNER JOIN treats
        ON treats.site_id = supervises.site_id AND treats.therapist_id = supervises.therapist_id
    WHERE $2 = 'supervisor' AND supervises.site_id = $1 AND supervises.supervisor_id = $3
        AND supervises.from_on <= $4 AND (supervises.to_on IS NULL OR supervises.to_on > $4)
        AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)
"""),
    "client": ("client.client_id", """
    FROM client
    WHERE $2 = 'client' AND client.site_id = $1 AND client.person_id = $3
        AND CAST($4 AS DATE) IS NOT NULL
"""),
    "whole practice": ("client.client_id", """
    FROM client
    WHERE $2 = 'whole practice' AND client.site_id = $1
        AND CAST($3 AS BIGINT) IS NOT NULL AND CAST($4 AS DATE) IS NOT NULL
"""),
}  # fmt: skip
# The same, and for an administrator the register of clients: codes and names, never answers.
REGISTER_ROLES = CLINICAL_ROLES | {
    "administrator": ("client.client_id", """
    FROM client
    WHERE $2 = 'administrator' AND client.site_id = $1
        AND CAST($3 AS BIGINT) IS NOT NULL AND CAST($4 AS DATE) IS NOT NULL
"""),
}  # fmt: skip

Roles = Mapping[str, tuple[str, str]]


def _everybody(roles: Roles) -> str:
    parts = ("    SELECT DISTINCT " + column + rest for column, rest in roles.values())
    return "\nWITH reached AS (\n" + "    UNION\n".join(parts) + ")\n"


def _one(roles: Roles) -> str:
    parts = ("    SELECT 1" + rest + "        AND " + column + " = $5\n"
             for column, rest in roles.values())  # fmt: skip
    return "EXISTS (\n" + "    UNION ALL\n".join(parts) + ")"


# Every client-data query begins with one of these and joins `reached`, ...
CLINICAL, REGISTER = _everybody(CLINICAL_ROLES), _everybody(REGISTER_ROLES)
# ... or is about client $5 alone and asks for this beside `client_id = $5`: a join with all whom
# the viewer reaches takes longer to plan and to run than all that it is to guard.
CLINICAL_ONE, REGISTER_ONE = _one(CLINICAL_ROLES), _one(REGISTER_ROLES)


@dataclass(frozen=True, slots=True)
class Reach:
    """Who asks, in which role, on which day."""

    site_id: int
    role: str
    person_id: int
    on: date

    @property
    def parameters(self) -> tuple[int, str, int, date]:
        """The first four parameters of every query that holds one of the above."""
        return self.site_id, self.role, self.person_id, self.on

    def narrowed(self, sql: str) -> str:
        """A query that holds one of the above, with this role's clients alone.

        It answers the same: the other roles' parts find nobody, but planning them takes longer
        than reading does.
        """
        for roles in (CLINICAL_ROLES, REGISTER_ROLES):
            if self.role in roles:
                own = {self.role: roles[self.role]}
                sql = sql.replace(_everybody(roles), _everybody(own))
                sql = sql.replace(_one(roles), _one(own))
        return sql
