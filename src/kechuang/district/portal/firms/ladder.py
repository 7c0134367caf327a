"""The ladder of all firms: how many stand, pass, lack one thing; who lapses; what the plan's
targets would gain.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from kechuang.district.core import clock
from kechuang.district.core.books import current_book
from kechuang.district.core.sheets import TYPE, plain_sheet
from kechuang.district.plan.services import readings
from kechuang.district.portal.components.downloads import download
from kechuang.district.portal.reports.marks import shares_of
from kechuang.district.portal.requests import actor_in, for_roles
from kechuang.district.portal.sayings import money
from kechuang.district.registry.queries import lapsing
from kechuang.district.registry.queries import visible_to as firms_visible_to
from kechuang.district.registry.services import standings
from kechuang.district.registry.services.standings import Placed
from kechuang.engines.rules import Gap

from .funnel import rung_bars

OFFICE = ("officer", "approver", "auditor")
SPLITS = (
    ("town", "街镇", "按街镇"),
    ("park", "园区", "按园区"),
    ("industry", "行业", "按行业"),
)
PILES = {
    "held": "已认定",
    "unfit": "已认定而现在未达到",
    "ready": "达到而未认定",
    "near": "差一项",
    "unknown": "还不能判断",
    "far": "差两项以上",
}


_TONES = {
    "near": "warn",
    "ready": "accent",
    "held": "good",
    "unfit": "bad",
    "unknown": "none",
    "far": "sunk",
}


@for_roles(*OFFICE)
def ladder(request: HttpRequest) -> HttpResponse:
    """The funnel of a rung; ?town= ?park= ?industry= narrow it, ?pile= names one part,
    ?export=xlsx takes it away.
    """
    book, today = current_book(), clock.today()
    rungs = standings.ladder(book, today)
    asked = request.GET.get("rung", "high_tech")
    chosen = next((r for r in rungs if r.id == asked), next((r for r in rungs if r.rule), None))
    firms = list(firms_visible_to(actor_in(request)))
    options = {n: sorted({v for f in firms if (v := getattr(f, n))}) for n, *_ in SPLITS}
    given = {n: v if (v := request.GET.get(n, "")) in options[n] else "" for n, *_ in SPLITS}
    narrowed = [f for f in firms if all(v in ("", getattr(f, n)) for n, v in given.items())]
    placed = standings.funnel(narrowed, chosen.id, today) if chosen else []
    piles = {k: [p for p in placed if _pile(p) == k] for k in PILES}
    pile = request.GET.get("pile", "near")
    rows = piles.get(pile, [])
    mends = {}
    if pile == "near" and chosen:
        mends = standings.mends([p.firm for p in rows], chosen.id, today)
    if request.GET.get("export") == "xlsx" and chosen:
        return _export(chosen.title, pile, rows, mends)
    counts = [(_TONES[k], w, len(piles[k])) for k, w in PILES.items()]
    facts = {
        "tones": _TONES,
        "today": today,
        "bars": rung_bars(narrowed, rungs, today),
        "shares": shares_of(counts),
        "ready": len(piles["ready"]),
        "near": len(piles["near"]),
        "recognised": len(piles["held"]) + len(piles["unfit"]),
        "chosen": chosen,
        "ended": standings.ended(book, chosen, today) if chosen else None,
        "piles": [(k, w, len(piles[k])) for k, w in PILES.items()],
        "pile": pile if pile in PILES else "near",
        "rows": [(p, mends.get(p.firm.pk)) for p in rows[:500]],
        "total": len(placed),
        "reasons": _reasons(placed),
        "scope": urlencode(given),
        "filters": [(n, w, given[n], options[n]) for n, w, _ in SPLITS],
        "splits": [(by, w, split) for n, w, by in SPLITS if (split := _by(piles, n))],
        "effects": _effects(chosen.id, piles, today) if chosen else [],
    }
    return render(request, "firms/ladder.html", facts)


def _pile(placed: Placed) -> str:
    if placed.held:
        return "unfit" if placed.verdict == standings.NO else "held"
    if placed.verdict == standings.YES:
        return "ready"
    if placed.near:
        return "near"
    return "far" if placed.verdict == standings.NO else "unknown"


def _reasons(placed: Sequence[Placed]) -> list[tuple[str, int, int]]:
    """(condition, how many fail it, how many fail only it), the most frequent first."""
    fails = Counter(c for p in placed if not p.held for c in p.failing)
    alone = Counter(p.failing[0] for p in placed if not p.held and p.near)
    return [(c, n, alone[c]) for c, n in fails.most_common()]


def _by(piles: dict[str, list[Placed]], field: str) -> list[tuple[str, int, int, int]]:
    """(town, park or industry, held, ready, near)."""
    counts = {k: Counter(getattr(p.firm, field) for p in rows) for k, rows in piles.items()}
    names = sorted({name for c in counts.values() for name in c if name})
    rows = [
        (n, counts["held"][n] + counts["unfit"][n], counts["ready"][n], counts["near"][n])
        for n in names
    ]
    return [r for r in rows if any(r[1:])]


def _effects(rung: str, piles: dict[str, list[Placed]], today: date) -> list[dict[str, Any]]:
    """Each target of the plans that this rung moves: now, and if those who pass or nearly pass
    were recognised.
    """
    book = current_book()
    counted = book.ladder[rung].counts_in or rung
    ready, near = len(piles["ready"]), len(piles["near"])
    found = []
    for plan in book.plans.values():
        for r in readings(book, today.year, today, plan):
            if r.indicator.measure == counted:
                value = r.value or 0
                found.append(
                    {
                        "reading": r,
                        "plan": plan,
                        "now": value,
                        "ready": value + ready,
                        "near": value + ready + near,
                        "goal": r.target.value,
                    }
                )
    return found


def _export(
    title: str, pile: str, rows: Sequence[Placed], mends: Mapping[int, Gap]
) -> HttpResponse:
    heads = [
        gettext(w)
        for w in (
            "企业名称",
            "统一社会信用代码",
            "街镇",
            "园区",
            "行业",
            "差哪一项",
            "还缺的资料",
            "最省的一项措施",
            "约需",
        )
    ]
    lines = [
        [
            p.firm.organisation.name,
            p.firm.organisation.reference,
            p.firm.town,
            p.firm.park,
            p.firm.industry,
            "、".join(p.failing),
            "、".join(p.unsure),
            f"{m.action.name} {m.words}" if (m := mends.get(p.firm.pk)) else "",
            money(m.cost) if m and m.cost is not None else "",
        ]
        for p in rows
    ]
    return download(
        plain_sheet(title, heads, lines), f"{title}-{gettext(PILES.get(pile, pile))}.xlsx", TYPE
    )


@for_roles(*OFFICE)
def lapses(request: HttpRequest) -> HttpResponse:
    """Whose recognition ends this year or the next, and whether they would pass again today."""
    today, book = clock.today(), current_book()
    rows = list(lapsing(today.replace(month=1, day=1), date(today.year + 1, 12, 31)))
    firms = {
        f.pk: f
        for f in firms_visible_to(actor_in(request)).filter(pk__in={r.firm_id for r in rows})
    }
    by_rung = {r.rung for r in rows}
    verdicts = {
        (p.firm.pk, rung): p
        for rung in by_rung
        if rung in book.ladder
        for p in standings.funnel([firms[r.firm_id] for r in rows if r.rung == rung], rung, today)
    }
    due = [r for r in standings.ladder(book, today) if r.update_by]
    facts = {
        "rows": [(r, verdicts.get((r.firm_id, r.rung))) for r in rows],
        "today": today,
        "updates": due,
    }
    return render(request, "firms/lapses.html", facts)
