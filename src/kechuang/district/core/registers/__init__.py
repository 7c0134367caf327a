"""A record is declared once; lists, pages, forms, steps, imports, exports and the API read the
declaration.
"""

from .declaration import (
    ALL,
    REGISTERS,
    Check,
    Done,
    Doubts,
    Listed,
    Question,
    Refers,
    Register,
    SheetRules,
    Values,
    fields_of,
    on_declared,
    register_at,
)
from .many import change_many, create_many
from .steps import create, stamp, take
from .values import Judge, errors_of, getter, put, questions_of, settled, state_of, taken, written

__all__ = [
    "ALL",
    "REGISTERS",
    "Check",
    "Done",
    "Doubts",
    "Judge",
    "Listed",
    "Question",
    "Refers",
    "Register",
    "SheetRules",
    "Values",
    "change_many",
    "create",
    "create_many",
    "errors_of",
    "fields_of",
    "getter",
    "on_declared",
    "put",
    "questions_of",
    "register_at",
    "settled",
    "stamp",
    "state_of",
    "take",
    "taken",
    "written",
]
