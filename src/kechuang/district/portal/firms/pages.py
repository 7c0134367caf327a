"""A firm's own pages: where it stands, why, what would do; its yearly returns; its applications."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.core import clock, ledger
from kechuang.district.core.books import current_book
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.portal.components.answers import answer_facts
from kechuang.district.portal.requests import actor_in, one, signed_in
from kechuang.district.registry.models import SOURCES
from kechuang.district.registry.queries import applications_visible_to, years_of, years_visible_to
from kechuang.district.registry.queries import visible_to as firms_visible_to
from kechuang.district.registry.services import applications, standings, years
from kechuang.district.registry.services.outlook import outlook_of
from kechuang.engines.base.days import months_after, parse_day
from kechuang.engines.base.errors import Invalid, InvalidForm, NotFound
from kechuang.engines.base.numbers import parse_whole
from kechuang.engines.rules import Action
from kechuang.engines.rules import one as one_
from kechuang.engines.rules.check import in_words
from kechuang.engines.rules.plans import Plan

from .ladder import OFFICE
from .outlook import conditions_in_words, deeds_of, effects_of, tiles_of, trends_of

YEARS, APPLICATIONS = WORKFLOWS["registry.year"], WORKFLOWS["registry.application"]
VERDICTS = {"passes": "达到", "fails": "未达到", "cannot_tell": "还不能判断", "no_rule": "没有规则"}


@signed_in
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a firm stands on every rung, its years, its applications."""
    actor, today = actor_in(request), clock.today()
    thing = one(firms_visible_to(actor), pk)
    own = thing.pk in actor.firms
    explains = standings.may_explain(thing, actor)
    held = years_of([thing.pk], drafts=own or actor.has("officer")).get(thing.pk, [])
    for row in held:
        row.firm = thing  # known already
    facts = {
        **(_outlook(thing, held, today, drafts=own, staff=actor.has(*OFFICE)) if explains else {}),
        "firm": thing,
        "recognitions": thing.recognitions.all(),
        "today": today,
        "verdicts": VERDICTS,
        "explains": explains,
        "path": standings.path_of(thing, today) if explains else [],
        "rungs": current_book().ladder,
        "years": held,
        "year_states": YEARS.states,
        "total": len(current_book().facts),
        "applications": applications_visible_to(actor).filter(firm=thing)[:20],
        "application_states": APPLICATIONS.states,
        "fills": own or actor.has("officer"),
        "new_year": today.year - 1,
        "moving": _moving(thing, held, actor),
        "year_numbers": sorted(y.year for y in held),
    }
    if not explains:
        facts["standings"] = standings.standings_of(thing, today, explain=False)
        facts["in_force"] = sum(s.held is not None for s in facts["standings"])
    return render(request, "firms/firm.html", facts)


def _outlook(
    thing: Any, held: list[Any], today: date, *, drafts: bool, staff: bool
) -> dict[str, Any]:
    """Answer, ladder, deeds, money, conditions and trends; for the bureau what it would move."""
    found = outlook_of(thing, today, drafts=drafts)
    tiles = tiles_of(found, today)
    return {
        "outlook": found,
        "standings": found.standings,
        "tiles": [t for t in tiles if t.state != "closed"],
        "closed": [t for t in tiles if t.state == "closed"],
        "aim": next((t for t in tiles if t.state == "next"), None),
        "deeds": deeds_of(thing, found, held, today),
        "conditions": conditions_in_words(found),
        "met": sum(c.verdict == standings.YES for c in found.conditions),
        "trends": trends_of(held),
        "staff": staff,
        "effects": effects_of(found, today) if staff else [],
    }


def _moving(thing: Any, held: list[Any], actor: Any) -> list[tuple[str, list[str]]]:
    """Figures over the years, those a person may see: (name, one cell a year, oldest first)."""
    rows = sorted(held, key=lambda y: y.year)
    shown = [years.shown_facts(y, actor) for y in rows]
    numbers = [n for n, f in current_book().facts.items() if f.given.unit in ("元", "人", "项")]
    return [
        (n, [s.get(n, {}).get("v", "") for s in shown])
        for n in numbers
        if any(n in s for s in shown)
    ]


