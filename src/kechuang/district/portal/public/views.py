"""Pages for everybody: home, plan, libraries."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kechuang.district.accounts.roles import ROLES
from kechuang.district.core import clock, ledger
from kechuang.district.core.books import current_book
from kechuang.district.market.queries import achievements_visible_to, demands_visible_to
from kechuang.district.plan import services as plan
from kechuang.district.plan.queries import bulletins_visible_to
from kechuang.district.portal.components.tables import Column, Table, show
from kechuang.district.portal.listings import owner_name
from kechuang.district.portal.requests import actor_in


def home(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    today = clock.today()
    achievements = achievements_visible_to(actor).filter(state="published")
    demands = demands_visible_to(actor).filter(state="published")
    readings = plan.readings(current_book(), today.year, today)
    facts = {
        "achievements": achievements[:6],
        "demands": [(d, owner_name(actor, d)) for d in demands[:6]],
        "achievement_count": achievements.count(),
        "demand_count": demands.count(),
        "readings": [r for r in readings if r.how == "computed"],
        "year": today.year,
        "root": ledger.root_of(today),
        "today": today,
    }
    return render(request, "public/home.html", facts)


def bodies(request: HttpRequest) -> HttpResponse:
    """Organisations, platforms, funds and places that the plan names."""
    return render(request, "public/bodies.html", {"places": current_book().places.values()})


def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what, on one page."""
    return render(request, "public/roles.html", {"roles": ROLES.values()})


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
        hint="地区或来源",
        layout="bulletins",
        empty="还没有导入通报。",
        row=lambda b: {
            "indicator": titles.get(b.indicator, b.indicator),
            "place": b.place,
            "as_of": b.as_of,
            "value": b.value,
            "counting": b.counting,
            "source": b.source,
        },
    )
    return show(request, table, bulletins_visible_to(actor_in(request)))
