"""Pages for everybody: home, plan, libraries."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kechuang.district.accounts.roles import ROLES
from kechuang.district.core import clock, ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.together import Count, together
from kechuang.district.market.queries import achievements_visible_to, demands_visible_to
from kechuang.district.plan import services as plan
from kechuang.district.plan.models import LIGHTS
from kechuang.district.portal.listings import owner_name
from kechuang.district.portal.requests import actor_in

from .plan_lines import answer_of


def home(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    today = clock.today()
    achievements = achievements_visible_to(actor).filter(state="published")
    demands = demands_visible_to(actor).filter(state="published")
    offers, offer_count, wants, want_count = together(
        achievements[:6], Count(achievements), demands[:6], Count(demands)
    )
    chosen = current_book().plan_on(today)
    year = chosen.last_year(today) if chosen else today.year
    readings = plan.readings(current_book(), year, today, chosen)
    facts = {
        "plan": chosen,
        "over": bool(chosen and today > chosen.end),
        "answer": answer_of(chosen, readings, today) if chosen else None,
        "light_words": LIGHTS,
        "achievements": offers,
        "demands": [(d, owner_name(actor, d)) for d in wants],
        "achievement_count": offer_count,
        "demand_count": want_count,
        "readings": readings,
        "year": year,
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
