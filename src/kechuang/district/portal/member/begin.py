"""One's own account: begun by a link or a code, a forgotten password, a proved address."""

from allauth.account.internal.flows.email_verification import verify_email
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from kechuang.district.accounts.queries import verified_address
from kechuang.district.accounts.services import (
    address_of,
    begin_with,
    find_link,
    note_proved,
    open_link,
)
from kechuang.district.core import clock, ledger
from kechuang.district.portal.by_link import by_link
from kechuang.district.portal.doors import knock
from kechuang.district.portal.requests import actor_in
from kechuang.engines.base.errors import Invalid, NotAllowed, NotFound

_BEGINS = ("invitation", "slip", "password")


@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Where the code of a printed slip is typed."""
    error = None
    if request.method == "POST":
        knock(request, "code")
        try:
            return redirect("start", find_link(request.POST.get("code", ""), ["slip"]).token)
        except NotFound:
            error = Invalid("link.code_wrong", "code")
    given = request.POST.get("code", "")
    facts = {"error": error.words if error else "", "given": given}
    return render(request, "account/code.html", facts, status=422 if error else 200)


@never_cache
@by_link
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Set one's own password; nobody else ever knows it."""
    knock(request, "code")
    link = open_link(token, _BEGINS, clock.now())
    error = None
    if request.method == "POST":
        try:
            _begin(request, token)
        except Invalid as e:
            error = e
        else:
            messages.success(request, gettext("密码已设好，请登录"))
            return redirect("account_login")
    facts = {"link": link, "error": error.words if error else ""}
    return render(request, "account/start.html", facts, status=422 if error else 200)


def _begin(request: HttpRequest, token: str) -> None:
    given = request.POST.get("password", "")
    if given != request.POST.get("again", ""):
        raise Invalid("person.password_differs", "again")
    begin_with(find_link(token, _BEGINS), given, clock.now())


@never_cache
@by_link
def prove_address(request: HttpRequest, token: str) -> HttpResponse:
    """The owner of the account says that the address is theirs: the link alone would let whoever
    got it by a misprint take the account over.
    """
    actor = actor_in(request)
    link = find_link(token, ["address"])
    if not actor.id:
        return redirect_to_login(request.get_full_path())
    if link.user_id != actor.id:
        raise NotAllowed("link.other_person")
    link = open_link(token, ["address"], clock.now())
    address = address_of(link)
    if request.method == "POST":
        with ledger.writing():
            old, proved = address.user.email, verified_address(address.user)
            if not verify_email(request, address):
                raise Invalid("person.email_taken", "email")
            note_proved(link, address, old, proved, clock.now())
        return redirect("account_email")
    return render(request, "account/address.html", {"link": link, "user": address.user})
