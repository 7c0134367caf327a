"""How a sheet is read, and what it leaves open: for the preview of an import."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.core import imports
from kechuang.district.core.books import current_book
from kechuang.district.core.imports.naming import NAME
from kechuang.district.core.models import ImportBatch, ImportRow
from kechuang.district.portal.reports.marks import Share, shares_of
from kechuang.district.portal.requests import actor_in, one, signed_in
from kechuang.engines.base.sayings import recalled
from kechuang.engines.sheets.units import UNITS

from .import_list import mine

_FAULTS = 1000  # rows whose faults are put together by kind
OWN = "own"  # the answer that a person types
_SKIPPED = {
    "blank": "空行",
    "total": "合计行",
    "group": "分组标题",
    "note": "说明行",
    "heading": "重复的表头",
    "hidden": "隐藏的行",
}
_SAID = {
    "heading": "表头写的",
    "parent": "上级表头写的",
    "below": "表头下一行写的",
    "note": "表上方写的",
    "rows": "格子里写的",
    "usual": "没有写",
    "person": "你说的",
}


def facts(batch: ImportBatch, first: ImportRow | None) -> dict[str, Any]:
    """What the preview shows of how the sheet was read."""
    reading = batch.reading
    asked = [_question(q) for q in reading.get("questions", [])]
    return {
        "changeable": batch.state in ("asked", "checked"),
        "questions": [q for q in asked if not q["id"].startswith(NAME)],
        "names": [q for q in asked if q["id"].startswith(NAME)],
        "asked_count": len(asked),
        "rows_asked": batch.counts.get("asked", 0),
        "rows_wrong": _counted(batch, "wrong"),
        "names_later": reading.get("names_later", 0),
        "tables": [
            _table(t, first if not n else None) for n, t in enumerate(reading.get("tables", []))
        ],
        "remembered": reading.get("remembered", []),
        "shares": _shares(batch),
        "written": _kept(batch),
        "refused": _refused(batch),
        "left_out": reading.get("left_out", []),
        "fields": [(c.field, c.heading) for c in current_book().layouts[batch.kind].columns],
        "units": UNITS,
        "said": _SAID,
        "skips": [
            (w, n) for k, w in _SKIPPED.items() if (n := batch.counts.get("skipped", {}).get(k))
        ],
        "skipped_rows": [
            (line, _SKIPPED[why], words) for _, line, why, words in reading.get("skipped", [])
        ],
    }


_TONES = (
    ("good", "新增", "create"),
    ("accent", "更新", "update"),
    ("none", "不变", "same"),
    ("warn", "要回答", "asked"),
    ("bad", "不能写入", "wrong"),
)


def _counted(batch: ImportBatch, key: str) -> int:
    """How many rows: those of which a name was left open wait for an answer and are not wrong."""
    return int(batch.counts.get(key, 0)) - (batch.counts.get("asked", 0) if key == "wrong" else 0)


def _shares(batch: ImportBatch) -> list[Share]:
    """What was read = what is kept + what waits for an answer + what is refused, as a bar."""
    return shares_of([(tone, words, _counted(batch, k)) for tone, words, k in _TONES])


def _kept(batch: ImportBatch) -> int:
    return sum(batch.counts.get(k, 0) for k in ("create", "update", "same"))


def _refused(batch: ImportBatch) -> list[tuple[str, Any, list[int], list[str]]]:
    """Faults by kind: (heading, words, the first lines, proposals), the most frequent first."""
    if not batch.counts.get("wrong"):
        return []
    kinds: dict[tuple[str, str], tuple[str, Any, list[int], list[str]]] = {}
    for row in batch.rows.filter(plan="wrong").only("line", "problems", "batch")[:_FAULTS]:
        for p in row.faults:
            kind = kinds.setdefault(
                (p["heading"], p["code"]), (p["heading"], p["words"], [], p["proposals"][:3])
            )
            kind[2].append(row.line)
    return sorted(kinds.values(), key=lambda k: -len(k[2]))


def _question(held: Mapping[str, Any]) -> dict[str, Any]:
    options = [{**o, "means": recalled(o["means"]) if o["means"] else ""} for o in held["options"]]
    hint = recalled(held["hint"]) if held["hint"] else ""
    return {**held, "words": recalled(held["words"]), "hint": hint, "options": options}


def _table(table: Mapping[str, Any], first: ImportRow | None) -> dict[str, Any]:
    """A table with the first row's cells beside what they were read as."""
    columns = []
    for column in table["columns"]:
        cell = None
        if first is not None and column["at"] < len(first.cells):
            cell = first.cells[column["at"]]
            cell = int(cell) if isinstance(cell, float) and cell.is_integer() else cell
        value = first.values.get(column["field"]) if first is not None else None
        fen = isinstance(value, int)
        columns.append({**column, "cell": cell, "value": value, "fen": fen})
    return {**table, "columns": columns}


@require_POST
@signed_in
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person says of the sheet's questions, or of its columns."""
    batch = one(mine(request), pk)
    said = _answers(request, batch)
    if not said:
        messages.info(request, gettext("没有改动"))
        return redirect("import", pk)
    imports.answer(batch, said, actor_in(request))
    messages.success(request, gettext("记下了，正在重新读"))
    return redirect("import", pk)


def _answers(request: HttpRequest, batch: ImportBatch) -> dict[str, str]:
    said = {}
    for question in batch.reading.get("questions", []):
        given = request.POST.get(question["id"], "")
        typed = request.POST.get(f"{question['id']}-own", "").strip()
        said[question["id"]] = f"fill:{typed}" if given == OWN and typed else given
        if given == OWN and not typed:
            said[question["id"]] = ""
    if "columns" in request.POST:
        return _changed(request, batch)
    return said


def _changed(request: HttpRequest, batch: ImportBatch) -> dict[str, str]:
    """The columns and units that a person has set otherwise."""
    said = {}
    for table in batch.reading.get("tables", []):
        for column in (*table["columns"], *table["unused"]):
            name = f"column:{column['key']}"
            field = request.POST.get(name)
            if field is not None and field != column.get("field", ""):
                said[name] = field
            unit = request.POST.get(f"unit:{column['key']}", "")
            if unit and unit != column.get("unit"):
                said[f"unit:{column['key']}"] = unit
    return said
