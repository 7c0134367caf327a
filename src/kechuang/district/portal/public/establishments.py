"""Facilities, platforms, special projects and science parks: what was approved, for everybody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from kechuang.district.portal.components.tables import Column, Filter, Table, show
from kechuang.district.registry.models import ESTABLISHMENT_KINDS, LEVELS
from kechuang.district.registry.queries import establishments
from kechuang.engines.text import comparable


def _search(found: Any, words: str) -> Any:
    for word in comparable(words).split():
        found = (
            found.filter(name__icontains=word)
            | found.filter(operator__search__contains=word)
            | found.filter(number__icontains=word)
        )
    return found


def _row(thing: Any) -> dict[str, object]:
    facts = {
        n: getattr(thing, n) for n in ("kind", "level", "name", "number", "approved_on", "ended_on")
    }
    return {**facts, "operator": thing.operator.code if thing.operator else ""}


def establishment_list(request: HttpRequest) -> HttpResponse:
    """All that stands or stood."""
    table = Table(
        title="平台与设施",
        columns=[
            Column("名称", lambda e: e.name, "name"),
            Column("类别", lambda e: gettext(e.get_kind_display()), "kind"),
            Column("级别", lambda e: gettext(e.get_level_display()), "level", minor=True),
            Column("依托单位", lambda e: e.operator.name if e.operator else "", "operator__name", minor=True),
            Column("批准文号或编号", lambda e: e.number, "number", minor=True),
            Column("批准日期", lambda e: e.approved_on.isoformat(), "approved_on"),
            Column("终止日期", lambda e: e.ended_on.isoformat() if e.ended_on else "", "ended_on", minor=True),
        ],
        filters=[
            Filter("kind", "类别", ESTABLISHMENT_KINDS, lambda q, v: q.filter(kind=v)),
            Filter("level", "级别", LEVELS, lambda q, v: q.filter(level=v)),
        ],
        search=_search, hint="名称、依托单位、文号", layout="establishments", row=_row,
        empty="还没有平台与设施。请从“导入”导入名单。",
    )  # fmt: skip
    return show(request, table, establishments())
