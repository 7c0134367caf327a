"""``kechuang policy assess`` and ``kechuang policy simulate``: rules on subjects in a file.

No house is needed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from kechuang.book import read_book
from kechuang.book.cells import fact_written
from kechuang.book.coverage import coverage
from kechuang.book.parameters import read_change
from kechuang.book.schemas import Book
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.numbers import parse_whole
from kechuang.engines.rules import Answer, Law, Number, Policy, Value, assess, at, evaluate, one
from kechuang.engines.rules.check import in_words, typed
from kechuang.engines.rules.facts import Subject, inputs_of
from kechuang.engines.rules.relations import gather

from .files import BadInput, read_rows


def run_assess(options: argparse.Namespace) -> int:
    """Every subject's results, one JSON line each; with --trace the steps, clauses and what is
    missing.
    """
    book, policies, law, wanted = _law(options)
    lines = []
    for line, row in read_rows(options.subjects):
        given = _given(options.subjects, line, row, law, book)
        answer = assess(law, given, wanted)
        lines.append(
            json.dumps(
                _said(row["id"], law, policies, answer, trace=options.trace), ensure_ascii=False
            )
        )
    _out(options.out, lines)
    return 0


def run_cover(options: argparse.Namespace) -> int:
    """What the book's policies cover, as Markdown."""
    sys.stdout.write(coverage(_book(options.folder)))
    return 0


def run_simulate(options: argparse.Namespace) -> int:
    """A change beside the law as it is: who gains, who loses, and what it costs."""
    book, policies, law, wanted = _law(options)
    reform, problems = read_change(
        options.change, {n: p for x in policies for n, p in x.parameters.items()}
    )
    if problems or reform is None:
        raise BadInput(problems[0].file, problems[0].line, "", problems[0].words)
    new = at(policies, law.day, reform, _known(options))
    lines: list[str] = []
    total = _Total(policies, wanted)
    for line, row in read_rows(options.subjects):
        given = _given(options.subjects, line, row, law, book)
        was, now = evaluate(law, given, wanted), evaluate(new, given, wanted)
        total.take(was, now)
        changes = {
            n: [_worded(policies, n, was[n]), _worded(policies, n, now[n])]
            for n in wanted
            if was[n] != now[n]
        }
        if changes:
            lines.append(json.dumps({"id": row["id"], "changes": changes}, ensure_ascii=False))
    _out(options.out, lines)
    for words in total.said():
        print(words, file=sys.stderr)
    return 0


class _Total:
    """What a change costs and whom it moves. Only money and conditions add up; shares do not."""

    def __init__(self, policies: Sequence[Policy], wanted: Sequence[str]) -> None:
        self.units = {n: u for n in wanted if (u := _unit(policies, n)) in ("元", "是否")}
        self.sums = {n: [Fraction(0), Fraction(0)] for n in self.units}
        self.gained = self.lost = 0
        self.bands: set[str] = set()

    def take(self, was: Mapping[str, Value], now: Mapping[str, Value]) -> None:
        for name in self.units:
            for side, value in enumerate((was[name], now[name])):
                self.sums[name][side] += _rank(value)
                if isinstance(value, Number) and not value.exact:
                    self.bands.add(name)
        self.gained += any(_better(was[n], now[n]) for n in was)
        self.lost += any(_better(now[n], was[n]) for n in was)

    def said(self) -> list[str]:
        lines = []
        for name, sides in self.sums.items():
            money = self.units[name] == "元"
            before, after = (in_words(one(x), "元") if money else f"{x} 个" for x in sides)
            note = "（区间按下限计）" if name in self.bands else ""
            lines.append(f"{name}：{before} → {after}{note}")
        return [*lines, f"得益 {self.gained} 个，受损 {self.lost} 个"]


def _better(a: Value, b: Value) -> bool:
    """Whether b is better for the subject than a."""
    return _rank(b) > _rank(a)


def _rank(value: Value) -> Fraction:
    """How much a result is worth to its subject: the low end of a number, 1 for a condition that
    holds.
    """
    return value.low if isinstance(value, Number) else Fraction(value is True)


