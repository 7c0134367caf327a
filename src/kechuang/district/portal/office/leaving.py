"""Handing over what somebody who leaves has in hand: shown before, done in one act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kechuang.district.accounts.queries import people, people_in
from kechuang.district.accounts.services import hand_over, in_hand
from kechuang.district.core import clock
from kechuang.district.portal.requests import actor_in, for_roles, one
from kechuang.engines.base.errors import Invalid


@for_roles("administrator")
def hand_over_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person has in hand, kind by kind, and to whom it is to go. An administrator sees how
    much of each there is, not what it is about.
    """
    user, error, given = one(people(), pk), None, request.POST
    colleagues = people().filter(people_in("active")).exclude(pk=user.pk)
    if request.method == "POST":
        try:
            colleague = one(colleagues, given.get("colleague") or 0)
            why = given.get("why", "").strip()
            count = hand_over(user, colleague, actor_in(request), clock.now(), why)
        except Invalid as e:
            error = e
        else:
            messages.success(request, gettext("已移交：") + str(count))
            return redirect("person", pk)
    facts = {
        "person": user,
        "charges": [(c, len(found), [t.pk for t in found[:50]]) for c, found in in_hand(user)],
        "colleagues": colleagues,
        "error": error.words if error else "",
        "given": given,
    }
    return render(request, "office/hand_over.html", facts, status=422 if error else 200)
