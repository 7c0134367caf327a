"""Facilities, platforms, special projects, science parks: registered, corrected, withdrawn."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.registry.models import Establishment
from kechuang.district.registry.workflow import ESTABLISHMENTS
from kechuang.engines.base.errors import Invalid, InvalidForm

ESTABLISHMENT_FIELDS = ("kind", "level", "name", "operator", "number", "approved_on", "ended_on")


def establishment_errors(values: Mapping[str, Any], today: date) -> list[Invalid]:
    """What is wrong with an establishment: the same checks for form and sheet."""
    errors = [
        Invalid("field.missing", name, label=label)
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
        errors.append(Invalid("establishment.approved_in_future", "approved_on"))
    if start and end and end < start:
        errors.append(Invalid("establishment.ended_before_approved", "ended_on"))
    return errors


def establish(
    values: Mapping[str, Any], actor: Actor, at: datetime, *, sample: bool = False
) -> Establishment:
    """Register a facility, platform, special project or science park."""
    if errors := establishment_errors(values, clock.day_of(at)):
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
