"""What is measured: instruments, their scales, and the scores that answers come to."""

from attachdash.instruments.library import (
    DefinitionError,
    Leads,
    Library,
    definition_body,
    leads,
    library,
    load_definition,
    parse,
)
from attachdash.instruments.model import Condition, Instrument, Item, RiskItem, Rule, Scale
from attachdash.instruments.relations import (
    SELF,
    RelationKind,
    answered_as,
    informants_of,
    targets_of,
)
from attachdash.instruments.rules import risk_answers, rule_met
from attachdash.instruments.scoring import (
    BLANK,
    DECLINED,
    NOT_APPLICABLE,
    ScaleScores,
    refuse_out_of_range,
    score,
)
from attachdash.instruments.sourced import (
    Ages,
    Band,
    Cutoff,
    ImportantChange,
    Norm,
    ReliableChange,
    Shares,
    StandardError,
)
from attachdash.instruments.words import (
    Direction,
    Domain,
    Kind,
    Method,
    MissingBasis,
    Operator,
    RiskKind,
    Side,
    State,
    StateCode,
)

LEADS: Leads  # which (instrument id, scale id) may speak for a domain, in order


def __getattr__(name: str) -> Leads:
    # Read when first asked for: an import alone must not read 64 files, nor fail on one of them.
    if name == "LEADS":
        return leads()
    raise AttributeError(name)


__all__ = [
    "BLANK",
    "DECLINED",
    "LEADS",
    "NOT_APPLICABLE",
    "SELF",
    "Ages",
    "Band",
    "Condition",
    "Cutoff",
    "DefinitionError",
    "Direction",
    "Domain",
    "ImportantChange",
    "Instrument",
    "Item",
    "Kind",
    "Leads",
    "Library",
    "Method",
    "MissingBasis",
    "Norm",
    "Operator",
    "RelationKind",
    "ReliableChange",
    "RiskItem",
    "RiskKind",
    "Rule",
    "Scale",
    "ScaleScores",
    "Shares",
    "Side",
    "StandardError",
    "State",
    "StateCode",
    "answered_as",
    "definition_body",
    "informants_of",
    "leads",
    "library",
    "load_definition",
    "parse",
    "refuse_out_of_range",
    "risk_answers",
    "rule_met",
    "score",
    "targets_of",
]
