"""The records of this room, declared once."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from kechuang.district.accounts.roles import DESKS, is_staff
from kechuang.district.accounts.services import organisation_codes
from kechuang.district.core.actor import Actor
from kechuang.district.core.checks import in_order, not_in_future, odd_amounts
from kechuang.district.core.registers import ALL, Done, Listed, Register, SheetRules, Values
from kechuang.district.core.search import facets_of, text_of
from kechuang.district.core.workflow import step
from kechuang.district.market.models import Introduction
from kechuang.district.market.services import introductions
from kechuang.engines.base.errors import Invalid, WrongState
from kechuang.engines.base.sayings import Said
from kechuang.engines.search import Face
from kechuang.engines.text import comparable

from . import permissions as may
from . import queries
from .models import Contract

_TYPED = ("name", "kind", "seller", "buyer", "amount_fen", "technology_fen", "signed_on")


def _faces(contract: Contract) -> list[Face]:
    """For who works for the district and the two parties."""
    keys = DESKS | {f"org:{contract.seller_id}", f"org:{contract.buyer_id}"}
    return [Face(keys, text_of(CONTRACTS, contract), facets_of(CONTRACTS, contract))]


def _sound(register: Register[Any], thing: Contract, day: date) -> Iterable[Invalid]:
    """Two parties; the technical part within the whole; a registered one has its number and day."""
    if thing.seller_id is not None and thing.seller_id == thing.buyer_id:
        yield Invalid("contract.same_party", "buyer")
    whole, part = thing.amount_fen, thing.technology_fen
    if part is not None and whole is not None and part > whole:
        yield Invalid("contract.technology_above_amount", "technology_fen")
    for name in ("number", "registered_on") if thing.state == "registered" else ():
        if not getattr(thing, name):
            yield Invalid("field.missing", name, label=register.heading(name))


def _derive(thing: Contract) -> None:
    thing.number = thing.number or None
    if thing.seller_id is not None and thing.buyer_id is not None:
        parts = [thing.number or "", thing.name, thing.seller.name, thing.buyer.name]
        thing.search = comparable(" ".join(parts))


def _stamp(thing: Contract, actor: Actor, at: datetime) -> None:
    thing.recorded_by = actor.id


def _conclude(done: Done) -> None:
    """A contract made from an introduction is what the introduction came to."""
    if done.thing.introduction is not None:
        introductions.conclude(done.thing.introduction, done.actor, done.at, done.thing.name)


def _resume(done: Done) -> None:
    """A cancelled contract gives its introduction free."""
    was = done.was["introduction_id"]
    made_from = Introduction.objects.filter(pk=was).first() if was else None
    if made_from is not None and made_from.state == "contracted":
        introductions.resume(made_from, done.actor, done.at)


def _agreed(register: Register[Any], thing: Contract, day: date) -> Iterable[Invalid]:
    """Only what both sides agreed to comes to a contract."""
    if thing.introduction_id is not None and thing.pk is None and thing.introduction is not None:
        thing.introduction.refresh_from_db()
        if thing.introduction.state != "agreed":
            raise WrongState("contract.both_agree_first")
    return ()


def _remarks(thing: Contract, values: Values, known: Contract | None) -> Iterable[str]:
    if not (values.get("number") or values.get("registered_on")):
        yield Said("import.note.unregistered")


def _update(thing: Contract, actor: Actor) -> str:
    return {"registered": "amend", "recorded": "revise"}.get(thing.state, "")


CONTRACTS = Register(
    name="transfer.contract",
    model=Contract,
    title="技术合同",
    layout="contracts",
    slug="contracts",
    states={"recorded": "已记录", "registered": "已登记", "cancelled": "已注销"},
    steps=(
        step("record", "记录合同", "", "recorded", may.can_record, asks=_TYPED),
        step("take_in", "导入登记", "", "registered", may.can_keep_register, asks=ALL, page=False),
        step(
            "register",
            "登记",
            "recorded",
            "registered",
            may.can_register,
            asks=("number", "registered_on"),
            must=("number", "registered_on"),
        ),
        step("revise", "修改", "recorded", "", may.can_record, asks=_TYPED),
        step(
            "amend", "更正登记", "registered", "", may.can_keep_register, asks=ALL, needs_why=True
        ),
        step(
            "cancel",
            "注销",
            "recorded registered",
            "cancelled",
            may.can_keep_register,
            needs_why=True,
        ),
    ),
    visible=queries.visible_to,
    listed=Listed(
        columns=("name", "kind", "seller", "buyer", "amount_fen", "signed_on", "registered_on"),
        filters=("kind", "registered_on"),
        hint="名称、编号、买方、卖方",
        minor=("kind", "buyer", "signed_on"),
    ),
    key=("number",),
    refers={
        "seller": organisation_codes("卖方", named_by="seller_name"),
        "buyer": organisation_codes("买方", named_by="buyer_name"),
    },
    checks=(
        _agreed,
        _sound,
        not_in_future("signed_on", "registered_on"),
        in_order("signed_on", "registered_on"),
    ),
    questions=(odd_amounts("amount_fen", "technology_fen"),),
    unique=("number",),
    derive=_derive,
    faces=_faces,
    born=_stamp,
    stamps={"cancel": lambda thing, actor, at: {"introduction_id": None}},
    effects={"record": _conclude, "cancel": _resume},
    facts=("amount_fen", "registered_on"),
    sheet=SheetRules(
        permission=may.can_keep_register,
        create=lambda values, options: "take_in" if values.get("number") else "record",
        update=_update,
        undo="cancel",
        freed=lambda thing: {"number": None},
        twin=("name", "seller", "buyer", "amount_fen", "signed_on"),
        gone=("cancelled",),
        remarks=_remarks,
    ),
    inside=lambda actor, thing: (
        is_staff(actor) or bool({thing.seller_id, thing.buyer_id} & actor.organisations)
    ),
    share="amount_fen",
    menu=("officer", "broker", "approver", "auditor", "enterprise", "researcher"),
)