@signed_in
def rung(request: HttpRequest, pk: int, identity: str) -> HttpResponse:
    """One rung of a firm: verdict, trace, what fails, what would do, where every figure comes from."""
    actor, today = actor_in(request), clock.today()
    thing = one(firms_visible_to(actor), pk)
    if identity not in current_book().ladder or not standings.may_explain(thing, actor):
        raise NotFound("page.none")
    found = standings.explained(thing, identity, today, drafts=thing.pk in actor.firms)
    facts: dict[str, Any] = {
        "firm": thing,
        "found": found,
        "rung": found.standing.rung,
        "day": today,
        "verdicts": VERDICTS,
    }
    if found.answer is not None and found.policy is not None:
        facts |= answer_facts(
            found.law, found.policy, found.given, [found.standing.rung.rule], found.wheres
        )
    mixes = found.mixes
    facts["mixes"] = [_mix(p, today) for p in mixes.found]
    facts["tried"] = [_amount(a, k) for a, k in mixes.tried]
    facts["rest"] = _mix(mixes.rest, today) if mixes.rest else None
    feeds = current_book().feeds
    facts["missing_facts"] = [
        (n, feeds[n].fact if n in feeds else "") for n in found.standing.missing
    ]
    return render(request, "firms/rung.html", facts)


def _amount(action: Action, steps: int) -> str:
    return f"{action.name} {in_words(one_(action.step * steps), action.unit)}"


def _mix(plan: Plan, today: date) -> dict[str, Any]:
    """A mix of actions in words, and from when it tells."""
    return {
        "plan": plan,
        "words": [_amount(a, k) for a, k in plan.steps],
        "from": months_after(today, plan.months),
    }


@require_POST
@signed_in
def year_open(request: HttpRequest, pk: int) -> HttpResponse:
    thing = one(firms_visible_to(actor_in(request)), pk)
    year = parse_whole(request.POST.get("year", ""), 9999) or 0
    years.open_year(thing, year, actor_in(request), clock.now())
    return redirect("firm-year", thing.pk, year)


