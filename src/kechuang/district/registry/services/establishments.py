from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kechuang.district.accounts.models import Organisation
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.engines.base.errors import Invalid, InvalidForm, NotAllowed

from .models import RUNGS, Establishment, Firm, Recognition
from .permissions import can_keep
from .workflow import ESTABLISHMENTS, RECOGNITIONS

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


ESTABLISHMENT_FIELDS = ("kind", "level", "name", "operator", "number", "approved_on", "ended_on")


def establishment_errors(values: Mapping[str, Any], today: date) -> list[Invalid]:
    """What is wrong with an establishment: the same checks for form and sheet."""
    errors = [
        Invalid(f"请填写{label}", name)
        for name, label in (
            ("kind", "类别"),
            ("level", "级别"),
            ("name", "名称"),
            ("approved_on", "批准日期"),
        )
        if not values.get(name)
    ]
    start, end = values.get("approved_on"), values.get("ended_on")
    if start and start > today:
        errors.append(Invalid("批准日期在将来，请核对", "approved_on"))
    if start and end and end < start:
        errors.append(Invalid("终止日期早于批准日期，请核对", "ended_on"))
    return errors


def establish(
    values: Mapping[str, Any], actor: Actor, at: datetime, *, sample: bool = False
) -> Establishment:
    """Register a facility, platform, special project or science park."""
    if errors := establishment_errors(values, at.date()):
        raise InvalidForm(errors)
    thing = Establishment(
        **{n: values.get(n) or ("" if n == "number" else None) for n in ESTABLISHMENT_FIELDS},
        sample=sample,
    )
    begin(
        ESTABLISHMENTS,
        "establish",
        thing,
        actor,
        at,
        facts={"kind": thing.kind, "level": thing.level},
    )
    return thing


def correct_establishment(
    thing: Establishment, changes: Mapping[str, Any], actor: Actor, at: datetime
) -> Entry:
    """Correct what was registered; every figure follows."""
    facts = {"was": {k: str(getattr(thing, k)) for k in changes}}
    return advance(
        ESTABLISHMENTS, "correct_establishment", thing, actor, at, changes=changes, facts=facts
    )


def withdraw_establishment(thing: Establishment, actor: Actor, at: datetime, why: str) -> Entry:
    """Take back; it counts on no day."""
    return advance(ESTABLISHMENTS, "withdraw_establishment", thing, actor, at, why=why)
