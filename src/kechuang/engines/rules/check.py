"""What can be known wrong before a row is seen: names, units, circles, bounds; and the examples,
run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.money import say_fen
from kechuang.engines.base.sayings import Said

from .batch import prove
from .exact import evaluate
from .fold import names_in
from .language import quantity
from .law import Law, at, topological
from .packs import Case, Input, Policy, Tiers
from .units import same_unit, unit_of
from .values import ABSENT, UNDEFINED, UNKNOWN, Number, Value, one


@dataclass(frozen=True)
class Complaint:
    """Something wrong in a policy.

    ``where``: policy, parameters, rules or cases; ``key``: the name it stands at.
    """

    policy: str
    where: str
    key: str
    words: Said


def check(policies: Sequence[Policy], days: Sequence[date]) -> list[Complaint]:
    """Everything wrong with a stack of policies.

    Args:
        days: The days on which something changes; units, circles and bounds are looked at on each.
    """
    found = [*_doubled(policies), *_inputs(policies)]
    names = {n for p in policies for n in (*p.inputs, *p.parameters, *p.rules)}
    for policy in policies:
        found += _names(policy, names)
    if found:
        return found
    told: set[tuple[str, str]] = set()
    for policy in policies:
        for rule in policy.rules.values():
            for _, _, node in rule.versions:
                found += _units(policies, policy, rule.name, rule.unit, node)
    sound = not found  # bounds of what has no meaning are not reckoned
    for day in days:
        law = at(policies, day)
        for complaint in _of_a_day(law, bounds=sound):
            if (complaint.key, complaint.words) not in told:
                told.add((complaint.key, complaint.words))
                found.append(complaint)
    return found


def _doubled(policies: Sequence[Policy]) -> Iterator[Complaint]:
    """A name says one thing; only a rule of a text that has ended may be said again, in the same
    unit, by the text that follows it.
    """
    seen: dict[str, list[Policy]] = {}
    for policy in policies:
        for where, listed in (("parameters", policy.parameters), ("rules", policy.rules)):
            for name in listed:
                others = [p for p in seen.get(name, []) if not _follows(policy, p, name)]
                if others or name in policy.inputs:
                    other = others[0].id if others else policy.id
                    words = Said("rules.name_taken", name=name, other=other)
                    yield Complaint(policy.id, where, name, words)
                seen.setdefault(name, []).append(policy)


def _follows(policy: Policy, other: Policy, name: str) -> bool:
    mine, known = policy.rules.get(name), other.rules.get(name)
    return bool(mine and known and mine.unit == known.unit and policy.apart(other))


def _inputs(policies: Sequence[Policy]) -> Iterator[Complaint]:
    """An input shared by policies is one fact: unit and range must agree."""
    seen: dict[str, tuple[Input, str]] = {}
    for policy in policies:
        for given in policy.inputs.values():
            if given.name in seen:
                known, other = seen[given.name]
                if (known.unit, known.low, known.high) != (given.unit, given.low, given.high):
                    words = Said("rules.input_differs", name=given.name, other=other)
                    yield Complaint(policy.id, "policy", given.name, words)
            seen.setdefault(given.name, (given, policy.id))


def _names(policy: Policy, names: set[str]) -> Iterator[Complaint]:
    own = {*policy.inputs, *policy.parameters, *policy.rules}
    for rule in policy.rules.values():
        for _, _, node in rule.versions:
            for name in dict.fromkeys(names_in(node)) if node else ():
                if name not in own and name not in names:
                    yield Complaint(policy.id, "rules", rule.name, _unknown(name, own | names))


def _unknown(name: str, names: set[str]) -> Said:
    for word in ("且", "或", "非"):
        if word in name and any(part in names for part in name.split(word)):
            return Said("rules.spaces", name=name, word=word)
    near = max(names, key=lambda n: len(set(n) & set(name)) - abs(len(n) - len(name)), default="")
    return Said("rules.name_like", name=name, near=near) if near else Said("rules.name", name=name)


def _units(
    policies: Sequence[Policy], policy: Policy, name: str, unit: str, node: object
) -> Iterator[Complaint]:
    units = {n: i.unit for p in policies for n, i in p.inputs.items()}
    units |= {n: x.unit for p in policies for n, x in p.parameters.items()}
    units |= {n: x.unit for p in policies for n, x in p.rules.items()}
    tiers = {n: x.by for p in policies for n, x in p.parameters.items() if x.by}
    if node is None:
        return
    try:
        given = unit_of(node, units, tiers)  # type: ignore[arg-type]
    except Invalid as e:
        yield Complaint(policy.id, "rules", name, Said("rules.named", name=name, error=e.words))
        return
    if not same_unit(given, unit):
        words = Said("rules.unit_differs", name=name, unit=unit, given=given)
        yield Complaint(policy.id, "rules", name, words)


def _of_a_day(law: Law, *, bounds: bool) -> Iterator[Complaint]:
    try:
        topological(law.formulas)
    except Invalid as e:
        circle = str(e.facts["circle"]).split(" → ")[0]
        yield Complaint(law.formulas[circle].policy.id, "rules", circle, e.words)
        return
    yield from _not_yet(law)
    for name, why in prove(law) if bounds else ():
        words = Said("rules.named", name=name, error=why)
        yield Complaint(law.formulas[name].policy.id, "rules", name, words)


def _not_yet(law: Law) -> Iterator[Complaint]:
    """Rules in force that rest on a rule of a law that is not: what they say then is nothing, not
    no.
    """
    homes: dict[str, Policy] = {}
    for policy in sorted(law.policies, key=lambda p: p.start, reverse=True):
        homes |= dict.fromkeys(policy.rules, policy)  # the first text that says it
    for name, formula in law.formulas.items():
        for used in formula.names:
            home = homes.get(used)
            if (
                home
                and home.id != formula.policy.id
                and used not in law.formulas
                and home.start > law.day
            ):
                words = Said(
                    "rules.not_yet", name=name, used=used, policy=home.title, day=str(home.start)
                )
                yield Complaint(formula.policy.id, "rules", name, words)


def typed(given: Mapping[str, object], inputs: Mapping[str, Input]) -> dict[str, Value]:
    """Inputs as a person writes them: 是, 否, 5000万元, 60%, [6分, 8分].

    Raises:
        Invalid: An unknown input, a wrong unit, a value out of range; ``field`` names it.
    """
    made: dict[str, Value] = {}
    for name, text in given.items():
        if name not in inputs:
            raise Invalid("rules.input", name, name=name)
        if text in (None, "", "待定"):
            continue
        made[name] = _typed(inputs[name], text)
    return made


def _typed(given: Input, text: object) -> Value:
    if given.unit == "是否":
        if text in ("是", True):
            return True
        if text in ("否", False):
            return False
        raise Invalid("rules.truth", given.name, name=given.name)
    parts = list(text) if isinstance(text, (list, tuple)) else [text]
    ends = []
    for part in parts:
        plain = str(part).strip()
        try:
            value, unit = quantity(plain)
        except Invalid as e:
            raise Invalid("rules.named", given.name, name=given.name, error=e.words) from e
        if unit == "倍" and given.unit not in ("%", "倍") and plain[-1:].isdigit():
            value, unit = quantity(plain + given.unit)
        if not same_unit(unit, given.unit):
            raise Invalid("rules.unit", given.name, name=given.name, unit=given.unit)
        if not given.low <= value <= given.high:
            raise Invalid("money.too_large", given.name, text=given.name)
        ends.append(value)
    if len(ends) == 1:
        return one(ends[0])
    if len(ends) != 2 or ends[0] > ends[1]:
        raise Invalid("rules.interval", given.name, name=given.name)
    return Number(ends[0], ends[1])


def run_case(policies: Sequence[Policy], policy: Policy, case: Case) -> list[Said]:
    """What differs from what the example expects, in words."""
    law = at(policies, case.day)
    try:
        given = typed(case.given, policy.inputs)
    except Invalid as e:
        return [e.words]
    wrong: list[Said] = []
    strange = [n for n in case.expected if n not in policy.rules]
    if strange:
        return [Said("rules.no_rule", name=strange[0])]
    found = evaluate(law, given, list(case.expected))
    found |= dict.fromkeys(found.keys() - set(law.of(policy)), ABSENT)
    for name, text in case.expected.items():
        try:
            wanted = _expected(text, policy.rules[name].unit)
        except Invalid as e:
            wrong.append(Said("rules.case_wanted", name=name, error=e.words))
            continue
        if found[name] != wanted:
            wrong.append(
                Said(
                    "rules.case_differs",
                    name=name,
                    wanted=_shown(text),
                    found=in_words(found[name], policy.rules[name].unit),
                )
            )
    return wrong


def _expected(text: object, unit: str) -> Value:
    words: dict[str, Value] = {
        "待定": UNKNOWN,
        "当时无此规定": ABSENT,
        "无法计算": UNDEFINED,
        "是": True,
        "否": False,
    }
    if isinstance(text, bool):
        return text
    if isinstance(text, str) and text in words:
        return words[text]
    parts = text if isinstance(text, list) else [text]
    ends = [quantity(str(p))[0] for p in parts]
    return Number(ends[0], ends[-1])


def _shown(text: object) -> str:
    return "、".join(map(str, text)) if isinstance(text, list) else str(text)


def in_words(value: Value, unit: str) -> str:
    """A value in words.

    >>> in_words(one(12345), "元"), in_words(one(5_000_000_000), "元"), in_words(one(Fraction(1, 10)), "%")
    ('123.45元', '5,000万元', '10%')
    """
    if isinstance(value, bool):
        return "是" if value else "否"
    if not isinstance(value, Number):
        return value.value
    low, high = (_digits(x, unit) for x in (value.low, value.high))
    return low if low == high else f"{low}～{high}"


_SIGNS = {
    (True, True): ("≤", ">"),
    (True, False): ("<", "≥"),
    (False, True): ("≥", "<"),
    (False, False): (">", "≤"),
}


def tiers_in_words(tiers: Tiers, by: str, unit: str) -> str:
    """Every step with its bound, the last one with what is beyond: "≤ 5,000万元：5%；> 5,000万元：4%"."""
    told, sign, bound = [], "", ""
    for step in tiers.steps:
        if step.bound is not None:
            here, beyond = _SIGNS[tiers.upward, step.includes]
            told.append(f"{here} {_digits(step.bound, by)}：{in_words(step.value, unit)}")
            sign, bound = beyond, _digits(step.bound, by)
        else:
            told.append(f"{sign} {bound}：{in_words(step.value, unit)}".lstrip(" ："))
    return "；".join(told)


def _digits(x: Fraction, unit: str) -> str:
    if unit == "元" and x.denominator == 1:
        return say_fen(x.numerator)
    scale = {"元": Fraction(1, 100), "%": Fraction(100)}.get(unit, Fraction(1))
    y = x * scale
    if y.denominator == 1:
        return f"{y.numerator}{unit}"
    rest = f"{float(y):.4f}".rstrip("0").rstrip(".")
    return f"{rest}{unit}"
