"""Policies as code: exact, dated, cited. One formula text, two evaluators, gaps and reforms.

law = at(policies, date(2022, 5, 20))
assess(law, {"职工总数": one(40), …}, ["科技型中小企业"])
"""

from .exact import Answer, Step, assess, evaluate, failing
from .fold import names_in
from .gaps import Gap, gap, gaps, moved
from .language import parse, quantity
from .law import Held, Law, at, parts
from .packs import (
    UNPUBLISHED,
    Action,
    Case,
    Given,
    Input,
    Overlay,
    Parameter,
    Policy,
    Rule,
    Tier,
    Tiers,
)
from .values import ABSENT, UNDEFINED, UNKNOWN, Lack, Number, Value, one

__all__ = [
    "ABSENT",
    "UNDEFINED",
    "UNKNOWN",
    "UNPUBLISHED",
    "Action",
    "Answer",
    "Case",
    "Gap",
    "Given",
    "Held",
    "Input",
    "Lack",
    "Law",
    "Number",
    "Overlay",
    "Parameter",
    "Policy",
    "Rule",
    "Step",
    "Tier",
    "Tiers",
    "Value",
    "assess",
    "at",
    "evaluate",
    "failing",
    "gap",
    "gaps",
    "moved",
    "names_in",
    "one",
    "parse",
    "parts",
    "quantity",
]
