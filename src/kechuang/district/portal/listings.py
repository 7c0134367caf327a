"""Tables of achievements and demands, used by public pages and workspaces alike."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.market.models import CONFIDENTIALITY, Achievement, Demand, Listing
from kechuang.district.market.models.listings import LISTING_STATES
from kechuang.district.market.queries import is_staff, knows_owner, search
from kechuang.engines.matching.parties import MODES

from .components.tables import Column, Filter, Table
from .templatetags.kechuang import money


def modes_text(modes: list[str]) -> str:
    return "、".join(gettext(MODES[m]) for m in MODES if m in modes)


def owner_name(actor: Actor, thing: Listing) -> str:
    """The owner as this person may know it."""
    if isinstance(thing, Demand) and not knows_owner(actor, thing):
        return gettext("（企业名称不公开）")
    return thing.owner.name if thing.owner else ""


def _title(thing: Listing) -> Any:
    mark = format_html(' <span class="tag">{}</span>', gettext("样例")) if thing.sample else ""
    return format_html("{}{}", thing.title, mark)


def _state(thing: Listing) -> Any:
    return format_html(
        '<span class="state state-{}">{}</span>', thing.state, gettext(thing.state_label)
    )


def _filters(actor: Actor, kind: type[Listing]) -> list[Filter]:
    areas = [name for name, _ in current_book().areas.values()]
    found = [
        Filter("area", "技术领域", [(a, a) for a in areas], lambda q, v: q.filter(area=v)),
        Filter("mode", "方式", list(MODES.items()), _by_mode),
        Filter(
            "trl",
            "成熟度",
            [(str(n), f"TRL ≥ {n}") for n in range(1, 10)],
            lambda q, v: q.filter(trl__gte=int(v)),
        ),
    ]
    if kind is Demand and is_staff(actor):
        found.append(
            Filter("level", "公开程度", CONFIDENTIALITY, lambda q, v: q.filter(confidentiality=v))
        )
    if actor.id:
        found.append(
            Filter("state", "状态", list(LISTING_STATES.items()), lambda q, v: q.filter(state=v))
        )
        found.append(
            Filter(
                "own",
                "范围",
                [("1", "本单位")],
                lambda q, v: q.filter(owner_id__in=actor.organisations),
            )
        )
    return found


def _by_mode(found: QuerySet, mode: str) -> QuerySet:
    return found.filter(modes__icontains=f'"{mode}"')


def achievements_table(actor: Actor) -> Table:
    """成果库."""
    columns = [
        Column("成果名称", _title, "title"),
        Column("技术领域", lambda a: gettext(a.area or a.field), "area", minor=True),
        Column("成熟度", lambda a: f"TRL {a.trl}" if a.trl else "", "trl", number=True),
        Column("转化方式", lambda a: modes_text(a.modes), minor=True),
        Column("报价", lambda a: money(a.price_fen), "price_fen", number=True),
        Column("权利人", lambda a: owner_name(actor, a), "owner__name", minor=True),
    ]
    if actor.id:
        columns.append(Column("状态", _state, "state"))
    can_add = actor.has("researcher", "officer", "broker")
    return Table(
        title="成果库", columns=columns, link=lambda a: reverse("achievement", args=[a.pk]), filters=_filters(actor, Achievement),
        search=lambda q, words: search(q, words, actor), hint="名称、摘要、关键词、完成人、专利号", layout="achievements", not_exported={"state": "draft"}, row=achievement_row,
        empty="没有符合条件的成果。换几个词，或去掉筛选再试。", actions=[(reverse("achievement-new"), "登记成果")] if can_add else [],
    )  # fmt: skip


def demands_table(actor: Actor) -> Table:
    """需求库."""
    columns = [
        Column("需求名称", _title, "title"),
        Column("技术领域", lambda d: gettext(d.area or d.field), "area", minor=True),
        Column(
            "要求成熟度", lambda d: f"TRL {d.trl}" if d.trl else "", "trl", number=True, minor=True
        ),
        Column("合作方式", lambda d: modes_text(d.modes), minor=True),
        Column("预算", lambda d: money(d.budget_fen), "budget_fen", number=True),
        Column("截止", lambda d: d.due_on or "", "due_on", number=True, minor=True),
        Column("企业", lambda d: owner_name(actor, d)),
    ]
    if is_staff(actor):
        columns.append(
            Column(
                "公开程度",
                lambda d: gettext(d.get_confidentiality_display()),
                "confidentiality",
                minor=True,
            )
        )
    if actor.id:
        columns.append(Column("状态", _state, "state"))
    can_add = actor.has("enterprise", "officer", "broker")
    return Table(
        title="需求库", columns=columns, link=lambda d: reverse("demand", args=[d.pk]), filters=_filters(actor, Demand),
        search=lambda q, words: search(q, words, actor), hint="名称、问题、指标、关键词", layout="demands", not_exported={"state": "draft"},
        row=lambda d: demand_row(actor, d), empty="没有符合条件的需求。换几个词，或去掉筛选再试。",
        actions=[(reverse("demand-new"), "提出需求")] if can_add else [],
    )  # fmt: skip


def achievement_row(thing: Achievement) -> Mapping[str, object]:
    """A row of the export, by the layout's fields."""
    names = (
        "reference",
        "title",
        "summary",
        "keywords",
        "field",
        "trl",
        "modes",
        "price_fen",
        "people",
        "patents",
    )
    return {
        **{n: getattr(thing, n) for n in names},
        "owner": thing.owner.code if thing.owner else None,
    }


def demand_row(actor: Actor, thing: Demand) -> Mapping[str, object]:
    """A row of the export; who may not know the firm gets no code."""
    names = (
        "reference", "title", "problem", "wanted", "tried", "keywords", "field", "trl", "modes", "budget_fen", "due_on",
        "confidentiality",
    )  # fmt: skip
    code = thing.owner.code if thing.owner and knows_owner(actor, thing) else None
    return {**{n: getattr(thing, n) for n in names}, "owner": code}
