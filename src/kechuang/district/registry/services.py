from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kechuang.district.accounts.models import Organisation
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.engines.base.errors import Invalid, NotAllowed

from .models import RUNGS, Firm, Recognition
from .permissions import can_keep
from .workflow import RECOGNITIONS

FIELDS = ("town", "industry", "founded_on", "staff")


def keep_firm(
    organisation: Organisation, values: Mapping[str, Any], actor: Actor, at: datetime
) -> Firm:
    """Write what is known of a firm; values not given stay as they are."""
    if not (verdict := can_keep(actor)):
        raise NotAllowed(verdict.why)
    with transaction.atomic():
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
                "registry.firm.keep", subject_kind="registry.firm", subject_id=firm.pk, label=organisation.name,
                actor=actor, at=at, facts={k: str(v) for k, v in changed.items()},
            )  # fmt: skip
    return firm


def record(
    firm: Firm,
    rung: str,
    number: str,
    valid_from: date,
    valid_until: date | None,
    actor: Actor,
    at: datetime,
) -> Recognition:
    """Record a recognition."""
    if rung not in dict(RUNGS):
        raise Invalid("没有这种认定", "rung")
    if valid_until and valid_until < valid_from:
        raise Invalid("有效期止早于有效期起", "valid_until")
    recognition = Recognition(
        firm=firm, rung=rung, number=number, valid_from=valid_from, valid_until=valid_until
    )
    begin(RECOGNITIONS, "record", recognition, actor, at, facts={"rung": rung, "number": number})
    return recognition


def correct(
    recognition: Recognition, changes: Mapping[str, Any], actor: Actor, at: datetime
) -> Entry:
    """Correct days or number."""
    return advance(
        RECOGNITIONS,
        "correct",
        recognition,
        actor,
        at,
        changes=changes,
        facts={k: str(v) for k, v in changes.items()},
    )


def withdraw(recognition: Recognition, actor: Actor, at: datetime, why: str) -> Entry:
    """Take a recognition back; it no longer counts on any day."""
    return advance(RECOGNITIONS, "withdraw", recognition, actor, at, why=why)
