"""Achievements and demands, declared once: what they have in common, and what each has of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.queries import members_of
from kechuang.district.accounts.roles import is_staff
from kechuang.district.accounts.services import organisation_codes, write_letter
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import (
    REGISTERS,
    Check,
    Done,
    Listed,
    Refers,
    Register,
    SheetRules,
    Values,
)
from kechuang.district.core.search import facets_of, text_of
from kechuang.district.core.workflow import Step, step
from kechuang.district.market import permissions as may
from kechuang.district.market import queries
from kechuang.district.market.models import Achievement, Demand, Listing
from kechuang.district.market.models.listings import LISTING_STATES
from kechuang.engines.base.errors import Invalid
from kechuang.engines.matching.sense import digest
from kechuang.engines.search import EVERYBODY, Face
from kechuang.engines.text import comparable

from .twins import doubts, nearly_known

_ACHIEVEMENT = (
    "title",
    "summary",
    "keywords",
    "field",
    "trl",
    "modes",
    "price_fen",
    "owner",
    "people",
    "patents",
)
_DEMAND = (
    "title",
    "problem",
    "wanted",
    "tried",
    "keywords",
    "field",
    "trl",
    "modes",
    "budget_low_fen",
    "budget_fen",
    "due_on",
    "confidentiality",
    "owner",
)


def _steps(fields: Sequence[str]) -> tuple[Step[Any], ...]:
    live = "draft submitted checked published paused"
    return (
        step("draft", "新建", "", "draft", may.can_write, asks=fields),
        step(
            "take_in",
            "导入待审",
            "",
            "submitted",
            may.can_take_in,
            asks=(*fields, "reference"),
            page=False,
        ),
        step(
            "take_in_published",
            "导入并发布",
            "",
            "published",
            may.can_publish_import,
            asks=(*fields, "reference"),
            page=False,
        ),
        step("submit", "提交审核", "draft", "submitted", may.can_write),
        step("check", "审核通过", "submitted", "checked", may.can_check),
        step("publish", "发布", "checked", "published", may.can_publish),
        step("send_back", "退回", "submitted checked", "draft", may.can_send_back, needs_why=True),
        step("revise", "修改", "draft submitted", "", may.can_write, asks=fields),
        step("amend", "更正", "published paused", "", may.can_amend, asks=fields, needs_why=True),
        step(
            "rework",
            "修改后重新审核",
            "checked published paused",
            "submitted",
            may.can_write,
            asks=fields,
        ),
        step("pause", "暂停", "published", "paused", may.can_write, needs_why=True),
        step("resume", "恢复发布", "paused", "published", may.can_write, awaited=False),
        step("close", "关闭", "published paused", "closed", may.can_write, needs_why=True),
        step("merge", "并入另一条", live, "closed", may.can_merge, needs_why=True, page=False),
        step(
            "retract", "撤销导入", "submitted published", "retracted", may.can_take_in, page=False
        ),
    )


def area_name(field: str) -> str:
    """The book's high-tech area of a field, empty when it has none."""
    book = current_book()
    area = book.area_of(field)
    return area if area in {name for name, _ in book.areas.values()} else ""


def _derive(thing: Listing) -> None:
    """The area, the text to search, and the digest of the text that is embedded."""
    thing.modes = sorted(thing.modes or [])
    if isinstance(thing, Demand):
        thing.confidentiality = thing.confidentiality or "open"
    thing.area = area_name(thing.field)
    parts = [
        thing.title,
        thing.whole_text,
        *thing.keywords,
        thing.field,
        thing.area,
        thing.reference or "",
    ]
    if isinstance(thing, Achievement):
        parts += [*thing.people, *thing.patents, thing.owner.name if thing.owner else ""]
    thing.search = comparable(" ".join(parts))
    thing.digest = digest(queries.party_text(thing))


def _faces(thing: Listing) -> list[Face]:
    """The whole record for who sees it whole; of a nameless demand the rest without its firm."""
    register = REGISTERS[f"market.{type(thing).__name__.lower()}"]
    facets = facets_of(register, thing)
    found = [Face(queries.listing_keys(thing), text_of(register, thing), facets)]
    if getattr(thing, "confidentiality", "") == "nameless" and thing.state == "published":
        bare = text_of(register, thing, without=("owner",))
        found.append(Face(frozenset({EVERYBODY}), bare, facets))
    return found


def _begin(thing: Listing, actor: Actor, at: datetime) -> None:
    thing.created_by, thing.created_at, thing.written_by = actor.id, at, [actor.id]


def _number(things: Sequence[Listing]) -> None:
    """Our own numbers for what came without one; a sheet may have taken some of them already."""
    bare = [t for t in things if not t.reference]
    if not bare:
        return
    model = type(bare[0])
    wanted = {f"{model.prefix}-{t.pk:06d}" for t in bare}
    taken = set(
        model._default_manager.filter(reference__in=wanted).values_list("reference", flat=True)
    )
    taken |= {t.reference for t in things if t.reference}
    for thing in bare:
        own, more = f"{model.prefix}-{thing.pk:06d}", 0
        while (own if not more else f"{own}-{more}") in taken:
            more += 1
        thing.reference = own if not more else f"{own}-{more}"
        _derive(thing)  # it is found by its number too


def _written(thing: Listing, actor: Actor, at: datetime) -> Values:
    return {"written_by": sorted({*thing.written_by, actor.id})}


def _reworked(thing: Listing, actor: Actor, at: datetime) -> Values:
    return {"submitted_by": actor.id, "checked_by": None, "written_by": [actor.id]}


def _published(thing: Listing, actor: Actor, at: datetime) -> Values:
    return {"published_on": clock.day_of(at)}


