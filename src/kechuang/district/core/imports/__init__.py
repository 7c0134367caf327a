"""Imports: sheet → rows → checked rows → report → preview → all or nothing; can be undone."""

from . import reactions
from .kinds import KINDS, ImportKind, RowPlan, register
from .services import apply_now, check_now, confirm, discard, undo, upload
from .workflow import IMPORTS

__all__ = [
    "IMPORTS", "KINDS", "ImportKind", "RowPlan", "apply_now", "check_now", "confirm", "discard", "reactions",
    "register", "undo", "upload",
]  # fmt: skip
