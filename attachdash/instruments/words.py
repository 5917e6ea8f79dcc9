"""The words a definition may use: which way is better, what is measured, how, by whom."""

from enum import IntEnum, StrEnum


class Direction(StrEnum):
    LOWER = "lower"  # lower is better
    HIGHER = "higher"  # higher is better
    NEITHER = "neither"  # moved, neither better nor worse

    @property
    def label(self) -> str:
        return _DIRECTIONS[self]


class Domain(StrEnum):
    ATTACHMENT = "attachment"
    COMMUNICATION = "communication"
    REGULATION = "regulation"
    SELF_ESTEEM = "self_esteem"
    RELATIONSHIPS = "relationships"
    UNDERSTANDING_EMOTIONS = "understanding_emotions"
    WELLBEING = "wellbeing"
    SYMPTOMS = "symptoms"
    MINDFULNESS = "mindfulness"
    ALLIANCE = "alliance"

    @property
    def label(self) -> str:
        return _DOMAINS[self]


class Method(StrEnum):
    SUM = "sum"
    MEAN = "mean"
    SUM_SCALED = "sum_scaled"  # sum x factor + offset
    RECODE_MEAN = "recode_mean"  # mean of the recoded answers
    MEAN_OF_SCALES = "mean_of_scales"  # mean of the scales named in `of`
    GIVEN = "given"  # a ready score, never computed here


class Kind(StrEnum):
    """How fast the true level moves: what the change engine's drift starts from."""

    STATE = "state"
    MIXED = "mixed"
    TRAIT = "trait"


class MissingBasis(StrEnum):
    OFFICIAL = "official"  # the authors' rule
    HOUSE = "house"  # ours
    NONE = "none"  # no rule: nothing may be missing


class Operator(StrEnum):
    LESS = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    MORE = ">"
    EQUAL = "=="


class Side(StrEnum):
    """The side of a cut-off that its operator selects."""

    UNWELL = "unwell"
    WELL = "well"


class RiskKind(StrEnum):
    SUICIDE = "suicide"
    HARM_TO_OTHERS = "harm_to_others"
    UNSAFE = "unsafe"  # with whom they live; asked about in private
    ASK = "ask"  # something to ask about

    @property
    def is_alarm(self) -> bool:
        """Whether it is more than something to ask about."""
        return self not in (RiskKind.UNSAFE, RiskKind.ASK)

    @property
    def gravity(self) -> int:
        """Higher is graver; where several kinds rest on one item the gravest counts."""
        return _GRAVITY[self]


class State(StrEnum):
    """How a score came about."""

    COMPLETE = "complete"
    PRORATED = "prorated"  # blanks within the rule, taken as the person's mean
    INCOMPLETE = "incomplete"  # too many blanks: no score
    GIVEN = "given"  # entered as a ready score


class StateCode(IntEnum):
    """The same as a small number, for arrays; the place of the word in State."""

    COMPLETE = 0
    PRORATED = 1
    INCOMPLETE = 2
    GIVEN = 3


_DIRECTIONS = {
    Direction.LOWER: "lower is better",
    Direction.HIGHER: "higher is better",
    Direction.NEITHER: "neither way is better",
}
_DOMAINS = {
    Domain.ATTACHMENT: "Attachment",
    Domain.COMMUNICATION: "Communication",
    Domain.REGULATION: "Emotion regulation",
    Domain.SELF_ESTEEM: "Self-esteem",
    Domain.RELATIONSHIPS: "Relationships",
    Domain.UNDERSTANDING_EMOTIONS: "Understanding emotions",
    Domain.WELLBEING: "Wellbeing",
    Domain.SYMPTOMS: "Symptoms",
    Domain.MINDFULNESS: "Mindfulness",
    Domain.ALLIANCE: "Alliance",
}
_GRAVITY = {
    RiskKind.SUICIDE: 4, RiskKind.HARM_TO_OTHERS: 3, RiskKind.UNSAFE: 2, RiskKind.ASK: 1,
}  # fmt: skip
