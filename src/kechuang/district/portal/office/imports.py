"""Sheets in: upload, progress, preview, report, confirm, undo."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.accounts.queries import named_only, organisations, own_organisations
from kechuang.district.core import files, imports, sheets
from kechuang.district.core.books import current_book
from kechuang.district.core.models import ImportBatch
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.requests import actor_in, one, signed_in
from kechuang.engines.base.errors import Invalid, NotFound
from kechuang.engines.base.identifiers import parse_credit_code
from kechuang.engines.sheets.bundle import pack
from kechuang.engines.sheets.pages import MAX_BYTES

from . import import_reading
from .import_list import mine

ROWS = 50
MOVING = {"uploaded": "checking", "confirmed": "writing", "undoing": "undoing"}


@signed_in
def listed(request: HttpRequest) -> HttpResponse:
    """What may be imported, and what was."""
    actor, book = actor_in(request), current_book()
    kinds = [book.layouts[k] for k, kind in imports.KINDS.items() if kind.permission(actor)]
    page = Paginator(mine(request), 25).get_page(request.GET.get("page"))
    facts = {
        "kinds": kinds,
        "named": named_only().count(),
        "page": page,
        "states": imports.IMPORTS.states,
        "titles": {k: v.title for k, v in book.layouts.items()},
    }
    return render(request, "office/imports.html", facts)


@signed_in
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty sheet in the layout."""
    layout = current_book().layouts.get(kind)
    if layout is None:
        raise NotFound("import.no_such_kind", kinds=sorted(imports.KINDS))
    return download(sheets.export(layout, []), f"{layout.title}（空表）.xlsx", sheets.TYPE)


@signed_in
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose a sheet and, for officers, whether its records are published at once."""
    actor = actor_in(request)
    layout = current_book().layouts.get(kind)
    if layout is None or kind not in imports.KINDS:
        raise NotFound("import.no_such_kind", kinds=sorted(imports.KINDS))
    error = ""
    if request.method == "POST":
        try:
            name, data = _given(request)
            batch = imports.upload(kind, name, data, actor, _options(request, kind))
        except Invalid as e:
            error = e.words
        else:
            return redirect("import", batch.pk)
    market = kind in ("achievements", "demands")
    owners = organisations()[:2000] if actor.has("officer", "broker") else own_organisations(actor)
    facts = {
        "layout": layout,
        "error": error,
        "market": market,
        "can_publish": actor.has("officer"),
        "owners": owners,
        "most": MAX_BYTES // 1_000_000,
    }
    return render(request, "office/upload.html", facts, status=422 if error else 200)


def _given(request: HttpRequest) -> tuple[str, bytes]:
    """A file, several at once, or a table pasted from a web page or from Excel (columns apart by
    tabs).
    """
    sent = request.FILES.getlist("sheet")
    if sum(one_file.size or 0 for one_file in sent) > MAX_BYTES:
        raise Invalid("sheet.size_on_page", "sheet", megabytes=MAX_BYTES // 1000000)
    if len(sent) == 1:
        return sent[0].name or "", sent[0].read()
    if sent:
        name = gettext("{name} 等 {count} 个文件").format(name=sent[0].name, count=len(sent))
        return f"{name}.zip", pack([(f.name or "", f.read()) for f in sent])
    pasted = request.POST.get("pasted", "").strip("\r\n")
    if not pasted.strip():
        raise Invalid("import.sheet_missing", "sheet")
    return gettext("粘贴的表") + ".csv", pasted.encode()


def _options(request: HttpRequest, kind: str) -> dict[str, Any]:
    if number := request.POST.get("continues", ""):
        return imports.continued(one(mine(request).filter(kind=kind), number))
    actor = actor_in(request)
    options: dict[str, Any] = {
        "publish": actor.has("officer") and request.POST.get("publish") == "1"
    }
    if owner := request.POST.get("owner", "").strip():
        options["owner"] = parse_credit_code(owner, "owner")
    elif not actor.has("officer", "broker"):
        own = own_organisations(actor).first()
        options["owner"] = own.code if own else ""
    return options


@signed_in
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it moves; then the preview or the report."""
    batch = one(mine(request), pk)
    rows = batch.rows.all()
    show = request.GET.get("show", "")
    if show in ("wrong", "create", "update", "same"):
        rows = rows.filter(plan=show)
    elif show == "doubts":
        rows = rows.exclude(notes=[])
    elif batch.counts.get("wrong"):
        rows = rows.filter(plan="wrong")
        show = "wrong"
    layout = current_book().layouts[batch.kind]
    listed_rows = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    facts = {
        "batch": batch,
        "states": imports.IMPORTS.states,
        "layout": layout,
        "page": listed_rows,
        "first_part": listed_rows[0].part if listed_rows.object_list else 0,
        "show": show,
        "steps": {s.name for s in imports.IMPORTS.open_steps(batch, actor_in(request))},
        **_progress(batch),
        **import_reading.facts(batch, batch.rows.first()),
        "read": sum(batch.counts.get(k, 0) for k in ("create", "update", "same", "wrong")),
        "counts": [
            (k, w, batch.counts.get(k, 0))
            for k, w in (
                ("create", "新增"),
                ("update", "更新"),
                ("same", "不变"),
                ("wrong", "有错"),
            )
        ],
        "show_query": f"show={show}&" if show else "",
        **_headings(batch),
        **_left(request, batch),
        "fates": _fates(batch),
    }
    if request.headers.get("HX-Request") and batch.state in MOVING:
        return render(request, "office/import_progress.html", facts)
    response = render(request, "office/import.html", facts)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return response


