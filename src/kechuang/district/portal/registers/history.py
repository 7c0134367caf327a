"""Who reads how much of what happened to a record."""

from typing import Any

from kechuang.district.accounts.roles import is_staff
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import Register


def tells_values(register: Register[Any], thing: Any, actor: Actor) -> bool:
    """Whether somebody reads what fields held before: who answers for the records, of those from
    whom nothing is hidden.
    """
    told = actor.has("officer", "approver", "auditor")
    return told and not register.hides(actor, thing)


def history_for(register: Register[Any], thing: Any, actor: Actor) -> list[Entry]:
    """What happened to a record; to its present owner no more than happened while it was his."""
    entries = list(ledger.history(register.name, thing.pk))
    if is_staff(actor):
        return entries
    handed = [n for n, e in enumerate(entries) if _changed(e) & set(register.refers)]
    return entries[handed[-1] + 1 :] if handed else entries


def _changed(entry: Entry) -> set[str]:
    """The fields that a step wrote; older entries of sheets name the database's columns."""
    return {str(name).removesuffix("_id") for name in entry.facts.get("changed", ())}
