"""Imports: sheet → rows → checked rows → report → preview → the sound rows (or all or
nothing), and a sheet to mend with the others; can be undone.

In the order of the way: `services` takes a sheet in; `working` has it read and goes by parts;
`sheet_rows` makes values of cells, `drafts` records of values; `register_sheet` judges and writes
them, or a room's own kind (`kinds`) does. What has to do with many rows at once stands in
`core.bulk` and `registers.many`.
"""

from . import reactions, register_sheet
from .kinds import KINDS, ImportKind, RowPlan, register
from .services import answer, confirm, continued, discard, sound, undo, upload
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
    "continued",
    "discard",
    "reactions",
    "register",
    "register_sheet",
    "sound",
    "undo",
    "upload",
]
