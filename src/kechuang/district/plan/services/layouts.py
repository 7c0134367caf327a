"""Rows of returns in other people's layouts: one filling, many returns."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kechuang.book.schemas import Book, Plan, ReturnLayout
from kechuang.district.plan.models import LIGHTS, Milestone, MonthlyReturn
from kechuang.district.registry.queries import counted
from kechuang.district.transfer.queries import registered_between
from kechuang.engines.base.money import in_unit
from kechuang.engines.base.periods import period_span

from .readings import readings


def rows_of(
    book: Book, plan: Plan, layout: ReturnLayout, period: str, today: date
) -> Iterator[Mapping[str, Any]]:
    """The layout's rows with every field that a column may name."""
    start, end = period_span(period)
    end = min(end, today)
    yield from {"targets": _targets, "tasks": _tasks, "contracts": _contracts, "firms": _firms}[
        layout.rows
    ](book, plan, start, end)


def _targets(book: Book, plan: Plan, start: date, end: date) -> Iterator[Mapping[str, Any]]:
    for r in readings(book, end.year, end, plan):
        yield {
            "number": r.target.number,
            "title": r.target.title,
            "unit": r.indicator.unit,
            "printed": r.target.printed,
            "value": r.value,
            "as_of": r.as_of,
            "how": r.how,
            "light": LIGHTS[r.light],
            "why": r.standing.why,
            "target": r.target.value,
            "source": r.source,
        }


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
            "number": task.number,
            "title": task.title,
            "lead": task.lead,
            "cooperating": "、".join(task.cooperating),
            "progress": "\n".join(_quoted(r) for r in given),
            "trouble": "\n".join(r.trouble for r in given if r.trouble),
            "help_needed": "\n".join(r.help_needed for r in given if r.help_needed),
            "next_step": "\n".join(r.next_step for r in given if r.next_step),
            "milestones": "；".join(marks.get(task.number, [])),
            "content": task.content,
        }


def _quoted(r: MonthlyReturn) -> str:
    """A body's words with what a reader must know of them."""
    marks = "".join(f"（{mark}）" for mark in r.marks)
    return f"{r.body}{marks}：{r.progress}"


def _contracts(book: Book, plan: Plan, start: date, end: date) -> Iterator[Mapping[str, Any]]:
    for n, c in enumerate(
        registered_between(date(end.year, 1, 1), end).order_by("registered_on", "pk"), 1
    ):
        yield {
            "number": n,
            "code": c.number,
            "title": c.name,
            "kind": c.get_kind_display(),
            "seller": c.seller.name,
            "buyer": c.buyer.name,
            "amount_wan": in_unit(c.amount_fen, "万元"),
            "technology_wan": None
            if c.technology_fen is None
            else in_unit(c.technology_fen, "万元"),
            "signed_on": c.signed_on,
            "registered_on": c.registered_on,
        }


def _firms(book: Book, plan: Plan, start: date, end: date) -> Iterator[Mapping[str, Any]]:
    n = 0
    for rung in ("high_tech", "young_eagle", "gazelle", "leading"):
        for r in counted(rung, end).order_by("firm__organisation__name"):
            n += 1
            owner = r.firm.organisation
            yield {
                "number": n,
                "title": owner.name,
                "code": owner.code,
                "kind": r.name,
                "certificate": r.number,
                "valid_from": r.valid_from,
                "valid_until": r.valid_until,
                "town": r.firm.town,
                "park": r.firm.park,
            }
