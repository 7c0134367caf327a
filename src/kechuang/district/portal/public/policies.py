"""Policies for everybody: what they say, and a self-test that stores nothing."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kechuang.district.core import clock
from kechuang.district.core.books import current_book
from kechuang.district.portal.components.downloads import PDF, download
from kechuang.district.portal.reports.paper import as_pdf
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid, NotFound
from kechuang.engines.rules import (
    Held,
    Input,
    Law,
    Number,
    Policy,
    Tiers,
    Value,
    assess,
    at,
    conditions,
    evaluate,
    gaps,
)
from kechuang.engines.rules.check import say, typed
from kechuang.engines.rules.language import Name


def _policies() -> tuple[Policy, ...]:
    return tuple(current_book().policies.values())


@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """All policies, newest first, and whether they hold today."""
    today = clock.today()
    rows = sorted(_policies(), key=lambda p: p.start, reverse=True)
    facts = {"rows": [(p, p.start <= today and not (p.end and p.end < today)) for p in rows]}
    return render(request, "public/policies.html", facts)


@never_cache
@require_http_methods(["GET", "POST"])
def policy_page(request: HttpRequest, identity: str) -> HttpResponse:
    """One policy with its rules and clauses; what is typed is reckoned and forgotten. as=pdf prints the result."""
    book = current_book()
    policy = book.policies.get(identity)
    if policy is None:
        raise NotFound("没有这份政策。")
    sent, errors = request.POST, {}
    try:
        day = parse_day(sent.get("on", ""), "on") or clock.today()
    except Invalid as e:
        day, errors = clock.today(), {"on": e.words}
    law = at(_policies(), day)
    needed = [law.inputs[n] for n in law.needed(policy.results)] or list(policy.inputs.values())
    given, wrong = _given(sent, needed)
    errors |= wrong
    facts: dict[str, Any] = {
        "policy": policy, "day": day, "errors": errors, "fields": [(i, sent.get(i.name, ""), sent.get(f"{i.name}·上", ""), errors.get(i.name, "")) for i in needed],
        "sources": [book.sources[s] for s in policy.sources if s in book.sources], "unchecked": [p for p in policy.parameters.values() if not p.checked],
    }  # fmt: skip
    if request.method == "POST" and not errors:
        facts |= _answer(law, policy, given)
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


def _answer(law: Law, policy: Policy, given: Mapping[str, Value]) -> dict[str, Any]:
    found = assess(law, given, policy.results)
    rules = {n: r for p in law.policies for n, r in p.rules.items()}
    results = [(n, found.results[n], say(found.results[n], rules[n].unit)) for n in policy.results]
    steps = [
        {
            "step": s, "said": say(s.value, s.unit), "used": [(n, say(v, _unit(law, n))) for n, v, _ in s.used],
            "held": [(h.parameter.name, _held(h)) for h in s.parameters],
        }
        for s in found.steps
    ]  # fmt: skip
    failing = [
        n for name, value, _ in results if value is False for n in _failing(law, given, name)
    ]
    actions = list(policy.actions.values())
    ways = [
        (n, rules[n].clause, [g for g in gaps(law, given, n, actions) if g.steps])
        for n in dict.fromkeys(failing)
    ]
    open_ends = any(not isinstance(v, (bool, Number)) for _, v, _ in results)
    return {
        "results": results, "steps": steps, "missing": found.missing, "unpublished": found.unpublished, "ways": ways, "answered": True, "open_ends": open_ends,
    }  # fmt: skip


def _failing(law: Law, given: Mapping[str, Value], name: str) -> list[str]:
    """The conditions joined by a rule that do not hold; the rule itself when it joins none by name."""
    parts = [
        c.name for c in conditions(law, name) if isinstance(c, Name) and c.name in law.formulas
    ]
    found = evaluate(law, given, parts)
    return [n for n in parts if found[n] is False] or [name]


def _held(held: Held) -> str:
    """A parameter as it stands: its figure, or that it has tiers, or that it was not published."""
    if isinstance(held.value, Number):
        return say(held.value, held.parameter.unit)
    if isinstance(held.value, Tiers):
        return gettext("见分档")
    return gettext("未公布") if held.value else gettext("当时无此规定")


def _unit(law: Law, name: str) -> str:
    if name in law.inputs:
        return law.inputs[name].unit
    return law.formulas[name].rule.unit if name in law.formulas else ""