def _taken_in(thing: Listing, actor: Actor, at: datetime) -> Values:
    return {"submitted_by": actor.id}


_STAMPS: Mapping[str, Callable[[Any, Actor, datetime], Values]] = {
    "take_in": _taken_in,
    "take_in_published": lambda t, actor, at: {
        **_taken_in(t, actor, at),
        **_published(t, actor, at),
    },
    "submit": _taken_in,
    "check": lambda thing, actor, at: {"checked_by": actor.id},
    "publish": _published,
    "revise": _written,
    "rework": _reworked,
    "retract": lambda t, actor, at: {"reference": f"{t.reference or ''}·撤{t.pk}"[-40:]},
}


def _tell_owner(done: Done) -> None:
    """What was sent back goes to its owner's people with what to mend."""
    thing = done.thing
    slug = "achievements" if isinstance(thing, Achievement) else "demands"
    for user in members_of(thing.owner_id) if thing.owner_id else []:
        write_letter(
            f"send_back-{done.entry.pk}-{user.pk}",
            f"请修改：{thing.title}",
            done.entry.why,
            done.at,
            user=user,
            link=f"/{slug}/{thing.pk}/",
        )


def _nameless(register: Register[Any], thing: Demand, day: date) -> Iterable[Invalid]:
    """Whoever hides the firm's name may not write it in the text."""
    if thing.confidentiality != "nameless" or thing.owner is None:
        return
    if names(f"{thing.title} {thing.whole_text} {' '.join(thing.keywords)}", thing.owner):
        yield Invalid("demand.name_in_text", "problem")


def names(text: str, organisation: Organisation) -> bool:
    """Whether a text names an organisation: by its name, a former or a short one, or its code."""
    held = comparable(text).replace(" ", "")
    if organisation.code.lower() in held:
        return True
    for name in (organisation.name, *organisation.former_names):
        core = comparable(name).replace("（样例）", "").replace("(样例)", "")
        short = core.removesuffix("有限公司").removesuffix("股份").removesuffix("有限责任公司")
        if core in held or (len(short) >= 4 and short in held):
            return True
    return False


def _update(thing: Listing, actor: Actor) -> str:
    """The step by which this person's sheet changes a record."""
    if thing.state in ("published", "paused") and may.can_amend(actor, thing):
        return "amend"
    return {
        "draft": "revise",
        "submitted": "revise",
        "checked": "rework",
        "published": "rework",
        "paused": "rework",
    }.get(thing.state, "")


def _defaults(values: Values, options: Values, actor: Actor) -> Values:
    """The owner that was chosen for the whole sheet, where a row names none."""
    return {**values, "owner": values.get("owner") or options.get("owner") or None}


def _blank(model: type[Listing]) -> Callable[[Actor], Listing]:
    return lambda actor: model(created_by=actor.id, owner_id=min(actor.organisations, default=None))


def _inside(actor: Actor, thing: Listing) -> bool:
    """Whose history it is: who works for the district, and the owner."""
    return actor.id > 0 and (is_staff(actor) or queries.is_own(actor, thing))


def _hidden_of_demand(actor: Actor, demand: Demand) -> frozenset[str]:
    return frozenset() if queries.knows_owner(actor, demand) else frozenset({"owner"})


def _sheet() -> SheetRules:
    return SheetRules(
        permission=may.can_take_in,
        create=lambda values, options: "take_in_published" if options.get("publish") else "take_in",
        update=_update,
        undo="retract",
        gone=("retracted",),
        twin=("digest", "owner"),
        defaults=_defaults,
        doubts=doubts,
    )


def _register(
    model: type[Listing],
    title: str,
    layout: str,
    fields: Sequence[str],
    visible: Callable[[Actor], QuerySet[Any]],
    columns: tuple[str, ...],
    hint: str,
    owner: Refers,
    checks: tuple[Check, ...] = (),
    hides: Callable[[Actor, Any], frozenset[str]] = lambda actor, thing: frozenset(),
) -> Register[Any]:
    return Register(
        name=f"market.{layout.removesuffix('s')}",
        model=model,
        title=title,
        layout=layout,
        slug=layout,
        states=LISTING_STATES,
        steps=_steps(fields),
        visible=visible,
        listed=Listed(
            columns=columns,
            filters=("field", "modes", "trl", "owner"),
            hint=hint,
            find=queries.search,
            minor=("field", "modes", "due_on"),
        ),
        key=("reference",),
        unique=("reference",),
        refers={"owner": owner},
        checks=checks,
        questions=(nearly_known,),
        derive=_derive,
        faces=_faces,
        born=_begin,
        number=_number,
        stamps=_STAMPS,
        effects={"send_back": _tell_owner},
        then={"draft": "submit", "revise": "submit"},
        half_done=frozenset({"draft"}),
        always=("title",),
        blank=_blank(model),
        inside=_inside,
        hides=hides,
        may_hide=frozenset({"owner"}),
        sheet=_sheet(),
        public=True,
    )


ACHIEVEMENTS = _register(
    Achievement,
    "成果库",
    "achievements",
    _ACHIEVEMENT,
    queries.achievements_visible_to,
    ("title", "field", "trl", "modes", "price_fen", "owner"),
    "名称、摘要、关键词、完成人、专利号",
    organisation_codes("权利人"),
)
DEMANDS = _register(
    Demand,
    "需求库",
    "demands",
    _DEMAND,
    queries.demands_visible_to,
    ("title", "field", "trl", "modes", "budget_fen", "due_on", "owner"),
    "名称、问题、指标、关键词",
    organisation_codes("企业"),
    (_nameless,),
    _hidden_of_demand,
)
