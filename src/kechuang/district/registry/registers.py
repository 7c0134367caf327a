"""The records of this room, declared once."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from kechuang.district.accounts.roles import OFFICES, is_staff
from kechuang.district.accounts.services import organisation_codes
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import declared_registers
from kechuang.district.core.checks import in_order, not_in_future
from kechuang.district.core.registers import (
    ALL,
    Listed,
    Refers,
    Register,
    SheetRules,
    Values,
)
from kechuang.district.core.search import facets_of, text_of
from kechuang.district.core.workflow import step
from kechuang.engines.base.days import months_after
from kechuang.engines.base.errors import Invalid
from kechuang.engines.search import EVERYBODY, Face

from . import permissions as may
from . import queries
from .declared import declare
from .models import Establishment, Firm, Recognition


def _establishment_faces(found: Establishment) -> list[Face]:
    keys = frozenset({EVERYBODY}) if found.state == "recorded" else OFFICES
    return [Face(keys, text_of(ESTABLISHMENTS, found), facets_of(ESTABLISHMENTS, found))]


def _firm_faces(firm: Firm) -> list[Face]:
    keys = OFFICES | {f"firm:{firm.organisation_id}"}
    return [Face(keys, text_of(FIRMS, firm), facets_of(FIRMS, firm))]


def _recognition_faces(found: Recognition) -> list[Face]:
    text = text_of(RECOGNITIONS, found)
    keys = OFFICES | {f"firm:{found.firm_id}"}
    return [Face(keys, text, facets_of(RECOGNITIONS, found))]


ESTABLISHMENTS = Register(
    name="registry.establishment",
    model=Establishment,
    title="平台与设施",
    layout="establishments",
    slug="establishments",
    states={"recorded": "有效记录", "withdrawn": "已撤回"},
    steps=(
        step("establish", "登记", "", "recorded", may.can_keep_establishment, asks=ALL),
        step(
            "correct", "更正", "recorded", "", may.can_keep_establishment, asks=ALL, needs_why=True
        ),
        step(
            "withdraw", "撤回", "recorded", "withdrawn", may.can_keep_establishment, needs_why=True
        ),
    ),
    visible=queries.establishments_visible_to,
    faces=_establishment_faces,
    listed=Listed(
        columns=("name", "kind", "level", "operator", "approved_on", "ended_on"),
        filters=("kind", "level"),
        search=("name", "number", "operator__search"),
        hint="名称、依托单位、文号",
        minor=("level", "operator", "ended_on"),
    ),
    key=("number",),
    refers={"operator": organisation_codes("依托单位")},
    checks=(not_in_future("approved_on"), in_order("approved_on", "ended_on")),
    facts=("kind", "level"),
    sheet=SheetRules(
        permission=may.can_keep_establishment,
        create=lambda values, options: "establish",
        update=lambda thing, actor: "correct" if thing.state == "recorded" else "",
        undo="withdraw",
        gone=("withdrawn",),
        twin=("name", "kind", "level", "approved_on"),
    ),
    inside=lambda actor, thing: is_staff(actor),
    public=True,
)


def _new_enterprise(register: Register[Any], thing: Firm, day: date) -> Iterable[Invalid]:
    """An enterprise, kept once: a firm has the key of its organisation."""
    if thing.organisation_id is not None and thing.organisation.kind != "enterprise":
        yield Invalid("firm.enterprises_only", "organisation", name=thing.organisation.name)
    elif thing._state.adding and queries.is_kept(thing.organisation_id):
        yield Invalid("firm.known", "organisation")


FIRMS = Register(
    name="registry.firm",
    model=Firm,
    title="企业资料",
    layout="firm_records",
    slug="firm-records",
    states={"kept": "在册"},
    steps=(
        step("keep", "登记", "", "kept", may.can_keep, asks=ALL),
        step(
            "correct",
            "更正资料",
            "kept",
            "",
            may.can_keep,
            asks=("town", "park", "industry", "founded_on", "staff"),
            needs_why=True,
        ),
    ),
    visible=queries.visible_to,
    faces=_firm_faces,
    listed=Listed(
        columns=("organisation", "town", "park", "industry", "founded_on", "staff"),
        search=("organisation__search", "town", "park", "industry"),
        hint="企业名称、信用代码、街镇、园区、行业",
        order="organisation__name",
        minor=("industry", "founded_on"),
    ),
    key=("organisation",),
    refers={"organisation": organisation_codes("企业")},
    checks=(_new_enterprise, not_in_future("founded_on")),
    inside=lambda actor, thing: is_staff(actor) or thing.pk in actor.organisations,
    menu=("officer", "broker", "approver", "auditor", "enterprise"),
)


def _known_rung(register: Register[Any], thing: Recognition, day: date) -> Iterable[Invalid]:
    if queries.rung_of(thing.rung) is None:
        yield Invalid("recognition.no_such_rung", "rung")


def _named_and_ended(thing: Recognition) -> None:
    """The name is the ladder's of the first day; without an end, a rung that says how long it
    holds gives one.
    """
    rung = queries.rung_of(thing.rung)
    if rung is None or thing.valid_from is None:
        return
    thing.name = thing.name or rung.named(thing.valid_from)[0]
    if thing.valid_until is None and rung.months:
        thing.valid_until = months_after(thing.valid_from, rung.months)


def _update(thing: Recognition, actor: Actor) -> str:
    return "correct" if thing.state == "recorded" else ""


def _record(values: Values, options: Values) -> str:
    return "record"


RECOGNITIONS = Register(
    name="registry.recognition",
    model=Recognition,
    title="企业认定",
    layout="recognitions",
    slug="recognitions",
    states={"recorded": "有效记录", "withdrawn": "已撤回"},
    steps=(
        step("record", "登记", "", "recorded", may.can_keep, asks=ALL),
        step("grant", "登记（经申报）", "", "recorded", may.can_grant, asks=ALL, page=False),
        step(
            "correct",
            "更正",
            "recorded",
            "",
            may.can_keep,
            asks=("number", "valid_from", "valid_until"),
            needs_why=True,
        ),
        step("withdraw", "撤回", "recorded", "withdrawn", may.can_keep, needs_why=True),
    ),
    visible=queries.recognitions_visible_to,
    faces=_recognition_faces,
    listed=Listed(
        columns=("firm", "rung", "number", "valid_from", "valid_until"),
        filters=("rung",),
        search=("firm__organisation__search", "number"),
        hint="企业名称、信用代码、证书编号",
        order="-valid_from",
        minor=("number", "valid_from"),
    ),
    key=("firm", "rung", "number"),
    refers={
        "firm": Refers(
            found=queries.firms_by_code,
            written=lambda firm: str(firm.organisation.reference),
            order="organisation__name",
            title="企业",
        )
    },
    checks=(_known_rung, in_order("valid_from", "valid_until")),
    derive=_named_and_ended,
    facts=("rung", "number"),
    sheet=SheetRules(
        permission=may.can_keep,
        create=_record,
        update=_update,
        undo="withdraw",
        gone=("withdrawn",),
        twin=("firm", "rung", "valid_from"),
    ),
    inside=lambda actor, thing: (
        is_staff(actor) or thing.firm.organisation_id in actor.organisations
    ),
    menu=("officer", "broker", "approver", "auditor", "enterprise"),
)


DECLARED = [declare(given) for given in declared_registers()]
