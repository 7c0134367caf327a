"""``kechuang policy assess`` and ``kechuang policy simulate``: rules on subjects in a file. No house is needed."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kechuang.book import read_book
from kechuang.book.coverage import coverage
from kechuang.book.policies import read_change
from kechuang.book.schemas import Book
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid
from kechuang.engines.rules import Answer, Law, Number, Policy, Value, assess, at, evaluate, one
from kechuang.engines.rules.check import say, typed

from .files import BadInput, read_rows


def run_assess(options: argparse.Namespace) -> int:
    """Every subject's results, one JSON line each; with --trace the steps, clauses and what is missing."""
    policies, law, wanted = _law(options)
    lines = []
    for line, row in read_rows(options.subjects):
        given = _given(options.subjects, line, row, law)
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
    policies, law, wanted = _law(options)
    reform, problems = read_change(
        options.change, {n: p for x in policies for n, p in x.parameters.items()}
    )
    if problems or reform is None:
        raise BadInput(problems[0].file, problems[0].line, "", problems[0].words)
    new = at(policies, law.day, reform)
    lines: list[str] = []
    sums: dict[str, list[int]] = {n: [0, 0] for n in wanted}
    gained = lost = 0
    for line, row in read_rows(options.subjects):
        given = _given(options.subjects, line, row, law)
        was, now = evaluate(law, given, wanted), evaluate(new, given, wanted)
        moved = {
            n: [_say(law, policies, n, was[n]), _say(law, policies, n, now[n])]
            for n in wanted
            if was[n] != now[n]
        }
        for name in wanted:
            for side, value in enumerate((was[name], now[name])):
                sums[name][side] += (
                    int(value.low) if isinstance(value, Number) else int(value is True)
                )
        gained += any(_better(was[n], now[n]) for n in moved)
        lost += any(_better(now[n], was[n]) for n in moved)
        if moved:
            lines.append(json.dumps({"id": row["id"], "changes": moved}, ensure_ascii=False))
    _out(options.out, lines)
    for name, (before, after) in sums.items():
        unit = _unit(policies, name)
        words = [say(one(x), unit) if unit != "是否" else f"{x} 个" for x in (before, after)]
        print(f"{name}：{words[0]} → {words[1]}", file=sys.stderr)
    print(f"得益 {gained} 个，受损 {lost} 个", file=sys.stderr)
    return 0


def _better(a: Value, b: Value) -> bool:
    """Whether b is better for the subject than a."""
    return bool(_rank(b) > _rank(a))


def _rank(value: Value) -> Any:
    return value.low if isinstance(value, Number) else int(value is True)


def _law(options: argparse.Namespace) -> tuple[tuple[Policy, ...], Law, list[str]]:
    book = _book(options.book)
    try:
        day = parse_day(options.on, "on")
    except Invalid as e:
        raise BadInput(Path("--on"), 0, "", e.words) from e
    if day is None:
        raise BadInput(Path("--on"), 0, "", "请写明按哪一天的规定，如 --on 2026-11-25")
    policies = tuple(book.policies.values())
    known = {n for p in policies for n in p.rules}
    wanted = options.rules or [n for p in policies for n in p.results]
    if strange := next((n for n in wanted if n not in known), ""):
        raise BadInput(options.book, 0, "--rules", f"没有规则“{strange}”")
    return policies, at(policies, day), list(wanted)


def _book(path: Path) -> Book:
    book, problems = read_book(path)
    if problems or book is None:
        raise BadInput(problems[0].file, problems[0].line, "", problems[0].words)
    return book


def _given(file: Path, line: int, row: Mapping[str, Any], law: Law) -> dict[str, Value]:
    try:
        return typed({k: v for k, v in row.items() if k != "id"}, law.inputs)
    except Invalid as e:
        raise BadInput(file, line, e.field, e.words) from e


def _unit(policies: Sequence[Policy], name: str) -> str:
    return next(p.rules[name].unit for p in policies if name in p.rules)


def _say(law: Law, policies: Sequence[Policy], name: str, value: Value) -> str:
    return say(value, _unit(policies, name))


def _said(
    identity: str, law: Law, policies: Sequence[Policy], answer: Answer, *, trace: bool
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": identity,
        "on": law.day.isoformat(),
        "results": {n: _say(law, policies, n, v) for n, v in answer.results.items()},
    }
    if trace:
        made["steps"] = [
            {
                "name": s.name, "value": say(s.value, s.unit), "formula": s.formula, "clause": s.clause, "source": s.source,
                "used": {n: _plain(v) for n, v, _ in s.used}, "parameters": {h.parameter.name: h.parameter.clause for h in s.parameters}, "missing": list(s.missing),
            }
            for s in answer.steps
        ]  # fmt: skip
        made["missing"], made["unpublished"] = list(answer.missing), list(answer.unpublished)
    return made


def _plain(value: Value) -> str:
    if isinstance(value, Number):
        return str(value.low) if value.exact else f"{value.low}～{value.high}"
    return say(value, "")


def _out(path: Path | None, lines: Sequence[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as e:
        raise BadInput(path, 0, "", f"写不了：{e.strerror}") from e
