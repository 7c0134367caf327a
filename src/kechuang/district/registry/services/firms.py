"""Firms and the rungs they stand on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.book.schemas import Rung
from kechuang.district.accounts.models import Organisation
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import create, take
from kechuang.district.registry.models import Firm
from kechuang.district.registry.registers import FIRMS
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

FIELDS = ("town", "park", "industry", "founded_on", "staff")


def keep_firm(
    organisation: Organisation, values: Mapping[str, Any], actor: Actor, at: datetime
) -> Firm:
    """Write what is known of a firm; values not given stay as they are."""
    given = {f: values[f] for f in FIELDS if values.get(f) not in (None, "")}
    with ledger.writing():
        firm = Firm.objects.filter(pk=organisation.pk).first()
        if firm is None:
            return create(FIRMS, "keep", {**given, "organisation": organisation}, actor, at)
        changed = {f: v for f, v in given.items() if getattr(firm, f) != v}
        if changed:
            why, seen = Said("import.why_by_sheet"), firm.version
            take(FIRMS, "correct", firm, changed, actor, at, version=seen, why=why)
    return firm


def rung_of(identity: str) -> Rung:
    """A rung of the book's ladder."""
    found = current_book().ladder.get(identity)
    if found is None:
        raise Invalid("recognition.no_such_rung", "rung")
    return found
