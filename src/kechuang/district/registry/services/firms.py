"""Firms and the rungs they stand on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.book.schemas import Rung
from kechuang.district.accounts.models import Organisation
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.registry.models import Firm
from kechuang.district.registry.permissions import can_keep
from kechuang.engines.base.errors import Invalid, NotAllowed

FIELDS = ("town", "park", "industry", "founded_on", "staff")


def keep_firm(
    organisation: Organisation, values: Mapping[str, Any], actor: Actor, at: datetime
) -> Firm:
    """Write what is known of a firm; values not given stay as they are."""
    if not (verdict := can_keep(actor)):
        raise NotAllowed(verdict.why)
    with ledger.writing():
        firm, new = Firm.objects.get_or_create(organisation=organisation)
        changed = {
            f: values[f]
            for f in FIELDS
            if values.get(f) not in (None, "") and getattr(firm, f) != values[f]
        }
        if changed or new:
            for name, value in changed.items():
                setattr(firm, name, value)
            firm.save()
            ledger.record(
                "registry.firm.keep",
                subject_kind="registry.firm",
                subject_id=firm.pk,
                label=organisation.name,
                actor=actor,
                at=at,
                facts={k: str(v) for k, v in changed.items()},
            )
    return firm


def rung_of(identity: str) -> Rung:
    """A rung of the book's ladder."""
    found = current_book().ladder.get(identity)
    if found is None:
        raise Invalid("recognition.no_such_rung", "rung")
    return found
