"""Who besides the client answers a form, and about whom: the people that an instrument takes."""

from enum import StrEnum

from attachdash.instruments.model import Instrument

SELF = "self"  # the client themself


class RelationKind(StrEnum):
    """What somebody is to a client."""

    MOTHER = "mother"
    FATHER = "father"
    PARENT = "parent"  # which of them isn't known
    CARER = "carer"  # who brings a child up and is no parent: grandmother, foster father
    PARTNER = "partner"
    FRIEND = "friend"
    SIBLING = "sibling"
    CHILD = "child"
    TEACHER = "teacher"
    THERAPIST = "therapist"
    OTHER = "other"


# Definitions speak of forms: the one for parents is filled in by whoever brings the child up.
_ANSWERS_AS = {
    RelationKind.MOTHER: "parent",
    RelationKind.FATHER: "parent",
    RelationKind.CARER: "parent",
}


def informants_of(instrument: Instrument) -> tuple[str, ...]:
    """Who may answer it: SELF, kinds of relation, or both."""
    own = (SELF,) if SELF in instrument.informants else ()
    others = (
        kind.value for kind in RelationKind if _ANSWERS_AS.get(kind, kind) in instrument.informants
    )
    return (*own, *others)


def targets_of(instrument: Instrument) -> tuple[str, ...]:
    """Whom it may be about: SELF, kinds of relation, or both.

    Where it asks about one of several people, SELF isn't among them: mother and partner in one
    course would be nobody's. Where it asks about one, the client's view of it is their own too.
    A group (friends, parents) is nobody who could be named.
    """
    named = tuple(kind.value for kind in RelationKind if kind.value in instrument.about_whom)
    return named if len(named) > 1 else (SELF, *named)


def answered_as(instrument: Instrument, informant: str) -> str | None:
    """The instrument's own word for this informant; None where it isn't for them."""
    if informant not in informants_of(instrument):
        return None
    return informant if informant == SELF else _ANSWERS_AS.get(RelationKind(informant), informant)
