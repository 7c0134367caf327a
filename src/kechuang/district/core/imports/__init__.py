"""Imports: sheet → rows → checked rows → report → preview → all or nothing; can be undone."""

from . import reactions, register_sheet
from .kinds import KINDS, ImportKind, RowPlan, register
from .services import answer, confirm, discard, undo, upload
from .workflow import IMPORTS
from .working import apply_now, check_now

__all__ = [
    "IMPORTS",
    "KINDS",
    "ImportKind",
    "RowPlan",
    "answer",
    "apply_now",
    "check_now",
    "confirm",
    "discard",
    "reactions",
    "register",
    "register_sheet",
    "undo",
    "upload",
]
