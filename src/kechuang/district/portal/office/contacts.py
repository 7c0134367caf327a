"""Whom each body has named for the returns, and whether the last letter was opened."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kechuang.district.accounts.queries import contacts, letters_to_bodies
from kechuang.district.accounts.services import keep_contact
from kechuang.district.core import clock
from kechuang.district.plan.queries import open_counts, responsible_bodies
from kechuang.district.plan.services.owed import PURPOSE
from kechuang.district.portal.requests import actor_in, for_roles
from kechuang.engines.base.errors import Invalid


@for_roles("officer", "approver", "auditor")
def contact_list(request: HttpRequest) -> HttpResponse:
    """Every responsible body: its contact, what it owes, its last letter."""
    error, actor, given = None, actor_in(request), request.POST
    if request.method == "POST":
        name, email = given.get("contact", ""), given.get("email", "")
        try:
            keep_contact(given.get("body", ""), PURPOSE, name, email, actor, clock.now())
        except Invalid as e:
            error = e
        else:
            messages.success(request, gettext("已保存"))
            return redirect(request.get_full_path())
    words = request.GET.get("q", "").strip()
    known = {c.body: c for c in contacts(PURPOSE)}
    bodies = [b for b in sorted({*responsible_bodies(), *known}) if words in b]
    counts, letters = open_counts(), letters_to_bodies()
    facts = {
        "rows": [(b, known.get(b), counts.get(b, 0), letters.get(b)) for b in bodies],
        "q": words,
        "missing": sum(not (b in known and known[b].email) for b in bodies),
        "can_keep": actor.has("officer"),
        "error": error.words if error else "",
        "given": given,
    }
    return render(request, "office/contacts.html", facts, status=422 if error else 200)
