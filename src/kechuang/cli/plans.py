"""``kechuang plan read`` and ``kechuang plan show``: documents into drafts, books as lists.

No house is needed.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from kechuang.book import Book, read_book
from kechuang.book.schemas import Figure, Plan, Target
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid
from kechuang.engines.plantext import as_json, place, placed_json, read_document, read_plan

from .files import BadInput


def read(options: argparse.Namespace) -> int:
    """A policy document's draft plan as JSON; exit 2 when it cannot be read, 0 with problems told
    in the JSON.
    """
    try:
        data = options.document.read_bytes()
    except OSError as e:
        raise BadInput(options.document, 0, "", f"打不开：{e.strerror}") from e
    try:
        text = read_document(data, options.document.name)
    except Invalid as e:
        raise BadInput(options.document, 0, e.field, e.words) from e
    draft = as_json(read_plan(text))
    placing = place(text, draft)
    found = json.dumps({**draft, "placing": placed_json(placing)}, ensure_ascii=False, indent=2)
    whole = len(placing.placed) + len(placing.missing)
    share = f"{len(placing.placed)}/{whole}（{placing.percent}%）"
    print(f"数字、时限和单位放进草稿 {share}", file=sys.stderr)
    if options.out is None:
        print(found)
        return 0
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "draft.json").write_text(found + "\n", encoding="utf-8")
        (options.out / "text.txt").write_text(text, encoding="utf-8")
    except OSError as e:
        raise BadInput(options.out, 0, "", f"写不了：{e.strerror}") from e
    for problem in json.loads(found)["problems"]:
        print(f"{options.document}: {problem['text']}", file=sys.stderr)
    return 0


def _book(path: Path) -> Book:
    book, problems = read_book(path)
    if problems or book is None:
        first = problems[0]
        raise BadInput(first.file, first.line, "", first.words)
    return book


def show(options: argparse.Namespace) -> int:
    """The plans of a book with what has been published of each target up to a day."""
    book = _book(options.book)
    try:
        as_of = parse_day(options.as_of, "as-of")
    except Invalid as e:
        print(f"--as-of: {e.words}", file=sys.stderr)
        return 2
    plans = [_plan(book, plan, as_of) for plan in book.plans.values()]
    if options.json:
        print(
            json.dumps(
                {"book": book.id, "title": book.title, "plans": plans}, ensure_ascii=False, indent=2
            )
        )
        return 0
    for plan in plans:
        print(f"{plan['title']}（{plan['number']}）{plan['period'][0]} – {plan['period'][1]}")
        for t in plan["targets"]:
            said = (
                "；".join(f"{f['period']} {f['value']}" for f in t["published"]) or "没有公布过的数"
            )
            print(f"  {t['number']:>2} {t['title']}：{t['printed'] or t['absence']}｜{said}")
        print(f"  任务 {len(plan['tasks'])} 项\n")
    return 0


def _target(book: Book, target: Target, figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        "number": target.number,
        "id": target.id,
        "title": target.title,
        "printed": target.printed,
        "bound": target.bound,
        "value": None if target.value is None else str(target.value),
        "unit": book.indicators[target.indicator].unit,
        "absence": target.absence,
        "by": target.by.isoformat(),
        "clause": target.clause,
        "source": target.source,
        "published": [
            {"period": f.period, "value": str(f.value), "source": f.source}
            for f in figures
            if f.indicator == target.indicator
        ],
    }


def _plan(book: Book, plan: Plan, as_of: date | None) -> dict[str, Any]:
    figures = [
        f
        for f in book.figures
        if f.place == (plan.place or book.place)
        and (as_of is None or f.as_of is None or f.as_of <= as_of)
    ]
    return {
        "id": plan.id,
        "title": plan.title,
        "number": plan.number,
        "period": [plan.start.isoformat(), plan.end.isoformat()],
        "targets": [_target(book, t, figures) for t in plan.targets],
        "tasks": [
            {
                "number": t.number,
                "title": t.title,
                "lead": t.lead,
                "basis": t.basis,
                "clause": t.clause,
            }
            for t in plan.tasks
        ],
    }