def _law(options: argparse.Namespace) -> tuple[Book, tuple[Policy, ...], Law, list[str]]:
    book = _book(options.book)
    try:
        day = parse_day(options.on, "on")
    except Invalid as e:
        raise BadInput(Path("--on"), 0, "", e.words) from e
    if day is None:
        raise BadInput(Path("--on"), 0, "", "请写明按哪一天的规定，如 --on 2026-11-25")
    policies = tuple(book.policies.values())
    known = {n for p in policies for n in p.rules}
    wanted = options.rules or list(dict.fromkeys(n for p in policies for n in p.results))
    if strange := next((n for n in wanted if n not in known), ""):
        raise BadInput(options.book, 0, "--rules", f"没有规则“{strange}”")
    begun = {n for p in policies if p.start <= day for n in p.rules}
    for policy in policies:
        if early := next((n for n in options.rules if n in policy.rules and n not in begun), ""):
            words = (
                f"“{early}”所在的“{policy.title}”自 {policy.start} 起施行，{day} 还没有；请改 --on"
            )
            raise BadInput(options.book, 0, "--rules", words)
    return book, policies, at(policies, day, known=_known(options)), list(wanted)


def _known(options: argparse.Namespace) -> date | None:
    try:
        return parse_day(options.known, "known") if options.known else None
    except Invalid as e:
        raise BadInput(Path("--known"), 0, "", e.words) from e


def _book(path: Path) -> Book:
    book, problems = read_book(path)
    if problems or book is None:
        raise BadInput(problems[0].file, problems[0].line, "", problems[0].words)
    return book


def _given(file: Path, line: int, row: Mapping[str, Any], law: Law, book: Book) -> dict[str, Value]:
    """Inputs of a row.

    Under a relation's name stand its rows, which are summed as the policy declares. Under 年报
    stand yearly returns
    ({年度: 2025, 销售收入: …}), with 成立日期 and 持有 (rungs held) beside them: they feed inputs as the book
    says.
    """
    relations = {n: r for p in law.policies for n, r in p.relations.items()}
    try:
        rows = {
            n: [typed(each, relations[n].columns) for each in row[n]] for n in relations if n in row
        }
        own = {"id", *_YEARLY, *relations}
        plain = {k: v for k, v in row.items() if k not in own}
        fed = _fed(row, law, book) if _YEARLY & set(row) else {}
        return {**fed, **gather(law.policies, rows, law.day), **typed(plain, law.inputs)}
    except Invalid as e:
        raise BadInput(file, line, e.field, e.words) from e


_YEARLY = {"年报", "成立日期", "持有"}


def _fed(row: Mapping[str, Any], law: Law, book: Book) -> dict[str, Value]:
    """Inputs that yearly returns feed: this year's, last year's, the sum of three, the age, what
    is held.
    """
    inputs = {n: f.given for n, f in book.facts.items()}
    years = {}
    for each in row.get("年报", ()):
        year = parse_whole(str(each.get("年度", "")), 9999)
        if year is None:
            raise Invalid("year.year_missing", "年报")
        told = {k: fact_written(str(v)) for k, v in each.items() if k != "年度"}
        years[year] = typed(told, inputs)
    held = frozenset(row.get("持有", ()))
    subject = Subject(years, parse_day(row.get("成立日期", ""), "成立日期"), held, held)
    return inputs_of(book.feeds, subject, law.day)[0]


def _unit(policies: Sequence[Policy], name: str) -> str:
    return next(p.rules[name].unit for p in policies if name in p.rules)


def _worded(policies: Sequence[Policy], name: str, value: Value) -> str:
    return in_words(value, _unit(policies, name))


def _said(
    identity: str, law: Law, policies: Sequence[Policy], answer: Answer, *, trace: bool
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": identity,
        "on": law.day.isoformat(),
        "results": {n: _worded(policies, n, v) for n, v in answer.results.items()},
    }
    if trace:
        made["steps"] = [
            {
                "name": s.name,
                "value": in_words(s.value, s.unit),
                "formula": s.formula,
                "clause": s.clause,
                "source": s.source,
                "used": {n: _plain(v) for n, v, _ in s.used},
                "parameters": {
                    h.parameter.name: h.parameter.says(h.since)[0] for h in s.parameters
                },
                "missing": list(s.missing),
            }
            for s in answer.steps
        ]
        made["missing"], made["unpublished"] = list(answer.missing), list(answer.unpublished)
    return made


def _plain(value: Value) -> str:
    if isinstance(value, Number):
        return str(value.low) if value.exact else f"{value.low}～{value.high}"
    return in_words(value, "")


def _out(path: Path | None, lines: Sequence[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as e:
        raise BadInput(path, 0, "", f"写不了：{e.strerror}") from e
