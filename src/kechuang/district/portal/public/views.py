"""Pages for everybody: home, plan, libraries."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kechuang.district.accounts.roles import ROLES
from kechuang.district.core import clock, ledger
from kechuang.district.core.books import current_book
from kechuang.district.market.queries import achievements_visible_to, demands_visible_to, is_staff
from kechuang.district.plan import services as plan
from kechuang.district.plan.queries import bulletins_visible_to, measurements, public_history
from kechuang.district.portal.components.tables import Column, Table, show
from kechuang.district.portal.listings import achievements_table, demands_table, owner_name
from kechuang.district.portal.requests import actor_in, year_in
from kechuang.district.registry.queries import counted, recognitions_visible_to
from kechuang.district.transfer.queries import registered, years_with_contracts
from kechuang.district.transfer.queries import visible_to as contracts_visible_to
from kechuang.engines.base.errors import NotFound


def home(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    today = clock.today()
    achievements = achievements_visible_to(actor).filter(state="published")
    demands = demands_visible_to(actor).filter(state="published")
    readings = plan.readings(current_book(), today.year, today)
    facts = {
        "achievements": achievements[:6], "demands": [(d, owner_name(actor, d)) for d in demands[:6]],
        "achievement_count": achievements.count(), "demand_count": demands.count(),
        "readings": [r for r in readings if r.how == "computed"], "year": today.year, "root": ledger.root_of(today), "today": today,
    }  # fmt: skip
    return render(request, "public/home.html", facts)


def plan_page(request: HttpRequest) -> HttpResponse:
    """The 12 targets by group and the 22 tasks by area."""
    book, today, year = current_book(), clock.today(), year_in(request)
    readings = plan.readings(book, year, today)
    groups = (
        [(g, [r for r in readings if r.target.group == g.id]) for g in book.plan.groups]
        if book.plan
        else []
    )
    years = sorted({today.year, 2022, *years_with_contracts()}, reverse=True)
    facts = {
        "plan": book.plan, "groups": groups, "year": year, "years": years, "today": today,
        "lights": {name: sum(r.light == name for r in readings) for name in ("met", "short", "none")},
        "over": bool(book.plan and today > book.plan.end),
    }  # fmt: skip
    return render(request, "public/plan.html", facts)


def target_page(request: HttpRequest, identity: str) -> HttpResponse:
    """One target, opened down to its records."""
    book, today, year, actor = current_book(), clock.today(), year_in(request), actor_in(request)
    target = book.plan.target(identity) if book.plan else None
    if target is None:
        raise NotFound("计划里没有这个目标。")
    reading = plan.reading(book, target, year, today)
    indicator = reading.indicator
    as_of = reading.as_of or today
    contracts = recognitions = None
    hidden = 0
    if indicator.measure == "technology_contract_turnover":
        contracts = list(
            contracts_visible_to(actor).filter(pk__in=registered(year, as_of).values("pk"))
        )
        hidden = reading.rows - len(contracts) if reading.how == "computed" else 0
    elif indicator.measure:
        rows = counted(indicator.measure, as_of).values("pk")
        recognitions = list(recognitions_visible_to(actor).filter(pk__in=rows))
        hidden = reading.rows - len(recognitions) if reading.how == "computed" else 0
    tasks = [t for t in book.plan.tasks if t.number in target.tasks] if book.plan else []
    facts = {
        "reading": reading, "target": target, "indicator": indicator, "year": year, "tasks": tasks,
        "years": sorted({today.year, 2022, *years_with_contracts()}, reverse=True), "contracts": contracts,
        "recognitions": recognitions, "hidden": hidden, "history": measurements(indicator.id, year)[:20] if is_staff(actor) else public_history(indicator.id, year),
        "figures": [f for f in book.figures if f.indicator == indicator.id],
        "bulletins": bulletins_visible_to(actor).filter(indicator=indicator.id)[:40],
    }  # fmt: skip
    return render(request, "public/target.html", facts)


def bodies(request: HttpRequest) -> HttpResponse:
    """Organisations, platforms, funds and places that the plan names."""
    return render(request, "public/bodies.html", {"places": current_book().places.values()})


def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what, on one page."""
    return render(request, "public/roles.html", {"roles": ROLES.values()})


def achievements(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    return show(request, achievements_table(actor), achievements_visible_to(actor))


def demands(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    return show(request, demands_table(actor), demands_visible_to(actor))


def bulletins(request: HttpRequest) -> HttpResponse:
    """Figures published by others, as printed."""
    titles = {i.id: i.title for i in current_book().indicators.values()}
    table = Table(
        title="月度通报",
        columns=[
            Column("指标", lambda b: titles.get(b.indicator, b.indicator), "indicator"),
            Column("地区", lambda b: b.place, "place"),
            Column("截至", lambda b: b.as_of, "as_of", number=True),
            Column("数值", lambda b: b.value, number=True),
            Column("口径", lambda b: b.get_counting_display(), minor=True),
            Column("来源", lambda b: b.source, minor=True),
        ],
        search=lambda q, words: q.filter(place__contains=words) | q.filter(source__contains=words),
        hint="地区或来源", layout="bulletins", empty="还没有导入通报。",
        row=lambda b: {
            "indicator": titles.get(b.indicator, b.indicator), "place": b.place, "as_of": b.as_of, "value": b.value,
            "counting": b.counting, "source": b.source,
        },
    )  # fmt: skip
    return show(request, table, bulletins_visible_to(actor_in(request)))
