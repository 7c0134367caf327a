"""Organisations of which an official list told the name only, and how they get their code."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kechuang.district.accounts.queries import all_names, named_only
from kechuang.district.accounts.services import link_organisation
from kechuang.district.core import clock
from kechuang.district.portal.requests import actor_in, for_roles, one
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.numbers import parse_whole
from kechuang.engines.base.references import name_in
from kechuang.engines.text.firm_names import Names


@for_roles("officer", "administrator")
def listed(request: HttpRequest) -> HttpResponse:
    """Who has no code yet, with whom it may be; and giving one its code."""
    error, wrong = "", 0
    if request.method == "POST":
        named = one(named_only(), parse_whole(request.POST.get("organisation", "")) or 0)
        try:
            code = request.POST.get("code", "") or request.POST.get("known", "")
            kept = link_organisation(named, code, actor_in(request), clock.now())
        except Invalid as e:
            error, wrong = e.words, named.pk
        else:
            said = gettext("“{name}”已对上 {code}").format(name=named.name, code=kept.code)
            messages.success(request, said)
            return redirect("named")
    page = Paginator(named_only(), 25).get_page(request.GET.get("page"))
    known = Names(k for k in all_names() if not name_in(k.reference)) if page.object_list else None
    rows = [(o, known.match(o.name).candidates if known else ()) for o in page]
    facts = {"page": page, "rows": rows, "error": error, "wrong": wrong}
    return render(request, "office/named.html", facts, status=422 if error else 200)
