"""Fields and how far their demands have come: where somebody asks and nobody was introduced."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kechuang.district.accounts.roles import STAFF
from kechuang.district.core.actor import Actor
from kechuang.district.market.queries import Stages, all_stages, stages_by_area
from kechuang.district.portal.reports.steps import StepBar, shade, step_bars
from kechuang.district.portal.requests import actor_in, for_roles

STAGES = (
    ("demands", "提出需求"),
    ("introduced", "有过对接"),
    ("agreed", "双方同意"),
    ("contracted", "签了合同"),
)


def flow_bars(actor: Actor) -> list[StepBar]:
    """All fields together, from demand to contract."""
    return _bars(all_stages(stages_by_area(actor)))


def _bars(total: Stages) -> list[StepBar]:
    return step_bars([(words, getattr(total, name)) for name, words in STAGES])


@for_roles(*STAFF)
def fields(request: HttpRequest) -> HttpResponse:
    """Fields × stages."""
    found = stages_by_area(actor_in(request))
    most = {n: max((getattr(s, n) for s in found), default=0) for n, _ in STAGES}
    rows = [(s, [(v := getattr(s, n), shade(v, most[n])) for n, _ in STAGES]) for s in found]
    total = all_stages(found)
    facts = {
        "rows": rows,
        "total": total,
        "stages": STAGES,
        "bars": _bars(total),
        "untouched": [s for s in found if s.untouched],
        "with_demand": [s for s in found if s.demands],
    }
    return render(request, "member/fields.html", facts)
