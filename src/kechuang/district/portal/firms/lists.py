"""The list of firms; applications on their way."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from kechuang.district.core import clock, sheets
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.portal.finding import narrowed
from kechuang.district.portal.requests import actor_in, signed_in
from kechuang.district.registry.queries import applications_visible_to, years_visible_to
from kechuang.district.registry.queries import visible_to as firms_visible_to
from kechuang.district.registry.services.standings import ladder
from kechuang.district.registry.services.years import year_row
from kechuang.engines.text import comparable

APPLICATIONS = WORKFLOWS["registry.application"]


def _firm_rows(firm: Any) -> list[dict[str, Any]]:
    organisation = firm.organisation
    base = {
        "code": organisation.reference,
        "name": organisation.name,
        "former_names": organisation.former_names,
        "town": firm.town,
        "park": firm.park,
        "industry": firm.industry,
        "founded_on": firm.founded_on,
        "staff": firm.staff,
    }
    held = [
        {
            "rung": r.rung,
            "number": r.number,
            "valid_from": r.valid_from,
            "valid_until": r.valid_until,
        }
        for r in firm.recognitions.all()
    ]
    return [{**base, **h} for h in held] or [base]


def _rungs() -> list[tuple[str, str]]:
    return [(r.id, r.title) for r in ladder(current_book(), clock.today())]


def _search_firms(found: Any, words: str) -> Any:
    for word in comparable(words).split()[:8]:
        found = found.filter(
            Q(organisation__search__contains=word)
            | Q(industry__contains=word)
            | Q(town__contains=word)
            | Q(park__contains=word)
        )
    return found


def _actions(actor: Actor) -> list[tuple[str, str]]:
    staff = [(reverse("ladder"), "企业梯度"), (reverse("lapses"), "到期提醒")]
    return [
        *(staff if actor.has("officer", "approver", "auditor") else []),
        (reverse("applications"), "认定申报"),
    ]


def _columns(today: date) -> list[Column]:
    return [
        Column("企业名称", lambda f: f.organisation.name, "organisation__name"),
        Column("统一社会信用代码", lambda f: f.organisation.code or gettext("无代码"), minor=True),
        Column(
            "街镇",
            lambda f: format_html("{}<br><small>{}</small>", f.town, f.park) if f.park else f.town,
            "town",
            minor=True,
        ),
        Column("行业", lambda f: f.industry, "industry", minor=True),
        Column(
            "职工",
            lambda f: f.staff if f.staff is not None else "",
            "staff",
            number=True,
            minor=True,
        ),
        Column(
            "有效认定",
            lambda f: "、".join(
                r.name for r in f.recognitions.all() if not r.valid_until or r.valid_until >= today
            ),
        ),
    ]


@signed_in
def firms(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    table = Table(
        title="企业",
        columns=_columns(clock.today()),
        link=lambda f: reverse("firm", args=[f.pk]),
        filters=[
            Filter(
                "rung",
                "认定",
                _rungs(),
                lambda q, v: q.filter(
                    recognitions__rung=v, recognitions__state="recorded"
                ).distinct(),
            )
        ],
        search=lambda found, words: narrowed("registry.firm", found, words, actor, _search_firms),
        indexed=True,
        hint="名称、曾用名、信用代码、行业、街镇、园区",
        layout="firms",
        rows=_firm_rows,
        actions=_actions(actor),
        empty="还没有企业。请从“导入”导入企业与认定名单。",
    )
    return show(request, table, firms_visible_to(actor))


@signed_in
def years_sheet(request: HttpRequest) -> HttpResponse:
    """All yearly returns that a person may see, in the layout in which they come in."""
    actor = actor_in(request)
    layout = current_book().layouts["firm_years"]
    rows = (
        year_row(y, actor)
        for y in years_visible_to(actor).order_by("firm__organisation__code", "year")
    )
    return download(sheets.export(layout, rows), f"{layout.title}.xlsx", sheets.TYPE)


@signed_in
def applications(request: HttpRequest) -> HttpResponse:
    """Applications for rungs, the newest first."""
    table = Table(
        title="认定申报",
        columns=[
            Column("企业名称", lambda a: a.firm.organisation.name, "firm__organisation__name"),
            Column("认定类别", lambda a: a.name, "rung"),
            Column(
                "状态",
                lambda a: format_html(
                    '<span class="state state-{}">{}</span>',
                    a.state,
                    gettext(APPLICATIONS.states[a.state]),
                ),
                "state",
            ),
            Column(
                "更新",
                lambda a: a.changed_at.date().isoformat(),
                "changed_at",
                number=True,
                minor=True,
            ),
        ],
        link=lambda a: reverse("application", args=[a.pk]),
        filters=[
            Filter(
                "state", "状态", list(APPLICATIONS.states.items()), lambda q, v: q.filter(state=v)
            ),
            Filter("rung", "认定", _rungs(), lambda q, v: q.filter(rung=v)),
        ],
        search=lambda q, words: q.filter(firm__organisation__search__contains=comparable(words)),
        hint="企业名称",
        empty="还没有申报。在企业页的梯度表里申报。",
    )
    return show(request, table, applications_visible_to(actor_in(request)))