def _progress(batch: ImportBatch) -> dict[str, Any]:
    done, total = batch.seen, batch.total
    if batch.state == "confirmed":
        noted = files.progress(f"import-{batch.pk}")
        done, total = noted.get("done", 0), noted.get("total", batch.total)
    return {
        "moving": batch.state in MOVING,
        "done": done,
        "total": total,
        "share": int(100 * done / total) if total else 0,
    }


def _headings(batch: ImportBatch) -> dict[str, Any]:
    """The first headings of each table, alike in number: a row stands under those of its own."""
    tables = [t["headings"][:6] for t in batch.reading.get("tables", [])] or [batch.headings[:6]]
    width = max(map(len, tables))
    return {
        "heads": [[*heads, *[""] * (width - len(heads))] for heads in tables],
        "places": range(width),
        "width": width + 1,
    }


def _left(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """What of the sheet is written, what waits to be mended, and the imports that go on with it."""
    wrong = batch.counts.get("wrong", 0)
    went_in = batch.state in ("applied", "undoing", "undone")
    return {
        "sound": imports.sound(batch),
        "wrong": wrong,
        "whole": imports.KINDS[batch.kind].whole if batch.kind in imports.KINDS else None,
        "left": wrong if went_in else 0,
        "goes_on": mine(request).filter(options__continues=batch.pk) if went_in else [],
        "continues": mine(request).filter(pk=batch.options.get("continues", 0)).first(),
    }


def _fates(batch: ImportBatch) -> list[tuple[str, int]]:
    if batch.state != "undone":
        return []
    return [
        (w, batch.counts.get(k, 0))
        for k, w in (("reversed", "已撤销"), ("kept", "保留"), ("failed", "撤不了"))
    ]


@require_POST
@signed_in
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Confirm, discard, undo."""
    batch = one(mine(request), pk)
    steps = {"confirm": imports.confirm, "discard": imports.discard, "undo": imports.undo}
    if name not in steps:
        raise Invalid("step.none_here", "step")
    if name == "confirm":
        left = request.POST.get("leaving", "")
        imports.confirm(batch, actor_in(request), int(left) if left.isdecimal() else 0)
    else:
        steps[name](batch, actor_in(request))
    messages.success(
        request,
        gettext({"confirm": "正在写入", "discard": "已放弃，没有写入", "undo": "正在撤销"}[name]),
    )
    return redirect("import", pk)


@signed_in
def mended(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet to mend."""
    batch = one(mine(request), pk)
    return download(sheets.mended(batch), f"改错-{batch.name.rsplit('.', 1)[0]}.xlsx", sheets.TYPE)
