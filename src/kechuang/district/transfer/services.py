from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError

from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.market.models import Introduction
from kechuang.district.market.services import introductions
from kechuang.engines.base.errors import Invalid, InvalidForm, WrongState
from kechuang.engines.text import comparable, normalise

from .models import Contract
from .workflow import CONTRACTS

FIELDS = (
    "number",
    "name",
    "kind",
    "seller",
    "buyer",
    "amount_fen",
    "technology_fen",
    "signed_on",
    "registered_on",
)


def fill(contract: Contract, values: Mapping[str, Any]) -> dict[str, Any]:
    """Put values on a contract; returns the fields to write."""
    for name in FIELDS:
        if name in values:
            value = values[name]
            if isinstance(value, str) and name in ("signed_on", "registered_on"):
                value = date.fromisoformat(value)
            setattr(contract, name, normalise(value) if isinstance(value, str) else value)
    contract.number = contract.number or None
    if contract.seller_id is not None and contract.buyer_id is not None:
        parts = [contract.number or "", contract.name, contract.seller.name, contract.buyer.name]
        contract.search = comparable(" ".join(parts))
    return {n: getattr(contract, n) for n in (*FIELDS, "search")}


def check_values(contract: Contract, at: datetime, *, registered: bool = False) -> list[Invalid]:
    """What is wrong with a contract: the same checks for form and sheet."""
    labels = {
        "name": "合同名称",
        "kind": "合同类别",
        "seller_id": "卖方",
        "buyer_id": "买方",
        "amount_fen": "合同成交额",
        "signed_on": "签订日期",
    }
    if registered:
        labels |= {"number": "合同登记编号", "registered_on": "登记日期"}
    errors = [
        Invalid("field.missing", name.removesuffix("_id"), label=label)
        for name, label in labels.items()
        if getattr(contract, name, None) in (None, "")
    ]
    if errors:
        return errors
    if contract.seller_id == contract.buyer_id:
        errors.append(Invalid("contract.same_party", "buyer"))
    if contract.technology_fen is not None and contract.technology_fen > contract.amount_fen:
        errors.append(Invalid("contract.technology_above_amount", "technology_fen"))
    for name, label in (("signed_on", "签订日期"), ("registered_on", "登记日期")):
        day = getattr(contract, name)
        if day and day > clock.day_of(at):
            errors.append(Invalid("day.in_future", name, label=label))
    if contract.registered_on and contract.registered_on < contract.signed_on:
        errors.append(Invalid("contract.registered_before_signed", "registered_on"))
    return errors


def _check(contract: Contract, at: datetime, *, registered: bool = False) -> None:
    errors = check_values(contract, at, registered=registered)
    if (
        contract.number
        and Contract.objects.filter(number=contract.number).exclude(pk=contract.pk).exists()
    ):
        errors.append(Invalid("contract.number_taken", "number", number=contract.number))
    if errors:
        raise InvalidForm(errors)


def record(
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    *,
    introduction: Introduction | None = None,
    sample: bool = False,
) -> Contract:
    """Record a contract, by itself or as what an introduction came to."""
    contract = Contract(recorded_by=actor.id, introduction=introduction, sample=sample)
    fill(contract, values)
    _check(contract, at)
    with ledger.writing():
        if introduction:
            introduction.refresh_from_db()
            if introduction.state != "agreed":
                raise WrongState("contract.both_agree_first")
        facts = {
            "amount_fen": contract.amount_fen,
            "introduction": introduction.pk if introduction else None,
        }
        begin(CONTRACTS, "record", contract, actor, at, facts=facts)
        if introduction:
            introductions.conclude(introduction, actor, at, contract.name)
    return contract


def take_in(
    values: Mapping[str, Any], actor: Actor, at: datetime, *, sample: bool = False
) -> Contract:
    """A registered contract from the registry's own list."""
    contract = Contract(recorded_by=actor.id, sample=sample)
    fill(contract, values)
    _check(contract, at, registered=True)
    facts = {"amount_fen": contract.amount_fen, "registered_on": contract.registered_on}
    begin(CONTRACTS, "take_in", contract, actor, at, facts=facts)
    return contract


def revise(
    contract: Contract,
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> Entry:
    changes = fill(contract, values)
    _check(contract, at)
    return advance(CONTRACTS, "revise", contract, actor, at, changes=changes, version=version)


def register(
    contract: Contract,
    number: str,
    registered_on: date,
    actor: Actor,
    at: datetime,
    *,
    key: str = "",
) -> Entry:
    """Register: from now on it counts, in the year of ``registered_on``."""
    contract.number, contract.registered_on = normalise(number), registered_on
    _check(contract, at, registered=True)
    fill(contract, {})
    changes = {"number": contract.number, "registered_on": registered_on, "search": contract.search}
    facts = {"amount_fen": contract.amount_fen, "registered_on": registered_on}
    try:
        return advance(
            CONTRACTS, "register", contract, actor, at, changes=changes, facts=facts, key=key
        )
    except IntegrityError as e:
        raise Invalid("contract.number_taken", "number", number=number) from e


def amend(
    contract: Contract, values: Mapping[str, Any], actor: Actor, at: datetime, why: str
) -> Entry:
    """Correct a registered contract; the figure follows by itself."""
    was = {n: getattr(contract, n) for n in FIELDS}
    changes = fill(contract, values)
    _check(contract, at, registered=True)
    facts = {"was": {n: str(was[n]) for n in FIELDS if was[n] != changes[n]}}
    return advance(CONTRACTS, "amend", contract, actor, at, why=why, changes=changes, facts=facts)


def cancel(
    contract: Contract, actor: Actor, at: datetime, why: str, *, free_number: bool = False
) -> Entry:
    """Cancel: it counts no longer, in whatever year it was registered. Its introduction is open again.

    ``free_number`` (an import undone) lets the same registration come in again.
    """
    changes = {"number": None} if free_number else {}
    with ledger.writing():
        entry = advance(
            CONTRACTS,
            "cancel",
            contract,
            actor,
            at,
            why=why,
            changes=changes,
            facts={"number": contract.number},
        )
        if contract.introduction and contract.introduction.state == "contracted":
            introductions.resume(contract.introduction, actor, at)
            Contract.objects.filter(pk=contract.pk).update(introduction=None)
    return entry
