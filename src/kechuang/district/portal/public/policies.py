"""Policies for everybody: what they say, and a self-test that stores nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kechuang.district.core import clock
from kechuang.district.core.books import current_book
from kechuang.district.portal.components.answers import answer_facts, shown_value
from kechuang.district.portal.components.downloads import PDF, download
from kechuang.district.portal.doors import knock
from kechuang.district.portal.reports.paper import as_pdf
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, NotFound
from kechuang.engines.rules import Input, Policy, Value, at
from kechuang.engines.rules.check import typed


def _policies() -> tuple[Policy, ...]:
    return tuple(current_book().policies.values())


@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """All policies, newest first; those that ended stand below, the last to end first."""
    today = clock.today()
    rows = sorted(_policies(), key=lambda p: p.start, reverse=True)
    live = [p for p in rows if not p.ended(today)]
    ended = sorted((p for p in rows if p.ended(today)), key=lambda p: p.end or today, reverse=True)
    facts = {"rows": [(p, _force(p, today)) for p in [*live, *ended]], "today": today}
    return render(request, "public/policies.html", facts)


def _force(policy: Policy, today: date) -> dict[str, Any]:
    """Whether a policy is over or not begun on a day, and which of the books' took its place."""
    ended = policy.ended(today)
    return {
        "ended": ended,
        "early": policy.start > today,
        "followers": [p for p in _policies() if p.follows(policy)] if ended else [],
    }


@never_cache
@require_http_methods(["GET", "POST"])
def policy_page(request: HttpRequest, identity: str) -> HttpResponse:
    """One policy with its rules and clauses; what is typed is reckoned and forgotten.

    as=pdf prints the result.
    """
    book = current_book()
    policy = book.policies.get(identity)
    if policy is None:
        raise NotFound("policy.none")
    sent = request.POST
    errors: dict[str, str] = {}
    try:
        day = parse_day(sent.get("on", ""), "on") or clock.today()
    except Invalid as e:
        day, errors = clock.today(), {"on": e.words}
    law = at(_policies(), day)
    mine = law.of(policy)
    wanted = [n for n in policy.results if n in mine]
    needed = [policy.inputs.get(n, law.inputs[n]) for n in law.needed(wanted)]
    needed = needed or list(policy.inputs.values())
    given, wrong = _given(sent, needed)
    errors |= wrong
    facts: dict[str, Any] = {
        "policy": policy,
        "force": _force(policy, clock.today()),
        "holds": policy.holds(day),
        "day": day,
        "errors": errors,
        "fields": [
            (i, sent.get(i.name, ""), sent.get(f"{i.name}·上", ""), errors.get(i.name, ""))
            for i in needed
        ],
        "sources": [book.sources[s] for s in policy.sources if s in book.sources],
        "unchecked": [p for p in policy.parameters.values() if not p.checked],
    }
    facts |= {
        "parameters": [
            (p, [(d, shown_value(v, p)) for d, v in p.versions]) for p in policy.parameters.values()
        ],
    }
    if request.method == "POST" and not errors:
        knock(request, "paper" if sent.get("as") == "pdf" else "selftest")
        facts["answered"] = True
        if policy.holds(day):
            facts |= answer_facts(law, policy, given, policy.results)
        if sent.get("as") == "pdf":
            html = render_to_string("public/policy_print.html", facts, request)
            return download(as_pdf(html), f"{policy.title}.pdf", PDF)
    return render(request, "public/policy.html", facts, status=422 if errors else 200)


def _given(sent: Mapping[str, str], needed: list[Input]) -> tuple[dict[str, Value], dict[str, str]]:
    """What was typed, field by field; an empty field is not known yet."""
    made: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for each in needed:
        text = sent.get(each.name, "").strip()
        top = sent.get(f"{each.name}·上", "").strip()
        if not text:
            continue
        try:
            made |= typed({each.name: [text, top] if top else text}, {each.name: each})
        except Invalid as e:
            errors[each.name] = e.words
    return made, errors
