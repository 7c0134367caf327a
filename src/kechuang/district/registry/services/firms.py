"""Firms and the rungs they stand on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kechuang.book.schemas import Rung
from kechuang.district.accounts.models import Organisation
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.registry.models import Firm, Recognition
from kechuang.district.registry.permissions import can_keep
from kechuang.district.registry.workflow import RECOGNITIONS
from kechuang.engines.base.days import months_after
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
                "registry.firm.keep", subject_kind="registry.firm", subject_id=firm.pk, label=organisation.name,
                actor=actor, at=at, facts={k: str(v) for k, v in changed.items()},
            )  # fmt: skip
    return firm


def rung_of(identity: str) -> Rung:
    """A rung of the book's ladder."""
    found = current_book().ladder.get(identity)
    if found is None:
        raise Invalid("recognition.no_such_rung", "rung")
    return found


def record(
    firm: Firm, rung: str, number: str, valid_from: date, valid_until: date | None, actor: Actor, at: datetime, name: str = "", step: str = "record"
) -> Recognition:  # fmt: skip
    """Record a recognition under the name it was given: the ladder's of its first day, unless another is said.

    Without an end, a rung that says how many months it holds gives one; no other rung's end is guessed.
    """
    held = rung_of(rung)
    if len(number) > 60:
        raise Invalid("recognition.number_too_long", "number")
    if valid_until and valid_until < valid_from:
        raise Invalid("recognition.days_reversed_short", "valid_until")
    ends = valid_until or (months_after(valid_from, held.months) if held.months else None)
    recognition = Recognition(
        firm=firm, rung=rung, name=name or held.named(valid_from)[0], number=number, valid_from=valid_from, valid_until=ends
    )  # fmt: skip
    facts = {
        "rung": rung,
        "number": number,
        "end": "given" if valid_until else "reckoned" if ends else "",
    }
    begin(RECOGNITIONS, step, recognition, actor, at, facts=facts)
    return recognition


def grant(
    firm: Firm, rung: str, name: str, number: str, valid_from: date, valid_until: date | None, actor: Actor, at: datetime
) -> Recognition:  # fmt: skip
    """Record what came of an application."""
    return record(firm, rung, number, valid_from, valid_until, actor, at, name, "grant")


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
