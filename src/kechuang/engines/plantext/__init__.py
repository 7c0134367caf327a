"""A policy document's text becomes a draft plan, each line tied to its clause."""

from .deadlines import Deadline, deadlines, of_task
from .documents import read_document
from .joining import merged_targets, merged_tasks, split_target, split_task
from .placing import Item, Placing, place, placed_json
from .read import read_plan
from .schemas import Draft, DraftArea, DraftGroup, DraftTarget, DraftTask, as_json

__all__ = [
    "Deadline",
    "Draft",
    "DraftArea",
    "DraftGroup",
    "DraftTarget",
    "DraftTask",
    "Item",
    "Placing",
    "as_json",
    "deadlines",
    "merged_targets",
    "merged_tasks",
    "of_task",
    "place",
    "placed_json",
    "read_document",
    "read_plan",
    "split_target",
    "split_task",
]
