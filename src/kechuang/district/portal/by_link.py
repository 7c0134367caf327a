"""Pages behind a link in a letter: what is shown when it opens no more, and asking for another."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kechuang.district.accounts.models import LetterLink
from kechuang.district.accounts.services import ended, find_link, renew_invitation
from kechuang.district.core import clock
from kechuang.district.market.services import introductions
from kechuang.district.plan.services import owed
from kechuang.engines.base.errors import WrongState

from .doors import knock
from .requests import View

# who may be written to anew, always at the address that is known
_ANEW: dict[str, Callable[[LetterLink, Any], object]] = {
    "introduction": introductions.write_anew,
    "return": owed.write_anew,
    "invitation": renew_invitation,
}


def by_link(view: View) -> View:
    """A page whose ``token`` lets in: never found by a search engine, and when the link has ended,
    a page that says what to do.
    """

    @wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, token, *args, **kwargs)
        except WrongState as e:
            if not e.code.startswith("link."):
                raise
            facts = {"words": e.words, "token": token, "renews": _renews(token, e)}
            response = render(request, "public/link_ended.html", facts, status=410)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def _renews(token: str, why: WrongState) -> bool:
    number = token.partition("-")[0]
    link = LetterLink.objects.filter(pk=number, purpose__in=_ANEW).exists()
    return link and why.code == "link.expired"


@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new link for one that expired: to the same addressee, at the address that is known."""
    knock(request, "renew")
    link, now = find_link(token, _ANEW), clock.now()
    why = ended(link, now)
    if why is not None and why.code != "link.expired":
        raise WrongState(why)
    if why is not None:
        _ANEW[link.purpose](link, now)
    messages.success(request, gettext("新的链接已寄到我们知道的那个邮箱，请去收信。"))
    return redirect("home")
