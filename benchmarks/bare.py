"""The same lists as a few lines of bare Django over the same tables: what a page may be measured by.

No middleware, no permissions, no translations, one template. Started by load.py.
"""

import os
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.district.settings")
import django
from django.conf import settings

if __name__ == "__main__":
    django.setup()
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = "bare"

from django.core.paginator import Paginator
from django.core.wsgi import get_wsgi_application
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from kechuang.district.market.models import Achievement, Demand
from kechuang.district.registry.models import Firm, FirmYear, Recognition
from kechuang.district.transfer.models import Contract

_TEMPLATE = Engine().from_string(
    "<!doctype html><title>{{ title }}</title><h1>{{ title }} {{ total }}</h1><table>"
    "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}"
    "</table>"
)
_PER_PAGE = 25


def _shown(title: str, rows: Any, total: int) -> HttpResponse:
    return HttpResponse(_TEMPLATE.render(Context({"title": title, "rows": rows, "total": total})))


def _listed(model: Any, *fields: str, **terms: Any) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        found = model.objects.filter(**terms)
        if words := request.GET.get("q", ""):
            found = found.filter(search__contains=words)
        page = Paginator(found.values_list(*fields), _PER_PAGE).get_page(request.GET.get("page"))
        return _shown(model.__name__, page, page.paginator.count)

    return view


def _firm(request: HttpRequest, pk: int) -> HttpResponse:
    firm = Firm.objects.select_related("organisation").get(pk=pk)
    held = Recognition.objects.filter(firm=firm).values_list("name", "number", "valid_from")
    years = FirmYear.objects.filter(firm=firm).values_list("year", "facts", "state")
    return _shown(firm.organisation.name, [*held, *years], len(held))


def _target(request: HttpRequest) -> HttpResponse:
    found = Contract.objects.filter(
        state="registered",
        registered_on__gte=date(2022, 1, 1),
        registered_on__lte=date(2022, 12, 31),
    )
    whole = found.aggregate(sum=Sum("amount_fen"), count=Count("id"))
    fields = ("name", "kind", "seller__name", "buyer__name", "amount_fen", "registered_on")
    return _shown(str(whole["sum"]), found.values_list(*fields)[:400], whole["count"])


def _plan(request: HttpRequest) -> HttpResponse:
    day = date(2022, 12, 31)
    rows = [
        (
            rung,
            Recognition.objects.filter(
                rung=rung, valid_from__lte=day, valid_from__year=2022
            ).count(),
        )
        for rung in ("high_tech", "young_eagle", "gazelle", "leading")
    ]
    found = Contract.objects.filter(
        state="registered", registered_on__gte=date(2022, 1, 1), registered_on__lte=day
    )
    return _shown("plan", rows, found.aggregate(sum=Sum("amount_fen"))["sum"] or 0)


PAGES: dict[str, Any] = {
    "contracts": _listed(
        Contract, "name", "kind", "seller__name", "buyer__name", "amount_fen", "registered_on"
    ),
    "firms": _listed(Firm, "organisation__name", "town", "industry", "staff"),
    "certificates": _listed(
        Recognition, "firm__organisation__name", "name", "number", "valid_from"
    ),
    "achievements": _listed(
        Achievement, "title", "field", "trl", "modes", "owner__name", state="published"
    ),
    "demands": _listed(Demand, "title", "field", "trl", "budget_fen", state="published"),
    "firm": _firm,
    "target": _target,
    "plan": _plan,
}
urlpatterns = [
    path("firm/<int:pk>" if name == "firm" else name, view) for name, view in PAGES.items()
]

if __name__ == "__main__":
    from waitress import serve

    sys.modules["bare"] = sys.modules["__main__"]
    serve(get_wsgi_application(), host="127.0.0.1", port=int(sys.argv[1]), threads=8)
