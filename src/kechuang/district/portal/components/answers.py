"""How an answer of the rules is shown: results, trace with clauses, what fails and what would do.

One way for all pages.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext

from kechuang.engines.rules import (
    UNKNOWN,
    Given,
    Law,
    Number,
    Parameter,
    Policy,
    Step,
    Tiers,
    Value,
    assess,
    failing,
    gaps,
    parts,
)
from kechuang.engines.rules.check import in_words, tiers_in_words


def answer_facts(
    law: Law,
    policy: Policy,
    given: Mapping[str, Value],
    wanted: Sequence[str],
    wheres: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What public/policy_answer.html needs.

    ``wheres``: where each input comes from, when it was not typed in.
    """
    found = assess(law, given, wanted)
    rules = {n: r for p in law.policies for n, r in p.rules.items()}
    rules |= {n: f.rule for n, f in law.formulas.items()}
    results = [(n, found.results[n], in_words(found.results[n], rules[n].unit)) for n in wanted]
    steps = [step_in_words(law, s, wheres or {}) for s in found.steps]
    lost = [
        n
        for name, value, _ in results
        if value is False
        for n in failing(law, given, name) or (name,)
    ]
    actions = list(policy.actions.values())
    by_name = dict(zip((s.name for s in found.steps), steps, strict=True))
    ways = [
        (n, rules[n].clause, gaps(law, given, n, actions), by_name.get(n))
        for n in dict.fromkeys(lost)
    ]
    named = [p for n, value, _ in results if not isinstance(value, Number) for p in parts(law, n)]
    unsure = [
        (n, rules[n].clause, by_name[n])
        for n in dict.fromkeys(named)
        if n in by_name and by_name[n]["said"] == UNKNOWN.value
    ]
    return {
        "unsure": [u for u in unsure if u[0] not in wanted],
        "results": results,
        "steps": steps,
        "missing": found.missing,
        "unpublished": found.unpublished,
        "ways": ways,
        "answered": True,
        "open_ends": any(not isinstance(v, (bool, Number)) for _, v, _ in results),
    }


def step_in_words(law: Law, step: Step, wheres: Mapping[str, str]) -> dict[str, Any]:
    """One step of the trace in words: what it used, and what the law held it against."""
    return {
        "step": step,
        "said": in_words(step.value, step.unit),
        "used": [(n, in_words(v, _unit(law, n)), wheres.get(n, "")) for n, v, _ in step.used],
        "held": [
            (
                h.parameter.name,
                shown_value(h.value, h.parameter),
                h.parameter.said.get(h.since or date.min, ("", ""))[0],
            )
            for h in step.parameters
        ],
    }


def shown_value(value: Given, parameter: Parameter) -> str:
    """A parameter's value for a reader: its figure, its tiers, or that it was not published."""
    if isinstance(value, Number):
        return in_words(value, parameter.unit)
    if isinstance(value, Tiers):
        return tiers_in_words(value, parameter.by, parameter.unit)
    return gettext("未公布") if value else gettext("当时无此规定")


def _unit(law: Law, name: str) -> str:
    if name in law.inputs:
        return law.inputs[name].unit
    return law.formulas[name].rule.unit if name in law.formulas else ""