@signed_in
def firm_year(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """The form of a year: saved half-done, asked about, handed in."""
    actor, book = actor_in(request), current_book()
    thing = one(years_visible_to(actor).filter(firm_id=pk), _year_pk(actor, pk, year))
    fills = years.may_fill(thing, actor)
    errors: list[Invalid] = []
    typed_in = {n: request.POST.get(n, "") for n in book.facts if n in request.POST}
    source = request.POST.get("source", "self")
    if request.method == "POST":
        try:
            return _kept(request, thing, typed_in, source)
        except InvalidForm as e:
            errors = list(e.errors)
        except Invalid as e:
            errors = [e]
    last = years_visible_to(actor).filter(firm_id=pk, year=year - 1).first()
    before = years.shown_facts(last, actor) if last else {}
    wrong = {e.field: e.words for e in errors}
    facts = {
        "thing": thing,
        "firm": thing.firm,
        "states": YEARS.states,
        "steps": YEARS.open_steps(thing, actor),
        "needs_why": {"return_year"},
        "errors": errors,
        "groups": _groups(years.shown_facts(thing, actor), before, typed_in, wrong),
        "asks": years.asks_of(thing) if standings.may_explain(thing.firm, actor) else [],
        "sources": {n: w for n, w in SOURCES.items() if n != "self"},
        "source": source,
        "fills": fills,
        "names_source": years.may_name_source(actor),
        "history": ledger.history("registry.year", thing.pk)
        if standings.may_explain(thing.firm, actor)
        else [],
        "year": year,
    }
    return render(request, "firms/year.html", facts, status=422 if errors else 200)


def _year_pk(actor: Any, firm_pk: int, year: int) -> int:
    found = (
        years_visible_to(actor)
        .filter(firm_id=firm_pk, year=year)
        .values_list("pk", flat=True)
        .first()
    )
    return found or 0


def _kept(request: HttpRequest, thing: Any, typed_in: dict[str, str], source: str) -> HttpResponse:
    actor, now = actor_in(request), clock.now()
    answers = {
        k.removeprefix("answer:"): str(v)
        for k, v in request.POST.items()
        if k.startswith("answer:")
    }
    version = parse_whole(request.POST.get("version", ""), 2**31) or 0
    with ledger.writing():  # handed in and saved, or neither
        years.save_year(thing, typed_in, source, actor, now, answers=answers, version=version)
        if request.POST.get("then") == "submit_year":
            years.submit_year(thing, actor, now)
    messages.success(request, gettext("已保存"))
    return redirect("firm-year", thing.firm_id, thing.year)


def _groups(
    shown: dict[str, Any],
    before: dict[str, Any],
    typed_in: dict[str, str],
    wrong: Mapping[str, str],
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The fields in the book's groups: value, last year's, source, error."""
    made: dict[str, list[dict[str, Any]]] = {}
    for name, fact in current_book().facts.items():
        held = shown.get(name, {})
        made.setdefault(fact.group, []).append(
            {
                "fact": fact,
                "name": name,
                "value": typed_in.get(name, held.get("v", "")),
                "source": SOURCES.get(held.get("s", ""), ""),
                "before": before.get(name, {}).get("v", ""),
                "error": wrong.get(name, ""),
            }
        )
    return list(made.items())


@require_POST
@signed_in
def year_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    actor, now = actor_in(request), clock.now()
    thing = one(years_visible_to(actor), pk)
    if name == "return_year":
        years.return_year(thing, actor, now, request.POST.get("why", "").strip())
    elif name in ("submit_year", "accept_year"):
        {"submit_year": years.submit_year, "accept_year": years.accept_year}[name](
            thing, actor, now
        )
    else:
        raise NotFound("step.none")
    return redirect("firm-year", thing.firm_id, thing.year)


@require_POST
@signed_in
def apply(request: HttpRequest, pk: int, identity: str) -> HttpResponse:
    thing = one(firms_visible_to(actor_in(request)), pk)
    made = applications.apply(
        thing, identity, request.POST.get("note", ""), actor_in(request), clock.now()
    )
    return redirect("application", made.pk)


@signed_in
def application(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    thing = one(applications_visible_to(actor), pk)
    explains = standings.may_explain(thing.firm, actor)
    facts = {
        "thing": thing,
        "firm": thing.firm,
        "states": APPLICATIONS.states,
        "steps": APPLICATIONS.open_steps(thing, actor),
        "verdicts": VERDICTS,
        "explains": explains,
        "needs_why": {"return_application", "refuse", "withdraw_application"},
        "history": ledger.history("registry.application", thing.pk),
        "can_recognise": thing.state == "recommended"
        and bool(APPLICATIONS.step("recognise").permission(actor, thing)),
        "today": clock.today(),
        "rung": current_book().ladder.get(thing.rung),
    }
    return render(request, "firms/application.html", facts)


@require_POST
@signed_in
def application_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    actor, now, why = actor_in(request), clock.now(), request.POST.get("why", "").strip()
    thing = one(applications_visible_to(actor), pk)
    plain = {"apply_again": applications.apply_again, "recommend": applications.recommend}
    told = {
        "return_application": applications.return_application,
        "refuse": applications.refuse,
        "withdraw_application": applications.withdraw_application,
    }
    if name in plain:
        plain[name](thing, actor, now)
    elif name in told:
        told[name](thing, actor, now, why)
    elif name == "recognise":
        start, end = (parse_day(request.POST.get(n, ""), n) for n in ("valid_from", "valid_until"))
        applications.recognise(thing, request.POST.get("number", ""), start, end, actor, now)
    else:
        raise NotFound("step.none")
    return redirect("application", pk)
