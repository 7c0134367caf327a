"""What answers which need, why-nots, and starting an introduction."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.district.accounts.queries import members_of
from kechuang.district.accounts.roles import is_staff
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.market.queries import (
    achievements_visible_to,
    demands_visible_to,
    embedding_progress,
    said_of,
    search,
)
from kechuang.district.market.services import feedback, introductions, matching
from kechuang.district.market.services.index import embedder
from kechuang.district.market.services.introductions import Person
from kechuang.district.portal.listings import owner_name
from kechuang.district.portal.requests import actor_in, for_roles, one, signed_in
from kechuang.engines.base.errors import Invalid, InvalidForm, NotAllowed
from kechuang.engines.base.numbers import parse_whole
from kechuang.engines.matching import Refusal, letter, open_questions


@signed_in
def for_demand(request: HttpRequest, pk: int) -> HttpResponse:
    """What answers a demand, need by need; or that nothing does. And for one not listed, why not."""
    actor = actor_in(request)
    demand = one(demands_visible_to(actor), pk)
    if request.method == "POST":
        return _judged(request, demand)
    ranking = matching.achievements_for(demand, actor)
    asked = request.GET.get("q", "").strip()
    why: list[tuple[Any, Any, Any]] = []
    if asked:
        for found in search(achievements_visible_to(actor), asked, actor)[:10]:
            judged = matching.explain(demand, found, actor)
            why.append((found, judged, judged.text if isinstance(judged, Refusal) else ""))
    facts = _facts(request, ranking, demand, "demand") | {"asked": asked, "why": why}
    return render(request, "member/matches.html", facts)


def _judged(request: HttpRequest, demand: Any) -> HttpResponse:
    """A word on one pair, and back to it."""
    actor, given = actor_in(request), request.POST
    achievement = one(achievements_visible_to(actor), given.get("achievement", ""))
    try:
        feedback.judge(
            demand, achievement, given.get("verdict", ""), given.get("why", ""), actor, clock.now()
        )
    except Invalid as e:
        messages.error(request, str(e.words))
    else:
        messages.success(request, gettext("已记下"))
    return redirect(f"{reverse('demand-matches', args=[demand.pk])}#a-{achievement.pk}")


@signed_in
def for_achievement(request: HttpRequest, pk: int) -> HttpResponse:
    """The demands that an achievement may answer, of those this person may see."""
    actor = actor_in(request)
    achievement = one(achievements_visible_to(actor), pk)
    ranking = matching.demands_for(achievement, actor)
    return render(
        request, "member/matches.html", _facts(request, ranking, achievement, "achievement")
    )


def _facts(request: HttpRequest, ranking: Any, thing: Any, kind: str) -> dict[str, Any]:
    actor = actor_in(request)
    done, total = embedding_progress(embedder().model, actor)
    said = _said(actor, thing, [c.thing.pk for c in (*ranking.listed, *ranking.nearest)], kind)
    cards = [_card(actor, c, thing, kind, said) for c in ranking.listed]
    nearest = [_card(actor, c, thing, kind, said) for c in ranking.nearest]
    needs = (
        [a.need for a in (ranking.listed or ranking.nearest)[0].answers] if cards or nearest else []
    )
    return {
        "thing": thing,
        "kind": kind,
        "other": "achievement" if kind == "demand" else "demand",
        "strong": [c for c in cards if c["match"].strength == "strong"],
        "possible": [c for c in cards if c["match"].strength == "possible"],
        "cards": cards,
        "nearest": nearest,
        "needs": needs if kind == "demand" else [],
        "kept_out": ranking.kept_out,
        "looked": ranking.looked,
        "rest": ranking.looked - len(cards),
        "can_introduce": is_staff(actor) and actor.has("broker", "officer"),
        "done": done,
        "of": total,
        "owner": owner_name(actor, thing),
    }


def _said(actor: Actor, thing: Any, others: list[int], kind: str) -> dict[int, list[Any]]:
    """What the centre said of pairs, by the other record: for the centre alone."""
    if not is_staff(actor):
        return {}
    found = said_of([thing.pk], others) if kind == "demand" else said_of(others, [thing.pk])
    told: dict[int, list[Any]] = {}
    for word in found:
        other = word.achievement_id if kind == "demand" else word.demand_id
        told.setdefault(other, []).append(word)
    return told


def _card(
    actor: Actor, match: Any, thing: Any, kind: str, said: Mapping[int, list[Any]]
) -> dict[str, Any]:
    """One candidate as the page shows it: answers told apart, what to ask, a paragraph to copy."""
    demand, achievement = (thing, match.thing) if kind == "demand" else (match.thing, thing)
    told = [a for a in match.answers if a.quote is not None]
    asks = open_questions(match.answers)
    return {
        "match": match,
        "owner": owner_name(actor, match.thing),
        "told": told,
        "unsaid": [a for a in match.answers if a.quote is None],
        "ask": asks[0] if asks else None,
        "said": said.get(match.thing.pk, []),
        "letter": letter(demand.title, achievement.title, match.answers),
    }


@for_roles("broker", "officer")
def introduce(request: HttpRequest, demand_pk: int, achievement_pk: int) -> HttpResponse:
    """The form of a new introduction: persons, message, and a word why when matching keeps the
    pair out.
    """
    actor = actor_in(request)
    if not is_staff(actor):
        raise NotAllowed("introduction.not_by_a_firm")
    demand = one(demands_visible_to(actor), demand_pk)
    achievement = one(achievements_visible_to(actor), achievement_pk)
    judged = matching.explain(demand, achievement, actor)
    errors: list[Invalid] = []
    given = request.POST if request.method == "POST" else None
    if given is not None:
        try:
            made = introductions.start(
                demand,
                achievement,
                _persons(given),
                given.get("message", ""),
                actor,
                clock.now(),
                overruled=given.get("overruled", ""),
                remind_after_days=_days(given.get("remind", "")),
                close_after_days=_whole(given.get("close", "")),
            )
        except Invalid as e:
            errors = e.errors if isinstance(e, InvalidForm) else [e]
        else:
            messages.success(request, gettext("邀请已发出，等每个人自己回答"))
            return redirect("introduction", made.pk)
    facts = {
        "demand": demand,
        "achievement": achievement,
        "judged": judged,
        "refused": isinstance(judged, Refusal),
        "errors": errors,
        "persons": _shown(given, demand, achievement),
        "owner": owner_name(actor, demand),
        **(_typed(given) if given else _proposed(demand, achievement)),
    }
    return render(request, "member/introduce.html", facts, status=422 if errors else 200)


def _typed(given: Any) -> dict[str, str]:
    return {name: given.get(name, "") for name in ("message", "overruled", "remind", "close")}


def _proposed(demand: Any, achievement: Any) -> dict[str, str]:
    settings = current_book().market
    return {
        "message": _draft(demand, achievement),
        "overruled": "",
        "remind": "、".join(str(d) for d in settings.remind_after_days),
        "close": str(settings.close_after_days),
    }


def _draft(demand: Any, achievement: Any) -> str:
    """Words to begin with. A confidential demand is not told of in the letter."""
    if demand.confidentiality == "brokers":
        return f"我在为一家企业寻找解决办法，觉得“{achievement.title}”值得谈一谈。细节在双方同意后见面说。您愿意认识对方吗？"
    return f"企业需求“{demand.title}”与成果“{achievement.title}”看起来合得来，想介绍双方认识。您愿意谈一谈吗？"


def _persons(given: Any) -> list[Person]:
    rows = zip(given.getlist("side"), given.getlist("name"), given.getlist("email"), strict=False)
    return [
        Person(s, n.strip(), e.strip())
        for s, n, e in rows
        if (n.strip() or e.strip()) and s in ("firm", "owner")
    ]


def _shown(given: Any, demand: Any, achievement: Any) -> list[Person]:
    if given is not None:
        persons = _persons(given)
    else:
        firm = [Person("firm", str(u), u.email) for u in members_of(demand.owner_id or 0)[:1]]
        owner = [
            Person("owner", str(u), u.email) for u in members_of(achievement.owner_id or 0)[:1]
        ]
        first = achievement.people[0] if achievement.people else ""
        persons = (firm or [Person("firm", "", "")]) + (owner or [Person("owner", first, "")])
    while len(persons) < current_book().market.longest_persons:
        persons.append(Person("owner", "", ""))
    return persons


def _days(text: str) -> list[int] | None:
    parts = (parse_whole(p, 3650) for p in re.split(r"[、，,\s]+", text) if p.strip())
    return [p for p in parts if p is not None] or None


def _whole(text: str) -> int | None:
    return parse_whole(text, 3650)
