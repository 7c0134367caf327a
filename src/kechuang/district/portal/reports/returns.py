"""Returns in the receiver's own layout: cells above, columns below, from the same rows as every other page."""

import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import xlsxwriter

from kechuang.book.schemas import Book, Plan, ReturnLayout
from kechuang.district.core.sheets import TYPE
from kechuang.district.plan.models import Milestone, MonthlyReturn
from kechuang.district.plan.services import readings
from kechuang.district.registry.queries import counted
from kechuang.district.transfer.queries import registered_between
from kechuang.engines.base.money import in_unit

from .monthly import LIGHTS, span_of

_CELL = re.compile(r"([A-Z]{1,2})(\d{1,4})")


def rows_of(
    book: Book, plan: Plan, layout: ReturnLayout, period: str, today: date
) -> Iterator[Mapping[str, Any]]:
    """The layout's rows with every field that a column may name."""
    start, end = span_of(period)
    end = min(end, today)
    yield from {"targets": _targets, "tasks": _tasks, "contracts": _contracts, "firms": _firms}[
        layout.rows
    ](book, plan, start, end)


def _targets(book: Book, plan: Plan, start: date, end: date) -> Iterator[Mapping[str, Any]]:
    for r in readings(book, end.year, end, plan):
        yield {
            "number": r.target.number, "title": r.target.title, "unit": r.indicator.unit, "printed": r.target.printed, "value": r.value,
            "as_of": r.as_of, "how": r.how, "light": LIGHTS[r.light], "why": r.standing.why, "target": r.target.value, "source": r.source,
        }  # fmt: skip


def _tasks(book: Book, plan: Plan, start: date, end: date) -> Iterator[Mapping[str, Any]]:
    month = f"{end:%Y-%m}"
    said: dict[int, list[MonthlyReturn]] = {}
    for r in MonthlyReturn.objects.filter(
        plan=plan.id, month=month, state__in=("submitted", "accepted")
    ):
        said.setdefault(r.task, []).append(r)
    marks: dict[int, list[str]] = {}
    for m in Milestone.objects.filter(plan=plan.id, due__lte=end).exclude(state="dropped"):
        marks.setdefault(m.task, []).append(f"{m.title}（{'完成' if m.reached_on else '未完成'}）")
    for task in plan.tasks:
        given = said.get(task.number, [])
        yield {
            "number": task.number, "title": task.title, "lead": task.lead, "cooperating": "、".join(task.cooperating),
            "progress": "\n".join(f"{r.body}：{r.progress}" for r in given), "trouble": "\n".join(r.trouble for r in given if r.trouble),
            "help_needed": "\n".join(r.help_needed for r in given if r.help_needed), "next_step": "\n".join(r.next_step for r in given if r.next_step),
            "milestones": "；".join(marks.get(task.number, [])), "content": task.content,
        }  # fmt: skip


def _contracts(book: Book, plan: Plan, start: date, end: date) -> Iterator[Mapping[str, Any]]:
    for n, c in enumerate(
        registered_between(date(end.year, 1, 1), end).order_by("registered_on", "pk"), 1
    ):
        yield {
            "number": n, "code": c.number, "title": c.name, "kind": c.get_kind_display(), "seller": c.seller.name, "buyer": c.buyer.name,
            "amount_wan": in_unit(c.amount_fen, "万元"), "technology_wan": None if c.technology_fen is None else in_unit(c.technology_fen, "万元"),
            "signed_on": c.signed_on, "registered_on": c.registered_on,
        }  # fmt: skip


def _firms(book: Book, plan: Plan, start: date, end: date) -> Iterator[Mapping[str, Any]]:
    n = 0
    for rung in ("high_tech", "young_eagle", "gazelle", "leading"):
        for r in counted(rung, end).order_by("firm__organisation__name"):
            n += 1
            owner = r.firm.organisation
            yield {
                "number": n, "title": owner.name, "code": owner.code, "kind": r.get_rung_display(), "certificate": r.number,
                "valid_from": r.valid_from, "valid_until": r.valid_until, "town": r.firm.town,
            }  # fmt: skip


def as_sheet(book: Book, plan: Plan, layout: ReturnLayout, period: str, today: date) -> bytes:
    """The return as the receiver lays it out."""
    start, end = span_of(period)
    place = book.places[book.place].name if book.place in book.places else book.title
    facts = {
        "year": end.year,
        "month": end.month,
        "place": place,
        "title": layout.title,
        "day": min(end, today),
        "quarter": (end.month + 2) // 3,
    }
    stream = io.BytesIO()
    paper = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = paper.add_worksheet(layout.title[:31])
    head, plain = (
        paper.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"}),
        paper.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
    )
    for cell, text in layout.head:
        sheet.write_string(cell, text.format(**facts))
    for place_, (heading, _) in enumerate(layout.columns):
        sheet.set_column(place_, place_, 12 if len(heading) < 5 else 22)
        sheet.write_string(layout.first_row - 2, place_, heading, head)
    for line, row in enumerate(rows_of(book, plan, layout, period, today), layout.first_row - 1):
        for place_, (_, field) in enumerate(layout.columns):
            _put(sheet, line, place_, row.get(field), plain)
    paper.close()
    return stream.getvalue()


def _put(sheet: Any, line: int, place: int, value: object, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(line, place, None, style)
    elif isinstance(value, (int, float)) or value.__class__.__name__ == "Decimal":
        sheet.write_number(line, place, float(value), style)  # type: ignore[arg-type]
    else:
        sheet.write_string(line, place, str(value), style)


SHEET = TYPE
